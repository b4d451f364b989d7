//! What is offered, in short, for those above who count and list.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::Card;
use crate::Catalogue;
use crate::items::store::item;

/// An item that is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Slug.
    pub slug: String,
    /// Organisation that handles it.
    pub org_id: Uuid,
    /// Its card.
    pub card: Card,
}

impl Catalogue {
    /// Every item that is offered, by slug.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn offered(&self) -> Result<Vec<Offered>> {
        let rows: Vec<(String, Uuid, Option<Json>)> = item::Entity::find()
            .select_only()
            .columns([item::Column::Slug, item::Column::OrgId, item::Column::Card])
            .filter(item::Column::State.eq("1"))
            .filter(item::Column::Version.gt(0))
            .order_by_asc(item::Column::Slug)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let mut offered = Vec::with_capacity(rows.len());
        for (slug, org_id, card) in rows {
            if let Some(card) = card {
                offered.push(Offered { slug, org_id, card: serde_json::from_value(card)? });
            }
        }
        Ok(offered)
    }
}
