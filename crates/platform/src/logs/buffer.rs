//! Lines of the application itself, between their event and the database: bounded, never waiting.

use std::sync::{Mutex, PoisonError};

use super::form::Raw;

/// Lines kept; beyond that the oldest go and are counted.
const MOST: usize = 5_000;

static BUFFER: Mutex<(Vec<Raw>, u64)> = Mutex::new((Vec::new(), 0));

/// Takes a line. Called by the subscriber that `app` sets up.
pub fn push(line: Raw) {
    let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
    if buffer.0.len() >= MOST {
        buffer.0.remove(0);
        buffer.1 += 1;
    }
    buffer.0.push(line);
}

/// Gives the lines away; a last one says how many were lost.
pub fn take() -> Vec<Raw> {
    let (mut lines, lost) = std::mem::take(&mut *BUFFER.lock().unwrap_or_else(PoisonError::into_inner));
    if lost > 0 {
        lines.push(Raw {
            level: "warn".to_owned(),
            event: "log.lost".to_owned(),
            message: format!("{lost} lines were lost: too many at once"),
            ..Raw::default()
        });
    }
    lines
}
