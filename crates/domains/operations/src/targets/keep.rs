//! Once a minute what was answered is added to the rows of the day: by subsystem and kind, and by step.

use std::collections::BTreeMap;

use platform::metrics::{BUCKETS, LIMITS, Reading};
use platform::{Result, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use time::Date;

use super::pack::{STEP, Targets};
use crate::Operations;
use crate::look::whole;

/// Rows of one statement: 28 values each.
const ROWS: usize = 200;

/// What was answered: of which subsystem and kind, or of which step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    /// Day of China; empty before it is written.
    pub(crate) day: String,
    /// Subsystem, or [`STEP`].
    pub(crate) scope: String,
    /// Kind of operation, or the step.
    pub(crate) kind: String,
    /// How many were served at once meanwhile.
    pub(crate) load: String,
    /// Numbers.
    pub(crate) reading: Reading,
}

/// Sorts what one minute counted. Of a request that the file does not know nothing is promised, so it is left out.
pub(crate) fn gather(
    targets: &Targets,
    requests: &[(String, Reading)],
    problems: &Reading,
    at_once: u64,
) -> Vec<Answered> {
    let mut sums: BTreeMap<(&str, &str), Reading> = BTreeMap::new();
    for (name, reading) in requests {
        let found = targets.classify(name);
        if let Some((subsystem, kind)) = found {
            sums.entry((subsystem.key.as_str(), kind.as_str())).or_default().add(reading);
        }
        for step in targets.steps_of(name, found.map(|(_, kind)| kind)) {
            sums.entry((STEP, step.key.as_str())).or_default().add(reading);
        }
    }
    if problems.count > 0 {
        for step in targets.steps.iter().filter(|step| step.problems) {
            sums.entry((STEP, step.key.as_str())).or_default().add(problems);
        }
    }
    let load = targets.load_class(at_once);
    let row = |((scope, kind), reading): ((&str, &str), Reading)| Answered {
        day: String::new(),
        scope: scope.to_owned(),
        kind: kind.to_owned(),
        load: load.to_owned(),
        reading,
    };
    sums.into_iter().map(row).collect()
}

/// Adds what a minute counted to the rows of its day.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn add(tx: &Tx, day: &str, node: &str, all: &[Answered]) -> Result<()> {
    for part in all.chunks(ROWS) {
        tx.conn().execute_raw(statement(tx.conn().get_database_backend(), day, node, part)).await?;
    }
    Ok(())
}

/// Columns of the counts, in the order of the rows' values.
fn counts() -> impl Iterator<Item = String> {
    (0..BUCKETS).map(|at| format!("b{at}")).chain((0..LIMITS.len()).map(|at| format!("o{at}")))
}

fn statement(backend: DbBackend, day: &str, node: &str, rows: &[Answered]) -> Statement {
    const FIXED: usize = 9;
    let (mut signs, mut values) = (Vec::new(), Vec::<sea_orm::Value>::new());
    for row in rows {
        let first = values.len() + 1;
        let places: Vec<String> = (first..first + FIXED + BUCKETS + LIMITS.len()).map(|at| format!("${at}")).collect();
        signs.push(format!("({})", places.join(", ")));
        let reading = &row.reading;
        values.extend([
            day.to_owned().into(),
            node.to_owned().into(),
            row.scope.clone().into(),
            row.kind.clone().into(),
            row.load.clone().into(),
            whole(reading.count).into(),
            whole(reading.errors).into(),
            whole(reading.total_us).into(),
            whole(reading.most_us).into(),
        ]);
        values.extend(reading.buckets.iter().chain(&reading.over).map(|count| sea_orm::Value::from(whole(*count))));
    }
    let added: Vec<String> = ["count", "errors", "total_us"]
        .into_iter()
        .map(str::to_owned)
        .chain(counts())
        .map(|column| format!("{column} = operation_responses.{column} + excluded.{column}"))
        .collect();
    let columns: Vec<String> = counts().collect();
    let sql = format!(
        "INSERT INTO operation_responses (day, node, scope, kind, load_class, count, errors, total_us, most_us, {}) \
         VALUES {} ON CONFLICT (day, node, scope, kind, load_class) DO UPDATE SET {}, most_us = CASE WHEN \
         excluded.most_us > operation_responses.most_us THEN excluded.most_us ELSE operation_responses.most_us END",
        columns.join(", "),
        signs.join(", "),
        added.join(", ")
    );
    Statement::from_sql_and_values(backend, sql, values)
}

