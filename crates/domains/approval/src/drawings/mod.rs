//! Signatures and opinions that staff write by hand (CASE-038).
//!
//! A picture is uploaded as any file of the desk and belongs to who uploaded it; it lies sealed with the other files. A
//! signature counts once its owner has proved with password and second factor who he is, and while it is switched on; an
//! opinion counts until it is deleted. Nobody sees or uses another's. What a case was signed with stays with the case.

pub mod http;
mod store;

use async_trait::async_trait;
use casework::cases::service::signing::{Drawing, Handwriting};
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::List;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Platform, Problem, Result};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Approval;
use store::row;

/// Largest picture, bytes.
const LARGEST: i64 = 1 << 20;
/// Characters of a signature's name at most.
const NAME: usize = 30;
/// Characters of an opinion at most.
const WORDS: usize = 500;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A signature.
    Signature,
    /// An opinion.
    Opinion,
}

impl Sort {
    const fn key(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Opinion => "opinion",
        }
    }

    /// Of one person at most.
    const fn most(self) -> u64 {
        match self {
            Self::Signature => 10,
            Self::Opinion => 100,
        }
    }

    fn unknown(self) -> Problem {
        Problem::not_found(match self {
            Self::Signature => "没有找到这个签名。",
            Self::Opinion => "没有找到这条手写意见。",
        })
    }

    fn words(self, words: &str) -> Result<String> {
        let words = words.trim().to_owned();
        let length = words.chars().count();
        match self {
            Self::Signature if length == 0 => {
                Err(Problem::invalid_field("/words", "required", "给签名起个名字，例如“签名一”"))
            }
            Self::Signature if length > NAME => {
                Err(Problem::invalid_field("/words", "length", format!("名字最多 {NAME} 字")))
            }
            Self::Opinion if length == 0 => {
                let message = "把手写的意见再打一遍字，看不清笔迹的人要靠它";
                Err(Problem::invalid_field("/words", "required", message))
            }
            Self::Opinion if length > WORDS => {
                Err(Problem::invalid_field("/words", "length", format!("最多 {WORDS} 字")))
            }
            _ => Ok(words),
        }
    }
}

/// Something drawn, as its owner sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnDrawing {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Name of a signature, text of an opinion.
    pub words: String,
    /// Whether it may be used; an opinion always.
    pub enabled: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
    /// When it was changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
}

impl From<row::Model> for OwnDrawing {
    fn from(row: row::Model) -> Self {
        Self {
            id: row.id,
            version: row.version,
            words: row.words,
            enabled: row.enabled,
            made_at: row.made_at,
            changed_at: row.changed_at,
        }
    }
}

/// A new signature.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSignature {
    /// Its name, at most 30 characters.
    pub words: String,
    /// Picture uploaded before, PNG or JPG, at most 1 MB.
    pub file: Uuid,
    /// Own password: a signature is bound to who is proved to sit here.
    pub password: String,
    /// Six digits of the authenticator app, or a recovery code, where there is a second factor.
    #[serde(default)]
    pub code: String,
}

/// A new opinion.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewWrittenOpinion {
    /// What is written, as text, at most 500 characters.
    pub words: String,
    /// Picture uploaded before, PNG or JPG, at most 1 MB.
    pub file: Uuid,
}

/// Changes words, or the picture too.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeDrawing {
    /// Version of the page.
    pub version: i64,
    /// Name of a signature, text of an opinion.
    pub words: String,
    /// Another picture; for a signature the password goes with it.
    #[serde(default)]
    pub file: Option<Uuid>,
    /// Own password, when a signature gets another picture.
    #[serde(default)]
    pub password: String,
    /// Code of the second factor.
    #[serde(default)]
    pub code: String,
}

