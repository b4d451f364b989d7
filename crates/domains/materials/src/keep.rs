//! Keeping a paper: a new one, or the next version of one that is there.

use platform::files::FileRef;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::Uuid;
use serde_json::json;
use time::Date;

use crate::Materials;
use crate::store::{self, material, version};

/// Whose paper it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// `person` or `enterprise`.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Raw; sealed before it is written.
    pub(crate) number: String,
    pub(crate) account: Option<Uuid>,
}

/// Where a paper is from and what it is.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) holder: Holder,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) source: &'static str,
    pub(crate) source_key: String,
    /// The key it had before, where this one takes its place.
    pub(crate) replaces: Option<String>,
    pub(crate) source_name: String,
    pub(crate) org_id: Option<Uuid>,
    pub(crate) item_slug: String,
    pub(crate) taken_at: Option<Uuid>,
    pub(crate) version: NewVersion,
}

/// What a version holds.
#[derive(Debug, Clone)]
pub(crate) struct NewVersion {
    pub(crate) file: FileRef,
    /// SM3, hex.
    pub(crate) digest: String,
    pub(crate) valid_from: Option<Date>,
    pub(crate) valid_until: Option<Date>,
    pub(crate) came_from: String,
    pub(crate) by_name: String,
}

pub(crate) fn holder_place(id: Uuid) -> String {
    format!("material:{id}:holder")
}

impl Materials {
    /// A row of a version.
    pub(crate) fn version_row(&self, material: Uuid, no: i64, new: &NewVersion) -> Result<version::Model> {
        Ok(version::Model {
            id: self.platform.new_id(),
            material_id: material,
            no,
            file_id: new.file.id,
            file: serde_json::to_value(&new.file)?,
            digest: new.digest.clone(),
            valid_from: new.valid_from.map(|day| day.to_string()),
            valid_until: new.valid_until.map(|day| day.to_string()),
            came_from: new.came_from.clone(),
            by_name: new.by_name.clone(),
            at: self.platform.now(),
        })
    }

    /// Keeps a paper; equal content with equal dates adds no version. Gives the paper and the number of its version.
    pub(crate) async fn keep_in(&self, tx: &Tx, incoming: Incoming) -> Result<(Uuid, i64)> {
        let conn = tx.conn();
        let mut known = store::by_key(conn, &incoming.source_key).await?;
        if known.is_none()
            && let Some(before) = &incoming.replaces
        {
            known = store::by_key(conn, before).await?;
        }
        let new = &incoming.version;
        let (from, until) = (new.valid_from.map(|day| day.to_string()), new.valid_until.map(|day| day.to_string()));
        let Some(mut row) = known else {
            let id = self.platform.new_id();
            let Holder { kind: holder_kind, name: holder_name, number, account } = incoming.holder.clone();
            let row = material::Model {
                id,
                version: 1,
                holder_index: self.platform.blind_index(&number),
                holder_id_sealed: self.platform.seal(&number, &holder_place(id)),
                holder_kind,
                holder_name,
                account_id: account,
                category: self.rules.category(&incoming.kind, &incoming.name, incoming.source).to_owned(),
                name: incoming.name.clone(),
                kind: incoming.kind.clone(),
                placed: false,
                source: incoming.source.to_owned(),
                source_key: incoming.source_key.clone(),
                source_name: incoming.source_name.clone(),
                org_id: incoming.org_id,
                item_slug: incoming.item_slug.clone(),
                taken_at: incoming.taken_at,
                last_no: 1,
                valid_from: from,
                valid_until: until,
                state: "kept".to_owned(),
                void_reason: String::new(),
                hidden: false,
                reminded: String::new(),
                added_at: tx.now(),
                changed_at: tx.now(),
            };
            store::insert(conn, row).await?;
            store::insert_version(conn, self.version_row(id, 1, new)?).await?;
            tx.audit(self.kept_line(id, 1, &incoming));
            return Ok((id, 1));
        };
        let last = store::version_no(conn, row.id, row.last_no)
            .await?
            .ok_or_else(|| Problem::internal(format!("material {} has no version {}", row.id, row.last_no)))?;
        let same = last.digest == new.digest && last.valid_until == until && last.valid_from == from;
        if same && row.state == "kept" && row.source_key == incoming.source_key {
            return Ok((row.id, row.last_no));
        }
        row.last_no += 1;
        row.source_key.clone_from(&incoming.source_key);
        row.source_name.clone_from(&incoming.source_name);
        row.name.clone_from(&incoming.name);
        (row.valid_from, row.valid_until) = (from, until);
        row.state = "kept".to_owned();
        row.void_reason = String::new();
        // What its owner took out of the disk shows again when there is something new.
        row.hidden = false;
        row.reminded = String::new();
        row.changed_at = tx.now();
        let (id, no) = (row.id, row.last_no);
        store::insert_version(conn, self.version_row(id, no, new)?).await?;
        store::update(conn, row).await?;
        tx.audit(self.kept_line(id, no, &incoming));
        Ok((id, no))
    }

    fn kept_line(&self, id: Uuid, no: i64, incoming: &Incoming) -> Line {
        Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: incoming.version.by_name.clone(),
            action: "material.keep",
            subject: format!("material:{id}"),
            detail: json!({ "no": no, "source": incoming.source, "digest": incoming.version.digest }),
        }
    }
}
