//! Rows of dispatches and of held answers.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, TryInsertResult};
use time::OffsetDateTime;

use super::{OPEN, UNTOLD};

pub(crate) mod dispatch {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_dispatches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub mode: String,
        pub app_id: String,
        pub system_name: String,
        pub state: String,
        pub problem: String,
        pub reason: Option<String>,
        pub attempts: i64,
        pub round: i64,
        pub next_at: Option<OffsetDateTime>,
        pub sent_at: Option<OffsetDateTime>,
        pub receipt: Option<String>,
        pub answer_hours: i64,
        pub answer_by: Option<OffsetDateTime>,
        pub answered_at: Option<OffsetDateTime>,
        pub fallback: String,
        pub ended_at: Option<OffsetDateTime>,
        pub ended_by: Option<String>,
        pub told_at: Option<OffsetDateTime>,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod held {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_held")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub event: String,
        pub sequence: i64,
        pub version: i64,
        pub digest: String,
        pub envelope_sealed: String,
        pub reason: String,
        pub held_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use dispatch::{Column, Entity, Model};

impl Model {
    /// Whether the other system has the case.
    pub(crate) fn is_open(&self) -> bool {
        OPEN.contains(&self.state.as_str())
    }

    /// Whether it ended here and the other system has still to hear of it.
    pub(crate) fn is_untold(&self) -> bool {
        self.problem == UNTOLD
    }
}

pub(crate) async fn find(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(case_id).one(conn).await?)
}

/// Notes a case for sending; false when it was noted before.
pub(crate) async fn begin(conn: &impl ConnectionTrait, row: Model) -> Result<bool> {
    let done = Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(Column::CaseId).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

/// Saves one that was read; its version moves.
///
/// # Errors
/// 409 when something happened to it meanwhile.
pub(crate) async fn save(conn: &impl ConnectionTrait, mut row: Model, now: OffsetDateTime) -> Result<()> {
    let read = row.version;
    row.version += 1;
    row.updated_at = now;
    row.reason = row.reason.map(|text| text.chars().take(500).collect());
    let case_id = row.case_id;
    let updated = Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(Column::CaseId.eq(case_id))
        .filter(Column::Version.eq(read))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 { Ok(()) } else { Err(Problem::stale()) }
}

/// Keeps an answer that came too early; false when it is kept already.
pub(crate) async fn hold(conn: &impl ConnectionTrait, row: held::Model) -> Result<bool> {
    use held::Column as C;
    let done = held::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns([C::CaseId, C::Event, C::Sequence, C::Version]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

/// Answers kept of a case.
pub(crate) async fn held_of(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<Vec<held::Model>> {
    Ok(held::Entity::find().filter(held::Column::CaseId.eq(case_id)).order_by_asc(held::Column::Id).all(conn).await?)
}

pub(crate) async fn drop_held(conn: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    held::Entity::delete_by_id(id).exec(conn).await?;
    Ok(())
}

pub(crate) async fn drop_all_held(conn: &impl ConnectionTrait, case_id: Uuid) -> Result<()> {
    held::Entity::delete_many().filter(held::Column::CaseId.eq(case_id)).exec(conn).await?;
    Ok(())
}

/// Which dispatches.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The caller's reach.
    pub within: Cond,
    /// `problem`, `open`, or one state.
    pub state: Option<String>,
    /// App id.
    pub system: Option<String>,
    /// Part of the case number or item.
    pub words: Option<String>,
}

impl Wanted {
    fn select(&self, with_state: bool) -> sea_orm::Select<Entity> {
        let mut select = Entity::find().filter(self.within.clone());
        match self.state.as_deref().filter(|_| with_state) {
            None => {}
            Some("problem") => select = select.filter(exceptions()),
            Some("open") => select = select.filter(Column::State.is_in(OPEN)),
            Some(state) => select = select.filter(Column::State.eq(state)),
        }
        if let Some(system) = &self.system {
            select = select.filter(Column::AppId.eq(system));
        }
        if let Some(words) = &self.words {
            let any = Cond::any().add(Column::CaseNumber.contains(words)).add(Column::ItemName.contains(words));
            select = select.filter(any);
        }
        select
    }
}

fn exceptions() -> Cond {
    let open = Cond::all().add(Column::State.is_in(OPEN)).add(Column::Problem.ne(""));
    Cond::any().add(open).add(Column::Problem.eq(UNTOLD))
}

/// One page, newest first, one row more than asked for.
pub(crate) async fn page(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut select = wanted.select(true);
    if let Some(before) = before {
        select = select.filter(Column::CaseId.lt(before));
    }
    Ok(select.order_by_desc(Column::CaseId).limit(limit + 1).all(conn).await?)
}

/// How many by state, under the other filters, and how many exceptions.
pub(crate) async fn counts(conn: &impl ConnectionTrait, wanted: &Wanted) -> Result<(Vec<(String, i64)>, u64)> {
    let all = wanted
        .select(false)
        .select_only()
        .column(Column::State)
        .column_as(Column::CaseId.count(), "count")
        .group_by(Column::State)
        .into_tuple()
        .all(conn)
        .await?;
    let exceptions = wanted.select(false).filter(exceptions()).count(conn).await?;
    Ok((all, exceptions))
}
