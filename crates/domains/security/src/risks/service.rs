//! The register read and worked on. Every step is a row and an audit line in one transaction.

use std::collections::HashMap;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
use serde_json::json;

use super::model::{Act, KINDS, LEVELS, State};
use super::store::{risk, step};
use crate::Security;

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct RiskFilter {
    /// Kinds, separated by commas.
    pub kind: Option<String>,
    /// States, separated by commas; `open` = not closed.
    pub state: Option<String>,
    /// Levels.
    pub level: Option<String>,
    /// `me` or a staff id.
    pub assignee: Option<String>,
    /// Part of title or person.
    pub q: Option<String>,
}

/// A new entry.
#[derive(Debug, Clone)]
pub struct NewRisk {
    /// Any kind but an alarm.
    pub kind: String,
    /// Title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Level.
    pub level: String,
    /// Day by which it is to be closed.
    pub due_on: Option<String>,
    /// Entry it was found by.
    pub parent_id: Option<Uuid>,
}

/// An entry with what hangs on it.
pub(crate) struct Whole {
    pub(crate) row: risk::Model,
    pub(crate) steps: Vec<step::Model>,
    pub(crate) children: Vec<risk::Model>,
}

fn parts(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Security {
    /// A page of the register, newest first; rows, total, and how many per state regardless of page.
    pub(crate) async fn risks(
        &self,
        caller: &Principal,
        filter: &RiskFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<risk::Model>, u64, HashMap<String, i64>)> {
        let mut wanted = Condition::all();
        for (column, values) in
            [(risk::Column::Kind, parts(filter.kind.as_deref())), (risk::Column::Level, parts(filter.level.as_deref()))]
        {
            if !values.is_empty() {
                wanted = wanted.add(column.is_in(values));
            }
        }
        match filter.assignee.as_deref().map(str::trim) {
            Some("me") => wanted = wanted.add(risk::Column::AssigneeId.eq(caller.id)),
            Some(id) if !id.is_empty() => {
                let id = Uuid::parse_str(id)
                    .map_err(|_| Problem::invalid_field("/assignee", "id", "请从名单里选处置人。"))?;
                wanted = wanted.add(risk::Column::AssigneeId.eq(id));
            }
            _ => {}
        }
        if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            let escaped = q.replace('\0', "").replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let like = || LikeExpr::new(format!("%{escaped}%")).escape('\\');
            wanted = wanted.add(
                Condition::any()
                    .add(Expr::col(risk::Column::Title).like(like()))
                    .add(Expr::col(risk::Column::Who).like(like())),
            );
        }
        let conn = self.platform.db.read();
        let counts: Vec<(String, i64)> = risk::Entity::find()
            .select_only()
            .column(risk::Column::State)
            .column_as(risk::Column::Id.count(), "n")
            .filter(wanted.clone())
            .group_by(risk::Column::State)
            .into_tuple()
            .all(conn)
            .await?;
        let mut states = parts(filter.state.as_deref());
        if states.iter().any(|state| state == "open") {
            states = ["recognised", "assigned", "handled"].map(str::to_owned).to_vec();
        }
        if !states.is_empty() {
            wanted = wanted.add(risk::Column::State.is_in(states));
        }
        let total = risk::Entity::find().filter(wanted.clone()).count(conn).await?;
        let mut query = risk::Entity::find().filter(wanted).order_by_desc(risk::Column::Id).limit(limit);
        if let Some(before) = before {
            query = query.filter(risk::Column::Id.lt(before));
        }
        Ok((query.all(conn).await?, total, counts.into_iter().collect()))
    }

    /// Open findings per entry.
    pub(crate) async fn open_findings(&self, of: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
        if of.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Uuid, i64)> = risk::Entity::find()
            .select_only()
            .column(risk::Column::ParentId)
            .column_as(risk::Column::Id.count(), "n")
            .filter(risk::Column::ParentId.is_in(of.iter().copied()))
            .filter(risk::Column::State.ne(State::Closed.as_str()))
            .group_by(risk::Column::ParentId)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// One entry with its steps and findings.
    pub(crate) async fn risk(&self, id: Uuid) -> Result<Whole> {
        let conn = self.platform.db.read();
        let row = risk::Entity::find_by_id(id).one(conn).await?.ok_or_else(not_there)?;
        let steps =
            step::Entity::find().filter(step::Column::RiskId.eq(id)).order_by_asc(step::Column::No).all(conn).await?;
        let children = risk::Entity::find()
            .filter(risk::Column::ParentId.eq(id))
            .order_by_asc(risk::Column::Id)
            .limit(500)
            .all(conn)
            .await?;
        Ok(Whole { row, steps, children })
    }

    /// Enters something: a check, a drill, a finding.
    ///
    /// # Errors
    /// 422 names the field.
    pub async fn enter_risk(&self, caller: &Principal, new: NewRisk, key: Option<String>) -> Result<Uuid> {
        if new.kind == "alarm" || !KINDS.iter().any(|(kind, _)| *kind == new.kind) {
            return Err(Problem::invalid_field("/kind", "option", "请选择类型。告警由规则产生，不能手工登记。"));
        }
        if !LEVELS.iter().any(|(level, _)| *level == new.level) {
            return Err(Problem::invalid_field("/level", "option", "请选择等级：高、中或低。"));
        }
        let title = crate::text("/title", &new.title, "请写明标题。")?;
        if let Some(day) = &new.due_on
            && crate::audit::roots::parse_day(day).is_none()
        {
            return Err(Problem::invalid_field("/due_on", "date", "日期请写成 2026-09-30 这样。"));
        }
        if let Some(parent) = new.parent_id {
            let parent = risk::Entity::find_by_id(parent).one(self.platform.db.read()).await?;
            if parent.is_none_or(|parent| parent.state == State::Closed.as_str()) {
                return Err(Problem::invalid_field("/parent_id", "option", "所属的检查不存在或者已经关闭。"));
            }
        }
        let id = self.platform.new_id();
        let (steps, line) = (self.platform.new_id(), self.platform.new_id());
        let caller = caller.clone();
        let new = NewRisk { title, ..new };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "risk.handle", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    insert(tx, id, steps, &caller, new).await?;
                    tx.audit(Line::by(&caller, line, "risk.handle", format!("risk:{id}"), json!({ "act": "enter" })));
                    Ok(id)
                })
            })
            .await
    }

    /// Gives an entry to somebody who may handle it.
    ///
    /// # Errors
    /// 409 in a wrong state, 422 for somebody who may not handle it.
    pub async fn assign_risk(&self, caller: &Principal, id: Uuid, version: i64, to: Uuid, text: &str) -> Result<()> {
        let handlers = self.identity.staff_holding("risk.handle").await?;
        let Some(staff) = handlers.into_iter().find(|staff| staff.id == to) else {
            return Err(Problem::invalid_field("/assignee_id", "option", "请从名单里选处置人。"));
        };
        let said = if text.trim().is_empty() { format!("派给 {}", staff.name) } else { text.trim().to_owned() };
        self.step(caller, id, version, Act::Assign, said, move |row, _| {
            row.assignee_id = Some(staff.id);
            row.assignee_name = Some(staff.name);
            Ok(())
        })
        .await
    }

    /// Reports it done; only who it was given to.
    ///
    /// # Errors
    /// 403 for another, 409 in a wrong state.
    pub async fn handle_risk(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明怎样处置的。")?;
        self.step(caller, id, version, Act::Handle, said, |row, caller| {
            if row.assignee_id != Some(caller.id) {
                return Err(Problem::forbidden("这件事派给了别人，由处置人办理。需要换人的话，请重新派发。"));
            }
            row.handled_by = Some(caller.id);
            Ok(())
        })
        .await
    }

    /// Confirms it; never who handled it.
    ///
    /// # Errors
    /// 403 for who handled it, 409 in a wrong state or while a finding is open.
    pub async fn close_risk(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明复核的结论。")?;
        if self.open_findings(&[id]).await?.get(&id).is_some_and(|open| *open > 0) {
            return Err(Problem::conflict("open_findings", "还有查出的问题没有关闭，先处理完再关闭。"));
        }
        let now = self.platform.now();
        self.step(caller, id, version, Act::Close, said, move |row, caller| {
            if row.handled_by == Some(caller.id) {
                return Err(Problem::forbidden("处置和复核要由两个人办。请另一位有权限的人员复核。"));
            }
            row.open_key = None;
            row.closed_at = Some(now);
            Ok(())
        })
        .await
    }

    /// Sends it back to who handled it.
    ///
    /// # Errors
    /// 409 in a wrong state.
    pub async fn return_risk(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明哪里没有处置到位。")?;
        self.step(caller, id, version, Act::Return, said, |row, _| {
            row.handled_by = None;
            Ok(())
        })
        .await
    }

    /// Runs a check: looks for past events that are still open and for items of the self-check that are
    /// not met, and enters each as a finding of this check. Run again it adds only what is new.
    ///
    /// # Errors
    /// 409 when it is no check or closed.
    pub async fn run_check(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let whole = self.risk(id).await?;
        if whole.row.kind != "check" {
            return Err(Problem::conflict("not_a_check", "只有检查任务可以执行。"));
        }
        let mut found: Vec<(String, String, String)> = Vec::new();
        let old = risk::Entity::find()
            .filter(risk::Column::Kind.eq("alarm"))
            .filter(risk::Column::State.ne(State::Closed.as_str()))
            .order_by_asc(risk::Column::Id)
            .limit(200)
            .all(self.platform.db.read())
            .await?;
        for event in old {
            found.push((
                format!("历史安全事件未关闭：{}（{}）", event.title, event.who),
                format!("最近一次 {}，共 {} 次。", base::zone::moment_text(event.last_at), event.hits),
                event.level,
            ));
        }
        for item in self.self_check().await?.into_iter().filter(|item| item.state != crate::protection::Met::Met) {
            let level = if item.state == crate::protection::Met::Failed { "high" } else { "middle" };
            found.push((format!("短板：{}", item.title), item.evidence, level.to_owned()));
        }
        found.retain(|(title, ..)| {
            !whole.children.iter().any(|child| child.title == *title && child.state != State::Closed.as_str())
        });
        let text = format!("查出 {} 个新问题。", found.len());
        let ids: Vec<_> = found.iter().map(|_| (self.platform.new_id(), self.platform.new_id())).collect();
        let by = caller.clone();
        self.step_with(
            caller,
            id,
            version,
            Act::Run,
            text,
            |_, _| Ok(()),
            move |tx| {
                Box::pin(async move {
                    for ((title, description, level), (child, step)) in found.into_iter().zip(ids) {
                        let new = NewRisk {
                            kind: "finding".to_owned(),
                            title,
                            description,
                            level,
                            due_on: None,
                            parent_id: Some(id),
                        };
                        insert(tx, child, step, &by, new).await?;
                    }
                    Ok(())
                })
            },
        )
        .await
    }

    async fn step<F>(&self, caller: &Principal, id: Uuid, version: i64, act: Act, text: String, change: F) -> Result<()>
    where
        F: FnOnce(&mut risk::Model, &Principal) -> Result<()> + Send + 'static,
    {
        self.step_with(caller, id, version, act, text, change, |_| Box::pin(async { Ok(()) })).await
    }

    #[expect(clippy::too_many_arguments, reason = "one step is exactly these things")]
    async fn step_with<F, G>(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        act: Act,
        text: String,
        change: F,
        also: G,
    ) -> Result<()>
    where
        F: FnOnce(&mut risk::Model, &Principal) -> Result<()> + Send + 'static,
        G: for<'t> FnOnce(&'t Tx) -> std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send + 't>> + Send + 'static,
    {
        let (step_id, line_id, caller) = (self.platform.new_id(), self.platform.new_id(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = risk::Entity::find_by_id(id).one(tx.conn()).await?.ok_or_else(not_there)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    let before = row.state.clone();
                    let Some(after) = State::parse(&row.state).and_then(|state| state.after(act)) else {
                        return Err(Problem::conflict("wrong_state", "现在的状态不能这样办，请刷新后看可办的操作。"));
                    };
                    change(&mut row, &caller)?;
                    after.as_str().clone_into(&mut row.state);
                    row.version += 1;
                    save(tx.conn(), row, version).await?;
                    note(tx, step_id, (id, version + 1), &caller, act, text).await?;
                    also(tx).await?;
                    let action = if matches!(act, Act::Close | Act::Return) { "risk.close" } else { "risk.handle" };
                    tx.audit(
                        Line::by(&caller, line_id, action, format!("risk:{id}"), json!({ "act": act.words().0 }))
                            .entry()
                            .changed(json!({ "state": before }), json!({ "state": after.as_str() })),
                    );
                    Ok(())
                })
            })
            .await
    }
}

