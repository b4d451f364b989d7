//! Rows and queries.

use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use time::OffsetDateTime;

use crate::model::{Entry, Rating};

pub(crate) mod rating_row {
    use super::*;
    /// `ratings`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "ratings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub case_id: Uuid,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub account_id: Option<Uuid>,
        pub stars: i64,
        pub reasons: Json,
        pub reasons_version: i64,
        pub opinion: String,
        pub entry: String,
        pub times: i64,
        pub created_at: OffsetDateTime,
        pub updated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod history_row {
    use super::*;
    /// `rating_history`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_history")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub rating_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub times: i64,
        pub stars: i64,
        pub reasons: Json,
        pub opinion: String,
        pub entry: String,
        pub rated_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod attempt_row {
    use super::*;
    /// `rating_attempts`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "rating_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number_index: String,
        pub failed: i64,
        pub since: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use rating_row::{Column, Entity, Model};

impl Model {
    pub(crate) fn rating(&self) -> Result<Rating> {
        Ok(Rating {
            id: self.id,
            case_id: self.case_id,
            case_number: self.case_number.clone(),
            item_slug: self.item_slug.clone(),
            item_name: self.item_name.clone(),
            org_id: self.org_id,
            stars: self.stars,
            reasons: serde_json::from_value(self.reasons.clone()).map_err(Problem::internal)?,
            text: self.opinion.clone(),
            entry: Entry::from_column(&self.entry),
            times: self.times,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The rating of a case.
pub(crate) async fn of_case(conn: &impl ConnectionTrait, case: Uuid) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::CaseId.eq(case)).one(conn).await?)
}

/// Ratings of an item: stars and how many.
pub(crate) async fn counts(conn: &impl ConnectionTrait, slug: &str) -> Result<Vec<(i64, i64)>> {
    Ok(Entity::find()
        .filter(Column::ItemSlug.eq(slug))
        .select_only()
        .column(Column::Stars)
        .column_as(Column::Id.count(), "given")
        .group_by(Column::Stars)
        .into_tuple()
        .all(conn)
        .await?)
}

/// Ratings given in a period: department, stars and how many. One query.
pub(crate) async fn counts_by_org(
    conn: &impl ConnectionTrait,
    orgs: &[Uuid],
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<(Uuid, i64, i64)>> {
    Ok(Entity::find()
        .filter(Column::OrgId.is_in(orgs.iter().copied()))
        .filter(Column::CreatedAt.gte(from))
        .filter(Column::CreatedAt.lt(until))
        .select_only()
        .column(Column::OrgId)
        .column(Column::Stars)
        .column_as(Column::Id.count(), "given")
        .group_by(Column::OrgId)
        .group_by(Column::Stars)
        .into_tuple()
        .all(conn)
        .await?)
}

/// What staff ask for.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// Organisations and items the caller sees.
    pub within: Condition,
    /// So many stars only.
    pub stars: Vec<i64>,
    /// Part of the item's name or the opinion.
    pub words: Option<String>,
    /// Whether the words may also be a case number.
    pub by_number: bool,
    /// Rows before this id.
    pub before: Option<Uuid>,
}

/// One page within reach, newest first, and how many there are.
pub(crate) async fn page(conn: &impl ConnectionTrait, reach: &Reach, limit: u64) -> Result<(Vec<Model>, u64)> {
    let mut base = Entity::find().filter(reach.within.clone());
    if !reach.stars.is_empty() {
        base = base.filter(Column::Stars.is_in(reach.stars.iter().copied()));
    }
    if let Some(words) = &reach.words {
        let mut any = Condition::any().add(Column::ItemName.contains(words)).add(Column::Opinion.contains(words));
        if reach.by_number {
            any = any.add(Column::CaseNumber.eq(words));
        }
        base = base.filter(any);
    }
    let total = base.clone().count(conn).await?;
    if let Some(before) = reach.before {
        base = base.filter(Column::Id.lt(before));
    }
    Ok((base.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?, total))
}
