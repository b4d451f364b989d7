//! Before acceptance: pre-review, the one correction, acceptance, refusal to accept (CASE-010, CASE-012).

use base::deadline::TimeLimit;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::change::{Actor, Change, all_set};
use super::documents::DocumentKind;
use super::draft::{HandMaterial, handed, put_material, update_form};
use super::{Casework, Loaded, fresh};
use crate::cases::clock;
use crate::cases::error::CaseError;
use crate::cases::model::{Closing, EventKind};
use crate::cases::store::{self, task};

/// Working days an applicant has to mend, unless the clerk says otherwise.
const CORRECTION_DAYS: u32 = 10;

/// Pre-review.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PreReview {
    /// Version of the page.
    pub version: i64,
    /// `pass` or `refuse`.
    pub result: String,
    /// Note; the reason when refused.
    #[serde(default)]
    pub note: String,
}

/// Correction: everything at once.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AskCorrection {
    /// Version of the page.
    pub version: i64,
    /// Every defect.
    pub items: Vec<Defect>,
    /// Working days to mend.
    pub until_days: Option<u32>,
}

/// One defect: of a material or of a form field.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Defect {
    /// Material.
    pub material_key: Option<String>,
    /// Form field.
    pub field_key: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
}

/// Acceptance.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Accept {
    /// Version of the page.
    pub version: i64,
    /// Note.
    #[serde(default)]
    pub note: String,
    /// Materials that may follow (容缺).
    #[serde(default)]
    pub tolerated: Vec<String>,
}

/// Refusal to accept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NotAccept {
    /// Version of the page.
    pub version: i64,
    /// Why, and where to instead.
    pub reason: String,
}

/// A correction supplied by the applicant.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SupplyCorrection {
    /// Version of the page.
    pub version: i64,
    /// New files by material.
    pub materials: std::collections::BTreeMap<String, Vec<Uuid>>,
    /// Changed form values.
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
}

impl Casework {
    /// Pre-reviews an application.
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason for a refusal.
    pub async fn pre_review(&self, caller: &Principal, id: Uuid, review: PreReview) -> Result<()> {
        if review.result == "refuse" {
            return self.not_accept(caller, id, NotAccept { version: review.version, reason: review.note }).await;
        }
        if review.result != "pass" {
            return Err(Problem::invalid_field("/result", "option", "选择预审结果：通过，或不予受理"));
        }
        let casework = self.clone();
        self.act(caller, id, review.version, "case.pre_review", move |tx, loaded, mut change| {
            Box::pin(async move {
                let _ = (tx, loaded);
                let text = if review.note.trim().is_empty() { "材料看过，可以受理".to_owned() } else { review.note };
                change.record(&casework.platform, EventKind::PreReview, text, json!({ "result": "1" }))?;
                change.announce("case.pre_reviewed");
                Ok(change)
            })
        })
        .await
    }

