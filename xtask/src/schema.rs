//! `schema`: runs the test that compares a fresh SQLite and a fresh PostgreSQL database.

use std::process::Command;

use anyhow::{Context, bail};

use crate::{cargo, root};

pub fn run(_: &[String]) -> anyhow::Result<()> {
    let script = root().join("scripts/test-postgres.sh");
    let given = std::env::var("TONGBAN_TEST_PG").ok().filter(|url| !url.is_empty());
    let address = match &given {
        Some(url) => url.clone(),
        None => {
            let output = Command::new(&script).arg("start").output().context("scripts/test-postgres.sh")?;
            if !output.status.success() {
                bail!("{}", String::from_utf8_lossy(&output.stderr));
            }
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
    };
    let status = cargo().args(["test", "-p", "stories", "schema"]).env("TONGBAN_TEST_PG", address).status();
    if given.is_none() {
        let _ = Command::new(&script).arg("stop").status();
    }
    if status?.success() { Ok(()) } else { bail!("schema: the two databases differ") }
}
