//! The inventory read: lists, figures, the report.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{Condition, QueryOrder, QuerySelect};
use serde_json::json;

use super::model::{Export, Masking, PROTECTIONS, SEAL_FROM, SOURCES, STATES, unprotected};
use super::store::field;
use crate::Security;
use crate::risks::model::label;

/// Which fields.
#[derive(Debug, Clone, Default)]
pub struct FieldFilter {
    /// Part of the table's or column's name.
    pub q: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Class.
    pub class: Option<String>,
    /// Level.
    pub level: Option<i64>,
    /// `proposed`, `confirmed` or `unprotected`.
    pub state: Option<String>,
}

/// Figures of the inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Fields by domain, per level 1 to 4.
    pub domains: BTreeMap<String, [i64; 4]>,
    /// Fields by class.
    pub classes: BTreeMap<String, i64>,
    /// Fields that wait for a confirmation.
    pub proposed: i64,
    /// Fields that have to be sealed and are not.
    pub unprotected: i64,
    /// All fields.
    pub total: i64,
}

fn conditions(filter: &FieldFilter) -> Condition {
    let mut wanted = Condition::all().add(field::Column::GoneAt.is_null());
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(q) = given(&filter.q) {
        let escaped = q.to_lowercase().replace('\0', "").replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = || LikeExpr::new(format!("%{escaped}%")).escape('\\');
        wanted = wanted.add(
            Condition::any()
                .add(Expr::col(field::Column::TableName).like(like()))
                .add(Expr::col(field::Column::ColumnName).like(like())),
        );
    }
    if let Some(domain) = given(&filter.domain) {
        wanted = wanted.add(field::Column::Domain.eq(domain));
    }
    if let Some(class) = given(&filter.class) {
        wanted = wanted.add(field::Column::Class.eq(class));
    }
    if let Some(level) = filter.level {
        wanted = wanted.add(field::Column::Level.eq(level));
    }
    match given(&filter.state).as_deref() {
        Some("unprotected") => {
            wanted = wanted
                .add(field::Column::Level.gte(SEAL_FROM))
                .add(field::Column::Kind.is_in(["text", "json"]))
                .add(field::Column::Protection.eq("clear"));
        }
        Some(state) => wanted = wanted.add(field::Column::State.eq(state)),
        None => {}
    }
    wanted
}

impl Security {
    /// A page of the inventory by table and column; rows and the exact total.
    pub(crate) async fn fields(
        &self,
        filter: &FieldFilter,
        after: Option<(String, String)>,
        limit: u64,
    ) -> Result<(Vec<field::Model>, u64)> {
        let conn = self.platform.db.read();
        let total = field::Entity::find().filter(conditions(filter)).count(conn).await?;
        let mut query = field::Entity::find()
            .filter(conditions(filter))
            .order_by_asc(field::Column::TableName)
            .order_by_asc(field::Column::ColumnName)
            .limit(limit);
        if let Some((table, column)) = after {
            query = query.filter(Condition::any().add(field::Column::TableName.gt(table.clone())).add(
                Condition::all().add(field::Column::TableName.eq(table)).add(field::Column::ColumnName.gt(column)),
            ));
        }
        Ok((query.all(conn).await?, total))
    }

    /// Figures of the whole inventory.
    pub(crate) async fn field_figures(&self) -> Result<Figures> {
        let rows: Vec<(String, String, i64, String, String, String, i64)> = field::Entity::find()
            .select_only()
            .column(field::Column::Domain)
            .column(field::Column::Class)
            .column(field::Column::Level)
            .column(field::Column::State)
            .column(field::Column::Kind)
            .column(field::Column::Protection)
            .column_as(field::Column::Id.count(), "n")
            .filter(field::Column::GoneAt.is_null())
            .group_by(field::Column::Domain)
            .group_by(field::Column::Class)
            .group_by(field::Column::Level)
            .group_by(field::Column::State)
            .group_by(field::Column::Kind)
            .group_by(field::Column::Protection)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        let mut figures = Figures::default();
        for (domain, class, level, state, kind, protection, count) in rows {
            let at = usize::try_from(level - 1).unwrap_or(0);
            if let Some(cell) = figures.domains.entry(domain).or_default().get_mut(at) {
                *cell += count;
            }
            *figures.classes.entry(class).or_default() += count;
            figures.proposed += if state == "proposed" { count } else { 0 };
            figures.unprotected += if unprotected(level, &kind, &protection) { count } else { 0 };
            figures.total += count;
        }
        Ok(figures)
    }

    /// The whole inventory as CSV; taking it out is logged.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn field_report(&self, caller: &Principal, filter: &FieldFilter) -> Result<String> {
        let conn = self.platform.db.read();
        let rows = field::Entity::find()
            .filter(conditions(filter))
            .order_by_asc(field::Column::TableName)
            .order_by_asc(field::Column::ColumnName)
            .all(conn)
            .await?;
        let mut csv = String::from("\u{feff}所属,表,列,类型,分类,级别,存放,脱敏办法,导出,来源,状态,版本,需要整改\r\n");
        for row in &rows {
            let bad = unprotected(row.level, &row.kind, &row.protection);
            let cells = [
                self.pack.domain_label(&row.domain),
                row.table_name.clone(),
                row.column_name.clone(),
                row.kind.clone(),
                self.pack.class_label(&row.class),
                self.pack.level_label(row.level),
                label(&PROTECTIONS, &row.protection).to_owned(),
                Masking::parse(&row.masking).label().to_owned(),
                Export::parse(&row.export).label().to_owned(),
                label(&SOURCES, &row.source).to_owned(),
                label(&STATES, &row.state).to_owned(),
                row.version.to_string(),
                if bad { "应加密而没有加密".to_owned() } else { String::new() },
            ];
            csv.push_str(&cells.map(|cell| crate::csv_cell(&cell)).join(","));
            csv.push_str("\r\n");
        }
        let detail = json!({ "rows": rows.len() });
        let line = Line::by(caller, self.platform.new_id(), "classify.export", "data_fields".to_owned(), detail);
        self.platform.leave(line).await?;
        Ok(csv)
    }
}

/// A level out of a query.
///
/// # Errors
/// 422 for what is no level.
pub(crate) fn level_of(text: Option<&str>) -> Result<Option<i64>> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text
            .parse::<i64>()
            .ok()
            .filter(|level| (1..=4).contains(level))
            .map(Some)
            .ok_or_else(|| Problem::invalid_field("/level", "option", "级别选一级到四级。")),
    }
}