/// Forgets days before one.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn forget(tx: &Tx, before: Date) -> Result<()> {
    let backend = tx.conn().get_database_backend();
    let sql = "DELETE FROM operation_responses WHERE day < $1";
    tx.conn().execute_raw(Statement::from_sql_and_values(backend, sql, [before.to_string().into()])).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct Sums {
    day: String,
    scope: String,
    kind: String,
    load_class: String,
    count: i64,
    errors: i64,
    total_us: i64,
    most_us: i64,
    b0: i64,
    b1: i64,
    b2: i64,
    b3: i64,
    b4: i64,
    b5: i64,
    b6: i64,
    b7: i64,
    b8: i64,
    b9: i64,
    b10: i64,
    o0: i64,
    o1: i64,
    o2: i64,
    o3: i64,
    o4: i64,
    o5: i64,
    o6: i64,
    o7: i64,
}

impl From<Sums> for Answered {
    fn from(row: Sums) -> Self {
        let number = |value: i64| u64::try_from(value).unwrap_or(0);
        let buckets = [row.b0, row.b1, row.b2, row.b3, row.b4, row.b5, row.b6, row.b7, row.b8, row.b9, row.b10];
        let over = [row.o0, row.o1, row.o2, row.o3, row.o4, row.o5, row.o6, row.o7];
        Self {
            day: row.day,
            scope: row.scope,
            kind: row.kind,
            load: row.load_class,
            reading: Reading {
                count: number(row.count),
                errors: number(row.errors),
                total_us: number(row.total_us),
                most_us: number(row.most_us),
                buckets: buckets.map(number),
                over: over.map(number),
            },
        }
    }
}

impl Operations {
    /// What was answered from a day to another, both included, of all nodes together, by day; of one subsystem
    /// when it is named.
    pub(crate) async fn answered(&self, from: Date, until: Date, scope: Option<&str>) -> Result<Vec<Answered>> {
        let sums: Vec<String> = ["count", "errors", "total_us"]
            .into_iter()
            .map(str::to_owned)
            .chain(counts())
            .map(|column| format!("CAST(SUM({column}) AS BIGINT) AS {column}"))
            .collect();
        let mut values: Vec<sea_orm::Value> = vec![from.to_string().into(), until.to_string().into()];
        let mut only = "";
        if let Some(scope) = scope {
            values.push(scope.to_owned().into());
            only = " AND scope = $3";
        }
        let sql = format!(
            "SELECT day, scope, kind, load_class, MAX(most_us) AS most_us, {} FROM operation_responses \
             WHERE day >= $1 AND day <= $2{only} GROUP BY day, scope, kind, load_class \
             ORDER BY day, scope, kind, load_class LIMIT 50000",
            sums.join(", ")
        );
        let statement = Statement::from_sql_and_values(self.platform.db.backend(), sql, values);
        let rows = Sums::find_by_statement(statement).all(self.platform.db.read()).await?;
        Ok(rows.into_iter().map(Answered::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::metrics::Family;

    use super::super::pack::tests::real;
    use super::*;

    /// req: OPS-001
    /// req: OPS-003
    /// req: OPS-004
    #[test]
    fn a_minute_is_sorted_by_subsystem_kind_step_and_load() {
        let targets = real();
        let family = Family::default();
        for (name, ms) in [
            ("GET /api/v1/cases", 10),
            ("GET /api/v1/tasks", 3_500),
            ("POST /api/v1/cases/{id}/accept", 20),
            ("GET /api/v1/captcha", 30),
            ("GET /somewhere/else", 40),
        ] {
            family.note(name, Duration::from_millis(ms), false);
        }
        let problems = Family::default();
        problems.note("any", Duration::from_millis(7), false);
        let problems = &problems.take()[0].1.clone();
        let rows = gather(&targets, &family.take(), problems, 250);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.scope.as_str(), row.kind.as_str(), row.load.as_str(), row.reading.count))
            .collect();
        assert_eq!(
            told,
            [
                ("acceptance", "complex", "high", 1),
                ("acceptance", "query", "high", 2),
                ("portal", "query", "high", 1),
                ("step", "login_page", "high", 1),
                ("step", "problem", "high", 1),
                ("step", "step", "high", 1),
            ]
        );
        assert_eq!((rows[1].reading.beyond_ms(2_000), rows[1].reading.most_us), (Some(1), 3_500_000));
        assert!(gather(&targets, &[], &Reading::default(), 0).is_empty());
    }
}
