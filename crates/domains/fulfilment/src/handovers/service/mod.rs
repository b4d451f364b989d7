//! Listing paper, signing it out and in, and what is late or missing.

pub mod lists;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use casework::cases::model::EventKind;
use casework::cases::service::beside::Record;
use casework::cases::service::change::Actor;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use platform::{Tx, work::idempotency};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::HandOverState;
use super::store::{self, hand_over, piece};
use crate::Fulfilment;
use crate::permissions::{DoHandOvers, ReadHandOvers};
use crate::shipments::courier::Party;
use lists::HandOverView;

/// Pieces of one list at most.
const MOST: usize = 200;
/// Working days within which a receipt is expected.
const DAYS: u32 = 2;

/// Paper to hand over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewHandOver {
    /// Organisation it goes to.
    pub to_org_id: Uuid,
    /// Pieces, at most 200.
    pub pieces: Vec<NewPiece>,
    /// Note.
    #[serde(default)]
    pub note: String,
    /// Across levels: sender and receiver of the parcel it travels in.
    #[serde(default)]
    pub courier: Option<HandOverCourier>,
}

/// Who sends and who receives the parcel.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandOverCourier {
    /// Sender.
    pub sender: Party,
    /// Receiver.
    pub receiver: Party,
    /// Grams.
    pub weight_g: i64,
}

/// One piece.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewHandOverPiece)]
pub struct NewPiece {
    /// Case it belongs to.
    pub case_id: Uuid,
    /// What it is.
    pub name: String,
    /// Copies.
    pub copies: i64,
}

/// Signs in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReceiveHandOver {
    /// What was scanned: the code of the list, or its number.
    pub code: String,
    /// Pieces of which fewer copies came than listed; the others are complete.
    #[serde(default)]
    pub fewer: Vec<FewerCopies>,
    /// Remark; wanted when pieces are missing.
    #[serde(default)]
    pub remark: String,
}

/// A piece that came incomplete.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FewerCopies {
    /// Number in the list.
    pub no: i64,
    /// Copies that came.
    pub copies: i64,
}

/// A version of the page.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandOverVersion {
    /// Version.
    pub version: i64,
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这份交接单。")
}

/// Organisations whose hand-overs a caller sees.
fn seen_orgs(caller: &Principal) -> Vec<Uuid> {
    let mut orgs = caller.visible_orgs.clone();
    orgs.extend(caller.org_id);
    orgs
}

/// The number in what was scanned: the address of the code, or the number itself.
fn number_of(code: &str) -> String {
    let text = code.trim();
    let tail = text.rsplit_once("code=").map_or(text, |(_, tail)| tail);
    tail.split('&').next().unwrap_or_default().trim().to_uppercase()
}

