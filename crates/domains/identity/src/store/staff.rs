//! Rows of staff users.

use std::collections::HashMap;

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
use time::OffsetDateTime;

use crate::model::staff::{Staff, Tries};

/// Rows of one statement.
const ROWS: usize = 200;

pub(crate) mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub login: String,
        pub name: String,
        pub employee_no: Option<String>,
        pub title: Option<String>,
        pub org_id: Uuid,
        pub region: String,
        pub phone_sealed: Option<String>,
        pub password_hash: String,
        pub roles: Json,
        pub items: Json,
        pub failed_count: i64,
        pub locked_until: Option<OffsetDateTime>,
        pub disabled: bool,
        pub email_sealed: Option<String>,
        pub mobile_identity_sealed: Option<String>,
        pub mobile_identity_index: Option<String>,
        pub must_change_password: bool,
        pub password_set_at: Option<OffsetDateTime>,
        pub one_time_until: Option<OffsetDateTime>,
        pub disabled_reason: Option<String>,
        pub last_sign_in_at: Option<OffsetDateTime>,
        pub removed_at: Option<OffsetDateTime>,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A staff user as the content pack gives it.
pub(crate) struct NewStaff {
    pub(crate) staff: Staff,
    pub(crate) employee_no: Option<String>,
    pub(crate) phone_sealed: Option<String>,
    /// Hash for a login that does not exist yet; one that exists keeps its own.
    pub(crate) password_hash: Option<String>,
}

/// What the sign-in needs of a login.
pub(crate) struct Credentials {
    pub(crate) staff: Staff,
    pub(crate) password_hash: String,
}

pub(crate) fn staff_of(row: row::Model) -> Result<Staff> {
    Ok(Staff {
        id: row.id,
        login: row.login,
        name: row.name,
        title: row.title,
        org_id: row.org_id,
        region: row.region,
        roles: serde_json::from_value(row.roles)?,
        items: serde_json::from_value(row.items)?,
        disabled: row.disabled || row.removed_at.is_some(),
        must_change_password: row.must_change_password,
        password_set_at: row.password_set_at,
        version: row.version,
    })
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Staff>> {
    row::Entity::find_by_id(id).one(conn).await?.map(staff_of).transpose()
}

/// Blind index of the mobile identity written down for somebody.
pub(crate) async fn mobile_identity(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<String>> {
    Ok(row::Entity::find_by_id(id).one(conn).await?.and_then(|row| row.mobile_identity_index))
}

pub(crate) async fn by_login(conn: &impl ConnectionTrait, login: &str) -> Result<Option<Staff>> {
    row::Entity::find()
        .filter(row::Column::Login.eq(login))
        .filter(row::Column::RemovedAt.is_null())
        .one(conn)
        .await?
        .map(staff_of)
        .transpose()
}

/// Every staff user who may still sign in.
pub(crate) async fn active(conn: &impl ConnectionTrait) -> Result<Vec<Staff>> {
    row::Entity::find().filter(row::Column::Disabled.eq(false)).all(conn).await?.into_iter().map(staff_of).collect()
}

/// How many who may sign in chose their password before a moment.
pub(crate) async fn with_password_before(conn: &impl ConnectionTrait, limit: time::OffsetDateTime) -> Result<u64> {
    let aged = row::Entity::find().filter(row::Column::Disabled.eq(false)).filter(row::Column::PasswordSetAt.lt(limit));
    Ok(aged.count(conn).await?)
}

/// Staff of some organisations.
pub(crate) async fn in_orgs(conn: &impl ConnectionTrait, orgs: &[Uuid]) -> Result<Vec<Staff>> {
    let found = row::Entity::find().filter(row::Column::OrgId.is_in(orgs.iter().copied())).all(conn).await?;
    found.into_iter().map(staff_of).collect()
}

/// Some staff by id, those who left too.
pub(crate) async fn some(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Staff>> {
    let found = row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())).all(conn).await?;
    found.into_iter().map(staff_of).collect()
}

/// Staff whose name or login contains a text, those who left too.
pub(crate) async fn called(conn: &impl ConnectionTrait, q: &str, limit: u64) -> Result<Vec<Staff>> {
    let named = Condition::any().add(row::Column::Name.contains(q)).add(row::Column::Login.contains(q));
    let found = row::Entity::find().filter(named).order_by_asc(row::Column::Id).limit(limit).all(conn).await?;
    found.into_iter().map(staff_of).collect()
}

/// Staff in service of some organisations whose name or login contains a text, by name.
pub(crate) async fn find_in_orgs(
    conn: &impl ConnectionTrait,
    orgs: &[Uuid],
    q: &str,
    limit: u64,
) -> Result<Vec<Staff>> {
    let named = Condition::any().add(row::Column::Name.contains(q)).add(row::Column::Login.contains(q));
    row::Entity::find()
        .filter(row::Column::OrgId.is_in(orgs.iter().copied()))
        .filter(row::Column::Disabled.eq(false))
        .filter(row::Column::RemovedAt.is_null())
        .filter(named)
        .order_by_asc(row::Column::Name)
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .all(conn)
        .await?
        .into_iter()
        .map(staff_of)
        .collect()
}

/// Counts a try to sign in; `None` when the login is unknown, disabled or locked.
pub(crate) async fn begin_try(
    conn: &impl ConnectionTrait,
    login: &str,
    now: OffsetDateTime,
) -> Result<Option<Credentials>> {
    // Locked on PostgreSQL, so that two tries at once count as two; SQLite has one writer anyway.
    let found = row::Entity::find().filter(row::Column::Login.eq(login)).lock_exclusive().one(conn).await?;
    let usable = |row: &row::Model| {
        !row.disabled && row.removed_at.is_none() && row.one_time_until.is_none_or(|until| until > now)
    };
    let Some(row) = found.filter(usable) else { return Ok(None) };
    let Some(tries) = (Tries { failed: row.failed_count, locked_until: row.locked_until }).begin(now) else {
        return Ok(None);
    };
    set_tries(conn, row.id, tries).await?;
    let password_hash = row.password_hash.clone();
    Ok(Some(Credentials { staff: staff_of(row)?, password_hash }))
}

/// Takes back a try that was counted for a right password, where there was no room for the session.
pub(crate) async fn take_back_try(conn: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    let Some(row) = row::Entity::find_by_id(id).lock_exclusive().one(conn).await? else { return Ok(()) };
    let tries = Tries { failed: row.failed_count, locked_until: row.locked_until };
    set_tries(conn, id, tries.taken_back()).await
}

pub(crate) async fn set_tries(conn: &impl ConnectionTrait, id: Uuid, tries: Tries) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::FailedCount, Expr::value(tries.failed))
        .col_expr(row::Column::LockedUntil, Expr::value(tries.locked_until))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ids of the logins that exist, by login.