impl Approval {
    /// Own drawings of a sort, the newest first: few enough for one page.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn own_drawings(&self, caller: &Principal, sort: Sort) -> Result<List<OwnDrawing>> {
        let rows = store::own(self.platform.db.read(), caller.id, sort.key(), sort.most()).await?;
        let total = rows.len() as u64;
        let items = rows.into_iter().map(OwnDrawing::from).collect();
        Ok(List { items, total, next: None, as_of: self.platform.now() })
    }

    /// Keeps a new signature, switched on.
    ///
    /// # Errors
    /// 422 for a wrong password, a picture that is none or not the caller's, a name too long; 409 when there are many.
    pub async fn add_signature(
        &self,
        caller: &Principal,
        new: NewSignature,
        key: Option<String>,
    ) -> Result<OwnDrawing> {
        self.identity.prove_self(caller, new.password, &new.code).await?;
        self.add(caller, Sort::Signature, &new.words, new.file, key).await
    }

    /// Keeps a new opinion.
    ///
    /// # Errors
    /// As for a signature, without the password.
    pub async fn add_opinion(
        &self,
        caller: &Principal,
        new: NewWrittenOpinion,
        key: Option<String>,
    ) -> Result<OwnDrawing> {
        self.add(caller, Sort::Opinion, &new.words, new.file, key).await
    }

    async fn add(
        &self,
        caller: &Principal,
        sort: Sort,
        words: &str,
        file: Uuid,
        key: Option<String>,
    ) -> Result<OwnDrawing> {
        let words = sort.words(words)?;
        self.own_picture(caller, file).await?;
        let now = self.platform.now();
        let row = row::Model {
            id: self.platform.new_id(),
            kind: sort.key().to_owned(),
            staff_id: caller.id,
            version: 1,
            words,
            file_id: file,
            enabled: true,
            made_at: now,
            changed_at: now,
            deleted_at: None,
        };
        let line = self.line(caller, sort, "add", row.id);
        let (caller, id, kept) = (caller.clone(), row.id, row.clone());
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller.id, "drawing.add", key, id).await?
                    {
                        return Ok(made);
                    }
                    if store::count(tx.conn(), caller.id, sort.key()).await? >= sort.most() {
                        return Err(Problem::conflict("too_many", "已经很多了，删掉不用的再加。"));
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), kept).await?;
                    Ok(id)
                })
            })
            .await?;
        if made == row.id { Ok(row.into()) } else { Ok(self.own_drawing(row.staff_id, made, sort).await?.into()) }
    }

    /// Changes one.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page, 422 as for a new one.
    pub async fn change_drawing(
        &self,
        caller: &Principal,
        sort: Sort,
        id: Uuid,
        change: ChangeDrawing,
    ) -> Result<OwnDrawing> {
        let mut row = self.own_drawing(caller.id, id, sort).await?;
        row.words = sort.words(&change.words)?;
        if let Some(file) = change.file {
            if sort == Sort::Signature {
                self.identity.prove_self(caller, change.password, &change.code).await?;
            }
            self.own_picture(caller, file).await?;
            row.file_id = file;
        }
        self.put(caller, sort, "change", change.version, row).await
    }

    /// Switches a signature on or off.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page.
    pub async fn switch_signature(&self, caller: &Principal, id: Uuid, version: i64, on: bool) -> Result<OwnDrawing> {
        let mut row = self.own_drawing(caller.id, id, Sort::Signature).await?;
        row.enabled = on;
        self.put(caller, Sort::Signature, if on { "enable" } else { "disable" }, version, row).await
    }

    /// Deletes one; cases signed with it keep what they have.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page.
    pub async fn delete_drawing(&self, caller: &Principal, sort: Sort, id: Uuid, version: i64) -> Result<()> {
        let mut row = self.own_drawing(caller.id, id, sort).await?;
        row.enabled = false;
        row.deleted_at = Some(self.platform.now());
        self.put(caller, sort, "delete", version, row).await?;
        Ok(())
    }

    /// Its picture, for its owner only.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn drawing_picture(&self, caller: &Principal, sort: Sort, id: Uuid) -> Result<axum::response::Response> {
        let row = self.own_drawing(caller.id, id, sort).await?;
        let (file, bytes) = files::read(&self.platform, row.file_id).await?;
        Ok(files::respond(&file, bytes))
    }

    async fn put(
        &self,
        caller: &Principal,
        sort: Sort,
        act: &'static str,
        version: i64,
        mut row: row::Model,
    ) -> Result<OwnDrawing> {
        if row.version != version {
            return Err(Problem::stale());
        }
        row.changed_at = self.platform.now();
        let line = self.line(caller, sort, act, row.id);
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
        Ok(row.into())
    }

    fn line(&self, caller: &Principal, sort: Sort, act: &'static str, id: Uuid) -> Line {
        let action = match (sort, act) {
            (Sort::Signature, "add") => "signature.add",
            (Sort::Signature, "change") => "signature.change",
            (Sort::Signature, "enable") => "signature.enable",
            (Sort::Signature, "disable") => "signature.disable",
            (Sort::Signature, _) => "signature.delete",
            (Sort::Opinion, "add") => "written_opinion.add",
            (Sort::Opinion, "change") => "written_opinion.change",
            (Sort::Opinion, _) => "written_opinion.delete",
        };
        Line::by(caller, self.platform.new_id(), action, format!("staff:{}", caller.id), json!({ "drawing": id }))
    }

    async fn own_drawing(&self, staff: Uuid, id: Uuid, sort: Sort) -> Result<row::Model> {
        store::find(self.platform.db.read(), id)
            .await?
            .filter(|row| row.staff_id == staff && row.kind == sort.key() && row.deleted_at.is_none())
            .ok_or_else(|| sort.unknown())
    }

    /// A picture the caller has uploaded.
    async fn own_picture(&self, caller: &Principal, file: Uuid) -> Result<()> {
        let found = files::find(self.platform.db.read(), &[file]).await?;
        let picture: Option<FileRef> =
            found.into_iter().find(|(_, owner)| *owner == Some(caller.id)).map(|(file, _)| file);
        let Some(picture) = picture else {
            return Err(Problem::invalid_field("/file", "unknown_file", "没有找到上传的图片，请重新上传。"));
        };
        if !matches!(picture.media_type.as_str(), "image/png" | "image/jpeg") {
            return Err(Problem::invalid_field("/file", "unsupported_type", "只能用 PNG 或 JPG 图片。"));
        }
        if picture.size > LARGEST {
            return Err(Problem::invalid_field("/file", "too_large", "图片不能超过 1 MB。"));
        }
        Ok(())
    }
}

/// What casework asks about drawings. Needs nothing but the shell, so that it is there before casework is.
pub struct Pens(pub Platform);

#[async_trait]
impl Handwriting for Pens {
    async fn file(&self, staff: Uuid, drawing: Drawing) -> Result<Option<Uuid>> {
        let (id, sort) = match drawing {
            Drawing::Signature(id) => (id, Sort::Signature),
            Drawing::Opinion(id) => (id, Sort::Opinion),
        };
        Ok(store::find(self.0.db.read(), id)
            .await?
            .filter(|row| row.staff_id == staff && row.kind == sort.key() && row.enabled && row.deleted_at.is_none())
            .map(|row| row.file_id))
    }
}
