//! Rows of grants and of their uses.

use std::collections::HashMap;

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::model::{Held, Reach, Role, Scope, State};

pub(crate) mod grant {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub role: String,
        pub state: String,
        pub asked_by: String,
        pub principal_kind: String,
        pub principal_name: String,
        pub principal_index: String,
        pub principal_sealed: String,
        pub principal_account: Option<Uuid>,
        pub giver_name: String,
        pub giver_index: String,
        pub root_name: String,
        pub root_index: String,
        pub parent_id: Option<Uuid>,
        pub grantee_name: String,
        pub grantee_index: String,
        pub grantee_sealed: String,
        pub relation: String,
        pub valid_from: OffsetDateTime,
        pub valid_until: OffsetDateTime,
        pub all_items: bool,
        pub items: Json,
        pub all_materials: bool,
        pub materials: Json,
        pub confirmed: String,
        pub end_reason: String,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
        pub activated_at: Option<OffsetDateTime>,
        pub ended_at: Option<OffsetDateTime>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod used {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "grant_uses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub grant_id: Uuid,
        pub grantor_name: String,
        pub grantee_name: String,
        pub item_key: String,
        pub item_name: String,
        pub case_id: Option<Uuid>,
        pub action: String,
        pub material_key: Option<String>,
        pub material_name: Option<String>,
        pub allowed: bool,
        pub refusal: String,
        pub at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

impl grant::Model {
    pub(crate) fn role(&self) -> Result<Role> {
        Role::parse(&self.role).ok_or_else(|| Problem::internal(format!("grant {} has role {}", self.id, self.role)))
    }

    /// State as stored.
    pub(crate) fn stored(&self) -> Result<State> {
        State::parse(&self.state)
            .ok_or_else(|| Problem::internal(format!("grant {} has state {}", self.id, self.state)))
    }

    /// State as the clock sees it.
    pub(crate) fn state(&self, now: OffsetDateTime) -> Result<State> {
        Ok(self.stored()?.at(self.valid_until, now))
    }

    pub(crate) fn scope(&self) -> Result<Scope> {
        let list = |json: &Json| serde_json::from_value::<Vec<String>>(json.clone());
        Ok(Scope {
            from: self.valid_from,
            until: self.valid_until,
            items: Reach::new(self.all_items, list(&self.items)?),
            materials: Reach::new(self.all_materials, list(&self.materials)?),
        })
    }

    pub(crate) fn set_scope(&mut self, scope: &Scope) {
        self.valid_from = scope.from;
        self.valid_until = scope.until;
        self.all_items = scope.items.is_all();
        self.items = scope.items.list().into();
        self.all_materials = scope.materials.is_all();
        self.materials = scope.materials.list().into();
    }

    pub(crate) fn held(&self) -> Result<Held> {
        Ok(Held { state: self.stored()?, scope: self.scope()?, end_reason: self.end_reason.clone() })
    }
}

/// Whether somebody may look at a grant, and from which side.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sides {
    /// Blind index of the person, for grants received and, with `gives`, given.
    pub(crate) person: Option<String>,
    /// Blind index of the principal that the caller is: the person, or the enterprise signed in as.
    pub(crate) principal: String,
}

impl Sides {
    /// Given by the caller: as the principal, or as the manager who appointed.
    pub(crate) fn given(&self) -> Cond {
        let mut given = Cond::any().add(grant::Column::PrincipalIndex.eq(&self.principal));
        if let Some(person) = &self.person {
            given = given
                .add(Cond::all().add(grant::Column::GiverIndex.eq(person)).add(grant::Column::ParentId.is_not_null()));
        }
        given
    }

    /// Received by the caller.
    pub(crate) fn received(&self) -> Cond {
        match &self.person {
            Some(person) => Cond::all().add(grant::Column::GranteeIndex.eq(person)),
            // An enterprise receives none.
            None => Cond::all().add(grant::Column::Id.is_null()),
        }
    }

    pub(crate) fn gives(&self, row: &grant::Model) -> bool {
        row.principal_index == self.principal
            || (row.parent_id.is_some() && self.person.as_ref() == Some(&row.giver_index))
    }

