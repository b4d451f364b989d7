//! HTTP of cases: thin handlers, one service call each.

mod acts;
mod amend;
mod desk;
mod done;
mod form_data;
mod my;
mod papers;
mod public;
mod tasks;
mod uploads;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use identity::delegation::Action;
use platform::Result;
use platform::disclosure::Field;
use platform::files;
use platform::web::guard::Principal;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::error::CaseError;
use super::service::Casework;
use super::service::draft::MaterialFile;
use super::service::filled::FieldCheck;
use super::service::judge::StepProblem;
use super::store::{self, case};

/// Routes of cases.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(my::create_my_case, my::list_my_cases))
        .routes(routes!(my::file_my_case))
        .routes(routes!(my::get_my_draft, my::save_my_draft))
        .routes(routes!(my::check_my_case))
        .routes(routes!(my::compare_my_case))
        .routes(routes!(my::hand_my_material))
        .routes(routes!(my::submit_my_case))
        .routes(routes!(my::get_my_case, my::delete_my_draft))
        .routes(routes!(my::supply_my_correction))
        .routes(routes!(my::withdraw_my_case))
        .routes(routes!(my::change_my_delivery))
        .routes(routes!(my::get_my_document))
        .routes(routes!(papers::list_my_prints))
        .routes(routes!(papers::print_my_case))
        .routes(routes!(papers::get_print_menu))
        .routes(routes!(papers::print_case))
        .routes(routes!(papers::stamp_case_paper))
        .merge(papers::public_routes())
        .merge(form_data::routes())
        .routes(routes!(my::get_my_case_licence))
        .routes(routes!(my::get_my_file))
        .routes(routes!(my::watch_my_case))
        .routes(routes!(desk::get_workbench))
        .routes(routes!(desk::list_tasks))
        .routes(routes!(desk::list_cases))
        .routes(routes!(desk::export_cases))
        .routes(routes!(desk::get_board))
        .routes(routes!(desk::watch_cases))
        .routes(routes!(desk::get_case))
        .routes(routes!(desk::list_identified_cases))
        .routes(routes!(desk::reveal_case_field))
        .routes(routes!(desk::compare_case))
        .routes(routes!(desk::get_case_document))
        .routes(routes!(desk::get_case_file))
        .routes(routes!(amend::amend_material))
        .routes(routes!(amend::list_material_changes))
        .routes(routes!(desk::watch_case))
        .routes(routes!(acts::pre_review_case))
        .routes(routes!(acts::request_case_correction))
        .routes(routes!(acts::accept_case))
        .routes(routes!(acts::not_accept_case))
        .routes(routes!(acts::complete_task))
        .routes(routes!(tasks::transfer_task))
        .routes(routes!(tasks::countersign_task))
        .routes(routes!(tasks::take_back_task))
        .routes(routes!(tasks::jump_task))
        .routes(routes!(tasks::fill_task))
        .routes(routes!(tasks::list_colleagues))
        .routes(routes!(tasks::list_next_steps))
        .routes(routes!(done::list_done_tasks))
        .routes(routes!(done::name_done_task))
        .routes(routes!(done::hide_done_task))
        .routes(routes!(done::show_done_task))
        .routes(routes!(tasks::get_flow_monitor))
        .routes(routes!(tasks::list_flow_cases))
        .routes(routes!(tasks::migrate_flow))
        .routes(routes!(acts::suspend_case))
        .routes(routes!(acts::resume_case))
        .routes(routes!(acts::ask_extension))
        .routes(routes!(acts::decide_extension))
        .routes(routes!(acts::abort_case))
        .routes(routes!(acts::urge_case))
        .routes(routes!(acts::reply_urge))
        .routes(routes!(acts::deliver_case))
        .routes(routes!(acts::void_case))
        .routes(routes!(acts::check_counter_application))
        .routes(routes!(acts::take_counter_application))
        .routes(routes!(public::query_progress))
        .routes(routes!(public::ask_captcha))
        .routes(routes!(uploads::upload_file))
        .routes(routes!(uploads::upload_desk_file))
        .with_state(casework)
}

/// Begins an application.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewCase {
    /// Item.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// Grant under which the caller acts for somebody; absent for oneself.
    #[serde(default)]
    pub acting_for: Option<Uuid>,
}

/// The draft made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedCase {
    /// Id of the draft; read it at `/my/cases/{id}/draft`.
    pub id: Uuid,
}

/// What is still to mend.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problems {
    /// In the order of the steps.
    pub problems: Vec<StepProblem>,
}

/// Fields compared with what others know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldChecks {
    /// In the order of the form; empty when it compares nothing.
    pub items: Vec<FieldCheck>,
}

/// Version of the page an act was made on.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Version {
    /// Version.
    pub version: i64,
}

