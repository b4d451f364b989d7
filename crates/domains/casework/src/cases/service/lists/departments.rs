//! How the departments of one's reach stand in a period: for the cockpit of leaders (CASE-039).

use std::collections::BTreeMap;

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{FromQueryResult, QuerySelect};
use time::OffsetDateTime;

use super::{Moment, within};
use crate::cases::model::State;
use crate::cases::service::Casework;
use crate::cases::store::case;
use crate::statistics::read::{Asked, is, number_when};
use crate::statistics::store;

/// Cases of one department.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DepartmentFigures {
    /// Department.
    pub org_id: Uuid,
    /// Handed in in the period.
    pub filed: i64,
    /// Of those, ended (closed, handed over, refused, withdrawn).
    pub ended: i64,
    /// Closed in the period, whenever handed in.
    pub closed: i64,
    /// Of those, decided within the promised limit.
    pub on_time: i64,
    /// Open now and past the promised limit.
    pub overdue: i64,
}

impl Casework {
    /// One row per department with a case. What was filed and closed is read from the figures (OPS-007), what is
    /// overdue now from the open cases.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn department_figures(
        &self,
        caller: &Principal,
        from: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Vec<DepartmentFigures>> {
        let mut found: BTreeMap<Uuid, DepartmentFigures> = BTreeMap::new();
        for org_id in self.departments_with_cases(caller).await? {
            found.insert(org_id, DepartmentFigures { org_id, ..DepartmentFigures::default() });
        }
        let conn = self.platform.db.read();
        if let Some(asked) = Asked::of(&[Moment::Filed, Moment::Closed], &[from, until]) {
            let column = |name: &'static str| Expr::col(Alias::new(name));
            let ended = is(Moment::Filed).and(column("state").is_not_in(super::open_states()));
            let on_time = is(Moment::Closed).and(column("on_time").eq(true));
            let mut signed = self.figures(caller, &asked).await?;
            signed
                .column(Alias::new("org_id"))
                .expr_as(number_when(is(Moment::Filed)), Alias::new("filed"))
                .expr_as(number_when(ended), Alias::new("ended"))
                .expr_as(number_when(is(Moment::Closed)), Alias::new("closed"))
                .expr_as(number_when(on_time), Alias::new("on_time"))
                .group_by_col(Alias::new("org_id"));
            for one in Summed::find_by_statement(self.platform.db.backend().build(&signed)).all(conn).await? {
                let figures = found
                    .entry(one.org_id)
                    .or_insert_with(|| DepartmentFigures { org_id: one.org_id, ..DepartmentFigures::default() });
                figures.filed = one.filed;
                figures.ended = one.ended;
                figures.closed = one.closed;
                figures.on_time = one.on_time;
            }
        }
        let overdue: Vec<(Uuid, i64)> = case::Entity::find()
            .select_only()
            .column(case::Column::OrgId)
            .column_as(case::Column::Id.count(), "overdue")
            .filter(within(caller))
            .filter(self.light_condition("overdue"))
            .group_by(case::Column::OrgId)
            .into_tuple()
            .all(conn)
            .await?;
        for (org_id, overdue) in overdue {
            found
                .entry(org_id)
                .or_insert_with(|| DepartmentFigures { org_id, ..DepartmentFigures::default() })
                .overdue = overdue;
        }
        Ok(found.into_values().collect())
    }

    /// Departments that had a case at any time.
    async fn departments_with_cases(&self, caller: &Principal) -> Result<Vec<Uuid>> {
        let conn = self.platform.db.read();
        let standing = store::standing(conn).await?;
        if caller.bounds.are_none() && standing.as_ref().is_some_and(|row| row.has_totals()) {
            use crate::statistics::tables::total::{Column, Entity};
            return Ok(Entity::find()
                .select_only()
                .column(Column::OrgId)
                .distinct()
                .filter(Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
                .into_tuple()
                .all(conn)
                .await?);
        }
        if standing.is_some_and(|row| row.ready) {
            use crate::statistics::tables::cell::{Column, Entity};
            return Ok(Entity::find()
                .select_only()
                .column(Column::OrgId)
                .distinct()
                .filter(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt))
                .into_tuple()
                .all(conn)
                .await?);
        }
        Ok(case::Entity::find()
            .select_only()
            .column(case::Column::OrgId)
            .distinct()
            .filter(within(caller))
            .filter(case::Column::State.ne(State::Draft.as_str()))
            .into_tuple()
            .all(conn)
            .await?)
    }
}

#[derive(FromQueryResult)]
struct Summed {
    org_id: Uuid,
    filed: i64,
    ended: i64,
    closed: i64,
    on_time: i64,
}