    pub(crate) fn receives(&self, row: &grant::Model) -> bool {
        self.person.as_ref() == Some(&row.grantee_index)
    }
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<grant::Model>> {
    Ok(grant::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: grant::Model) -> Result<()> {
    grant::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes a changed row; `read` is the version it was read with.
///
/// # Errors
/// 409 when somebody changed it meanwhile.
pub(crate) async fn update(conn: &impl ConnectionTrait, mut row: grant::Model) -> Result<grant::Model> {
    let read = row.version;
    row.version += 1;
    let written = grant::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(grant::Column::Id.eq(row.id))
        .filter(grant::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if written.rows_affected == 1 { Ok(row) } else { Err(Problem::stale()) }
}

/// Grants that hang on one and are not over.
pub(crate) async fn hanging_on(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<grant::Model>> {
    Ok(grant::Entity::find()
        .filter(grant::Column::ParentId.eq(id))
        .filter(grant::Column::State.is_in(OPEN))
        .all(conn)
        .await?)
}

/// States that are not over.
pub(crate) const OPEN: [&str; 2] = ["waiting", "active"];

/// A waiting request of the same kind.
pub(crate) async fn same_waiting(
    conn: &impl ConnectionTrait,
    principal: &str,
    grantee: &str,
    role: Role,
    now: OffsetDateTime,
) -> Result<bool> {
    let same = grant::Entity::find()
        .filter(grant::Column::PrincipalIndex.eq(principal))
        .filter(grant::Column::GranteeIndex.eq(grantee))
        .filter(grant::Column::Role.eq(role.as_str()))
        .filter(grant::Column::State.eq(State::Waiting.as_str()))
        .filter(grant::Column::ValidUntil.gt(now));
    Ok(same.one(conn).await?.is_some())
}

/// Grants from a principal to a person, each with the one it hangs on, newest first.
pub(crate) async fn between(
    conn: &impl ConnectionTrait,
    principal: &str,
    person: &str,
) -> Result<Vec<(grant::Model, Option<grant::Model>)>> {
    let own = grant::Entity::find()
        .filter(grant::Column::PrincipalIndex.eq(principal))
        .filter(grant::Column::GranteeIndex.eq(person))
        .order_by_desc(grant::Column::Id)
        .limit(200)
        .all(conn)
        .await?;
    with_parents(conn, own).await
}

/// Grants that are active now.
fn active(now: OffsetDateTime) -> Select<grant::Entity> {
    grant::Entity::find()
        .filter(grant::Column::State.eq(State::Active.as_str()))
        .filter(grant::Column::ValidUntil.gt(now))
        .filter(grant::Column::ValidFrom.lte(now))
}

/// Active grants of a person, each with the one it hangs on, newest first.
pub(crate) async fn active_of(
    conn: &impl ConnectionTrait,
    person: &str,
    now: OffsetDateTime,
) -> Result<Vec<(grant::Model, Option<grant::Model>)>> {
    let own = active(now)
        .filter(grant::Column::GranteeIndex.eq(person))
        .order_by_desc(grant::Column::Id)
        .limit(200)
        .all(conn)
        .await?;
    with_parents(conn, own).await
}

/// Active grants of a principal, each with the one it hangs on, newest first.
pub(crate) async fn active_from(
    conn: &impl ConnectionTrait,
    principal: &str,
    now: OffsetDateTime,
) -> Result<Vec<(grant::Model, Option<grant::Model>)>> {
    let own = active(now)
        .filter(grant::Column::PrincipalIndex.eq(principal))
        .order_by_desc(grant::Column::Id)
        .limit(200)
        .all(conn)
        .await?;
    with_parents(conn, own).await
}

async fn with_parents(
    conn: &impl ConnectionTrait,
    own: Vec<grant::Model>,
) -> Result<Vec<(grant::Model, Option<grant::Model>)>> {
    let ids: Vec<Uuid> = own.iter().filter_map(|row| row.parent_id).collect();
    let parents: HashMap<Uuid, grant::Model> = if ids.is_empty() {
        HashMap::new()
    } else {
        let rows = grant::Entity::find().filter(grant::Column::Id.is_in(ids)).all(conn).await?;
        rows.into_iter().map(|row| (row.id, row)).collect()
    };
    Ok(own
        .into_iter()
        .map(|row| {
            let parent = row.parent_id.and_then(|id| parents.get(&id).cloned());
            (row, parent)
        })
        .collect())
}

/// Open grants of an enterprise.
pub(crate) async fn open_of_enterprise(conn: &impl ConnectionTrait, principal: &str) -> Result<Vec<grant::Model>> {
    Ok(grant::Entity::find()
        .filter(grant::Column::PrincipalIndex.eq(principal))
        .filter(grant::Column::PrincipalKind.eq("enterprise"))
        .filter(grant::Column::State.is_in(OPEN))
        .all(conn)
        .await?)
}

/// Open grants whose period is over.
pub(crate) async fn over(conn: &impl ConnectionTrait, now: OffsetDateTime, batch: u64) -> Result<Vec<grant::Model>> {
    Ok(grant::Entity::find()
        .filter(grant::Column::State.is_in(OPEN))
        .filter(grant::Column::ValidUntil.lte(now))
        .order_by_asc(grant::Column::Id)
        .limit(batch)
        .all(conn)
        .await?)
}

/// Requests that wait for a person to confirm as the principal.
pub(crate) async fn waiting_for_principal(
    conn: &impl ConnectionTrait,
    principal: &str,
    now: OffsetDateTime,
) -> Result<Vec<grant::Model>> {
    Ok(grant::Entity::find()
        .filter(grant::Column::PrincipalIndex.eq(principal))
        .filter(grant::Column::AskedBy.eq("grantee"))
        .filter(grant::Column::State.eq(State::Waiting.as_str()))
        .filter(grant::Column::ValidUntil.gt(now))
        .order_by_desc(grant::Column::Id)
        .limit(100)
        .all(conn)
        .await?)
}

/// Writes one use.
pub(crate) async fn log(conn: &impl ConnectionTrait, row: used::Model) -> Result<()> {
    used::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// How often grants were used, and when last.
pub(crate) async fn use_counts(
    conn: &impl ConnectionTrait,
    grants: Vec<Uuid>,
) -> Result<HashMap<Uuid, (i64, Option<OffsetDateTime>)>> {
    if grants.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, i64, Option<OffsetDateTime>)> = used::Entity::find()
        .select_only()
        .column(used::Column::GrantId)
        .column_as(used::Column::Id.count(), "count")
        .column_as(used::Column::At.max(), "last")
        .filter(used::Column::GrantId.is_in(grants))
        .filter(used::Column::Allowed.eq(true))
        .group_by(used::Column::GrantId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, count, last)| (id, (count, last))).collect())
}
