//! Searching the library.

use std::collections::BTreeMap;

use platform::Result;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Library;
use crate::Kind;
use crate::store::{definition, entry};

/// Which entries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Filter {
    /// `form`, `flow`, `rules`, `paper`.
    pub kind: Option<Kind>,
    /// Part of a name or key.
    pub q: Option<String>,
    /// `draft` (never published), `published`, `changed` (published, with a draft), `disabled`.
    pub state: Option<String>,
    /// Owning organisation.
    pub org: Option<Uuid>,
    /// Purpose, for example `application`, `approval`.
    pub purpose: Option<String>,
    /// Only templates, or only what is none.
    pub template: Option<bool>,
}

impl Filter {
    fn condition(&self, caller: &Principal) -> Condition {
        let mine = Condition::any()
            .add(entry::Column::OrgId.is_null())
            .add(entry::Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        let mut wanted = Condition::all().add(mine);
        if let Some(kind) = self.kind {
            wanted = wanted.add(entry::Column::Kind.eq(kind.as_str()));
        }
        if let Some(q) = self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            wanted =
                wanted.add(Condition::any().add(entry::Column::Name.contains(q)).add(entry::Column::Key.contains(q)));
        }
        if let Some(org) = self.org {
            wanted = wanted.add(entry::Column::OrgId.eq(org));
        }
        if let Some(purpose) = self.purpose.as_deref().filter(|purpose| !purpose.is_empty()) {
            wanted = wanted.add(entry::Column::Purpose.eq(purpose));
        }
        if let Some(template) = self.template {
            wanted = wanted.add(entry::Column::Template.eq(template));
        }
        let offered = |wanted: Condition| wanted.add(entry::Column::Disabled.eq(false));
        match self.state.as_deref() {
            Some("draft") => offered(wanted).add(entry::Column::Version.eq(0)),
            Some("published") => offered(wanted).add(entry::Column::Version.gt(0)),
            Some("changed") => {
                offered(wanted).add(entry::Column::Version.gt(0)).add(entry::Column::Draft.is_not_null())
            }
            Some("disabled") => wanted.add(entry::Column::Disabled.eq(true)),
            _ => wanted,
        }
    }
}

impl Library {
    /// Entries in view, last changed first, with how many items use each.
    ///
    /// # Errors
    /// When the cursor is not ours or the database refuses.
    pub(crate) async fn list(
        &self,
        caller: &Principal,
        filter: &Filter,
        page: &PageQuery,
    ) -> Result<List<(entry::Model, u64)>> {
        let conn = self.platform.db.read();
        let as_of = self.platform.now();
        let mut wanted = filter.condition(caller);
        let total = entry::Entity::find().filter(wanted.clone()).count(conn).await?;
        // Ids grow with time, so the order is stable: the newest entry first.
        if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.first()?.parse::<Uuid>().ok()) {
            wanted = wanted.add(entry::Column::Id.lt(after));
        }
        let rows = entry::Entity::find()
            .filter(wanted)
            .order_by_desc(entry::Column::Id)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let counts = self.use_counts(&rows).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let uses = counts.get(&row.id).copied().unwrap_or_default();
                (row, uses)
            })
            .collect();
        Ok(List::cut(items, page.limit(), total, as_of, |(row, _)| vec![row.id.to_string()]))
    }

    pub(crate) async fn use_counts(&self, rows: &[entry::Model]) -> Result<BTreeMap<Uuid, u64>> {
        let keys = rows.iter().map(|row| Ok((Kind::of(&row.kind)?, row.key.clone()))).collect::<Result<Vec<_>>>()?;
        let items = self.users.item_counts(&keys).await?;
        let forms = self.definition_counts(rows).await?;
        let all = rows.iter().zip(keys).map(|(row, key)| {
            let count = items.get(&key).copied().unwrap_or_default() + forms.get(&row.key).copied().unwrap_or_default();
            (row.id, count)
        });
        Ok(all.collect())
    }

    /// Papers a flow may have drawn: key and name, at most two hundred. An item's own papers carry its key
    /// before a slash and are named without it in its flow, so they are left out here.
    pub(crate) async fn papers(&self) -> Result<Vec<(String, String)>> {
        Ok(entry::Entity::find()
            .select_only()
            .columns([entry::Column::Key, entry::Column::Name])
            .filter(entry::Column::Kind.eq(Kind::Paper.as_str()))
            .filter(entry::Column::Disabled.eq(false))
            .filter(entry::Column::Key.not_like("%/%"))
            .order_by_asc(entry::Column::Key)
            .limit(200)
            .into_tuple()
            .all(self.platform.db.read())
            .await?)
    }

    /// How many versions' authors and times a history page shows.
    pub(crate) async fn history(&self, row: &entry::Model) -> Result<Vec<definition::Model>> {
        Ok(definition::Entity::find()
            .filter(definition::Column::Kind.eq(&row.kind))
            .filter(definition::Column::Key.eq(&row.key))
            .order_by_desc(definition::Column::Version)
            .limit(200)
            .all(self.platform.db.read())
            .await?)
    }
}
