//! Favourite items of a citizen (PORTAL-020). Only the own ones exist for the caller.

use axum::extract::State;
use axum::http::StatusCode;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::web::refusals::{Absent, Outdated, SignedOut};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, Set};

use super::items::Cards;
use crate::Catalogue;
use crate::items::store::favourite;
use crate::permissions::EditFavourite;

/// Favourites one person may keep.
const MOST: u64 = 200;

/// One's favourites, latest first; items no longer offered are left out.
#[utoipa::path(get, path = "/api/v1/my/favourites", tag = "favourites", operation_id = "list_favourites",
    responses((status = 200, body = Cards), SignedOut),
    security(("portal" = ["favourite.edit"])))]
pub(crate) async fn list_favourites(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditFavourite>,
) -> Result<Json<Cards>> {
    let rows = favourite::Entity::find()
        .filter(favourite::Column::AccountId.eq(caller.id))
        .order_by_desc(favourite::Column::CreatedAt)
        .order_by_asc(favourite::Column::Slug)
        .all(catalogue.platform.db.read())
        .await?;
    let snapshot = catalogue.snapshot().await?;
    Ok(Json(Cards { items: rows.iter().filter_map(|row| snapshot.card(&row.slug)).collect() }))
}

/// Adds a favourite; adding it again changes nothing.
#[utoipa::path(put, path = "/api/v1/my/favourites/{slug}", tag = "favourites", operation_id = "add_favourite",
    params(("slug" = String, Path)),
    responses((status = 204), SignedOut, Absent, Outdated),
    security(("portal" = ["favourite.edit"])))]
pub(crate) async fn add_favourite(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditFavourite>,
    Path(slug): Path<String>,
) -> Result<StatusCode> {
    catalogue.published_version(&slug).await?;
    let account = caller.id;
    catalogue
        .platform
        .db
        .write(catalogue.platform.now(), move |tx| {
            Box::pin(async move {
                let kept =
                    favourite::Entity::find().filter(favourite::Column::AccountId.eq(account)).count(tx.conn()).await?;
                if kept >= MOST {
                    let title = format!("最多收藏 {MOST} 个事项，请先取消一些。");
                    return Err(Problem::conflict("too_many_favourites", title));
                }
                let row =
                    favourite::ActiveModel { account_id: Set(account), slug: Set(slug), created_at: Set(tx.now()) };
                favourite::Entity::insert(row)
                    .on_conflict(
                        OnConflict::columns([favourite::Column::AccountId, favourite::Column::Slug])
                            .do_nothing()
                            .to_owned(),
                    )
                    .try_insert()
                    .exec_without_returning(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a favourite; one that is not there is as good as removed.
#[utoipa::path(delete, path = "/api/v1/my/favourites/{slug}", tag = "favourites", operation_id = "remove_favourite",
    params(("slug" = String, Path)),
    responses((status = 204), SignedOut),
    security(("portal" = ["favourite.edit"])))]
pub(crate) async fn remove_favourite(
    State(catalogue): State<Catalogue>,
    caller: Allowed<EditFavourite>,
    Path(slug): Path<String>,
) -> Result<StatusCode> {
    let account = caller.id;
    catalogue
        .platform
        .db
        .write(catalogue.platform.now(), move |tx| {
            Box::pin(async move {
                favourite::Entity::delete_by_id((account, slug)).exec(tx.conn()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
