//! Correcting single fields of filled data: with a reason, before and after kept, the case gets a visible trace.
//!
//! The frozen version of the form judges what comes, as it judged the applicant; so do the rules bound to it when the
//! application was handed in. The corrected application is drawn beside the one handed in.

use form::{Field, Permission};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{covered, said};
use crate::cases::model::EventKind;
use crate::cases::service::change::{Change, all_set};
use crate::cases::service::checks::{form_channel, unmet};
use crate::cases::service::documents::DocumentKind;
use crate::cases::service::draft::update_form;
use crate::cases::service::{Casework, Loaded};
use crate::cases::store::form_correction;

/// A correction of filled data.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CorrectFormData {
    /// Version of the case.
    pub version: i64,
    /// Why; the applicant reads it too.
    pub reason: String,
    /// New values by key of the field; only those that change. Null empties a field.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// A field before and after a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedField {
    /// Key of the field.
    pub field: String,
    /// Label.
    pub label: String,
    /// Before, in words; masked when personal.
    pub before: String,
    /// After.
    pub after: String,
}

/// What is kept of one field, sealed: what pages show, and the values themselves.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub shown: ChangedField,
    before: Value,
    after: Value,
}

/// Whether staff may correct a field: not what is computed or was uploaded.
pub(super) fn may_correct(field: &Field) -> bool {
    let closed = field.permission.get("staff").is_some_and(|right| *right != Permission::Write);
    field.compute.is_none() && !field.kind.is_files() && !field.kind.is_valueless() && !closed
}

fn told(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        4..=500 => Ok(text.to_owned()),
        _ => Err(Problem::invalid_field(
            "/reason",
            "required",
            "写明为什么更正、依据是什么，4 到 500 个字，申请人也看得到",
        )),
    }
}

impl Casework {
    /// Corrects fields of a filled form within reach.
    ///
    /// # Errors
    /// 404 outside reach, 409 for an old page, 422 without a reason or at a field that may not be corrected or is wrong.
    pub async fn correct_form_data(&self, caller: &Principal, id: Uuid, asked: CorrectFormData) -> Result<()> {
        let reason = told(&asked.reason)?;
        if asked.data.is_empty() {
            return Err(Problem::invalid_field("/data", "required", "没有改动，不用保存"));
        }
        let hidden = {
            let row = self.head(id).await?;
            crate::cases::service::reach(caller, &row)?;
            let hidden = self.hidden_fields(caller, &row).await?;
            asked.data.keys().filter(|key| hidden.hides(key)).cloned().collect::<Vec<_>>()
        };
        let (casework, who) = (self.clone(), caller.clone());
        self.act(caller, id, asked.version, "form_data.correct", move |tx, loaded, change| {
            Box::pin(async move { casework.corrected(tx, &who, loaded, change, (asked.data, reason, hidden)).await })
        })
        .await
    }

