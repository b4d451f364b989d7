//! Proofs asked of the body that owns them 部门间调证: what for and until when, answered online with a file or refused
//! with a reason, received into the case's material.
//!
//! ```text
//! open ─answer→ answered ─receive→ received
//!   │ └─refuse→ refused        └ the paper is in the centre as soon as it is answered
//!   └─withdraw→ withdrawn
//! ```
//!
//! The list shows the person masked; the body that answers sees the whole number by right, with a reason, logged.

pub mod http;
mod model;
mod tell;

use bytes::Bytes;
use casework::cases::service::received::ReceivedPaper;
use platform::disclosure::{Ask, Field};
use platform::files::{self, FileRef};
use platform::personal::{DISCLOSED, Given};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{QueryOrder, QuerySelect};
use serde_json::json;
use time::{Date, Duration};

pub use model::{
    AnswerProof, EndProof, NewProof, ProofFilter, ProofHolder, ProofView, ReceiveProof, RevealProof, State,
};

use crate::Materials;
use crate::keep::{Holder, Incoming, NewVersion};
use crate::store::proof::{Column, Entity, Model};
use crate::store::{self, all_set, proof};
use crate::words::{bad_cursor, day, full, kept_day, masked_name, masked_number, own_orgs, some_day, text, too_many};

/// Tells people of a request.
pub(crate) const TELL_JOB: &str = "materials.tell";
/// Days a body may be given at most.
const LONGEST: i64 = 90;

fn holder_place(id: Uuid) -> String {
    format!("proof_request:{id}:holder")
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这次调证。")
}

/// What a caller sees of both sides.
fn sees(caller: &Principal, side: Option<&str>) -> Result<Cond> {
    let orgs = || own_orgs(caller);
    Ok(match side {
        Some("asked") => Cond::all().add(Column::OrgId.is_in(orgs())),
        Some("received") => Cond::all().add(Column::ToOrgId.is_in(orgs())),
        None => Cond::any().add(Column::OrgId.is_in(orgs())).add(Column::ToOrgId.is_in(orgs())),
        Some(_) => return Err(Problem::invalid_field("/side", "option", "选择看我们发起的，还是请我们出具的")),
    })
}

impl Materials {
    async fn proof_views(&self, caller: &Principal, rows: Vec<Model>) -> Result<Vec<ProofView>> {
        let conn = self.platform.db.read();
        let orgs = self.identity.orgs().await?;
        let wanted = rows.iter().filter_map(|row| Some((row.material_id?, row.material_no?)));
        let wanted: Vec<(Uuid, i64)> = wanted.collect();
        let versions = if wanted.is_empty() {
            Vec::new()
        } else {
            let any = wanted.iter().fold(Cond::any(), |any, (id, no)| {
                let one = store::version::Column::MaterialId.eq(*id).and(store::version::Column::No.eq(*no));
                any.add(one)
            });
            store::version::Entity::find().filter(any).all(conn).await?
        };
        let (today, mine) = (self.today(), own_orgs(caller));
        rows.into_iter()
            .map(|row| {
                let state = State::parse(&row.state)?;
                let number = self.platform.unseal(&row.holder_id_sealed, &holder_place(row.id))?;
                let own = mine.contains(&row.org_id);
                let asked = mine.contains(&row.to_org_id);
                let version = versions
                    .iter()
                    .find(|one| Some(one.material_id) == row.material_id && Some(one.no) == row.material_no);
                let name = |id: Uuid| orgs.get(id).map(|org| org.name.clone()).unwrap_or_default();
                let left = kept_day(Some(row.due_on.as_str())).map(|due| (due - today).whole_days());
                Ok(ProofView {
                    holder_name: masked_name(&row.holder_kind, &row.holder_name),
                    holder_number: masked_number(&row.holder_kind, &number),
                    org_name: name(row.org_id),
                    to_org_name: name(row.to_org_id),
                    days_left: left.filter(|_| state == State::Open),
                    state,
                    state_label: state.label(),
                    file: version.map(|one| serde_json::from_value(one.file.clone())).transpose()?,
                    valid_until: version.and_then(|one| one.valid_until.clone()),
                    may_answer: asked && state == State::Open && caller.may("proof.answer"),
                    may_end: own && matches!(state, State::Open | State::Answered) && caller.may("proof.ask"),
                    id: row.id,
                    version: row.version,
                    kind: row.kind,
                    name: row.name,
                    holder_kind: row.holder_kind,
                    purpose: row.purpose,
                    case_id: row.case_id.filter(|_| own),
                    case_number: row.case_number,
                    item_name: row.item_name,
                    material_key: row.material_key,
                    material_name: row.material_name,
                    asked_by_name: row.asked_by_name,
                    asked_at: row.asked_at,
                    due_on: row.due_on,
                    reason: row.reason,
                    answered_by_name: row.answered_by_name,
                    answered_at: row.answered_at,
                    ended_by_name: row.ended_by_name,
                    ended_at: row.ended_at,
                })
            })
            .collect()
    }

