//! Cases that the quality check holds back from reporting: seen with their reasons, mended, checked again (CASE-042).
//!
//! What the case itself says wrongly is mended in the case (表单数据更正, 补正); what only the report lacks (a code of the
//! upper platform's list) is mended here, beside the case, with a reason and a log line.

use std::collections::BTreeMap;

use platform::web::guard::Allowed;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::store;
use crate::{Exchange, ReadExchange, ResendReports};

pub(crate) mod check {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_report_checks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub case_number: String,
        pub problems: String,
        pub mended: String,
        pub reason: Option<String>,
        pub mended_by: Option<String>,
        pub checked_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Fields of a record that are checked and never sent.
const PERSONAL: [&str; 3] = ["applicant_name", "applicant_id", "closing_reason"];

/// A field that keeps a case from being reported.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct HeldField {
    /// Name of the field.
    pub field: String,
    /// What is wrong and how it should be.
    pub message: String,
    /// Whether it can be mended for the report; otherwise it is mended in the case.
    pub mendable: bool,
}

/// What the quality check says of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportCheck {
    case_id: Uuid,
    case_number: String,
    /// Whether it may be reported.
    passed: bool,
    problems: Vec<HeldField>,
    /// Field → value mended for the report.
    mended: BTreeMap<String, String>,
    /// Why it was mended.
    reason: Option<String>,
    mended_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    checked_at: OffsetDateTime,
    version: i64,
}

/// Values for the report of a case.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MendReport {
    /// Version of the page.
    pub version: i64,
    /// Field → value; an empty value takes a mended one back.
    pub data: BTreeMap<String, String>,
    /// Why, 4 to 200 characters.
    pub reason: String,
}

