//! Staff mend what the applicant handed in while they handle the case (CASE-034): a file is added, replaced or taken out,
//! with a reason.
//!
//! Nothing is lost: each change keeps the files before and after, the applicant is told and reads the reason, and what was
//! checked of the material counts no more. What is promised comes in the way it was promised ([`crate::tolerance`]), and
//! a material that has to be there is not emptied. Before acceptance the applicant mends (correction), not the staff.

use platform::files::FileRef;
use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::change::{Change, all_set};
use super::draft::{MaterialFile, put_material, round};
use super::{Casework, Loaded};
use crate::cases::error::CaseError;
use crate::cases::model::EventKind;
use crate::cases::service::tasks::examined;
use crate::cases::store::{case_material, material_change};

/// Topic: staff changed what the applicant handed in.
pub const TOPIC: &str = "case.material_amended";
/// What an event of such a change calls it.
pub(crate) const ACT: &str = "amend_material";
/// Files of one material at most.
const MOST: usize = 30;
/// Changes shown of one material.
const SHOWN: u64 = 100;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmendAct {
    /// A file is put beside the others.
    Add,
    /// A file takes the place of another.
    Replace,
    /// A file is taken out.
    Remove,
}

impl AmendAct {
    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

/// Changes the files of a material.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AmendMaterial {
    /// Version of the page.
    pub version: i64,
    /// What is done.
    pub act: AmendAct,
    /// The file that is replaced or taken out.
    #[serde(default)]
    pub file: Option<Uuid>,
    /// The file, uploaded before, that comes in.
    #[serde(default)]
    pub with: Option<Uuid>,
    /// Why; the applicant reads it too.
    pub reason: String,
}

/// A change that was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaterialChange {
    /// `add`, `replace` or `remove`.
    pub act: String,
    /// In words.
    pub act_label: &'static str,
    /// Files before it, the original among them.
    pub before: Vec<FileRef>,
    /// Files after it.
    pub after: Vec<FileRef>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// Changes of one material, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialChanges {
    /// At most a hundred.
    pub items: Vec<MaterialChange>,
}

fn label(act: &str) -> &'static str {
    match act {
        "add" => "补充",
        "replace" => "更换",
        _ => "去掉",
    }
}

fn told(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        4..=200 => Ok(text.to_owned()),
        _ => {
            Err(Problem::invalid_field("/reason", "required", "写明为什么改、依据是什么，4 到 200 字，申请人也看得到"))
        }
    }
}

fn kept(value: &Json) -> Result<Vec<MaterialFile>> {
    Ok(serde_json::from_value(value.clone())?)
}

impl Casework {
    /// Adds, replaces or takes out a file of a material of a case within reach, while it is examined.
    ///
    /// # Errors
    /// 404 outside reach, 409 for an old page or a case that is not examined, 422 for a wrong file or no reason.
    pub async fn amend_material(&self, caller: &Principal, id: Uuid, key: &str, asked: AmendMaterial) -> Result<()> {
        let reason = told(&asked.reason)?;
        let (casework, who, key) = (self.clone(), caller.clone(), key.to_owned());
        self.act(caller, id, asked.version, "material.amend", move |tx, loaded, change| {
            Box::pin(async move { casework.amended(tx, &who, (loaded, change), &key, (&asked, reason)).await })
        })
        .await
    }

