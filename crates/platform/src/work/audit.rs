//! Audit lines: who did or saw what, when, with what result. Append only.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, Set};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::web::guard::Principal;
use crate::web::problem::Result;

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Time-ordered id.
    pub id: Uuid,
    /// Account or staff id; absent for the system itself.
    pub actor_id: Option<Uuid>,
    /// Name at that time.
    pub actor_name: String,
    /// Permission key or act, for example `case.reveal`.
    pub action: &'static str,
    /// What it was done to, for example `case:<id>`.
    pub subject: String,
    /// Reason, field names, counts; never a secret or a raw personal value.
    pub detail: Value,
}

impl Line {
    /// A line of a caller's act.
    pub fn by(caller: &Principal, id: Uuid, action: &'static str, subject: String, detail: Value) -> Self {
        Self { id, actor_id: Some(caller.id), actor_name: caller.name.clone(), action, subject, detail }
    }
}

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: OffsetDateTime,
        pub actor_id: Option<Uuid>,
        pub actor_name: String,
        pub action: String,
        pub subject: String,
        pub detail: Json,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn insert(conn: &impl ConnectionTrait, now: OffsetDateTime, lines: Vec<Line>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    row::Entity::insert_many(lines.into_iter().map(|line| row::ActiveModel {
        id: Set(line.id),
        at: Set(now),
        actor_id: Set(line.actor_id),
        actor_name: Set(line.actor_name),
        action: Set(line.action.to_owned()),
        subject: Set(line.subject),
        detail: Set(line.detail),
    }))
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Lines about one subject, oldest first (tests and the case page's access list).
///
/// # Errors
/// When the database refuses.
pub async fn about(conn: &impl ConnectionTrait, subject: &str) -> Result<Vec<(String, String)>> {
    use sea_orm::{QueryOrder, QuerySelect};
    Ok(row::Entity::find()
        .filter(row::Column::Subject.eq(subject))
        .order_by_asc(row::Column::Id)
        .limit(500)
        .all(conn)
        .await?
        .into_iter()
        .map(|line| (line.action, line.actor_name))
        .collect())
}
