//! Faults on purpose: the product as processes of its own, under load, with something breaking.
//!
//! Each [`scenario`] breaks one thing and then counts: every acknowledged application is there, each
//! once, and the server is well again by itself. What must happen stands in
//! `docs/operations/faults.md`. `make chaos` runs all at full length; the tests run the same scenarios
//! shortened, so that the gate stays short.
//!
//! Start at [`scenario`], [`network`], [`disk`], [`clock`] and [`deliveries`]; [`node`] is a server, [`filing`] the load
//! and the count, [`outside`] other systems and people at their browsers, [`cluster`] PostgreSQL, [`line`] a network that
//! can be made bad, [`shim`] a disk and a clock that can.

pub mod city;
pub mod clock;
pub mod cluster;
pub mod deliveries;
pub mod disk;
pub mod filing;
pub mod line;
pub mod network;
pub mod node;
pub mod outside;
pub mod scenario;
pub mod shim;

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Where the packs lie.
#[must_use]
pub fn packs_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs")
}

/// Waits until something holds.
///
/// # Errors
/// When it does not within the time.
pub async fn until(what: &str, within: Duration, mut holds: impl AsyncFnMut() -> bool) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    while begun.elapsed() < within {
        if holds().await {
            return Ok(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("not within {within:?}: {what}")
}
