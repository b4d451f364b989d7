//! Rows of this domain.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};

/// `materials`
pub mod material {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `materials`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "materials")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub holder_kind: String,
        pub holder_name: String,
        pub holder_index: String,
        pub holder_id_sealed: String,
        pub account_id: Option<Uuid>,
        pub name: String,
        pub kind: String,
        pub category: String,
        pub placed: bool,
        pub source: String,
        pub source_key: String,
        pub source_name: String,
        pub org_id: Option<Uuid>,
        pub item_slug: String,
        pub taken_at: Option<Uuid>,
        pub last_no: i64,
        pub valid_from: Option<String>,
        pub valid_until: Option<String>,
        pub state: String,
        pub void_reason: String,
        pub hidden: bool,
        pub reminded: String,
        pub added_at: OffsetDateTime,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `material_versions`
pub mod version {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `material_versions`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "material_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub material_id: Uuid,
        pub no: i64,
        pub file_id: Uuid,
        pub file: Json,
        pub digest: String,
        pub valid_from: Option<String>,
        pub valid_until: Option<String>,
        pub came_from: String,
        pub by_name: String,
        pub at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `material_pulls`
pub mod pull {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `material_pulls`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "material_pulls")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub source_key: String,
        pub source_name: String,
        pub kind: String,
        pub name: String,
        pub holder_kind: String,
        pub holder_name: String,
        pub holder_index: String,
        pub holder_id_sealed: String,
        pub case_id: Option<Uuid>,
        pub case_number: String,
        pub reason: String,
        pub state: String,
        pub problem: String,
        pub attempts: i64,
        pub next_at: Option<OffsetDateTime>,
        pub material_id: Option<Uuid>,
        pub org_id: Uuid,
        pub asked_by: Uuid,
        pub asked_by_name: String,
        pub asked_at: OffsetDateTime,
        pub done_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `proof_requests`
pub mod proof {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `proof_requests`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "proof_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub kind: String,
        pub name: String,
        pub holder_kind: String,
        pub holder_name: String,
        pub holder_index: String,
        pub holder_id_sealed: String,
        pub account_id: Option<Uuid>,
        pub purpose: String,
        pub case_id: Option<Uuid>,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub material_key: String,
        pub material_name: String,
        pub org_id: Uuid,
        pub asked_by: Uuid,
        pub asked_by_name: String,
        pub asked_at: OffsetDateTime,
        pub to_org_id: Uuid,
        pub due_on: String,
        pub state: String,
        pub material_id: Option<Uuid>,
        pub material_no: Option<i64>,
        pub reason: String,
        pub answered_by: Option<Uuid>,
        pub answered_by_name: String,
        pub answered_at: Option<OffsetDateTime>,
        pub ended_at: Option<OffsetDateTime>,
        pub ended_by_name: String,
        pub told_soon: bool,
        pub told_late: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `material_grants`
pub mod grant {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `material_grants`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "material_grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub app_id: String,
        pub system_name: String,
        pub kind: String,
        pub reason: String,
        pub valid_until: Option<String>,
        pub given_by_name: String,
        pub given_at: OffsetDateTime,
        pub ended_at: Option<OffsetDateTime>,
        pub ended_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `material_intakes`
pub mod intake {
    use sea_orm::entity::prelude::*;

    /// `material_intakes`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "material_intakes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub what: String,
        pub last_id: Option<Uuid>,
        pub finished: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Versions shown of one paper.
const VERSIONS: u64 = 100;

/// An insert wants every value set, also those read back unchanged.
pub(crate) fn all_set<M, A>(model: M) -> A
where
    M: IntoActiveModel<A>,
    A: sea_orm::ActiveModelTrait,
{
    model.into_active_model().reset_all()
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<material::Model>> {
    Ok(material::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn by_key(conn: &impl ConnectionTrait, key: &str) -> Result<Option<material::Model>> {
    Ok(material::Entity::find().filter(material::Column::SourceKey.eq(key)).one(conn).await?)
}

pub(crate) async fn insert(conn: &impl ConnectionTrait, row: material::Model) -> Result<()> {
    material::Entity::insert(all_set::<_, material::ActiveModel>(row)).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes one that is still as it was read; its version moves.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub(crate) async fn update(conn: &impl ConnectionTrait, mut row: material::Model) -> Result<material::Model> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let done = material::Entity::update_many()
        .set(all_set::<_, material::ActiveModel>(row.clone()))
        .filter(material::Column::Id.eq(id))
        .filter(material::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(row) } else { Err(Problem::stale()) }
}

pub(crate) async fn insert_version(conn: &impl ConnectionTrait, row: version::Model) -> Result<()> {
    version::Entity::insert(all_set::<_, version::ActiveModel>(row)).exec_without_returning(conn).await?;
    Ok(())
}

/// Versions of a paper, the newest first.
pub(crate) async fn versions(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<version::Model>> {
    Ok(version::Entity::find()
        .filter(version::Column::MaterialId.eq(id))
        .order_by_desc(version::Column::No)
        .limit(VERSIONS)
        .all(conn)
        .await?)
}

/// One version of a paper.
pub(crate) async fn version_no(conn: &impl ConnectionTrait, id: Uuid, no: i64) -> Result<Option<version::Model>> {
    Ok(version::Entity::find()
        .filter(version::Column::MaterialId.eq(id))
        .filter(version::Column::No.eq(no))
        .one(conn)
        .await?)
}

/// The newest versions of several papers, in one query.
pub(crate) async fn newest(conn: &impl ConnectionTrait, rows: &[material::Model]) -> Result<Vec<version::Model>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = rows.iter().fold(sea_orm::Condition::any(), |any, row| {
        any.add(version::Column::MaterialId.eq(row.id).and(version::Column::No.eq(row.last_no)))
    });
    Ok(version::Entity::find().filter(wanted).all(conn).await?)
}

/// Which of these files are kept already.
pub(crate) async fn kept_files(conn: &impl ConnectionTrait, files: &[Uuid]) -> Result<Vec<Uuid>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    Ok(version::Entity::find()
        .select_only()
        .column(version::Column::FileId)
        .filter(version::Column::FileId.is_in(files.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Writes a proof request that is still as it was read.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub(crate) async fn update_proof(conn: &impl ConnectionTrait, mut row: proof::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let done = proof::Entity::update_many()
        .set(all_set::<_, proof::ActiveModel>(row))
        .filter(proof::Column::Id.eq(id))
        .filter(proof::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Writes a pull that is still as it was read.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub(crate) async fn update_pull(conn: &impl ConnectionTrait, mut row: pull::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let done = pull::Entity::update_many()
        .set(all_set::<_, pull::ActiveModel>(row))
        .filter(pull::Column::Id.eq(id))
        .filter(pull::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}
