//! `gen`: files made from the code: the OpenAPI document, the web client's types, the matrix of rights, what
//! shows the rows of the standards.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::{cargo, names, root};

/// Made from the server's routes.
const OPENAPI: &str = "docs/openapi.json";
/// Made from the built-in roles.
const PERMISSIONS: &str = "docs/permissions.md";
/// Made from the marks of the tests, for the rows that the standards name.
const EVIDENCE: &str = "packs/platform/evidence.yaml";
/// Names those rows.
const STANDARDS: &str = "packs/platform/standards.yaml";
/// Made from the OpenAPI document.
const CLIENT: &str = "web/packages/api/src/schema.d.ts";

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let check = arguments.iter().any(|argument| argument == "--check");
    names::check()?;
    let made = [OPENAPI, CLIENT, PERMISSIONS, EVIDENCE].map(|name| root().join(name));
    let before: Vec<Option<Vec<u8>>> = made.iter().map(|path| std::fs::read(path).ok()).collect();
    let outcome = write_evidence(&made[3]).and_then(|()| write(&made[0])).and_then(|()| write_matrix(&made[2]));
    let after: Vec<Option<Vec<u8>>> = made.iter().map(|path| std::fs::read(path).ok()).collect();
    if check {
        for (path, content) in made.iter().zip(&before) {
            match content {
                Some(content) => std::fs::write(path, content)?,
                None if path.exists() => std::fs::remove_file(path)?,
                None => {}
            }
        }
    }
    outcome?;
    let changed: Vec<&str> = [OPENAPI, CLIENT, PERMISSIONS, EVIDENCE]
        .into_iter()
        .zip(before.iter().zip(&after))
        .filter(|(_, (old, new))| old != new)
        .map(|(name, _)| name)
        .collect();
    match (check, changed.is_empty()) {
        (_, true) => println!("gen: {OPENAPI}, {CLIENT}, {PERMISSIONS} and {EVIDENCE} are current"),
        (false, false) => println!("gen: wrote {}", changed.join(", ")),
        (true, false) => bail!("gen: {} would change; run `cargo xtask gen` and commit", changed.join(", ")),
    }
    Ok(())
}

fn write(openapi: &PathBuf) -> anyhow::Result<()> {
    let output = cargo()
        .args(["run", "--quiet", "-p", "app", "--bin", "tongban", "--", "openapi"])
        .output()
        .context("cargo run")?;
    if !output.status.success() {
        bail!("tongban openapi: {}", String::from_utf8_lossy(&output.stderr));
    }
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).context("tongban openapi prints JSON")?;
    std::fs::write(openapi, format!("{}\n", serde_json::to_string_pretty(&document)?))?;
    let status = Command::new("npm")
        .args(["run", "--silent", "gen", "-w", "@tongban/api"])
        .current_dir(root().join("web"))
        .stdout(std::process::Stdio::null())
        .status()
        .context("npm")?;
    if status.success() { Ok(()) } else { bail!("npm run gen -w @tongban/api failed") }
}

fn write_evidence(file: &PathBuf) -> anyhow::Result<()> {
    Ok(std::fs::write(file, crate::trace::evidence(&root().join(STANDARDS))?)?)
}

fn write_matrix(page: &PathBuf) -> anyhow::Result<()> {
    let output = cargo()
        .args(["run", "--quiet", "-p", "app", "--bin", "tongban", "--", "roles", "matrix"])
        .output()
        .context("cargo run")?;
    if !output.status.success() {
        bail!("tongban roles matrix: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(std::fs::write(page, output.stdout)?)
}