    /// Asks for a correction, once, with every defect; the answer clock stops.
    ///
    /// # Errors
    /// 409 when it was asked before or out of order; 422 naming a defect without a reason.
    pub async fn request_correction(&self, caller: &Principal, id: Uuid, ask: AskCorrection) -> Result<()> {
        check_defects(&ask.items)?;
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, ask.version, "case.correct", move |tx, loaded, mut change| {
            Box::pin(async move {
                if loaded.row.correction_asked {
                    return Err(CaseError::CorrectionAskedBefore.into());
                }
                let form = casework.design.form(&loaded.item.definitions.form).await?;
                let defects = named_defects(&ask.items, &loaded, &form)?;
                let days = ask.until_days.unwrap_or(CORRECTION_DAYS).clamp(1, 60);
                let until = base::deadline::due_at(&calendar, tx.now(), TimeLimit::working_days(days), &[], &[])
                    .ok()
                    .flatten()
                    .map(super::submit::last_day);
                let more = object(json!({
                    "correct_before": until,
                    "defects": defects.iter().map(|(subject, reason, _)| json!({ "subject": subject, "problem": reason, "remedy": "" })).collect::<Vec<_>>(),
                }));
                let document = casework.document(&change.row, &loaded.item, DocumentKind::Correction, Some(tx), more).await?;
                let summary = defects.iter().map(|(subject, reason, _)| format!("{subject}：{reason}")).collect::<Vec<_>>().join("；");
                change.record(
                    &casework.platform,
                    EventKind::CorrectionAsk,
                    format!("请补正 {} 项。{summary}", defects.len()),
                    json!({
                        "document_id": document.id,
                        "until": until,
                        "items": defects.iter().map(|(subject, reason, key)| json!({ "key": key, "name": subject, "reason": reason })).collect::<Vec<_>>(),
                    }),
                )?;
                change.row.correction_asked = true;
                casework.pause_intake(tx, &mut change, &loaded, &calendar).await?;
                change.row.step_name = "等申请人补正".to_owned();
                close_tasks(tx, change.row.id, "intake", caller_of(&change), "correction", &summary).await?;
                casework.keep_document(tx, document).await?;
                change.announce("case.correction_requested");
                Ok(change)
            })
        })
        .await
    }

    /// Stops the answer clock at this moment. The event is not written yet, so the pause is added by hand.
    async fn pause_intake(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        calendar: &base::calendar::Calendar,
    ) -> Result<()> {
        let around = store::around(tx.conn(), change.row.id).await?;
        if let Some(mut running) = clock::clock(clock::Which::Intake, &loaded.row, &loaded.item.item, &around) {
            running.finished_at = None;
            let left = base::deadline::ledger(calendar, &running, tx.now()).map(|ledger| i64::from(ledger.left));
            change.row.paused_left = left.ok();
        }
        change.row.due_at = None;
        Ok(())
    }

    /// The applicant supplies the correction; the clock runs on.
    ///
    /// # Errors
    /// 422 for defects not mended, 409 when nothing was asked for.
    pub async fn supply_correction(&self, caller: &Principal, id: Uuid, supply: SupplyCorrection) -> Result<()> {
        let casework = self.clone();
        let owner = caller.clone();
        let calendar = self.calendars.current().await?;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load_own(tx, &owner, id).await?;
                    fresh(&loaded.row, supply.version)?;
                    loaded.state()?.after(EventKind::CorrectionDone)?;
                    for (key, files) in &supply.materials {
                        let hand = HandMaterial { version: supply.version, files: files.clone(), handing: "upload".into() };
                        let row = casework.material_row(tx.conn(), &loaded, key, &hand, Some(owner.id)).await?;
                        put_material(tx, row).await?;
                    }
                    let around = store::around(tx.conn(), id).await?;
                    let asked = asked_items(&around.events);
                    let mut form_row = casework.form_of(tx.conn(), id).await?;
                    let mut data: Map<String, Value> = casework.open(&form_row.form_sealed, id, "form")?;
                    // Only what was asked about may be changed: the rest stands as handed in.
                    for (key, value) in supply.form {
                        if asked.iter().any(|item| item == &format!("field:{key}")) {
                            data.insert(key, value);
                        }
                    }
                    form_row.form_sealed = casework.seal(&data, id, "form")?;
                    update_form(tx, form_row).await?;
                    casework.check_correction(tx, &owner, &loaded, &asked).await?;
                    let mut change = Change::of(loaded.row.clone(), Actor::of(&owner));
                    change.record(&casework.platform, EventKind::CorrectionDone, "补齐了要补正的内容", json!({ "items": asked }))?;
                    change.row.corrected = true;
                    change.row.step_name = "受理".to_owned();
                    let mut after = around;
                    // The pause ends with the event just recorded.
                    after.events.push(change.last_event()?);
                    clock::set_due(&mut change.row, &loaded.item.item, &after, &calendar, tx.now())?;
                    change.announce("case.correction_supplied");
                    let row = change.save(&casework.platform, tx).await?;
                    task::Entity::insert(all_set::<_, task::ActiveModel>(casework.intake_task(&row)))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// What was asked for must be there, and the whole must be right.
    async fn check_correction(&self, tx: &Tx, owner: &Principal, loaded: &Loaded, asked: &[String]) -> Result<()> {
        let account = self.account(owner).await?;
        let (judgement, parts) = self.judge_draft(tx.conn(), loaded, &account).await?;
        let mut problems: Vec<_> = judgement.problems.into_iter().filter(|problem| problem.step >= 5).collect();
        for key in asked.iter().filter_map(|item| item.strip_prefix("material:")) {
            let files = parts.materials.iter().find(|row| row.key == key).map(|row| row.files.to_string()).unwrap_or_default();
            if !files.contains("\"round\":2") && !problems.iter().any(|problem| problem.pointer == format!("/materials/{key}")) {
                let name = loaded.item.item.material(key).map_or(key, |material| material.name.as_str());
                problems.push(super::judge::StepProblem {
                    pointer: format!("/materials/{key}"),
                    code: "not_corrected".into(),
                    message: format!("重新上传“{name}”"),
                    step: 6,
                });
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(super::draft::refused(problems)) }
    }

    /// Accepts: numbered notice, clocks start, the item's flow begins.
    ///
    /// # Errors
    /// 409 out of order or without a calendar; 422 when a tolerated material may not be left out.
    pub async fn accept(&self, caller: &Principal, id: Uuid, accept: Accept) -> Result<()> {
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, accept.version, "case.accept", move |tx, loaded, mut change| {
            Box::pin(async move {
                let materials = store::materials(tx.conn(), id).await?;
                let missing = casework.check_tolerated(tx, &loaded, &materials, &accept.tolerated).await?;
                if loaded.row.corrected {
                    change.record(&casework.platform, EventKind::CorrectionReceive, "收到补正，内容齐了", json!({}))?;
                }
                change.row.accepted_at = Some(tx.now());
                let around = store::around(tx.conn(), id).await?;
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                let document = casework.document(&change.row, &loaded.item, DocumentKind::Acceptance, Some(tx), Map::new()).await?;
                let mut text = "已受理".to_owned();
                if !missing.is_empty() {
                    text = format!("主要材料齐全，已受理；{}约定后补", missing.join("、"));
                }
                if !accept.note.trim().is_empty() {
                    text = format!("{text}。{}", accept.note.trim());
                }
                change.record(
                    &casework.platform,
                    EventKind::Accept,
                    text,
                    json!({ "document_id": document.id, "number": document.number, "tolerated": accept.tolerated }),
                )?;
                close_tasks(tx, id, "intake", caller_of(&change), "accepted", &accept.note).await?;
                casework.keep_document(tx, document).await?;
                casework.start_flow(tx, &mut change, &loaded).await?;
                change.announce("case.accepted");
                Ok(change)
            })
        })
        .await
    }

    /// Only tolerable materials may be missing at acceptance (CASE-013); returns their names.
    async fn check_tolerated(
        &self,
        tx: &Tx,
        loaded: &Loaded,
        materials: &[store::case_material::Model],
        tolerated: &[String],
    ) -> Result<Vec<String>> {
        let form = self.form_of(tx.conn(), loaded.row.id).await?;
        let situations = serde_json::from_value(form.situations)?;
        let resolution = catalogue::items::resolve::resolve(
            &loaded.item.item,
            self.design.expressions(),
            &loaded.row.handle_item,
            &situations,
            &Default::default(),
        );
        let mut names = Vec::new();
        for material in resolution.materials.iter().filter(|material| material.needed && !material.generated) {
            let one = handed(materials, &material.key);
            let there = one.has_files || matches!(one.handing.as_str(), "licence" | "paper" | "window") || material.necessity == "2";
            if there {
                continue;
            }
            let may_follow = material.necessity == "3" && loaded.item.item.tolerance.supported;
            let promised = one.handing == "later" || tolerated.contains(&material.key);
            if !may_follow || !promised {
                return Err(Problem::invalid_field(
                    format!("/materials/{}", material.key),
                    "material_missing",
                    format!("“{}”还没有交。能后补的请勾选容缺，不能后补的请发补正告知。", material.name),
                ));
            }
            names.push(material.name.clone());
        }
        Ok(names)
    }

    /// Refuses to accept, in writing, with the reason and the remedies.
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason.
    pub async fn not_accept(&self, caller: &Principal, id: Uuid, refusal: NotAccept) -> Result<()> {
        if refusal.reason.trim().chars().count() < 5 {
            return Err(Problem::invalid_field("/reason", "required", "写明不予受理的理由，并告诉申请人可以去哪里办"));
        }
        let casework = self.clone();
        self.act(caller, id, refusal.version, "case.not_accept", move |tx, loaded, mut change| {
            Box::pin(async move {
                let more = object(json!({ "reasons": [refusal.reason.trim()] }));
                let document = casework.document(&change.row, &loaded.item, DocumentKind::NotAccepted, Some(tx), more).await?;
                change.record(
                    &casework.platform,
                    EventKind::NotAccept,
                    refusal.reason.trim().to_owned(),
                    json!({ "document_id": document.id, "number": document.number }),
                )?;
                change.row.due_at = None;
                change.row.closed_at = Some(tx.now());
                change.row.closing = Some(Closing::Returned.as_str().to_owned());
                change.row.closing_reason = Some(refusal.reason.trim().to_owned());
                change.row.step_name = String::new();
                close_tasks(tx, id, "intake", caller_of(&change), "not_accepted", &refusal.reason).await?;
                casework.keep_document(tx, document).await?;
                change.announce("case.not_accepted");
                Ok(change)
            })
        })
        .await
    }

    /// One staff act on a case: reach, freshness, the act, audit, saved in one transaction.
    pub(crate) async fn act<F>(&self, caller: &Principal, id: Uuid, version: i64, permission: &'static str, act: F) -> Result<()>
    where
        F: for<'t> FnOnce(&'t Tx, Loaded, Change) -> futures::future::BoxFuture<'t, Result<Change>> + Send + 'static,
    {
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load_reached(tx, &caller, id).await?;
                    fresh(&loaded.row, version)?;
                    let change = Change::of(loaded.row.clone(), Actor::of(&caller));
                    let change = act(tx, loaded, change).await?;
                    let line = Line::by(
                        &caller,
                        casework.platform.new_id(),
                        permission,
                        format!("case:{id}"),
                        json!({ "state": change.row.state }),
                    );
                    change.save(&casework.platform, tx).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

fn check_defects(items: &[Defect]) -> Result<()> {
    if items.is_empty() {
        return Err(Problem::invalid_field("/items", "required", "勾选要补正的材料或内容，并写明哪里不对"));
    }
    let errors = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.reason.trim().chars().count() < 4 || (item.material_key.is_none() && item.field_key.is_none()))
        .map(|(at, _)| {
            platform::web::problem::FieldProblem::new(format!("/items/{at}/reason"), "required", "写明哪里不对、怎么补，申请人才能一次补齐")
        })
        .collect::<Vec<_>>();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// Defects as (what, reason, key).
fn named_defects(items: &[Defect], loaded: &Loaded, form: &form::Form) -> Result<Vec<(String, String, String)>> {
    items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let unknown = || Problem::invalid_field(format!("/items/{at}"), "unknown", "这一项不在这个办件里，请刷新后再选");
            let reason = item.reason.trim().to_owned();
            match (&item.material_key, &item.field_key) {
                (Some(key), _) => {
                    let material = loaded.item.item.material(key).ok_or_else(unknown)?;
                    Ok((material.name.clone(), reason, format!("material:{key}")))
                }
                (None, Some(key)) => {
                    let field = form.sections.iter().flat_map(|section| &section.fields).find(|field| field.key == *key);
                    let label = field.ok_or_else(unknown)?.label.clone();
                    Ok((label, reason, format!("field:{key}")))
                }
                (None, None) => Err(unknown()),
            }
        })
        .collect()
}

