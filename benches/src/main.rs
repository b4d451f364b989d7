//! Workloads of the product and the floors they are compared with.
//!
//! `cargo xtask bench` runs all of them, `cargo xtask bench flow form` some. Workloads that belong
//! together take turns, round after round, so that a busy moment of the machine hits them alike;
//! each figure is the median of its rounds. Figures are read by people; `--against` compares them with an earlier
//! run's, in relative terms, and fails when something fell.
//!
//! Start at [`GROUPS`].

mod chart;
mod engines;
mod gate;
mod http;
mod identity;
mod machine;
mod measure;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use base::clock::Clock;
use machine::{Machine, Moment};
use measure::Set;
use platform::system::SystemClock;
use report::Report;

/// A group: its name and what makes its sets. The workloads of one set take turns.
type Group = (&'static str, fn() -> anyhow::Result<Vec<Set>>);

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
    let asked = match Asked::parse(&wanted) {
        Ok(asked) => asked,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match run(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Asked {
    /// Groups to run; all when empty.
    groups: Vec<String>,
    /// Where the figures are kept.
    save: Option<PathBuf>,
    /// Where the picture is drawn.
    chart: Option<PathBuf>,
    /// The run to compare with.
    against: Option<PathBuf>,
    /// Percent by which a figure may be worse.
    tolerance: f64,
}

impl Asked {
    /// Names of groups and options in any order.
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut asked = Self { groups: Vec::new(), save: None, chart: None, against: None, tolerance: gate::TOLERANCE };
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let mut value = || rest.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                "--save" => asked.save = Some(value()?.into()),
                "--chart" => asked.chart = Some(value()?.into()),
                "--against" => asked.against = Some(value()?.into()),
                "--tolerance" => {
                    let percent = value()?;
                    let parsed: Option<f64> = percent.parse().ok().filter(|one: &f64| one.is_finite() && *one >= 0.0);
                    asked.tolerance = parsed.ok_or_else(|| format!("--tolerance {percent}: a percentage, like 25"))?;
                }
                name if GROUPS.iter().any(|(known, _)| *known == name) => asked.groups.push(name.to_owned()),
                unknown => {
                    let known: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
                    return Err(format!(
                        "no workload {unknown}: {}\noptions: --save FILE.json, --chart FILE.svg, --against BASE.json, \
                         --tolerance PERCENT",
                        known.join(" ")
                    ));
                }
            }
        }
        Ok(asked)
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

/// Measures, keeps and draws what was asked for; whether nothing fell.
fn run(asked: &Asked) -> anyhow::Result<bool> {
    if cfg!(debug_assertions) {
        println!("note: a debug build; these figures say nothing about a release");
    }
    // Read first: nobody wants to hear after an hour that the file is not there.
    let base = asked.against.as_deref().map(Report::read).transpose()?;
    let before = Moment::now()?;
    println!("machine: {before}\n{}", report::header());
    let wanted = |name: &str| asked.groups.is_empty() || asked.groups.iter().any(|one| one == name);
    let mut figures = Vec::new();
    for (name, make) in GROUPS.iter().filter(|(name, _)| wanted(name)) {
        for set in make()? {
            figures.extend(measure::run(name, set)?);
        }
    }
    let after = Moment::now()?;
    println!("machine: {after}");
    let report = Report::new(SystemClock.now().date(), Machine { before, after }, figures);
    let judged: Vec<bool> = report.figures.iter().filter_map(report::Figure::reached).collect();
    println!("goals: {} of {} reached", judged.iter().filter(|kept| **kept).count(), judged.len());
    if let Some(path) = &asked.save {
        report.save(path)?;
    }
    if let Some(path) = &asked.chart {
        report::write(path, &chart::draw(&report))?;
    }
    let Some(base) = base else { return Ok(true) };
    let verdict = gate::compare(&base.figures, &report.figures, asked.tolerance);
    println!("\nagainst the run of {}, tolerance {:.0} %\n{verdict}", base.day, asked.tolerance);
    Ok(verdict.passes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Asked, String> {
        Asked::parse(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn groups_and_options_come_in_any_order_and_a_wrong_word_is_named() {
        let asked = parse("flow --save a/b.json form --tolerance 10 --against base.json").unwrap();
        assert_eq!(asked.groups, ["flow", "form"]);
        assert_eq!((asked.save, asked.chart, asked.tolerance), (Some("a/b.json".into()), None, 10.0));
        assert_eq!(asked.against, Some("base.json".into()));
        assert_eq!(parse("").unwrap().tolerance, gate::TOLERANCE);
        for (wrong, named) in [("flwo", "flwo"), ("--save", "--save"), ("--tolerance much", "much"), ("--x", "--x")] {
            assert!(parse(wrong).unwrap_err().contains(named), "{wrong}");
        }
    }
}
