//! What stops or moves the clock after acceptance: special procedures, extensions, abort (CASE-020);
//! reminders and supervision orders (CASE-022).

use base::deadline::{TimeLimit, TimeUnit};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::change::all_set;
use super::documents::DocumentKind;
use super::intake::{cancel_tasks, object};
use super::{Casework, reach};
use super::{Loaded, change::Change};
use crate::cases::clock;
use crate::cases::error::CaseError;
use crate::cases::model::{Closing, EventKind, OutOfOrder, State};
use crate::cases::store::{self, Around, case, extension, special, task, urge};

/// A length of time in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Length {
    /// How many.
    pub value: u32,
    /// Of what: working_day, natural_day, hour, minute, month.
    #[schema(value_type = String)]
    pub unit: TimeUnit,
}

/// Begins a special procedure.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Suspend {
    /// Version of the page.
    pub version: i64,
    /// Key of the item's special procedure.
    pub procedure: String,
    /// Why.
    pub reason: String,
    /// How long it is expected to take.
    pub expected: Option<Length>,
}

/// Ends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Resume {
    /// Version of the page.
    pub version: i64,
    /// What came out.
    pub result: String,
}

/// Asks for an extension.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AskExtension {
    /// Version of the page.
    pub version: i64,
    /// How many.
    pub value: u32,
    /// Of what; must be the unit of the limit.
    #[schema(value_type = String)]
    pub unit: TimeUnit,
    /// Why.
    pub reason: String,
}

/// Decides on it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DecideExtensionRequest {
    /// Version of the page.
    pub version: i64,
    /// Whether it is granted.
    pub approve: bool,
    /// Opinion.
    #[serde(default)]
    pub opinion: String,
}

/// Ends an examination that can't go on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = ActReason)]
pub struct Reason {
    /// Version of the page.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Urges, or orders.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Urge {
    /// What is to be done.
    pub text: String,
    /// An order that wants a reply (督办), not only a reminder (催办).
    #[serde(default)]
    pub order: bool,
}

/// Replies to an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReplyUrgeRequest {
    /// Reply.
    pub text: String,
}

/// Day the promise would end if the procedure took as long as expected; none when that can't be told.
fn expected_due(
    row: &case::Model,
    loaded: &Loaded,
    around: &Around,
    begun: &special::Model,
    calendar: &base::calendar::Calendar,
) -> Option<String> {
    if begun.counts_in_limit {
        return row.due_at.map(clock::last_day);
    }
    let length = TimeLimit {
        value: u32::try_from(begun.expected_value?).ok()?,
        unit: clock::unit_of(begun.expected_unit.as_deref()?)?,
    };
    let until = base::deadline::due_at(calendar, begun.started_at, length, &[], &[]).ok()??;
    let ended = special::Model { ended_at: Some(until), ..begun.clone() };
    let specials = around.specials.iter().cloned().chain([ended]).collect();
    let around = Around { specials, extensions: around.extensions.clone(), events: around.events.clone() };
    let mut row = row.clone();
    clock::set_due(&mut row, &loaded.item.item, &around, calendar, until).ok()?;
    row.due_at.map(clock::last_day)
}

pub(crate) fn reason(pointer: &str, text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        0..4 => Err(Problem::invalid_field(pointer, "required", "写明原因，至少 4 个字")),
        1001.. => Err(Problem::invalid_field(pointer, "length", "最多 1000 字")),
        _ => Ok(text.to_owned()),
    }
}

