//! The list of a table: one statement for the page, one for the total.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::FromQueryResult;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::view::{said, shown};
use crate::Tables;
use crate::access::Opened;
use crate::model::{Known, MOST_COLUMNS, Order};
use crate::query::{Wanted, add_rows, order_of, wrong_conditions};
use crate::sql::Sql;
use crate::values::Class;

/// A row of the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableLine)]
pub(crate) struct Line {
    pub id: Uuid,
    /// The columns in words, sealed values masked.
    pub said: BTreeMap<String, String>,
    pub created_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    #[serde(skip)]
    sort: String,
}

/// How a list is asked for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub wanted: Wanted,
    pub order: Option<Order>,
    /// Columns; those of the table when empty.
    pub columns: Vec<String>,
    pub page: PageQuery,
}

#[derive(Debug, FromQueryResult)]
pub(crate) struct Found {
    pub id: Uuid,
    pub content: Json,
    pub values_sealed: Option<String>,
    pub created_by_name: String,
    pub changed_at: OffsetDateTime,
    pub sort_text: String,
    pub sort_number: i64,
}

#[derive(Debug, FromQueryResult)]
struct Count {
    n: i64,
}

impl Tables {
    /// Rows within the caller's reach.
    ///
    /// # Errors
    /// 404 for a table out of reach, 422 for conditions or an order that do not fit.
    pub(crate) async fn list_rows(&self, caller: &Principal, key: &str, asked: &Asked) -> Result<List<Line>> {
        let opened = self.open(caller, key).await?;
        let total = self.count(&opened, &asked.wanted).await?;
        let limit = asked.page.limit();
        let after = asked.page.cursor_parts(2)?;
        let order = order_of(&opened, asked.order.as_ref())?;
        let found = self.find(&opened, &asked.wanted, order, after.as_deref(), limit + 1).await?;
        let columns = columns(&opened, &asked.columns)?;
        let by_number = order.is_some_and(|(known, _)| known.class == Class::Number);
        let rows = found.iter().map(|row| self.row_data(&opened, row)).collect::<Result<Vec<_>>>()?;
        let regions = self.regions(&opened, rows.iter()).await?;
        let lines = found.into_iter().zip(rows).map(|(row, data)| Line {
            id: row.id,
            said: columns
                .iter()
                .filter_map(|known| Some((known.field.key.clone(), said(known, data.get(&known.field.key)?, &regions))))
                .collect(),
            created_by_name: row.created_by_name,
            changed_at: row.changed_at,
            sort: if by_number {
                row.sort_number.to_string()
            } else {
                base::encoding::to_hex(row.sort_text.as_bytes())
            },
        });
        let key = |line: &Line| vec![line.sort.clone(), line.id.to_string()];
        Ok(List::cut(lines.collect(), limit, total, self.platform.now(), key))
    }

    /// What a found row holds, as the caller sees it.
    pub(crate) fn row_data(&self, opened: &Opened, row: &Found) -> Result<Map<String, Value>> {
        let whole = self.opened_values(&opened.table, row.id, &row.content, row.values_sealed.as_deref())?;
        Ok(shown(opened, &whole))
    }

    /// How many rows there are; checks the conditions.
    pub(crate) async fn count(&self, opened: &Opened, wanted: &Wanted) -> Result<u64> {
        let wrong = wrong_conditions(opened, &wanted.conditions, "/where");
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let mut sql = Sql::new("SELECT count(*) AS n FROM table_rows r WHERE ");
        add_rows(&mut sql, &self.platform, opened, wanted);
        let conn = self.platform.db.read();
        let count = Count::find_by_statement(sql.statement(self.platform.db.backend())).one(conn).await?;
        Ok(count.and_then(|count| u64::try_from(count.n).ok()).unwrap_or_default())
    }

    /// Rows in an order, after a row. The conditions were checked.
    pub(crate) async fn find(
        &self,
        opened: &Opened,
        wanted: &Wanted,
        order: Option<(&Known, bool)>,
        after: Option<&[String]>,
        limit: u64,
    ) -> Result<Vec<Found>> {
        let sql = self.page(opened, wanted, order, after, limit)?;
        let conn = self.platform.db.read();
        Ok(Found::find_by_statement(sql.statement(self.platform.db.backend())).all(conn).await?)
    }

