//! Tasks that one node does for all: whoever holds the lease.
//!
//! A lease is a row with a holder and an end. The holder renews it with each round of its task; when
//! its node is gone the lease ends and the next node that asks has it. Nothing is held in a process:
//! two nodes that disagree about the time by less than the lease never both hold it, and what a task
//! does is safe to be done twice all the same. A lease that ends later than any could by now was made by a clock that
//! was ahead: it counts as ended.

use sea_orm::{ConnectionTrait, Statement};
use time::Duration;
use uuid::Uuid;

use crate::Platform;
use crate::web::problem::Result;

/// A task's claim, one for each task of each node.
pub struct Lease {
    name: &'static str,
    holder: Uuid,
    length: Duration,
}

impl Lease {
    /// For a task of this name; held so long after each renewal.
    pub fn new(platform: &Platform, name: &'static str, length: Duration) -> Self {
        Self { name, holder: platform.new_id(), length }
    }

    /// Takes or renews the lease; whether this node does the task now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold(&self, platform: &Platform) -> Result<bool> {
        let now = platform.now();
        self.set(platform, now + self.length).await
    }

    /// Gives it up, so that another node need not wait for its end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release(&self, platform: &Platform) -> Result<()> {
        let ended = platform.now() - Duration::SECOND;
        self.set(platform, ended).await.map(|_| ())
    }

    async fn set(&self, platform: &Platform, until: time::OffsetDateTime) -> Result<bool> {
        let now = platform.now();
        let beyond_any = now + self.length + self.length;
        let statement = Statement::from_sql_and_values(
            platform.db.backend(),
            "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.until < $4 OR leases.until > $5 OR leases.holder = excluded.holder RETURNING name",
            [self.name.into(), self.holder.into(), until.into(), now.into(), beyond_any.into()],
        );
        platform
            .db
            .write(now, move |tx| Box::pin(async move { Ok(tx.conn().query_one_raw(statement).await?.is_some()) }))
            .await
    }
}
