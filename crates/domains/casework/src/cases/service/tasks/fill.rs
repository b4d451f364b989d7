//! Filling in the fields that a step may write (FORM-026): the server knows which, and judges what comes.

use flow::Access;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::cases::model::EventKind;
use crate::cases::service::Casework;
use crate::cases::store::case_form;

/// What a handler filled in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FillTask {
    /// Version of the page.
    pub version: i64,
    /// Fields by key; only those that were changed.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

impl Casework {
    /// Keeps what a handler filled in; what the case had in other fields stays as it was.
    ///
    /// # Errors
    /// 403 for somebody else's task, 422 at a field that the step may not write or that is wrong.
    pub async fn fill_task(&self, caller: &Principal, id: Uuid, task_id: Uuid, filled: FillTask) -> Result<()> {
        if filled.data.is_empty() {
            return Err(Problem::invalid_field("/data", "required", "没有改动，不用保存"));
        }
        let (casework, who) = (self.clone(), caller.clone());
        self.act_on_task(caller, id, filled.version, "task.complete", move |tx, loaded, mut change| {
            Box::pin(async move {
                let at_hand = casework.own_at_hand(tx, &who, &loaded.row, task_id).await?;
                let element = at_hand.task.element.as_str();
                let rights =
                    at_hand.running.settings(element).map(|settings| settings.fields.clone()).unwrap_or_default();
                let form = casework.design.form(&loaded.item.definitions.form).await?;
                let fields = form.valued();
                let known = |key: &str| fields.iter().find(|one| one.key == key);
                let refused: Vec<FieldProblem> = filled
                    .data
                    .keys()
                    .filter(|key| known(key).is_none() || rights.of(key) != Access::Write)
                    .map(|key| FieldProblem::new(format!("/data/{key}"), "not_writable", "这一步不能改这一项"))
                    .collect();
                if !refused.is_empty() {
                    return Err(Problem::invalid(refused));
                }
                let mut row = casework.form_of(tx.conn(), id).await?;
                let before: Map<String, Value> = casework.open(&row.form_sealed, id, "form")?;
                let mut data = before.clone();
                data.extend(filled.data.clone());
                let context = form::Context {
                    handle_item: Some(loaded.row.handle_item.clone()),
                    situation: casework.situation(&loaded, &row)?,
                    applicant: super::super::intake::object(
                        json!({ "kind": loaded.row.applicant_kind, "name": loaded.row.applicant_name }),
                    ),
                    today: base::zone::china_date(tx.now()).to_string(),
                };
                let outcome = form.evaluate(
                    casework.design.expressions(),
                    &form::Input {
                        data: &data,
                        context: &context,
                        role: "staff",
                        step: element,
                        channel: "",
                        locked: &Map::new(),
                    },
                );
                let own = |pointer: &str| {
                    let key = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
                    filled.data.contains_key(key)
                };
                let wrong: Vec<FieldProblem> = outcome
                    .problems
                    .into_iter()
                    .filter(|problem| own(&problem.pointer))
                    .map(|problem| {
                        FieldProblem::new(format!("/data{}", problem.pointer), problem.code, problem.message)
                    })
                    .collect();
                if !wrong.is_empty() {
                    return Err(Problem::invalid(wrong));
                }
                // What the rules of the form take away (a field that does not show) is not kept either.
                let mut kept = before;
                for key in filled.data.keys() {
                    match outcome.data.get(key) {
                        Some(value) => kept.insert(key.clone(), value.clone()),
                        None => kept.remove(key),
                    };
                }
                row.form_sealed = casework.seal(&kept, id, "form")?;
                casework.keep_form_values(tx, &loaded.item, &row).await?;
                case_form::Entity::update_many()
                    .col_expr(case_form::Column::FormSealed, Expr::value(row.form_sealed))
                    .filter(case_form::Column::CaseId.eq(id))
                    .exec(tx.conn())
                    .await?;
                let labels: Vec<&str> =
                    filled.data.keys().filter_map(|key| known(key)).map(|field| field.label.as_str()).collect();
                let keys: Vec<&String> = filled.data.keys().collect();
                change.record(
                    &casework.platform,
                    EventKind::Review,
                    format!("{}：填写了{}", at_hand.task.name, labels.join("、")),
                    json!({ "task": element, "act": "fill", "fields": keys }),
                )?;
                Ok(change)
            })
        })
        .await
    }
}
