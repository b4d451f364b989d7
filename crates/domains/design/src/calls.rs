//! Flows that call other flows (FORM-029): which version of each called flow counts, and the whole drawn together.
//!
//! A case keeps the versions it began with ([`Calls`]); where no case is concerned, the newest count.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use time::OffsetDateTime;

use crate::store::{definition, entry};
use crate::{DefinitionRef, Design, Kind, Library, Parsed, defective_flow, wrong_kind};

/// The version of each called flow, by key; those called by called ones included.
pub type Calls = BTreeMap<String, i64>;

/// Flows drawn together with what they call. Each version is frozen, so one never goes stale.
pub(crate) type Drawn = Arc<RwLock<HashMap<(DefinitionRef, Calls), Arc<flow::Definition>>>>;

/// Files of flows that can be called, by key.
#[derive(Debug, Default)]
pub struct Callable(BTreeMap<String, String>);

impl flow::Flows for Callable {
    fn source(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

impl Design {
    /// A flow with the newest version of every flow it calls.
    ///
    /// # Errors
    /// Internal problem when it is gone.
    pub async fn flow(&self, wanted: &DefinitionRef) -> Result<Arc<flow::Definition>> {
        let plain = self.plain_flow(wanted).await?;
        if plain.called().is_empty() {
            return Ok(plain);
        }
        self.flow_with(wanted, &self.calls_of(wanted, None).await?).await
    }

    /// A flow with the flows it calls in these versions.
    ///
    /// # Errors
    /// Internal problem when one of them is gone.
    pub async fn flow_with(&self, wanted: &DefinitionRef, calls: &Calls) -> Result<Arc<flow::Definition>> {
        if calls.is_empty() {
            return self.plain_flow(wanted).await;
        }
        let name = (wanted.clone(), calls.clone());
        if let Some(drawn) = self.drawn.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(Arc::clone(drawn));
        }
        let mut sources = Callable::default();
        for (key, &version) in calls {
            let called = DefinitionRef { kind: Kind::Flow, key: key.clone(), version };
            sources.0.insert(key.clone(), self.source(&called).await?);
        }
        let content = self.source(wanted).await?;
        let drawn = flow::Definition::parse_with(&content, Some(&wanted.key), &sources)
            .map(Arc::new)
            .map_err(|found| defective_flow(&wanted.key, found))?;
        self.drawn.write().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&drawn));
        Ok(drawn)
    }

    /// Which version of each flow it calls counts: the one that was published at a time, or the newest. One published
    /// later counts where there was none yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn calls_of(&self, wanted: &DefinitionRef, at: Option<OffsetDateTime>) -> Result<Calls> {
        let mut calls = Calls::new();
        let mut open = self.plain_flow(wanted).await?.called().to_vec();
        while let Some(key) = open.pop() {
            if calls.contains_key(&key) {
                continue;
            }
            // What was never published can't be run; the flow itself says so.
            let Some(version) = self.version_at(&key, at).await? else { continue };
            let called = DefinitionRef { kind: Kind::Flow, key: key.clone(), version };
            open.extend(self.plain_flow(&called).await?.called().iter().cloned());
            calls.insert(key, version);
        }
        Ok(calls)
    }

    async fn version_at(&self, key: &str, at: Option<OffsetDateTime>) -> Result<Option<i64>> {
        let versions = definition::Entity::find()
            .select_only()
            .column(definition::Column::Version)
            .filter(definition::Column::Kind.eq(Kind::Flow.as_str()))
            .filter(definition::Column::Key.eq(key));
        if let Some(at) = at {
            let then = versions.clone().filter(definition::Column::PublishedAt.lte(at));
            let then = then.order_by_desc(definition::Column::Version).into_tuple().one(self.platform.db.read());
            if let Some(version) = then.await? {
                return Ok(Some(version));
            }
            let first = versions.order_by_asc(definition::Column::Version).into_tuple();
            return Ok(first.one(self.platform.db.read()).await?);
        }
        let newest = versions.order_by_desc(definition::Column::Version).into_tuple();
        Ok(newest.one(self.platform.db.read()).await?)
    }

    /// The flows that a file under work may call: published and in use, each in its newest version.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn callable(&self, content: &str) -> Result<Callable> {
        let mut sources = Callable::default();
        let called =
            |content: &str| flow::Definition::parse(content).map(|flow| flow.called().to_vec()).unwrap_or_default();
        let mut open = called(content);
        while !open.is_empty() {
            let rows = entry::Entity::find()
                .filter(entry::Column::Kind.eq(Kind::Flow.as_str()))
                .filter(entry::Column::Key.is_in(std::mem::take(&mut open)))
                .filter(entry::Column::Version.gt(0))
                .filter(entry::Column::Disabled.eq(false))
                .all(self.platform.db.read())
                .await?;
            for row in rows {
                let of = DefinitionRef { kind: Kind::Flow, key: row.key.clone(), version: row.version };
                let source = self.source(&of).await?;
                open.extend(called(&source));
                sources.0.insert(row.key, source);
            }
            open.retain(|key| !sources.0.contains_key(key));
        }
        Ok(sources)
    }

    /// A flow as its own file has it, calls not followed.
    async fn plain_flow(&self, wanted: &DefinitionRef) -> Result<Arc<flow::Definition>> {
        match self.parsed(wanted).await? {
            Parsed::Flow(flow) => Ok(flow),
            _ => Err(wrong_kind(wanted)),
        }
    }
}

impl Library {
    /// A flow that others call stays in use.
    pub(crate) async fn refuse_while_called(&self, key: &str) -> Result<()> {
        let mut callers = self.used_by(CALL, key).await?;
        // A draft that calls itself is told so elsewhere.
        callers.retain(|caller| caller.key != key);
        if callers.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = callers.iter().map(|caller| format!("“{}”", caller.name)).collect();
        Err(platform::Problem::conflict("in_use", format!("还有 {} 个流程调用它，不能停用。", names.len()))
            .detail(format!("调用它的流程：{}。先改好这些流程再停用。", names.join("、"))))
    }
}

/// As a use of another flow stands in the table of uses.
pub(crate) const CALL: &str = "call";
