//! Rows of accounts and of sign-ons under way.

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QuerySelect, Set};
use time::OffsetDateTime;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub subject: String,
        pub kind: String,
        pub name: String,
        pub id_type: String,
        pub id_number_sealed: String,
        pub id_number_index: String,
        pub phone_sealed: Option<String>,
        pub phone_index: Option<String>,
        pub phone_by_owner: bool,
        pub email_sealed: Option<String>,
        pub display_name: String,
        pub real_name: bool,
        pub enterprise: Option<Json>,
        pub version: i64,
        pub created_at: OffsetDateTime,
        pub mirrored_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod states {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_on_states")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub state_hash: String,
        pub nonce: String,
        pub return_to: String,
        pub expires_at: OffsetDateTime,
        pub used_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Sealed values of a mirror; each is bound to its subject and field.
pub(crate) struct Mirror {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) id_type: String,
    pub(crate) id_number_sealed: String,
    pub(crate) id_number_index: String,
    pub(crate) phone: Option<Sealed>,
    pub(crate) real_name: bool,
    pub(crate) enterprise: Option<Json>,
}

/// A sealed value with its blind index.
pub(crate) struct Sealed {
    pub(crate) value: String,
    pub(crate) index: String,
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn person_by_number(conn: &impl ConnectionTrait, index: &str) -> Result<Option<row::Model>> {
    let own = row::Entity::find().filter(row::Column::IdNumberIndex.eq(index)).filter(row::Column::Kind.eq("person"));
    Ok(own.one(conn).await?)
}

/// Accounts of persons by the indexes of their numbers.
pub(crate) async fn persons_by_numbers(
    conn: &impl ConnectionTrait,
    indexes: Vec<String>,
) -> Result<Vec<(String, Uuid)>> {
    if indexes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::IdNumberIndex)
        .column(row::Column::Id)
        .filter(row::Column::IdNumberIndex.is_in(indexes))
        .filter(row::Column::Kind.eq("person"))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Enterprise accounts that a legal representative acts for.
pub(crate) async fn enterprise_by_representative(conn: &impl ConnectionTrait, index: &str) -> Result<Vec<row::Model>> {
    let own =
        row::Entity::find().filter(row::Column::IdNumberIndex.eq(index)).filter(row::Column::Kind.eq("enterprise"));
    Ok(own.all(conn).await?)
}

/// Sets whether a person is known to be who they say.
pub(crate) async fn set_real_name(conn: &impl ConnectionTrait, id: Uuid, real_name: bool) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::RealName, Expr::value(real_name))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

pub(crate) async fn by_subject(conn: &impl ConnectionTrait, subject: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Subject.eq(subject)).one(conn).await?)
}

