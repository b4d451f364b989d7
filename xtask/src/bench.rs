//! `bench`: builds the workloads as released and runs them, with a durable PostgreSQL beside. What it is given goes on to
//! them: names of groups, where to keep figures and chart, the run to compare with.

use std::process::Command;

use anyhow::bail;

use crate::{cargo, root};

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let script = root().join("scripts/test-postgres.sh");
    let folder = std::env::temp_dir().join(format!("tongban-bench-{}", std::process::id()));
    let server = |verb: &str| {
        let mut command = Command::new(&script);
        command.arg(verb).env("TONGBAN_TEST_PG_DURABLE", "1").env("TONGBAN_TEST_PG_DIR", &folder);
        command.output()
    };
    let given = std::env::var("TONGBAN_BENCH_PG").ok().filter(|url| !url.is_empty());
    let groups = groups(arguments);
    let wants_postgres = groups.is_empty() || groups.contains(&"postgres");
    let address = match (&given, wants_postgres) {
        (Some(url), _) => url.clone(),
        // Without PostgreSQL on the machine the workloads say that they were left out.
        (None, true) => server("start")
            .map_or_else(|_| String::new(), |made| String::from_utf8_lossy(&made.stdout).trim().to_owned()),
        (None, false) => String::new(),
    };
    let status = cargo()
        .args(["run", "--release", "-p", "bench", "--"])
        .args(arguments)
        .env("TONGBAN_BENCH_PG", address)
        .status();
    if given.is_none() && wants_postgres {
        let _ = server("stop");
    }
    if status?.success() {
        Ok(())
    } else {
        bail!("bench: a workload failed, or something fell behind the run compared with")
    }
}

/// The names of groups among the arguments: every option of the workloads takes a value.
fn groups(arguments: &[String]) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), arguments.iter());
    while let Some(word) = rest.next() {
        if word.starts_with("--") {
            rest.next();
        } else {
            found.push(word.as_str());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With options alone every group runs, so PostgreSQL is needed.
    #[test]
    fn values_of_options_are_no_groups() {
        let of = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert!(groups(&of("--save postgres --tolerance 10")).is_empty());
        assert_eq!(groups(&of("flow --chart a.svg postgres")), ["flow", "postgres"]);
    }
}
