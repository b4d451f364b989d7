//! Rows of the tables of earlier cases.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel};

/// `legacy_mappings`
pub mod mapping {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `legacy_mappings`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "legacy_mappings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub source: String,
        pub mapping: Json,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `legacy_runs`
pub mod run {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `legacy_runs`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "legacy_runs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub source: String,
        pub trial: bool,
        pub state: String,
        pub file_id: Uuid,
        pub file_name: String,
        pub file_digest: String,
        pub mapping: Json,
        pub rows_total: i64,
        pub next_row: i64,
        pub created: i64,
        pub updated: i64,
        pub unchanged: i64,
        pub failed: i64,
        pub report: Json,
        pub problem: String,
        pub started_at: OffsetDateTime,
        pub started_by: Uuid,
        pub started_by_name: String,
        pub finished_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `legacy_problems`
pub mod problem {
    use sea_orm::entity::prelude::*;

    /// `legacy_problems`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "legacy_problems")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub run_id: Uuid,
        pub kind: String,
        pub line: i64,
        pub source_number: String,
        pub message: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `legacy_cases`
pub mod earlier {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `legacy_cases`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "legacy_cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub source: String,
        pub source_number: String,
        pub item_name: String,
        pub item_slug: String,
        pub org_id: Uuid,
        pub channel: String,
        pub applicant_kind: String,
        pub applicant_name: String,
        pub applicant_index: String,
        pub personal_sealed: String,
        pub result: String,
        pub submitted_at: OffsetDateTime,
        pub accepted_at: Option<OffsetDateTime>,
        pub closed_at: Option<OffsetDateTime>,
        pub digest: String,
        pub run_id: Uuid,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn run_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<run::Model>> {
    Ok(run::Entity::find_by_id(id).one(conn).await?)
}

pub(super) async fn insert_run(conn: &impl ConnectionTrait, row: run::Model) -> Result<()> {
    run::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes a run that is still as it was read.
pub(super) async fn update_run(conn: &impl ConnectionTrait, mut row: run::Model) -> Result<()> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = run::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(run::Column::Id.eq(id))
        .filter(run::Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

pub(super) async fn insert_problems(conn: &impl ConnectionTrait, rows: Vec<problem::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    problem::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(())
}

/// Records of a source by their numbers there.
pub(super) async fn by_numbers(
    conn: &impl ConnectionTrait,
    source: &str,
    numbers: &[String],
) -> Result<Vec<earlier::Model>> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    Ok(earlier::Entity::find()
        .filter(earlier::Column::Source.eq(source))
        .filter(earlier::Column::SourceNumber.is_in(numbers.iter().map(String::as_str)))
        .all(conn)
        .await?)
}

pub(super) async fn insert_cases(conn: &impl ConnectionTrait, rows: Vec<earlier::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    earlier::Entity::insert_many(rows).exec_without_returning(conn).await?;
    Ok(())
}

pub(super) async fn update_case(conn: &impl ConnectionTrait, row: earlier::Model) -> Result<()> {
    let id = row.id;
    earlier::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(earlier::Column::Id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}
