//! Tables as those who work with them find them: the newest published version, read and kept, and what the
//! caller may do with it. A table one may not see does not exist.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use form::{FieldType, Form, Permission};
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Tables;
use crate::model::{Known, Reach, Right, Table, TableContent};
use crate::store::{definition, version};

/// A table within somebody's reach.
pub(crate) struct Opened {
    pub table: Arc<Table>,
    pub rights: BTreeSet<Right>,
    /// Organisations whose rows count; all without.
    pub orgs: Option<Vec<uuid::Uuid>>,
    /// Role the caller works in, for the rights of the form's fields.
    pub role: String,
}

impl Opened {
    /// A field the caller may see.
    pub(crate) fn field(&self, key: &str) -> Option<&Known> {
        self.table.field(key).filter(|known| self.shows(known))
    }

    /// The fields the caller may see.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Known> {
        self.table.fields.iter().filter(|known| self.shows(known))
    }

    fn shows(&self, known: &Known) -> bool {
        known.field.kind != FieldType::Hidden && known.field.permission.get(&self.role) != Some(&Permission::Hidden)
    }

    /// Refuses without a right.
    pub(crate) fn needs(&self, right: Right) -> Result<()> {
        if self.rights.contains(&right) {
            return Ok(());
        }
        let title = match (&self.table.content.source, right) {
            (Some(_), Right::Enter | Right::Change | Right::Delete) => {
                format!("“{}”是系统里已有数据的视图，只能看，不能{}。", self.table.content.title, right.label())
            }
            _ => format!(
                "您的岗位不能在“{}”里{}。需要的话，请找管理员在表的权限里加上。",
                self.table.content.title,
                right.label()
            ),
        };
        Err(Problem::forbidden(title))
    }
}

/// An entry of the navigation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableMenuEntry)]
pub(crate) struct MenuEntry {
    /// Key of the table.
    pub key: String,
    /// Words of the entry.
    pub title: String,
    /// Heading it stands below.
    pub group: String,
}

pub(crate) fn not_there() -> Problem {
    Problem::not_found("没有这张业务表，或者您的岗位看不到它。")
}

impl Tables {
    /// The newest published version of a table in use.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) async fn published(&self, key: &str) -> Result<Arc<Table>> {
        let conn = self.platform.db.read();
        let row = definition::Entity::find().filter(definition::Column::Key.eq(key)).one(conn).await?;
        match row {
            Some(row) if row.version > 0 && !row.disabled => self.read(conn, &row).await,
            _ => Err(not_there()),
        }
    }

    /// Reads the published version of a definition; a frozen one is read once.
    pub(crate) async fn read(&self, conn: &impl ConnectionTrait, row: &definition::Model) -> Result<Arc<Table>> {
        let place = (row.id, row.version);
        let kept = self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let gone = || Problem::internal(format!("table {} version {} is gone", row.key, row.version));
        let frozen = version::Entity::find_by_id(place).one(conn).await?.ok_or_else(gone)?;
        let content: TableContent = serde_json::from_value(frozen.content)?;
        let form = Form::from_value(content.form.clone())
            .map_err(|defects| Problem::internal(format!("table {} can't be read: {defects:?}", row.key)))?;
        let table = Arc::new(Table::new(row.id, &row.key, row.version, content, form));
        self.parsed.write().unwrap_or_else(PoisonError::into_inner).insert(place, Arc::clone(&table));
        Ok(table)
    }

    /// A table within the caller's reach.
    ///
    /// # Errors
    /// 404 for a table that is not there or gives the caller no right to see it.
    pub(crate) async fn open(&self, caller: &Principal, key: &str) -> Result<Opened> {
        let table = self.published(key).await?;
        let rights = table.rights(caller);
        if !rights.contains(&Right::See) {
            return Err(not_there());
        }
        let orgs = (table.content.reach == Reach::Org).then(|| {
            let own = caller.org_id.filter(|org| !caller.visible_orgs.contains(org));
            caller.visible_orgs.iter().copied().chain(own).collect()
        });
        let role = table.role(caller).to_owned();
        Ok(Opened { table, rights, orgs, role })
    }

    /// The navigation of a caller: tables in use that the own roles see.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn menu(&self, caller: &Principal) -> Result<Vec<MenuEntry>> {
        let conn = self.platform.db.read();
        let rows = definition::Entity::find()
            .filter(definition::Column::Version.gt(0))
            .filter(definition::Column::Disabled.eq(false))
            .order_by_asc(definition::Column::Title)
            .order_by_asc(definition::Column::Id)
            .all(conn)
            .await?;
        let mut seen = Vec::new();
        for row in &rows {
            let table = self.read(conn, row).await?;
            if !table.content.menu.hidden && table.rights(caller).contains(&Right::See) {
                seen.push(table);
            }
        }
        seen.sort_by(|a, b| {
            (&a.content.menu.group, a.content.menu.sort).cmp(&(&b.content.menu.group, b.content.menu.sort))
        });
        let entry = |table: &Arc<Table>| MenuEntry {
            key: table.key.clone(),
            title: table.menu_title().to_owned(),
            group: table.content.menu.group.trim().to_owned(),
        };
        Ok(seen.iter().map(entry).collect())
    }
}
