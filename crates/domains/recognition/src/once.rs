//! Texts that serve once: our own challenges, states and tickets, and texts of other platforms that
//! were already answered. The database holds their SM3 alone, so a copy of it opens nothing.

use platform::web::problem::Result;
use platform::{Platform, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, Set, TryInsertResult};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// What a text is for; one for another use opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Challenge that a card read has to carry.
    CardRead,
    /// State of a link being made to the mobile platform.
    MobileLink,
    /// Ticket given to the document system.
    DocumentTicket,
    /// Citizen or enterprise code that was answered.
    Code,
    /// Ticket of the mobile platform that was answered.
    MobileTicket,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::CardRead => "card_read",
            Self::MobileLink => "mobile_link",
            Self::DocumentTicket => "document_ticket",
            Self::Code => "code",
            Self::MobileTicket => "mobile_ticket",
        }
    }
}

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "once")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub kind: String,
        pub owner_id: Option<Uuid>,
        pub detail: Json,
        pub created_at: OffsetDateTime,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A text as it was issued.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    /// Whom it was issued to.
    pub(crate) owner_id: Option<Uuid>,
    /// What it carries.
    pub(crate) detail: Value,
}

/// How long a text of another platform is remembered: longer than any of them counts.
const REMEMBERED: Duration = Duration::days(1);

/// Issues a text of ours.
pub(crate) async fn issue(
    platform: &Platform,
    kind: Kind,
    owner: Option<Uuid>,
    detail: Value,
    lasts: Duration,
) -> Result<String> {
    let text = base::id::token_hex(platform.randomness.as_ref(), 32);
    let (hash, now) = (hash(kind, &text), platform.now());
    platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                row::Entity::delete_many().filter(row::Column::ExpiresAt.lt(now)).exec(tx.conn()).await?;
                row::Entity::insert(row::ActiveModel {
                    hash: Set(hash),
                    kind: Set(kind.as_str().to_owned()),
                    owner_id: Set(owner),
                    detail: Set(detail),
                    created_at: Set(now),
                    expires_at: Set(now + lasts),
                    used_at: Set(None),
                })
                .exec_without_returning(tx.conn())
                .await?;
                Ok(())
            })
        })
        .await?;
    Ok(text)
}

/// Uses a text of ours up; `None` when it is unknown, over, used, or was for something else.
pub(crate) async fn redeem(tx: &Tx, kind: Kind, text: &str) -> Result<Option<Issued>> {
    let (hash, now) = (hash(kind, text), tx.now());
    let used = row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(Some(now)))
        .filter(row::Column::Hash.eq(hash.as_str()))
        .filter(row::Column::Kind.eq(kind.as_str()))
        .filter(row::Column::UsedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(now))
        .exec(tx.conn())
        .await?;
    if used.rows_affected != 1 {
        return Ok(None);
    }
    let row = row::Entity::find_by_id(hash).one(tx.conn()).await?;
    Ok(row.map(|row| Issued { owner_id: row.owner_id, detail: row.detail }))
}

/// Whether a text of another platform was answered before.
pub(crate) async fn is_spent(conn: &impl ConnectionTrait, kind: Kind, text: &str) -> Result<bool> {
    Ok(row::Entity::find_by_id(hash(kind, text)).one(conn).await?.is_some())
}

/// Remembers that a text of another platform was answered; false when somebody was quicker.
pub(crate) async fn spend(tx: &Tx, kind: Kind, text: &str) -> Result<bool> {
    let now = tx.now();
    let done = row::Entity::insert(row::ActiveModel {
        hash: Set(hash(kind, text)),
        kind: Set(kind.as_str().to_owned()),
        owner_id: Set(None),
        detail: Set(serde_json::json!({})),
        created_at: Set(now),
        expires_at: Set(now + REMEMBERED),
        used_at: Set(Some(now)),
    })
    .on_conflict(OnConflict::column(row::Column::Hash).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.conn())
    .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

fn hash(kind: Kind, text: &str) -> String {
    base::encoding::to_hex(&base::crypto::sm3(format!("{}:{text}", kind.as_str()).as_bytes()))
}
