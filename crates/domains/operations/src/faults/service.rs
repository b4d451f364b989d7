//! Fault tickets opened and worked on; every act is a row and an audit line in one transaction.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx, numbers};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::OffsetDateTime;

use super::model::{Act, Extent, Grade, State, Times, rank};
use crate::Operations;
use crate::pack::Pack;
use crate::store::{fault, step};

/// Which tickets.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// `down`, or a state.
    pub state: Option<String>,
    /// Grade.
    pub grade: Option<String>,
    /// Part.
    pub part: Option<String>,
    /// Part of number, title or description.
    pub q: Option<String>,
    /// Opened from here on.
    pub from: Option<OffsetDateTime>,
    /// Opened before.
    pub until: Option<OffsetDateTime>,
}

/// A new ticket.
#[derive(Debug, Clone)]
pub struct NewFault {
    /// Title.
    pub title: String,
    /// What was seen.
    pub description: String,
    /// Part.
    pub part: String,
    /// Grade.
    pub grade: Grade,
    /// How far it reaches.
    pub extent: Extent,
}

/// A ticket with its steps, oldest first.
pub(crate) struct Whole {
    pub(crate) row: fault::Model,
    pub(crate) steps: Vec<step::Model>,
}

impl fault::Model {
    /// Its times.
    pub(crate) fn times(&self) -> Times {
        Times {
            opened_at: self.opened_at,
            grade: Grade::parse(&self.grade).unwrap_or(Grade::General),
            grade_since: self.grade_since,
            extent: Extent::parse(&self.extent).unwrap_or(Extent::Warning),
            acknowledged_at: self.acknowledged_at,
            arrived_at: self.arrived_at,
            restored_at: self.restored_at,
            closed_at: self.closed_at,
        }
    }

    /// Where it stands.
    pub(crate) fn stands(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Open)
    }

    /// Finds its place anew.
    pub(crate) fn reorder(&mut self, pack: &Pack) {
        let part = pack.parts.iter().find(|part| part.key == self.part);
        let (core, inside) = part.map_or((false, false), |part| (part.core, part.inside));
        self.rank = rank(self.stands(), core, inside, self.times().grade);
    }
}

impl Wanted {
    fn condition(&self) -> Condition {
        use fault::Column;
        let mut all = Condition::all();
        match self.state.as_deref() {
            Some("down") => all = all.add(Column::State.is_in([State::Open.as_str(), State::Working.as_str()])),
            Some("unfinished") => all = all.add(Column::State.ne(State::Closed.as_str())),
            Some(state) => all = all.add(Column::State.eq(state)),
            None => {}
        }
        for (column, value) in [(Column::Grade, &self.grade), (Column::Part, &self.part)] {
            if let Some(value) = value {
                all = all.add(column.eq(value.as_str()));
            }
        }
        if let Some(q) = platform::db::searched(self.q.as_deref()) {
            let like = platform::db::containing(&q);
            let any = [Column::Number, Column::Title, Column::Description].map(|column| column.like(&like));
            all = all.add(any.into_iter().fold(Condition::any(), Condition::add));
        }
        if let Some(from) = self.from {
            all = all.add(Column::OpenedAt.gte(from));
        }
        if let Some(until) = self.until {
            all = all.add(Column::OpenedAt.lt(until));
        }
        all
    }
}

fn not_there() -> Problem {
    Problem::not_found("没有找到这张故障单。")
}

impl Operations {
    /// Tickets in their order, after a place in it; one more than asked for, and the total.
    pub(crate) async fn faults(
        &self,
        wanted: &Wanted,
        after: Option<(i64, Uuid)>,
        limit: u64,
    ) -> Result<(Vec<fault::Model>, u64)> {
        use fault::Column;
        let conn = self.platform.db.read();
        let all = fault::Entity::find().filter(wanted.condition());
        let total = all.clone().count(conn).await?;
        let mut rows = all.order_by_asc(Column::Rank).order_by_desc(Column::Id).limit(limit);
        if let Some((rank, id)) = after {
            let further = Condition::any()
                .add(Column::Rank.gt(rank))
                .add(Condition::all().add(Column::Rank.eq(rank)).add(Column::Id.lt(id)));
            rows = rows.filter(further);
        }
        Ok((rows.all(conn).await?, total))
    }

