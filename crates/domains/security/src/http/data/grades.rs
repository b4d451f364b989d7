//! Grades of roles and people.

use axum::extract::State;
use platform::web::extract::{Json, Path};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Decision;
use crate::Security;
use crate::permissions::{EditGrades, ReadProtection, ReviewGrades};

/// How far a role or a person sees.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataGrade {
    /// `role:<key>` or `staff:<id>`.
    subject: String,
    label: String,
    level: i64,
    level_label: String,
    /// Set by somebody, instead of the pack.
    set: bool,
    pending_level: Option<i64>,
    pending_label: Option<String>,
    pending_by_name: String,
    reason: String,
    changed_by_name: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<OffsetDateTime>,
    /// Whether the caller may decide what waits.
    can_decide: bool,
    version: i64,
}

/// All grades.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataGrades {
    items: Vec<DataGrade>,
}

async fn list(security: &Security, caller: &Principal) -> Result<Json<DataGrades>> {
    let own = format!("staff:{}", caller.id);
    let items = security
        .grades()
        .await?
        .into_iter()
        .map(|one| DataGrade {
            level_label: security.pack.level_label(one.level),
            pending_label: one.pending.map(|level| security.pack.level_label(level)),
            can_decide: caller.may("grade.review")
                && one.pending.is_some()
                && one.pending_by != Some(caller.id)
                && one.subject != own,
            subject: one.subject,
            label: one.label,
            level: one.level,
            set: one.set,
            pending_level: one.pending,
            pending_by_name: one.pending_by_name,
            reason: one.reason,
            changed_by_name: one.changed_by_name,
            changed_at: one.changed_at,
            version: one.version,
        })
        .collect();
    Ok(Json(DataGrades { items }))
}

/// The highest level each role, and whoever is graded by name, sees raw.
#[utoipa::path(get, path = "/api/v1/security/grades", tag = "security", operation_id = "list_data_grades",
    responses((status = 200, body = DataGrades), Refused),
    security(("desk" = ["protection.read"])))]
pub(crate) async fn list_data_grades(
    State(security): State<Security>,
    caller: Allowed<ReadProtection>,
) -> Result<Json<DataGrades>> {
    list(&security, &caller).await
}

/// Somebody who can be graded by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataGradePerson {
    id: Uuid,
    name: String,
    org_name: String,
}

/// People who can be graded by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct DataGradePeople {
    items: Vec<DataGradePerson>,
}

/// Staff who can be graded by name.
#[utoipa::path(get, path = "/api/v1/security/grades/people", tag = "security", operation_id = "list_data_grade_people",
    responses((status = 200, body = DataGradePeople), Refused),
    security(("desk" = ["grade.edit"])))]
pub(crate) async fn list_data_grade_people(
    State(security): State<Security>,
    _caller: Allowed<EditGrades>,
) -> Result<Json<DataGradePeople>> {
    let tree = security.identity.orgs().await?;
    let items = security
        .identity
        .staff_holding("staff.me")
        .await?
        .into_iter()
        .map(|staff| DataGradePerson {
            id: staff.id,
            name: staff.name,
            org_name: tree.get(staff.org_id).map(|org| org.name.clone()).unwrap_or_default(),
        })
        .collect();
    Ok(Json(DataGradePeople { items }))
}

/// Another grade.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DataGradeProposal {
    version: i64,
    level: i64,
    reason: String,
}

/// Propose another grade; another person decides.
#[utoipa::path(put, path = "/api/v1/security/grades/{subject}", tag = "security", operation_id = "propose_data_grade",
    params(("subject" = String, Path, description = "`role:<key>` or `staff:<id>`")), request_body = DataGradeProposal,
    responses((status = 200, body = DataGrades), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["grade.edit"])))]
pub(crate) async fn propose_data_grade(
    State(security): State<Security>,
    caller: Allowed<EditGrades>,
    Path(subject): Path<String>,
    Json(request): Json<DataGradeProposal>,
) -> Result<Json<DataGrades>> {
    security.propose_grade(&caller, &subject, request.level, request.version, &request.reason).await?;
    list(&security, &caller).await
}

/// Put a proposed grade into force.
#[utoipa::path(post, path = "/api/v1/security/grades/{subject}/confirm", tag = "security", operation_id = "confirm_data_grade",
    params(("subject" = String, Path, description = "`role:<key>` or `staff:<id>`")), request_body = Decision,
    responses((status = 200, body = DataGrades), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["grade.review"])))]
pub(crate) async fn confirm_data_grade(
    State(security): State<Security>,
    caller: Allowed<ReviewGrades>,
    Path(subject): Path<String>,
    Json(request): Json<Decision>,
) -> Result<Json<DataGrades>> {
    security.decide_grade(&caller, &subject, request.version, true, &request.text).await?;
    list(&security, &caller).await
}

/// Say no to a proposed grade.
#[utoipa::path(post, path = "/api/v1/security/grades/{subject}/reject", tag = "security", operation_id = "reject_data_grade",
    params(("subject" = String, Path, description = "`role:<key>` or `staff:<id>`")), request_body = Decision,
    responses((status = 200, body = DataGrades), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["grade.review"])))]
pub(crate) async fn reject_data_grade(
    State(security): State<Security>,
    caller: Allowed<ReviewGrades>,
    Path(subject): Path<String>,
    Json(request): Json<Decision>,
) -> Result<Json<DataGrades>> {
    security.decide_grade(&caller, &subject, request.version, false, &request.text).await?;
    list(&security, &caller).await
}
