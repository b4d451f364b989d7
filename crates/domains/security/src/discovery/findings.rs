//! What a scan found, decided by a steward: accepted it changes the column's class and level at once
//! (the scan proposed, a person confirms), dismissed it stays so in later scans.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde_json::json;

use super::detect::Detector;
use super::store::{finding, scan};
use crate::Security;
use crate::classification::model::{Export, Masking};
use crate::classification::review::{Proposal, confirm, renew};
use crate::classification::store::field;

/// States of a finding.
pub const STATES: [(&str, &str); 4] =
    [("open", "待确认"), ("accepted", "已采纳"), ("dismissed", "不是"), ("covered", "级别已够")];

impl Security {
    /// Scans, the newest first, with how many there are.
    pub(crate) async fn scans(&self, before: Option<Uuid>, limit: u64) -> Result<(Vec<scan::Model>, u64)> {
        let conn = self.platform.db.read();
        let total = scan::Entity::find().count(conn).await?;
        let mut query = scan::Entity::find().order_by_desc(scan::Column::Id).limit(limit);
        if let Some(before) = before {
            query = query.filter(scan::Column::Id.lt(before));
        }
        Ok((query.all(conn).await?, total))
    }

    /// Findings in a state, the gravest first; rows, total, and how many are open.
    pub(crate) async fn findings(
        &self,
        state: Option<&str>,
        after: Option<(i64, Uuid)>,
        limit: u64,
    ) -> Result<(Vec<finding::Model>, u64, u64)> {
        let conn = self.platform.db.read();
        let mut wanted = sea_orm::Condition::all();
        if let Some(state) = state.map(str::trim).filter(|state| !state.is_empty()) {
            wanted = wanted.add(finding::Column::State.eq(state));
        }
        let total = finding::Entity::find().filter(wanted.clone()).count(conn).await?;
        let open = finding::Entity::find().filter(finding::Column::State.eq("open")).count(conn).await?;
        let mut query = finding::Entity::find()
            .filter(wanted)
            .order_by_desc(finding::Column::Level)
            .order_by_asc(finding::Column::Id)
            .limit(limit);
        if let Some((level, id)) = after {
            query =
                query.filter(sea_orm::Condition::any().add(finding::Column::Level.lt(level)).add(
                    sea_orm::Condition::all().add(finding::Column::Level.eq(level)).add(finding::Column::Id.gt(id)),
                ));
        }
        Ok((query.all(conn).await?, total, open))
    }

    /// Takes the proposal of a finding over: the column's new version is confirmed by this person.
    ///
    /// # Errors
    /// 409 when it is decided already or the page is old.
    pub async fn accept_finding(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let text = text.trim().chars().take(1_000).collect::<String>();
        let found = self.open_finding(id, version).await?;
        let content = Detector::parse(&found.detector).and_then(|what| self.pack.content(what));
        let Some(content) = content.cloned() else {
            return Err(Problem::conflict("no_such_content", "现在的规则里没有这种内容了，请重新扫描。"));
        };
        let row = field::Entity::find_by_id(found.field_id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有找到这一列。"))?;
        let masking = Masking::parse(&row.masking);
        let export = Export::parse(&row.export);
        let wanted = Proposal {
            class: content.class.clone(),
            level: content.level,
            masking: if masking.enough_for(content.level) { masking } else { content.masking },
            export: if export.enough_for(content.level) { export } else { Export::Masked },
            reason: format!("扫描发现{}：样本 {} 个，其中 {} 个", content.label, found.sampled, found.hits),
        };
        let line = self.finding_line(caller, "accept", &found, &text);
        let (version_id, caller) = (self.platform.new_id(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = renew(tx, row, version_id, "content", None, wanted).await?;
                    confirm(tx, row, &caller, &text).await?;
                    decide(tx, &found, "accepted", &caller, &text).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Says that a finding is none.
    ///
    /// # Errors
    /// 422 without a reason, 409 when it is decided already or the page is old.
    pub async fn dismiss_finding(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let text = crate::text("/text", text, "请写明为什么不是。")?;
        let found = self.open_finding(id, version).await?;
        let line = self.finding_line(caller, "dismiss", &found, &text);
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    decide(tx, &found, "dismissed", &caller, &text).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    async fn open_finding(&self, id: Uuid, version: i64) -> Result<finding::Model> {
        let found = finding::Entity::find_by_id(id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有这条发现。"))?;
        if found.version != version {
            return Err(Problem::stale());
        }
        if found.state != "open" {
            return Err(Problem::conflict("decided", "这条发现已经处理过了，请刷新后再看。"));
        }
        Ok(found)
    }

    fn finding_line(&self, caller: &Principal, act: &str, found: &finding::Model, text: &str) -> Line {
        let detail = json!({ "act": act, "content": found.detector, "level": found.level, "text": text });
        let subject = format!("field:{}.{}", found.table_name, found.column_name);
        Line::by(caller, self.platform.new_id(), "discovery.decide", subject, detail)
    }
}

async fn decide(tx: &Tx, found: &finding::Model, state: &str, by: &Principal, text: &str) -> Result<()> {
    let changed = finding::Entity::update_many()
        .col_expr(finding::Column::State, Expr::value(state))
        .col_expr(finding::Column::DecidedByName, Expr::value(Some(by.name.clone())))
        .col_expr(finding::Column::DecidedAt, Expr::value(Some(tx.now())))
        .col_expr(finding::Column::Reason, Expr::value(text))
        .col_expr(finding::Column::Version, Expr::value(found.version + 1))
        .filter(finding::Column::Id.eq(found.id))
        .filter(finding::Column::Version.eq(found.version))
        .exec(tx.conn())
        .await?;
    if changed.rows_affected == 0 { Err(Problem::stale()) } else { Ok(()) }
}
