//! Grades 人员数据级别: the highest level a role or a staff user sees raw. One person proposes, another
//! decides; until then the grade before counts.

use std::collections::BTreeMap;

use platform::web::guard::{Audience, Principal};
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use super::policy::UNGRADED;
use super::store::grade;
use crate::Security;

/// A grade as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    /// `role:<key>` or `staff:<id>`.
    pub subject: String,
    /// Name.
    pub label: String,
    /// Level in force.
    pub level: i64,
    /// Whether somebody set it, instead of the pack.
    pub set: bool,
    /// Level that waits.
    pub pending: Option<i64>,
    /// Who proposed it.
    pub pending_by: Option<Uuid>,
    /// Name of who proposed it.
    pub pending_by_name: String,
    /// Why.
    pub reason: String,
    /// Who changed it last.
    pub changed_by_name: String,
    /// When.
    pub changed_at: Option<OffsetDateTime>,
    /// 0 = never touched.
    pub version: i64,
}

impl Security {
    /// Grades of all roles of the desk, built in or a city's own, then of the staff graded by name.
    pub(crate) async fn grades(&self) -> Result<Vec<Grade>> {
        let mut rows: BTreeMap<String, grade::Model> = grade::Entity::find()
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| (row.subject.clone(), row))
            .collect();
        let mut found = Vec::new();
        let book = self.identity.role_book().await?;
        for (key, role) in book.iter().filter(|(_, role)| role.audience == Audience::Desk) {
            let subject = format!("role:{key}");
            let by_pack = self.pack.grades.get(key).copied().unwrap_or(UNGRADED);
            found.push(match rows.remove(&subject) {
                Some(row) => grade_of(row, by_pack, Some(&role.label)),
                None => Grade {
                    subject,
                    label: role.label.clone(),
                    level: by_pack,
                    set: false,
                    pending: None,
                    pending_by: None,
                    pending_by_name: String::new(),
                    reason: String::new(),
                    changed_by_name: String::new(),
                    changed_at: None,
                    version: 0,
                },
            });
        }
        found.extend(rows.into_values().map(|row| grade_of(row, UNGRADED, None)));
        Ok(found)
    }

    async fn grade(&self, subject: &str) -> Result<Grade> {
        let found = self.grades().await?.into_iter().find(|grade| grade.subject == subject);
        if let Some(grade) = found {
            return Ok(grade);
        }
        let staff = match subject.strip_prefix("staff:").and_then(|id| Uuid::parse_str(id).ok()) {
            Some(id) => self.identity.staff_holding("staff.me").await?.into_iter().find(|staff| staff.id == id),
            None => None,
        };
        let Some(staff) = staff else { return Err(Problem::not_found("没有这个岗位或人员。")) };
        Ok(Grade {
            subject: subject.to_owned(),
            label: staff.name,
            level: UNGRADED,
            set: false,
            pending: None,
            pending_by: None,
            pending_by_name: String::new(),
            reason: String::new(),
            changed_by_name: String::new(),
            changed_at: None,
            version: 0,
        })
    }

    /// Proposes a grade.
    ///
    /// # Errors
    /// 422 for another level or without a reason, 409 for an old page.
    pub async fn propose_grade(
        &self,
        caller: &Principal,
        subject: &str,
        level: i64,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        if !(1..=4).contains(&level) {
            return Err(Problem::invalid_field("/level", "option", "级别选一级到四级。"));
        }
        let reason = crate::text("/reason", reason, "请写明为什么调整。")?;
        if subject == format!("staff:{}", caller.id) {
            return Err(Problem::forbidden("不能调整自己的数据级别，请另一位管理员办。"));
        }
        let grade = self.grade(subject).await?;
        if grade.version != version {
            return Err(Problem::stale());
        }
        let line = self.grade_line(caller, "propose", &grade, &reason).entry().kind(Kind::Grant);
        let line = line.changed(json!({ "level": grade.level }), json!({ "pending": level }));
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = grade::ActiveModel {
                        subject: Set(grade.subject.clone()),
                        label: Set(grade.label),
                        level: Set(if grade.set { grade.level } else { 0 }),
                        pending_level: Set(Some(level)),
                        pending_by: Set(Some(caller.id)),
                        pending_by_name: Set(caller.name),
                        reason: Set(reason),
                        changed_by_name: Set(grade.changed_by_name),
                        changed_at: Set(tx.now()),
                        version: Set(version + 1),
                    };
                    if version == 0 {
                        grade::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    } else {
                        let changed = grade::Entity::update_many()
                            .set(row)
                            .filter(grade::Column::Subject.eq(grade.subject))
                            .filter(grade::Column::Version.eq(version))
                            .exec(tx.conn())
                            .await?;
                        if changed.rows_affected == 0 {
                            return Err(Problem::stale());
                        }
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Confirms or refuses what waits; never who proposed it, never for oneself.
    ///
    /// # Errors
    /// 403 for the proposer, 409 when nothing waits or for an old page.
    pub async fn decide_grade(
        &self,
        caller: &Principal,
        subject: &str,
        version: i64,
        agree: bool,
        text: &str,
    ) -> Result<()> {
        let text = if agree {
            text.trim().chars().take(1_000).collect()
        } else {
            crate::text("/text", text, "请写明为什么不同意。")?
        };
        let grade = self.grade(subject).await?;
        if grade.version != version {
            return Err(Problem::stale());
        }
        let Some(pending) = grade.pending else {
            return Err(Problem::conflict("nothing_waits", "没有等复核的调整，请刷新后再看。"));
        };
        if grade.pending_by == Some(caller.id) || subject == format!("staff:{}", caller.id) {
            return Err(Problem::forbidden("数据级别的调整要由另一位有权限的人复核，本人也不能复核自己的。"));
        }
        let act = if agree { "confirm" } else { "reject" };
        let line = self.grade_line(caller, act, &grade, &text).entry().kind(Kind::Grant);
        let after = if agree { pending } else { grade.level };
        let line = line.changed(json!({ "level": grade.level }), json!({ "level": after }));
        let (subject, name) = (subject.to_owned(), caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut change = grade::Entity::update_many()
                        .col_expr(grade::Column::PendingLevel, Expr::value(None::<i64>))
                        .col_expr(grade::Column::PendingBy, Expr::value(None::<Uuid>))
                        .col_expr(grade::Column::ChangedByName, Expr::value(name))
                        .col_expr(grade::Column::ChangedAt, Expr::value(tx.now()))
                        .col_expr(grade::Column::Version, Expr::value(version + 1));
                    if agree {
                        change = change.col_expr(grade::Column::Level, Expr::value(pending));
                    }
                    let changed = change
                        .filter(grade::Column::Subject.eq(subject))
                        .filter(grade::Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    fn grade_line(&self, caller: &Principal, act: &str, grade: &Grade, text: &str) -> Line {
        let detail = json!({ "act": act, "who": grade.label, "reason": text });
        Line::by(caller, self.platform.new_id(), "grade.edit", format!("grade:{}", grade.subject), detail)
    }
}

/// A row; level 0 means that the pack still counts.
fn grade_of(row: grade::Model, by_pack: i64, label: Option<&str>) -> Grade {
    Grade {
        level: if row.level > 0 { row.level } else { by_pack },
        set: row.level > 0,
        label: label.map_or(row.label, str::to_owned),
        subject: row.subject,
        pending: row.pending_level,
        pending_by: row.pending_by,
        pending_by_name: row.pending_by_name,
        reason: row.reason,
        changed_by_name: row.changed_by_name,
        changed_at: Some(row.changed_at),
        version: row.version,
    }
}
