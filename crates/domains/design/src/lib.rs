//! Published definitions: forms, flows, rules, papers and what people fill in, each version frozen for ever.
//!
//! A case stores the exact versions it was filed under; this crate hands them out parsed and
//! cached. Drafts and the designers of the no-code layer join here later. Start at
//! [`Design::publish`] and [`Design::form`].

pub mod expressions;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use platform::db::migrate::Migration;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use expressions::FeelExpressions;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "design_0001", sql: include_str!("../migrations/0001_definitions.sql") }];

/// Kind of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `tongban-form/1` JSON.
    Form,
    /// BPMN 2.0 XML.
    Flow,
    /// DMN XML.
    Rules,
    /// Typst template.
    Paper,
    /// `tongban-sheet/1` YAML: a paper people fill in themselves.
    Sheet,
    /// A finished file a pack ships (PDF, DOCX …), its bytes in base64url.
    File,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Flow => "flow",
            Self::Rules => "rules",
            Self::Paper => "paper",
            Self::Sheet => "sheet",
            Self::File => "file",
        }
    }
}

/// Names one frozen definition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DefinitionRef {
    /// What it is.
    pub kind: Kind,
    /// Its key, for example the item's slug.
    pub key: String,
    /// Its version, from 1.
    pub version: i64,
}

mod row {
    use super::*;

    /// `definitions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "definitions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        pub content: String,
        pub digest: String,
        pub published_at: OffsetDateTime,
        pub published_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Clone)]
enum Parsed {
    Form(Arc<form::Form>),
    Flow(Arc<flow::Definition>),
    Rules(Arc<rule::Decisions>),
    Paper(Arc<str>),
    Sheet(Arc<paper::Sheet>),
    File(Bytes),
}

/// The store of published definitions. Cheap to clone.
#[derive(Clone)]
pub struct Design {
    platform: Platform,
    expressions: Arc<FeelExpressions>,
    /// Frozen, so a cached one never goes stale.
    parsed: Arc<RwLock<HashMap<DefinitionRef, Parsed>>>,
}

impl Design {
    /// A store on the platform.
    pub fn new(platform: Platform) -> Self {
        Self { platform, expressions: Arc::new(FeelExpressions::new()), parsed: Arc::default() }
    }

    /// The expression language for forms and flows.
    pub fn expressions(&self) -> &FeelExpressions {
        &self.expressions
    }

