//! Which items use which definitions: asked by the design library before something is changed there; and what an
//! item takes from that library instead of bringing it along (FORM-005).

use std::collections::BTreeMap;

use design::{DefinitionRef, Kind};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, FromQueryResult, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::service::{Catalogue, Definitions, Sources};
use super::store::{held, item};

/// Keys of the library whose latest versions an item takes when it is published. What is absent the item brings along
/// itself, under its own key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = ItemDefinitions)]
pub struct Chosen {
    /// Form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

impl Chosen {
    /// What a published item takes from elsewhere.
    pub(crate) fn of(slug: &str, definitions: &Definitions) -> Self {
        let other = |of: &DefinitionRef| (of.key != slug).then(|| of.key.clone());
        Self {
            form: other(&definitions.form),
            flow: other(&definitions.flow),
            rules: definitions.rules.as_ref().and_then(other),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An item that uses a definition.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct UsingItem {
    /// Item.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Version of the definition.
    pub version: i64,
}

#[derive(FromQueryResult)]
struct Counted {
    kind: String,
    key: String,
    items: i64,
}

impl Catalogue {
    /// Items whose offered version holds a version of this definition, at most two hundred.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn items_using(&self, kind: Kind, key: &str) -> Result<Vec<UsingItem>> {
        let rows = held::Entity::find()
            .filter(held::Column::Kind.eq(kind.as_str()))
            .filter(held::Column::Key.eq(key))
            .filter(offered())
            .limit(200)
            .all(self.platform.db.read())
            .await?;
        let slugs = rows.iter().map(|row| row.slug.clone());
        let names: Vec<(String, String)> = item::Entity::find()
            .select_only()
            .columns([item::Column::Slug, item::Column::Name])
            .filter(item::Column::Slug.is_in(slugs))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let names: BTreeMap<String, String> = names.into_iter().collect();
        let using = rows.into_iter().map(|row| UsingItem {
            name: names.get(&row.slug).cloned().unwrap_or_default(),
            slug: row.slug,
            version: row.version,
        });
        Ok(using.collect())
    }

    /// How many offered items hold each of these keys.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_using(&self, keys: &[String]) -> Result<BTreeMap<(String, String), u64>> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let counted: Vec<Counted> = held::Entity::find()
            .select_only()
            .columns([held::Column::Kind, held::Column::Key])
            .column_as(held::Column::Slug.count(), "items")
            .filter(held::Column::Key.is_in(keys.iter().map(String::as_str)))
            .filter(offered())
            .group_by(held::Column::Kind)
            .group_by(held::Column::Key)
            .into_model()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|one| ((one.kind, one.key), one.items.unsigned_abs())).collect())
    }

    /// Every version of every item that ever held this definition: item, its version, the definition's version.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn versions_holding(&self, kind: Kind, key: &str) -> Result<Vec<(String, i64, i64)>> {
        let rows = held::Entity::find()
            .filter(held::Column::Kind.eq(kind.as_str()))
            .filter(held::Column::Key.eq(key))
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.slug, row.item_version, row.version)).collect())
    }

    /// The latest published version of a key of the library.
    async fn latest(&self, kind: Kind, key: &str) -> Result<DefinitionRef> {
        let pointer = format!("/definitions/{}", kind.as_str());
        self.design.latest(kind, key).await?.ok_or_else(|| {
            let message = format!("设计库里“{key}”还没有发布，先到设计中心发布它");
            Problem::invalid_field(pointer, "not_published", message)
        })
    }

    /// The files of an item with what it takes from the library in their places; `None` while form or flow is missing.
    ///
    /// # Errors
    /// 422 for a key that is not published.
    pub(crate) async fn with_chosen(&self, own: Option<Sources>, chosen: &Chosen) -> Result<Option<Sources>> {
        if chosen.is_empty() {
            return Ok(own);
        }
        let take = async |kind: Kind, key: &Option<String>| -> Result<Option<String>> {
            match key {
                Some(key) => Ok(Some(self.design.source(&self.latest(kind, key).await?).await?)),
                None => Ok(None),
            }
        };
        let form = take(Kind::Form, &chosen.form).await?;
        let flow = take(Kind::Flow, &chosen.flow).await?;
        let rules = take(Kind::Rules, &chosen.rules).await?;
        let (own_form, own_flow, own_rules) = match own {
            Some(own) => (Some(own.form), Some(own.flow), own.rules),
            None => (None, None, None),
        };
        Ok(match (form.or(own_form), flow.or(own_flow)) {
            (Some(form), Some(flow)) => Some(Sources { form, flow, rules: rules.or(own_rules) }),
            _ => None,
        })
    }

    /// The definitions a publication freezes: the library's latest, or the item's own files as their next version.
    pub(crate) async fn freeze(&self, slug: &str, sources: &Sources, chosen: &Chosen, by: &str) -> Result<Definitions> {
        let one = async |kind: Kind, key: &Option<String>, own: &str| match key {
            Some(key) => self.latest(kind, key).await,
            None => self.design.publish(kind, slug, own, by).await,
        };
        let rules = match (&chosen.rules, &sources.rules) {
            (None, None) => None,
            (key, own) => Some(one(Kind::Rules, key, own.as_deref().unwrap_or_default()).await?),
        };
        Ok(Definitions {
            form: one(Kind::Form, &chosen.form, &sources.form).await?,
            flow: one(Kind::Flow, &chosen.flow, &sources.flow).await?,
            rules,
        })
    }
}

/// Rows of the versions that are offered now.
fn offered() -> Expr {
    let now = Query::select().column(item::Column::Slug).column(item::Column::Version).from(item::Entity).to_owned();
    Expr::tuple([Expr::col((held::Entity, held::Column::Slug)), Expr::col((held::Entity, held::Column::ItemVersion))])
        .in_subquery(now)
}

/// Writes what a version holds.
pub(crate) async fn put(conn: &impl ConnectionTrait, slug: &str, version: i64, of: &Definitions) -> Result<()> {
    let rows = of.all().map(|one| held::ActiveModel {
        slug: Set(slug.to_owned()),
        item_version: Set(version),
        kind: Set(one.kind.as_str().to_owned()),
        key: Set(one.key.clone()),
        version: Set(one.version),
    });
    held::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([held::Column::Slug, held::Column::ItemVersion, held::Column::Kind])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