async fn find(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<check::Model>> {
    Ok(check::Entity::find_by_id(case_id).one(conn).await?)
}

fn unknown() -> Problem {
    Problem::not_found("这件还没有质检记录。")
}

fn mended_of(row: &check::Model) -> BTreeMap<String, String> {
    serde_json::from_str(&row.mended).unwrap_or_default()
}

impl Exchange {
    /// Checks a case and keeps what was found; the data to report when nothing is wrong.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn check_report(&self, case_id: Uuid) -> Result<std::result::Result<Value, Vec<FieldProblem>>> {
        let Some(mut record) = self.casework.report_record(case_id).await? else { return Ok(Ok(json!({}))) };
        let known = find(self.platform.db.read(), case_id).await?;
        for (field, value) in known.as_ref().map(mended_of).unwrap_or_default() {
            record.insert(field, json!(value));
        }
        let problems = self.quality.check(&record);
        let number = record.get("case_number").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.keep_check(case_id, number, known, &problems).await?;
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        let open: Map<String, Value> =
            record.into_iter().filter(|(key, _)| !PERSONAL.contains(&key.as_str())).collect();
        Ok(Ok(Value::Object(open)))
    }

    async fn keep_check(
        &self,
        case_id: Uuid,
        case_number: String,
        known: Option<check::Model>,
        problems: &[FieldProblem],
    ) -> Result<()> {
        let held: Vec<HeldField> = problems
            .iter()
            .map(|one| {
                let field = one.pointer.trim_start_matches('/').to_owned();
                HeldField { mendable: self.quality.mendable(&field).is_some(), field, message: one.message.clone() }
            })
            .collect();
        let found = serde_json::to_string(&held)?;
        let now = self.platform.now();
        // Nothing new is not written: a good case is checked at each of its events.
        if known.as_ref().is_some_and(|row| row.problems == found) {
            return Ok(());
        }
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    match find(tx.conn(), case_id).await? {
                        Some(row) => {
                            let version = row.version + 1;
                            let row = check::Model { problems: found, checked_at: now, version, ..row };
                            check::Entity::update_many()
                                .set(row.into_active_model().reset_all())
                                .filter(check::Column::CaseId.eq(case_id))
                                .exec(tx.conn())
                                .await?;
                        }
                        None => {
                            let row = check::Model {
                                case_id,
                                case_number,
                                problems: found,
                                mended: "{}".to_owned(),
                                reason: None,
                                mended_by: None,
                                checked_at: now,
                                version: 1,
                            };
                            check::Entity::insert(row.into_active_model().reset_all())
                                .exec_without_returning(tx.conn())
                                .await?;
                        }
                    }
                    Ok(())
                })
            })
            .await
    }

    /// What the check says of a case.
    ///
    /// # Errors
    /// 404 for one that was never checked.
    pub(crate) async fn report_check(&self, _caller: &Allowed<ReadExchange>, case_id: Uuid) -> Result<ReportCheck> {
        self.report_check_of(case_id).await
    }

    async fn report_check_of(&self, case_id: Uuid) -> Result<ReportCheck> {
        let row = find(self.platform.db.read(), case_id).await?.ok_or_else(unknown)?;
        let problems: Vec<HeldField> = serde_json::from_str(&row.problems)?;
        Ok(ReportCheck {
            case_id,
            passed: problems.is_empty(),
            problems,
            mended: mended_of(&row),
            case_number: row.case_number,
            reason: row.reason,
            mended_by: row.mended_by,
            checked_at: row.checked_at,
            version: row.version,
        })
    }

    /// Checks a held case again; one that passes is reported at once.
    ///
    /// # Errors
    /// 404 for one that was never checked.
    pub(crate) async fn check_report_again(
        &self,
        caller: &Allowed<ResendReports>,
        case_id: Uuid,
    ) -> Result<ReportCheck> {
        find(self.platform.db.read(), case_id).await?.ok_or_else(unknown)?;
        let line_id = self.platform.new_id();
        let passed = self.check_report(case_id).await?.is_ok();
        let subject = format!("case:{case_id}");
        let line = Line::by(caller, line_id, "exchange.check", subject, json!({ "passed": passed }));
        let job = NewJob {
            id: self.platform.new_id(),
            kind: super::JOB,
            payload: json!({ "case_id": case_id }),
            run_at: None,
            key: None,
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if passed && let Some(row) = store::find(tx.conn(), case_id).await? {
                        if row.state == "held" {
                            store::failed(tx.conn(), case_id, 0, "waiting", "", tx.now()).await?;
                        }
                        tx.enqueue(job);
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.report_check_of(case_id).await
    }

    /// Mends fields for the report of a case, then checks it again.
    ///
    /// # Errors
    /// 404 for one that was never checked, 409 for an old page, 422 for a field that is mended in the case.
    pub(crate) async fn mend_report(
        &self,
        caller: &Allowed<ResendReports>,
        case_id: Uuid,
        mend: MendReport,
    ) -> Result<ReportCheck> {
        let row = find(self.platform.db.read(), case_id).await?.ok_or_else(unknown)?;
        let reason = mend.reason.trim().to_owned();
        let mut wrong = Vec::new();
        if !(4..=200).contains(&reason.chars().count()) {
            wrong.push(FieldProblem::new("/reason", "required", "写明为什么这样补正，4 到 200 字"));
        }
        for (field, value) in &mend.data {
            let at = format!("/data/{field}");
            if self.quality.mendable(field).is_none() {
                wrong.push(FieldProblem::new(at, "not_mendable", "这一项要在办件里更正，不能只改上报的内容"));
            } else if value.chars().count() > 200 {
                wrong.push(FieldProblem::new(at, "length", "最多 200 字"));
            }
        }
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        if row.version != mend.version {
            return Err(Problem::stale());
        }
        let mut mended = mended_of(&row);
        for (field, value) in mend.data {
            if value.trim().is_empty() {
                mended.remove(&field);
            } else {
                mended.insert(field, value.trim().to_owned());
            }
        }
        let detail = json!({ "fields": mended.keys().collect::<Vec<_>>(), "reason": reason });
        let line = Line::by(caller, self.platform.new_id(), "exchange.mend", format!("case:{case_id}"), detail);
        let changed = check::Model {
            mended: serde_json::to_string(&mended)?,
            reason: Some(reason),
            mended_by: Some(caller.name.clone()),
            version: row.version + 1,
            ..row
        };
        let read = mend.version;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let updated = check::Entity::update_many()
                        .set(changed.into_active_model().reset_all())
                        .filter(check::Column::CaseId.eq(case_id))
                        .filter(check::Column::Version.eq(read))
                        .exec(tx.conn())
                        .await?;
                    if updated.rows_affected != 1 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.check_report_again(caller, case_id).await
    }
}