/// Keys of what the last correction asked for.
pub(crate) fn asked_items(events: &[store::case_event::Model]) -> Vec<String> {
    let Some(event) = events.iter().rev().find(|event| event.kind == EventKind::CorrectionAsk.as_str()) else {
        return Vec::new();
    };
    let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
    data.get("items")
        .and_then(Value::as_array)
        .map(|items| items.iter().filter_map(|item| item.get("key")?.as_str().map(str::to_owned)).collect())
        .unwrap_or_default()
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(crate) fn caller_of(change: &Change) -> Actor {
    change.actor().clone()
}

/// Ends the open tasks of a stage.
pub(crate) async fn close_tasks(tx: &Tx, case: Uuid, stage: &str, by: Actor, outcome: &str, opinion: &str) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("done"))
        .col_expr(task::Column::DoneAt, Expr::value(Some(tx.now())))
        .col_expr(task::Column::DoneBy, Expr::value(by.id))
        .col_expr(task::Column::DoneByName, Expr::value(Some(by.name)))
        .col_expr(task::Column::Outcome, Expr::value(Some(outcome)))
        .col_expr(task::Column::Opinion, Expr::value(Some(opinion)))
        .filter(task::Column::CaseId.eq(case))
        .filter(task::Column::Stage.eq(stage))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Withdraws every open task of a case.
pub(crate) async fn cancel_tasks(tx: &Tx, case: Uuid) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("cancelled"))
        .filter(task::Column::CaseId.eq(case))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

