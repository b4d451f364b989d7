//! Rows of `bulk_batches` and `bulk_lines`.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use time::OffsetDateTime;

/// `bulk_batches`
pub mod batch {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `bulk_batches`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulk_batches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub name: String,
        pub org_id: Uuid,
        pub item_slug: String,
        pub item_name: String,
        pub handle_item: String,
        pub handle_item_name: String,
        pub taken_at: Option<Uuid>,
        pub delivery_way: String,
        pub materials_note: String,
        pub doing: String,
        pub run_id: Option<Uuid>,
        pub problem: String,
        pub created_at: OffsetDateTime,
        pub created_by: Uuid,
        pub created_by_name: String,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `bulk_lines`
pub mod line {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `bulk_lines`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bulk_lines")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub batch_id: Uuid,
        pub no: i64,
        pub version: i64,
        pub state: String,
        pub applicant_kind: String,
        pub applicant_name: String,
        pub applicant_index: String,
        pub personal_sealed: String,
        pub problem: String,
        pub case_id: Option<Uuid>,
        pub case_number: String,
        pub item_slug: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub filed_at: Option<OffsetDateTime>,
        pub changed_at: OffsetDateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use line::Column;

/// Rows of one statement.
const AT_ONCE: usize = 500;

pub(crate) async fn batch(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<batch::Model>> {
    Ok(batch::Entity::find_by_id(id).one(conn).await?)
}

pub(crate) async fn insert_batch(conn: &impl ConnectionTrait, row: batch::Model) -> Result<()> {
    batch::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes a batch that is still as it was read; whether it was.
pub(crate) async fn update_batch(conn: &impl ConnectionTrait, mut row: batch::Model) -> Result<bool> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = batch::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(batch::Column::Id.eq(id))
        .filter(batch::Column::Version.eq(read))
        .exec(conn)
        .await?;
    Ok(updated.rows_affected == 1)
}

pub(crate) async fn delete_batch(conn: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    line::Entity::delete_many().filter(Column::BatchId.eq(id)).exec(conn).await?;
    batch::Entity::delete_by_id(id).exec(conn).await?;
    Ok(())
}

/// Lines per state, and how many have a problem.
pub(crate) async fn counts(conn: &impl ConnectionTrait, batches: &[Uuid]) -> Result<Vec<(Uuid, String, i64, i64)>> {
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    Ok(line::Entity::find()
        .select_only()
        .column(Column::BatchId)
        .column(Column::State)
        .column_as(Column::Id.count(), "count")
        .column_as(Expr::expr(Expr::case(Column::Problem.ne(""), 1_i64)).count(), "failed")
        .filter(Column::BatchId.is_in(batches.iter().copied()))
        .group_by(Column::BatchId)
        .group_by(Column::State)
        .into_tuple()
        .all(conn)
        .await?)
}

pub(crate) async fn last_no(conn: &impl ConnectionTrait, batch: Uuid) -> Result<i64> {
    let last: Option<Option<i64>> = line::Entity::find()
        .select_only()
        .column_as(Column::No.max(), "last")
        .filter(Column::BatchId.eq(batch))
        .into_tuple()
        .one(conn)
        .await?;
    Ok(last.flatten().unwrap_or(0))
}

pub(crate) async fn line(conn: &impl ConnectionTrait, batch: Uuid, id: Uuid) -> Result<Option<line::Model>> {
    Ok(line::Entity::find_by_id(id).filter(Column::BatchId.eq(batch)).one(conn).await?)
}

/// Numbers of lines by the index of the applicant's number, for those of these that are in the batch.
pub(crate) async fn known(
    conn: &impl ConnectionTrait,
    batch: Uuid,
    indexes: &[String],
) -> Result<std::collections::HashMap<String, i64>> {
    let mut found = std::collections::HashMap::new();
    for some in indexes.chunks(AT_ONCE) {
        let rows: Vec<(String, i64)> = line::Entity::find()
            .select_only()
            .column(Column::ApplicantIndex)
            .column(Column::No)
            .filter(Column::BatchId.eq(batch))
            .filter(Column::ApplicantIndex.is_in(some))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

pub(crate) async fn insert_lines(conn: &impl ConnectionTrait, rows: Vec<line::Model>) -> Result<()> {
    let mut rest = rows;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(AT_ONCE));
        line::Entity::insert_many(rest.into_iter().map(|row| row.into_active_model().reset_all()))
            .exec_without_returning(conn)
            .await?;
        rest = later;
    }
    Ok(())
}

/// Writes a line that is still as it was read; whether it was.
pub(crate) async fn update_line(conn: &impl ConnectionTrait, mut row: line::Model) -> Result<bool> {
    let (id, read) = (row.id, row.version);
    row.version += 1;
    let updated = line::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(read))
        .exec(conn)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Deletes lines that are no cases yet; how many.
pub(crate) async fn delete_lines(conn: &impl ConnectionTrait, batch: Uuid, ids: &[Uuid]) -> Result<u64> {
    let gone = line::Entity::delete_many()
        .filter(Column::BatchId.eq(batch))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::CaseId.is_null())
        .exec(conn)
        .await?;
    Ok(gone.rows_affected)
}

/// Which lines of a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinesWanted {
    /// State, or `failed`.
    pub state: Option<String>,
    /// Part of a name or case number, or the index of a number.
    pub text: Option<(String, String)>,
}

pub(crate) async fn lines(
    conn: &impl ConnectionTrait,
    batch: Uuid,
    wanted: &LinesWanted,
    after: Option<i64>,
    limit: u64,
) -> Result<(Vec<line::Model>, u64)> {
    use sea_orm::sea_query::Cond;
    let mut select = line::Entity::find().filter(Column::BatchId.eq(batch));
    select = match wanted.state.as_deref() {
        None | Some("") => select,
        Some("failed") => select.filter(Column::Problem.ne("")),
        Some(state) => select.filter(Column::State.eq(state)),
    };
    if let Some((text, index)) = &wanted.text {
        let pattern = platform::db::containing(text);
        select = select.filter(
            Cond::any()
                .add(Column::ApplicantName.like(&pattern))
                .add(Column::CaseNumber.like(&pattern))
                .add(Column::ApplicantIndex.eq(index)),
        );
    }
    let total = select.clone().count(conn).await?;
    if let Some(after) = after {
        select = select.filter(Column::No.gt(after));
    }
    Ok((select.order_by_asc(Column::No).limit(limit).all(conn).await?, total))
}

/// Lines in a state after a number, for the job.
pub(crate) async fn waiting(
    conn: &impl ConnectionTrait,
    batch: Uuid,
    state: &str,
    after: i64,
    limit: u64,
) -> Result<Vec<line::Model>> {
    Ok(line::Entity::find()
        .filter(Column::BatchId.eq(batch))
        .filter(Column::State.eq(state))
        .filter(Column::No.gt(after))
        .order_by_asc(Column::No)
        .limit(limit)
        .all(conn)
        .await?)
}

/// Gives lines a state with one statement, and takes their problem away.
pub(crate) async fn moved(conn: &impl ConnectionTrait, ids: &[Uuid], state: &str, now: OffsetDateTime) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    line::Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Problem, Expr::value(""))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::ChangedAt, Expr::value(now))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Writes down why lines did not go through.
pub(crate) async fn failed(conn: &impl ConnectionTrait, failed: &[(Uuid, String)], now: OffsetDateTime) -> Result<()> {
    for (id, why) in failed {
        line::Entity::update_many()
            .col_expr(Column::Problem, Expr::value(why.chars().take(400).collect::<String>()))
            .col_expr(Column::ChangedAt, Expr::value(now))
            .filter(Column::Id.eq(*id))
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// Replaces whole lines: those that became cases. One statement for many.
pub(crate) async fn filed(conn: &impl ConnectionTrait, rows: Vec<line::Model>) -> Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let gone = line::Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::CaseId.is_null())
        .exec(conn)
        .await?;
    // Another run of the job made the cases already: this one is undone whole.
    if gone.rows_affected != ids.len() as u64 {
        return Err(platform::Problem::stale());
    }
    insert_lines(conn, rows).await
}