    async fn amended(
        &self,
        tx: &Tx,
        caller: &Principal,
        (loaded, mut change): (Loaded, Change),
        key: &str,
        (asked, reason): (&AmendMaterial, String),
    ) -> Result<Change> {
        if !examined(loaded.state()?) {
            let message = "受理以后、作出决定以前才能改申请材料。受理前要补的，请发补正告知；已经决定的不能再改。";
            return Err(Problem::conflict("not_examined", message));
        }
        let definition = loaded.item.item.material(key).ok_or(CaseError::NotFound)?;
        let id = loaded.row.id;
        let row = case_material::Entity::find_by_id((id, key.to_owned())).one(tx.conn()).await?;
        let handing = row.as_ref().map_or("", |row| row.handing.as_str());
        if handing == "later" || handing == "generated" {
            let message = "这份材料约定后补或者由申请表生成，不在这里改。";
            return Err(Problem::conflict("not_here", message));
        }
        let before = row.as_ref().map(|row| kept(&row.files)).transpose()?.unwrap_or_default();
        let position =
            match asked.act {
                AmendAct::Add => None,
                _ => Some(before.iter().position(|one| Some(one.file.id) == asked.file).ok_or_else(|| {
                    Problem::invalid_field("/file", "unknown_file", "这份文件已经不在了，请刷新后再选")
                })?),
            };
        let mut after = before.clone();
        if asked.act == AmendAct::Remove {
            if before.len() == 1 && definition.necessity == "1" && handing == "upload" {
                let message = "必要材料至少留一份文件，请用“更换”";
                return Err(Problem::invalid_field("/file", "last_file", message));
            }
            if let Some(at) = position {
                after.remove(at);
            }
        } else {
            let new = self.amending_file(tx, caller, &loaded, key, asked).await?;
            match position {
                Some(at) => after.splice(at..=at, [new]).for_each(drop),
                None => after.push(new),
            }
        }
        if after.len() > MOST {
            return Err(Problem::invalid_field("/with", "count", format!("一份材料最多 {MOST} 个文件")));
        }
        let name = definition.name.clone();
        put_material(
            tx,
            case_material::Model {
                case_id: id,
                key: key.to_owned(),
                name: name.clone(),
                handing: if handing.is_empty() { "scan" } else { handing }.to_owned(),
                files: serde_json::to_value(&after)?,
                checks: json!({}),
                note: None,
                updated_at: tx.now(),
            },
        )
        .await?;
        // What was checked was checked of other files.
        case_material::Entity::update_many()
            .col_expr(case_material::Column::Checks, Expr::value(json!({})))
            .filter(case_material::Column::CaseId.eq(id))
            .filter(case_material::Column::Key.eq(key))
            .exec(tx.conn())
            .await?;
        let act = asked.act.as_str();
        change.record(
            &self.platform,
            EventKind::Document,
            format!("{}了申请材料“{name}”的文件。原因：{reason}", label(act)),
            json!({ "act": ACT, "material": key, "how": act, "reason": reason }),
        )?;
        change.announce(TOPIC);
        let names =
            |files: &[MaterialFile]| Value::from(files.iter().map(|one| one.file.name.as_str()).collect::<Vec<_>>());
        let detail = json!({ "case_number": loaded.row.case_number, "material": key, "act": act, "reason": reason });
        let line = Line::by(caller, self.platform.new_id(), "material.amend", format!("case:{id}"), detail);
        tx.audit(
            line.entry().kind(Kind::Change).changed(json!({ key: names(&before) }), json!({ key: names(&after) })),
        );
        let row = material_change::Model {
            id: self.platform.new_id(),
            case_id: id,
            key: key.to_owned(),
            act: act.to_owned(),
            before: serde_json::to_value(before)?,
            after: serde_json::to_value(after)?,
            reason,
            by_id: caller.id,
            by_name: caller.name.clone(),
            at: tx.now(),
        };
        material_change::Entity::insert(all_set::<_, material_change::ActiveModel>(row))
            .exec_without_returning(tx.conn())
            .await?;
        Ok(change)
    }

    /// The file that comes in, checked as the applicant's files are.
    async fn amending_file(
        &self,
        tx: &Tx,
        caller: &Principal,
        loaded: &Loaded,
        key: &str,
        asked: &AmendMaterial,
    ) -> Result<MaterialFile> {
        let missing = || Problem::invalid_field("/with", "required", "选择要放进来的文件");
        let wanted = asked.with.ok_or_else(missing)?;
        let found = platform::files::find(tx.conn(), &[wanted]).await?;
        let unknown = || Problem::invalid_field("/with", "unknown_file", "没有找到上传的文件，请重新上传。");
        let (file, _) = found.into_iter().find(|(_, owner)| *owner == Some(caller.id)).ok_or_else(unknown)?;
        let definition = loaded.item.item.material(key).ok_or(CaseError::NotFound)?;
        super::draft::check_file(definition, &file)
            .map_err(|message| Problem::invalid_field("/with", "file_refused", message))?;
        Ok(MaterialFile { file, round: round::STAFF })
    }

    /// What staff changed of a material of a case within reach.
    ///
    /// # Errors
    /// 404 outside reach.
    pub async fn material_changes(&self, caller: &Principal, id: Uuid, key: &str) -> Result<MaterialChanges> {
        let conn = self.platform.db.read();
        let row = self.head(id).await?;
        self.reaches(conn, caller, &row).await?;
        let rows = changes_of(conn, id, Some(key)).await?;
        let files = |value: &Json| Ok::<_, Problem>(kept(value)?.into_iter().map(|one| one.file).collect::<Vec<_>>());
        let items = rows.into_iter().map(|row| {
            Ok(MaterialChange {
                act_label: label(&row.act),
                before: files(&row.before)?,
                after: files(&row.after)?,
                act: row.act,
                reason: row.reason,
                by: row.by_name,
                at: row.at,
            })
        });
        Ok(MaterialChanges { items: items.collect::<Result<_>>()? })
    }

    /// Whether a file was of the case before staff changed its materials.
    pub(crate) async fn was_of_case(&self, id: Uuid, file: Uuid) -> Result<bool> {
        for row in changes_of(self.platform.db.read(), id, None).await? {
            if kept(&row.before)?.iter().any(|one| one.file.id == file) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

async fn changes_of(conn: &impl ConnectionTrait, id: Uuid, key: Option<&str>) -> Result<Vec<material_change::Model>> {
    use material_change::Column;
    let mut select = material_change::Entity::find().filter(Column::CaseId.eq(id));
    if let Some(key) = key {
        select = select.filter(Column::Key.eq(key));
    }
    Ok(select.order_by_desc(Column::Id).limit(SHOWN).all(conn).await?)
}
