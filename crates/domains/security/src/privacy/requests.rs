//! Requests to correct or delete: asked on the portal, answered by a clerk before a day.
//!
//! What is granted is carried out with the same commit, at each place where the data lie
//! ([`super::carry_out`]). What the law keeps can't be granted: the answer explains it.

use platform::messages::{self, Channel, Message};
use platform::personal::{HeldData, Keep};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LikeExpr, OnConflict};
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::model::{Kind, Order};
use super::store::request;
use crate::Security;

/// Job that tells the person of the answer.
pub const ANSWERED_JOB: &str = "security.privacy_answered";

/// States with their names.
pub(crate) const STATES: [(&str, &str); 3] = [("open", "待答复"), ("granted", "已同意"), ("refused", "不予同意")];

/// Name of a state.
pub(crate) fn state_label(text: &str) -> &'static str {
    STATES.iter().find(|(key, _)| *key == text).map_or("", |(_, name)| name)
}

/// A request with its texts open.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) row: request::Model,
    pub(crate) text: String,
    pub(crate) answer: String,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    request: Uuid,
}

fn text_place(id: Uuid) -> String {
    format!("privacy_request:{id}:text")
}

fn answer_place(id: Uuid) -> String {
    format!("privacy_request:{id}:answer")
}

impl Security {
    fn open_request(&self, row: request::Model) -> Result<Opened> {
        let text = self.platform.unseal(&row.text_sealed, &text_place(row.id))?;
        let answer = row.answer_sealed.as_deref().map(|sealed| self.platform.unseal(sealed, &answer_place(row.id)));
        Ok(Opened { text, answer: answer.transpose()?.unwrap_or_default(), row })
    }

    pub(super) fn kind_held(&self, key: &str) -> Result<HeldData> {
        let found = self.personal.held.iter().find(|kind| kind.key == key);
        found.copied().ok_or_else(|| Problem::invalid_field("/held_key", "unknown", "请从清单里选一项个人信息。"))
    }

    /// Asks to correct or delete one kind of data.
    ///
    /// # Errors
    /// 422 for an unknown kind or an empty text, 409 while the same request is open or where the
    /// person can delete it at once.
    pub async fn ask_privacy(
        &self,
        caller: &Principal,
        kind: Kind,
        key: &str,
        text: &str,
        once: Option<String>,
    ) -> Result<Uuid> {
        let held = self.kind_held(key)?;
        let missing = match kind {
            Kind::Correct => "请写明哪里不对、应当是什么。",
            Kind::Delete => "请写明为什么要删除。",
        };
        let text = crate::text("/text", text, missing)?;
        if let (Kind::Delete, Keep::Own(_, page)) = (kind, held.keep) {
            let problem =
                Problem::conflict("delete_it_yourself", format!("“{}”可以自己删除，不用等答复。", held.label));
            return Err(problem.detail(format!("请到“{page}”办理。")));
        }
        let person = self.person(caller.id).await?;
        let today = base::zone::china_date(self.platform.now());
        let due = self.personal.days.after(today, self.purposes.answer_working_days).await?;
        let id = self.platform.new_id();
        let open_key = format!("{}:{}:{key}", caller.id, kind.as_str());
        let row = request::ActiveModel {
            id: Set(id),
            account_id: Set(caller.id),
            applicant_name: Set(person.name),
            kind: Set(kind.as_str().to_owned()),
            held_key: Set(key.to_owned()),
            held_label: Set(held.label.to_owned()),
            text_sealed: Set(self.platform.seal(&text, &text_place(id))),
            state: Set("open".to_owned()),
            open_key: Set(Some(open_key)),
            asked_at: Set(self.platform.now()),
            due_on: Set(due.to_string()),
            answer_sealed: Set(None),
            answered_by: Set(None),
            answered_by_name: Set(None),
            answered_at: Set(None),
            erased: Set(0),
            version: Set(1),
            warned: Set(String::new()),
        };
        let detail = json!({ "kind": kind.as_str(), "held": key });
        let line = Line::by(caller, self.platform.new_id(), "privacy.ask", format!("privacy_request:{id}"), detail);
        let by = caller.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = once
                        && let Some(made) = idempotency::claim(tx, by, "privacy.ask", &once, id).await?
                    {
                        return Ok(made);
                    }
                    let done = request::Entity::insert(row)
                        .on_conflict(OnConflict::column(request::Column::OpenKey).do_nothing().to_owned())
                        .try_insert()
                        .exec_without_returning(tx.conn())
                        .await?;
                    if !matches!(done, sea_orm::TryInsertResult::Inserted(1..)) {
                        return Err(Problem::conflict("asked_already", "同样的请求还没有答复，请等答复后再提。"));
                    }
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Own requests, newest first.
    pub(crate) async fn own_requests(&self, caller: &Principal) -> Result<Vec<Opened>> {
        let rows = request::Entity::find()
            .filter(request::Column::AccountId.eq(caller.id))
            .order_by_desc(request::Column::Id)
            .limit(100)
            .all(self.platform.db.read())
            .await?;
        rows.into_iter().map(|row| self.open_request(row)).collect()
    }

    /// Requests of everybody: those of a state, by part of the name; newest first, with the total.
    pub(crate) async fn all_requests(
        &self,
        state: Option<&str>,
        name: Option<&str>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<Opened>, u64)> {
        let mut query = request::Entity::find();
        if let Some(state) = state.filter(|state| !state.is_empty()) {
            query = if state == "overdue" {
                let today = base::zone::china_date(self.platform.now()).to_string();
                query.filter(request::Column::State.eq("open")).filter(request::Column::DueOn.lt(today))
            } else {
                query.filter(request::Column::State.eq(state))
            };
        }
        if let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) {
            let part = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let like = LikeExpr::new(format!("%{part}%")).escape('\\');
            query = query.filter(sea_orm::sea_query::ExprTrait::like(Expr::col(request::Column::ApplicantName), like));
        }
        let conn = self.platform.db.read();
        let total = query.clone().count(conn).await?;
        if let Some(before) = before {
            query = query.filter(request::Column::Id.lt(before));
        }
        let rows = query.order_by_desc(request::Column::Id).limit(limit).all(conn).await?;
        Ok((rows.into_iter().map(|row| self.open_request(row)).collect::<Result<_>>()?, total))
    }

