//! The user manual over HTTP: everybody reads, who may changes, reports are marked for it.

use axum::extract::State;
use axum::http::StatusCode;
use identity::ReadSelf;
use platform::web::extract::{Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::List;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::chosen;
use crate::Operations;
use crate::manual::service::{ChapterEdit, Edition, Kept, Shown};
use crate::manual::{SIDES, holds};
use crate::permissions::{AnswerQuestions, EditManual};
use crate::questions::label;
use crate::store::{manual_request, manual_version};

/// A chapter for readers.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualChapter {
    key: String,
    title: String,
    /// Plain text: `## ` begins a heading, `- ` and `1. ` an entry of a list, a blank line a paragraph.
    body: String,
    /// How often it was changed.
    version: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    changed_at: Option<OffsetDateTime>,
}

/// A change for readers.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualChange {
    chapter: String,
    /// Title of the chapter as it is now; empty when it is no longer there.
    title: String,
    version: i64,
    /// What was changed and why.
    reason: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
}

/// The manual of one side.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualView {
    /// Chapters in their order; with a search those that hold all its words.
    items: Vec<ManualChapter>,
    /// How often the whole was changed.
    revision: u64,
    /// The newest changes.
    changes: Vec<ManualChange>,
}

/// Which chapters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ManualQuery {
    /// Words that have to stand in a chapter.
    q: Option<String>,
}

async fn manual(operations: &Operations, side: &str, q: Option<String>) -> Result<Json<ManualView>> {
    let Edition { chapters, revision, changes } = operations.read_manual(side, chosen(q).as_deref()).await?;
    let titles = operations.manual_titles().await?;
    let changes = changes.into_iter().map(|row| ManualChange {
        title: titles.get(&row.chapter).cloned().unwrap_or_default(),
        chapter: row.chapter,
        version: row.version,
        reason: row.reason,
        at: row.at,
    });
    let items = chapters.into_iter().map(|one| ManualChapter {
        key: one.key,
        title: one.title,
        body: one.body,
        version: one.version,
        changed_at: one.at,
    });
    Ok(Json(ManualView { items: items.collect(), revision, changes: changes.collect() }))
}

/// The user manual for citizens
#[utoipa::path(get, path = "/api/v1/manual", tag = "public", operation_id = "read_manual", params(ManualQuery),
    responses((status = 200, body = ManualView)))]
pub(crate) async fn read_manual(
    State(operations): State<Operations>,
    Query(query): Query<ManualQuery>,
) -> Result<Json<ManualView>> {
    manual(&operations, "portal", query.q).await
}

/// The user manual for staff
#[utoipa::path(get, path = "/api/v1/manual/desk", tag = "operations", operation_id = "read_desk_manual", params(ManualQuery),
    responses((status = 200, body = ManualView), Refused), security(("desk" = ["staff.me"])))]
pub(crate) async fn read_desk_manual(
    State(operations): State<Operations>,
    _caller: Allowed<ReadSelf>,
    Query(query): Query<ManualQuery>,
) -> Result<Json<ManualView>> {
    manual(&operations, "desk", query.q).await
}

/// A chapter in the list of who changes them.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualChapterRow {
    key: String,
    title: String,
    /// `portal`, `desk`, `both`.
    side: String,
    side_label: &'static str,
    /// Whether its words are not the content pack's.
    edited: bool,
    /// Whether a later content pack brought other words than those it was edited from.
    pack_changed: bool,
    version: i64,
    /// Reports that wait for a change of it.
    waiting: i64,
    /// Who changed it last; empty for nobody.
    by: String,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<OffsetDateTime>,
}

fn row((shown, waiting): (Shown, i64)) -> ManualChapterRow {
    ManualChapterRow {
        side_label: label(&SIDES, &shown.side),
        key: shown.key,
        title: shown.title,
        side: shown.side,
        edited: shown.edited,
        pack_changed: shown.pack_changed,
        version: shown.version,
        waiting,
        by: shown.by,
        at: shown.at,
    }
}

/// Which chapters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ManualChapterQuery {
    /// Words of title or text.
    q: Option<String>,
    /// `portal`, `desk` or `both`.
    side: Option<String>,
    /// `waiting` for those with reports that wait, `edited`, `pack`.
    state: Option<String>,
}

