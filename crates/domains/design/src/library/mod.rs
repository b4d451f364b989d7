//! The library of definitions that people edit (FORM-001, 002, 019, 030).
//!
//! An entry has at most one draft beside its published versions. A draft may be as wrong as it likes: it
//! is saved with its findings; publishing refuses while an error is among them. A published version never
//! changes, cases keep theirs. Two editors of one draft: the second is told who was faster
//! ([`Library::save`]).
//!
//! Who uses a definition is known above (items in `catalogue`, cases in `casework`): they answer
//! through [`Users`].

mod check;
mod contents;
pub(crate) mod drafts;
mod list;
mod own_flows;
mod publish;
mod templates;
mod transfer;
mod uses;

use std::sync::Arc;

use axum::extract::FromRef;
use identity::Identity;
use platform::web::guard::Principal;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;

pub use check::{Finding, Severity};
pub(crate) use contents::FIELD;
pub use drafts::{NewEntry, SavedDraft};
pub use list::Filter;
pub use own_flows::{FlowBounds, FlowItem, OwnFlow, OwnFlowBounds, OwnFlowLine};
pub use templates::{TakenOver, TemplateTaker};
pub use uses::{Use, Users};

use crate::Design;
use crate::store::entry;

/// A service that a flow may call, as the flow designer offers it.
#[derive(Debug, Clone, Copy)]
pub struct FlowService {
    /// What stands in the drawing.
    pub key: &'static str,
    /// In words.
    pub label: &'static str,
    /// The attribute that says more, with its name; none for a service that needs nothing.
    pub property: Option<(&'static str, &'static str)>,
}

/// Services a flow may call; casework runs them.
pub const SERVICES: [FlowService; 3] = [
    FlowService { key: "issue_licence", label: "签发证照", property: None },
    FlowService { key: "make_document", label: "出具文书", property: Some(("paper", "哪一种文书")) },
    FlowService { key: "seal_paper", label: "加盖印章", property: Some(("paper", "盖在哪一种文书上")) },
];

/// The library. Cheap to clone.
#[derive(Clone)]
pub struct Library {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) design: Design,
    pub(crate) users: Arc<dyn Users>,
    pub(crate) fonts: paper::Fonts,
}

impl Library {
    /// A library over published definitions; `users` knows who uses them.
    pub fn new(identity: Identity, design: Design, users: Arc<dyn Users>, fonts: paper::Fonts) -> Self {
        Self { platform: design.platform.clone(), identity, design, users, fonts }
    }

    /// An entry, if the caller may see it: what belongs to no organisation is everybody's.
    pub(crate) async fn in_view(&self, caller: &Principal, id: Uuid) -> Result<entry::Model> {
        let row = entry::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        row.filter(|row| row.org_id.is_none_or(|org| caller.visible_orgs.contains(&org)))
            .ok_or_else(|| Problem::not_found("没有找到这份定义，或者不归您管。"))
    }

    /// The content under work: the draft, or what is published.
    pub(crate) async fn content_of(&self, row: &entry::Model) -> Result<String> {
        if let Some(draft) = &row.draft {
            return Ok(draft.clone());
        }
        let kind = crate::Kind::of(&row.kind)?;
        self.design.source(&crate::DefinitionRef { kind, key: row.key.clone(), version: row.version }).await
    }
}

impl FromRef<Library> for Platform {
    fn from_ref(library: &Library) -> Self {
        library.platform.clone()
    }
}

/// The page is older than the entry; says who was faster, so that one can ask.
pub(crate) fn overtaken(row: &entry::Model) -> Problem {
    let at = base::zone::moment_text(row.changed_at);
    Problem::stale().detail(format!("{}在 {at} 保存过这份定义。您改的内容还在这一页上。", row.changed_by_name))
}
