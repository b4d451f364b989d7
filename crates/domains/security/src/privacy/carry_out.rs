//! Carrying a request out: what is done at each place where data of the person lie, in the command
//! that answers.
//!
//! The places are the kinds of data every domain declares; what can be corrected there each domain
//! says itself ([`platform::personal::PersonalKeeper`]). Each act leaves its audit line with the value
//! before and after, masked, and a row that the person reads with the answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use platform::personal::{Correction, Found, HeldData, Keep, Person, PersonalKeeper};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind as AuditKind, Line, Outcome};
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, IntoActiveModel, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::model::{Act, Kind, Order};
use super::store::{place, request};
use crate::Security;

/// Acts of one answer at most.
const MOST: usize = 50;
/// Requests that one round of the watch speaks of.
const WATCHED: u64 = 200;
/// Working days before the deadline from which on the watch speaks.
const SOON: u32 = 3;
/// What no domain speaks for.
const RECORDS: &str = "这是当时情况的如实记录，依法不能改写。有误的，在答复里写明。";

/// A place with what may be done there.
pub(crate) struct Place {
    pub(crate) held: HeldData,
    pub(crate) found: Found,
    pub(crate) correction: Correction,
    /// Whether the request is about it.
    pub(crate) asked: bool,
}

/// What was done at a place, its note open.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) row: place::Model,
    pub(crate) note: String,
}

fn note_place(id: Uuid) -> String {
    format!("privacy_place:{id}:note")
}

impl Security {
    fn keeper(&self, kind: &str) -> Option<Arc<dyn PersonalKeeper>> {
        self.personal.keepers.iter().find(|keeper| keeper.kinds().contains(&kind)).cloned()
    }

    async fn correction(&self, person: &Person, kind: &str) -> Result<Correction> {
        match self.keeper(kind) {
            Some(keeper) => keeper.correction(person, kind).await,
            None => Ok(Correction { fields: Vec::new(), why_not: RECORDS }),
        }
    }

    /// The places where data of who asked lie, the one asked about first.
    pub(crate) async fn places(&self, asked: &request::Model) -> Result<Vec<Place>> {
        let person = self.person(asked.account_id).await?;
        let mut places = Vec::new();
        for held in &self.personal.held {
            let found = held.find(self.platform.db.read(), &person).await?;
            let about = held.key == asked.held_key;
            if found.count > 0 || about {
                let correction = self.correction(&person, held.key).await?;
                places.push(Place { held: *held, found, correction, asked: about });
            }
        }
        places.sort_by_key(|place| !place.asked);
        Ok(places)
    }