pub(crate) async fn known(conn: &impl ConnectionTrait, logins: &[String]) -> Result<HashMap<String, Uuid>> {
    let mut all = HashMap::new();
    for part in logins.chunks(ROWS) {
        let found: Vec<(String, Uuid)> = row::Entity::find()
            .select_only()
            .column(row::Column::Login)
            .column(row::Column::Id)
            .filter(row::Column::Login.is_in(part.iter().map(String::as_str)))
            .filter(row::Column::RemovedAt.is_null())
            .into_tuple()
            .all(conn)
            .await?;
        all.extend(found);
    }
    Ok(all)
}

fn fresh(new: NewStaff, password_hash: String) -> Result<row::ActiveModel> {
    let (roles, items) = (serde_json::to_value(&new.staff.roles)?, serde_json::to_value(&new.staff.items)?);
    let staff = new.staff;
    Ok(row::ActiveModel {
        id: Set(staff.id),
        login: Set(staff.login),
        name: Set(staff.name),
        employee_no: Set(new.employee_no),
        title: Set(staff.title),
        org_id: Set(staff.org_id),
        region: Set(staff.region),
        phone_sealed: Set(new.phone_sealed),
        password_hash: Set(password_hash),
        roles: Set(roles),
        items: Set(items),
        failed_count: Set(0),
        locked_until: Set(None),
        disabled: Set(staff.disabled),
        email_sealed: Set(None),
        mobile_identity_sealed: Set(None),
        mobile_identity_index: Set(None),
        must_change_password: Set(staff.must_change_password),
        password_set_at: Set(None),
        one_time_until: Set(None),
        disabled_reason: Set(None),
        last_sign_in_at: Set(None),
        removed_at: Set(None),
        version: Set(1),
    })
}

/// Writes staff: what is new in as few statements as it takes, what exists one by one.
pub(crate) async fn save(conn: &impl ConnectionTrait, all: Vec<NewStaff>) -> Result<()> {
    let mut rows = Vec::new();
    for mut new in all {
        match new.password_hash.take() {
            Some(hash) => rows.push(fresh(new, hash)?),
            None => change(conn, new).await?,
        }
    }
    for part in rows.chunks(ROWS) {
        row::Entity::insert_many(part.iter().cloned()).exec_without_returning(conn).await?;
    }
    Ok(())
}

async fn change(conn: &impl ConnectionTrait, new: NewStaff) -> Result<()> {
    let (roles, items) = (serde_json::to_value(&new.staff.roles)?, serde_json::to_value(&new.staff.items)?);
    let staff = new.staff;
    let changed = row::Entity::update_many()
        .col_expr(row::Column::Name, Expr::value(staff.name))
        .col_expr(row::Column::EmployeeNo, Expr::value(new.employee_no))
        .col_expr(row::Column::Title, Expr::value(staff.title))
        .col_expr(row::Column::OrgId, Expr::value(staff.org_id))
        .col_expr(row::Column::Region, Expr::value(staff.region))
        .col_expr(row::Column::PhoneSealed, Expr::value(new.phone_sealed))
        .col_expr(row::Column::Roles, Expr::value(roles))
        .col_expr(row::Column::Items, Expr::value(items))
        .filter(row::Column::Id.eq(staff.id))
        .exec(conn)
        .await?;
    if changed.rows_affected != 1 {
        return Err(Problem::internal(format!("staff {} vanished during the import", staff.id)));
    }
    Ok(())
}

/// Lets somebody sign in, or no longer.
pub(crate) async fn set_disabled(conn: &impl ConnectionTrait, id: Uuid, disabled: bool) -> Result<bool> {
    let changed = row::Entity::update_many()
        .col_expr(row::Column::Disabled, Expr::value(disabled))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Notes a sign-in; a password of unknown age begins to age now.
pub(crate) async fn note_sign_in(conn: &impl ConnectionTrait, id: Uuid, now: OffsetDateTime) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastSignInAt, Expr::value(Some(now)))
        .filter(row::Column::Id.eq(id))
        .exec(conn)
        .await?;
    row::Entity::update_many()
        .col_expr(row::Column::PasswordSetAt, Expr::value(Some(now)))
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::PasswordSetAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Every staff user who was not removed.
pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Staff>> {
    row::Entity::find().filter(row::Column::RemovedAt.is_null()).all(conn).await?.into_iter().map(staff_of).collect()
}
