//! Published items: reading them, cached and frozen.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock, RwLock};

use axum::extract::FromRef;
use axum::http::{HeaderValue, StatusCode};
use bytes::Bytes;
use design::{DefinitionRef, Design};
use identity::Identity;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::Item;
use super::rules::Known;
use super::store::{item, version};
use crate::navigation::Navigation;
use crate::search::Search;

/// The files a version points to, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definitions {
    /// Form.
    pub form: DefinitionRef,
    /// Flow.
    pub flow: DefinitionRef,
    /// Rules.
    pub rules: Option<DefinitionRef>,
}

impl Definitions {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &DefinitionRef> {
        [&self.form, &self.flow].into_iter().chain(&self.rules)
    }
}

/// One frozen version of an item with all it needs to run.
#[derive(Debug, Clone)]
pub struct PublishedItem {
    /// Key.
    pub slug: String,
    /// Version.
    pub version: i64,
    /// Content.
    pub item: Item,
    /// Implementing body.
    pub org_id: Uuid,
    /// Its definitions.
    pub definitions: Definitions,
    /// When it was published.
    pub published_at: time::OffsetDateTime,
}

/// The texts of the files beside an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// `form.json`
    pub form: String,
    /// `flow.bpmn`
    pub flow: String,
    /// `rules.dmn`
    pub rules: Option<String>,
}

/// A guide as it is sent.
#[derive(Clone)]
pub(crate) struct GuidePage {
    pub body: Bytes,
    pub etag: HeaderValue,
}

/// Head of an item as remembered for a few seconds.
#[derive(Clone)]
struct Head {
    version: i64,
    state: String,
}

/// The catalogue service. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue {
    /// The shell.
    pub platform: Platform,
    /// Organisations.
    pub identity: Identity,
    /// Definitions.
    pub design: Design,
    heads: moka::future::Cache<String, Option<Head>>,
    /// Frozen, so an entry never goes stale; bounded, because thirty thousand items do not fit.
    versions: moka::future::Cache<(String, i64), Arc<PublishedItem>>,
    /// Guide pages as the bytes that are sent.
    pub(crate) guides: moka::future::Cache<(String, i64), GuidePage>,
    /// Empty forms and samples as drawn.
    pub(crate) sheets: moka::future::Cache<crate::sheets::SheetKey, Bytes>,
    pub(crate) fonts: paper::Fonts,
    /// How many findings an item has, by its change counter.
    pub(crate) finding_counts: moka::future::Cache<(String, i64), usize>,
    pub(crate) search: Arc<Search>,
    navigation: Arc<RwLock<Arc<Navigation>>>,
    licence_types: Arc<OnceLock<BTreeSet<String>>>,
}

impl FromRef<Catalogue> for Platform {
    fn from_ref(catalogue: &Catalogue) -> Self {
        catalogue.platform.clone()
    }
}

impl Catalogue {
    /// A catalogue on the platform.
    pub fn new(platform: Platform, identity: Identity, design: Design) -> Self {
        // A head lives a few seconds: another node's publication shows within that time.
        let heads =
            moka::future::Cache::builder().max_capacity(50_000).time_to_live(std::time::Duration::from_secs(5)).build();
        let guides = moka::future::Cache::builder()
            .weigher(|_, page: &GuidePage| u32::try_from(page.body.len()).unwrap_or(u32::MAX))
            .max_capacity(48 << 20)
            .build();
        Self {
            platform,
            identity,
            design,
            heads,
            versions: moka::future::Cache::new(1_000),
            guides,
            sheets: moka::future::Cache::builder()
                .weigher(|_, pdf: &Bytes| u32::try_from(pdf.len()).unwrap_or(u32::MAX))
                .max_capacity(32 << 20)
                .build(),
            fonts: paper::Fonts::built_in(),
            finding_counts: moka::future::Cache::new(50_000),
            search: Arc::default(),
            navigation: Arc::default(),
            licence_types: Arc::default(),
        }
    }

    /// With typefaces of the city besides the built-in ones.
    #[must_use]
    pub fn with_fonts(mut self, fonts: paper::Fonts) -> Self {
        self.fonts = fonts;
        self
    }

