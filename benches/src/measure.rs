//! Rounds, medians, the table.

use std::time::{Duration, Instant};

/// Rounds of each workload.
pub const ROUNDS: usize = 5;
/// How long a repeated workload runs in one round.
const ROUND: Duration = Duration::from_millis(800);

/// Something to measure.
pub struct Workload {
    /// What is done, one line.
    pub what: String,
    /// Unit of the figure, for example `steps/s`.
    pub unit: &'static str,
    /// Name of the workload this one is compared with.
    pub floor: Option<String>,
    /// Does one round and gives its figure.
    pub round: Box<dyn FnMut() -> anyhow::Result<f64>>,
}

impl Workload {
    /// A workload on one core: `once` is repeated; the figure is repetitions per second times `each`.
    pub fn repeated(
        what: impl Into<String>,
        unit: &'static str,
        each: f64,
        mut once: impl FnMut() -> anyhow::Result<()> + 'static,
    ) -> Self {
        let round = move || {
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
        };
        Self { what: what.into(), unit, floor: None, round: Box::new(round) }
    }
}

/// Prints the head of the table.
pub fn header() {
    println!(
        "\n{:10} {:64} {:>12} {:>12} {:>12}  {:12} of floor",
        "group", "workload", "median", "lowest", "highest", "unit"
    );
}

/// Runs a group in turns and prints a line for each workload.
///
/// # Errors
/// What a workload reports.
pub fn run(group: &str, workloads: &mut [Workload]) -> anyhow::Result<()> {
    let mut figures: Vec<Vec<f64>> = vec![Vec::new(); workloads.len()];
    // One round more: the first fills caches and is thrown away.
    for round in 0..=ROUNDS {
        for (workload, figures) in workloads.iter_mut().zip(&mut figures) {
            let figure = (workload.round)()?;
            if round > 0 {
                figures.push(figure);
            }
        }
    }
    let medians: Vec<f64> = figures.iter().map(|figures| median(figures)).collect();
    for ((workload, figures), median) in workloads.iter().zip(&figures).zip(&medians) {
        let floor = workload.floor.as_ref().and_then(|name| workloads.iter().position(|one| one.what == *name));
        let ratio = floor.and_then(|at| medians.get(at)).map(|floor| format!("{:.0} %", median / floor * 100.0));
        let (low, high) =
            (figures.iter().copied().fold(f64::MAX, f64::min), figures.iter().copied().fold(0.0, f64::max));
        println!(
            "{group:10} {:64} {:>12} {:>12} {:>12}  {:12} {}",
            workload.what,
            number(*median),
            number(low),
            number(high),
            workload.unit,
            ratio.unwrap_or_default()
        );
    }
    Ok(())
}

/// The middle figure; of an even number, the lower middle one.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// Thousands apart, decimals only below a hundred.
fn number(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_one_bad_round_and_numbers_read_easily() {
        assert!((median(&[5.0, 1.0, 900.0]) - 5.0).abs() < f64::EPSILON);
        assert_eq!(
            (number(1_234_567.4), number(12.345), number(999.0)),
            ("1,234,567".into(), "12.35".into(), "999".into())
        );
    }
}
