//! The one correction: everything asked for at once, the clock stands, the applicant supplies it (CASE-012).

use base::deadline::TimeLimit;
use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::acting::{Standing, Step};
use super::change::{Change, all_set};
use super::documents::DocumentKind;
use super::draft::{HandMaterial, MaterialFile, put_material, update_form};
use super::intake::{caller_of, close_tasks, object};
use super::{Casework, Loaded, fresh};
use crate::cases::clock;
use crate::cases::error::CaseError;
use crate::cases::model::EventKind;
use crate::cases::store::{self, task};

/// Working days an applicant has to mend, unless the clerk says otherwise.
const CORRECTION_DAYS: u32 = 10;

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
                    .map(clock::last_day);
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
                let mut around = store::around(tx.conn(), id).await?;
                // The answer clock stops with the event just recorded.
                around.events.push(change.last_event()?);
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                change.row.step_name = "等申请人补正".to_owned();
                close_tasks(tx, change.row.id, "intake", caller_of(&change), "correction", &summary).await?;
                casework.keep_document(tx, document).await?;
                change.announce("case.correction_requested");
                Ok(change)
            })
        })
        .await
    }

    /// The applicant supplies the correction; the clock runs on.
    ///
    /// # Errors
    /// 422 for defects not mended, 409 when nothing was asked for.
    pub async fn supply_correction(&self, caller: &Principal, id: Uuid, supply: SupplyCorrection) -> Result<()> {
        let (account, step) = (caller.id, Step::new(Action::Supply));
        let mut doing = vec![step.clone()];
        for key in supply.materials.keys() {
            doing.push(Step::with(Action::Upload, key, &self.material_name(id, key).await?));
        }
        let casework = self.clone();
        let owner = caller.clone();
        let calendar = self.calendars.current().await?;
        let supplied = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &owner, id, &step).await?;
                    fresh(&loaded.row, supply.version)?;
                    loaded.state()?.after(EventKind::CorrectionDone)?;
                    let around = store::around(tx.conn(), id).await?;
                    let asked = asked_items(&around.events);
                    for (key, files) in &supply.materials {
                        asked_for(&asked, key)?;
                        let name = loaded.item.item.material(key).map_or(key.as_str(), |material| &material.name);
                        let handing_in = Step::with(Action::Upload, key, name);
                        // The grant may leave out this material though it allows the correction.
                        casework.stands(tx.conn(), owner.id, &loaded.row, &handing_in).await?;
                        casework.record_step(tx, &owner, &loaded.row, &standing, &handing_in).await?;
                        let hand =
                            HandMaterial { version: supply.version, files: files.clone(), handing: "upload".into() };
                        let row = casework.material_row(tx.conn(), &loaded, key, &hand, Some(owner.id)).await?;
                        put_material(tx, row).await?;
                    }
                    let mut form_row = casework.form_of(tx.conn(), id).await?;
                    let mut data: Map<String, Value> = casework.open(&form_row.form_sealed, id, "form")?;
                    let before = data.clone();
                    // Only what was asked about may be changed: the rest stands as handed in. A defect
                    // of the application form itself, which is made from these values, opens them all.
                    let whole = casework.asks_for_form(&loaded, &asked);
                    for (key, value) in supply.form {
                        if !whole && !asked.iter().any(|item| item == &format!("field:{key}")) {
                            let message = "这一项没有要求补正，不能改";
                            return Err(Problem::invalid_field(format!("/form/{key}"), "not_asked", message));
                        }
                        data.insert(key, value);
                    }
                    let definition = casework.design.form(&loaded.item.definitions.form).await?;
                    casework.check_form_files(tx.conn(), &definition, &data, &before, owner.id).await?;
                    form_row.form_sealed = casework.seal(&data, id, "form")?;
                    update_form(tx, form_row.clone()).await?;
                    let mut judged = casework.check_correction(tx, &owner, &loaded, &asked, &standing).await?;
                    casework.drop_unstored(&loaded.item, &mut judged).await?;
                    form_row.form_sealed = casework.seal(&judged.data, id, "form")?;
                    casework.keep_warnings(&mut form_row, &judged.warnings)?;
                    casework.keep_form_values(tx, &loaded.item, &form_row).await?;
                    update_form(tx, form_row).await?;
                    if judged.data != before {
                        // What was handed in first stays beside what it became.
                        let document = casework.form_document(&loaded.row, &loaded.item, &judged).await?;
                        casework.keep_document(tx, document).await?;
                    }
                    let mut change = Change::of(loaded.row.clone(), standing.actor(&owner));
                    change.record(
                        &casework.platform,
                        EventKind::CorrectionDone,
                        "补齐了要补正的内容",
                        json!({ "items": asked }),
                    )?;
                    change.row.corrected = true;
                    change.row.step_name = "受理".to_owned();
                    let mut after = around;
                    // The pause ends with the event just recorded.
                    after.events.push(change.last_event()?);
                    clock::set_due(&mut change.row, &loaded.item.item, &after, &calendar, tx.now())?;
                    change.announce("case.correction_supplied");
                    let row = change.save(&casework.platform, tx).await?;
                    casework.compare_later(tx, &loaded.item, &row).await?;
                    casework.record_step(tx, &owner, &row, &standing, &step).await?;
                    task::Entity::insert(all_set::<_, task::ActiveModel>(casework.intake_task(&row)))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await;
        self.noted_each(account, id, &doing, supplied).await
    }

    fn asks_for_form(&self, loaded: &Loaded, asked: &[String]) -> bool {
        asked
            .iter()
            .filter_map(|item| item.strip_prefix("material:"))
            .any(|key| loaded.item.item.material(key).is_some_and(|material| material.generated))
    }

    /// What was asked for must be there, and the whole must be right; returns the judgement with the form data that counts.
    async fn check_correction(
        &self,
        tx: &Tx,
        owner: &Principal,
        loaded: &Loaded,
        asked: &[String],
        standing: &Standing,
    ) -> Result<super::judge::Judgement> {
        let account = self.applicant_account(owner, &loaded.row, standing).await?;
        let (mut judgement, parts) = self.judge_draft(tx.conn(), loaded, &account).await?;
        let mut problems = std::mem::take(&mut judgement.problems);
        // What is not stored was there when the application was handed in, and is asked no second time.
        let dropped = self.unstored(&loaded.item).await?;
        let asked_again = |pointer: &str| pointer.strip_prefix("/form/").is_some_and(|key| dropped.contains(key));
        problems.retain(|problem| problem.step >= 5 && !asked_again(&problem.pointer));
        for key in asked.iter().filter_map(|item| item.strip_prefix("material:")) {
            if loaded.item.item.material(key).is_some_and(|material| material.generated) {
                continue;
            }
            let files: Vec<MaterialFile> = match parts.materials.iter().find(|row| row.key == key) {
                Some(row) => serde_json::from_value(row.files.clone())?,
                None => Vec::new(),
            };
            if !files.iter().any(|file| file.round > 1)
                && !problems.iter().any(|problem| problem.pointer == format!("/materials/{key}"))
            {
                let name = loaded.item.item.material(key).map_or(key, |material| material.name.as_str());
                problems.push(super::judge::StepProblem {
                    pointer: format!("/materials/{key}"),
                    code: "not_corrected".into(),
                    message: format!("重新上传“{name}”"),
                    step: 6,
                });
            }
        }
        if problems.is_empty() { Ok(judgement) } else { Err(super::draft::refused(problems)) }
    }
}

