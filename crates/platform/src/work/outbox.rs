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
        pub trace: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    trace: Option<&str>,
    events: Vec<Event>,
) -> Result<()> {
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
        trace: Set(trace.map(str::to_owned)),
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

/// How far back a node looks for events of others: an event is written a moment after its id was made, and clocks
/// differ a little.
const LOOK_BACK: time::Duration = time::Duration::seconds(5);
/// Events looked at in one go.
const LOOKED_AT: u64 = 2_000;

/// Tells this node's open pages of events that other nodes dispatched.
#[derive(Default)]
pub struct Tail {
    looked: Option<OffsetDateTime>,
}

impl Tail {
    /// Looks once a second, while pages are open. On SQLite there is one node, which dispatches all itself.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow(&mut self, platform: &Platform) -> Result<()> {
        let now = platform.now();
        let one_node = platform.db.backend() == sea_orm::DbBackend::Sqlite;
        if one_node || !platform.live.is_watched() || self.looked == Some(now) {
            return Ok(());
        }
        self.looked = Some(now);
        let millis = u128::try_from((now - LOOK_BACK).unix_timestamp()).unwrap_or(0) * 1_000;
        // The first id of that moment: ids begin with their milliseconds.
        let since = Uuid::from_u128(millis << 80);
        let events: Vec<(Uuid, String)> = row::Entity::find()
            .select_only()
            .column(row::Column::Id)
            .column(row::Column::Subject)
            .filter(row::Column::Id.gte(since))
            .order_by_desc(row::Column::Id)
            .limit(LOOKED_AT)
            .into_tuple()
            .all(platform.db.read())
            .await?;
        for (id, subject) in events.into_iter().rev() {
            platform.live.announce(Change { topic: subject, id: id.to_string() });
        }
        Ok(())
    }
}

/// Events not yet handed on.
///
/// # Errors
/// When the database refuses.
pub(super) async fn waiting(conn: &impl ConnectionTrait) -> Result<u64> {
    Ok(row::Entity::find().filter(row::Column::Dispatched.eq(false)).count(conn).await?)
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
                        let job = NewJob {
                            id: platform_for_ids.new_id(),
                            kind: job,
                            payload: event.payload.clone(),
                            run_at: None,
                            // Two nodes may dispatch the same event: the second job is refused here.
                            key: Some(format!("{job}:{}", event.id)),
                        };
                        tx.enqueue_under(event.trace.clone(), job);
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
