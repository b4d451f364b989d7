//! The house's own checks and generators: `cargo xtask <task>`.
//!
//! Start at [`TASKS`]; each task is one module. Nothing here is part of the product.

mod bench;
mod files;
mod generate;
mod layers;
mod names;
mod new_capability;
mod schema;
mod supply;
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;

/// A task: its name, what it takes, what it does, its function.
type Task = (&'static str, &'static str, &'static str, fn(&[String]) -> anyhow::Result<()>);

const TASKS: &[Task] = &[
    ("layers", "", "no arrow goes up or sideways between the floors of layers.toml", layers::run),
    ("trace", "[register]", "rows of docs/requirements shown by tests; with a register, its open rows", trace::run),
    (
        "gen",
        "[--check]",
        "writes docs/openapi.json and the web client; --check fails when they would change",
        generate::run,
    ),
    ("schema", "", "a fresh SQLite and a fresh PostgreSQL database have the same tables and columns", schema::run),
    (
        "supply",
        "[--check] [--advisories DIR]",
        "licences, origins and known faults of what others wrote; writes the lists that go out with the product",
        supply::run,
    ),
    (
        "bench",
        "[name…] [--save FILE] [--chart FILE] [--against FILE]",
        "measures the release build; keeps, draws and compares what it found",
        bench::run,
    ),
    (
        "new-capability",
        "<domain> <plural> <Singular>",
        "skeleton of a capability in a domain crate",
        new_capability::run,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((_, _, _, run)) = arguments.first().and_then(|name| TASKS.iter().find(|task| task.0 == name)) else {
        eprintln!("cargo xtask <task>\n");
        for (name, takes, does, _) in TASKS {
            eprintln!("  {:42} {does}", format!("{name} {takes}"));
        }
        return ExitCode::from(2);
    };
    match run(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Folder of the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// The cargo that runs us, without what it told us about ourselves: build scripts watch those
/// variables, and half the tree would be built again each time.
fn cargo() -> std::process::Command {
    let mut command = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command.current_dir(root());
    command
}
