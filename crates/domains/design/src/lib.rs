//! Published definitions: forms, flows, rules, papers and what people fill in, each version frozen for ever.
//!
//! A case stores the exact versions it was filed under; this crate hands them out parsed and
//! cached: start at [`Design::publish`] and [`Design::form`]. People edit definitions in the
//! [`library`]: drafts beside the published versions, findings, shared fields, tools to try things out.

mod bindings;
mod calls;
mod data_items;
pub mod expressions;
mod fields;
mod http;
pub mod library;
mod permissions;
pub mod prints;
mod settings;
mod store;
mod tools;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use platform::db::migrate::Migration;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};

use store::definition;

pub use bindings::{Bound, Unmet};
pub use calls::{Callable, Calls};
pub use data_items::{DATA_ITEMS_CHANGED, DataItem, FormName, SetDataItem, Store, is_personal};
pub use expressions::FeelExpressions;
pub use http::routes;
pub use library::{FlowBounds, FlowItem, Library};
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "design_0001", sql: include_str!("../migrations/0001_definitions.sql") },
    Migration { name: "design_0002_library", sql: include_str!("../migrations/0002_library.sql") },
    Migration { name: "design_0004_bindings", sql: include_str!("../migrations/0004_bindings.sql") },
    Migration { name: "design_0005_data_items", sql: include_str!("../migrations/0005_data_items.sql") },
    Migration { name: "design_0006_own_flows", sql: include_str!("../migrations/0006_own_flows.sql") },
];

/// Kind of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DefinitionKind)]
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
    /// `tongban-print/1` JSON: a Word or PDF file whose places are filled (FORM-019).
    Print,
    /// `tongban-mapping/1` JSON: the fields of an outside system (FORM-007).
    Mapping,
}

impl Kind {
    /// As it stands in tables and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Flow => "flow",
            Self::Rules => "rules",
            Self::Paper => "paper",
            Self::Sheet => "sheet",
            Self::File => "file",
            Self::Print => "print",
            Self::Mapping => "mapping",
        }
    }

    /// As a person reads it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Form => "表单",
            Self::Flow => "流程",
            Self::Rules => "规则",
            Self::Paper => "文书",
            Self::Sheet => "表样",
            Self::File => "文件",
            Self::Print => "打印模板",
            Self::Mapping => "字段映射",
        }
    }

    /// Whether people edit it in the library; the rest comes with packs.
    pub(crate) fn is_edited(self) -> bool {
        !matches!(self, Self::Sheet | Self::File)
    }

    pub(crate) fn of(text: &str) -> Result<Self> {
        let all =
            [Self::Form, Self::Flow, Self::Rules, Self::Paper, Self::Sheet, Self::File, Self::Print, Self::Mapping];
        all.into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Problem::internal(format!("a definition of the unknown kind {text}")))
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

#[derive(Clone)]
enum Parsed {
    Form(Arc<form::Form>),
    Flow(Arc<flow::Definition>),
    Rules(Arc<rule::Decisions>),
    Paper(Arc<str>),
    Sheet(Arc<paper::Sheet>),
    File(Bytes),
    Print(Arc<prints::Print>),
    Mapping(Arc<prints::Mapping>),
}

impl Parsed {
    /// What the definition calls itself.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Form(form) => Some(form.title.as_str()),
            Self::Flow(flow) => Some(flow.name.as_str()),
            Self::Rules(rules) => Some(rules.title()),
            Self::Print(print) => Some(print.title()),
            Self::Mapping(mapping) => Some(mapping.content.system.as_str()),
            Self::Paper(_) | Self::Sheet(_) | Self::File(_) => None,
        }
        .filter(|name| !name.trim().is_empty())
    }

    /// What a rules file checks; none for other kinds.
    fn bindings(&self) -> Option<Vec<rule::Binding>> {
        match self {
            Self::Rules(rules) => Some(rules.bindings().to_vec()),
            _ => None,
        }
    }
}

/// The store of published definitions. Cheap to clone.
#[derive(Clone)]
pub struct Design {
    platform: Platform,
    expressions: Arc<FeelExpressions>,
    /// Frozen, so a cached one never goes stale.
    parsed: Arc<RwLock<HashMap<DefinitionRef, Parsed>>>,
    drawn: calls::Drawn,
    /// Decisions that check forms, as published and in use; forgotten with every change made here, and
    /// soon enough for one made on another node.
    bound: moka::future::Cache<(), Arc<Vec<Bound>>>,
    /// What is set about the data items of a form, by its key; forgotten as `bound` is.
    data_items: moka::future::Cache<String, Arc<data_items::Configured>>,
}

impl Design {
    /// A store on the platform.
    pub fn new(platform: Platform) -> Self {
        let bound =
            moka::future::Cache::builder().max_capacity(1).time_to_live(std::time::Duration::from_secs(5)).build();
        let data_items =
            moka::future::Cache::builder().max_capacity(2_000).time_to_live(std::time::Duration::from_secs(5)).build();
        Self {
            platform,
            expressions: Arc::new(FeelExpressions::new()),
            parsed: Arc::default(),
            drawn: Arc::default(),
            bound,
            data_items,
        }
    }

    /// The expression language for forms and flows.
    pub fn expressions(&self) -> &FeelExpressions {
        &self.expressions
    }

