//! Once a minute on every node: what was counted becomes rows, and the history is rolled up.

use platform::metrics::{Reading, Trace};
use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Set, Statement};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::Operations;
use crate::look::{Finding, whole};
use crate::machine::Machine;
use crate::pack::{Pack, Shows};
use crate::points::{Point, Span, Values, roll_up};
use crate::store::{node, point, trace};
use crate::sums::{Counted, SERIES};
use crate::targets::keep::{self, Answered};

/// Rows rolled up in one go.
const ROLLED: u64 = 20_000;

/// What the last minute ended with.
#[derive(Debug, Default)]
pub(crate) struct Last {
    machine: Option<Machine>,
    /// Hour and day up to which the history is rolled up.
    rolled: Option<OffsetDateTime>,
}

/// One named series of the last minute.
type Named = (&'static str, String, Reading);

impl Operations {
    /// Takes the last minute, writes it, and rolls finished hours and days up.
    ///
    /// # Errors
    /// When the database refuses; what was counted meanwhile is lost, the next minute begins anew.
    pub(crate) async fn measure(&self, now: OffsetDateTime) -> Result<Vec<Finding>> {
        let mut last = self.last.lock().await;
        let machine = self.probe.look(&self.platform.config.data_dir);
        let cpu = last.machine.and_then(|before| machine.cpu_percent(&before));
        let findings = self.look(now, &machine, cpu).await;
        let (series, mut values, answered) = self.counted();
        for (key, value) in findings.iter().flat_map(|found| &found.values) {
            values.insert(key.clone(), Point::of(*value));
        }
        if let (Some((received, sent)), Some((before_in, before_out))) =
            (machine.network, last.machine.and_then(|before| before.network))
        {
            values.insert("net.in_kb".to_owned(), Point::of(whole(received.saturating_sub(before_in) / 1024)));
            values.insert("net.out_kb".to_owned(), Point::of(whole(sent.saturating_sub(before_out) / 1024)));
        }
        last.machine = Some(machine);
        self.write_minute(now, values, (series, answered), &findings).await?;
        let hour = Span::Hour.begin(now);
        if last.rolled != Some(hour) {
            self.roll(now).await?;
            last.rolled = Some(hour);
        }
        Ok(findings)
    }

    /// What was counted since the last time.
    fn counted(&self) -> (Vec<Named>, Values, Vec<Answered>) {
        let metrics = &self.platform.metrics;
        let (requests, jobs, calls) = (metrics.requests.take(), metrics.jobs.take(), metrics.calls.take());
        let counts = self.platform.db.counts();
        let (statements, commands) = (counts.statements.take(), counts.commands.take());
        let sum = |all: &[(String, Reading)]| {
            let mut sum = Reading::default();
            all.iter().for_each(|(_, reading)| sum.add(reading));
            sum
        };
        let at_once = metrics.serving.take_most();
        let answered = keep::gather(&self.targets, &requests, &metrics.problems.take(), at_once);
        let (asked, worked, called) = (sum(&requests), sum(&jobs), sum(&calls));
        let mut values = Values::new();
        let mut put = |key: &str, value: u64| values.insert(key.to_owned(), Point::of(whole(value)));
        put("app.minutes", 1);
        put("http.at_once", at_once);
        put("http.requests", asked.count);
        put("http.errors", asked.errors);
        put("http.slow", asked.over_ms(1_000));
        put("jobs.failed", worked.errors);
        put("calls.count", called.count);
        put("calls.failed", called.errors);
        put("db.statements", statements.count);
        put("db.commands", commands.count);
        // A minute without any has no mean.
        if asked.count > 0 {
            put("http.mean_ms", asked.mean_us() / 1_000);
            put("http.p95_ms", asked.within_ms(95));
        }
        if statements.count > 0 {
            put("db.mean_us", statements.mean_us());
            put("db.slowest_ms", statements.most_us / 1_000);
        }
        let named = |kind: &'static str, all: Vec<(String, Reading)>| {
            all.into_iter().map(move |(name, reading)| (kind, name, reading))
        };
        let series = named("request", requests).chain(named("job", jobs)).chain(named("call", calls)).collect();
        (series, values, answered)
    }

    async fn write_minute(
        &self,
        now: OffsetDateTime,
        values: Values,
        (series, answered): (Vec<Named>, Vec<Answered>),
        findings: &[Finding],
    ) -> Result<()> {
        let (name, hour) = (self.node.clone(), Span::Hour.begin(now));
        let (waiting, lost) = self.platform.metrics.take_traces();
        if lost > 0 {
            tracing::warn!(lost, "too many chains of calls at once");
        }
        let traces: Vec<_> = waiting.into_iter().map(|one| self.trace_row(one)).collect();
        let (at, pack) = (Span::Minute.begin(now), self.pack.clone());
        let day = base::zone::china_date(now).to_string();
        let about = node::ActiveModel {
            name: Set(name.clone()),
            version: Set(self.version.to_owned()),
            started_at: Set(self.started),
            seen_at: Set(now),
            parts: Set(json!(findings)),
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    // A minute may be taken twice: somebody inspects now.
                    let earlier = point::Entity::find_by_id((Span::Minute.as_str().to_owned(), at, name.clone()))
                        .one(tx.conn())
                        .await?;
                    let values = match earlier {
                        Some(row) => again(&pack, serde_json::from_value(row.content)?, values),
                        None => values,
                    };
                    let minute = point::ActiveModel {
                        span: Set(Span::Minute.as_str().to_owned()),
                        at: Set(at),
                        node: Set(name.clone()),
                        content: Set(json!(values)),
                    };
                    let keys = [point::Column::Span, point::Column::At, point::Column::Node];
                    point::Entity::insert(minute)
                        .on_conflict(OnConflict::columns(keys).update_column(point::Column::Content).to_owned())
                        .exec_without_returning(tx.conn())
                        .await?;
                    use node::Column::{Parts, SeenAt, StartedAt, Version};
                    let seen = OnConflict::column(node::Column::Name)
                        .update_columns([Version, StartedAt, SeenAt, Parts])
                        .to_owned();
                    node::Entity::insert(about).on_conflict(seen).exec_without_returning(tx.conn()).await?;
                    add_series(tx, hour, &name, &series).await?;
                    keep::add(tx, &day, &name, &answered).await?;
                    if !traces.is_empty() {
                        trace::Entity::insert_many(traces).exec_without_returning(tx.conn()).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    fn trace_row(&self, one: Trace) -> trace::ActiveModel {
        let spans: Vec<_> = one
            .spans
            .iter()
            .map(|span| json!([span.kind, span.name, span.start_us, span.took_us, span.failed]))
            .collect();
        trace::ActiveModel {
            id: Set(self.platform.new_id()),
            trace: Set(one.trace),
            kind: Set(one.kind.to_owned()),
            name: Set(one.name),
            node: Set(self.node.clone()),
            at: Set(one.began.replace_nanosecond(0).unwrap_or(one.began)),
            began_us: Set(i64::try_from(one.began.unix_timestamp_nanos() / 1_000).unwrap_or(0)),
            took_us: Set(whole(one.took_us)),
            waited_us: Set(whole(one.waited_us)),
            statements: Set(whole(one.statements)),
            status: Set(i64::from(one.status)),
            failed: Set(one.failed),
            why: Set(one.why.to_owned()),
            spans: Set(json!(spans)),
            more: Set(whole(one.more)),
        }
    }

    /// Rolls this node's finished hours and days up, and lets old values and chains go.
    async fn roll(&self, now: OffsetDateTime) -> Result<()> {
        let keep = &self.pack.keep;
        let hours = self.rolled(Span::Minute, Span::Hour, now).await?;
        self.put_points(Span::Hour, hours).await?;
        let days = self.rolled(Span::Hour, Span::Day, now).await?;
        self.put_points(Span::Day, days).await?;
        let limits = [
            (Span::Minute, now - Duration::hours(keep.minute_hours)),
            (Span::Hour, now - Duration::days(keep.hour_days)),
            (Span::Day, now - Duration::days(keep.day_days)),
        ];
        let (series, traces) = (now - Duration::days(keep.hour_days), now - Duration::days(self.pack.traces.days));
        let most = self.pack.traces.most;
        let answered = base::zone::china_date(now - Duration::days(keep.day_days));
        let beyond = trace::Entity::find().order_by_desc(trace::Column::Id).offset(most).limit(1);
        let beyond = beyond.one(self.platform.db.read()).await?.map(|row| row.id);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    for (span, limit) in limits {
                        point::Entity::delete_many()
                            .filter(point::Column::Span.eq(span.as_str()))
                            .filter(point::Column::At.lt(limit))
                            .exec(tx.conn())
                            .await?;
                    }
                    forget_series(tx, series).await?;
                    keep::forget(tx, answered).await?;
                    trace::Entity::delete_many().filter(trace::Column::At.lt(traces)).exec(tx.conn()).await?;
                    if let Some(id) = beyond {
                        trace::Entity::delete_many().filter(trace::Column::Id.lte(id)).exec(tx.conn()).await?;
                    }
                    // A node that was not heard for a month is gone.
                    node::Entity::delete_many()
                        .filter(node::Column::SeenAt.lt(tx.now() - Duration::days(30)))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Finished spans of this node that are not rolled up yet.
    async fn rolled(&self, from: Span, to: Span, now: OffsetDateTime) -> Result<Vec<(OffsetDateTime, Values)>> {
        let conn = self.platform.db.read();
        let newest = point::Entity::find()
            .filter(point::Column::Span.eq(to.as_str()))
            .filter(point::Column::Node.eq(self.node.clone()))
            .order_by_desc(point::Column::At)
            .one(conn)
            .await?;
        let mut rows = point::Entity::find()
            .filter(point::Column::Span.eq(from.as_str()))
            .filter(point::Column::Node.eq(self.node.clone()));
        if let Some(newest) = newest {
            rows = rows.filter(point::Column::At.gte(newest.at + to.length()));
        }
        let rows = rows.order_by_asc(point::Column::At).limit(ROLLED).all(conn).await?;
        let read: Vec<_> = rows
            .into_iter()
            .filter_map(|row| Some((row.at, serde_json::from_value::<Values>(row.content).ok()?)))
            .collect();
        Ok(roll_up(&read, to, now))
    }

    async fn put_points(&self, span: Span, rows: Vec<(OffsetDateTime, Values)>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let node = self.node.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let rows = rows.into_iter().map(|(at, values)| point::ActiveModel {
                        span: Set(span.as_str().to_owned()),
                        at: Set(at),
                        node: Set(node.clone()),
                        content: Set(json!(values)),
                    });
                    let keys = [point::Column::Span, point::Column::At, point::Column::Node];
                    point::Entity::insert_many(rows)
                        .on_conflict(OnConflict::columns(keys).update_column(point::Column::Content).to_owned())
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Values since a moment by their beginning, of all nodes together, oldest first; and how many nodes each
    /// is from.
    pub(crate) async fn values_since(&self, span: Span, from: OffsetDateTime) -> Result<Vec<(OffsetDateTime, Values)>> {
        let rows = point::Entity::find()
            .filter(point::Column::Span.eq(span.as_str()))
            .filter(point::Column::At.gte(from))
            .order_by_asc(point::Column::At)
            .limit(ROLLED)
            .all(self.platform.db.read())
            .await?;
        let mut all: Vec<(OffsetDateTime, Values)> = Vec::new();
        for row in rows {
            let values: Values = serde_json::from_value(row.content)?;
            match all.last_mut() {
                Some((at, known)) if *at == row.at => *known = crate::points::together([&*known, &values]),
                _ => all.push((row.at, values)),
            }
        }
        Ok(all)
    }
}

/// A minute that is taken again: what is counted adds up, of everything else the later value stands.
pub(crate) fn again(pack: &Pack, mut earlier: Values, later: Values) -> Values {
    for (key, point) in later {
        let total = key != "app.minutes" && pack.metric(&key).is_some_and(|metric| metric.shows == Shows::Total);
        let known = earlier.get(&key).filter(|_| total).map_or(0, |known| known.1);
        earlier.insert(key, if total { Point::of(known + point.1) } else { point });
    }
    earlier
}

async fn forget_series(tx: &Tx, limit: OffsetDateTime) -> Result<()> {
    let backend = tx.conn().get_database_backend();
    let sql = "DELETE FROM operation_series WHERE at < $1";
    tx.conn().execute_raw(Statement::from_sql_and_values(backend, sql, [limit.into()])).await?;
    Ok(())
}

/// Adds what a minute counted to the rows of its hour.
async fn add_series(tx: &Tx, hour: OffsetDateTime, node: &str, series: &[Named]) -> Result<()> {
    let rows: Vec<Counted<'_>> = series
        .iter()
        .map(|(kind, name, reading)| {
            (vec![sea_orm::Value::from(hour), node.into(), (*kind).into(), name.as_str().into()], reading)
        })
        .collect();
    SERIES.add(tx, &rows).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-033
    #[test]
    fn a_minute_taken_twice_loses_no_count_and_adds_no_gauge() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/operations.yaml");
        let pack = Pack::load(&path).unwrap();
        let minute = |requests: i64, disk: i64| -> Values {
            [("app.minutes", 1), ("http.requests", requests), ("disk.free_percent", disk)]
                .map(|(key, value)| (key.to_owned(), Point::of(value)))
                .into()
        };
        assert_eq!(again(&pack, minute(3, 40), minute(4, 39)), minute(7, 39));
    }
}
