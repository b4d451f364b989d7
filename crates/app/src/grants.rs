//! Grants over items: identity asks which items there are, the catalogue answers.

use async_trait::async_trait;
use catalogue::Catalogue;
use identity::delegation::{GrantableItem, ItemNames};
use platform::Result;

/// The catalogue as identity sees it.
pub struct Items(pub Catalogue);

#[async_trait]
impl ItemNames for Items {
    async fn item(&self, key: &str) -> Result<Option<GrantableItem>> {
        let found = match self.0.published(key).await {
            Ok(found) => found,
            Err(problem) if problem.status().is_client_error() => return Ok(None),
            Err(problem) => return Err(problem),
        };
        Ok(Some(GrantableItem {
            key: found.slug.clone(),
            name: found.item.name.clone(),
            materials: found.item.materials.iter().map(|one| (one.key.clone(), one.name.clone())).collect(),
        }))
    }
}