    /// One ticket.
    pub(crate) async fn fault(&self, id: Uuid) -> Result<Whole> {
        let conn = self.platform.db.read();
        let row = fault::Entity::find_by_id(id).one(conn).await?.ok_or_else(not_there)?;
        let steps = step::Entity::find()
            .filter(step::Column::FaultId.eq(id))
            .order_by_asc(step::Column::Id)
            .limit(500)
            .all(conn)
            .await?;
        Ok(Whole { row, steps })
    }

    /// Opens a ticket.
    ///
    /// # Errors
    /// 422 names the field.
    pub async fn open_fault(&self, caller: &Principal, new: NewFault, key: Option<String>) -> Result<Uuid> {
        let title = crate::text("/title", &new.title, "请写明出了什么故障。", 100)?;
        let description = crate::text("/description", &new.description, "请写明看到了什么，从什么时候开始。", 1_000)?;
        if !self.pack.parts.iter().any(|part| part.key == new.part) {
            return Err(Problem::invalid_field("/part", "option", "请选择故障在哪一部分。"));
        }
        let new = NewFault { title, description, ..new };
        let (operations, caller, id) = (self.clone(), caller.clone(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "fault.open", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    operations.insert_fault(tx, id, new, &caller.name, None).await?;
                    tx.audit(Line::by(
                        &caller,
                        operations.platform.new_id(),
                        "fault.open",
                        format!("fault:{id}"),
                        json!({}),
                    ));
                    Ok(id)
                })
            })
            .await
    }

    /// Writes a new ticket and tells those on duty.
    pub(crate) async fn insert_fault(
        &self,
        tx: &Tx,
        id: Uuid,
        new: NewFault,
        by: &str,
        alarm: Option<Uuid>,
    ) -> Result<fault::Model> {
        let now = tx.now();
        let day = base::zone::china_date(now);
        let day = format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day());
        let number = format!("GZ{day}{:03}", numbers::strict(tx, &format!("fault:{day}")).await?);
        let mut row = fault::Model {
            id,
            number,
            title: new.title,
            description: new.description,
            part: new.part,
            grade: new.grade.as_str().to_owned(),
            first_grade: new.grade.as_str().to_owned(),
            grade_since: now,
            extent: new.extent.as_str().to_owned(),
            state: State::Open.as_str().to_owned(),
            rank: 0,
            alarm_id: alarm,
            opened_at: now,
            opened_by_name: by.to_owned(),
            assignee_id: None,
            assignee_name: None,
            acknowledged_at: None,
            arrived_at: None,
            restored_at: None,
            closed_at: None,
            cause: String::new(),
            told: 0,
            version: 1,
        };
        row.reorder(&self.pack);
        let active = sea_orm::ActiveModelTrait::reset_all(fault::ActiveModel::from(row.clone()));
        fault::Entity::insert(active).exec_without_returning(tx.conn()).await?;
        self.note_step(tx, id, by, Act::Open, row.description.clone()).await?;
        let said = format!("{}故障 {}：{}。请在 30 分钟内响应。", new.grade.label(), row.number, row.title);
        self.tell(tx, &format!("fault:{id}:open"), "fault_opened", &said)?;
        Ok(row)
    }

    /// Writes a step.
    pub(crate) async fn note_step(&self, tx: &Tx, fault: Uuid, by: &str, act: Act, text: String) -> Result<()> {
        step::Entity::insert(step::ActiveModel {
            id: Set(self.platform.new_id()),
            fault_id: Set(fault),
            at: Set(tx.now()),
            by_name: Set(by.to_owned()),
            act: Set(act.as_str().to_owned()),
            text: Set(text),
        })
        .exec_without_returning(tx.conn())
        .await?;
        Ok(())
    }

    /// Takes a ticket.
    ///
    /// # Errors
    /// 409 in a wrong state.
    pub async fn acknowledge_fault(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let said = format!("由 {} 处理", caller.name);
        self.act(caller, id, version, Act::Acknowledge, said, |row, caller, now| {
            row.acknowledged_at.get_or_insert(now);
            row.assignee_id = Some(caller.id);
            row.assignee_name = Some(caller.name.clone());
            Ok(())
        })
        .await
    }

    /// Notes that somebody is on the spot.
    ///
    /// # Errors
    /// 409 in a wrong state or when somebody is there already.
    pub async fn arrive_at_fault(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        self.act(caller, id, version, Act::Arrive, String::new(), |row, _, now| {
            if row.arrived_at.is_some() {
                return Err(Problem::conflict("already_there", "已经记过到场时间。"));
            }
            row.arrived_at = Some(now);
            Ok(())
        })
        .await
    }

    /// Notes what was done.
    ///
    /// # Errors
    /// 409 when it is over, 422 without a text.
    pub async fn note_fault(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明做了什么、看到什么。", 1_000)?;
        self.act(caller, id, version, Act::Note, said, |_, _, _| Ok(())).await
    }

    /// Raises a ticket by hand.
    ///
    /// # Errors
    /// 409 in a wrong state, 422 when the grade is not higher or no reason is given.
    pub async fn raise_fault(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        grade: Grade,
        reason: &str,
    ) -> Result<()> {
        let reason = crate::text("/text", reason, "请写明为什么提高等级。", 1_000)?;
        let said = format!("提高为{}：{reason}", grade.label());
        self.act(caller, id, version, Act::Raise, said, move |row, _, now| {
            if Grade::parse(&row.grade).is_some_and(|known| grade <= known) {
                return Err(Problem::invalid_field("/grade", "option", "只能往高处提。要降低的话，写在处理记录里。"));
            }
            grade.as_str().clone_into(&mut row.grade);
            row.grade_since = now;
            Ok(())
        })
        .await
    }

    /// It runs again.
    ///
    /// # Errors
    /// 409 in a wrong state, 422 without a text.
    pub async fn restore_fault(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明怎样恢复的。", 1_000)?;
        self.act(caller, id, version, Act::Restore, said, |row, _, now| {
            row.restored_at = Some(now);
            Ok(())
        })
        .await
    }

    /// It broke again; the clock of its grade begins anew.
    ///
    /// # Errors
    /// 409 in a wrong state, 422 without a text.
    pub async fn reopen_fault(&self, caller: &Principal, id: Uuid, version: i64, text: &str) -> Result<()> {
        let said = crate::text("/text", text, "请写明又出了什么情况。", 1_000)?;
        self.act(caller, id, version, Act::Reopen, said, |row, _, now| {
            row.restored_at = None;
            row.grade_since = now;
            Ok(())
        })
        .await
    }

    /// The cause is found and repaired.
    ///
    /// # Errors
    /// 409 before it runs again, 422 without a cause.
    pub async fn close_fault(&self, caller: &Principal, id: Uuid, version: i64, cause: &str) -> Result<()> {
        let said = crate::text("/text", cause, "请写明原因、怎样修复、怎样避免再发生。", 1_000)?;
        let cause = said.clone();
        self.act(caller, id, version, Act::Close, said, move |row, _, now| {
            row.closed_at = Some(now);
            row.cause = cause;
            Ok(())
        })
        .await
    }

    async fn act<F>(&self, caller: &Principal, id: Uuid, version: i64, act: Act, text: String, change: F) -> Result<()>
    where
        F: FnOnce(&mut fault::Model, &Principal, OffsetDateTime) -> Result<()> + Send + 'static,
    {
        let (operations, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = fault::Entity::find_by_id(id).one(tx.conn()).await?.ok_or_else(not_there)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    let before = row.state.clone();
                    let Some(after) = row.stands().after(act) else {
                        return Err(Problem::conflict(
                            "wrong_state",
                            "现在的状态不能这样办：先响应，恢复运行后再登记修复。请刷新后看可办的操作。",
                        ));
                    };
                    change(&mut row, &caller, tx.now())?;
                    after.as_str().clone_into(&mut row.state);
                    operations.save_fault(tx.conn(), row, version).await?;
                    operations.note_step(tx, id, &caller.name, act, text).await?;
                    tx.audit(
                        Line::by(
                            &caller,
                            operations.platform.new_id(),
                            "fault.handle",
                            format!("fault:{id}"),
                            json!({ "act": act.as_str() }),
                        )
                        .entry()
                        .changed(json!({ "state": before }), json!({ "state": after.as_str() })),
                    );
                    Ok(())
                })
            })
            .await
    }

    /// Writes a ticket whose version was read, in its place of the order.
    pub(crate) async fn save_fault(
        &self,
        conn: &impl ConnectionTrait,
        mut row: fault::Model,
        version: i64,
    ) -> Result<()> {
        row.version = version + 1;
        row.reorder(&self.pack);
        let id = row.id;
        let changed = fault::Entity::update_many()
            .set(sea_orm::ActiveModelTrait::reset_all(fault::ActiveModel::from(row)))
            .filter(fault::Column::Id.eq(id))
            .filter(fault::Column::Version.eq(version))
            .exec(conn)
            .await?;
        if changed.rows_affected == 0 { Err(Problem::stale()) } else { Ok(()) }
    }
}
