//! My materials (CASE-037): files a member of staff keeps at hand, found by name, opened, downloaded, put to an opinion.
//!
//! A file belongs to who uploaded it; nobody sees another's. Deleting takes it out of the list: where it was put to an
//! opinion, the case keeps it.

pub mod http;
mod store;

use axum::response::Response;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Approval;
use store::row;

/// Which own files.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct OwnMaterialFilter {
    /// Part of the name or the note.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An own file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnMaterial {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// The file.
    pub file: FileRef,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub added_at: OffsetDateTime,
}

/// Keeps an uploaded file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddOwnMaterial {
    /// File uploaded before.
    pub file: Uuid,
    /// Name; that of the file when empty.
    #[serde(default)]
    pub name: String,
    /// Note.
    #[serde(default)]
    pub note: String,
}

/// Changes name and note.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeOwnMaterial {
    /// Version of the page.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Note.
    #[serde(default)]
    pub note: String,
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这份材料。")
}

fn words(name: &str, note: &str) -> Result<(String, String)> {
    let (name, note) = (name.trim().to_owned(), note.trim().to_owned());
    if name.is_empty() {
        return Err(Problem::invalid_field("/name", "required", "给材料写个名字"));
    }
    if name.chars().count() > 100 {
        return Err(Problem::invalid_field("/name", "length", "名字最多 100 字"));
    }
    if note.chars().count() > 500 {
        return Err(Problem::invalid_field("/note", "length", "说明最多 500 字"));
    }
    Ok((name, note))
}

fn view(row: row::Model) -> Result<OwnMaterial> {
    Ok(OwnMaterial {
        id: row.id,
        version: row.version,
        name: row.name,
        note: row.note,
        file: serde_json::from_value(row.file)?,
        added_at: row.added_at,
    })
}

/// A file the caller has uploaded.
pub(crate) async fn uploaded(approval: &Approval, caller: &Principal, file: Uuid) -> Result<FileRef> {
    let found = files::find(approval.platform.db.read(), &[file]).await?;
    found
        .into_iter()
        .find(|(_, owner)| *owner == Some(caller.id))
        .map(|(file, _)| file)
        .ok_or_else(|| Problem::invalid_field("/file", "unknown_file", "没有找到上传的文件，请重新上传。"))
}

impl Approval {
    /// Own files, the newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn own_materials(&self, caller: &Principal, filter: &OwnMaterialFilter) -> Result<List<OwnMaterial>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let (rows, total) =
            store::page(self.platform.db.read(), caller.id, filter.q.as_deref().unwrap_or_default(), &page).await?;
        let items: Vec<OwnMaterial> = rows.into_iter().map(view).collect::<Result<_>>()?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// Keeps one.
    ///
    /// # Errors
    /// 422 for a file that is not the caller's.
    pub async fn add_own_material(
        &self,
        caller: &Principal,
        add: AddOwnMaterial,
        key: Option<String>,
    ) -> Result<OwnMaterial> {
        let file = uploaded(self, caller, add.file).await?;
        let (name, note) = words(if add.name.trim().is_empty() { &file.name } else { &add.name }, &add.note)?;
        let row = row::Model {
            id: self.platform.new_id(),
            staff_id: caller.id,
            version: 1,
            name,
            note,
            file_id: file.id,
            file: serde_json::to_value(file)?,
            added_at: self.platform.now(),
            deleted_at: None,
        };
        let line = self.material_line(caller, "own_material.add", row.id);
        let (who, id, kept) = (caller.id, row.id, row.clone());
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "own_material.add", key, id).await?
                    {
                        return Ok(made);
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), kept).await?;
                    Ok(id)
                })
            })
            .await?;
        if made == row.id { view(row) } else { view(self.own_material(caller, made).await?) }
    }

    /// Changes name or note.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page.
    pub async fn change_own_material(
        &self,
        caller: &Principal,
        id: Uuid,
        change: ChangeOwnMaterial,
    ) -> Result<OwnMaterial> {
        let mut row = self.own_material(caller, id).await?;
        (row.name, row.note) = words(&change.name, &change.note)?;
        self.put_material(caller, "own_material.change", change.version, row).await
    }

    /// Deletes one.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page.
    pub async fn delete_own_material(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let mut row = self.own_material(caller, id).await?;
        row.deleted_at = Some(self.platform.now());
        self.put_material(caller, "own_material.delete", version, row).await?;
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn own_material_file(&self, caller: &Principal, id: Uuid) -> Result<Response> {
        let row = self.own_material(caller, id).await?;
        let (file, bytes) = files::read(&self.platform, row.file_id).await?;
        Ok(files::respond(&file, bytes))
    }

    async fn own_material(&self, caller: &Principal, id: Uuid) -> Result<row::Model> {
        store::find(self.platform.db.read(), id)
            .await?
            .filter(|row| row.staff_id == caller.id && row.deleted_at.is_none())
            .ok_or_else(unknown)
    }

    async fn put_material(
        &self,
        caller: &Principal,
        act: &'static str,
        version: i64,
        mut row: row::Model,
    ) -> Result<OwnMaterial> {
        if row.version != version {
            return Err(Problem::stale());
        }
        let (line, kept) = (self.material_line(caller, act, row.id), row.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::update(tx.conn(), kept).await
                })
            })
            .await?;
        row.version += 1;
        view(row)
    }

    fn material_line(&self, caller: &Principal, act: &'static str, id: Uuid) -> Line {
        Line::by(caller, self.platform.new_id(), act, format!("staff:{}", caller.id), json!({ "material": id }))
    }
}