fn check_defects(items: &[Defect]) -> Result<()> {
    if items.is_empty() {
        return Err(Problem::invalid_field("/items", "required", "勾选要补正的材料或内容，并写明哪里不对"));
    }
    let errors = items
        .iter()
        .enumerate()
        .filter(|(_, item)| {
            item.reason.trim().chars().count() < 4 || (item.material_key.is_none() && item.field_key.is_none())
        })
        .map(|(at, _)| {
            platform::web::problem::FieldProblem::new(
                format!("/items/{at}/reason"),
                "required",
                "写明哪里不对、怎么补，申请人才能一次补齐",
            )
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
            let unknown =
                || Problem::invalid_field(format!("/items/{at}"), "unknown", "这一项不在这个办件里，请刷新后再选");
            let reason = item.reason.trim().to_owned();
            match (&item.material_key, &item.field_key) {
                (Some(key), _) => {
                    let material = loaded.item.item.material(key).ok_or_else(unknown)?;
                    Ok((material.name.clone(), reason, format!("material:{key}")))
                }
                (None, Some(key)) => {
                    let field =
                        form.sections.iter().flat_map(|section| &section.fields).find(|field| field.key == *key);
                    let label = field.ok_or_else(unknown)?.label.clone();
                    Ok((label, reason, format!("field:{key}")))
                }
                (None, None) => Err(unknown()),
            }
        })
        .collect()
}

/// Refuses a material that was not asked for.
pub(crate) fn asked_for(asked: &[String], key: &str) -> Result<()> {
    if asked.iter().any(|item| item == &format!("material:{key}")) {
        return Ok(());
    }
    Err(Problem::invalid_field(format!("/materials/{key}"), "not_asked", "这份材料没有要求补正，不能改"))
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
