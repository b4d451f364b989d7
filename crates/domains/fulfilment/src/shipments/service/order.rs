//! Wanting parcels fetched: results of many cases at once, boxes for the archive.

use std::collections::HashSet;

use casework::cases::model::State;
use casework::cases::service::barrier::{Barrier, Moment, Passing};
use casework::cases::service::beside::CaseFacts;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Tx, work::idempotency};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Parties;
use crate::Fulfilment;
use crate::collections::Holding;
use crate::permissions::OrderShipments;
use crate::shipments::cost::{Cost, facts};
use crate::shipments::courier::Party;
use crate::shipments::model::ShipmentState;
use crate::shipments::store::{self, shipment};

/// Parcels of one order at most.
const MOST: usize = 100;
/// Heaviest parcel, grams.
const HEAVIEST: i64 = 50_000;

/// Results to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewShipments {
    /// Closed cases whose applicant wants the result by post, at most 100.
    pub case_ids: Vec<Uuid>,
    /// Sender; the place of the item when absent.
    #[serde(default)]
    pub sender: Option<Party>,
    /// Grams of each; 200 when absent.
    #[serde(default)]
    pub weight_g: Option<i64>,
}

/// Boxes to send to the archive.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewArchive {
    /// What is sent, for example 2026 年第三季度办件档案.
    pub title: String,
    /// Sender.
    pub sender: Party,
    /// The archive.
    pub receiver: Party,
    /// Boxes, at most 100; each is a parcel with a waybill of its own.
    pub boxes: Vec<ArchiveBox>,
}

/// One box.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ArchiveBox {
    /// What stands on it.
    pub label: String,
    /// Grams.
    pub weight_g: i64,
}

