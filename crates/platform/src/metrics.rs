//! What the running program counts about itself: requests, jobs, calls of connectors, statements, and the
//! spans of what was slow, failed or drawn as a sample (OPS-019, OPS-033).
//!
//! Counting never waits: numbers are atomics, names are found under a read lock. Nothing is written here;
//! the operations domain takes what was counted once a minute ([`Family::take`], [`Metrics::take_traces`]).
//! Whether a chain of calls is kept is drawn from its trace id, so that every node and every job of one
//! chain decides alike.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use time::OffsetDateTime;

/// Upper bounds of the histogram, milliseconds; one more bucket holds everything slower.
pub const BOUNDS: [u64; 10] = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
/// Buckets of a histogram.
pub const BUCKETS: usize = BOUNDS.len() + 1;
/// Lengths of time that somebody promises to stay below, milliseconds (OPS-001 to OPS-004): how many took longer
/// than each is counted exactly, since a bucket's bound says only about.
pub const LIMITS: [u64; 8] = [500, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000, 15_000];
/// Names a family tells apart; what comes later counts under [`OTHER`].
const NAMES: usize = 2_000;
/// Name of what is not told apart.
pub const OTHER: &str = "其他";
/// Chains waiting to be written; beyond that the oldest go and are counted.
const WAITING: usize = 400;
/// Chains of this node remembered as kept, so that their jobs are kept too.
const REMEMBERED: usize = 1_000;

/// One thing that is counted and timed.
#[derive(Debug, Default)]
pub struct Series {
    count: AtomicU64,
    errors: AtomicU64,
    total_us: AtomicU64,
    most_us: AtomicU64,
    buckets: [AtomicU64; BUCKETS],
    over: [AtomicU64; LIMITS.len()],
    /// What was given away already.
    taken: Mutex<Reading>,
}

/// Numbers of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// How often.
    pub count: u64,
    /// How often it failed.
    pub errors: u64,
    /// Time altogether, microseconds.
    pub total_us: u64,
    /// Longest, microseconds.
    pub most_us: u64,
    /// How many took no longer than each of [`BOUNDS`] and longer than the one before; last: slower.
    pub buckets: [u64; BUCKETS],
    /// How many took longer than each of [`LIMITS`].
    pub over: [u64; LIMITS.len()],
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The bucket a time falls into.
fn bucket(us: u64) -> usize {
    BOUNDS.iter().position(|bound| us <= bound * 1_000).unwrap_or(BUCKETS - 1)
}

impl Series {
    /// Counts one.
    pub fn note(&self, took: Duration, failed: bool) {
        let us = micros(took);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.errors.fetch_add(u64::from(failed), Ordering::Relaxed);
        self.total_us.fetch_add(us, Ordering::Relaxed);
        self.most_us.fetch_max(us, Ordering::Relaxed);
        if let Some(bucket) = self.buckets.get(bucket(us)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        // Most are below the first limit and cost one comparison.
        for (limit, over) in LIMITS.iter().zip(&self.over) {
            if us <= limit * 1_000 {
                break;
            }
            over.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Everything since the start; the longest since it was last taken.
    pub fn read(&self) -> Reading {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Reading {
            count: of(&self.count),
            errors: of(&self.errors),
            total_us: of(&self.total_us),
            most_us: of(&self.most_us),
            buckets: self.buckets.each_ref().map(of),
            over: self.over.each_ref().map(of),
        }
    }

    /// What came since it was last taken.
    pub fn take(&self) -> Reading {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.read();
        let new = now.since(&taken);
        self.most_us.store(0, Ordering::Relaxed);
        *taken = now;
        new
    }
}

impl Reading {
    /// The part that came after an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut buckets = self.buckets;
        for (now, before) in buckets.iter_mut().zip(earlier.buckets) {
            *now = now.saturating_sub(before);
        }
        let mut over = self.over;
        for (now, before) in over.iter_mut().zip(earlier.over) {
            *now = now.saturating_sub(before);
        }
        Self {
            count: self.count.saturating_sub(earlier.count),
            errors: self.errors.saturating_sub(earlier.errors),
            total_us: self.total_us.saturating_sub(earlier.total_us),
            most_us: self.most_us,
            buckets,
            over,
        }
    }

    /// Adds another reading of the same thing.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.total_us += other.total_us;
        self.most_us = self.most_us.max(other.most_us);
        for (sum, more) in self.buckets.iter_mut().zip(other.buckets) {
            *sum += more;
        }
        for (sum, more) in self.over.iter_mut().zip(other.over) {
            *sum += more;
        }
    }

    /// Mean time, microseconds.
    #[must_use]
    pub fn mean_us(&self) -> u64 {
        self.total_us.checked_div(self.count).unwrap_or(0)
    }

    /// The time within which so many in a hundred were done, milliseconds: the bound of their bucket, or the
    /// longest when that is less.
    #[must_use]
    pub fn within_ms(&self, percent: u64) -> u64 {
        let wanted = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted && wanted > 0 {
                let longest = self.most_us.div_ceil(1_000);
                return BOUNDS.get(at).map_or(longest, |bound| (*bound).min(longest));
            }
        }
        0
    }

