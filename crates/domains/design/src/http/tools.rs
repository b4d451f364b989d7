//! Trying things out, what a flow may name, shortcuts.

use axum::extract::State;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use platform::web::extract::{Json, Query};
use platform::web::guard::{Allowed, Audience};
use platform::web::problem::Result;
use platform::web::refusals::{Outdated, Refused, Unreadable};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::library::{Finding, SERVICES};
use crate::permissions::{EditDesign, EditDesignSettings, ReadDesign};
use crate::settings::Shortcuts;
use crate::tools::{
    CheckExpression, EvaluateForm, EvaluateRules, ExpressionVerdict, FlowWalk, FormJudgement, PreviewPaper,
    RulesAnswer, RunFlow,
};
use crate::{Kind, Library};

/// A content to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckDefinition {
    kind: Kind,
    content: String,
    /// Key of the definition itself, that no flow calls itself by others.
    #[serde(default)]
    key: Option<String>,
    /// Item whose limit a flow must keep.
    #[serde(default)]
    item: Option<String>,
}

/// Remarks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionFindings {
    findings: Vec<Finding>,
}

/// Something with a key and a name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerChoice {
    key: String,
    label: String,
}

/// An organisation a task may be given to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerOrg {
    id: Uuid,
    name: String,
    parent_id: Option<Uuid>,
}

/// A service a flow may call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerService {
    key: &'static str,
    label: &'static str,
    properties: Vec<HandlerProperty>,
}

/// What a service wants to know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerProperty {
    key: &'static str,
    label: &'static str,
    required: bool,
    /// `paper`: one of the papers.
    kind: &'static str,
}

/// What a flow may name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Handlers {
    roles: Vec<HandlerChoice>,
    orgs: Vec<HandlerOrg>,
    services: Vec<HandlerService>,
    stages: Vec<HandlerChoice>,
    papers: Vec<HandlerChoice>,
}

/// Part of a name or login.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct StaffQuery {
    q: String,
}

/// A person a task may be given to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerPerson {
    id: Uuid,
    name: String,
    org_name: String,
}

/// People found, at most twenty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlerPeople {
    items: Vec<HandlerPerson>,
}

/// Stages of a case a task may belong to: as the case page and the guide name them.
const STAGES: [(&str, &str); 4] = [("review", "审查"), ("inspect", "现场核查"), ("decide", "决定"), ("make", "制证")];

fn choices(of: &[(&str, &str)]) -> Vec<HandlerChoice> {
    of.iter().map(|(key, label)| HandlerChoice { key: (*key).to_owned(), label: (*label).to_owned() }).collect()
}

/// Checks a content without saving it.
#[utoipa::path(post, path = "/api/v1/design/definitions/check", tag = "design", operation_id = "check_definition",
    request_body = CheckDefinition,
    responses((status = 200, body = DefinitionFindings), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn check_definition(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<CheckDefinition>,
) -> Result<Json<DefinitionFindings>> {
    let key = asked.key.as_deref();
    let findings = library.findings(asked.kind, &asked.content, key, asked.item.as_deref()).await?;
    Ok(Json(DefinitionFindings { findings }))
}

/// What the server would say about a form filled in.
#[utoipa::path(post, path = "/api/v1/design/forms/evaluate", tag = "design", operation_id = "evaluate_form",
    request_body = EvaluateForm,
    responses((status = 200, body = FormJudgement), Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn evaluate_form(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<EvaluateForm>,
) -> Result<Json<FormJudgement>> {
    Ok(Json(library.evaluate_form(&asked)?))
}

/// Walks a flow with prepared answers.
#[utoipa::path(post, path = "/api/v1/design/flows/run", tag = "design", operation_id = "run_flow",
    request_body = RunFlow,
    responses((status = 200, body = FlowWalk), Refused, Outdated, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn run_flow(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<RunFlow>,
) -> Result<Json<FlowWalk>> {
    Ok(Json(library.run_flow(&asked).await?))
}

/// Takes a decision and says which rules fired.
#[utoipa::path(post, path = "/api/v1/design/rules/evaluate", tag = "design", operation_id = "evaluate_rules",
    request_body = EvaluateRules,
    responses((status = 200, body = RulesAnswer), Refused, Unreadable),
    security(("desk" = ["design.read"])))]
pub(crate) async fn evaluate_rules(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<EvaluateRules>,
) -> Result<Json<RulesAnswer>> {
    Ok(Json(library.evaluate_rules(&asked)?))
}

/// Checks an expression against the names it may read.
#[utoipa::path(post, path = "/api/v1/design/expressions/check", tag = "design", operation_id = "check_expression",
    request_body = CheckExpression,
    responses((status = 200, body = ExpressionVerdict), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn check_expression(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
    Json(asked): Json<CheckExpression>,
) -> Result<Json<ExpressionVerdict>> {
    Ok(Json(library.check_expression_text(&asked)))
}

/// Draws a paper with sample data.
#[utoipa::path(post, path = "/api/v1/design/papers/preview", tag = "design", operation_id = "preview_paper",
    request_body = PreviewPaper,
    responses((status = 200, description = "The paper", content_type = "application/pdf"), Refused, Unreadable),
    security(("desk" = ["design.edit"])))]