/// What was made of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ShipmentsMade)]
pub struct Made {
    /// The parcels made together.
    pub batch_id: Uuid,
    /// How many.
    pub made: usize,
    /// Cases that were left out, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// A case that was left out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ShipmentLeftOut)]
pub struct LeftOut {
    /// Case.
    pub case_id: Uuid,
    /// Its number; empty for one not to be known.
    pub case_number: String,
    /// Why.
    pub reason: String,
}

fn check_party(pointer: &str, party: &Party, problems: &mut Vec<FieldProblem>) {
    for (name, label, text, most) in [
        ("name", "姓名或单位", &party.name, 60),
        ("phone", "电话", &party.phone, 20),
        ("address", "地址", &party.address, 200),
    ] {
        if !(1..=most).contains(&text.trim().chars().count()) {
            problems.push(FieldProblem::new(
                format!("{pointer}/{name}"),
                "required",
                format!("填写{label}，最多 {most} 字"),
            ));
        }
    }
}

fn check_weight(pointer: &str, weight: i64, problems: &mut Vec<FieldProblem>) {
    if !(1..=HEAVIEST).contains(&weight) {
        problems.push(FieldProblem::new(pointer, "weight", "重量填 1 到 50,000 克"));
    }
}

fn done(problems: Vec<FieldProblem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

/// A parcel before it has its row.
struct Wanted {
    /// `result`, `archive`, `material`.
    kind: &'static str,
    title: String,
    parties: Parties,
    weight_g: i64,
    cost: Cost,
    case: Option<CaseFacts>,
}

impl Fulfilment {
    fn cost(&self, kind: &str, weight_g: i64, parties: &Parties) -> Cost {
        let context = facts(kind, weight_g, &parties.sender.region, &parties.receiver.region);
        let feel = self.casework.design.expressions();
        self.courier_rules.cost(weight_g, &|text: &str| feel.value(text, &context).unwrap_or(Value::Null))
    }

    fn row(
        &self,
        caller: &Principal,
        org: Uuid,
        batch: Uuid,
        number: String,
        wanted: &Wanted,
    ) -> Result<shipment::Model> {
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let case = wanted.case.as_ref();
        Ok(shipment::Model {
            id,
            number,
            version: 1,
            batch_id: batch,
            kind: wanted.kind.to_owned(),
            case_id: case.map(|case| case.id),
            case_number: case.map(|case| case.case_number.clone()),
            account_id: case.and_then(|case| case.account_id),
            item_slug: case.map(|case| case.item_slug.clone()).unwrap_or_default(),
            org_id: case.map_or(org, |case| case.org_id),
            taken_at: case.and_then(|case| case.taken_at),
            title: wanted.title.clone(),
            parties_sealed: self.seal_parties(&wanted.parties, id)?,
            weight_g: wanted.weight_g,
            cost_fen: wanted.cost.fen,
            cost_rule: wanted.cost.rule.clone(),
            payer: wanted.cost.payer.clone(),
            state: ShipmentState::Ordering.as_str().to_owned(),
            company: None,
            waybill: None,
            error: None,
            attempts: 0,
            track: json!([]),
            created_by: caller.name.clone(),
            ordered_at: None,
            looked_at: None,
            delivered_at: None,
            created_at: now,
            updated_at: now,
        })
    }

    /// Sends the results of closed cases; each case that can't be sent is left out with its reason, the others go.
    ///
    /// # Authorisation
    /// `shipment.order`; a case outside the caller's reach is left out as unknown.
    ///
    /// # Errors
    /// 422 for an incomplete sender, too many or no cases; 409 for a reused key.
    ///
    /// req: CASE-028, CASE-030
    pub async fn order_results(
        &self,
        caller: &Allowed<OrderShipments>,
        new: NewShipments,
        key: Option<String>,
    ) -> Result<Made> {
        let mut problems = Vec::new();
        let mut ids = new.case_ids.clone();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > MOST {
            problems.push(FieldProblem::new("/case_ids", "count", format!("一次选 1 到 {MOST} 件")));
        }
        if let Some(sender) = &new.sender {
            check_party("/sender", sender, &mut problems);
        }
        let weight_g = new.weight_g.unwrap_or(200);
        check_weight("/weight_g", weight_g, &mut problems);
        done(problems)?;
        let sent: HashSet<Uuid> = store::live_of_cases(self.platform.db.read(), &ids)
            .await?
            .into_iter()
            .filter_map(|row| row.case_id)
            .collect();
        let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
        for id in ids {
            let facts = match self.casework.facts_for(caller, id).await {
                Ok(facts) => facts,
                Err(problem) if problem.status().is_client_error() => {
                    left_out.push(LeftOut {
                        case_id: id,
                        case_number: String::new(),
                        reason: problem.title().to_owned(),
                    });
                    continue;
                }
                Err(problem) => return Err(problem),
            };
            match self.parcel_of(&facts, &new, weight_g, sent.contains(&id)).await? {
                Ok(parcel) => wanted.push(Wanted { case: Some(facts), ..parcel }),
                Err(reason) => left_out.push(LeftOut { case_id: id, case_number: facts.case_number, reason }),
            }
        }
        let batch = self.platform.new_id();
        let org = caller.org_id.unwrap_or_default();
        self.make(caller, "shipment.order", org, batch, wanted, left_out, key).await
    }

    /// The parcel of a case, or why it can't be sent.
    async fn parcel_of(
        &self,
        case: &CaseFacts,
        new: &NewShipments,
        weight_g: i64,
        sent: bool,
    ) -> Result<std::result::Result<Wanted, String>> {
        if case.state != State::Closed {
            return Ok(Err(format!("“{}”的办件不能寄，办结以后、没有领取的才寄", case.state.label())));
        }
        if sent {
            return Ok(Err("已经寄了，或者正在下单".to_owned()));
        }
        let (way, address) = self.casework.delivery_wish(case.id).await?;
        let (true, Some(address)) = (way == "post", address) else {
            return Ok(Err("申请人没有选邮寄".to_owned()));
        };
        let receiver =
            Party { name: address.name, phone: address.phone, region: address.region, address: address.address };
        let sender = match (&new.sender, case.item.item.places.first()) {
            (Some(sender), _) => sender.clone(),
            (None, Some(place)) => Party {
                name: place.name.clone(),
                phone: place.phone.clone(),
                region: case.item.item.region.clone(),
                address: place.address.clone(),
            },
            (None, None) => return Ok(Err("事项没有办理地点，请填写寄件人".to_owned())),
        };
        let parties = Parties { sender, receiver };
        let cost = self.cost("result", weight_g, &parties);
        Ok(Ok(Wanted { kind: "result", title: case.item_name.clone(), parties, weight_g, cost, case: None }))
    }

    /// Sends boxes to the archive, each a parcel of its own.
    ///
    /// # Authorisation
    /// `shipment.order`; they belong to the caller's organisation.
    ///
    /// # Errors
    /// 422 naming each field; 409 for a reused key.
    ///
    /// req: CASE-030
    pub async fn order_archive(
        &self,
        caller: &Allowed<OrderShipments>,
        new: NewArchive,
        key: Option<String>,
    ) -> Result<Made> {
        let mut problems = Vec::new();
        if !(1..=100).contains(&new.title.trim().chars().count()) {
            problems.push(FieldProblem::new("/title", "required", "写明寄的是什么档案，最多 100 字"));
        }
        check_party("/sender", &new.sender, &mut problems);
        check_party("/receiver", &new.receiver, &mut problems);
        if new.boxes.is_empty() || new.boxes.len() > MOST {
            problems.push(FieldProblem::new("/boxes", "count", format!("一次寄 1 到 {MOST} 箱")));
        }
        for (at, one) in new.boxes.iter().enumerate() {
            if !(1..=60).contains(&one.label.trim().chars().count()) {
                problems.push(FieldProblem::new(format!("/boxes/{at}/label"), "required", "写上箱号，最多 60 字"));
            }
            check_weight(&format!("/boxes/{at}/weight_g"), one.weight_g, &mut problems);
        }
        done(problems)?;
        let org = caller.org_id.ok_or_else(|| Problem::forbidden("没有所属机构的账号不能寄档案。"))?;
        let parties = Parties { sender: new.sender.clone(), receiver: new.receiver.clone() };
        let wanted = new
            .boxes
            .iter()
            .map(|one| Wanted {
                kind: "archive",
                title: format!("{}（{}）", new.title.trim(), one.label.trim()),
                parties: parties.clone(),
                weight_g: one.weight_g,
                cost: self.cost("archive", one.weight_g, &parties),
                case: None,
            })
            .collect();
        let batch = self.platform.new_id();
        self.make(caller, "shipment.archive", org, batch, wanted, Vec::new(), key).await
    }

    #[expect(clippy::too_many_arguments, reason = "the two ways to order meet here and nowhere else")]
    async fn make(
        &self,
        caller: &Principal,
        act: &'static str,
        org: Uuid,
        batch: Uuid,
        wanted: Vec<Wanted>,
        left_out: Vec<LeftOut>,
        key: Option<String>,
    ) -> Result<Made> {
        let (domain, who) = (self.clone(), caller.clone());
        let made = wanted.len();
        let batch_id = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(before) = idempotency::claim(tx, who.id, act, &key, batch).await?
                    {
                        return Ok(before);
                    }
                    domain.keep_parcels(tx, &who, act, org, batch, &wanted).await?;
                    Ok(batch)
                })
            })
            .await?;
        Ok(Made { batch_id, made, left_out })
    }

    /// A parcel for paper that changes hands between offices, wanted inside the caller's command; its id.
    ///
    /// # Errors
    /// 422 naming what is missing below `/courier`.
    pub(crate) async fn parcel_for(
        &self,
        tx: &Tx,
        who: &Principal,
        org: Uuid,
        title: String,
        (sender, receiver, weight_g): (Party, Party, i64),
    ) -> Result<Uuid> {
        let mut problems = Vec::new();
        check_party("/courier/sender", &sender, &mut problems);
        check_party("/courier/receiver", &receiver, &mut problems);
        check_weight("/courier/weight_g", weight_g, &mut problems);
        done(problems)?;
        let parties = Parties { sender, receiver };
        let cost = self.cost("material", weight_g, &parties);
        let wanted = [Wanted { kind: "material", title, parties, weight_g, cost, case: None }];
        let batch = self.platform.new_id();
        let ids = self.keep_parcels(tx, who, "shipment.order", org, batch, &wanted).await?;
        ids.first().copied().ok_or_else(|| Problem::internal("a parcel was not made"))
    }

    async fn keep_parcels(
        &self,
        tx: &Tx,
        who: &Principal,
        act: &'static str,
        org: Uuid,
        batch: Uuid,
        wanted: &[Wanted],
    ) -> Result<Vec<Uuid>> {
        let day = base::zone::china_date(tx.now());
        let mut rows = Vec::with_capacity(wanted.len());
        for one in wanted {
            if let Some(case) = &one.case {
                let fees = &case.item.item.fees;
                let refused = case.outcome.as_deref() != Some("granted");
                if !refused {
                    Holding.pass(tx, &Passing { case_id: case.id, fees, moment: Moment::Delivery }).await?;
                }
            }
            let running = platform::numbers::strict(tx, &format!("shipment:{day}")).await?;
            let number = format!("JD{}{running:06}", day.to_string().replace('-', ""));
            rows.push(self.row(who, org, batch, number, one)?);
        }
        for row in &rows {
            tx.enqueue(NewJob {
                id: self.platform.new_id(),
                kind: super::place::JOB,
                payload: json!({ "shipment_id": row.id }),
                run_at: None,
                key: Some(format!("{}:{}:1", super::place::JOB, row.id)),
            });
        }
        let detail = json!({ "batch": batch, "parcels": rows.len() });
        tx.audit(Line::by(who, self.platform.new_id(), act, format!("shipments:{batch}"), detail));
        let ids = rows.iter().map(|row| row.id).collect();
        if !rows.is_empty() {
            store::insert(tx.conn(), rows).await?;
        }
        Ok(ids)
    }
}
