//! Rows of `case_packages` and `case_package_cases`.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};
use time::OffsetDateTime;

/// `case_packages`
pub mod package {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_packages`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_packages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub number: String,
        pub package_key: String,
        pub name: String,
        pub applicant_kind: String,
        pub applicant_name: String,
        pub applicant_index: String,
        pub collect: String,
        pub ticket_number: Option<String>,
        pub window_name: String,
        pub filed_at: OffsetDateTime,
        pub filed_by: Uuid,
        pub filed_by_name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// `case_package_cases`
pub mod member {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `case_package_cases`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "case_package_cases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub case_id: Uuid,
        pub package_id: Uuid,
        pub place: i64,
        pub case_number: String,
        pub item_slug: String,
        pub item_name: String,
        pub org_id: Uuid,
        pub taken_at: Option<Uuid>,
        pub ended_at: Option<OffsetDateTime>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<package::Model>> {
    Ok(package::Entity::find_by_id(id).one(conn).await?)
}

/// Cases of packages, in the order of their items.
pub(crate) async fn members(conn: &impl ConnectionTrait, packages: &[Uuid]) -> Result<Vec<member::Model>> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    Ok(member::Entity::find()
        .filter(member::Column::PackageId.is_in(packages.iter().copied()))
        .order_by_asc(member::Column::Place)
        .all(conn)
        .await?)
}

pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    row: package::Model,
    members: Vec<member::Model>,
) -> Result<()> {
    package::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(conn).await?;
    let members = members.into_iter().map(|one| one.into_active_model().reset_all());
    member::Entity::insert_many(members).exec_without_returning(conn).await?;
    Ok(())
}

pub(crate) async fn is_member(conn: &impl ConnectionTrait, case: Uuid) -> Result<bool> {
    Ok(member::Entity::find_by_id(case).one(conn).await?.is_some())
}

/// Notes the first end of a case.
pub(crate) async fn ended(conn: &impl ConnectionTrait, case: Uuid, at: OffsetDateTime) -> Result<()> {
    member::Entity::update_many()
        .col_expr(member::Column::EndedAt, Expr::value(at))
        .filter(member::Column::CaseId.eq(case))
        .filter(member::Column::EndedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}
