//! How many cases were filed, accepted or handed over in periods, by item, department and counter: for the statistics
//! of the domains above.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, SimpleExpr};
use time::OffsetDateTime;

use super::{CaseRow, within};
use crate::cases::error::CaseError;
use crate::cases::service::Casework;
use crate::cases::store::case;
use crate::statistics::read::{self, Asked};

/// What of a case falls into a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Handed in.
    Filed,
    /// Accepted: from here on its time counts.
    Accepted,
    /// Closed.
    Closed,
    /// Handed over.
    Delivered,
}

impl Moment {
    /// All of them, in the order of a case's life.
    pub const ALL: [Self; 4] = [Self::Filed, Self::Accepted, Self::Closed, Self::Delivered];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Accepted => "accepted",
            Self::Closed => "closed",
            Self::Delivered => "delivered",
        }
    }
}

/// Cases of one item, department and counter in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Item.
    pub item_slug: String,
    /// Its name, the newest.
    pub item_name: String,
    /// Department.
    pub org_id: Uuid,
    /// Whose counter took it in; absent for what came online or from another system.
    pub taken_at: Option<Uuid>,
    /// Number of the period, from 0.
    pub bucket: i64,
    /// How many.
    pub count: i64,
}

impl Casework {
    /// Cases within reach whose moment lies between the edges, by period: `edges[n]` to `edges[n + 1]`. One query over
    /// the figures (OPS-007), not over the cases.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn volumes(&self, caller: &Principal, moment: Moment, edges: &[OffsetDateTime]) -> Result<Vec<Volume>> {
        #[derive(FromQueryResult)]
        struct Found {
            item_slug: String,
            item_name: String,
            org_id: Uuid,
            taken_at: Uuid,
            bucket: i64,
            count: i64,
        }
        let Some(asked) = Asked::of(&[moment], edges) else { return Ok(Vec::new()) };
        let mut signed = self.figures(caller, &asked).await?;
        signed
            .column(Alias::new("item_slug"))
            .expr_as(Expr::col(Alias::new("item_name")).max(), Alias::new("item_name"))
            .column(Alias::new("org_id"))
            .column(Alias::new("taken_at"))
            .column(Alias::new("bucket"))
            .expr_as(read::number(), Alias::new("count"))
            .group_by_columns(["item_slug", "org_id", "taken_at", "bucket"].map(Alias::new))
            .and_having(read::number().ne(0_i64));
        let conn = self.platform.db.read();
        let found = Found::find_by_statement(self.platform.db.backend().build(&signed)).all(conn).await?;
        Ok(found
            .into_iter()
            .map(|one| Volume {
                item_slug: one.item_slug,
                item_name: one.item_name,
                org_id: one.org_id,
                taken_at: (!one.taken_at.is_nil()).then_some(one.taken_at),
                bucket: one.bucket,
                count: one.count,
            })
            .collect())
    }

    /// A case within reach, by id or number, as lists show it.
    ///
    /// # Errors
    /// 404 for none such.
    pub async fn case_row(&self, caller: &Principal, id: Option<Uuid>, number: Option<&str>) -> Result<CaseRow> {
        let select = match (id, number) {
            (Some(id), _) => case::Entity::find_by_id(id),
            (None, Some(number)) => case::Entity::find().filter(case::Column::CaseNumber.eq(number)),
            (None, None) => return Err(CaseError::NotFound.into()),
        };
        let row = select
            .filter(within(caller))
            .filter(case::Column::CaseNumber.is_not_null())
            .one(self.platform.db.read())
            .await?
            .ok_or(CaseError::NotFound)?;
        let mut rows = self.rows(vec![row]).await?;
        Ok(rows.pop().ok_or(CaseError::NotFound)?)
    }
}

/// Number of the period a time falls into.
pub fn bucket<C: ColumnTrait>(column: C, edges: &[OffsetDateTime]) -> SimpleExpr {
    let inner = edges.get(1..edges.len().saturating_sub(1)).unwrap_or_default();
    if inner.is_empty() {
        return Expr::value(0_i64);
    }
    let mut number = 0_i64;
    let mut periods = CaseStatement::new();
    for edge in inner {
        periods = periods.case(column.lt(*edge), number);
        number += 1;
    }
    periods.finally(number).into()
}
