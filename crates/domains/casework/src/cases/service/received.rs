//! A paper that another body gave online goes into the material it was asked for (CASE-045). Whoever is above has
//! asked and was answered; which material takes it, and whether the case still may, is decided here.

use platform::files::FileRef;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::json;

use super::change::{Actor, Change};
use super::draft::{MaterialFile, check_file, put_material, round};
use super::{Casework, reach};
use crate::cases::model::EventKind;
use crate::cases::store::case_material;

/// A paper received from another body.
#[derive(Debug, Clone)]
pub struct ReceivedPaper {
    /// Material of the item that takes it.
    pub key: String,
    /// Its file.
    pub file: FileRef,
    /// Name of the paper.
    pub name: String,
    /// Who gave it.
    pub from: String,
}

impl Casework {
    /// Puts a received paper to a material, beside what the applicant handed in, and says so in the chain.
    ///
    /// # Errors
    /// 404 outside the caller's reach, 409 once nothing is examined any more or somebody changed the case, 422 for a
    /// material the item does not have or a file it does not take.
    pub async fn receive_paper(&self, tx: &Tx, caller: &Principal, id: Uuid, paper: ReceivedPaper) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        reach(caller, &loaded.row)?;
        if !loaded.state()?.is_open() {
            return Err(Problem::conflict("case_over", "这件办件已经办完，材料不能再放进去。"));
        }
        let pointer = "/material_key";
        let material = loaded.item.item.material(&paper.key).ok_or_else(|| {
            Problem::invalid_field(pointer, "unknown_material", "这个事项没有这份材料，请重新选择放到哪里")
        })?;
        check_file(material, &paper.file).map_err(|why| Problem::invalid_field(pointer, "file_refused", why))?;
        let before = case_material::Entity::find_by_id((id, paper.key.clone())).one(tx.conn()).await?;
        let (mut files, handing): (Vec<MaterialFile>, String) = match before {
            Some(row) => (serde_json::from_value(row.files)?, row.handing),
            None => (Vec::new(), "upload".to_owned()),
        };
        files.push(MaterialFile { file: paper.file.clone(), round: round::OTHER_BODY });
        let promised = crate::tolerance::store::open_of(tx.conn(), id).await?;
        let was_promised = promised.iter().any(|row| row.key == paper.key);
        // What was to follow, or to be brought to the window, is there now.
        let handing = if matches!(handing.as_str(), "later" | "window") { "upload".to_owned() } else { handing };
        put_material(
            tx,
            case_material::Model {
                case_id: id,
                key: paper.key.clone(),
                name: material.name.clone(),
                handing,
                files: serde_json::to_value(&files)?,
                checks: json!({}),
                note: None,
                updated_at: tx.now(),
            },
        )
        .await?;
        let mut change = Change::of(loaded.row.clone(), Actor::of(caller)).named("proof.receive");
        change.record(
            &self.platform,
            EventKind::MaterialSignFor,
            format!("收到{}出具的“{}”，放入“{}”", paper.from, paper.name, material.name),
            json!({ "received": { "key": paper.key, "file": paper.file.id, "from": paper.from } }),
        )?;
        if was_promised {
            let key = (id, paper.key.as_str());
            crate::tolerance::store::supplied(tx.conn(), key, &paper.from, "upload", tx.now()).await?;
            change.announce("case.tolerance_supplied");
            self.release(tx, &mut change).await?;
        }
        change.save(&self.platform, tx).await?;
        Ok(())
    }
}