    /// The statement of a page.
    pub(crate) fn page(
        &self,
        opened: &Opened,
        wanted: &Wanted,
        order: Option<(&Known, bool)>,
        after: Option<&[String]>,
        limit: u64,
    ) -> Result<Sql> {
        let after = after.map(Place::read).transpose()?;
        let mut sql = Sql::new("SELECT r.id, r.content, r.values_sealed, r.created_by_name, r.changed_at, ");
        match order {
            None => {
                sql.push("'' AS sort_text, CAST(0 AS bigint) AS sort_number FROM table_rows r WHERE ");
                add_rows(&mut sql, &self.platform, opened, wanted);
                if let Some(after) = after {
                    sql.push(" AND r.id < ").bind(after.id);
                }
                sql.push(" ORDER BY r.id DESC");
            }
            Some((known, down)) => {
                // Begins at the index of the values, which stands in the order wanted: the first page of a
                // hundred thousand rows is read without sorting them. CROSS, because SQLite then keeps the order
                // of the two tables as it is written.
                sql.push("s.text_value AS sort_text, s.number_value AS sort_number FROM table_values s ");
                sql.push("CROSS JOIN table_rows r WHERE r.id = s.row_id AND s.table_id = ").bind(opened.table.id);
                sql.push(" AND s.field = ").bind(known.field.key.clone()).push(" AND ");
                add_rows(&mut sql, &self.platform, opened, wanted);
                if let Some(after) = after {
                    after.add(&mut sql, known.class == Class::Number, down)?;
                }
                sql.push(match (known.class == Class::Number, down) {
                    (true, false) => " ORDER BY s.number_value, s.row_id",
                    (true, true) => " ORDER BY s.number_value DESC, s.row_id DESC",
                    (false, false) => " ORDER BY s.text_value, s.row_id",
                    (false, true) => " ORDER BY s.text_value DESC, s.row_id DESC",
                });
            }
        }
        sql.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(100));
        Ok(sql)
    }
}

/// Where a page ended.
struct Place {
    sort: String,
    id: Uuid,
}

fn bad_place() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

impl Place {
    fn read(parts: &[String]) -> Result<Self> {
        match parts {
            [sort, id] => Ok(Self { sort: sort.clone(), id: id.parse().map_err(|_| bad_place())? }),
            _ => Err(bad_place()),
        }
    }

    /// What comes after it: the value alone bounds the index, the pair is exact.
    fn add(&self, sql: &mut Sql, number: bool, down: bool) -> Result<()> {
        let value: sea_orm::Value = if number {
            self.sort.parse::<i64>().map_err(|_| bad_place())?.into()
        } else {
            let bytes = base::encoding::from_hex(&self.sort).ok_or_else(bad_place)?;
            String::from_utf8(bytes).map_err(|_| bad_place())?.into()
        };
        let (bound, beyond, same, id) = match (number, down) {
            (true, false) => {
                (" AND s.number_value >= ", " AND (s.number_value > ", " OR (s.number_value = ", " AND s.row_id > ")
            }
            (true, true) => {
                (" AND s.number_value <= ", " AND (s.number_value < ", " OR (s.number_value = ", " AND s.row_id < ")
            }
            (false, false) => {
                (" AND s.text_value >= ", " AND (s.text_value > ", " OR (s.text_value = ", " AND s.row_id > ")
            }
            (false, true) => {
                (" AND s.text_value <= ", " AND (s.text_value < ", " OR (s.text_value = ", " AND s.row_id < ")
            }
        };
        sql.push(bound).bind(value.clone()).push(beyond).bind(value.clone());
        sql.push(same).bind(value).push(id).bind(self.id).push("))");
        Ok(())
    }
}

/// The columns asked for, or those of the table; what the caller may not see is left out.
pub(crate) fn columns<'a>(opened: &'a Opened, asked: &[String]) -> Result<Vec<&'a Known>> {
    let wanted = if asked.is_empty() { &opened.table.content.columns } else { asked };
    if wanted.len() > MOST_COLUMNS {
        return Err(Problem::invalid_field("/columns", "too_many", format!("列表最多 {MOST_COLUMNS} 列，请去掉一些")));
    }
    Ok(wanted.iter().filter_map(|key| opened.field(key)).collect())
}
