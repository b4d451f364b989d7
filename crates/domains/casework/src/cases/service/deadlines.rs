//! Due dates after a change of the working calendar (SUPV-001), and what open tasks know of them.

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query};
use sea_orm::{JoinType, QueryOrder, QuerySelect};

use super::Casework;
use super::lists::{is_waiting, task_to_case};
use crate::cases::clock;
use crate::cases::model::State;
use crate::cases::store::{self, case, task};

impl Casework {
    /// Recalculates the due dates of every open case, after a calendar changed (SUPV-001).
    /// Returns how many dates moved.
    ///
    /// # Errors
    /// When the database refuses; cases whose year is missing keep no date.
    pub async fn recalculate_deadlines(&self) -> Result<u64> {
        let calendar = self.calendars.current().await?;
        let open: Vec<String> =
            State::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str().to_owned()).collect();
        let mut moved = 0;
        let mut after: Option<Uuid> = None;
        loop {
            let mut page =
                case::Entity::find().filter(case::Column::State.is_in(open.clone())).order_by_asc(case::Column::Id);
            if let Some(after) = after {
                page = page.filter(case::Column::Id.gt(after));
            }
            let rows = page.limit(200).all(self.platform.db.read()).await?;
            let Some(last) = rows.last() else { return Ok(moved + self.recalculate_tolerances().await?) };
            after = Some(last.id);
            for row in rows {
                moved += u64::from(self.recalculate(row.id, &calendar).await?);
            }
        }
    }

    /// Recalculates one case; a case that somebody changes meanwhile is read again.
    async fn recalculate(&self, id: Uuid, calendar: &base::calendar::Calendar) -> Result<bool> {
        loop {
            let conn = self.platform.db.read();
            let Some(row) = case::Entity::find_by_id(id).one(conn).await? else { return Ok(false) };
            if !super::parse_state(&row)?.is_open() {
                return Ok(false);
            }
            let loaded = self.with_item(row).await?;
            let around = store::around(conn, id).await?;
            let mut fresh = loaded.row.clone();
            clock::set_due(&mut fresh, &loaded.item.item, &around, calendar, self.platform.now())?;
            if fresh.due_at == loaded.row.due_at && fresh.legal_due_at == loaded.row.legal_due_at {
                return Ok(false);
            }
            if self.put_dates(fresh).await? {
                return Ok(true);
            }
        }
    }

    /// Writes the dates unless the case changed since it was read.
    async fn put_dates(&self, row: case::Model) -> Result<bool> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let put = case::Entity::update_many()
                        .col_expr(case::Column::DueAt, Expr::value(row.due_at))
                        .col_expr(case::Column::LegalDueAt, Expr::value(row.legal_due_at))
                        .col_expr(case::Column::PausedLeft, Expr::value(row.paused_left))
                        .filter(case::Column::Id.eq(row.id))
                        .filter(case::Column::Version.eq(row.version))
                        .exec(tx.conn())
                        .await?;
                    if put.rows_affected != 1 {
                        return Ok(false);
                    }
                    store::follow_due(tx.conn(), &row).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Lets open tasks say again what their cases say, where somebody wrote one without the other: a node of the release
    /// before, which knows nothing of it, during a renewal. Returns how many did not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mend_tasks(&self) -> Result<u64> {
        let of_case = |column: case::Column| Expr::col((case::Entity, column));
        let of_task = |column: task::Column| Expr::col((task::Entity, column));
        let other_due = Cond::any()
            .add(of_case(case::Column::DueAt).ne(of_task(task::Column::CaseDueAt)))
            .add(of_case(case::Column::DueAt).is_null().ne(of_task(task::Column::CaseDueAt).is_null()));
        let differing =
            Cond::any().add(of_case(case::Column::ItemSlug).ne(of_task(task::Column::ItemSlug))).add(other_due);
        let mut mended = 0;
        loop {
            let found: Vec<Uuid> = task::Entity::find()
                .filter(is_waiting())
                .join(JoinType::InnerJoin, task_to_case())
                .filter(differing.clone())
                .select_only()
                .column(task::Column::Id)
                .limit(MENDED_AT_ONCE)
                .into_tuple()
                .all(self.platform.db.read())
                .await?;
            let count = found.len() as u64;
            if count > 0 {
                self.platform
                    .db
                    .write(self.platform.now(), move |tx| {
                        Box::pin(async move {
                            task::Entity::update_many()
                                .col_expr(task::Column::ItemSlug, from_case(case::Column::ItemSlug))
                                .col_expr(task::Column::TakenAt, from_case(case::Column::TakenAt))
                                .col_expr(task::Column::CaseDueAt, from_case(case::Column::DueAt))
                                .filter(task::Column::Id.is_in(found))
                                .exec(tx.conn())
                                .await?;
                            Ok(())
                        })
                    })
                    .await?;
            }
            mended += count;
            if count < MENDED_AT_ONCE {
                return Ok(mended);
            }
        }
    }
}

/// Tasks mended in one transaction.
const MENDED_AT_ONCE: u64 = 500;

/// What the case of a task says.
fn from_case(column: case::Column) -> Expr {
    let mut found = Query::select();
    found
        .column((case::Entity, column))
        .from(case::Entity)
        .and_where(Expr::col((case::Entity, case::Column::Id)).equals((task::Entity, task::Column::CaseId)));
    Expr::SubQuery(None, Box::new(found.into()))
}
