//! Hand materials in: which files, of whom, in which way.

use identity::delegation::Action;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::cases::model::{Channel, State};
use crate::cases::service::acting::{Standing, Step};
use crate::cases::service::change::{Change, all_set};
use crate::cases::service::correction::{asked_for, asked_items};
use crate::cases::service::judge::Handed;
use crate::cases::service::{Casework, Loaded, fresh};
use crate::cases::store::{self, case, case_material};

/// Rounds in which files of a material come in.
pub mod round {
    /// With the application.
    pub const APPLICATION: i64 = 1;
    /// With the correction.
    pub const CORRECTION: i64 = 2;
    /// Promised at acceptance and brought later.
    pub const PROMISED: i64 = 3;
    /// Put in by staff.
    pub const STAFF: i64 = 4;
    /// Given by another body.
    pub const OTHER_BODY: i64 = 5;
}

/// One file of a material with the round it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialFile {
    /// File.
    #[serde(flatten)]
    pub file: FileRef,
    /// One of [`round`].
    pub round: i64,
}

/// Hands a material in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandMaterial {
    /// Version of the page.
    pub version: i64,
    /// Files, uploaded before.
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// `upload`, `licence`, `window` or `later`.
    pub handing: String,
}

impl Casework {
    /// Hands a material in, in a draft or during a correction.
    ///
    /// # Errors
    /// 422 for a wrong type or size, a file of someone else, or a way that is not open.
    pub async fn hand_material(&self, caller: &Principal, id: Uuid, key: &str, hand: HandMaterial) -> Result<()> {
        let action = if hand.handing == "licence" { Action::UseLicence } else { Action::Upload };
        let step = Step::with(action, key, &self.material_name(id, key).await?);
        let (account, doing) = (caller.id, step.clone());
        let casework = self.clone();
        let caller = caller.clone();
        let key = key.to_owned();
        let handed = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &caller, id, &step).await?;
                    fresh(&loaded.row, hand.version)?;
                    if !matches!(loaded.state()?, State::Draft | State::Correction) {
                        return Err(Problem::conflict(
                            "materials_closed",
                            "现在不能改材料。要补材料的话，等窗口发出补正告知。",
                        ));
                    }
                    if loaded.state()? == State::Correction {
                        let around = store::around(tx.conn(), id).await?;
                        asked_for(&asked_items(&around.events), &key)?;
                    }
                    let row = casework.material_row(tx.conn(), &loaded, &key, &hand, Some(caller.id)).await?;
                    put_material(tx, row).await?;
                    if action == Action::UseLicence {
                        tx.audit(casework.licence_use(&caller, &loaded, &key, &standing));
                    }
                    let row = Change::of(loaded.row, standing.actor(&caller)).save(&casework.platform, tx).await?;
                    casework.record_step(tx, &caller, &row, &standing, &step).await
                })
            })
            .await;
        self.noted(account, id, &doing, handed).await
    }

    /// Files of the present round that lie at a material of an own draft or correction, for whoever adds to them.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn handed_files(&self, caller: &Principal, id: Uuid, key: &str) -> Result<Vec<Uuid>> {
        let (row, _) = self.mine(caller, id, Action::Read).await?;
        let round = if row.correction_asked { 2 } else { 1 };
        let found = case_material::Entity::find_by_id((id, key.to_owned())).one(self.platform.db.read()).await?;
        let files: Vec<MaterialFile> =
            found.map(|row| serde_json::from_value(row.files)).transpose()?.unwrap_or_default();
        Ok(files.into_iter().filter(|one| one.round == round).map(|one| one.file.id).collect())
    }

    /// Every use of a licence in place of a material leaves a line: by whom, for whom, under which
    /// grant (DATASEC-012).
    pub(crate) fn licence_use(&self, caller: &Principal, loaded: &Loaded, key: &str, standing: &Standing) -> Line {
        let licence = loaded.item.item.material(key).and_then(|material| material.licence_type.clone());
        self.use_line(caller, &loaded.row, standing, json!({ "material": key, "licence_type": licence }))
    }

    /// The same for the licence an application is about: what stands on it is read and filled in.
    pub(crate) fn old_licence_use(
        &self,
        caller: &Principal,
        row: &case::Model,
        old: Uuid,
        standing: &Standing,
    ) -> Line {
        self.use_line(caller, row, standing, json!({ "old_licence": old }))
    }

    fn use_line(&self, caller: &Principal, row: &case::Model, standing: &Standing, mut detail: Value) -> Line {
        detail["of"] = json!(row.applicant_name);
        detail["grant"] = json!(standing.authority.as_ref().map(|authority| authority.grant_id));
        Line::by(caller, self.platform.new_id(), "licence.use", format!("case:{}", row.id), detail)
    }

    /// Name of a material of a case's item, for what people read; its key when there is none.
    pub(crate) async fn material_name(&self, id: Uuid, key: &str) -> Result<String> {
        let Some(row) = case::Entity::find_by_id(id).one(self.platform.db.read()).await? else {
            return Ok(key.to_owned());
        };
        let loaded = self.with_item(row).await?;
        Ok(loaded.item.item.material(key).map_or(key, |material| material.name.as_str()).to_owned())
    }

    /// Checks the files of a material and makes its row.
    #[expect(clippy::too_many_arguments, reason = "one private step of three acts; a struct would only rename them")]
    pub(crate) fn material_row_of(
        &self,
        loaded: &Loaded,
        key: &str,
        handing: &str,
        ids: &[Uuid],
        found: &[(FileRef, Option<Uuid>)],
        owner: Option<Uuid>,
        round: i64,
    ) -> Result<case_material::Model> {
        let pointer = format!("/materials/{key}");
        let material = loaded.item.item.material(key).ok_or_else(|| {
            Problem::invalid_field(&pointer, "unknown_material", "这个事项没有这份材料，请刷新后再传。")
        })?;
        let seen = [Channel::Window.as_str(), Channel::Exchange.as_str()];
        let other_body = crate::cases::service::external::message::carried().is_some();
        let at_counter = other_body || seen.contains(&loaded.row.channel.as_str());
        // Paper in hand is something only a clerk, or another body's system, can have seen.
        let open = match handing {
            "upload" | "licence" | "window" | "later" => true,
            "paper" | "scan" => at_counter,
            _ => false,
        };
        if !open {
            return Err(Problem::invalid_field(&pointer, "option", "选择这份材料怎么交"));
        }
        let mut kept = Vec::new();
        for id in ids {
            // A file of someone else is as absent as one that never was.
            let file = found
                .iter()
                .find(|(file, by)| file.id == *id && (owner.is_none() || *by == owner))
                .map(|(file, _)| file.clone())
                .ok_or_else(|| Problem::invalid_field(&pointer, "unknown_file", "没有找到上传的文件，请重新上传。"))?;
            check_file(material, &file).map_err(|message| Problem::invalid_field(&pointer, "file_refused", message))?;
            kept.push(MaterialFile { file, round });
        }
        Ok(case_material::Model {
            case_id: loaded.row.id,
            key: key.to_owned(),
            name: material.name.clone(),
            handing: handing.to_owned(),
            files: serde_json::to_value(kept)?,
            checks: json!({}),
            note: None,
            updated_at: self.platform.now(),
        })
    }

    /// The row of a material handed in now; files of an earlier round stay in front of the new ones.
    pub(crate) async fn material_row(
        &self,
        conn: &impl ConnectionTrait,
        loaded: &Loaded,
        key: &str,
        hand: &HandMaterial,
        owner: Option<Uuid>,
    ) -> Result<case_material::Model> {
        let round = if loaded.row.correction_asked { 2 } else { 1 };
        let mut found = files::find(conn, &hand.files).await?;
        let before = case_material::Entity::find_by_id((loaded.row.id, key.to_owned())).one(conn).await?;
        let before: Vec<MaterialFile> =
            before.map(|row| serde_json::from_value(row.files)).transpose()?.unwrap_or_default();
        // What another member of the applicant's side handed in for this material may stay beside
        // one's own files (IDENT-021).
        for (file, by) in &mut found {
            if before.iter().any(|one| one.file.id == file.id) {
                *by = owner;
            }
        }
        let mut row = self.material_row_of(loaded, key, &hand.handing, &hand.files, &found, owner, round)?;
        if round > 1 && !before.is_empty() {
            let mut all = before;
            all.retain(|file| file.round < round);
            all.extend(serde_json::from_value::<Vec<MaterialFile>>(row.files)?);
            row.files = serde_json::to_value(all)?;
        }
        Ok(row)
    }
}