/// Which raw value, and why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RevealQuery {
    /// phone, id_number, agent_phone, address, or `form.<key>`.
    pub field: String,
    /// Why it is needed; logged.
    pub reason: String,
}

/// What somebody was identified for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct IdentifiedQuery {
    /// As it was said when the card was read or the code scanned.
    pub purpose: recognition::identifying::Purpose,
}

/// A raw value.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Revealed {
    /// Value.
    pub value: String,
}

async fn own_row(casework: &Casework, caller: &Principal, id: Uuid) -> Result<case::Model> {
    Ok(casework.mine(caller, id, Action::Read).await?.0)
}

async fn reached_row(casework: &Casework, caller: &Principal, id: Uuid) -> Result<case::Model> {
    let row = case::Entity::find_by_id(id).one(casework.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
    casework.reaches(casework.platform.db.read(), caller, &row).await?;
    Ok(row)
}

async fn own_document(casework: &Casework, caller: &Principal, id: Uuid, document: Uuid) -> Result<Response> {
    let action = casework.opening(id, document).await?;
    let (row, standing) = casework.mine(caller, id, action).await?;
    let (file, bytes) = casework.document_pdf(id, document).await?;
    casework.record_use(caller, row, standing, action).await?;
    Ok(files::respond(&file, bytes))
}

async fn reached_document(casework: &Casework, caller: &Principal, id: Uuid, document: Uuid) -> Result<Response> {
    reached_row(casework, caller, id).await?;
    let (file, bytes) = casework.document_pdf(id, document).await?;
    Ok(files::respond(&file, bytes))
}

async fn own_file(casework: &Casework, caller: &Principal, id: Uuid, file: Uuid) -> Result<Response> {
    let row = own_row(casework, caller, id).await?;
    case_file(casework, row, file).await
}

async fn reached_file(casework: &Casework, caller: &Principal, id: Uuid, file: Uuid) -> Result<Response> {
    let row = reached_row(casework, caller, id).await?;
    // Scans of identity cards and the like: whose level is too low sees the progress, not the papers.
    let content = Field { table: "files", column: "digest", part: "file:material" };
    casework.platform.disclosure.admit(&casework.platform, caller, content).await?;
    // What staff wrote by hand is for staff; citizens see it in the documents only.
    let tasks = store::tasks(casework.platform.db.read(), id).await?;
    if tasks.iter().any(|task| task.signature_file == Some(file) || task.opinion_file == Some(file)) {
        let (file, bytes) = files::read(&casework.platform, file).await?;
        return Ok(files::respond(&file, bytes));
    }
    case_file(casework, row, file).await
}

/// A file of this case; a file of another case does not exist here.
async fn case_file(casework: &Casework, row: case::Model, wanted: Uuid) -> Result<Response> {
    let (conn, id) = (casework.platform.db.read(), row.id);
    let mut belongs = false;
    for row in store::materials(conn, id).await? {
        let kept: Vec<MaterialFile> = serde_json::from_value(row.files)?;
        belongs |= kept.iter().any(|one| one.file.id == wanted);
    }
    for row in store::tasks(conn, id).await? {
        let kept: Vec<files::FileRef> = serde_json::from_value(row.files)?;
        belongs |= kept.iter().any(|one| one.id == wanted);
    }
    if !belongs && !casework.was_of_case(id, wanted).await? && !casework.form_holds_file(row, wanted).await? {
        return Err(platform::Problem::not_found("没有找到这个文件。"));
    }
    let (file, bytes) = files::read(&casework.platform, wanted).await?;
    Ok(files::respond(&file, bytes))
}

async fn watch_own(casework: &Casework, caller: &Principal, id: Uuid) -> Result<Response> {
    let row = own_row(casework, caller, id).await?;
    Ok(watch(casework, row))
}

async fn watch_reached(casework: &Casework, caller: &Principal, id: Uuid) -> Result<Response> {
    let row = reached_row(casework, caller, id).await?;
    Ok(watch(casework, row))
}

fn watch(casework: &Casework, row: case::Model) -> Response {
    let topic = format!("case:{}:{}", row.org_id, row.id);
    casework.platform.live.stream("case", move |changed| changed == topic).into_response()
}

fn watch_reach(casework: &Casework, caller: &Principal) -> Result<Response> {
    let prefixes: Vec<String> = caller.met_orgs().iter().map(|org| format!("case:{org}:")).collect();
    let wanted = move |topic: &str| prefixes.iter().any(|prefix| topic.starts_with(prefix));
    Ok(casework.platform.live.stream("cases", wanted).into_response())
}

fn csv(text: String) -> Result<Response> {
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"cases.csv\""),
        ],
        text,
    )
        .into_response())
}
