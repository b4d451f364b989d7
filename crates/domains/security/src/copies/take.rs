//! Copies read, downloaded, removed.

use bytes::Bytes;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde_json::json;

use super::store::{copy, copy_file};
use crate::Security;

/// States of a copy.
pub const STATES: [(&str, &str); 4] =
    [("running", "正在生成"), ("done", "已生成"), ("expired", "已到期删除"), ("discarded", "已删除")];

impl Security {
    /// Copies, the newest first, with how many there are.
    pub(crate) async fn copies(&self, before: Option<Uuid>, limit: u64) -> Result<(Vec<copy::Model>, u64)> {
        let conn = self.platform.db.read();
        let total = copy::Entity::find().count(conn).await?;
        let mut query = copy::Entity::find().order_by_desc(copy::Column::Id).limit(limit);
        if let Some(before) = before {
            query = query.filter(copy::Column::Id.lt(before));
        }
        Ok((query.all(conn).await?, total))
    }

    /// One copy with its files.
    pub(crate) async fn copy(&self, id: Uuid) -> Result<(copy::Model, Vec<copy_file::Model>)> {
        let row = copy::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_there)?;
        let files = self.copy_files(id).await?;
        Ok((row, files))
    }

    pub(super) async fn copy_files(&self, id: Uuid) -> Result<Vec<copy_file::Model>> {
        Ok(copy_file::Entity::find()
            .filter(copy_file::Column::CopyId.eq(id))
            .order_by_asc(copy_file::Column::No)
            .all(self.platform.db.read())
            .await?)
    }

    /// One file of a finished copy; taking it is logged with its rows.
    ///
    /// # Errors
    /// 404 when there is none, 409 while it is being made or after its end.
    pub async fn take_copy_file(&self, caller: &Principal, id: Uuid, file: Uuid) -> Result<(FileRef, Bytes)> {
        let (row, list) = self.copy(id).await?;
        let found = list.into_iter().find(|one| one.id == file).ok_or_else(not_there)?;
        if row.state == "running" {
            return Err(Problem::conflict("not_ready", "副本还在生成，完成后再下载。"));
        }
        if row.state != "done" || row.expires_at <= self.platform.now() {
            return Err(Problem::conflict("expired", "副本已到期或已删除，不能下载。还要用的话，请重新生成。"));
        }
        let taken = files::read(&self.platform, found.file_id).await?;
        let detail = json!({ "table": found.table_name, "rows": found.rows_in, "digest": found.digest });
        let line = Line::by(caller, self.platform.new_id(), "copy.download", format!("copy:{id}"), detail);
        self.platform.leave(line).await?;
        Ok(taken)
    }

    /// Removes a copy before its time.
    ///
    /// # Errors
    /// 409 for an old page or when it is gone already.
    pub async fn discard_copy(&self, caller: &Principal, id: Uuid, version: i64, reason: &str) -> Result<()> {
        let reason = crate::text("/reason", reason, "请写明为什么删除。")?;
        let (row, _) = self.copy(id).await?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if !["running", "done"].contains(&row.state.as_str()) {
            return Err(Problem::conflict("gone", "副本已经删除。"));
        }
        let detail = json!({ "reason": reason });
        let line = Line::by(caller, self.platform.new_id(), "copy.discard", format!("copy:{id}"), detail);
        self.end_copy(row, "discarded", line).await
    }

    /// Removes the files of copies whose time is over; returns how many copies.
    ///
    /// # Errors
    /// When the disk or the database refuses; the next minute tries again.
    pub async fn expire_copies(&self) -> Result<usize> {
        let over = copy::Entity::find()
            .filter(copy::Column::State.is_in(["running", "done"]))
            .filter(copy::Column::ExpiresAt.lte(self.platform.now()))
            .limit(20)
            .all(self.platform.db.read())
            .await?;
        let count = over.len();
        for row in over {
            let line = Line {
                id: self.platform.new_id(),
                actor_id: None,
                actor_name: "系统".to_owned(),
                action: "copy.expired",
                subject: format!("copy:{}", row.id),
                detail: json!({ "rows": row.rows_done }),
            };
            self.end_copy(row, "expired", line).await?;
        }
        Ok(count)
    }

    async fn end_copy(&self, row: copy::Model, state: &'static str, line: Line) -> Result<()> {
        let list: Vec<Uuid> = self.copy_files(row.id).await?.into_iter().map(|file| file.file_id).collect();
        let (id, version) = (row.id, row.version);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let changed = copy::Entity::update_many()
                        .col_expr(copy::Column::State, Expr::value(state))
                        .col_expr(copy::Column::RunKeySealed, Expr::value(None::<String>))
                        .col_expr(copy::Column::Version, Expr::value(version + 1))
                        .filter(copy::Column::Id.eq(id))
                        .filter(copy::Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        // After the commit: who still reads the row must not meet a file that is gone.
        files::remove_made(&self.platform, &list).await
    }
}

fn not_there() -> Problem {
    Problem::not_found("没有这份副本。")
}