    async fn corrected(
        &self,
        tx: &Tx,
        caller: &Principal,
        loaded: Loaded,
        mut change: Change,
        (new, reason, hidden): (Map<String, Value>, String, Vec<String>),
    ) -> Result<Change> {
        let id = loaded.row.id;
        let of = &loaded.item.definitions.form;
        let form = self.design.form(of).await?;
        let fields = form.valued();
        let known = |key: &str| fields.iter().copied().find(|field| field.key == key);
        let refused: Vec<FieldProblem> = new
            .keys()
            .filter(|key| hidden.contains(key) || !known(key).is_some_and(may_correct))
            .map(|key| {
                FieldProblem::new(
                    format!("/data/{key}"),
                    "not_correctable",
                    "这一项不能更正：它是算出来的、上传的文件，或者不归您看",
                )
            })
            .collect();
        if !refused.is_empty() {
            return Err(Problem::invalid(refused));
        }
        let mut kept_form = self.form_of(tx.conn(), id).await?;
        let before: Map<String, Value> = self.open(&kept_form.form_sealed, id, "form")?;
        let mut data = before.clone();
        data.extend(new.clone());
        let judged = self.judge_corrected(&loaded, &kept_form, &form, &data).await?;
        let own = |pointer: &str| {
            let key = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
            new.contains_key(key)
        };
        let mut wrong: Vec<FieldProblem> = judged
            .problems
            .iter()
            .filter(|problem| own(&problem.pointer))
            .map(|problem| {
                FieldProblem::new(format!("/data{}", problem.pointer), problem.code.clone(), problem.message.clone())
            })
            .collect();
        wrong.extend(self.broken_rules(&loaded, &judged.data, &new).await?);
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong).detail("没有保存，您填的内容还在。改好再提交。"));
        }
        // What is corrected, and what the form computes from it; the rest stays as it was handed in.
        let mut after = before.clone();
        for field in fields.iter().filter(|field| new.contains_key(&field.key) || field.compute.is_some()) {
            match judged.data.get(&field.key) {
                Some(value) => after.insert(field.key.clone(), value.clone()),
                None => after.remove(&field.key),
            };
        }
        for key in self.unstored(&loaded.item).await? {
            after.remove(&key);
        }
        let changed = self.changed_fields(of, &form, &before, &after).await?;
        if changed.is_empty() {
            return Err(Problem::invalid_field("/data", "required", "改过的内容和原来一样，不用保存"));
        }
        kept_form.form_sealed = self.seal(&after, id, "form")?;
        self.keep_form_values(tx, &loaded.item, &kept_form).await?;
        update_form(tx, kept_form).await?;
        let labels: Vec<&str> = changed.iter().map(|one| one.shown.label.as_str()).collect();
        let keys: Vec<&str> = changed.iter().map(|one| one.shown.field.as_str()).collect();
        let more = self.application_words(&loaded.row, &form, &after, &judged.visible, true).await?;
        let document = self.document(&loaded.row, &loaded.item, DocumentKind::Form, None, more).await?;
        change.record(
            &self.platform,
            EventKind::Document,
            format!("更正了填报的{}。原因：{reason}", labels.join("、")),
            json!({ "act": "correct_form_data", "fields": keys, "reason": reason, "document_id": document.id }),
        )?;
        change.announce("case.form_corrected");
        self.keep_document(tx, document).await?;
        let correction = form_correction::Model {
            id: self.platform.new_id(),
            case_id: id,
            at: tx.now(),
            by_id: caller.id,
            by_name: caller.name.clone(),
            reason: reason.clone(),
            fields: json!(keys),
            changed_sealed: self.platform.seal(&serde_json::to_string(&changed)?, &format!("case:{id}:correction")),
        };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "form_data.correct",
            format!("case:{id}"),
            json!({ "case_number": loaded.row.case_number, "form": of.key, "form_version": of.version, "fields": keys, "reason": reason }),
        );
        let side = |pick: fn(&ChangedField) -> &String| {
            Value::Object(changed.iter().map(|one| (one.shown.field.clone(), json!(pick(&one.shown)))).collect())
        };
        // Masked, as pages show it: whoever reads the log has no right to what is sealed.
        tx.audit(line.entry().kind(Kind::Change).changed(side(|one| &one.before), side(|one| &one.after)));
        form_correction::Entity::insert(all_set::<_, form_correction::ActiveModel>(correction))
            .exec_without_returning(tx.conn())
            .await?;
        Ok(change)
    }

    /// The form's own judgement, as on the day the application was handed in.
    async fn judge_corrected(
        &self,
        loaded: &Loaded,
        kept: &crate::cases::store::case_form::Model,
        form: &form::Form,
        data: &Map<String, Value>,
    ) -> Result<form::Outcome> {
        let filed = loaded.row.submitted_at.unwrap_or_else(|| self.platform.now());
        let context = form::Context {
            handle_item: Some(loaded.row.handle_item.clone()),
            situation: self.situation(loaded, kept)?,
            applicant: crate::cases::service::judge::applicant(&loaded.row.applicant_kind, &loaded.row.applicant_name),
            today: base::zone::china_date(filed).to_string(),
        };
        Ok(form.evaluate(
            self.design.expressions(),
            &form::Input {
                data,
                context: &context,
                role: "staff",
                step: "",
                channel: form_channel(&loaded.row.channel),
                locked: &Map::new(),
            },
        ))
    }

    /// Rules bound to the form that stop, as far as they read what is corrected.
    async fn broken_rules(
        &self,
        loaded: &Loaded,
        data: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Result<Vec<FieldProblem>> {
        let filed = loaded.row.submitted_at.unwrap_or_else(|| self.platform.now());
        let channel = form_channel(&loaded.row.channel);
        let checks = self.checks(&loaded.item, channel, filed).await?;
        if checks.is_empty() {
            return Ok(Vec::new());
        }
        let kept = self.form_of(self.platform.db.read(), loaded.row.id).await?;
        let around = json!({
            "form": data,
            "item": loaded.item.slug,
            "handle_item": loaded.row.handle_item,
            "channel": channel,
            "situation": self.situation(loaded, &kept)?,
            "applicant": crate::cases::service::judge::applicant(&loaded.row.applicant_kind, &loaded.row.applicant_name),
            "today": base::zone::china_date(filed).to_string(),
        });
        let broken = unmet(&checks, data, around).into_iter().filter(|one| !one.warns);
        Ok(broken
            .filter_map(|one| {
                let key = one.reads.iter().find(|key| new.contains_key(*key))?;
                Some(FieldProblem::new(format!("/data/{key}"), "rule", one.message))
            })
            .collect())
    }

    async fn changed_fields(
        &self,
        of: &design::DefinitionRef,
        form: &form::Form,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<Vec<Kept>> {
        let items = self.design.data_items(of).await?;
        let mut regions = self.region_names(before).await?;
        regions.extend(self.region_names(after).await?);
        let fields = form.valued();
        let changed = fields.iter().filter(|field| before.get(&field.key) != after.get(&field.key)).map(|field| {
            let item = items.iter().find(|one| one.field == field.key);
            let text = |value: Option<&Value>| match (value, item) {
                (None, _) => String::new(),
                (Some(value), Some(item)) => covered(item, field, value, &regions),
                (Some(value), None) => said(field, value, &regions),
            };
            let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
            Kept {
                shown: ChangedField {
                    field: field.key.clone(),
                    label: field.label.clone(),
                    before: text(before.get(&field.key)),
                    after: text(after.get(&field.key)),
                },
                before: value(before.get(&field.key)),
                after: value(after.get(&field.key)),
            }
        });
        Ok(changed.collect())
    }
}