    /// What was done for some requests.
    pub(crate) async fn done_at(&self, requests: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Done>>> {
        let mut all: BTreeMap<Uuid, Vec<Done>> = BTreeMap::new();
        if requests.is_empty() {
            return Ok(all);
        }
        let rows = place::Entity::find()
            .filter(place::Column::RequestId.is_in(requests.iter().copied()))
            .order_by_asc(place::Column::Id)
            .limit((requests.len() * MOST) as u64)
            .all(self.platform.db.read())
            .await?;
        for row in rows {
            let note = self.platform.unseal(&row.note_sealed, &note_place(row.id))?;
            all.entry(row.request_id).or_default().push(Done { row, note });
        }
        Ok(all)
    }

    /// Makes the orders of an answer whole: a granted deletion deletes what was asked for, and the
    /// place asked about is never passed over in silence.
    ///
    /// # Errors
    /// 422 for an order that makes no sense, 409 for one that the law forbids.
    pub(super) async fn checked_orders(
        &self,
        asked: &request::Model,
        granted: bool,
        mut orders: Vec<Order>,
    ) -> Result<Vec<Order>> {
        if orders.len() > MOST {
            return Err(Problem::invalid_field("/places", "too_many", format!("一次最多处理 {MOST} 处，请分开办。")));
        }
        let changes = |orders: &[Order]| orders.iter().any(|order| order.act != Act::Keep);
        if !granted && changes(&orders) {
            let says = "选了更正或者删除，就不能答复“不予同意”。请改答复，或者把这些地方改成保留。";
            return Err(Problem::invalid_field("/granted", "contradiction", says));
        }
        let order = |act: Act, note: &str| Order {
            held_key: asked.held_key.clone(),
            act,
            field: String::new(),
            value: String::new(),
            note: note.to_owned(),
        };
        let person = self.person(asked.account_id).await?;
        if granted && asked.kind == Kind::Delete.as_str() && !changes(&orders) {
            orders.push(order(Act::Erase, ""));
        }
        let about = self.correction(&person, &asked.held_key).await?;
        if granted && asked.kind == Kind::Correct.as_str() && !changes(&orders) && !about.fields.is_empty() {
            let says = "同意更正，就要至少改一处。都不能改的，请答复“不予同意”并写明依据。";
            return Err(Problem::invalid_field("/places", "required", says));
        }
        if !orders.iter().any(|one| one.held_key == asked.held_key) {
            let why = match asked.kind.as_str() {
                "delete" => self.kept_because(&asked.held_key),
                _ => about.why_not,
            };
            orders.push(order(Act::Keep, why));
        }
        for (at, order) in orders.iter_mut().enumerate() {
            let held = self.kind_held(&order.held_key)?;
            match (order.act, held.keep) {
                (Act::Erase, Keep::Law(why)) => {
                    let problem = Problem::conflict("kept_by_law", format!("“{}”依法要保存，不能删除。", held.label));
                    return Err(problem.detail(format!("{why}请选“不予同意”，并把这条依据告诉对方。")));
                }
                (Act::Erase, Keep::Own(_, page)) => {
                    let title = format!("“{}”由本人自己删除。", held.label);
                    return Err(
                        Problem::conflict("delete_it_yourself", title).detail(format!("请告诉对方到“{page}”办理。"))
                    );
                }
                (Act::Correct, _) if order.field.is_empty() || order.value.trim().is_empty() => {
                    let says = "请选要改的一项，并填写正确的内容。";
                    return Err(Problem::invalid_field(format!("/places/{at}/value"), "required", says));
                }
                (Act::Keep, _) if order.note.trim().is_empty() => {
                    let correction = self.correction(&person, held.key).await?;
                    let why = match held.keep {
                        Keep::Law(why) => why,
                        _ if asked.kind == Kind::Correct.as_str() => correction.why_not,
                        // What could have been deleted and was not: the answer says why.
                        _ => "",
                    };
                    why.clone_into(&mut order.note);
                }
                _ => {}
            }
            if order.note.chars().count() > 1_000 {
                let pointer = format!("/places/{at}/note");
                return Err(Problem::invalid_field(pointer, "too_long", "最多 1000 个字，请写短一些。"));
            }
            order.note = order.note.trim().replace('\0', "");
        }
        Ok(orders)
    }

    /// Does what was ordered, within the command that answers; gives how many things were deleted.
    pub(super) async fn carry_out(
        &self,
        tx: &Tx,
        caller: &Principal,
        asked: &request::Model,
        person: &Person,
        orders: Vec<Order>,
    ) -> Result<i64> {
        let (mut erased, mut rows) = (0, Vec::with_capacity(orders.len()));
        for (at, order) in orders.into_iter().enumerate() {
            let held = self.kind_held(&order.held_key)?;
            let id = self.platform.new_id();
            let mut row = place::Model {
                id,
                request_id: asked.id,
                held_key: held.key.to_owned(),
                held_label: held.label.to_owned(),
                act: order.act.as_str().to_owned(),
                field_label: String::new(),
                before: String::new(),
                after: String::new(),
                things: 0,
                note_sealed: self.platform.seal(&order.note, &note_place(id)),
                done_at: tx.now(),
            };
            let detail = json!({ "request": asked.id, "held": held.key });
            let line = |action: &'static str, subject: String, detail: serde_json::Value| {
                Line::by(caller, self.platform.new_id(), action, subject, detail).entry()
            };
            match order.act {
                Act::Correct => {
                    let keeper = self.keeper(held.key);
                    let keeper =
                        keeper.ok_or_else(|| Problem::conflict("not_correctable", "这一项不能在这里更正。"))?;
                    let corrected = keeper.correct(tx, person, held.key, &order.field, &order.value).await;
                    let corrected = corrected.map_err(|problem| under(problem, at))?;
                    let (before, after) = (corrected.before.clone(), corrected.after.clone());
                    let entry = line("privacy.correct", corrected.subject, detail);
                    tx.audit(entry.changed(
                        json!({ corrected.label.clone(): before }),
                        json!({ corrected.label.clone(): after }),
                    ));
                    (row.field_label, row.before, row.after) = (corrected.label, corrected.before, corrected.after);
                    row.things = 1;
                }
                Act::Erase => {
                    let gone = i64::try_from(held.erase(tx, person).await?).unwrap_or(i64::MAX);
                    let entry = line("privacy.erase", format!("privacy_request:{}", asked.id), detail);
                    tx.audit(entry.changed(json!({ held.label: gone }), json!({ held.label: 0 })));
                    row.things = gone;
                    erased += gone;
                }
                Act::Keep => {}
            }
            rows.push(row.into_active_model().reset_all());
        }
        if !rows.is_empty() {
            place::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        Ok(erased)
    }

    /// Speaks of requests whose day is near, and again when it has passed: a line of the log, of which
    /// the alarms make a risk event. Each is spoken of once.
    ///
    /// # Errors
    /// When the database refuses or the calendar lacks the year.
    pub(crate) async fn watch_requests(&self) -> Result<()> {
        let open = request::Entity::find().filter(request::Column::State.eq("open"));
        if open.clone().count(self.platform.db.read()).await? == 0 {
            return Ok(());
        }
        let today = base::zone::china_date(self.platform.now());
        let near = self.personal.days.after(today, SOON).await?;
        for (mark, until, action) in
            [("overdue", today.previous_day().unwrap_or(today), "privacy.overdue"), ("soon", near, "privacy.due_soon")]
        {
            let spoken: &[&str] = if mark == "overdue" { &["overdue"] } else { &["soon", "overdue"] };
            let rows = open
                .clone()
                .filter(request::Column::DueOn.lte(until.to_string()))
                .filter(request::Column::Warned.is_not_in(spoken.iter().copied()))
                .order_by_asc(request::Column::Id)
                .limit(WATCHED)
                .all(self.platform.db.read())
                .await?;
            for row in rows {
                let detail = json!({ "due_on": row.due_on, "held": row.held_key });
                let entry = crate::transfer::outbox::line(self, action, format!("privacy_request:{}", row.id), detail)
                    .entry()
                    .kind(AuditKind::System)
                    .result(if mark == "overdue" { Outcome::Failed } else { Outcome::Ok });
                let write = self.platform.db.write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        let marked = request::Entity::update_many()
                            .col_expr(request::Column::Warned, Expr::value(mark))
                            .filter(request::Column::Id.eq(row.id))
                            .filter(request::Column::State.eq("open"))
                            .filter(request::Column::Warned.eq(row.warned))
                            .exec(tx.conn())
                            .await?;
                        // Another node spoke first.
                        if marked.rows_affected == 1 {
                            tx.audit(entry);
                        }
                        Ok(())
                    })
                });
                write.await?;
            }
        }
        Ok(())
    }
}

/// The same problem at the order it came from.
fn under(problem: Problem, at: usize) -> Problem {
    let errors = problem.field_errors();
    if errors.is_empty() {
        return problem;
    }
    let moved = errors
        .iter()
        .map(|error| {
            FieldProblem::new(format!("/places/{at}{}", error.pointer), error.code.clone(), error.message.clone())
        })
        .collect();
    Problem::invalid(moved)
}
