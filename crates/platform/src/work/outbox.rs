//! Events from lower domains to higher ones, written in the transaction that caused them.
//!
//! The dispatcher hands each event to every subscriber of its topic as a job of its own, so one
//! failing subscriber retries alone. Delivery is at least once; subscribers are idempotent.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Set};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::jobs::NewJob;
use crate::Platform;
use crate::web::live::Change;
use crate::web::problem::Result;

/// An event to leave behind.
#[derive(Debug, Clone)]
pub struct Event {
    /// Time-ordered id.
    pub id: Uuid,
    /// Kind, for example `case.closed`.
    pub topic: &'static str,
    /// What it is about, for example `case:<id>`; open pages listen to this.
    pub subject: String,
    /// Content.
    pub payload: Value,
}

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub topic: String,
        pub subject: String,
        pub payload: Json,
        pub created_at: OffsetDateTime,
        pub dispatched: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(conn: &impl ConnectionTrait, now: OffsetDateTime, events: Vec<Event>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    row::Entity::insert_many(events.into_iter().map(|event| row::ActiveModel {
        id: Set(event.id),
        topic: Set(event.topic.to_owned()),
        subject: Set(event.subject),
        payload: Set(event.payload),
        created_at: Set(now),
        dispatched: Set(false),
    }))
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Who wants which topic: topic → job kinds, filled by `app` when wiring.
#[derive(Debug, Clone, Default)]
pub struct Subscriptions(Vec<(&'static str, &'static str)>);

impl Subscriptions {
    /// `job` runs for each event of `topic` with the event's payload.
    #[must_use]
    pub fn on(mut self, topic: &'static str, job: &'static str) -> Self {
        self.0.push((topic, job));
        self
    }
}

/// Turns events not yet dispatched into jobs; returns how many events were handled.
///
/// # Errors
/// When the database refuses; the events stay and are tried again.
pub async fn dispatch(platform: &Platform, subscriptions: &Subscriptions, batch: u64) -> Result<usize> {
    let waiting = row::Entity::find()
        .filter(row::Column::Dispatched.eq(false))
        .order_by_asc(row::Column::Id)
        .limit(batch)
        .all(platform.db.read())
        .await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    for event in &waiting {
        platform.live.announce(Change { topic: event.subject.clone(), id: event.id.to_string() });
    }
    let count = waiting.len();
    let subscriptions = subscriptions.clone();
    let platform_for_ids = platform.clone();
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                let ids: Vec<Uuid> = waiting.iter().map(|event| event.id).collect();
                for event in waiting {
                    for (_, job) in subscriptions.0.iter().filter(|(topic, _)| *topic == event.topic) {
                        tx.enqueue(NewJob {
                            id: platform_for_ids.new_id(),
                            kind: job,
                            payload: event.payload.clone(),
                            run_at: None,
                            // Two nodes may dispatch the same event: the second job is refused here.
                            key: Some(format!("{job}:{}", event.id)),
                        });
                    }
                }
                row::Entity::update_many()
                    .col_expr(row::Column::Dispatched, sea_orm::sea_query::Expr::value(true))
                    .filter(row::Column::Id.is_in(ids))
                    .exec(tx.conn())
                    .await?;
                Ok(())
            })
        })
        .await?;
    Ok(count)
}