/// Chapters of the manual, in its order; a content pack has a few dozen
#[utoipa::path(get, path = "/api/v1/manual/chapters", tag = "operations", operation_id = "list_manual_chapters",
    params(ManualChapterQuery), responses((status = 200, body = List<ManualChapterRow>), Refused),
    security(("desk" = ["manual.edit"])))]
pub(crate) async fn list_manual_chapters(
    State(operations): State<Operations>,
    _caller: Allowed<EditManual>,
    Query(query): Query<ManualChapterQuery>,
) -> Result<Json<List<ManualChapterRow>>> {
    let (q, side, state) = (chosen(query.q).unwrap_or_default(), chosen(query.side), chosen(query.state));
    let fits = |(one, waiting): &(Shown, i64)| {
        holds(&format!("{}\n{}", one.title, one.body), &q)
            && side.as_deref().is_none_or(|side| one.side == side)
            && match state.as_deref() {
                Some("waiting") => *waiting > 0,
                Some("edited") => one.edited,
                Some("pack") => !one.edited,
                _ => true,
            }
    };
    let items: Vec<ManualChapterRow> = operations.manual_chapters().await?.into_iter().filter(fits).map(row).collect();
    Ok(Json(List { total: items.len() as u64, items, next: None, as_of: operations.platform.now() }))
}

/// A version of a chapter.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualVersionRow {
    version: i64,
    /// Whether it gave the chapter back to the words of the content pack.
    pack: bool,
    reason: String,
    by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
}

impl From<manual_version::Model> for ManualVersionRow {
    fn from(row: manual_version::Model) -> Self {
        Self { version: row.version, pack: row.body.is_none(), reason: row.reason, by: row.by_name, at: row.at }
    }
}

/// A report marked for a chapter.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualRequest {
    question: Uuid,
    /// What is to be changed.
    note: String,
    /// `open` or `done`.
    state: String,
    /// Version that took it up.
    version: Option<i64>,
    marked_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    marked_at: OffsetDateTime,
}

impl From<manual_request::Model> for ManualRequest {
    fn from(row: manual_request::Model) -> Self {
        Self {
            question: row.question_id,
            note: row.note,
            state: row.state,
            version: row.version,
            marked_by: row.marked_by_name,
            marked_at: row.marked_at,
        }
    }
}

/// A chapter with what it was and what is asked of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualChapterWhole {
    #[serde(flatten)]
    row: ManualChapterRow,
    body: String,
    /// Title in the content pack.
    pack_title: String,
    /// Words of the content pack.
    pack_body: String,
    /// Newest first, at most fifty.
    versions: Vec<ManualVersionRow>,
    /// Those that wait first, at most fifty.
    requests: Vec<ManualRequest>,
}

fn whole(kept: Kept) -> Json<ManualChapterWhole> {
    let Kept { shown, pack, versions, requests } = kept;
    let waiting = requests.iter().filter(|one| one.state == "open").count();
    Json(ManualChapterWhole {
        body: shown.body.clone(),
        row: row((shown, i64::try_from(waiting).unwrap_or(i64::MAX))),
        pack_title: pack.title,
        pack_body: pack.body.trim().to_owned(),
        versions: versions.into_iter().map(ManualVersionRow::from).collect(),
        requests: requests.into_iter().map(ManualRequest::from).collect(),
    })
}

/// One chapter with its versions and the reports marked for it
#[utoipa::path(get, path = "/api/v1/manual/chapters/{key}", tag = "operations", operation_id = "get_manual_chapter",
    params(("key" = String, Path, description = "Chapter")),
    responses((status = 200, body = ManualChapterWhole), Refused, Absent), security(("desk" = ["manual.edit"])))]
pub(crate) async fn get_manual_chapter(
    State(operations): State<Operations>,
    _caller: Allowed<EditManual>,
    Path(key): Path<String>,
) -> Result<Json<ManualChapterWhole>> {
    Ok(whole(operations.manual_chapter(&key).await?))
}

/// New words of a chapter.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EditManualChapter {
    /// Version of the page.
    version: i64,
    title: String,
    body: String,
    /// What was changed and why, 4 to 200 characters; readers see it.
    reason: String,
    /// Reports that this change takes up.
    #[serde(default)]
    questions: Vec<Uuid>,
}

