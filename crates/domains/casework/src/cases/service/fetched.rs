//! Files of a case that the domain above fetched from where they were filed (CASE-008): checked as the applicant's own,
//! kept as its materials.

use platform::files::FileRef;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::json;

use super::Casework;
use super::change::{Actor, Change};
use super::draft::{MaterialFile, check_file, put_material};
use crate::cases::error::CaseError;
use crate::cases::model::EventKind;
use crate::cases::store::case_material;

/// A file that came.
#[derive(Debug, Clone)]
pub struct FetchedFile {
    /// Key of its material.
    pub material: String,
    /// The file, stored.
    pub file: FileRef,
}

impl Casework {
    /// Whether a material takes such a file.
    ///
    /// # Errors
    /// 422 saying what is wrong with it; 404 for a case or material that is not there.
    pub async fn fetchable(&self, id: Uuid, key: &str, name: &str, media_type: &str, size: i64) -> Result<()> {
        let loaded = self.with_item(self.head(id).await?).await?;
        let material = loaded.item.item.material(key).ok_or(CaseError::NotFound)?;
        let file = FileRef {
            id: Uuid::nil(),
            name: name.to_owned(),
            size,
            media_type: media_type.to_owned(),
            uploaded_at: self.platform.now(),
        };
        check_file(material, &file).map_err(|message| Problem::invalid_field("/file", "file_refused", message))
    }

    /// Keeps files as materials of a case.
    ///
    /// # Errors
    /// 404 for a case or material that is not there; 409 when somebody changed the case meanwhile.
    pub async fn keep_fetched(&self, tx: &Tx, id: Uuid, from: &str, files: Vec<FetchedFile>) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        let round = if loaded.row.correction_asked { 2 } else { 1 };
        let mut names = Vec::with_capacity(files.len());
        for FetchedFile { material: key, file } in files {
            let material = loaded.item.item.material(&key).ok_or(CaseError::NotFound)?;
            let row = case_material::Entity::find_by_id((id, key.clone())).one(tx.conn()).await?;
            let mut kept: Vec<MaterialFile> =
                row.map(|row| serde_json::from_value(row.files)).transpose()?.unwrap_or_default();
            names.push(file.name.clone());
            kept.push(MaterialFile { file, round });
            let row = case_material::Model {
                case_id: id,
                key,
                name: material.name.clone(),
                handing: "upload".to_owned(),
                files: serde_json::to_value(kept)?,
                checks: json!({}),
                note: None,
                updated_at: tx.now(),
            };
            put_material(tx, row).await?;
        }
        let mut change = Change::of(loaded.row, Actor::system()).named("case.exchange");
        let text = format!("从{from}取回文件：{}", names.join("、"));
        change.record(&self.platform, EventKind::Document, text, json!({ "act": "fetch_files", "files": names }))?;
        change.save(&self.platform, tx).await?;
        Ok(())
    }
}