impl Casework {
    /// Begins a special procedure; unless it counts, the clocks stand still and the applicant is told in writing.
    ///
    /// # Errors
    /// 409 out of order, 422 for a procedure the item does not know.
    pub async fn suspend(&self, caller: &Principal, id: Uuid, suspend: Suspend) -> Result<()> {
        let why = reason("/reason", &suspend.reason)?;
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, suspend.version, "case.suspend", move |tx, loaded, mut change| {
            Box::pin(async move {
                let procedure = loaded
                    .item
                    .item
                    .special_procedures
                    .iter()
                    .find(|procedure| procedure.key == suspend.procedure)
                    .cloned()
                    .ok_or_else(|| Problem::invalid_field("/procedure", "option", "选择这个事项规定的特别程序"))?;
                let expected = suspend
                    .expected
                    .map(|length| TimeLimit { value: length.value, unit: length.unit })
                    .or(procedure.limit.as_ref().map(catalogue::items::model::Limit::time));
                let row = special::Model {
                    id: casework.platform.new_id(),
                    case_id: id,
                    procedure: procedure.key.clone(),
                    name: procedure.name.clone(),
                    reason: why.clone(),
                    expected_value: expected.map(|limit| i64::from(limit.value)),
                    expected_unit: expected.map(|limit| clock::unit_key(limit.unit).to_owned()),
                    counts_in_limit: procedure.counts_in_limit,
                    started_at: tx.now(),
                    started_by: change.actor().name.clone(),
                    ended_at: None,
                    ended_by: None,
                    result: None,
                };
                let due = expected_due(&change.row, &loaded, &store::around(tx.conn(), id).await?, &row, &calendar);
                let more = object(json!({ "procedure": {
                    "name": procedure.name,
                    "reason": why,
                    "legal_basis": "《中华人民共和国行政许可法》第四十五条",
                    "from": base::zone::china_date(tx.now()).to_string(),
                    "limit": expected.map(|limit| limit.to_string()),
                    "due": due,
                    "counts_in_limit": procedure.counts_in_limit,
                }}));
                let document = casework.document(&change.row, &loaded.item, DocumentKind::Special, Some(tx), more).await?;
                let clock_text = if procedure.counts_in_limit { "时限照算" } else { "时限从今天起停算" };
                let length = expected.map(|limit| format!("，预计 {limit}")).unwrap_or_default();
                change.record(
                    &casework.platform,
                    EventKind::SpecialStart,
                    format!("{}：{why}{length}，{clock_text}", procedure.name),
                    json!({ "procedure": procedure.key, "document_id": document.id, "counts_in_limit": procedure.counts_in_limit }),
                )?;
                let mut around = store::around(tx.conn(), id).await?;
                around.specials.push(row.clone());
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                special::Entity::insert(all_set::<_, special::ActiveModel>(row)).exec_without_returning(tx.conn()).await?;
                casework.keep_document(tx, document).await?;
                change.announce("case.special_started");
                Ok(change)
            })
        })
        .await
    }

    /// Ends the running special procedure; the clocks go on with the days left.
    ///
    /// # Errors
    /// 409 when none is running, 422 without a result.
    pub async fn resume(&self, caller: &Principal, id: Uuid, resume: Resume) -> Result<()> {
        let result = reason("/result", &resume.result)?;
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, resume.version, "case.suspend", move |tx, loaded, mut change| {
            Box::pin(async move {
                let mut around = store::around(tx.conn(), id).await?;
                let by = change.actor().name.clone();
                change.record(
                    &casework.platform,
                    EventKind::SpecialEnd,
                    format!("特别程序结束：{result}，时限继续计算"),
                    json!({ "result": result }),
                )?;
                let running = around
                    .specials
                    .iter_mut()
                    .find(|special| special.ended_at.is_none())
                    .ok_or_else(|| Problem::internal("a special state without its procedure"))?;
                running.ended_at = Some(tx.now());
                running.ended_by = Some(by);
                running.result = Some(result);
                let row = running.clone();
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                let row_id = row.id;
                special::Entity::update_many()
                    .set(all_set::<_, special::ActiveModel>(row))
                    .filter(special::Column::Id.eq(row_id))
                    .exec(tx.conn())
                    .await?;
                for task in store::tasks(tx.conn(), id).await?.into_iter().filter(|task| task.state == "open") {
                    let due = clock::task_due(&task, &around.specials, &calendar)?;
                    task::Entity::update_many()
                        .col_expr(task::Column::DueAt, Expr::value(due))
                        .filter(task::Column::Id.eq(task.id))
                        .exec(tx.conn())
                        .await?;
                }
                change.announce("case.special_ended");
                Ok(change)
            })
        })
        .await
    }

    /// Asks for an extension. It changes nothing until it is approved.
    ///
    /// # Errors
    /// 409 unless the case is being examined or one was asked for; 422 for a wrong unit.
    pub async fn ask_extension(&self, caller: &Principal, id: Uuid, ask: AskExtension) -> Result<()> {
        let why = reason("/reason", &ask.reason)?;
        let casework = self.clone();
        let asker = caller.clone();
        self.act(caller, id, ask.version, "case.extend", move |tx, loaded, change| {
            Box::pin(async move {
                if !matches!(loaded.state()?, State::Accepted | State::InReview | State::Special) {
                    return Err(Problem::conflict("case_out_of_order", "只有审查中的办件可以申请延长。"));
                }
                let unit = loaded.item.item.legal_limit.unit;
                if ask.unit != unit || !(1..=365).contains(&ask.value) {
                    return Err(Problem::invalid_field(
                        "/value",
                        "unit",
                        format!("延长的单位要和时限一样，用{}，填 1 到 365", unit.after_number()),
                    ));
                }
                let around = store::around(tx.conn(), id).await?;
                if around.extensions.iter().any(|extension| extension.state == "asked") {
                    return Err(Problem::conflict("extension_asked", "已经有一个延长申请等待批准。"));
                }
                // One extension by law (行政许可法 42).
                if around.extensions.iter().any(|extension| extension.state == "approved") {
                    return Err(Problem::conflict("extension_used", "依法只能延长一次，这个办件已经延长过。"));
                }
                let row = extension::Model {
                    id: casework.platform.new_id(),
                    case_id: id,
                    value: i64::from(ask.value),
                    unit: clock::unit_key(ask.unit).to_owned(),
                    reason: why,
                    state: "asked".to_owned(),
                    asked_at: tx.now(),
                    asked_by: asker.id,
                    asked_by_name: asker.name.clone(),
                    decided_at: None,
                    decided_by_name: None,
                    opinion: None,
                };
                extension::Entity::insert(all_set::<_, extension::ActiveModel>(row))
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(change)
            })
        })
        .await
    }

    /// Approves or refuses an extension; approved, every supervision point moves.
    ///
    /// # Errors
    /// 409 when it was decided; 403 for the one who asked.
    pub async fn decide_extension(
        &self,
        caller: &Principal,
        id: Uuid,
        extension_id: Uuid,
        decision: DecideExtensionRequest,
    ) -> Result<()> {
        let casework = self.clone();
        let decider = caller.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, decision.version, "case.extend_decide", move |tx, loaded, mut change| {
            Box::pin(async move {
                let mut around = store::around(tx.conn(), id).await?;
                let found = around
                    .extensions
                    .iter_mut()
                    .find(|extension| extension.id == extension_id)
                    .ok_or(CaseError::NotFound)?;
                if found.state != "asked" {
                    return Err(Problem::conflict("extension_decided", "这个延长申请已经处理过。"));
                }
                if !matches!(loaded.state()?, State::Accepted | State::InReview | State::Special) {
                    return Err(Problem::conflict("case_out_of_order", "这个办件已经不在审查中，延长申请不用再处理。"));
                }
                if found.asked_by == decider.id {
                    return Err(Problem::forbidden("不能批准自己提出的延长，请由负责人处理。"));
                }
                found.state = if decision.approve { "approved" } else { "refused" }.to_owned();
                found.decided_at = Some(tx.now());
                found.decided_by_name = Some(decider.name.clone());
                found.opinion = Some(decision.opinion.trim().to_owned());
                let row = found.clone();
                let length =
                    TimeLimit { value: u32::try_from(row.value).unwrap_or(0), unit: loaded.item.item.legal_limit.unit };
                if decision.approve {
                    clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                    change.record(
                        &casework.platform,
                        EventKind::Document,
                        format!("批准延长 {length}。理由：{}", row.reason),
                        json!({ "extension_id": extension_id, "value": row.value, "unit": row.unit }),
                    )?;
                    change.announce("case.extended");
                }
                extension::Entity::update_many()
                    .set(all_set::<_, extension::ActiveModel>(row))
                    .filter(extension::Column::Id.eq(extension_id))
                    .exec(tx.conn())
                    .await?;
                Ok(change)
            })
        })
        .await
    }

    /// Ends an examination that can't go on, with a stated reason (异常中止).
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason.
    pub async fn abort(&self, caller: &Principal, id: Uuid, abort: Reason) -> Result<()> {
        let why = reason("/reason", &abort.reason)?;
        let casework = self.clone();
        self.act(caller, id, abort.version, "case.abort", move |tx, loaded, mut change| {
            Box::pin(async move {
                if loaded.state()? == State::Decided {
                    return Err(OutOfOrder { state: State::Decided, event: EventKind::Close }.into());
                }
                change.record(
                    &casework.platform,
                    EventKind::Close,
                    format!("中止办理：{why}"),
                    json!({ "result": Closing::Returned.code(), "aborted": true }),
                )?;
                change.row.closing = Some(Closing::Returned.as_str().to_owned());
                change.row.closing_reason = Some(why);
                change.row.closed_at = Some(tx.now());
                change.row.outcome = Some("aborted".to_owned());
                change.row.step_name = String::new();
                casework.stop_examination(tx, &mut change, &loaded, "办件中止").await?;
                change.announce("case.closed");
                Ok(change)
            })
        })
        .await
    }

    /// Ends the flow, the open tasks and a running special procedure of a case that ends early.
    pub(crate) async fn stop_examination(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        result: &str,
    ) -> Result<()> {
        let id = loaded.row.id;
        // A flow that has come to its end, where only the closing waited, can't be cancelled any more.
        let running = self.running(tx.conn(), id).await?;
        if running.is_some_and(|running| running.instance.status == flow::Status::Running) {
            self.step_flow(tx, change, flow::Command::Cancel).await?;
        }
        crate::tolerance::store::end_open(tx.conn(), id, false).await?;
        cancel_tasks(tx, id).await?;
        special::Entity::update_many()
            .col_expr(special::Column::EndedAt, Expr::value(Some(tx.now())))
            .col_expr(special::Column::EndedBy, Expr::value(Some(change.actor().name.clone())))
            .col_expr(special::Column::Result, Expr::value(Some(result)))
            .filter(special::Column::CaseId.eq(id))
            .filter(special::Column::EndedAt.is_null())
            .exec(tx.conn())
            .await?;
        change.row.paused_left = None;
        change.row.step_name = String::new();
        Ok(())
    }

    /// Urges the handlers, or gives a supervision order that wants a reply.
    ///
    /// # Errors
    /// 404 outside one's reach; 409 when the case is finished.
    pub async fn urge(&self, caller: &Principal, id: Uuid, urge_request: Urge, key: Option<String>) -> Result<()> {
        let text = reason("/text", &urge_request.text)?;
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = case::Entity::find_by_id(id).one(tx.conn()).await?.ok_or(CaseError::NotFound)?;
                    reach(&caller, &row)?;
                    if !super::parse_state(&row)?.is_open() {
                        return Err(Problem::conflict("case_closed", "这个办件已经办完，不用再催。"));
                    }
                    let kind = if urge_request.order { "order" } else { "urge" };
                    let urge_id = casework.platform.new_id();
                    if let Some(key) = &key
                        && idempotency::claim(tx, caller.id, "case.urge", key, urge_id).await?.is_some()
                    {
                        return Ok(());
                    }
                    urge::Entity::insert(all_set::<_, urge::ActiveModel>(urge::Model {
                        id: urge_id,
                        case_id: id,
                        kind: kind.to_owned(),
                        text: text.clone(),
                        at: tx.now(),
                        by_name: caller.name.clone(),
                        reply: None,
                        replied_at: None,
                        replied_by_name: None,
                        by_id: Some(caller.id),
                        reminders: 0,
                        reminded_at: None,
                        signed_at: None,
                        signed_by_name: None,
                        closed_at: None,
                        closed_by_name: None,
                        closing_note: None,
                    }))
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.audit(Line::by(&caller, casework.platform.new_id(), "case.urge", format!("case:{id}"), json!({ "kind": kind })));
                    tx.publish(platform::work::outbox::Event {
                        id: casework.platform.new_id(),
                        topic: "case.urged",
                        subject: format!("case:{}:{id}", row.org_id),
                        payload: json!({ "topic": "case.urged", "case_id": id, "case_number": row.case_number, "text": text, "urge_id": urge_id, "event_no": row.event_count }),
                    });
                    Ok(())
                })
            })
            .await
    }

    /// Replies to an order.
    ///
    /// # Errors
    /// 404 for an unknown one, 409 when it was answered.
    pub async fn reply_urge(&self, caller: &Principal, id: Uuid, urge_id: Uuid, reply: ReplyUrgeRequest) -> Result<()> {
        let text = reason("/text", &reply.text)?;
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = case::Entity::find_by_id(id).one(tx.conn()).await?.ok_or(CaseError::NotFound)?;
                    reach(&caller, &row)?;
                    let found = urge::Entity::find_by_id(urge_id).one(tx.conn()).await?;
                    let found = found.filter(|one| one.case_id == id);
                    // Whoever answers has seen it: an answer signs for it too.
                    if let Some(unsigned) = found.as_ref().filter(|one| one.signed_at.is_none()) {
                        crate::supervision::store::sign(tx.conn(), unsigned.id, &caller.name, tx.now()).await?;
                    }
                    let answered = urge::Entity::update_many()
                        .col_expr(urge::Column::Reply, Expr::value(Some(text)))
                        .col_expr(urge::Column::RepliedAt, Expr::value(Some(tx.now())))
                        .col_expr(urge::Column::RepliedByName, Expr::value(Some(caller.name.clone())))
                        .filter(urge::Column::Id.eq(urge_id))
                        .filter(urge::Column::CaseId.eq(id))
                        .filter(urge::Column::Reply.is_null())
                        .exec(tx.conn())
                        .await?;
                    if answered.rows_affected != 1 {
                        return Err(Problem::conflict("urge_answered", "这条督办已经回复过，或者不存在。"));
                    }
                    if let Some(giver) = found.and_then(|one| one.by_id) {
                        let said = format!("{} 回复了“{}”的督办", caller.name, row.item_name);
                        casework.tell_of_order(tx, &row, giver, &said);
                    }
                    tx.audit(Line::by(
                        &caller,
                        casework.platform.new_id(),
                        "case.urge_reply",
                        format!("case:{id}"),
                        json!({}),
                    ));
                    Ok(())
                })
            })
            .await
    }
}
