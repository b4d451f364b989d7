//! Sets of workloads that take turns, rounds, medians.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::machine::median;
use crate::report::{Figure, Kind};

/// Rounds of each workload.
pub const ROUNDS: usize = 5;
/// How long a repeated workload runs in one round.
const ROUND: Duration = Duration::from_millis(800);

/// Does one round and gives its figure.
type Round = Box<dyn FnMut() -> anyhow::Result<f64>>;
/// Done once before a set's first round, unmeasured.
type Before = Box<dyn FnOnce() -> anyhow::Result<()>>;

/// Something to measure.
pub struct Workload {
    /// What is done, one line; the same in every run, because runs are compared by it.
    what: String,
    /// What differs from one tree to another and is good to know, for example the size of a paper.
    note: String,
    /// Unit of the figure, for example `steps/s`.
    unit: &'static str,
    kind: Kind,
    /// Name of the workload of the same set this one is compared with.
    floor: Option<String>,
    goal: Option<f64>,
    goal_of_floor: Option<f64>,
    /// Whether the others of the set are judged by this one from run to run.
    yardstick: bool,
    round: Round,
}

impl Workload {
    /// A workload whose rounds the caller knows to do.
    pub fn new(
        what: impl Into<String>,
        unit: &'static str,
        kind: Kind,
        round: impl FnMut() -> anyhow::Result<f64> + 'static,
    ) -> Self {
        Self {
            what: what.into(),
            note: String::new(),
            unit,
            kind,
            floor: None,
            goal: None,
            goal_of_floor: None,
            yardstick: false,
            round: Box::new(round),
        }
    }

    /// A workload on one core: `once` is repeated; the figure is repetitions per second times `each`.
    pub fn repeated(
        what: impl Into<String>,
        unit: &'static str,
        each: f64,
        mut once: impl FnMut() -> anyhow::Result<()> + 'static,
    ) -> Self {
        Self::new(what, unit, Kind::Rate, move || {
            let started = Instant::now();
            let mut count = 0.0;
            // The clock is asked seldom, so that asking does not count.
            let mut batch = 1_u32;
            while started.elapsed() < ROUND {
                for _ in 0..batch {
                    once()?;
                }
                count += f64::from(batch);
                if started.elapsed() < ROUND / 20 {
                    batch = batch.saturating_mul(2);
                }
            }
            Ok(count * each / started.elapsed().as_secs_f64())
        })
    }

    /// With what the product promises: at least so much of a rate, at most so much of a time or an amount.
    #[must_use]
    pub fn goal(mut self, goal: f64) -> Self {
        self.goal = Some(goal);
        self
    }

    /// With the workload of the same set that does the least this one can't do without.
    #[must_use]
    pub fn floor(mut self, name: impl Into<String>) -> Self {
        self.floor = Some(name.into());
        self
    }

    /// With the part of the floor that is promised, percent.
    #[must_use]
    pub fn goal_of_floor(mut self, percent: f64) -> Self {
        self.goal_of_floor = Some(percent);
        self
    }

    /// With a remark beside the name.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The one the others of its set are judged by from run to run.
    #[must_use]
    pub fn into_yardstick(mut self) -> Self {
        self.yardstick = true;
        self
    }
}

/// Workloads that belong together and take turns.
pub struct Set {
    workloads: Vec<Workload>,
    before: Option<Before>,
}

impl Set {
    /// A set of these; one without a yardstick of its own gets [`yardstick`].
    pub fn of(workloads: Vec<Workload>) -> Self {
        Self { workloads, before: None }
    }

    /// With something to be done before the first round.
    #[must_use]
    pub fn after(mut self, before: impl FnOnce() -> anyhow::Result<()> + 'static) -> Self {
        self.before = Some(Box::new(before));
        self
    }
}

/// What pure computing is judged by: small, of no table and no disk, and nothing we mean to make faster.
fn yardstick() -> Workload {
    let content: Vec<u8> = (0..1 << 20).map(|at: u32| (at % 251) as u8).collect();
    let once = move || {
        std::hint::black_box(base::crypto::sm3(std::hint::black_box(&content)));
        Ok(())
    };
    Workload::repeated("yardstick: SM3 digest of 1 MB", "MB/s", 1.0, once).into_yardstick()
}

/// Runs a set in turns, prints a line for each workload and gives the figures.
///
/// # Errors
/// What a workload reports.
pub fn run(group: &str, set: Set) -> anyhow::Result<Vec<Figure>> {
    let Set { mut workloads, before } = set;
    if let Some(before) = before {
        before()?;
    }
    if !workloads.iter().any(|one| one.yardstick) {
        workloads.push(yardstick());
    }
    let mut rounds: Vec<Vec<f64>> = vec![Vec::new(); workloads.len()];
    // One round more: the first fills caches and is thrown away.
    for round in 0..=ROUNDS {
        for (workload, figures) in workloads.iter_mut().zip(&mut rounds) {
            let figure = (workload.round)()?;
            if round > 0 {
                ensure!(figure.is_finite(), "{group}: {} gave no figure", workload.what);
                figures.push(figure);
            }
        }
    }
    let medians: Vec<f64> = rounds.iter().map(|figures| median(figures)).collect();
    let yardstick = workloads.iter().position(|one| one.yardstick).and_then(|at| medians.get(at)).copied();
    let mut all = Vec::with_capacity(workloads.len());
    for ((workload, figures), median) in workloads.iter().zip(&rounds).zip(&medians) {
        let floor = workload.floor.as_ref().and_then(|name| workloads.iter().position(|one| one.what == *name));
        let figure = Figure {
            group: group.to_owned(),
            what: workload.what.clone(),
            note: workload.note.clone(),
            unit: workload.unit.to_owned(),
            kind: workload.kind,
            median: *median,
            lowest: figures.iter().copied().fold(f64::MAX, f64::min),
            highest: figures.iter().copied().fold(0.0, f64::max),
            goal: workload.goal,
            of_floor: floor.and_then(|at| medians.get(at)).map(|floor| median / floor * 100.0),
            goal_of_floor: workload.goal_of_floor,
            yardstick,
            reference: workload.yardstick
                || workloads.iter().any(|one| one.floor.as_deref() == Some(workload.what.as_str())),
        };
        println!("{}", figure.line());
        all.push(figure);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set is prepared before its first round, and each of it knows its floor and its yardstick.
    #[test]
    fn figures_carry_the_floor_and_the_yardstick_of_their_set() {
        let prepared = std::rc::Rc::new(std::cell::Cell::new(false));
        let (seen, done) = (std::rc::Rc::clone(&prepared), prepared);
        let product = Workload::new("file", "cases/s", Kind::Rate, move || Ok(if seen.get() { 300.0 } else { 1.0 }));
        let set = Set::of(vec![
            product.floor("plain SQL").goal_of_floor(40.0),
            Workload::new("plain SQL", "cases/s", Kind::Rate, || Ok(600.0)),
            Workload::new("health", "answers/s", Kind::Rate, || Ok(3_000.0)).into_yardstick(),
        ]);
        let prepare = move || {
            done.set(true);
            Ok(())
        };
        let figures = run("sqlite", set.after(prepare)).unwrap();
        assert_eq!(figures.len(), 3, "a set with a yardstick gets no second one");
        assert_eq!((figures[0].median, figures[0].of_floor, figures[0].yardstick), (300.0, Some(50.0), Some(3_000.0)));
        let references: Vec<bool> = figures.iter().map(|figure| figure.reference).collect();
        assert_eq!(references, [false, true, true]);
    }
}