pub(crate) fn handed(materials: &[case_material::Model], key: &str) -> Handed {
    materials.iter().find(|row| row.key == key).map_or_else(Handed::default, |row| Handed {
        handing: row.handing.clone(),
        has_files: row.files.as_array().is_some_and(|files| !files.is_empty()),
    })
}

pub(crate) fn check_file(material: &catalogue::items::model::Material, file: &FileRef) -> Result<(), String> {
    let kind = match file.media_type.as_str() {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        other if other.ends_with("wordprocessingml.document") => "docx",
        other if other.ends_with("spreadsheetml.sheet") => "xlsx",
        _ => "",
    };
    if !material.file_types.iter().any(|allowed| allowed == kind || (allowed == "jpeg" && kind == "jpg")) {
        let allowed = material.file_types.iter().map(|kind| kind.to_uppercase()).collect::<Vec<_>>().join("、");
        return Err(format!("“{}”的格式不对，请换成 {allowed}", file.name));
    }
    if file.size > i64::from(material.max_mb) * 1024 * 1024 {
        return Err(format!("“{}”超过 {} MB，请压缩后再上传", file.name, material.max_mb));
    }
    Ok(())
}

pub(crate) async fn put_material(tx: &Tx, row: case_material::Model) -> Result<()> {
    use case_material::Column;
    case_material::Entity::insert(all_set::<_, case_material::ActiveModel>(row))
        .on_conflict(
            OnConflict::columns([Column::CaseId, Column::Key])
                .update_columns([Column::Name, Column::Handing, Column::Files, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
