//! Events that move a case: each is the command a clerk would give.

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::message::Message;
use super::{out_of_order, records};
use crate::cases::clock;
use crate::cases::model::{Closing, EventKind, State};
use crate::cases::service::barrier::Moment;
use crate::cases::service::change::all_set;
use crate::cases::service::correction::asked_items;
use crate::cases::service::deliver::Deliver;
use crate::cases::service::draft::update_form;
use crate::cases::service::intake::{Accept, NotAccept, PreReview, cancel_tasks};
use crate::cases::service::review::CompleteTaskRequest;
use crate::cases::service::special::{Reason, Resume, Suspend, reason};
use crate::cases::service::withdraw::check_delivery;
use crate::cases::service::{Address, Casework, Delivery};
use crate::cases::store::{self, case, task};

#[derive(Deserialize)]
struct DoneCorrection {
    #[serde(default)]
    materials: Map<String, Value>,
    #[serde(default)]
    form: Map<String, Value>,
}

#[derive(Deserialize)]
struct NewDelivery {
    way: String,
    address: Option<Address>,
}

#[derive(Deserialize)]
struct Close {
    result: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Why {
    reason: String,
}

#[derive(Deserialize)]
struct Review {
    outcome: String,
    #[serde(default)]
    opinion: String,
    step: Option<String>,
    return_to: Option<String>,
}

impl Casework {
    pub(super) async fn move_case(&self, row: &case::Model, state: State, message: &Message) -> Result<()> {
        let (id, version) = (row.id, row.version);
        let caller = message.caller(row.org_id, None);
        match message.kind {
            EventKind::PreReview => {
                let review: PreReview = message.request(version)?;
                let result = match review.result.as_str() {
                    "1" | "pass" => "pass",
                    "2" | "refuse" => "refuse",
                    _ => {
                        let hint = "预审结果填 1（通过）或 2（不予受理）；要补正请报“补正告知”";
                        return Err(Problem::invalid_field("/result", "option", hint));
                    }
                };
                self.pre_review(&caller, id, PreReview { result: result.to_owned(), ..review }).await
            }
            EventKind::Accept => self.accept(&caller, id, message.request::<Accept>(version)?).await,
            EventKind::NotAccept => self.not_accept(&caller, id, message.request::<NotAccept>(version)?).await,
            EventKind::CorrectionAsk => self.request_correction(&caller, id, message.request(version)?).await,
            EventKind::CorrectionDone => self.correction_from_outside(row, message).await,
            EventKind::Review => self.review_from_outside(row, message).await,
            EventKind::SpecialStart => self.suspend(&caller, id, message.request::<Suspend>(version)?).await,
            EventKind::SpecialEnd => self.resume(&caller, id, message.request::<Resume>(version)?).await,
            EventKind::Close => self.close_from_outside(row, state, message).await,
            EventKind::Collect => self.deliver(&caller, id, message.request::<Deliver>(version)?).await,
            EventKind::Revoke => self.void(&caller, id, message.request::<Reason>(version)?).await,
            EventKind::Withdraw => self.withdraw_from_outside(row, message).await,
            EventKind::DeliveryChange => self.delivery_from_outside(row, message).await,
            other => Err(out_of_order(state, other)),
        }
    }

    /// The next open step of the flow, done by the other system in the role that has to do it.
    async fn review_from_outside(&self, row: &case::Model, message: &Message) -> Result<()> {
        let review: Review = message.request(row.version)?;
        if self.running(self.platform.db.read(), row.id).await?.is_none() {
            return self.review_elsewhere(row, message, review).await;
        }
        let tasks = store::tasks(self.platform.db.read(), row.id).await?;
        let mut open = tasks.into_iter().filter(|task| task.state == "open" && task.flow_task.is_some());
        let found = match &review.step {
            Some(step) => open.find(|task| task.element == *step || task.name == *step),
            None => open.next(),
        };
        let Some(task) = found else {
            let way_out = match review.step {
                Some(step) => Problem::invalid_field("/step", "option", format!("现在没有“{step}”这一步，请核对步骤")),
                None => Problem::conflict("no_open_step", "现在没有等人办的审批步骤，请稍后再报。"),
            };
            return Err(way_out);
        };
        let caller = message.caller(row.org_id, Some(&task.role));
        let request = CompleteTaskRequest {
            version: row.version,
            outcome: review.outcome,
            opinion: review.opinion,
            return_to: review.return_to,
            checks: Map::new(),
            files: Vec::new(),
            signature: None,
            written_opinion: None,
            next: Default::default(),
        };
        self.complete_task(&caller, row.id, task.id, request).await
    }

