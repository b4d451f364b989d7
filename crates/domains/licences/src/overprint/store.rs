//! Rows of `licence_stock`.

use platform::Tx;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Set, TryInsertResult};
use time::OffsetDateTime;

use super::model::{Offset, Sheet, SheetState};

pub(crate) mod stock_row {
    use super::*;
    /// `licence_stock`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "licence_stock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub type_key: String,
        pub number: String,
        pub state: String,
        pub org_id: Uuid,
        pub licence_id: Option<Uuid>,
        pub licence_number: Option<String>,
        pub prints: i64,
        pub printer: String,
        pub offset_x: i64,
        pub offset_y: i64,
        pub reason: Option<String>,
        pub printed_by_name: Option<String>,
        pub printed_at: Option<OffsetDateTime>,
        pub spoiled_by_name: Option<String>,
        pub spoiled_at: Option<OffsetDateTime>,
        pub spoil_reason: Option<String>,
        pub created_at: OffsetDateTime,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use stock_row::{ActiveModel, Column, Entity, Model};

impl Model {
    pub(crate) fn sheet(&self) -> Sheet {
        Sheet {
            id: self.id,
            type_key: self.type_key.clone(),
            number: self.number.clone(),
            state: SheetState::from_column(&self.state),
            licence: self.licence_id,
            licence_number: self.licence_number.clone(),
            prints: self.prints,
            printer: self.printer.clone(),
            offset: Offset { x: self.offset_x, y: self.offset_y },
            reason: self.reason.clone(),
            printed_by: self.printed_by_name.clone(),
            printed_at: self.printed_at,
            spoiled_by: self.spoiled_by_name.clone(),
            spoiled_at: self.spoiled_at,
            spoil_reason: self.spoil_reason.clone(),
        }
    }
}

/// Sheets a licence was printed on, newest first.
pub(crate) async fn of_licence(conn: &impl ConnectionTrait, licence: Uuid) -> Result<Vec<Model>> {
    Ok(Entity::find().filter(Column::LicenceId.eq(licence)).order_by_desc(Column::Id).all(conn).await?)
}

/// A sheet by its number.
pub(crate) async fn by_number(conn: &impl ConnectionTrait, type_key: &str, number: &str) -> Result<Option<Model>> {
    Ok(Entity::find().filter(Column::TypeKey.eq(type_key)).filter(Column::Number.eq(number)).one(conn).await?)
}

/// The latest prints of a kind of licence in an organisation: the offsets of its printers.
pub(crate) async fn latest_prints(conn: &impl ConnectionTrait, org: Uuid, type_key: &str) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrgId.eq(org))
        .filter(Column::TypeKey.eq(type_key))
        .filter(Column::PrintedAt.is_not_null())
        .order_by_desc(Column::PrintedAt)
        .limit(50)
        .all(conn)
        .await?)
}

/// Puts a new sheet; whether its number was free.
pub(crate) async fn insert(tx: &Tx, row: Model) -> Result<bool> {
    let row = ActiveModel {
        id: Set(row.id),
        type_key: Set(row.type_key),
        number: Set(row.number),
        state: Set(row.state),
        org_id: Set(row.org_id),
        licence_id: Set(row.licence_id),
        licence_number: Set(row.licence_number),
        prints: Set(row.prints),
        printer: Set(row.printer),
        offset_x: Set(row.offset_x),
        offset_y: Set(row.offset_y),
        reason: Set(row.reason),
        printed_by_name: Set(row.printed_by_name),
        printed_at: Set(row.printed_at),
        spoiled_by_name: Set(row.spoiled_by_name),
        spoiled_at: Set(row.spoiled_at),
        spoil_reason: Set(row.spoil_reason),
        created_at: Set(row.created_at),
        version: Set(row.version),
    };
    let put = Entity::insert(row)
        .on_conflict(OnConflict::columns([Column::TypeKey, Column::Number]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(put, TryInsertResult::Inserted(1..)))
}

/// A change of a sheet that only takes when nobody changed it since.
pub(crate) fn guarded(row: &Model) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::Version, Expr::value(row.version + 1))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Version.eq(row.version))
}

/// Which sheets are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub orgs: Vec<Uuid>,
    pub type_key: Option<String>,
    pub state: Option<SheetState>,
    pub number: Option<String>,
    pub before: Option<Uuid>,
}

/// One page of sheets, newest first, and how many there are.
pub(crate) async fn page(conn: &impl ConnectionTrait, wanted: &Wanted, limit: u64) -> Result<(Vec<Model>, u64)> {
    let mut base = Entity::find().filter(Column::OrgId.is_in(wanted.orgs.iter().copied()));
    if let Some(kind) = &wanted.type_key {
        base = base.filter(Column::TypeKey.eq(kind));
    }
    if let Some(state) = wanted.state {
        base = base.filter(Column::State.eq(state.as_str()));
    }
    if let Some(number) = &wanted.number {
        base = base.filter(Column::Number.eq(number));
    }
    let total = base.clone().count(conn).await?;
    if let Some(before) = wanted.before {
        base = base.filter(Column::Id.lt(before));
    }
    Ok((base.order_by_desc(Column::Id).limit(limit + 1).all(conn).await?, total))
}