    /// How many took longer than one of [`LIMITS`], milliseconds; none for any other length: it is not counted.
    #[must_use]
    pub fn beyond_ms(&self, limit: u64) -> Option<u64> {
        let at = LIMITS.iter().position(|one| *one == limit)?;
        self.over.get(at).copied()
    }

    /// How many took longer than a bound of the histogram, milliseconds.
    #[must_use]
    pub fn over_ms(&self, bound: u64) -> u64 {
        let first = BOUNDS.iter().position(|one| *one >= bound).map_or(BUCKETS, |at| at + 1);
        self.buckets.iter().skip(first).sum()
    }
}

/// How many of something are under way at once, and the most there were.
#[derive(Debug, Default)]
pub struct AtOnce {
    now: AtomicU64,
    most: AtomicU64,
}

/// One that is under way; it ends when this is dropped, however it ends.
#[derive(Debug)]
pub struct UnderWay<'a>(&'a AtOnce);

impl AtOnce {
    /// One more begins.
    pub fn begin(&self) -> UnderWay<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        UnderWay(self)
    }

    /// The most there were since this was last asked; those under way begin the next count.
    pub fn take_most(&self) -> u64 {
        self.most.swap(self.now.load(Ordering::Relaxed), Ordering::Relaxed)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Series by name.
#[derive(Debug, Default)]
pub struct Family(RwLock<HashMap<String, Arc<Series>>>);

impl Family {
    /// Counts one under a name.
    pub fn note(&self, name: &str, took: Duration, failed: bool) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        known.unwrap_or_else(|| self.make(name)).note(took, failed);
    }

    fn make(&self, name: &str) -> Arc<Series> {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let name = if all.len() < NAMES || all.contains_key(name) { name } else { OTHER };
        Arc::clone(all.entry(name.to_owned()).or_default())
    }

    fn all(&self) -> Vec<(String, Arc<Series>)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = all.iter().map(|(name, series)| (name.clone(), Arc::clone(series))).collect();
        list.sort_by(|one, other| one.0.cmp(&other.0));
        list
    }

    /// Everything since the start, by name.
    pub fn read(&self) -> Vec<(String, Reading)> {
        self.all().into_iter().map(|(name, series)| (name, series.read())).collect()
    }

    /// What came since it was last taken; names without anything are left out.
    pub fn take(&self) -> Vec<(String, Reading)> {
        let taken = self.all().into_iter().map(|(name, series)| (name, series.take()));
        taken.filter(|(_, reading)| reading.count > 0).collect()
    }
}

/// Part of a request or job: a statement, a command, a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// `read`, `write`, `call`.
    pub kind: &'static str,
    /// What it did; never a value.
    pub name: String,
    /// Microseconds after the beginning of the whole.
    pub start_us: u64,
    /// How long it took.
    pub took_us: u64,
    /// Whether it failed.
    pub failed: bool,
}

/// A request or a job with its parts.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Id shared by everything one request caused.
    pub trace: String,
    /// `request` or `job`.
    pub kind: &'static str,
    /// Method and route, or kind of job.
    pub name: String,
    /// When it began.
    pub began: OffsetDateTime,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// Time spent waiting for the database's answers.
    pub waited_us: u64,
    /// Statements it made.
    pub statements: u64,
    /// HTTP status; 0 for a job.
    pub status: u16,
    /// Whether it failed by our fault.
    pub failed: bool,
    /// Its parts, in the order in which they ended.
    pub spans: Vec<Span>,
    /// Parts beyond those kept.
    pub more: u64,
    /// `slow`, `error`, `sample`, `chain`.
    pub why: &'static str,
}