fn not_there() -> Problem {
    Problem::not_found("没有找到这条风险事件。")
}

async fn save(conn: &impl ConnectionTrait, row: risk::Model, version: i64) -> Result<()> {
    let id = row.id;
    let active = sea_orm::ActiveModelTrait::reset_all(risk::ActiveModel::from(row));
    let changed = risk::Entity::update_many()
        .set(active)
        .filter(risk::Column::Id.eq(id))
        .filter(risk::Column::Version.eq(version))
        .exec(conn)
        .await?;
    if changed.rows_affected == 0 { Err(Problem::stale()) } else { Ok(()) }
}

async fn note(tx: &Tx, id: Uuid, risk: (Uuid, i64), by: &Principal, act: Act, text: String) -> Result<()> {
    step::Entity::insert(step::ActiveModel {
        id: Set(id),
        risk_id: Set(risk.0),
        no: Set(risk.1),
        at: Set(tx.now()),
        by_id: Set(Some(by.id)),
        by_name: Set(by.name.clone()),
        act: Set(act.words().0.to_owned()),
        text: Set(text),
    })
    .exec_without_returning(tx.conn())
    .await?;
    Ok(())
}

async fn insert(tx: &Tx, id: Uuid, step_id: Uuid, by: &Principal, new: NewRisk) -> Result<()> {
    let now = tx.now();
    risk::Entity::insert(risk::ActiveModel {
        id: Set(id),
        kind: Set(new.kind),
        title: Set(new.title),
        description: Set(new.description.trim().to_owned()),
        level: Set(new.level),
        state: Set(State::Recognised.as_str().to_owned()),
        rule_key: Set(None),
        group_key: Set(None),
        open_key: Set(None),
        who: Set(String::new()),
        hits: Set(1),
        first_at: Set(now),
        last_at: Set(now),
        last_line: Set(None),
        evidence: Set(json!([])),
        assignee_id: Set(None),
        assignee_name: Set(None),
        handled_by: Set(None),
        due_on: Set(new.due_on),
        closed_at: Set(None),
        parent_id: Set(new.parent_id),
        created_by: Set(Some(by.id)),
        version: Set(1),
    })
    .exec_without_returning(tx.conn())
    .await?;
    note(tx, step_id, (id, 1), by, Act::Recognise, String::new()).await
}
