//! The pure engines, one core, no database.

pub mod deadline;
pub mod files;
pub mod flow;
pub mod form;
pub mod paper;
pub mod rules;

use std::path::PathBuf;

use anyhow::Context;
use serde_json::{Map, Value};

/// Text of a file in `packs/`.
pub fn pack(name: &str) -> anyhow::Result<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs").join(name);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// An object out of `json!`.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
