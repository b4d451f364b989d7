//! `bench`: builds the workloads as released and runs them, with a durable PostgreSQL beside.

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
    let wants_postgres = arguments.is_empty() || arguments.iter().any(|name| name == "postgres");
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
    if status?.success() { Ok(()) } else { bail!("bench: a workload failed") }
}
