//! The counters of this node as a monitoring program reads them (text format 0.0.4 of Prometheus).

use std::fmt::Write;

use platform::Platform;
use platform::metrics::{BOUNDS, Reading};

/// A label's value: nothing in it may end it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1_000_000.0
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn family(out: &mut String, name: &str, help: &str, label: &str, all: &[(String, Reading)]) {
    head(out, &format!("{name}_seconds"), "histogram", help);
    for (key, reading) in all {
        let label = format!("{label}=\"{}\"", escaped(key));
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(reading.buckets) {
            sum += count;
            let _ = writeln!(out, "{name}_seconds_bucket{{{label},le=\"{}\"}} {sum}", seconds(bound * 1_000));
        }
        let _ = writeln!(out, "{name}_seconds_bucket{{{label},le=\"+Inf\"}} {}", reading.count);
        let _ = writeln!(out, "{name}_seconds_sum{{{label}}} {}", seconds(reading.total_us));
        let _ = writeln!(out, "{name}_seconds_count{{{label}}} {}", reading.count);
    }
    head(out, &format!("{name}_errors_total"), "counter", "Of these, failed.");
    for (key, reading) in all {
        let _ = writeln!(out, "{name}_errors_total{{{label}=\"{}\"}} {}", escaped(key), reading.errors);
    }
}

/// Everything this node counts.
pub fn text(platform: &Platform, gauges: &[(String, i64)], version: &str) -> String {
    let mut out = String::new();
    head(&mut out, "tongban_info", "gauge", "The product.");
    let _ = writeln!(out, "tongban_info{{version=\"{}\"}} 1", escaped(version));
    let metrics = &platform.metrics;
    family(&mut out, "tongban_http_requests", "Requests by method and route.", "route", &metrics.requests.read());
    family(&mut out, "tongban_jobs", "Background jobs by kind.", "kind", &metrics.jobs.read());
    family(
        &mut out,
        "tongban_calls",
        "Calls of connected systems by direction and party.",
        "party",
        &metrics.calls.read(),
    );
    let counts = platform.db.counts();
    let database = [("statement".to_owned(), counts.statements.read()), ("command".to_owned(), counts.commands.read())];
    family(&mut out, "tongban_database", "Statements and commands of the database.", "what", &database);
    let mut gauges = gauges.to_vec();
    gauges.sort();
    for (key, value) in gauges {
        let name = format!("tongban_{}", key.replace('.', "_"));
        head(&mut out, &name, "gauge", "As of the last minute.");
        let _ = writeln!(out, "{name} {value}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// req: OPS-033
    #[test]
    fn a_histogram_adds_up_and_a_label_ends_nothing() {
        let series = platform::metrics::Series::default();
        series.note(Duration::from_millis(20), false);
        series.note(Duration::from_secs(30), true);
        let mut out = String::new();
        family(&mut out, "x", "Help.", "route", &[("GET /a\"b".to_owned(), series.read())]);
        assert!(out.contains("x_seconds_bucket{route=\"GET /a\\\"b\",le=\"0.01\"} 0\n"), "{out}");
        assert!(
            out.contains("le=\"0.025\"} 1\n") && out.contains("le=\"10\"} 1\n") && out.contains("le=\"+Inf\"} 2\n")
        );
        assert!(out.contains("x_errors_total{route=\"GET /a\\\"b\"} 1\n"));
    }
}
