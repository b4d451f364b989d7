//! Keyset paging: where a page begins, and the cursor of the next one.

use platform::web::page::PageQuery;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{Order, QueryOrder, QuerySelect, Select};
use time::OffsetDateTime;

use crate::cases::store::{case, task};

/// One row more than a page, by due time; cases whose clock stands come last. Two reads at most,
/// because one order over both parts is an order no index has.
pub(super) async fn page_by_due(
    select: Select<case::Entity>,
    page: &PageQuery,
    conn: &sea_orm::DatabaseConnection,
) -> Result<Vec<case::Model>> {
    let wanted = page.limit() + 1;
    let mut clocked = select.clone().filter(case::Column::DueAt.is_not_null());
    let mut standing = select.filter(case::Column::DueAt.is_null());
    let mut rows = Vec::new();
    let cursor = page.cursor_parts(2)?;
    let in_standing = cursor.as_ref().is_some_and(|parts| parts.first().is_none_or(String::is_empty));
    if let Some(parts) = &cursor {
        let id = id_part(parts.get(1))?;
        if in_standing {
            standing = standing.filter(case::Column::Id.gt(id));
        } else {
            let due = moment_part(parts.first().map_or("", String::as_str))?;
            clocked = clocked
                .filter(case::Column::DueAt.gte(due))
                .filter(Cond::any().add(case::Column::DueAt.gt(due)).add(case::Column::Id.gt(id)));
        }
    }
    if !in_standing {
        let ordered = clocked.order_by_asc(case::Column::DueAt).order_by_asc(case::Column::Id);
        rows = ordered.limit(wanted).all(conn).await?;
    }
    let missing = wanted - rows.len() as u64;
    if missing > 0 {
        let ordered = standing.order_by_asc(case::Column::DueAt).order_by_asc(case::Column::Id);
        rows.extend(ordered.limit(missing).all(conn).await?);
    }
    Ok(rows)
}

pub(crate) fn after_submitted(select: Select<case::Entity>, page: &PageQuery) -> Result<Select<case::Entity>> {
    let mut select = select;
    if let Some(parts) = page.cursor_parts(2)? {
        let id = id_part(parts.get(1))?;
        let at = moment_part(parts.first().map_or("", String::as_str))?;
        select = select.filter(
            Cond::any()
                .add(case::Column::SubmittedAt.lt(at))
                .add(Cond::all().add(case::Column::SubmittedAt.eq(at)).add(case::Column::Id.lt(id))),
        );
    }
    Ok(select.order_by_desc(case::Column::SubmittedAt).order_by_desc(case::Column::Id))
}

pub(super) fn after_task(select: Select<task::Entity>, page: &PageQuery) -> Result<Select<task::Entity>> {
    use task::Column;
    let mut select = select;
    if let Some(parts) = page.cursor_parts(2)? {
        let id = id_part(parts.get(1))?;
        select = match parts.first().map(String::as_str) {
            Some("") | None => select.filter(Column::CaseDueAt.is_null()).filter(Column::Id.gt(id)),
            Some(text) => {
                let at = moment_part(text)?;
                select.filter(
                    Cond::any()
                        .add(Column::CaseDueAt.is_null())
                        .add(Column::CaseDueAt.gt(at))
                        .add(Cond::all().add(Column::CaseDueAt.eq(at)).add(Column::Id.gt(id))),
                )
            }
        };
    }
    Ok(by_time_left(select))
}

/// By the time left of their cases, then in the order they came.
pub(super) fn by_time_left(select: Select<task::Entity>) -> Select<task::Entity> {
    select
        .order_by(task::Column::CaseDueAt.is_null(), Order::Asc)
        .order_by_asc(task::Column::CaseDueAt)
        .order_by_asc(task::Column::Id)
}

pub(crate) fn sort_key(row: &case::Model, by_time: bool) -> Vec<String> {
    let at = if by_time { row.due_at } else { row.submitted_at };
    vec![seconds(at), row.id.to_string()]
}

/// A moment in a cursor; empty for none.
pub(crate) fn seconds(at: Option<OffsetDateTime>) -> String {
    at.map(|at| at.unix_timestamp().to_string()).unwrap_or_default()
}

pub(crate) fn bad_cursor() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

pub(crate) fn id_part(text: Option<&String>) -> Result<Uuid> {
    text.and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(bad_cursor)
}

pub(crate) fn moment_part(text: &str) -> Result<OffsetDateTime> {
    let seconds = text.parse().map_err(|_| bad_cursor())?;
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| bad_cursor())
}
