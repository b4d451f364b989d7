//! What of the disk suits the materials of an application, and handing one in.

use casework::cases::service::draft::HandMaterial;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::DiskItem;
use crate::Materials;
use crate::store::material::{Column, Entity, Model};

/// Own papers looked through for one application.
const LOOKED: u64 = 500;

/// Papers that suit one material.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DiskOffer)]
pub struct Offer {
    /// Material of the item.
    pub material_key: String,
    /// Papers of that kind or name, of a type it takes; the changed last first.
    pub items: Vec<DiskItem>,
}

/// What of the disk suits an application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DiskOffers)]
pub struct Offers {
    /// One for each material that something suits.
    pub items: Vec<Offer>,
}

/// Hands a paper of the disk in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DiskUse {
    /// Draft, or case during its correction.
    pub case_id: Uuid,
    /// Material.
    pub material_key: String,
    /// Version of the case's page.
    pub version: i64,
}

/// The name of a paper without what tells copies apart.
fn plain(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// A type as an item writes it.
fn kind_of(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        _ => "",
    }
}

impl Materials {
    /// What of the own disk suits the materials of an own application, also during its correction.
    ///
    /// # Errors
    /// 404 for another's draft.
    pub async fn disk_offers(&self, caller: &Principal, case: Uuid) -> Result<Offers> {
        let draft = self.casework.draft_view(caller, case).await?;
        let facts = self.casework.facts(case).await?.ok_or_else(super::unknown)?;
        let (_, own) = self.owner(caller).await?;
        let rows = Entity::find()
            .filter(own)
            .order_by_desc(Column::ChangedAt)
            .order_by_desc(Column::Id)
            .limit(LOOKED)
            .all(self.platform.db.read())
            .await?;
        let mine = self.items(rows).await?;
        let mut items = Vec::new();
        for material in draft.materials.iter().filter(|one| !one.generated && one.out_of_grant.is_none()) {
            let definition = facts.item.item.material(&material.key);
            let kind = definition.and_then(|one| one.licence_type.clone()).unwrap_or_default();
            let wanted = plain(&material.name);
            let takes = |item: &DiskItem| {
                let own = kind_of(&item.file.media_type);
                let fits = |one: &String| one == own || (one == "jpeg" && own == "jpg");
                material.file_types.iter().any(fits)
            };
            let suits = |item: &DiskItem| {
                (!kind.is_empty() && item.kind == kind) || (!wanted.is_empty() && plain(&item.name) == wanted)
            };
            let found: Vec<DiskItem> = mine.iter().filter(|item| suits(item) && takes(item)).cloned().collect();
            if !found.is_empty() {
                items.push(Offer { material_key: material.key.clone(), items: found });
            }
        }
        Ok(Offers { items })
    }

    /// Hands an own paper in for a material, beside the files that are there.
    ///
    /// # Errors
    /// 404 for another's paper or case, 409 for a paper that is over or an old page, 422 for a wrong type or size.
    pub async fn use_from_disk(&self, caller: &Principal, id: Uuid, wanted: DiskUse) -> Result<()> {
        let (_, row) = self.own_paper(caller, id).await?;
        let handed = self.casework.handed_files(caller, wanted.case_id, &wanted.material_key).await?;
        let copy = self.own_copy(caller, &row).await?;
        let hand = HandMaterial {
            version: wanted.version,
            files: handed.into_iter().chain([copy.id]).collect(),
            handing: "upload".to_owned(),
        };
        self.casework.hand_material(caller, wanted.case_id, &wanted.material_key, hand).await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "disk.use",
            format!("material:{id}"),
            json!({ "case": wanted.case_id, "material": wanted.material_key, "no": row.last_no }),
        );
        self.platform.leave(line).await
    }

    /// A paper as a file of the applicant's own, to be sent with a correction as an upload would be.
    ///
    /// # Errors
    /// 404 for another's paper, 409 for one that is over.
    pub async fn take_from_disk(&self, caller: &Principal, id: Uuid) -> Result<FileRef> {
        let (_, row) = self.own_paper(caller, id).await?;
        let copy = self.own_copy(caller, &row).await?;
        let detail = json!({ "no": row.last_no });
        let line = Line::by(caller, self.platform.new_id(), "disk.use", format!("material:{id}"), detail);
        self.platform.leave(line).await?;
        Ok(copy)
    }

    /// A row of the applicant's own over the same bytes: what becomes of the disk touches the case no more.
    async fn own_copy(&self, caller: &Principal, row: &Model) -> Result<FileRef> {
        let standing = super::standing(row, self.today(), self.rules.notice_days);
        if !standing.counts() {
            let why = format!("“{}”{}，不能用来办事。", row.name, standing.label());
            return Err(Problem::conflict("paper_over", why).detail("请换领新的，或者另外上传一份。"));
        }
        let (file, bytes) = self.newest_file(row).await?;
        files::store(&self.platform, Some(caller.id), "material", &file.name, bytes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_endings_and_signs() {
        assert_eq!(plain("营业执照（副本）.pdf"), plain("营业执照 副本"));
        assert_ne!(plain("营业执照"), plain("营业执照副本"));
    }
}
