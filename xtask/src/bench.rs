//! `bench`: builds the workloads as released and runs them.

use anyhow::bail;

use crate::cargo;

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let status = cargo().args(["run", "--release", "-p", "bench", "--"]).args(arguments).status()?;
    if status.success() { Ok(()) } else { bail!("bench: a workload failed") }
}
