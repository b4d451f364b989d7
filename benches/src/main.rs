//! Workloads of the product and the floors they are compared with.
//!
//! `cargo xtask bench` runs all of them, `cargo xtask bench flow form` some. Workloads that belong
//! together take turns, round after round, so that a busy moment of the machine hits them alike;
//! each figure is the median of its rounds. Nothing here is a test: figures are read by people.
//!
//! Start at [`GROUPS`].

mod engines;
mod http;
mod identity;
mod machine;
mod measure;

use std::process::ExitCode;

use measure::Workload;

/// A group: its name and what makes its sets. The workloads of one set take turns.
type Group = (&'static str, fn() -> anyhow::Result<Vec<Vec<Workload>>>);

const GROUPS: &[Group] = &[
    ("flow", engines::flow::workloads),
    ("rules", engines::rules::workloads),
    ("form", engines::form::workloads),
    ("deadline", engines::deadline::workloads),
    ("paper", engines::paper::workloads),
    ("identity", identity::workloads),
    ("files", engines::files::workloads),
    ("sqlite", http::sqlite),
    ("postgres", http::postgres),
];

fn main() -> ExitCode {
    // Two TLS providers are compiled in; the one we mean must be named before the first client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted.first().is_some_and(|name| name == http::SERVE) {
        return http::serve();
    }
    if let Some(unknown) = wanted.iter().find(|name| !GROUPS.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
        eprintln!("no workload {unknown}: {}", known.join(" "));
        return ExitCode::from(2);
    }
    match run(&wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(wanted: &[String]) -> anyhow::Result<()> {
    if cfg!(debug_assertions) {
        println!("note: a debug build; these figures say nothing about a release");
    }
    println!("{}", machine::describe()?);
    measure::header();
    for (name, make) in GROUPS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|one| one == name)) {
        for mut set in make()? {
            measure::run(name, &mut set)?;
        }
    }
    println!("{}", machine::describe()?);
    Ok(())
}