    /// Publishes a content as a new version, unless it equals the latest one. The library then lists
    /// it; a draft under work there stays, and its editor is told that the ground has moved.
    ///
    /// # Errors
    /// 422 naming what is wrong with the definition; nothing is then published.
    pub async fn publish(&self, kind: Kind, key: &str, content: &str, by: &str) -> Result<DefinitionRef> {
        let parsed = parse(kind, key, content)?;
        let name = parsed.name().unwrap_or(key).to_owned();
        let version = NewVersion::of(kind, key, content, by);
        let id = self.platform.new_id();
        let bindings = parsed.bindings();
        let of = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let put = version.put(tx).await?;
                    if kind.is_edited() {
                        store::enlist(tx, id, &put, &name).await?;
                    }
                    if let Some(bindings) = bindings {
                        bindings::keep(tx, &put.of, bindings).await?;
                    }
                    Ok(put.of)
                })
            })
            .await?;
        self.bindings_changed(kind).await;
        Ok(of)
    }

    /// The latest version of a key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest(&self, kind: Kind, key: &str) -> Result<Option<DefinitionRef>> {
        let latest = definition::Entity::find()
            .filter(definition::Column::Kind.eq(kind.as_str()))
            .filter(definition::Column::Key.eq(key))
            .order_by_desc(definition::Column::Version)
            .one(self.platform.db.read())
            .await?;
        Ok(latest.map(|latest| DefinitionRef { kind, key: latest.key, version: latest.version }))
    }

    /// The latest version of every key that starts with a text, in the order of the keys.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest_below(&self, kind: Kind, start: &str) -> Result<Vec<DefinitionRef>> {
        let rows: Vec<(String, i64)> = definition::Entity::find()
            .select_only()
            .column(definition::Column::Key)
            .column_as(definition::Column::Version.max(), "version")
            .filter(definition::Column::Kind.eq(kind.as_str()))
            .filter(definition::Column::Key.starts_with(start))
            .group_by(definition::Column::Key)
            .order_by_asc(definition::Column::Key)
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
        let found =
            definition::Entity::find_by_id((wanted.kind.as_str().to_owned(), wanted.key.clone(), wanted.version))
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

    /// A print template, read.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn print(&self, wanted: &DefinitionRef) -> Result<Arc<prints::Print>> {
        match self.parsed(wanted).await? {
            Parsed::Print(print) => Ok(print),
            _ => Err(wrong_kind(wanted)),
        }
    }

    /// A field mapping, read.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn mapping(&self, wanted: &DefinitionRef) -> Result<Arc<prints::Mapping>> {
        match self.parsed(wanted).await? {
            Parsed::Mapping(mapping) => Ok(mapping),
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

/// A version about to be published.
pub(crate) struct NewVersion {
    kind: Kind,
    key: String,
    content: String,
    digest: String,
    by: String,
    note: String,
}

/// A version that was published, or had been.
pub(crate) struct Put {
    pub of: DefinitionRef,
    /// False when the latest version already had this content.
    pub fresh: bool,
    pub by: String,
}

impl NewVersion {
    pub(crate) fn of(kind: Kind, key: &str, content: &str, by: &str) -> Self {
        Self {
            kind,
            key: key.to_owned(),
            content: content.to_owned(),
            digest: base::encoding::to_hex(&base::crypto::sm3(content.as_bytes())),
            by: by.to_owned(),
            note: String::new(),
        }
    }

    pub(crate) fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// Writes it behind the latest version.
    pub(crate) async fn put(self, tx: &platform::Tx) -> Result<Put> {
        let latest = definition::Entity::find()
            .filter(definition::Column::Kind.eq(self.kind.as_str()))
            .filter(definition::Column::Key.eq(&self.key))
            .order_by_desc(definition::Column::Version)
            .one(tx.conn())
            .await?;
        let same = latest.as_ref().filter(|latest| latest.digest == self.digest);
        let version = same.map_or_else(|| latest.as_ref().map_or(1, |latest| latest.version + 1), |same| same.version);
        let put = Put {
            of: DefinitionRef { kind: self.kind, key: self.key.clone(), version },
            fresh: same.is_none(),
            by: self.by.clone(),
        };
        if put.fresh {
            definition::Entity::insert(definition::ActiveModel {
                kind: Set(self.kind.as_str().to_owned()),
                key: Set(self.key),
                version: Set(version),
                content: Set(self.content),
                digest: Set(self.digest),
                published_at: Set(tx.now()),
                published_by: Set(self.by),
                note: Set(self.note),
            })
            .exec_without_returning(tx.conn())
            .await?;
        }
        Ok(put)
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

fn defective(kind: Kind, key: &str, found: Vec<(String, String)>) -> Problem {
    let each = found.into_iter().map(|(place, message)| {
        platform::web::problem::FieldProblem::new(format!("/{}/{key}{place}", kind.as_str()), "defect", message)
    });
    Problem::invalid(each.collect())
}

fn defective_flow(key: &str, found: Vec<flow::Finding>) -> Problem {
    let each = found.into_iter().map(|finding| (format!("/{}", finding.element), finding.message));
    defective(Kind::Flow, key, each.collect())
}

fn parse(kind: Kind, key: &str, content: &str) -> Result<Parsed> {
    let defects = |found: Vec<(String, String)>| defective(kind, key, found);
    match kind {
        Kind::Form => form::Form::parse(content)
            .map(|form| Parsed::Form(Arc::new(form)))
            .map_err(|found| defects(found.into_iter().map(|defect| (defect.pointer, defect.message)).collect())),
        Kind::Flow => flow::Definition::parse(content)
            .map(|flow| Parsed::Flow(Arc::new(flow)))
            .map_err(|found| defective_flow(key, found)),
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
        Kind::Print => prints::Print::read(content)
            .map(|print| Parsed::Print(Arc::new(print)))
            .map_err(|found| defects(vec![found])),
        Kind::Mapping => prints::Mapping::read(content)
            .map(|mapping| Parsed::Mapping(Arc::new(mapping)))
            .map_err(|found| defects(vec![found])),
    }
}

#[cfg(test)]
mod tests;
