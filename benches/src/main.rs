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
    if let [name, numbers @ ..] = wanted.as_slice()
        && name == MODEL
    {
        return reckon(numbers);
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

/// First argument of the load model.
const MODEL: &str = "model";

/// `model 100,80,40,8 5000,10,20,24 5`: people a day, pages, minutes, hours, one group after the other, then the seconds
/// of an answer. Prints how many are at once and on line (OPS-005).
fn reckon(arguments: &[String]) -> ExitCode {
    let numbers = |text: &String| text.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>().ok();
    let parsed: Option<Vec<Vec<f64>>> = arguments.iter().map(numbers).collect();
    let Some((answer, groups)) = parsed.as_ref().and_then(|all| all.split_last()) else {
        eprintln!("model 100,80,40,8 5000,10,20,24 5: people a day, pages, minutes, hours …, seconds of an answer");
        return ExitCode::from(2);
    };
    let mut sum = (0.0, 0.0);
    for group in groups {
        let [a_day, pages, stay_minutes, hours] = group[..] else {
            eprintln!("four numbers: people a day, pages, minutes, hours");
            return ExitCode::from(2);
        };
        let who = http::Visitors { a_day, pages, stay_minutes, hours };
        let (at_once, on_line) = http::model(who, answer.first().copied().unwrap_or(5.0));
        println!("{a_day} a day: {at_once:.2} at once, {on_line:.2} on line");
        sum = (sum.0 + at_once, sum.1 + on_line);
    }
    println!("together: {:.2} at once, {:.2} on line", sum.0, sum.1);
    ExitCode::SUCCESS
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
