//! What a page of the desk is for (OPS-037).

use axum::extract::State;
use identity::ReadSelf;
use platform::Problem;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Refused};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Operations;

/// Help for one page.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageHelp {
    page: String,
    text: String,
    /// Chapter of the user manual about the page.
    chapter: Option<HelpChapter>,
}

/// Where more is written.
#[derive(Serialize, ToSchema)]
pub(crate) struct HelpChapter {
    key: String,
    title: String,
}

/// What a page is for
#[utoipa::path(get, path = "/api/v1/help/{page}", tag = "operations", operation_id = "get_page_help",
    params(("page" = String, Path, description = "Name of the page")),
    responses((status = 200, body = PageHelp), Refused, Absent), security(("desk" = ["staff.me"])))]
pub(crate) async fn get_page_help(
    State(operations): State<Operations>,
    _caller: Allowed<ReadSelf>,
    Path(page): Path<String>,
) -> Result<Json<PageHelp>> {
    let text = operations.help.get(&page).cloned();
    let text = text.ok_or_else(|| Problem::not_found("这一页还没有写说明。"))?;
    let chapter = match operations.manual.about(&page) {
        Some(about) => {
            let title = operations.manual_chapter(&about.key).await?.shown.title;
            Some(HelpChapter { key: about.key.clone(), title })
        }
        None => None,
    };
    Ok(Json(PageHelp { page, text, chapter }))
}
