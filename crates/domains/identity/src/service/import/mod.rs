//! Bring regions, organisations, windows and staff in from a content pack (`packs/city`).
//!
//! In this order, since each names the one before: regions, organisations, windows, staff. Running
//! an import again changes what changed and keeps ids, passwords and locks. A file with a mistake
//! changes nothing; the problem names every wrong place, for example `/staff/3/org`.

mod orgs;
mod regions;
mod staff;
mod windows;

use platform::web::problem::{FieldProblem, Problem, Result};

pub use regions::{regions_from_city, regions_from_tsv};

/// Reads a YAML file of a pack and checks its schema name.
fn read<T: serde::de::DeserializeOwned>(text: &str, schema: &str) -> Result<T> {
    #[derive(serde::Deserialize)]
    struct Head {
        schema: String,
    }
    let broken = |error: serde_yaml_ng::Error| {
        Problem::invalid_field("", "unreadable", format!("文件读不出来（{schema}）：{error}"))
    };
    let head: Head = serde_yaml_ng::from_str(text).map_err(broken)?;
    if head.schema != schema {
        let message = format!("这里要 {schema}，文件是 {}", head.schema);
        return Err(Problem::invalid_field("/schema", "wrong_schema", message));
    }
    serde_yaml_ng::from_str(text).map_err(broken)
}

/// Mistakes found so far.
#[derive(Default)]
struct Mistakes(Vec<FieldProblem>);

impl Mistakes {
    fn add(&mut self, pointer: String, code: &str, message: String) {
        self.0.push(FieldProblem::new(pointer, code, message));
    }

    /// Keeps the value, or notes that something named does not exist.
    fn known<T>(&mut self, found: Option<T>, pointer: impl FnOnce() -> String, name: &str) -> Option<T> {
        if found.is_none() {
            self.add(pointer(), "unknown", format!("没有“{name}”"));
        }
        found
    }

    fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}