/// Counters of one node. Lives in the platform.
#[derive(Debug)]
pub struct Metrics {
    /// Requests by method and route.
    pub requests: Family,
    /// Jobs by kind.
    pub jobs: Family,
    /// Calls of connectors by direction and party.
    pub calls: Family,
    /// Answers that told of a problem: refused, wrong, failed.
    pub problems: Series,
    /// Requests being served.
    pub serving: AtOnce,
    slow_ms: AtomicU64,
    one_in: AtomicU64,
    traces: Mutex<(VecDeque<Trace>, u64)>,
    kept: Mutex<VecDeque<String>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            jobs: Family::default(),
            calls: Family::default(),
            problems: Series::default(),
            serving: AtOnce::default(),
            slow_ms: AtomicU64::new(1_000),
            one_in: AtomicU64::new(100),
            traces: Mutex::default(),
            kept: Mutex::default(),
        }
    }
}

impl Metrics {
    /// Says from how many milliseconds on a chain is always kept, and that one in so many others is.
    pub fn keep(&self, slow_ms: u64, one_in: u64) {
        self.slow_ms.store(slow_ms, Ordering::Relaxed);
        self.one_in.store(one_in.max(1), Ordering::Relaxed);
    }

    /// Whether something took so long that it counts as slow; its chain is kept then.
    pub fn is_slow(&self, took: Duration) -> bool {
        micros(took) >= self.slow_ms.load(Ordering::Relaxed).saturating_mul(1_000)
    }

    /// Why something that ended is kept; none = it is not.
    pub fn wants(&self, trace: &str, took: Duration, failed: bool) -> Option<&'static str> {
        let why = match () {
            () if failed => "error",
            () if self.is_slow(took) => "slow",
            () if drawn(trace, self.one_in.load(Ordering::Relaxed)) => "sample",
            () if self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|one| one == trace) => "chain",
            () => return None,
        };
        Some(why)
    }

    /// Keeps something until it is taken.
    pub fn put(&self, trace: Trace) {
        if trace.why != "sample" && trace.why != "chain" {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= REMEMBERED {
                kept.pop_front();
            }
            kept.push_back(trace.trace.clone());
        }
        let mut waiting = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.0.len() >= WAITING {
            waiting.0.pop_front();
            waiting.1 += 1;
        }
        waiting.0.push_back(trace);
    }

    /// Gives away what was kept, and how many were lost because too many came at once.
    pub fn take_traces(&self) -> (Vec<Trace>, u64) {
        let (waiting, lost) = std::mem::take(&mut *self.traces.lock().unwrap_or_else(PoisonError::into_inner));
        (waiting.into(), lost)
    }
}

/// Whether a trace id is drawn: one in so many, the same everywhere (FNV-1a over the id).
fn drawn(trace: &str, one_in: u64) -> bool {
    if trace.len() < 8 {
        return false;
    }
    let hash = trace
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash >> 20).is_multiple_of(one_in.max(1))
}

/// What a statement does, without its values: `SELECT cases`.
pub(crate) fn about(sql: &str) -> String {
    let verb: String = sql.trim_start().chars().take_while(char::is_ascii_alphabetic).take(8).collect();
    let mark = match verb.as_str() {
        "INSERT" => "INTO ",
        "UPDATE" => "UPDATE ",
        _ => "FROM ",
    };
    let table: String = sql.find(mark).and_then(|at| sql.get(at + mark.len()..)).map_or_else(String::new, |rest| {
        let rest = rest.trim_start_matches(['"', ' ', '(']);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
    });
    format!("{verb} {table}").trim_end().to_owned()
}

/// Counters of the database.
#[derive(Debug, Default)]
pub struct Database {
    /// Statements.
    pub statements: Series,
    /// Commands: a transaction each, with the time they waited for their turn.
    pub commands: Series,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-033
    #[test]
    fn a_histogram_tells_mean_longest_and_how_many_were_slow() {
        let series = Series::default();
        for ms in [4, 8, 20, 30, 40, 60, 90, 200, 400, 3_000] {
            series.note(Duration::from_millis(ms), ms == 400);
        }
        let first = series.take();
        assert_eq!((first.count, first.errors, first.most_us), (10, 1, 3_000_000));
        assert_eq!(first.mean_us(), 385_200);
        assert_eq!(first.within_ms(50), 50);
        assert_eq!(first.within_ms(90), 500);
        assert_eq!(first.within_ms(99), 3_000, "the longest, not the bound of its bucket");
        assert_eq!((first.over_ms(1_000), first.over_ms(100)), (1, 3));
        series.note(Duration::from_secs(60), false);
        let second = series.take();
        assert_eq!((second.count, second.buckets[BUCKETS - 1], second.within_ms(95)), (1, 1, 60_000));
        assert_eq!(series.take().count, 0);
        assert_eq!(series.read().count, 11, "what was taken still counts from the start");
        let mut sum = first.clone();
        sum.add(&second);
        assert_eq!((sum.count, sum.most_us), (11, 60_000_000));
        assert_eq!(Reading::default().within_ms(95), 0);
    }