fn check(new: &NewHandOver) -> Result<()> {
    let mut problems = Vec::new();
    if new.pieces.is_empty() || new.pieces.len() > MOST {
        problems.push(FieldProblem::new("/pieces", "count", format!("列出 1 到 {MOST} 份材料")));
    }
    for (at, one) in new.pieces.iter().enumerate() {
        if !(1..=100).contains(&one.name.trim().chars().count()) {
            problems.push(FieldProblem::new(format!("/pieces/{at}/name"), "required", "写明材料名称，最多 100 字"));
        }
        if !(1..=999).contains(&one.copies) {
            problems.push(FieldProblem::new(format!("/pieces/{at}/copies"), "copies", "份数填 1 到 999"));
        }
    }
    if new.note.trim().chars().count() > 200 {
        problems.push(FieldProblem::new("/note", "length", "备注最多 200 字"));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

impl Fulfilment {
    /// Organisations a caller hands over and receives for: the own one, and the body in whose name it acts.
    async fn own_orgs(&self, caller: &Principal) -> Result<Vec<Uuid>> {
        let Some(own) = caller.org_id else { return Ok(Vec::new()) };
        let tree = self.identity.orgs().await?;
        Ok(std::iter::once(own).chain(tree.body(own).map(|body| body.id).filter(|body| *body != own)).collect())
    }

    async fn hand_over_for(&self, caller: &Principal, id: Uuid) -> Result<hand_over::Model> {
        let orgs = seen_orgs(caller);
        let row = store::find(self.platform.db.read(), id).await?;
        row.filter(|row| orgs.contains(&row.from_org_id) || orgs.contains(&row.to_org_id)).ok_or_else(unknown)
    }

    /// Lists paper to be handed over.
    ///
    /// # Authorisation
    /// `hand_over.do`; each case within the caller's reach.
    ///
    /// # Errors
    /// 404 for a case outside the reach, 422 naming each field, 409 for a reused key.
    ///
    /// req: CASE-024, CASE-025
    pub async fn create_hand_over(
        &self,
        caller: &Allowed<DoHandOvers>,
        new: NewHandOver,
        key: Option<String>,
    ) -> Result<HandOverView> {
        check(&new)?;
        let from = caller.org_id.ok_or_else(|| Problem::forbidden("没有所属机构的账号不能交接材料。"))?;
        let named = |org: Option<identity::Org>| org.map(|org| org.name);
        let from_name = named(self.identity.org(from).await?).unwrap_or_default();
        let to_name = named(self.identity.org(new.to_org_id).await?)
            .ok_or_else(|| Problem::invalid_field("/to_org_id", "unknown", "没有找到接收机构，请重新选择"))?;
        if new.to_org_id == from {
            return Err(Problem::invalid_field("/to_org_id", "same", "交给本机构的不用交接"));
        }
        let mut numbers: HashMap<Uuid, String> = HashMap::new();
        for one in &new.pieces {
            if let Entry::Vacant(free) = numbers.entry(one.case_id) {
                free.insert(self.casework.facts_for(caller, one.case_id).await?.case_number);
            }
        }
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let pieces: Vec<piece::Model> = (1..)
            .zip(&new.pieces)
            .map(|(no, one)| piece::Model {
                hand_over_id: id,
                no,
                case_id: one.case_id,
                case_number: numbers.get(&one.case_id).cloned().unwrap_or_default(),
                name: one.name.trim().to_owned(),
                copies: one.copies,
                received: None,
            })
            .collect();
        let (domain, who) = (self.clone(), (**caller).clone());
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(before) = idempotency::claim(tx, who.id, "hand_over.create", &key, id).await?
                    {
                        return Ok(before);
                    }
                    let day = base::zone::china_date(now);
                    let running = platform::numbers::strict(tx, &format!("hand_over:{day}")).await?;
                    let number = format!("YJ{}{running:06}", day.to_string().replace('-', ""));
                    let mut row = hand_over::Model {
                        id,
                        number: number.clone(),
                        version: 1,
                        state: HandOverState::Prepared.as_str().to_owned(),
                        from_org_id: from,
                        from_name,
                        to_org_id: new.to_org_id,
                        to_name,
                        note: new.note.trim().to_owned(),
                        shipment_id: None,
                        created_by: who.name.clone(),
                        sent_by: None,
                        sent_at: None,
                        expected_at: None,
                        received_by: None,
                        received_at: None,
                        remark: None,
                        created_at: now,
                        updated_at: now,
                    };
                    if let Some(courier) = new.courier {
                        let title = format!("材料交接 {number}");
                        let parcel = (courier.sender, courier.receiver, courier.weight_g);
                        row.shipment_id = Some(domain.parcel_for(tx, &who, from, title, parcel).await?);
                    }
                    let detail = json!({ "number": number, "pieces": pieces.len(), "to": row.to_name });
                    let subject = format!("hand_over:{id}");
                    tx.audit(Line::by(&who, domain.platform.new_id(), "hand_over.create", subject, detail));
                    store::insert(tx.conn(), row, pieces).await?;
                    Ok(id)
                })
            })
            .await?;
        self.hand_over(caller, made).await
    }

    async fn hand_over(&self, caller: &Principal, id: Uuid) -> Result<HandOverView> {
        let row = self.hand_over_for(caller, id).await?;
        let pieces = store::pieces(self.platform.db.read(), id).await?;
        let own = self.own_orgs(caller).await?;
        self.hand_over_view(&own, row, pieces)
    }

    /// One hand-over with its pieces.
    ///
    /// # Authorisation
    /// `hand_over.read`; one of other organisations is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn read_hand_over(&self, caller: &Allowed<ReadHandOvers>, id: Uuid) -> Result<HandOverView> {
        self.hand_over(caller, id).await
    }

    /// Signs out: from now on the receipt is expected.
    ///
    /// # Authorisation
    /// `hand_over.do`; the sender's organisation.
    ///
    /// # Errors
    /// 404, 409 for an old page or when it was signed out.
    ///
    /// req: CASE-024
    pub async fn send_hand_over(&self, caller: &Allowed<DoHandOvers>, id: Uuid, version: i64) -> Result<HandOverView> {
        let row = self.hand_over_for(caller, id).await?;
        if !self.own_orgs(caller).await?.contains(&row.from_org_id) {
            return Err(unknown());
        }
        let calendar = self.casework.calendars.current().await?;
        let today = base::zone::china_date(self.platform.now());
        // Without a calendar of the year nobody is called late.
        let expected_at = calendar.add_working_days(today, DAYS).ok().map(base::zone::end_of_day);
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(unknown)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    row.state = row.state()?.sent()?.as_str().to_owned();
                    row.sent_by = Some(who.name.clone());
                    row.sent_at = Some(tx.now());
                    row.expected_at = expected_at;
                    let said = (row.from_name.clone(), row.to_name.clone());
                    domain
                        .tell_cases(tx, &who, &row, EventKind::MaterialHandOver, move |count| {
                            format!("{}向{}移交材料 {count} 份", said.0, said.1)
                        })
                        .await?;
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        self.hand_over(caller, id).await
    }

    /// Signs in by what was scanned. Pieces of which fewer copies came are missing until they are signed in too.
    ///
    /// # Authorisation
    /// `hand_over.do`; the receiver's organisation.
    ///
    /// # Errors
    /// 404 for an unknown code or one of others, 409 before it was signed out or afterwards, 422.
    ///
    /// req: CASE-024
    pub async fn receive_hand_over(
        &self,
        caller: &Allowed<DoHandOvers>,
        receive: ReceiveHandOver,
    ) -> Result<HandOverView> {
        let number = number_of(&receive.code);
        let found = store::by_number(self.platform.db.read(), &number).await?;
        let own = self.own_orgs(caller).await?;
        let id = found.filter(|row| own.contains(&row.to_org_id)).ok_or_else(unknown)?.id;
        let remark = receive.remark.trim().to_owned();
        if !receive.fewer.is_empty() && !(2..=200).contains(&remark.chars().count()) {
            return Err(Problem::invalid_field("/remark", "required", "少了材料的，写明缺什么、怎么办，2 到 200 字"));
        }
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(unknown)?;
                    let fewer: BTreeMap<i64, i64> = receive.fewer.iter().map(|one| (one.no, one.copies)).collect();
                    let pieces = store::pieces(tx.conn(), id).await?;
                    for (at, one) in receive.fewer.iter().enumerate() {
                        let listed = pieces.iter().find(|piece| piece.no == one.no);
                        if !listed.is_some_and(|piece| (0..piece.copies).contains(&one.copies)) {
                            let message = "填的份数要比清单上的少";
                            return Err(Problem::invalid_field(format!("/fewer/{at}/copies"), "copies", message));
                        }
                    }
                    row.state = row.state()?.signed_in(fewer.is_empty())?.as_str().to_owned();
                    for piece in &pieces {
                        let copies = fewer.get(&piece.no).copied().unwrap_or(piece.copies);
                        store::received(tx.conn(), id, piece.no, copies).await?;
                    }
                    row.received_by = Some(who.name.clone());
                    row.received_at = Some(tx.now());
                    row.remark = (!remark.is_empty()).then_some(remark);
                    let (by, short) = (row.to_name.clone(), !fewer.is_empty());
                    domain
                        .tell_cases(tx, &who, &row, EventKind::MaterialSignFor, move |count| {
                            let lack = if short { "，有缺" } else { "" };
                            format!("{by}签收材料 {count} 份{lack}")
                        })
                        .await?;
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        self.hand_over(caller, id).await
    }

    /// Calls a list off before it is signed out.
    ///
    /// # Authorisation
    /// `hand_over.do`; the sender's organisation.
    ///
    /// # Errors
    /// 404, 409.
    pub async fn cancel_hand_over(&self, caller: &Allowed<DoHandOvers>, id: Uuid, version: i64) -> Result<()> {
        let row = self.hand_over_for(caller, id).await?;
        if !self.own_orgs(caller).await?.contains(&row.from_org_id) {
            return Err(unknown());
        }
        let (platform, who) = (self.platform.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(unknown)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    row.state = row.state()?.called_off()?.as_str().to_owned();
                    let detail = json!({ "number": row.number });
                    tx.audit(Line::by(&who, platform.new_id(), "hand_over.cancel", format!("hand_over:{id}"), detail));
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await
    }

    /// The standard's event in the chain of each case the list is about, with its pieces.
    async fn tell_cases(
        &self,
        tx: &Tx,
        who: &Principal,
        row: &hand_over::Model,
        kind: EventKind,
        text: impl Fn(usize) -> String,
    ) -> Result<()> {
        let mut cases: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for piece in store::pieces(tx.conn(), row.id).await? {
            cases.entry(piece.case_id).or_default().push(piece.name);
        }
        for (case, names) in cases {
            let record = Record {
                kind,
                text: text(names.len()),
                data: json!({ "from": row.from_name, "to": row.to_name, "materials": names, "number": row.number }),
                paper: None,
            };
            self.casework.record_beside(tx, case, Actor::of(who), "hand_over.do", vec![record]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::number_of;

    /// req: CASE-024
    #[test]
    fn a_scanner_gives_the_address_and_a_person_types_the_number() {
        assert_eq!(number_of("https://a.example/desk/hand-overs/receive?code=YJ20260921000001"), "YJ20260921000001");
        assert_eq!(number_of(" yj20260921000001\n"), "YJ20260921000001");
    }
}
