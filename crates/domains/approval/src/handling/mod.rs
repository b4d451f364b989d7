//! Handling materials 事项办理材料 (CASE-034): what handling adds to a case besides opinions, for example minutes of a
//! visit, photographs, whom one asked. Beside the applicant's own materials, which are changed in casework only (`cases::service::amend`).
//!
//! Whoever may see the case sees them; each is changed, replaced and deleted by who added it only, and only while the case
//! is open. A deleted one keeps its row with the reason.

pub mod http;
mod store;

use axum::response::Response;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::List;
use platform::work::audit::{Kind, Line};
use platform::work::idempotency;
use platform::{Platform, Problem, Result};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Approval;
use crate::materials::uploaded;
use store::row;

/// Of one case at most.
const MOST: u64 = 100;

/// Something handling added.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandlingMaterial {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Name.
    pub name: String,
    /// What is to be said.
    pub text: String,
    /// The file; absent for a note.
    pub file: Option<FileRef>,
    /// Who added it.
    pub by: String,
    /// Whether the caller did.
    pub own: bool,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Whether it was changed since.
    pub changed: bool,
}

/// Adds one: a file, words, or both.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddHandling {
    /// Name, at most 100 characters.
    pub name: String,
    /// What is to be said, at most 2000 characters.
    #[serde(default)]
    pub text: String,
    /// File uploaded before.
    #[serde(default)]
    pub file: Option<Uuid>,
}

/// Changes one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeHandling {
    /// Version of the page.
    pub version: i64,
    /// Name.
    pub name: String,
    /// What is to be said.
    #[serde(default)]
    pub text: String,
    /// Another file in place of the one there is; absent keeps it.
    #[serde(default)]
    pub file: Option<Uuid>,
}

/// Deletes one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DeleteHandling {
    /// Version of the page.
    pub version: i64,
    /// Why, at least 4 characters.
    pub reason: String,
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这份办理材料，或者它不是您加的。")
}

fn words(name: &str, text: &str, with_file: bool) -> Result<(String, String)> {
    let (name, text) = (name.trim().to_owned(), text.trim().to_owned());
    if name.is_empty() {
        return Err(Problem::invalid_field("/name", "required", "写明这是什么，例如“现场核查照片”"));
    }
    if name.chars().count() > 100 {
        return Err(Problem::invalid_field("/name", "length", "名字最多 100 字"));
    }
    if text.is_empty() && !with_file {
        return Err(Problem::invalid_field("/text", "required", "写几句说明，或者上传一个文件"));
    }
    if text.chars().count() > 2000 {
        return Err(Problem::invalid_field("/text", "length", "说明最多 2000 字"));
    }
    Ok((name, text))
}

/// What the log tells of one: never its words, which may name people.
fn told(row: &row::Model) -> serde_json::Value {
    json!({ "name": row.name, "file": row.file, "deleted": row.deleted_reason })
}

fn place(id: Uuid) -> String {
    format!("handling_material:{id}:text")
}

fn view(platform: &Platform, row: row::Model, caller: Uuid) -> Result<HandlingMaterial> {
    Ok(HandlingMaterial {
        id: row.id,
        version: row.version,
        name: row.name,
        text: platform.unseal(&row.text_sealed, &place(row.id))?,
        file: serde_json::from_value(row.file)?,
        own: row.by_id == caller,
        by: row.by_name,
        at: row.at,
        changed: row.changed_at.is_some(),
    })
}

impl Approval {
    /// What handling added to a case, the oldest first: few enough for one page.
    ///
    /// # Errors
    /// 404 outside one's reach.
    pub async fn handling_materials(&self, caller: &Principal, case: Uuid) -> Result<List<HandlingMaterial>> {
        self.casework.case_row(caller, Some(case), None).await?;
        let rows = store::of_case(self.platform.db.read(), case, MOST).await?;
        let total = rows.len() as u64;
        let items = rows.into_iter().map(|row| view(&self.platform, row, caller.id)).collect::<Result<_>>()?;
        Ok(List { items, total, next: None, as_of: self.platform.now() })
    }