    /// One request.
    pub(crate) async fn privacy_request(&self, id: Uuid) -> Result<Opened> {
        let row = request::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        self.open_request(row.ok_or_else(|| Problem::not_found("没有这个请求。"))?)
    }

    /// What the law says about deleting what a request is about; empty when it may be deleted.
    pub(crate) fn kept_because(&self, key: &str) -> &'static str {
        match self.kind_held(key).map(|held| held.keep) {
            Ok(Keep::Law(why)) => why,
            _ => "",
        }
    }

    /// Answers a request and carries out what is ordered for each place.
    ///
    /// # Errors
    /// 409 for an old page, an answered request, or a deletion that the law forbids; 422 without words
    /// or for an order that can't be carried out, naming it.
    pub async fn answer_privacy(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        granted: bool,
        text: &str,
        orders: Vec<Order>,
    ) -> Result<()> {
        let text = crate::text("/text", text, "请写明答复：做了什么，或者为什么不能。")?;
        let asked = self.privacy_request(id).await?.row;
        if asked.version != version {
            return Err(Problem::stale());
        }
        if asked.state != "open" {
            return Err(Problem::conflict("answered", "这个请求已经答复过了。"));
        }
        let orders = self.checked_orders(&asked, granted, orders).await?;
        let person = self.person(asked.account_id).await?;
        let sealed = self.platform.seal(&text, &answer_place(id));
        let state = if granted { "granted" } else { "refused" };
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "privacy.answer",
            format!("privacy_request:{id}"),
            json!({
                "kind": asked.kind, "held": asked.held_key, "places": orders.len(),
            }),
        );
        let job = NewJob {
            id: self.platform.new_id(),
            kind: ANSWERED_JOB,
            payload: platform::work::payload(&Answered { request: id })?,
            run_at: None,
            key: Some(format!("{ANSWERED_JOB}:{id}")),
        };
        let (by, by_name) = (caller.id, caller.name.clone());
        let (security, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let erased = security.carry_out(tx, &caller, &asked, &person, orders).await?;
                    let changed = request::Entity::update_many()
                        .col_expr(request::Column::State, Expr::value(state))
                        .col_expr(request::Column::OpenKey, Expr::value(None::<String>))
                        .col_expr(request::Column::AnswerSealed, Expr::value(sealed))
                        .col_expr(request::Column::AnsweredBy, Expr::value(by))
                        .col_expr(request::Column::AnsweredByName, Expr::value(by_name))
                        .col_expr(request::Column::AnsweredAt, Expr::value(Some(tx.now())))
                        .col_expr(request::Column::Erased, Expr::value(erased))
                        .col_expr(request::Column::Version, Expr::value(version + 1))
                        .filter(request::Column::Id.eq(id))
                        .filter(request::Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    let after = json!({ "state": state, "erased": erased });
                    tx.audit(line.entry().changed(json!({ "state": "open" }), after));
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
    }

    /// Tells the person that there is an answer.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub async fn tell_answer(&self, payload: Value) -> Result<()> {
        let answered: Answered = serde_json::from_value(payload)?;
        let asked = self.privacy_request(answered.request).await?;
        let row = &asked.row;
        let body = format!(
            "您请求{}“{}”：{}。{}",
            Kind::label(&row.kind),
            row.held_label,
            state_label(&row.state),
            asked.answer
        );
        messages::send(
            &self.platform,
            Message {
                event_key: format!("privacy.answered:{}", row.id),
                recipient: format!("account:{}", row.account_id),
                phone: None,
                account: None,
                channel: Channel::InApp,
                template: "privacy_answered".to_owned(),
                body,
            },
        )
        .await
    }

    /// Requests whose day has passed without an answer.
    pub(crate) async fn overdue_requests(&self, now: OffsetDateTime) -> Result<u64> {
        let today = base::zone::china_date(now).to_string();
        let query = request::Entity::find().filter(request::Column::State.eq("open"));
        Ok(query.filter(request::Column::DueOn.lt(today)).count(self.platform.db.read()).await?)
    }
}
