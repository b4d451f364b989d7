//! Drafts before sealing: looked up, corrected, deleted.

use platform::web::guard::Allowed;
use platform::web::page::PageQuery;
use platform::web::problem::{FieldProblem, Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::issue::guarded;
use super::line;
use crate::model::{DraftField, Licence, LicenceType, State};
use crate::permissions::EditDraft;
use crate::store::licence_row::{Column, Entity, Model};
use crate::store::{self, Reach, place};
use crate::{Licences, error};

/// Longest corrected text.
const MAX_TEXT: usize = 500;

/// A draft and what would stand on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The licence to be.
    pub licence: Licence,
    /// Its fields.
    pub fields: Vec<DraftField>,
    /// Labels of mandatory fields without a value: with one of them it can't be sealed.
    pub missing: Vec<String>,
}

impl Licences {
    /// Drafts of the caller's organisations, newest first, and how many there are.
    ///
    /// # Authorisation
    /// `licence.draft`; only organisations the caller sees.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn drafts(&self, caller: &Allowed<EditDraft>, page: &PageQuery) -> Result<(Vec<Draft>, u64)> {
        let reach =
            Reach { within: store::within(caller), drafts: true, before: super::look_up::before(page)?, case: None };
        let (rows, total) = store::page(self.platform.db.read(), &reach, page.limit()).await?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in &rows {
            drafts.push(self.draft_of(row).await?);
        }
        Ok((drafts, total))
    }

    /// Corrects fields of a draft. What is not named stays; null takes a correction back.
    ///
    /// # Authorisation
    /// `licence.draft`; only organisations the caller sees, else 404.
    ///
    /// # Errors
    /// 409 once sealed or when the page is old, 422 for an unknown field or an unfit value.
    pub async fn correct_draft(
        &self,
        caller: &Allowed<EditDraft>,
        id: Uuid,
        version: i64,
        changes: Map<String, Value>,
    ) -> Result<Draft> {
        let platform = &self.platform;
        let row = self.draft_in_reach(caller, id).await?;
        let (kind, _) = store::frozen_type(platform.db.read(), &row.type_key, row.type_version).await?;
        check(&kind, &changes)?;
        let mut corrections = row.corrections(platform)?;
        let names: Vec<String> = changes.keys().cloned().collect();
        for (key, value) in changes {
            if value.is_null() {
                corrections.remove(&key);
            } else {
                corrections.insert(key, value);
            }
        }
        let sealed = platform.seal(&serde_json::to_string(&corrections)?, &place(id, "corrections"));
        let audit = line(Some(caller), platform.new_id(), "licence.correct", id, json!({ "fields": names }));
        let changed = platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let update =
                        guarded(id, version, tx.now()).col_expr(Column::CorrectionsSealed, Expr::value(sealed));
                    if update.exec(tx.conn()).await?.rows_affected != 1 {
                        return Ok(false);
                    }
                    tx.audit(audit);
                    Ok(true)
                })
            })
            .await?;
        let row = self.draft_in_reach(caller, id).await?;
        if changed { self.draft_of(&row).await } else { Err(Problem::stale()) }
    }

    /// Deletes a draft; issuing again sets a new one.
    ///
    /// # Authorisation
    /// `licence.draft`; only organisations the caller sees, else 404.
    ///
    /// # Errors
    /// 409 once sealed.
    pub async fn delete_draft(&self, caller: &Allowed<EditDraft>, id: Uuid) -> Result<()> {
        let platform = &self.platform;
        let row = self.draft_in_reach(caller, id).await?;
        let detail = json!({ "number": row.number, "case_number": row.case_number });
        let audit = line(Some(caller), platform.new_id(), "licence.delete_draft", id, detail);
        let deleted = platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let deleted = Entity::delete_many()
                        .filter(Column::Id.eq(id))
                        .filter(Column::State.eq(State::Draft.as_str()))
                        .exec(tx.conn())
                        .await?;
                    if deleted.rows_affected == 1 {
                        tx.audit(audit);
                    }
                    Ok(deleted.rows_affected == 1)
                })
            })
            .await?;
        if deleted { Ok(()) } else { Err(error::no_draft()) }
    }

    async fn draft_in_reach(&self, caller: &Allowed<EditDraft>, id: Uuid) -> Result<Model> {
        let row = store::find(self.platform.db.read(), id).await?;
        let row = row.filter(|row| row.within(caller)).ok_or_else(error::no_licence)?;
        if row.state == State::Draft.as_str() { Ok(row) } else { Err(error::no_draft()) }
    }

    async fn draft_of(&self, row: &Model) -> Result<Draft> {
        let platform = &self.platform;
        let (kind, _) = store::frozen_type(platform.db.read(), &row.type_key, row.type_version).await?;
        let (values, corrections) = (row.values(platform)?, row.corrections(platform)?);
        let missing = kind.missing(&values);
        let label = |field: &&crate::model::TypeField| {
            missing.iter().any(|problem| problem.pointer == format!("/licence/{}", field.key))
        };
        Ok(Draft {
            licence: row.licence()?,
            missing: kind.fields.iter().filter(label).map(|field| field.label.clone()).collect(),
            fields: kind
                .fields
                .iter()
                .map(|field| DraftField {
                    key: field.key.clone(),
                    label: field.label.clone(),
                    required: field.required,
                    value: values.get(&field.key).cloned().unwrap_or_default(),
                    corrected: corrections.contains_key(&field.key),
                })
                .collect(),
        })
    }
}

fn check(kind: &LicenceType, changes: &Map<String, Value>) -> Result<()> {
    let mut errors = Vec::new();
    for (key, value) in changes {
        let place = format!("/fields/{key}");
        if !kind.fields.iter().any(|field| field.key == *key) {
            errors.push(FieldProblem::new(place, "unknown_field", format!("{}没有这一项", kind.name)));
        } else if !is_fit(value) {
            let message = format!("请填写文字，每项最多 {MAX_TEXT} 个字");
            errors.push(FieldProblem::new(place, "unfit_value", message));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// Texts, numbers, yes and no, and lists of texts; nothing a template can't print.
fn is_fit(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => text.chars().count() <= MAX_TEXT && !text.chars().any(|c| c.is_control() && c != '\n'),
        Value::Array(items) => items.len() <= 100 && items.iter().all(|item| item.is_string() && is_fit(item)),
        Value::Object(_) => false,
    }
}