/// Change a chapter
#[utoipa::path(put, path = "/api/v1/manual/chapters/{key}", tag = "operations", operation_id = "edit_manual_chapter",
    params(("key" = String, Path, description = "Chapter")), request_body = EditManualChapter,
    responses((status = 200, body = ManualChapterWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["manual.edit"])))]
pub(crate) async fn edit_manual_chapter(
    State(operations): State<Operations>,
    caller: Allowed<EditManual>,
    Path(key): Path<String>,
    Json(edit): Json<EditManualChapter>,
) -> Result<Json<ManualChapterWhole>> {
    let edit = ChapterEdit {
        version: edit.version,
        title: edit.title,
        body: edit.body,
        reason: edit.reason,
        questions: edit.questions,
    };
    operations.edit_chapter(&caller, &key, edit).await?;
    Ok(whole(operations.manual_chapter(&key).await?))
}

/// Title and words of a version.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManualVersionText {
    title: String,
    body: String,
}

/// The words of an earlier version; 0 are those of the content pack
#[utoipa::path(get, path = "/api/v1/manual/chapters/{key}/versions/{version}", tag = "operations",
    operation_id = "get_manual_version",
    params(("key" = String, Path, description = "Chapter"), ("version" = i64, Path, description = "Version")),
    responses((status = 200, body = ManualVersionText), Refused, Absent), security(("desk" = ["manual.edit"])))]
pub(crate) async fn get_manual_version(
    State(operations): State<Operations>,
    _caller: Allowed<EditManual>,
    Path((key, version)): Path<(String, i64)>,
) -> Result<Json<ManualVersionText>> {
    let (title, body) = operations.manual_version(&key, version).await?;
    Ok(Json(ManualVersionText { title, body }))
}

/// Which version to restore.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RestoreManualChapter {
    /// Version of the page.
    version: i64,
    /// Version whose words count again; 0 for those of the content pack.
    to: i64,
    /// Why, 4 to 200 characters; readers see it.
    reason: String,
}

/// Restore an earlier version of a chapter
#[utoipa::path(post, path = "/api/v1/manual/chapters/{key}/restore", tag = "operations",
    operation_id = "restore_manual_chapter", params(("key" = String, Path, description = "Chapter")),
    request_body = RestoreManualChapter,
    responses((status = 200, body = ManualChapterWhole), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["manual.edit"])))]
pub(crate) async fn restore_manual_chapter(
    State(operations): State<Operations>,
    caller: Allowed<EditManual>,
    Path(key): Path<String>,
    Json(asked): Json<RestoreManualChapter>,
) -> Result<Json<ManualChapterWhole>> {
    operations.restore_chapter(&caller, &key, asked.version, asked.to, &asked.reason).await?;
    Ok(whole(operations.manual_chapter(&key).await?))
}

/// For which chapter, and what is to be changed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MarkForManual {
    /// Key of the chapter.
    chapter: String,
    /// What is to be changed, at most 200 characters.
    note: String,
}

/// Mark a report for a change of the manual
#[utoipa::path(post, path = "/api/v1/questions/{id}/manual", tag = "operations", operation_id = "mark_for_manual",
    params(("id" = Uuid, Path, description = "Report")), request_body = MarkForManual,
    responses((status = 204), Refused, Absent, Outdated, Unreadable), security(("desk" = ["question.answer"])))]
pub(crate) async fn mark_for_manual(
    State(operations): State<Operations>,
    caller: Allowed<AnswerQuestions>,
    Path(id): Path<Uuid>,
    Json(mark): Json<MarkForManual>,
) -> Result<StatusCode> {
    operations.mark_for_manual(&caller, id, &mark.chapter, &mark.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take such a mark away
#[utoipa::path(delete, path = "/api/v1/questions/{id}/manual", tag = "operations", operation_id = "unmark_for_manual",
    params(("id" = Uuid, Path, description = "Report")),
    responses((status = 204), Refused, Absent, Outdated), security(("desk" = ["question.answer"])))]
pub(crate) async fn unmark_for_manual(
    State(operations): State<Operations>,
    caller: Allowed<AnswerQuestions>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    operations.unmark_for_manual(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