    /// Takes the themes, groups and scopes of the portal (`packs/platform/themes.yaml`).
    pub fn use_navigation(&self, navigation: Navigation) {
        *self.navigation.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(navigation);
    }

    /// The navigation in use; empty before [`Catalogue::use_navigation`].
    pub fn navigation(&self) -> Arc<Navigation> {
        Arc::clone(&self.navigation.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Takes the keys of the licence types that exist; from then on items may name only these.
    pub fn know_licence_types(&self, keys: BTreeSet<String>) {
        // Once, at start; a second call would be a wiring mistake, the first list stays.
        let _ = self.licence_types.set(keys);
    }

    /// Calls with what the rules may know.
    pub(crate) fn with_known<T>(&self, call: impl FnOnce(&Known<'_>) -> T) -> T {
        let navigation = self.navigation();
        call(&Known {
            expressions: self.design.expressions(),
            navigation: (!navigation.schema.is_empty()).then_some(&*navigation),
            licence_types: self.licence_types.get(),
        })
    }

    /// The version offered now.
    ///
    /// # Errors
    /// 404 when there is no such item; 410 `item_cancelled` or `item_suspended`, with a notice for
    /// the applicant, when it is not offered any more. Running cases read [`Catalogue::version`].
    pub async fn published(&self, slug: &str) -> Result<Arc<PublishedItem>> {
        self.version(slug, self.published_version(slug).await?).await
    }

    /// Number of the version offered now.
    ///
    /// # Errors
    /// As [`Catalogue::published`].
    pub(crate) async fn published_version(&self, slug: &str) -> Result<i64> {
        let head = match self.heads.get(slug).await {
            Some(head) => head,
            None => {
                let row = item::Entity::find_by_id(slug.to_owned()).one(self.platform.db.read()).await?;
                let head = row.filter(|row| row.version > 0).map(|row| Head { version: row.version, state: row.state });
                self.heads.insert(slug.to_owned(), head.clone()).await;
                head
            }
        };
        let gone = |code, title: &str| Err(Problem::new(StatusCode::GONE, code, title));
        match head {
            None => Err(Problem::not_found("没有找到这个事项，可能已经停办。请搜索事项名称再试。")),
            Some(head) => match head.state.as_str() {
                "1" => Ok(head.version),
                "2" => gone("item_suspended", "这个事项暂停办理，现在不收新的申请。已经受理的照常办理。"),
                _ => gone("item_cancelled", "这个事项已经取消，不再收新的申请。已经受理的照常办理。"),
            },
        }
    }

    /// A frozen version.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn version(&self, slug: &str, version: i64) -> Result<Arc<PublishedItem>> {
        let key = (slug.to_owned(), version);
        if let Some(found) = self.versions.get(&key).await {
            return Ok(found);
        }
        let row = version::Entity::find_by_id(key.clone())
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有找到这个事项的这一版。"))?;
        let item: Item = serde_json::from_value(row.content)?;
        let published = Arc::new(PublishedItem {
            slug: row.slug,
            version: row.version,
            org_id: self.org_of(&item).await?,
            definitions: serde_json::from_value(row.definitions)?,
            published_at: row.published_at,
            item,
        });
        self.versions.insert(key, Arc::clone(&published)).await;
        Ok(published)
    }

    /// The form, flow and rules of a version as texts.
    ///
    /// # Errors
    /// Internal problem when a frozen definition is gone.
    pub async fn sources(&self, definitions: &Definitions) -> Result<Sources> {
        let rules = match &definitions.rules {
            Some(rules) => Some(self.design.source(rules).await?),
            None => None,
        };
        Ok(Sources {
            form: self.design.source(&definitions.form).await?,
            flow: self.design.source(&definitions.flow).await?,
            rules,
        })
    }

    /// Forgets what is remembered of an item after a change made here.
    pub(crate) async fn changed(&self, slug: &str) {
        self.heads.invalidate(slug).await;
        self.search.note(slug);
    }

    pub(crate) async fn org_of(&self, item: &Item) -> Result<Uuid> {
        let org = self.identity.org_by_uscc(&item.body.uscc).await?;
        org.map(|org| org.id).ok_or_else(|| {
            Problem::invalid_field(
                "/body/uscc",
                "unknown_org",
                format!("机构库里没有“{}”，请先登记机构。", item.body.name),
            )
        })
    }
}
