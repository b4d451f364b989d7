//! Rows of the administration: history, custom roles, exclusions, mandates, policies, grants,
//! extensions, layouts, migrations.

use ipnet::IpNet;
use platform::web::policy::AccessPolicy;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Terminal;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::policies::model::{CrossGrant, Policy, Subject};
use super::roles::model::{Exclusion, Mandate, built_in_exclusions};
use crate::model::org::OrgChange;
use crate::roles::{Role, RoleBook, Sees};

macro_rules! table {
    ($module:ident, $table:literal, $($(#[$attr:meta])* $field:ident: $kind:ty),* $(,)?) => {
        // What the entity macro makes besides the entity is not all used.
        #[allow(dead_code)]
        pub(crate) mod $module {
            use super::*;
            #[sea_orm::model]
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$attr])* pub $field: $kind,)*
            }
            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

table!(org_history, "org_history",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    org_id: Uuid, at: OffsetDateTime, act: String, name_before: String, parent_before: Option<Uuid>,
    reason: String, actor_name: String);
table!(staff_passwords, "staff_passwords",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    staff_id: Uuid, hash: String, at: OffsetDateTime);
table!(staff_layouts, "staff_layouts",
    #[sea_orm(primary_key, auto_increment = false)] staff_id: Uuid,
    cards: Json, version: i64, updated_at: OffsetDateTime);
table!(role_rows, "roles",
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    label: String, sees: String, permissions: Json, org_id: Option<Uuid>, version: i64, created_at: OffsetDateTime);
table!(exclusion_rows, "exclusions",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    label: String, one_side: Json, other_side: Json, reason: String, version: i64);
table!(mandate_rows, "mandates",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    staff_id: Uuid, org_id: Uuid, permissions: Json, may_delegate: bool, parent_id: Option<Uuid>,
    given_by: Uuid, given_by_name: String, created_at: OffsetDateTime,
    until_at: Option<OffsetDateTime>, revoked_at: Option<OffsetDateTime>);
table!(policy_rows, "access_policies",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    name: String, subject_kind: String, subject: String, terminals: Json, networks: Json,
    idle_minutes: Option<i64>, max_sessions: Option<i64>, requests_per_minute: Option<i64>,
    enabled: bool, version: i64);
table!(cross_rows, "cross_grants",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    staff_id: Uuid, org_id: Uuid, items: Json, from_at: OffsetDateTime, until_at: OffsetDateTime,
    reason: String, given_by: Uuid, given_by_name: String, created_at: OffsetDateTime,
    recalled_at: Option<OffsetDateTime>, recall_reason: Option<String>);
table!(extension_rows, "extensions",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    item_slug: String, org_id: Uuid, town_id: Uuid, window_key: String, staff: Json, materials: Json,
    state: String, opened_at: OffsetDateTime, closed_at: Option<OffsetDateTime>, version: i64);
table!(migration_rows, "account_migrations",
    #[sea_orm(primary_key, auto_increment = false)] id: Uuid,
    kind: String, source: String, file_name: String, at: OffsetDateTime, actor_name: String, report: Json);
table!(locks, "administration_lock",
    #[sea_orm(primary_key, auto_increment = false)] id: i64);

/// Waits until no other administrative command runs. SQLite has one writer anyway.
pub(crate) async fn lock(conn: &impl ConnectionTrait) -> Result<()> {
    let row = locks::Entity::find_by_id(1).lock_exclusive().one(conn).await?;
    row.map(|_| ()).ok_or_else(|| Problem::internal("the row of administration_lock is gone"))
}

/// Changes of names and places of all organisations, oldest first.
pub(crate) async fn org_changes(conn: &impl ConnectionTrait) -> Result<Vec<OrgChange>> {
    let rows = org_history::Entity::find()
        .filter(org_history::Column::Act.is_in(["renamed", "moved", "merged"]))
        .order_by_asc(org_history::Column::At)
        .order_by_asc(org_history::Column::Id)
        .all(conn)
        .await?;
    let change = |row: org_history::Model| OrgChange {
        org_id: row.org_id,
        at: row.at,
        name_before: row.name_before,
        parent_before: row.parent_before,
    };
    Ok(rows.into_iter().map(change).collect())
}

/// Built-in and custom roles.
pub(crate) async fn role_book(conn: &impl ConnectionTrait) -> Result<RoleBook> {
    let mut custom = Vec::new();
    for row in role_rows::Entity::find().order_by_asc(role_rows::Column::Key).all(conn).await? {
        let role = Role {
            label: row.label,
            audience: platform::web::guard::Audience::Desk,
            sees: Sees::from_column(&row.sees),
            // What it gives says whether a second factor is demanded (RoleBook::demanding_second_factor).
            second_factor: false,
            permissions: serde_json::from_value(row.permissions)?,
        };
        custom.push((row.key, role));
    }
    Ok(RoleBook::new(custom))
}

/// Built-in and own rules of duties that exclude each other.
pub(crate) async fn exclusions(conn: &impl ConnectionTrait) -> Result<Vec<Exclusion>> {
    let mut all = built_in_exclusions();
    for row in exclusion_rows::Entity::find().order_by_asc(exclusion_rows::Column::Id).all(conn).await? {
        all.push(Exclusion {
            id: row.id.to_string(),
            label: row.label,
            one_side: serde_json::from_value(row.one_side)?,
            other_side: serde_json::from_value(row.other_side)?,
            reason: row.reason,
            built_in: false,
        });
    }
    Ok(all)
}

/// A mandate of a row.
pub(crate) fn mandate_of(row: &mandate_rows::Model) -> Result<Mandate> {
    Ok(Mandate {
        id: row.id,
        staff_id: row.staff_id,
        org_id: row.org_id,
        permissions: serde_json::from_value(row.permissions.clone())?,
        may_delegate: row.may_delegate,
        parent_id: row.parent_id,
        until: row.until_at,
    })
}

/// Mandates not revoked.
pub(crate) async fn open_mandates(conn: &impl ConnectionTrait) -> Result<Vec<Mandate>> {
    let rows = mandate_rows::Entity::find()
        .filter(mandate_rows::Column::RevokedAt.is_null())
        .order_by_asc(mandate_rows::Column::Id)
        .all(conn)
        .await?;
    rows.iter().map(mandate_of).collect()
}

impl TryFrom<policy_rows::Model> for Policy {
    type Error = Problem;

    fn try_from(row: policy_rows::Model) -> Result<Self> {
        let subject = Subject::read(&row.subject_kind, &row.subject)
            .ok_or_else(|| Problem::internal(format!("access policy {} names nobody", row.id)))?;
        let terminals: Vec<Terminal> = serde_json::from_value(row.terminals)?;
        let networks: Vec<IpNet> = serde_json::from_value(row.networks)?;
        let bounds = AccessPolicy {
            terminals: (!terminals.is_empty()).then(|| terminals.into_iter().collect()),
            networks: if networks.is_empty() { Vec::new() } else { vec![networks] },
            idle_minutes: row.idle_minutes,
            max_sessions: row.max_sessions.and_then(|most| u64::try_from(most).ok()),
            requests_per_minute: row.requests_per_minute.and_then(|rate| u32::try_from(rate).ok()),
        };
        Ok(Self { subject, bounds })
    }
}

impl TryFrom<cross_rows::Model> for CrossGrant {
    type Error = Problem;

    fn try_from(row: cross_rows::Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            staff_id: row.staff_id,
            org_id: row.org_id,
            items: serde_json::from_value(row.items)?,
            from: row.from_at,
            until: row.until_at,
        })
    }
}

/// Policies in force.
pub(crate) async fn enabled_policies(conn: &impl ConnectionTrait) -> Result<Vec<Policy>> {
    let rows = policy_rows::Entity::find().filter(policy_rows::Column::Enabled.eq(true)).all(conn).await?;
    rows.into_iter().map(Policy::try_from).collect()
}

/// Grants to staff of other regions, not recalled.
pub(crate) async fn open_cross_grants(conn: &impl ConnectionTrait) -> Result<Vec<CrossGrant>> {
    let rows = cross_rows::Entity::find().filter(cross_rows::Column::RecalledAt.is_null()).all(conn).await?;
    rows.into_iter().map(CrossGrant::try_from).collect()
}
