//! Chains of calls 调用链 (OPS-019): what one request caused, step by step, and where the time goes.

use std::collections::BTreeMap;

use platform::Result;
use platform::metrics::Reading;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Statement};
use time::OffsetDateTime;

use crate::Operations;
use crate::store::trace;
use crate::sums::SERIES;

/// Links of one chain shown at most.
const LINKS: u64 = 200;
/// Weakest points shown.
const WEAKEST: usize = 20;

/// Which chains.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Trace id, or part of the name.
    pub q: Option<String>,
    /// `request` or `job`.
    pub kind: Option<String>,
    /// `slow`, `error`, `sample`, `chain`.
    pub why: Option<String>,
    /// At least so long, microseconds.
    pub least_us: Option<i64>,
    /// From here on.
    pub from: Option<OffsetDateTime>,
    /// Before.
    pub until: Option<OffsetDateTime>,
}

/// A part of a link as it is stored: kind, name, start and length in microseconds, failed.
pub(crate) type Part = (String, String, i64, i64, bool);

/// Time of a link that none of its parts took, microseconds; parts may lie inside each other.
pub fn own_time(took: i64, parts: &[Part]) -> i64 {
    let mut covered: Vec<(i64, i64)> = parts.iter().map(|(_, _, start, length, _)| (*start, start + length)).collect();
    covered.sort_unstable();
    let (mut sum, mut reached) = (0, 0);
    for (start, end) in covered {
        let start = start.max(reached);
        if end > start {
            sum += end - start;
            reached = end;
        }
    }
    (took - sum).max(0)
}

/// How deep a part lies in others; parts are given by their start, the longer first.
pub fn depths(parts: &[Part]) -> Vec<usize> {
    let mut open: Vec<i64> = Vec::new();
    parts
        .iter()
        .map(|(_, _, start, length, _)| {
            // Clocks that tick in microseconds may let a part end a moment after what it lies in.
            open.retain(|end| start + length <= end + 5 && start < end);
            let depth = open.len();
            open.push(start + length);
            depth
        })
        .collect()
}

/// A request, job or party by what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weak {
    /// `request`, `job`, `call`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Numbers.
    pub(crate) reading: Reading,
}

impl Operations {
    /// Links, newest first, before one; one more than asked for, and the total.
    pub(crate) async fn traces(
        &self,
        wanted: &Wanted,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<trace::Model>, u64)> {
        use trace::Column;
        let conn = self.platform.db.read();
        let mut all = trace::Entity::find();
        for (column, value) in [(Column::Kind, &wanted.kind), (Column::Why, &wanted.why)] {
            if let Some(value) = value {
                all = all.filter(column.eq(value.as_str()));
            }
        }
        if let Some(text) = wanted.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let like = platform::db::containing(text);
            // A whole id finds everything it caused; anything else is part of a name.
            all = match Uuid::parse_str(text) {
                Ok(_) => all.filter(Column::Trace.eq(text.to_lowercase())),
                Err(_) => all.filter(Column::Name.like(like)),
            };
        }
        if let Some(least) = wanted.least_us {
            all = all.filter(Column::TookUs.gte(least));
        }
        if let Some(from) = wanted.from {
            all = all.filter(Column::At.gte(from));
        }
        if let Some(until) = wanted.until {
            all = all.filter(Column::At.lt(until));
        }
        let total = all.clone().count(conn).await?;
        if let Some(before) = before {
            all = all.filter(Column::Id.lt(before));
        }
        Ok((all.order_by_desc(Column::Id).limit(limit).all(conn).await?, total))
    }

    /// Everything one request caused, in the order in which it began.
    pub(crate) async fn chain(&self, trace_id: &str) -> Result<Vec<trace::Model>> {
        Ok(trace::Entity::find()
            .filter(trace::Column::Trace.eq(trace_id))
            .order_by_asc(trace::Column::BeganUs)
            .order_by_asc(trace::Column::Id)
            .limit(LINKS)
            .all(self.platform.db.read())
            .await?)
    }

    /// What cost most since a moment: by the whole time, of each kind.
    pub(crate) async fn weakest(&self, from: OffsetDateTime) -> Result<Vec<Weak>> {
        let sql = format!(
            "SELECT kind, name, {} FROM operation_series WHERE at >= $1 GROUP BY kind, name \
             ORDER BY total_us DESC, name LIMIT 2000",
            SERIES.summed()
        );
        let statement = Statement::from_sql_and_values(self.platform.db.backend(), sql, [from.into()]);
        let rows = self.platform.db.read().query_all_raw(statement).await?;
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut weakest = Vec::new();
        for row in &rows {
            let weak =
                Weak { kind: row.try_get("", "kind")?, name: row.try_get("", "name")?, reading: SERIES.read(row)? };
            let seen = kinds.entry(weak.kind.clone()).or_default();
            *seen += 1;
            if *seen <= WEAKEST {
                weakest.push(weak);
            }
        }
        Ok(weakest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(start: i64, length: i64) -> Part {
        ("read".to_owned(), "SELECT x".to_owned(), start, length, false)
    }

    /// req: OPS-019
    #[test]
    fn own_time_is_what_no_part_took_and_depth_says_what_lies_inside() {
        // A command of 100 with two statements inside, then a call that overlaps nothing.
        let parts = [part(10, 100), part(20, 30), part(60, 40), part(200, 50)];
        assert_eq!(own_time(300, &parts), 150);
        assert_eq!(depths(&parts), [0, 1, 1, 0]);
        assert_eq!(own_time(300, &[]), 300);
        assert_eq!(own_time(10, &[part(0, 50)]), 0, "never less than nothing");
        assert_eq!(depths(&[part(0, 100), part(10, 80), part(20, 10), part(95, 30)]), [0, 1, 2, 0]);
    }
}
