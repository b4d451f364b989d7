//! The machine a figure belongs to: cores, load, how long the disk takes to be sure.

use std::io::Write;
use std::time::Instant;

use anyhow::Context;

use crate::measure::median;

/// One line about the machine at this moment.
///
/// # Errors
/// When the temporary folder can't be written.
pub fn describe() -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let sync = fdatasync_milliseconds()?;
    Ok(format!("machine: {cores} cores, load {load}, fdatasync {sync:.3} ms (median of 50)"))
}

/// Median time to make 4 KB durable, milliseconds.
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