pub(crate) async fn preview_paper(
    State(library): State<Library>,
    _caller: Allowed<EditDesign>,
    Json(asked): Json<PreviewPaper>,
) -> Result<impl IntoResponse> {
    Ok((AppendHeaders([(header::CONTENT_TYPE, "application/pdf")]), library.preview_paper(asked).await?))
}

/// What a flow may name: roles, organisations, services, stages, papers.
#[utoipa::path(get, path = "/api/v1/design/handlers", tag = "design", operation_id = "list_handlers",
    responses((status = 200, body = Handlers), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn list_handlers(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
) -> Result<Json<Handlers>> {
    let tree = library.identity.orgs().await?;
    let roles = identity::roles::all().iter().filter(|(_, role)| role.audience == Audience::Desk);
    let orgs = caller.visible_orgs.iter().filter_map(|id| tree.get(*id)).map(|org| HandlerOrg {
        id: org.id,
        name: org.name.clone(),
        parent_id: org.parent_id,
    });
    let services = SERVICES.iter().map(|service| HandlerService {
        key: service.key,
        label: service.label,
        properties: service
            .property
            .iter()
            .map(|(key, label)| HandlerProperty { key, label, required: true, kind: "paper" })
            .collect(),
    });
    let papers = library.papers().await?;
    Ok(Json(Handlers {
        roles: roles.map(|(key, role)| HandlerChoice { key: key.clone(), label: role.label.clone() }).collect(),
        orgs: orgs.collect(),
        services: services.collect(),
        stages: choices(&STAGES),
        papers: papers.into_iter().map(|(key, label)| HandlerChoice { key, label }).collect(),
    }))
}

/// People of one's organisations by part of a name, at most twenty.
#[utoipa::path(get, path = "/api/v1/design/handlers/staff", tag = "design", operation_id = "find_handler_staff",
    params(StaffQuery),
    responses((status = 200, body = HandlerPeople), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn find_handler_staff(
    State(library): State<Library>,
    caller: Allowed<ReadDesign>,
    Query(query): Query<StaffQuery>,
) -> Result<Json<HandlerPeople>> {
    let tree = library.identity.orgs().await?;
    let found = library.identity.find_staff(&caller.visible_orgs, query.q.trim(), 20).await?;
    let items = found
        .into_iter()
        .map(|person| HandlerPerson {
            id: person.id,
            name: person.name,
            org_name: tree.get(person.org_id).map_or_else(String::new, |org| org.name.clone()),
        })
        .collect();
    Ok(Json(HandlerPeople { items }))
}

/// Shortcuts of the designers.
#[utoipa::path(get, path = "/api/v1/design/settings/shortcuts", tag = "design", operation_id = "get_shortcuts",
    responses((status = 200, body = Shortcuts), Refused),
    security(("desk" = ["design.read"])))]
pub(crate) async fn get_shortcuts(
    State(library): State<Library>,
    _caller: Allowed<ReadDesign>,
) -> Result<Json<Shortcuts>> {
    Ok(Json(library.shortcuts().await?))
}

/// Redefines shortcuts.
#[utoipa::path(put, path = "/api/v1/design/settings/shortcuts", tag = "design", operation_id = "set_shortcuts",
    request_body = Shortcuts,
    responses((status = 200, body = Shortcuts), Refused, Unreadable),
    security(("desk" = ["design.settings.edit"])))]
pub(crate) async fn set_shortcuts(
    State(library): State<Library>,
    caller: Allowed<EditDesignSettings>,
    Json(wished): Json<Shortcuts>,
) -> Result<Json<Shortcuts>> {
    Ok(Json(library.set_shortcuts(&caller, wished).await?))
}
