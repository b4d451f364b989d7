//! Filled-in fields beside what others know (FORM-018): on demand, and after an application was handed in.

use std::collections::BTreeSet;
use std::sync::Arc;

use catalogue::PublishedItem;
use form::{Comparison, Verdict};
use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Beside, Subject, label};
use crate::cases::error::CaseError;
use crate::cases::model::State;
use crate::cases::service::draft::source;
use crate::cases::service::judge::Consents;
use crate::cases::service::views::mask_field;
use crate::cases::service::{Casework, Loaded, reach};
use crate::cases::store::{case, case_form};

/// Job that compares the form of a case handed in.
pub(crate) const COMPARE_JOB: &str = "case.compare";

/// A field compared, as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldCheck {
    /// Key path of the field, `group/key` inside a group.
    pub key: String,
    /// Its label.
    pub label: String,
    /// `trusted`, `differs`, `not_verifiable`.
    pub result: &'static str,
    /// In words.
    pub result_label: &'static str,
    /// Where it was looked up.
    pub source: String,
    /// What the source says when it differs, masked as the field is.
    pub theirs: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<OffsetDateTime>,
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Trusted => "一致，可信",
        Verdict::Differs => "不一致",
        Verdict::NotVerifiable => "没有核到",
    }
}

/// Key paths of what was filled in: after judging, what is there is what shows.
fn present(data: &Map<String, Value>, above: &str, found: &mut BTreeSet<String>) {
    for (key, value) in data {
        let path = format!("{above}{key}");
        if let Value::Object(inner) = value {
            present(inner, &format!("{path}/"), found);
        }
        found.insert(path);
    }
}

/// A value as the desk shows the field: masked, options by their label.
fn shown(field: &form::Field, value: &Value) -> String {
    let mut one = Map::from_iter([(field.key.clone(), value.clone())]);
    mask_field(field, &mut one);
    let text = match one.remove(&field.key) {
        Some(Value::String(text)) => text,
        Some(Value::Bool(yes)) => if yes { "是" } else { "否" }.to_owned(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    field.options.iter().find(|choice| choice.value == text).map_or(text, |choice| choice.label.clone())
}

impl Beside {
    /// The comparisons for people.
    pub(crate) fn checks(&self, form: &form::Form) -> Vec<FieldCheck> {
        let check = |one: &Comparison| {
            let field = form.field(&one.key)?;
            Some(FieldCheck {
                key: one.key.clone(),
                label: field.label.clone(),
                result: one.verdict.as_str(),
                result_label: words(one.verdict),
                source: label(&one.path, &self.names),
                theirs: one.theirs.as_ref().map(|theirs| shown(field, theirs)),
                at: self.compared_at,
            })
        };
        self.comparisons.iter().filter_map(check).collect()
    }
}

impl Casework {
    /// Compares the form of an own draft now, as far as the applicant has agreed to be looked up.
    ///
    /// # Errors
    /// 404 for another's, 409 before the applicant agreed.
    pub async fn compare_mine(&self, caller: &Principal, id: Uuid) -> Result<Vec<FieldCheck>> {
        let (row, _) = self.mine(caller, id, Action::Fill).await?;
        let form = self.form_of(self.platform.db.read(), id).await?;
        let consents: Consents = serde_json::from_value(form.consents)?;
        if row.state == State::Draft.as_str() && !consents.authorised {
            return Err(Problem::conflict("not_authorised", "还没有授权核对您的信息。")
                .detail("请先在“授权与承诺”这一步勾选授权，再来核对。不核对也可以继续填写。"));
        }
        self.compare_case(row, None).await
    }

    /// Compares the form of a case within the caller's reach anew; the look is logged.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn compare_at_desk(&self, caller: &Principal, id: Uuid) -> Result<Vec<FieldCheck>> {
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
        let detail = json!({ "case_number": row.case_number });
        let line = Line::by(caller, self.platform.new_id(), "case.compare", format!("case:{id}"), detail);
        self.compare_case(row, Some(line)).await
    }

    /// The job behind [`COMPARE_JOB`]. A source that is down makes the fields not verifiable; the desk may
    /// ask again.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn compare_filed(&self, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        let row = self.head(id).await?;
        self.compare_case(row, None).await.map(|_| ())
    }

    async fn compare_case(&self, row: case::Model, line: Option<Line>) -> Result<Vec<FieldCheck>> {
        let id = row.id;
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let definition = self.design.form(&item.definitions.form).await?;
        if !definition.compares() {
            return Ok(Vec::new());
        }
        let form = self.form_of(self.platform.db.read(), id).await?;
        let mut data: Map<String, Value> = self.open(&form.form_sealed, id, "form")?;
        if row.state == State::Draft.as_str() {
            // A draft still holds what is hidden by now.
            data = self.draft_data(&Loaded { row: row.clone(), item }, &form).await?;
        }
        let personal = self.personal(&row)?;
        let mut known = match row.account_id {
            Some(account) => self.identity.account(account).await?.as_ref().map(source).unwrap_or_default(),
            None => Map::new(),
        };
        let subject = Subject {
            kind: &row.applicant_kind,
            number: &personal.id_number,
            item: &row.item_slug,
            case: Some(id),
            card: None,
        };
        let outside = self.ask_outside(&definition, &subject).await?;
        known.extend(outside.values.clone());
        let mut visible = BTreeSet::new();
        present(&data, "", &mut visible);
        let comparisons = definition.compare(&data, &visible, &known);
        let (casework, now) = (self.clone(), self.platform.now());
        let beside = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let mut beside = casework.beside(&casework.form_of(tx.conn(), id).await?)?;
                    beside.names.extend(outside.names);
                    beside.comparisons = comparisons;
                    beside.compared_at = Some(now);
                    let sealed = casework.seal_beside(&beside, id)?;
                    case_form::Entity::update_many()
                        .col_expr(case_form::Column::BesideSealed, Expr::value(sealed))
                        .filter(case_form::Column::CaseId.eq(id))
                        .exec(tx.conn())
                        .await?;
                    if let Some(line) = line {
                        tx.audit(line);
                    }
                    Ok(beside)
                })
            })
            .await?;
        Ok(beside.checks(&definition))
    }

    /// Leaves the comparison to be made, when the form has something to compare. Called where a case is
    /// filed and where its form was corrected: slow sources make nobody wait.
    pub(crate) async fn compare_later(&self, tx: &Tx, item: &PublishedItem, row: &case::Model) -> Result<()> {
        if Box::pin(self.design.form(&item.definitions.form)).await?.compares() {
            tx.enqueue(NewJob {
                id: self.platform.new_id(),
                kind: COMPARE_JOB,
                payload: json!({ "case_id": row.id }),
                run_at: None,
                key: Some(format!("{COMPARE_JOB}:{}:{}", row.id, row.event_count)),
            });
        }
        Ok(())
    }
}

/// Runs [`COMPARE_JOB`].
pub(crate) async fn compare_job(casework: Arc<Casework>, payload: Value) -> Result<()> {
    casework.compare_filed(payload).await
}