    /// A step of a case that is handled wholly over there: here it has no flow and no tasks.
    async fn review_elsewhere(&self, row: &case::Model, message: &Message, review: Review) -> Result<()> {
        let opinion = review.opinion.trim().to_owned();
        let outcome = review.outcome;
        if !matches!(outcome.as_str(), "pass" | "fail" | "done" | "granted" | "refused") {
            return Err(Problem::invalid_field("/outcome", "option", "结论填 pass、fail、done、granted 或 refused"));
        }
        if outcome == "refused" && opinion.chars().count() < 4 {
            return Err(Problem::invalid_field("/opinion", "required", "不予的，写明理由，让申请人看得明白"));
        }
        if opinion.chars().count() > 1000 {
            return Err(Problem::invalid_field("/opinion", "length", "意见最多 1000 字"));
        }
        let step: String = review.step.unwrap_or_else(|| "审批".to_owned()).chars().take(50).collect();
        let casework = self.clone();
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, loaded, mut change| {
            Box::pin(async move {
                let said = crate::cases::service::views::outcome_label(&outcome);
                let text = format!("{step}：{said}。{opinion}");
                let decides = matches!(outcome.as_str(), "granted" | "refused");
                let stage = if decides { "decide" } else { "review" };
                let data = json!({ "task": "elsewhere", "stage": stage, "step": step, "outcome": outcome });
                if !decides {
                    change.record(&casework.platform, EventKind::Review, text, data)?;
                    return Ok(change);
                }
                let granting = outcome == "granted";
                if granting {
                    casework.may_pass(tx, &loaded, Moment::Decision).await?;
                    casework.may_grant(tx, loaded.row.id).await?;
                }
                change.record_decision(&casework.platform, text, data)?;
                change.row.decided_at = Some(tx.now());
                change.row.closing_reason = (!granting).then_some(opinion);
                change.row.outcome = Some(outcome);
                change.announce("case.decided");
                if granting {
                    casework.decision_document(tx, &mut change, &loaded).await?;
                }
                Ok(change)
            })
        })
        .await
    }