    /// Publishes a content as a new version, unless it equals the latest one.
    ///
    /// # Errors
    /// 422 naming what is wrong with the definition; nothing is then published.
    pub async fn publish(&self, kind: Kind, key: &str, content: &str, by: &str) -> Result<DefinitionRef> {
        parse(kind, key, content)?;
        let digest = base::encoding::to_hex(&base::crypto::sm3(content.as_bytes()));
        let (key, content, by) = (key.to_owned(), content.to_owned(), by.to_owned());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let latest = row::Entity::find()
                        .filter(row::Column::Kind.eq(kind.as_str()))
                        .filter(row::Column::Key.eq(&key))
                        .order_by_desc(row::Column::Version)
                        .one(tx.conn())
                        .await?;
                    if let Some(same) = latest.as_ref().filter(|latest| latest.digest == digest) {
                        return Ok(DefinitionRef { kind, key, version: same.version });
                    }
                    let version = latest.map_or(1, |latest| latest.version + 1);
                    row::Entity::insert(row::ActiveModel {
                        kind: Set(kind.as_str().to_owned()),
                        key: Set(key.clone()),
                        version: Set(version),
                        content: Set(content),
                        digest: Set(digest),
                        published_at: Set(tx.now()),
                        published_by: Set(by),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    Ok(DefinitionRef { kind, key, version })
                })
            })
            .await
    }

    /// The latest version of a key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest(&self, kind: Kind, key: &str) -> Result<Option<DefinitionRef>> {
        let latest = row::Entity::find()
            .filter(row::Column::Kind.eq(kind.as_str()))
            .filter(row::Column::Key.eq(key))
            .order_by_desc(row::Column::Version)
            .one(self.platform.db.read())
            .await?;
        Ok(latest.map(|latest| DefinitionRef { kind, key: latest.key, version: latest.version }))
    }

    /// The latest version of every key that starts with a text, in the order of the keys.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest_below(&self, kind: Kind, start: &str) -> Result<Vec<DefinitionRef>> {
        let rows: Vec<(String, i64)> = row::Entity::find()
            .select_only()
            .column(row::Column::Key)
            .column_as(row::Column::Version.max(), "version")
            .filter(row::Column::Kind.eq(kind.as_str()))
            .filter(row::Column::Key.starts_with(start))
            .group_by(row::Column::Key)
            .order_by_asc(row::Column::Key)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|(key, version)| DefinitionRef { kind, key, version }).collect())
    }

    /// The source text of a definition, as published.
    ///
    /// # Errors
    /// Internal problem when a frozen definition is gone.
    pub async fn source(&self, wanted: &DefinitionRef) -> Result<String> {
        let found = row::Entity::find_by_id((wanted.kind.as_str().to_owned(), wanted.key.clone(), wanted.version))
            .one(self.platform.db.read())
            .await?;
        found.map(|found| found.content).ok_or_else(|| {
            Problem::internal(format!("{} {} version {} is gone", wanted.kind.as_str(), wanted.key, wanted.version))
        })
    }

    /// A form, parsed.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn form(&self, wanted: &DefinitionRef) -> Result<Arc<form::Form>> {
        match self.parsed(wanted).await? {
            Parsed::Form(form) => Ok(form),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// A flow, parsed.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn flow(&self, wanted: &DefinitionRef) -> Result<Arc<flow::Definition>> {
        match self.parsed(wanted).await? {
            Parsed::Flow(flow) => Ok(flow),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// Rules, parsed.
    ///
    /// # Errors
    /// Internal problem when they are gone.
    pub async fn decisions(&self, wanted: &DefinitionRef) -> Result<Arc<rule::Decisions>> {
        match self.parsed(wanted).await? {
            Parsed::Rules(rules) => Ok(rules),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// The template of a paper.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn paper(&self, wanted: &DefinitionRef) -> Result<Arc<str>> {
        match self.parsed(wanted).await? {
            Parsed::Paper(paper) => Ok(paper),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// A paper people fill in, parsed.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn sheet(&self, wanted: &DefinitionRef) -> Result<Arc<paper::Sheet>> {
        match self.parsed(wanted).await? {
            Parsed::Sheet(sheet) => Ok(sheet),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// A finished file. Not kept in memory: the one who sends it keeps what it needs.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn file(&self, wanted: &DefinitionRef) -> Result<Bytes> {
        match parse(wanted.kind, &wanted.key, &self.source(wanted).await?)? {
            Parsed::File(bytes) => Ok(bytes),
            _ => Err(wrong_kind(wanted)),
        }
    }

    async fn parsed(&self, wanted: &DefinitionRef) -> Result<Parsed> {
        let cached = self.parsed.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(wanted).cloned();
        if let Some(parsed) = cached {
            return Ok(parsed);
        }
        let parsed = parse(wanted.kind, &wanted.key, &self.source(wanted).await?)?;
        let mut cache = self.parsed.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        cache.insert(wanted.clone(), parsed.clone());
        Ok(parsed)
    }
}

fn wrong_kind(wanted: &DefinitionRef) -> Problem {
    Problem::internal(format!("{} was asked for as another kind", wanted.key))
}

/// Reads a paper people fill in from its YAML.
///
/// # Errors
/// Every mistake, with its place.
pub fn read_sheet(yaml: &str) -> std::result::Result<paper::Sheet, Vec<paper::SheetDefect>> {
    let content = serde_yaml_ng::from_str(yaml)
        .map_err(|error| vec![paper::SheetDefect { place: String::new(), message: error.to_string() }])?;
    paper::Sheet::read(content)
}

fn parse(kind: Kind, key: &str, content: &str) -> Result<Parsed> {
    let defects = |found: Vec<(String, String)>| {
        Problem::invalid(
            found
                .into_iter()
                .map(|(place, message)| {
                    platform::web::problem::FieldProblem::new(
                        format!("/{}/{key}{place}", kind.as_str()),
                        "defect",
                        message,
                    )
                })
                .collect(),
        )
    };
    match kind {
        Kind::Form => form::Form::parse(content)
            .map(|form| Parsed::Form(Arc::new(form)))
            .map_err(|found| defects(found.into_iter().map(|defect| (defect.pointer, defect.message)).collect())),
        Kind::Flow => flow::Definition::parse(content).map(|flow| Parsed::Flow(Arc::new(flow))).map_err(|found| {
            defects(found.into_iter().map(|finding| (format!("/{}", finding.element), finding.message)).collect())
        }),
        Kind::Rules => rule::Decisions::parse(content)
            .map(|rules| Parsed::Rules(Arc::new(rules)))
            .map_err(|error| defects(vec![(String::new(), error.to_string())])),
        Kind::Paper => Ok(Parsed::Paper(content.into())),
        Kind::Sheet => read_sheet(content)
            .map(|sheet| Parsed::Sheet(Arc::new(sheet)))
            .map_err(|found| defects(found.into_iter().map(|defect| (defect.place, defect.message)).collect())),
        Kind::File => base::encoding::from_base64url(content)
            .map(|bytes| Parsed::File(bytes.into()))
            .ok_or_else(|| defects(vec![(String::new(), "文件内容读不出来".to_owned())])),
    }
}
