//! Cases near and past their limits (CASE-021): how many, by which limit. The cases themselves are the staff list with
//! the same lights (`/cases?light=…`), so that both tell one truth.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{QueryFilter, QuerySelect};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Casework;
use crate::cases::service::lists::{CaseFilter, is_open};

/// Numbers of cases within reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LimitWarnings {
    /// Past the promised limit.
    pub overdue: u64,
    /// Promised for today.
    pub today: u64,
    /// Promised for tomorrow.
    pub warning: u64,
    /// Past the statutory limit.
    pub legal_overdue: u64,
    /// The statutory limit within three days.
    pub legal_warning: u64,
    /// Time of the data.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
}

impl Casework {
    /// Counts them, with one query.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn limit_warnings(&self, caller: &Principal) -> Result<LimitWarnings> {
        let mut select = self.filtered(caller, &CaseFilter::default())?.filter(is_open()).select_only();
        for light in ["overdue", "today", "warning", "legal_overdue", "legal_warning"] {
            let condition = self.light_condition(light);
            select = select.column_as(Expr::expr(Expr::case(condition, 1_i64)).count(), light);
        }
        let found: (i64, i64, i64, i64, i64) =
            select.into_tuple().one(self.platform.db.read()).await?.unwrap_or_default();
        let whole = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(LimitWarnings {
            overdue: whole(found.0),
            today: whole(found.1),
            warning: whole(found.2),
            legal_overdue: whole(found.3),
            legal_warning: whole(found.4),
            as_of: self.platform.now(),
        })
    }
}