    /// Adds one.
    ///
    /// # Errors
    /// 404 outside one's reach, 409 for a case that ended or has very many, 422 naming the field.
    pub async fn add_handling(
        &self,
        caller: &Principal,
        case: Uuid,
        add: AddHandling,
        key: Option<String>,
    ) -> Result<HandlingMaterial> {
        self.open_case(caller, case).await?;
        let (name, text) = words(&add.name, &add.text, add.file.is_some())?;
        let file = match add.file {
            Some(file) => Some(uploaded(self, caller, file).await?),
            None => None,
        };
        let id = self.platform.new_id();
        let row = row::Model {
            id,
            case_id: case,
            version: 1,
            name,
            text_sealed: self.platform.seal(&text, &place(id)),
            file: serde_json::to_value(file)?,
            by_id: caller.id,
            by_name: caller.name.clone(),
            at: self.platform.now(),
            changed_at: None,
            deleted_at: None,
            deleted_reason: String::new(),
        };
        let line = self.handling_line(caller, "handling_material.add", &row);
        let (who, kept) = (caller.id, row.clone());
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "handling_material.add", key, id).await?
                    {
                        return Ok(made);
                    }
                    if store::count(tx.conn(), case).await? >= MOST {
                        return Err(Problem::conflict("too_many", "这个办件的办理材料已经很多，请合成一份再加。"));
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), kept).await?;
                    Ok(id)
                })
            })
            .await?;
        if made == row.id {
            view(&self.platform, row, caller.id)
        } else {
            view(&self.platform, self.own_handling(caller, case, made).await?, caller.id)
        }
    }

    /// Changes one, or replaces its file.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page or a case that ended, 422 naming the field.
    pub async fn change_handling(
        &self,
        caller: &Principal,
        case: Uuid,
        id: Uuid,
        change: ChangeHandling,
    ) -> Result<HandlingMaterial> {
        self.open_case(caller, case).await?;
        let mut row = self.own_handling(caller, case, id).await?;
        let before = told(&row);
        let (name, text) = words(&change.name, &change.text, change.file.is_some() || !row.file.is_null())?;
        row.name = name;
        row.text_sealed = self.platform.seal(&text, &place(id));
        if let Some(file) = change.file {
            row.file = serde_json::to_value(uploaded(self, caller, file).await?)?;
        }
        row.changed_at = Some(self.platform.now());
        self.put_handling(caller, "handling_material.change", change.version, before, row).await
    }

    /// Deletes one, with a reason.
    ///
    /// # Errors
    /// As for a change.
    pub async fn delete_handling(
        &self,
        caller: &Principal,
        case: Uuid,
        id: Uuid,
        delete: DeleteHandling,
    ) -> Result<()> {
        self.open_case(caller, case).await?;
        let reason = delete.reason.trim().to_owned();
        if !(4..=500).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明为什么删除，4 到 500 字"));
        }
        let mut row = self.own_handling(caller, case, id).await?;
        let before = told(&row);
        row.deleted_at = Some(self.platform.now());
        row.deleted_reason = reason;
        self.put_handling(caller, "handling_material.delete", delete.version, before, row).await?;
        Ok(())
    }

    /// Its file.
    ///
    /// # Errors
    /// 404 outside one's reach or without a file.
    pub async fn handling_file(&self, caller: &Principal, case: Uuid, id: Uuid) -> Result<Response> {
        self.casework.case_row(caller, Some(case), None).await?;
        let row = self.handling(case, id).await?;
        let file: Option<FileRef> = serde_json::from_value(row.file)?;
        let (file, bytes) = files::read(&self.platform, file.ok_or_else(unknown)?.id).await?;
        Ok(files::respond(&file, bytes))
    }

    async fn open_case(&self, caller: &Principal, case: Uuid) -> Result<()> {
        let row = self.casework.case_row(caller, Some(case), None).await?;
        let open = casework::cases::model::State::parse(&row.state).is_some_and(|state| state.is_open());
        if open {
            Ok(())
        } else {
            Err(Problem::conflict("case_closed", "这个办件已经办完，办理材料不能再改。"))
        }
    }

    async fn handling(&self, case: Uuid, id: Uuid) -> Result<row::Model> {
        store::find(self.platform.db.read(), id)
            .await?
            .filter(|row| row.case_id == case && row.deleted_at.is_none())
            .ok_or_else(unknown)
    }

    async fn own_handling(&self, caller: &Principal, case: Uuid, id: Uuid) -> Result<row::Model> {
        let row = self.handling(case, id).await?;
        if row.by_id == caller.id { Ok(row) } else { Err(unknown()) }
    }

    async fn put_handling(
        &self,
        caller: &Principal,
        act: &'static str,
        version: i64,
        before: serde_json::Value,
        mut row: row::Model,
    ) -> Result<HandlingMaterial> {
        if row.version != version {
            return Err(Problem::stale());
        }
        let after = told(&row);
        let line = self.handling_line(caller, act, &row).entry().kind(Kind::Change).changed(before, after);
        let kept = row.clone();
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
        view(&self.platform, row, caller.id)
    }

    fn handling_line(&self, caller: &Principal, act: &'static str, row: &row::Model) -> Line {
        let told = json!({ "material": row.id, "name": row.name });
        Line::by(caller, self.platform.new_id(), act, format!("case:{}", row.case_id), told)
    }
}
