//! Once a minute what was answered is added to the rows of the day: by subsystem and kind, and by step.

use std::collections::BTreeMap;

use platform::metrics::Reading;
use platform::{Result, Tx};
use sea_orm::{ConnectionTrait, Statement};
use time::Date;

use super::pack::{STEP, Targets};
use crate::Operations;
use crate::sums::{Counted, RESPONSES};

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
    let text = |text: &str| sea_orm::Value::from(text);
    let rows: Vec<Counted<'_>> = all
        .iter()
        .map(|row| (vec![text(day), text(node), text(&row.scope), text(&row.kind), text(&row.load)], &row.reading))
        .collect();
    RESPONSES.add(tx, &rows).await
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

impl Operations {
    /// What was answered from a day to another, both included, of all nodes together, by day; of one subsystem
    /// when it is named.
    pub(crate) async fn answered(&self, from: Date, until: Date, scope: Option<&str>) -> Result<Vec<Answered>> {
        let mut values: Vec<sea_orm::Value> = vec![from.to_string().into(), until.to_string().into()];
        let mut only = "";
        if let Some(scope) = scope {
            values.push(scope.to_owned().into());
            only = " AND scope = $3";
        }
        let sql = format!(
            "SELECT day, scope, kind, load_class, {} FROM operation_responses \
             WHERE day >= $1 AND day <= $2{only} GROUP BY day, scope, kind, load_class \
             ORDER BY day, scope, kind, load_class LIMIT 50000",
            RESPONSES.summed()
        );
        let statement = Statement::from_sql_and_values(self.platform.db.backend(), sql, values);
        let rows = self.platform.db.read().query_all_raw(statement).await?;
        rows.iter()
            .map(|row| {
                Ok(Answered {
                    day: row.try_get("", "day")?,
                    scope: row.try_get("", "scope")?,
                    kind: row.try_get("", "kind")?,
                    load: row.try_get("", "load_class")?,
                    reading: RESPONSES.read(row)?,
                })
            })
            .collect()
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
