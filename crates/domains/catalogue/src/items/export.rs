//! What a published item has beside its definition, gathered again so that a pack can be written.

use design::Kind;
use platform::Result;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::Catalogue;
use crate::items::store::sample;
use crate::packs::Beside;

impl Catalogue {
    /// The item's own papers, finished files and samples.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn beside(&self, slug: &str) -> Result<Beside> {
        let mut beside = Beside::default();
        let prefix = format!("{slug}/");
        for kind in [Kind::Paper, Kind::Sheet, Kind::File] {
            for found in self.design.latest_below(kind, &prefix).await? {
                let name = found.key.strip_prefix(&prefix).unwrap_or_default().to_owned();
                match kind {
                    Kind::File => beside.files.push((name, self.design.file(&found).await?.to_vec())),
                    Kind::Sheet => beside.sheets.push((name, self.design.source(&found).await?)),
                    _ => beside.papers.push((name, self.design.source(&found).await?)),
                }
            }
        }
        let rows = sample::Entity::find()
            .filter(sample::Column::Slug.eq(slug))
            .order_by_asc(sample::Column::Name)
            .all(self.platform.db.read())
            .await?;
        beside.samples = rows.into_iter().map(|row| (row.name, row.content)).collect();
        Ok(beside)
    }
}
