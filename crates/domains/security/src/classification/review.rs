//! Class and level changed by hand and confirmed by another person; every version is kept.

use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};

use super::model::{Export, Masking};
use super::store::{field, field_version};
use crate::Security;

/// Most fields confirmed at once: a page of the list.
pub(crate) const MOST_AT_ONCE: usize = 100;

/// A class and level for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Class.
    pub class: String,
    /// Level.
    pub level: i64,
    /// How a copy masks it.
    pub masking: Masking,
    /// What a file may hold.
    pub export: Export,
    /// Why.
    pub reason: String,
}

impl Security {
    /// A field with its versions, the newest first.
    pub(crate) async fn field(&self, id: Uuid) -> Result<(field::Model, Vec<field_version::Model>)> {
        use sea_orm::QueryOrder;
        let conn = self.platform.db.read();
        let row = field::Entity::find_by_id(id).one(conn).await?.ok_or_else(not_there)?;
        let versions = field_version::Entity::find()
            .filter(field_version::Column::FieldId.eq(id))
            .order_by_desc(field_version::Column::No)
            .all(conn)
            .await?;
        Ok((row, versions))
    }

    /// Proposes another class and level; another person confirms it.
    ///
    /// # Errors
    /// 422 names what is wrong, 409 for an old page.
    pub async fn propose_field(&self, caller: &Principal, id: Uuid, version: i64, wanted: Proposal) -> Result<()> {
        self.check(&wanted)?;
        let reason = crate::text("/reason", &wanted.reason, "请写明为什么这样分。")?;
        let wanted = Proposal { reason, ..wanted };
        let row = field::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_there)?;
        if row.version != version {
            return Err(Problem::stale());
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "classify.edit",
            subject(&row),
            json!({ "act": "propose", "reason": wanted.reason }),
        )
        .entry()
        .changed(
            content(&row.class, row.level, &row.masking, &row.export),
            content(&wanted.class, wanted.level, wanted.masking.as_str(), wanted.export.as_str()),
        );
        let (version_id, caller) = (self.platform.new_id(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    renew(tx, row, version_id, "hand", Some(&caller), wanted).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Confirms what is proposed; never who proposed it.
    ///
    /// # Errors
    /// 403 for the proposer, 409 when nothing waits or for an old page.
    pub async fn confirm_field(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        self.confirm_fields(caller, vec![(id, version)], text).await.map(|_| ())
    }

    /// Confirms several at once, all or none; returns how many.
    ///
    /// # Errors
    /// As for one, naming the column.
    pub async fn confirm_fields(&self, caller: &Principal, wanted: Vec<(Uuid, i64)>, text: &str) -> Result<usize> {
        if wanted.is_empty() || wanted.len() > MOST_AT_ONCE {
            return Err(Problem::invalid_field("/items", "count", format!("一次确认 1 到 {MOST_AT_ONCE} 列。")));
        }
        let text = text.trim().chars().take(1_000).collect::<String>();
        let mut rows = Vec::with_capacity(wanted.len());
        for (id, version) in wanted {
            let row = field::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_there)?;
            if row.version != version {
                return Err(Problem::stale());
            }
            if row.state != "proposed" {
                return Err(nothing_waits(&row));
            }
            if row.proposed_by == Some(caller.id) {
                return Err(Problem::forbidden(format!("{} 的分级是您提出的，要由另一位有权限的人确认。", name(&row))));
            }
            rows.push(row);
        }
        let count = rows.len();
        let lines: Vec<_> = rows.iter().map(|row| self.decision_line(caller, row, "confirm", &text)).collect();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for row in rows {
                        confirm(tx, row, &caller, &text).await?;
                    }
                    lines.into_iter().for_each(|line| tx.audit(line));
                    Ok(count)
                })
            })
            .await
    }

    /// Says no to what was proposed by hand or by a scan: what was in force before counts again.
    ///
    /// # Errors
    /// 409 when nothing waits, or when nothing was in force before: then another class is proposed.
    pub async fn reject_field(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let text = crate::text("/text", text, "请写明为什么不同意。")?;
        let row = field::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_there)?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if row.state != "proposed" {
            return Err(nothing_waits(&row));
        }
        if row.proposed_by == Some(caller.id) {
            return Err(Problem::forbidden("分级是您提出的，要由另一位有权限的人复核。"));
        }
        if row.held_no == 0 {
            return Err(Problem::conflict(
                "nothing_before",
                "这一列还没有确认过的分级。不合适的话，请改成合适的，再由别人确认。",
            ));
        }
        let line = self.decision_line(caller, &row, "reject", &text);
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    decide(tx, id, "rejected", &caller, &text).await?;
                    let held = field_version::Entity::find()
                        .filter(field_version::Column::FieldId.eq(id))
                        .filter(field_version::Column::No.eq(row.held_no))
                        .one(tx.conn())
                        .await?
                        .ok_or_else(not_there)?;
                    let mut next = row;
                    (next.class, next.level, next.masking) = (held.class, held.level, held.masking);
                    (next.export, next.source) = (held.export, held.source);
                    "confirmed".clone_into(&mut next.state);
                    next.proposed_by = None;
                    store(tx, next).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    fn decision_line(&self, caller: &Principal, row: &field::Model, act: &str, text: &str) -> Line {
        let detail = json!({ "act": act, "class": row.class, "level": row.level, "text": text });
        Line::by(caller, self.platform.new_id(), "classify.review", subject(row), detail)
    }

    /// What is wrong with a proposal.
    fn check(&self, wanted: &Proposal) -> Result<()> {
        let mut faults = Vec::new();
        match self.pack.class(&wanted.class) {
            None => faults.push(FieldProblem::new("/class", "option", "请从名单里选分类。")),
            Some(class) if wanted.level < class.least => faults.push(FieldProblem::new(
                "/level",
                "too_low",
                format!("{}不低于 {} 级。", class.label, class.least),
            )),
            Some(_) => {}
        }
        if !(1..=4).contains(&wanted.level) {
            faults.push(FieldProblem::new("/level", "option", "级别选一级到四级。"));
        }
        if !wanted.masking.enough_for(wanted.level) {
            faults.push(FieldProblem::new("/masking", "too_weak", "三级和四级不能不脱敏，也不能只打乱。"));
        }
        if !wanted.export.enough_for(wanted.level) {
            faults.push(FieldProblem::new("/export", "too_wide", "三级和四级不能原样导出，选遮住导出或者不能导出。"));
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

/// Writes a new version that waits, in place of one that waited before.
pub(crate) async fn renew(
    tx: &Tx,
    row: field::Model,
    version_id: Uuid,
    source: &str,
    by: Option<&Principal>,
    wanted: Proposal,
) -> Result<field::Model> {
    let last = field_version::Entity::find().filter(field_version::Column::FieldId.eq(row.id)).count(tx.conn()).await?;
    let waiting = field_version::Entity::update_many()
        .col_expr(field_version::Column::State, Expr::value("rejected"))
        .col_expr(field_version::Column::Decision, Expr::value("后来有了新的提议"))
        .filter(field_version::Column::FieldId.eq(row.id))
        .filter(field_version::Column::State.eq("proposed"));
    waiting.exec(tx.conn()).await?;
    field_version::Entity::insert(field_version::ActiveModel {
        id: Set(version_id),
        field_id: Set(row.id),
        no: Set(i64::try_from(last).unwrap_or(i64::MAX - 1) + 1),
        class: Set(wanted.class.clone()),
        level: Set(wanted.level),
        masking: Set(wanted.masking.as_str().to_owned()),
        export: Set(wanted.export.as_str().to_owned()),
        source: Set(source.to_owned()),
        state: Set("proposed".to_owned()),
        reason: Set(wanted.reason),
        by_name: Set(by.map_or_else(|| "系统".to_owned(), |by| by.name.clone())),
        at: Set(tx.now()),
        decided_by_name: Set(None),
        decided_at: Set(None),
        decision: Set(String::new()),
    })
    .exec_without_returning(tx.conn())
    .await?;
    let mut next = row;
    (next.class, next.level) = (wanted.class, wanted.level);
    wanted.masking.as_str().clone_into(&mut next.masking);
    wanted.export.as_str().clone_into(&mut next.export);
    source.clone_into(&mut next.source);
    "proposed".clone_into(&mut next.state);
    next.proposed_by = by.map(|by| by.id);
    store(tx, next).await
}

/// Puts what waits into force.
pub(crate) async fn confirm(tx: &Tx, row: field::Model, by: &Principal, text: &str) -> Result<field::Model> {
    let no = decide(tx, row.id, "confirmed", by, text).await?;
    let mut next = row;
    "confirmed".clone_into(&mut next.state);
    next.proposed_by = None;
    next.held_no = no;
    next.held_level = next.level;
    next.held_masking.clone_from(&next.masking);
    next.held_export.clone_from(&next.export);
    store(tx, next).await
}

/// Ends the wait of the newest version; its number.
async fn decide(tx: &Tx, id: Uuid, state: &str, by: &Principal, text: &str) -> Result<i64> {
    let waiting = field_version::Entity::find()
        .filter(field_version::Column::FieldId.eq(id))
        .filter(field_version::Column::State.eq("proposed"))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::stale)?;
    field_version::Entity::update_many()
        .col_expr(field_version::Column::State, Expr::value(state))
        .col_expr(field_version::Column::DecidedByName, Expr::value(Some(by.name.clone())))
        .col_expr(field_version::Column::DecidedAt, Expr::value(Some(tx.now())))
        .col_expr(field_version::Column::Decision, Expr::value(text))
        .filter(field_version::Column::Id.eq(waiting.id))
        .exec(tx.conn())
        .await?;
    Ok(waiting.no)
}

async fn store(tx: &Tx, mut row: field::Model) -> Result<field::Model> {
    let (id, version) = (row.id, row.version);
    row.version += 1;
    let active = sea_orm::ActiveModelTrait::reset_all(field::ActiveModel::from(row.clone()));
    let changed = field::Entity::update_many()
        .set(active)
        .filter(field::Column::Id.eq(id))
        .filter(field::Column::Version.eq(version))
        .exec(tx.conn())
        .await?;
    if changed.rows_affected == 0 { Err(Problem::stale()) } else { Ok(row) }
}

/// `table.column`.
pub(crate) fn name(row: &field::Model) -> String {
    format!("{}.{}", row.table_name, row.column_name)
}

fn subject(row: &field::Model) -> String {
    format!("field:{}", name(row))
}

fn content(class: &str, level: i64, masking: &str, export: &str) -> Value {
    json!({ "class": class, "level": level, "masking": masking, "export": export })
}

fn not_there() -> Problem {
    Problem::not_found("没有找到这一列。")
}

fn nothing_waits(row: &field::Model) -> Problem {
    Problem::conflict("nothing_waits", format!("{} 没有等确认的分级，请刷新后再看。", name(row)))
}
