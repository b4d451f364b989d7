//! Content packs on their way into the database: `tongban pack import` and the demo use this.

use std::path::{Path, PathBuf};

use catalogue::packs::{self, Pack};
use design::Kind;
use platform::{Problem, Result};

use crate::App;

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// Items published, with their versions.
    pub items: Vec<(String, i64)>,
    /// Licence types.
    pub licence_types: usize,
    /// Papers of the platform and of items.
    pub papers: usize,
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Problem::internal(format!("{}: {error}", path.display())))
}

/// Entries of a folder in name order; an absent folder has none.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

impl App {
    /// Imports platform papers, licence types and items from a packs folder. Equal content changes nothing.
    ///
    /// # Errors
    /// Names the pack and everything wrong in it; packs before it stay imported.
    pub async fn import_packs(&self, folder: &Path, by: &str) -> Result<Imported> {
        let mut done = Imported::default();
        done.papers += self.import_papers(&folder.join("platform/papers"), None, by).await?;
        let fallback = read(&folder.join("platform/papers/licence.typ"))?;
        for path in entries(&folder.join("licences")).into_iter().filter(|path| path.is_dir()) {
            let own = path.join("licence.typ");
            let template = if own.exists() { read(&own)? } else { fallback.clone() };
            self.licences.import_type(&read(&path.join("licence.yaml"))?, &template).await?;
            done.licence_types += 1;
        }
        for path in entries(&folder.join("items")).into_iter().filter(|path| path.join("item.yaml").exists()) {
            let version = self.import_item(&path, by).await?;
            done.papers += entries(&path.join("papers")).len();
            done.items.push((stem(&path), version));
        }
        Ok(done)
    }

    /// Imports one item pack.
    ///
    /// # Errors
    /// Names the pack and everything wrong in it; nothing of it is then published.
    pub async fn import_item(&self, folder: &Path, by: &str) -> Result<i64> {
        let pack: Pack = packs::read(folder)?;
        let slug = pack.item.slug.clone();
        self.import_papers(&folder.join("papers"), Some(&slug), by).await?;
        let version = self.catalogue.publish(&pack.item, &pack.sources, by).await?;
        let published = self.catalogue.version(&slug, version).await?;
        // General windows of a hall see the cases of the departments they serve.
        self.identity.link_item(&slug, published.org_id).await?;
        Ok(version)
    }

    async fn import_papers(&self, folder: &Path, item: Option<&str>, by: &str) -> Result<usize> {
        let mut count = 0;
        for path in entries(folder).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "typ")) {
            let key = match item {
                Some(slug) => format!("{slug}/{}", stem(&path)),
                None => stem(&path),
            };
            self.design.publish(Kind::Paper, &key, &read(&path)?, by).await?;
            count += 1;
        }
        Ok(count)
    }
}