    /// Requests of both sides, asked last first.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for an unknown state or side.
    pub async fn proofs(&self, caller: &Principal, filter: &ProofFilter) -> Result<List<ProofView>> {
        let conn = self.platform.db.read();
        let mut select = Entity::find().filter(sees(caller, full(&filter.side))?);
        if let Some(words) = full(&filter.q) {
            let pattern = platform::db::containing(words);
            let any = Cond::any()
                .add(Column::Name.like(&pattern))
                .add(Column::CaseNumber.like(&pattern))
                .add(Column::Purpose.like(&pattern))
                .add(Column::HolderIndex.eq(self.platform.blind_index(&words.to_uppercase())));
            select = select.filter(any);
        }
        select = match full(&filter.state) {
            None => select,
            Some("late") => {
                let late = Cond::all().add(Column::State.eq("open")).add(Column::DueOn.lt(self.today().to_string()));
                select.filter(late)
            }
            Some(state) if State::ALL.iter().any(|one| one.as_str() == state) => select.filter(Column::State.eq(state)),
            Some(_) => return Err(Problem::invalid_field("/state", "option", "没有这个状态，请重新选择")),
        };
        if let Some(case) = filter.case_id {
            select = select.filter(Column::CaseId.eq(case));
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|part| part.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let views = self.proof_views(caller, rows).await?;
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// The same as lines of a file, masked, at most 5,000.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_proofs(&self, caller: &Principal, filter: &ProofFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = ProofFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.proofs(caller, &filter).await?;
            too_many(page.total)?;
            lines.extend(page.items.into_iter().map(|row| {
                vec![
                    row.name,
                    row.holder_name,
                    row.purpose,
                    row.case_number,
                    row.org_name,
                    row.asked_by_name,
                    base::zone::moment_text(row.asked_at),
                    row.to_org_name,
                    row.due_on,
                    row.state_label.to_owned(),
                    row.answered_at.map(base::zone::moment_text).unwrap_or_default(),
                    row.reason,
                ]
            }));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let detail = json!({ "rows": lines.len() });
        let line = Line::by(caller, self.platform.new_id(), "proof.export", "proof_requests".to_owned(), detail);
        self.platform.leave(line).await?;
        Ok(lines)
    }

    async fn seen_proof(&self, caller: &Principal, id: Uuid, side: Option<&str>) -> Result<Model> {
        let found = Entity::find_by_id(id).filter(sees(caller, side)?).one(self.platform.db.read()).await?;
        found.ok_or_else(unknown)
    }

    /// One request.
    ///
    /// # Errors
    /// 404 for one of neither side.
    pub async fn proof(&self, caller: &Principal, id: Uuid) -> Result<ProofView> {
        let row = self.seen_proof(caller, id, None).await?;
        self.proof_views(caller, vec![row]).await?.into_iter().next().ok_or_else(unknown)
    }

    /// Asks the body that owns a proof for it.
    ///
    /// # Errors
    /// 422 names what is wrong, 404 for a case outside reach.
    pub async fn ask_proof(&self, caller: &Principal, new: NewProof, key: Option<String>) -> Result<ProofView> {
        let purpose = text("/purpose", &new.purpose, 4, 200, "写明做什么用，至少 4 个字，对方据此决定给不给")?;
        let due = day("/due_on", &new.due_on)?;
        let today = self.today();
        if due < today || due > today + Duration::days(LONGEST) {
            let message = format!("期限选今天到 {LONGEST} 天以内的一天");
            return Err(Problem::invalid_field("/due_on", "range", message));
        }
        let kind = self.rules.kind(&new.kind);
        let kind = kind.ok_or_else(|| Problem::invalid_field("/kind", "option", "选择要哪一种证明"))?;
        let orgs = self.identity.orgs().await?;
        let to = orgs.get(new.to_org_id).filter(|org| org.state == identity::OrgState::Active);
        let to = to.ok_or_else(|| Problem::invalid_field("/to_org_id", "option", "选择请哪个部门出具"))?;
        let org_id = caller.org_id.ok_or_else(|| Problem::internal("staff without an organisation"))?;
        if to.id == org_id {
            return Err(Problem::invalid_field("/to_org_id", "own", "本单位的证明不用调取，请选出具证明的部门"));
        }
        let named = (new.holder_kind.as_str(), new.holder_name.as_str(), new.number.as_str());
        let asked = self.asked_holder(caller, new.case_id, named).await?;
        if !kind.holders.contains(&asked.kind) {
            let whose = if asked.kind == "person" { "个人" } else { "企业" };
            return Err(Problem::invalid_field("/kind", "holder_kind", format!("“{}”不是{whose}的证明", kind.name)));
        }
        let material_key = new.material_key.trim().to_owned();
        let material_name = match (&asked.case, material_key.is_empty()) {
            (_, true) => String::new(),
            (None, false) => {
                return Err(Problem::invalid_field("/material_key", "no_case", "没有办件，就没有材料可以放"));
            }
            (Some(case), false) => {
                case.item.item.material(&material_key).map(|one| one.name.clone()).ok_or_else(|| {
                    Problem::invalid_field("/material_key", "unknown_material", "这个事项没有这份材料")
                })?
            }
        };
        let id = self.platform.new_id();
        let row = Model {
            id,
            version: 1,
            kind: kind.key.clone(),
            name: kind.name.clone(),
            holder_index: self.platform.blind_index(&asked.number),
            holder_id_sealed: self.platform.seal(&asked.number, &holder_place(id)),
            holder_kind: asked.kind,
            holder_name: asked.name,
            account_id: asked.account,
            purpose: purpose.clone(),
            case_id: asked.case.as_ref().map(|case| case.id),
            case_number: asked.case.as_ref().map(|case| case.case_number.clone()).unwrap_or_default(),
            item_slug: asked.case.as_ref().map(|case| case.item_slug.clone()).unwrap_or_default(),
            item_name: asked.case.as_ref().map(|case| case.item_name.clone()).unwrap_or_default(),
            material_key,
            material_name,
            org_id,
            asked_by: caller.id,
            asked_by_name: caller.name.clone(),
            asked_at: self.platform.now(),
            to_org_id: to.id,
            due_on: due.to_string(),
            state: State::Open.as_str().to_owned(),
            material_id: None,
            material_no: None,
            reason: String::new(),
            answered_by: None,
            answered_by_name: String::new(),
            answered_at: None,
            ended_at: None,
            ended_by_name: String::new(),
            told_soon: false,
            told_late: false,
        };
        let detail = json!({ "kind": row.kind, "to": to.name, "purpose": purpose, "case": row.case_id });
        let line = Line::by(caller, self.platform.new_id(), "proof.ask", format!("proof:{id}"), detail);
        let (who, tell) = (caller.id, self.tell_later(id, "asked"));
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "proof.ask", key, id).await?
                    {
                        return Ok(made);
                    }
                    tx.audit(line);
                    tx.enqueue(tell);
                    proof::Entity::insert(all_set::<_, proof::ActiveModel>(row))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(id)
                })
            })
            .await?;
        self.proof(caller, made).await
    }

    fn tell_later(&self, id: Uuid, event: &str) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind: TELL_JOB,
            payload: json!({ "request_id": id, "event": event }),
            run_at: None,
            key: None,
        }
    }

    /// The body answers with a paper, which is in the centre from then on.
    ///
    /// # Errors
    /// 404 for a request of another body, 409 for an old page or what came to its end, 422 for the file.
    pub async fn answer_proof(&self, caller: &Principal, id: Uuid, answer: AnswerProof) -> Result<ProofView> {
        let mut row = self.seen_proof(caller, id, Some("received")).await?;
        fresh(&row, answer.version)?;
        State::parse(&row.state)?.then(State::Answered)?;
        let until = some_day("/valid_until", answer.valid_until.as_deref())?;
        if until.is_some_and(|until| until < self.today()) {
            return Err(Problem::invalid_field("/valid_until", "over", "有效期已经过了，请出具仍然有效的证明"));
        }
        let note = text("/note", &answer.note, 0, 500, "")?;
        let found = files::find(self.platform.db.read(), &[answer.file]).await?;
        let file = found.into_iter().find(|(_, owner)| *owner == Some(caller.id)).map(|(file, _)| file);
        let file =
            file.ok_or_else(|| Problem::invalid_field("/file", "unknown_file", "没有找到上传的文件，请重新上传。"))?;
        let kinds = ["application/pdf", "image/jpeg", "image/png"];
        if !kinds.contains(&file.media_type.as_str()) {
            let message = "证明要交 PDF、JPG 或 PNG，Word、Excel 文件请另存为 PDF";
            return Err(Problem::invalid_field("/file", "unsupported_type", message));
        }
        let digests = files::digests(self.platform.db.read(), &[file.id]).await?;
        let number = self.platform.unseal(&row.holder_id_sealed, &holder_place(id))?;
        let body = self.org_name(row.to_org_id).await?;
        let asker = self.org_name(row.org_id).await?;
        let incoming = Incoming {
            holder: Holder {
                kind: row.holder_kind.clone(),
                name: row.holder_name.clone(),
                number,
                account: row.account_id,
            },
            name: row.name.clone(),
            kind: row.kind.clone(),
            source: "proof",
            source_key: format!("proof:{}:{}:{}", row.to_org_id, row.kind, row.holder_index),
            replaces: None,
            source_name: body.clone(),
            org_id: Some(row.to_org_id),
            item_slug: String::new(),
            taken_at: None,
            version: NewVersion {
                file,
                digest: digests.into_iter().next().map(|(_, digest)| digest).unwrap_or_default(),
                valid_from: Some(self.today()),
                valid_until: until,
                came_from: format!("{body}应{asker}的请求出具"),
                by_name: caller.name.clone(),
            },
        };
        row.state = State::Answered.as_str().to_owned();
        row.reason = note;
        row.answered_by = Some(caller.id);
        row.answered_by_name.clone_from(&caller.name);
        row.answered_at = Some(self.platform.now());
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "proof.answer",
            format!("proof:{id}"),
            json!({ "kind": row.kind, "to": asker }),
        );
        let (name, purpose, event_id) = (row.name.clone(), row.purpose.clone(), self.platform.new_id());
        let (materials, tell) = (self.clone(), self.tell_later(id, "answered"));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (material, no) = materials.keep_in(tx, incoming).await?;
                    row.material_id = Some(material);
                    row.material_no = Some(no);
                    store::update_proof(tx.conn(), row).await?;
                    tx.audit(line);
                    tx.enqueue(tell);
                    // The person it is about reads that the other body got it, and what for.
                    tx.publish(Event {
                        id: event_id,
                        topic: DISCLOSED,
                        subject: "materials".to_owned(),
                        payload: platform::work::payload(&Given {
                            objects: vec![format!("material:{material}")],
                            receiver: asker,
                            what: name,
                            way: format!("部门间调证：{purpose}"),
                            source_key: format!("proof.answer:{id}"),
                        })?,
                    });
                    Ok(())
                })
            })
            .await?;
        self.proof(caller, id).await
    }

    /// The body says that it can't give it.
    ///
    /// # Errors
    /// 404 for a request of another body, 409 for an old page or what came to its end, 422 without a reason.
    pub async fn refuse_proof(&self, caller: &Principal, id: Uuid, end: EndProof) -> Result<ProofView> {
        let mut row = self.seen_proof(caller, id, Some("received")).await?;
        fresh(&row, end.version)?;
        State::parse(&row.state)?.then(State::Refused)?;
        row.reason = text("/reason", &end.reason, 4, 500, "写明为什么不能出具、可以找谁，至少 4 个字")?;
        row.state = State::Refused.as_str().to_owned();
        row.answered_by = Some(caller.id);
        row.answered_by_name.clone_from(&caller.name);
        row.answered_at = Some(self.platform.now());
        self.write_proof(caller, row, "proof.refuse", Some("refused")).await
    }

    /// Whoever asked takes the request back.
    ///
    /// # Errors
    /// 404 for a request of another side, 409 for an old page or what was answered, 422 without a reason.
    pub async fn withdraw_proof(&self, caller: &Principal, id: Uuid, end: EndProof) -> Result<ProofView> {
        let mut row = self.seen_proof(caller, id, Some("asked")).await?;
        fresh(&row, end.version)?;
        State::parse(&row.state)?.then(State::Withdrawn)?;
        row.reason = text("/reason", &end.reason, 2, 500, "写明为什么撤回")?;
        row.state = State::Withdrawn.as_str().to_owned();
        row.ended_at = Some(self.platform.now());
        row.ended_by_name.clone_from(&caller.name);
        self.write_proof(caller, row, "proof.withdraw", Some("withdrawn")).await
    }

    async fn write_proof(
        &self,
        caller: &Principal,
        row: Model,
        act: &'static str,
        tell: Option<&str>,
    ) -> Result<ProofView> {
        let id = row.id;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            act,
            format!("proof:{id}"),
            json!({ "reason": row.reason, "kind": row.kind }),
        );
        let tell = tell.map(|event| self.tell_later(id, event));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    if let Some(tell) = tell {
                        tx.enqueue(tell);
                    }
                    store::update_proof(tx.conn(), row).await
                })
            })
            .await?;
        self.proof(caller, id).await
    }

    /// Whoever asked takes the paper over: into the material of the case, where one was named.
    ///
    /// # Errors
    /// 404 for a request of another side, 409 for an old page, what is not answered or a case that is over, 422 for a
    /// material that does not take it.
    pub async fn receive_proof(&self, caller: &Principal, id: Uuid, receive: ReceiveProof) -> Result<ProofView> {
        let mut row = self.seen_proof(caller, id, Some("asked")).await?;
        fresh(&row, receive.version)?;
        State::parse(&row.state)?.then(State::Received)?;
        let (Some(material), Some(no)) = (row.material_id, row.material_no) else {
            return Err(Problem::internal(format!("proof request {id} was answered without a paper")));
        };
        let version = store::version_no(self.platform.db.read(), material, no).await?.ok_or_else(unknown)?;
        let file: FileRef = serde_json::from_value(version.file)?;
        if let Some(key) = &receive.material_key {
            key.trim().clone_into(&mut row.material_key);
        }
        row.state = State::Received.as_str().to_owned();
        row.ended_at = Some(self.platform.now());
        row.ended_by_name.clone_from(&caller.name);
        let into = row.case_id.filter(|_| !row.material_key.is_empty());
        let paper = ReceivedPaper {
            key: row.material_key.clone(),
            file,
            name: row.name.clone(),
            from: self.org_name(row.to_org_id).await?,
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "proof.receive",
            format!("proof:{id}"),
            json!({ "case": row.case_id, "material": row.material_key }),
        );
        let (casework, clerk) = (self.casework.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::update_proof(tx.conn(), row).await?;
                    match into {
                        Some(case) => casework.receive_paper(tx, &clerk, case, paper).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        self.proof(caller, id).await
    }

    /// The paper that was given, for both sides; logged, and shown to its owner.
    ///
    /// # Errors
    /// 404 for a request of neither side, or before it is answered.
    pub async fn proof_file(&self, caller: &Principal, id: Uuid) -> Result<(FileRef, Bytes)> {
        let row = self.seen_proof(caller, id, None).await?;
        let (Some(material), Some(no)) = (row.material_id, row.material_no) else { return Err(unknown()) };
        let field = Field { table: "files", column: "digest", part: "file:material" };
        self.platform.disclosure.admit(&self.platform, caller, field).await?;
        let version = store::version_no(self.platform.db.read(), material, no).await?.ok_or_else(unknown)?;
        let found = files::read(&self.platform, version.file_id).await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "proof.read",
            format!("material:{material}"),
            json!({ "reason": row.purpose, "request": id }),
        );
        self.platform.leave(line).await?;
        Ok(found)
    }

    /// Whose proof it is, for the body that answers: by right, by level, with a reason.
    ///
    /// # Errors
    /// 404 for a request of another body, 422 without a reason, 403 below the level.
    pub async fn reveal_proof(&self, caller: &Principal, id: Uuid, reason: &str) -> Result<ProofHolder> {
        let row = self.seen_proof(caller, id, Some("received")).await?;
        let ask = Ask {
            right: "proof.reveal",
            field: Field { table: "proof_requests", column: "holder_id_sealed", part: "id_number" },
            name: "holder",
            subject: format!("proof:{id}"),
            reason,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let number = self.platform.unseal(&row.holder_id_sealed, &holder_place(id))?;
        permit.used(&self.platform).await?;
        Ok(ProofHolder { name: row.holder_name, number })
    }

    pub(crate) async fn org_name(&self, id: Uuid) -> Result<String> {
        Ok(self.identity.org(id).await?.map(|org| org.name).unwrap_or_default())
    }
}

/// Refuses an old page.
fn fresh(row: &Model, version: i64) -> Result<()> {
    if row.version == version { Ok(()) } else { Err(Problem::stale()) }
}

/// The last day of a request.
pub(crate) fn due(row: &Model) -> Option<Date> {
    kept_day(Some(row.due_on.as_str()))
}