    /// The correction was handed in over there: everything that was asked for must be named.
    async fn correction_from_outside(&self, row: &case::Model, message: &Message) -> Result<()> {
        let done: DoneCorrection = message.request(row.version)?;
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, loaded, mut change| {
            Box::pin(async move {
                let mut around = store::around(tx.conn(), loaded.row.id).await?;
                let asked = asked_items(&around.events);
                let mut problems = Vec::new();
                for key in &asked {
                    let given = match key.split_once(':') {
                        Some(("material", key)) => {
                            done.materials.contains_key(key).then_some(()).ok_or(format!("/materials/{key}"))
                        }
                        Some(("field", key)) => done.form.contains_key(key).then_some(()).ok_or(format!("/form/{key}")),
                        _ => Ok(()),
                    };
                    if let Err(pointer) = given {
                        problems.push(FieldProblem::new(pointer, "required", "这一项要求补正，请一起报来"));
                    }
                }
                for key in done.form.keys().filter(|key| !asked.iter().any(|one| *one == format!("field:{key}"))) {
                    problems.push(FieldProblem::new(format!("/form/{key}"), "not_asked", "这一项没有要求补正，不能改"));
                }
                for (key, files) in &done.materials {
                    records::file_problems(&format!("/materials/{key}"), files, &mut problems);
                }
                if !problems.is_empty() {
                    return Err(Problem::invalid(problems));
                }
                if !done.form.is_empty() {
                    let mut form_row = casework.form_of(tx.conn(), loaded.row.id).await?;
                    let mut data: Map<String, Value> = casework.open(&form_row.form_sealed, loaded.row.id, "form")?;
                    data.extend(done.form);
                    form_row.form_sealed = casework.seal(&data, loaded.row.id, "form")?;
                    casework.keep_form_values(tx, &loaded.item, &form_row).await?;
                    update_form(tx, form_row).await?;
                }
                let data = json!({ "items": asked });
                change.record(&casework.platform, EventKind::CorrectionDone, "补齐了要补正的内容", data)?;
                change.row.corrected = true;
                change.row.step_name = "受理".to_owned();
                // The pause ends with the event just recorded.
                around.events.push(change.last_event()?);
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                change.announce("case.correction_supplied");
                task::Entity::insert(all_set::<_, task::ActiveModel>(casework.intake_task(&change.row)))
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(change)
            })
        })
        .await
    }

    /// Closing: after the decision with its result; before it, the examination is given up with a reason.
    async fn close_from_outside(&self, row: &case::Model, state: State, message: &Message) -> Result<()> {
        let close: Close = message.request(row.version)?;
        let closing = match close.result.as_str() {
            "0" => Closing::Licence,
            "1" => Closing::Returned,
            "2" => Closing::Voided,
            "5" => Closing::NoCorrection,
            "6" => Closing::Plain,
            _ => {
                let hint = "办结结果填 0 出证、1 退回、2 作废、5 补正不来或 6 办结";
                return Err(Problem::invalid_field("/result", "option", hint));
            }
        };
        let caller = message.caller(row.org_id, None);
        if state != State::Decided {
            if matches!(closing, Closing::Licence | Closing::Plain) {
                let hint = "还没有审批决定，只能按退回、作废或补正不来办结；要正常办结，请先报“办件审批”的决定";
                return Err(Problem::invalid_field("/result", "not_decided", hint));
            }
            return self.abort(&caller, row.id, Reason { version: row.version, reason: close.reason }).await;
        }
        let refused = row.outcome.as_deref() == Some("refused");
        if refused != (closing == Closing::Returned) || matches!(closing, Closing::Voided | Closing::NoCorrection) {
            let hint = if refused {
                "决定是不予，办结结果填 1（退回）"
            } else {
                "决定是准予，办结结果填 0（出证）或 6（办结）"
            };
            return Err(Problem::invalid_field("/result", "contradiction", hint));
        }
        let why = if closing == Closing::Returned { Some(reason("/reason", &close.reason)?) } else { None };
        let casework = self.clone();
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, loaded, mut change| {
            Box::pin(async move {
                casework.stop_examination(tx, &mut change, &loaded, "对方系统已办结").await?;
                let data = json!({ "result": closing.code() });
                change.record(&casework.platform, EventKind::Close, Closing::label_of(closing.as_str()), data)?;
                change.row.closing = Some(closing.as_str().to_owned());
                if why.is_some() {
                    change.row.closing_reason = why;
                }
                change.row.closed_at = Some(tx.now());
                change.row.step_name = String::new();
                change.announce("case.closed");
                if closing != Closing::Returned {
                    casework.end_old_licence(tx, &change).await?;
                }
                casework.deliver_task(tx, &mut change).await?;
                Ok(change)
            })
        })
        .await
    }

    async fn withdraw_from_outside(&self, row: &case::Model, message: &Message) -> Result<()> {
        let why = reason("/reason", &message.request::<Why>(row.version)?.reason)?;
        let casework = self.clone();
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, loaded, mut change| {
            Box::pin(async move {
                let data = json!({ "reason": why });
                change.record(&casework.platform, EventKind::Withdraw, format!("您撤回了申请：{why}"), data)?;
                change.row.closing_reason = Some(why);
                change.row.closed_at = Some(tx.now());
                change.row.due_at = None;
                casework.stop_examination(tx, &mut change, &loaded, "申请人撤回").await?;
                cancel_tasks(tx, loaded.row.id).await?;
                change.announce("case.withdrawn");
                Ok(change)
            })
        })
        .await
    }

    async fn delivery_from_outside(&self, row: &case::Model, message: &Message) -> Result<()> {
        let wanted: NewDelivery = message.request(row.version)?;
        let delivery = Delivery { way: wanted.way, address: wanted.address };
        check_delivery(&delivery)?;
        let casework = self.clone();
        let caller = message.caller(row.org_id, None);
        self.act(&caller, row.id, row.version, "case.exchange", move |tx, loaded, mut change| {
            Box::pin(async move {
                let mut form = casework.form_of(tx.conn(), loaded.row.id).await?;
                form.delivery_sealed = casework.seal(&delivery, loaded.row.id, "delivery")?;
                let text = format!("领取方式改为：{}", delivery.label());
                change.record(&casework.platform, EventKind::DeliveryChange, text, json!({ "way": delivery.way }))?;
                update_form(tx, form).await?;
                Ok(change)
            })
        })
        .await
    }
}