    /// A promise is kept or broken by the microsecond, not by the bound of a bucket.
    ///
    /// req: OPS-001
    #[test]
    fn how_many_broke_a_promise_is_counted_exactly() {
        let series = Series::default();
        for ms in [10, 1_500, 1_501, 2_000, 2_001, 4_999, 5_000, 20_000] {
            series.note(Duration::from_millis(ms), false);
        }
        let first = series.take();
        let beyond = |ms| first.beyond_ms(ms);
        assert_eq!([500, 1_500, 2_000, 5_000, 15_000].map(beyond), [Some(7), Some(6), Some(4), Some(1), Some(1)]);
        assert_eq!(beyond(1_700), None, "nobody promised that, so it was not counted");
        series.note(Duration::from_millis(2_500), false);
        let second = series.take();
        assert_eq!((second.beyond_ms(2_000), second.beyond_ms(3_000)), (Some(1), Some(0)));
        let mut sum = first.clone();
        sum.add(&second);
        assert_eq!(sum.beyond_ms(2_000), Some(5));
    }

    /// req: OPS-003
    #[test]
    fn the_most_at_once_is_told_once_and_what_lasts_counts_on() {
        let serving = AtOnce::default();
        let first = serving.begin();
        {
            let _second = serving.begin();
            let _third = serving.begin();
        }
        assert_eq!(serving.take_most(), 3);
        assert_eq!(serving.take_most(), 1, "one is still under way");
        drop(first);
        assert_eq!((serving.take_most(), serving.take_most()), (1, 0));
    }

    /// req: OPS-019
    #[test]
    fn what_failed_or_was_slow_is_kept_and_of_the_rest_a_sample_by_its_id() {
        let metrics = Metrics::default();
        metrics.keep(1_000, 10);
        let ids: Vec<String> = (0..1_000).map(|at| format!("0199aa00-0000-7000-8000-{at:012}")).collect();
        let drawn = ids.iter().filter(|id| metrics.wants(id, Duration::from_millis(1), false).is_some()).count();
        assert!((50..200).contains(&drawn), "{drawn}");
        let other = ids.iter().find(|id| metrics.wants(id, Duration::ZERO, false).is_none()).unwrap();
        assert_eq!(metrics.wants(other, Duration::from_secs(1), false), Some("slow"));
        assert_eq!(metrics.wants(other, Duration::ZERO, true), Some("error"));
        let trace = Trace {
            trace: other.clone(),
            kind: "request",
            name: "GET /x".to_owned(),
            began: OffsetDateTime::UNIX_EPOCH,
            took_us: 2_000_000,
            waited_us: 0,
            statements: 0,
            status: 200,
            failed: false,
            spans: Vec::new(),
            more: 0,
            why: "slow",
        };
        metrics.put(trace.clone());
        assert_eq!(metrics.wants(other, Duration::ZERO, false), Some("chain"), "its jobs are kept too");
        for _ in 0..WAITING {
            metrics.put(Trace { why: "sample", ..trace.clone() });
        }
        let (taken, lost) = metrics.take_traces();
        assert_eq!((taken.len(), lost), (WAITING, 1));
    }

    #[test]
    fn a_statement_is_told_without_its_values() {
        assert_eq!(about(r#"SELECT "cases"."id" FROM "cases" WHERE "name" = 'x'"#), "SELECT cases");
        assert_eq!(about("INSERT INTO audit_log (id) VALUES (?)"), "INSERT audit_log");
        assert_eq!(about(r#"UPDATE "jobs" SET x = 1"#), "UPDATE jobs");
        assert_eq!(about("BEGIN"), "BEGIN");
    }

    #[test]
    fn names_without_end_count_under_one() {
        let family = Family::default();
        for at in 0..NAMES + 5 {
            family.note(&format!("n{at}"), Duration::ZERO, false);
        }
        let taken = family.take();
        assert_eq!(taken.len(), NAMES + 1);
        assert_eq!(taken.iter().find(|(name, _)| name == OTHER).unwrap().1.count, 5);
    }
}
