//! The machine a figure belongs to: cores, load, how long the disk takes to be sure.

use std::fmt;
use std::io::Write;
use std::time::Instant;

use anyhow::Context;
use serde::{Deserialize, Serialize};

/// The machine before and after a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Before the first round.
    pub before: Moment,
    /// After the last.
    pub after: Moment,
}

/// The machine at a moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Cores this process may use.
    pub cores: usize,
    /// Load of the last one, five and fifteen minutes; empty where the system tells none.
    pub load: Vec<f64>,
    /// Median time to make 4 KB durable, milliseconds.
    pub fdatasync_ms: f64,
}

impl Moment {
    /// The machine now.
    ///
    /// # Errors
    /// When the temporary folder can't be written.
    pub fn now() -> anyhow::Result<Self> {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            load: load.split(' ').take(3).filter_map(|part| part.parse().ok()).collect(),
            fdatasync_ms: fdatasync_milliseconds()?,
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = self.load.iter().map(|one| format!("{one:.2}")).collect::<Vec<_>>().join(" ");
        write!(f, "{} cores, load {load}, fdatasync {:.3} ms (median of 50)", self.cores, self.fdatasync_ms)
    }
}

fn fdatasync_milliseconds() -> anyhow::Result<f64> {
    let path = std::env::temp_dir().join(format!("tongban-bench-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).context("a temporary file")?;
    let block = [7_u8; 4096];
    let mut times = Vec::new();
    for _ in 0..50 {
        file.write_all(&block)?;
        let started = Instant::now();
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    drop(file);
    std::fs::remove_file(&path)?;
    Ok(median(&times))
}

/// Resident memory of a process, megabytes.
pub fn resident_megabytes(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}

/// The middle figure; of an even number, the lower middle one.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_one_bad_round() {
        assert!((median(&[5.0, 1.0, 900.0]) - 5.0).abs() < f64::EPSILON);
    }
}