/// Brings the mirror of a subject up to date, or makes it with `id`; returns the row.
pub(crate) async fn mirror(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    id: Uuid,
    subject: &str,
    mirror: Mirror,
) -> Result<Option<row::Model>> {
    let display_name = mirror
        .enterprise
        .as_ref()
        .and_then(|enterprise| enterprise.get("name").and_then(|name| name.as_str()).map(str::to_owned))
        .unwrap_or_else(|| mirror.name.clone());
    let (phone_sealed, phone_index) = mirror.phone.map(|phone| (phone.value, phone.index)).unzip();
    let existing = row::Entity::find().filter(row::Column::Subject.eq(subject)).lock_exclusive().one(conn).await?;
    if let Some(existing) = existing {
        let mut update = row::Entity::update_many()
            .col_expr(row::Column::Kind, Expr::value(mirror.kind))
            .col_expr(row::Column::Name, Expr::value(mirror.name))
            .col_expr(row::Column::IdType, Expr::value(mirror.id_type))
            .col_expr(row::Column::IdNumberSealed, Expr::value(mirror.id_number_sealed))
            .col_expr(row::Column::IdNumberIndex, Expr::value(mirror.id_number_index))
            .col_expr(row::Column::RealName, Expr::value(mirror.real_name))
            .col_expr(row::Column::Enterprise, Expr::value(mirror.enterprise))
            .col_expr(row::Column::MirroredAt, Expr::value(now));
        // A number the owner entered here is newer than the province's.
        if !existing.phone_by_owner {
            update = update
                .col_expr(row::Column::PhoneSealed, Expr::value(phone_sealed))
                .col_expr(row::Column::PhoneIndex, Expr::value(phone_index));
        }
        update.filter(row::Column::Id.eq(existing.id)).exec(conn).await?;
    } else {
        row::Entity::insert(row::ActiveModel {
            id: Set(id),
            subject: Set(subject.to_owned()),
            kind: Set(mirror.kind.to_owned()),
            name: Set(mirror.name),
            id_type: Set(mirror.id_type),
            id_number_sealed: Set(mirror.id_number_sealed),
            id_number_index: Set(mirror.id_number_index),
            phone_sealed: Set(phone_sealed),
            phone_index: Set(phone_index),
            phone_by_owner: Set(false),
            email_sealed: Set(None),
            display_name: Set(display_name),
            real_name: Set(mirror.real_name),
            enterprise: Set(mirror.enterprise),
            version: Set(1),
            created_at: Set(now),
            mirrored_at: Set(now),
        })
        // Two first sign-ons at once: the second finds the account made by the first.
        .on_conflict(OnConflict::column(row::Column::Subject).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    }
    by_subject(conn, subject).await
}

/// What an owner changed.
pub(crate) struct Edited {
    pub(crate) display_name: String,
    pub(crate) email_sealed: Option<String>,
    /// The new number, when it differs from the one known.
    pub(crate) phone: Option<Option<Sealed>>,
}

/// Writes an owner's change; false when the version is no longer the one given.
pub(crate) async fn edit(conn: &impl ConnectionTrait, id: Uuid, version: i64, edited: Edited) -> Result<bool> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::DisplayName, Expr::value(edited.display_name))
        .col_expr(row::Column::EmailSealed, Expr::value(edited.email_sealed))
        .col_expr(row::Column::Version, Expr::value(version + 1));
    if let Some(phone) = edited.phone {
        let (sealed, index) = phone.map(|phone| (phone.value, phone.index)).unzip();
        update = update
            .col_expr(row::Column::PhoneSealed, Expr::value(sealed))
            .col_expr(row::Column::PhoneIndex, Expr::value(index))
            .col_expr(row::Column::PhoneByOwner, Expr::value(true));
    }
    let changed = update.filter(row::Column::Id.eq(id)).filter(row::Column::Version.eq(version)).exec(conn).await?;
    Ok(changed.rows_affected == 1)
}

/// Writes a corrected telephone; the province's number counts no more.
pub(crate) async fn put_phone(conn: &impl ConnectionTrait, id: Uuid, version: i64, phone: Sealed) -> Result<()> {
    let update = row::Entity::update_many()
        .col_expr(row::Column::PhoneSealed, Expr::value(Some(phone.value)))
        .col_expr(row::Column::PhoneIndex, Expr::value(Some(phone.index)))
        .col_expr(row::Column::PhoneByOwner, Expr::value(true));
    put(conn, id, version, update).await
}

/// Writes a corrected e-mail.
pub(crate) async fn put_email(conn: &impl ConnectionTrait, id: Uuid, version: i64, sealed: String) -> Result<()> {
    let update = row::Entity::update_many().col_expr(row::Column::EmailSealed, Expr::value(Some(sealed)));
    put(conn, id, version, update).await
}

async fn put(
    conn: &impl ConnectionTrait,
    id: Uuid,
    version: i64,
    update: sea_orm::UpdateMany<row::Entity>,
) -> Result<()> {
    let changed = update
        .col_expr(row::Column::Version, Expr::value(version + 1))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::Version.eq(version))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(platform::Problem::stale()) }
}

/// Remembers a sign-on under way and forgets those that are over: they are refused for their age.
pub(crate) async fn begin_sign_on(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    state_hash: String,
    nonce: String,
    return_to: String,
    expires_at: OffsetDateTime,
) -> Result<()> {
    states::Entity::delete_many().filter(states::Column::ExpiresAt.lt(now)).exec(conn).await?;
    states::Entity::insert(states::ActiveModel {
        state_hash: Set(state_hash),
        nonce: Set(nonce),
        return_to: Set(return_to),
        expires_at: Set(expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Uses up a sign-on's state; its nonce and way back, or `None` when unknown, old or used.
pub(crate) async fn use_state(
    conn: &impl ConnectionTrait,
    now: OffsetDateTime,
    state_hash: &str,
) -> Result<Option<(String, String)>> {
    let used = states::Entity::update_many()
        .col_expr(states::Column::UsedAt, Expr::value(Some(now)))
        .filter(states::Column::StateHash.eq(state_hash))
        .filter(states::Column::UsedAt.is_null())
        .filter(states::Column::ExpiresAt.gt(now))
        .exec(conn)
        .await?;
    if used.rows_affected != 1 {
        return Ok(None);
    }
    let state = states::Entity::find_by_id(state_hash.to_owned()).one(conn).await?;
    Ok(state.map(|state| (state.nonce, state.return_to)))
}
