//! A list of applicants becomes cases (CASE-015): entered as a table, made by the worker of the served product.

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base::codes::CitizenId;
use serde_json::{Value, json};
use time::macros::date;

use super::client::{Connection, request};
use super::world::World;
use super::{Bench, health};
use crate::measure::{Set, Workload};
use crate::report::Kind;

/// Applicants of one list.
const LINES: u16 = 1_000;
const ITEM: &str = "resident-pension-enrolment";

/// One list after the other.
pub(super) fn set(bench: &Rc<Bench>) -> Set {
    let yardstick = health(bench);
    let bench = Rc::clone(bench);
    let mut round = 0;
    let list = Workload::new(format!("a list of {LINES} applicants becomes cases"), "s", Kind::Time, move || {
        round += 1;
        let world = bench.world.borrow();
        let seconds = world.runtime.block_on(make(&world, round))?;
        world.settle()?;
        Ok(seconds)
    });
    Set::of(vec![list.goal(5.0), yardstick])
}

async fn make(world: &World, round: i64) -> anyhow::Result<f64> {
    let mut connection = Connection::open(world.address).await?;
    let kinds = format!("/api/v1/intake-kinds/{ITEM}");
    let known = call(&mut connection, &world.editor, "GET", &kinds, None).await?;
    if known["bulk"] != true {
        let agreed = json!({ "version": known["version"], "bulk": true, "in_only": false, "out_only": false, "agreement": "2026-09-01 与办理部门商定" });
        call(&mut connection, &world.editor, "PUT", &kinds, Some(agreed)).await?;
    }
    let batch = json!({ "name": format!("第 {round} 批"), "item_slug": ITEM, "handle_item": "enrol", "delivery_way": "self", "materials_note": "花名册一份" });
    let made = call(&mut connection, &world.social, "POST", "/api/v1/bulk-batches", Some(batch)).await?;
    let path = format!("/api/v1/bulk-batches/{}", made["id"].as_str().context("the batch's id")?);
    let report = call(&mut connection, &world.social, "POST", &format!("{path}/import"), Some(table(round)?)).await?;
    if report["added"] != LINES {
        bail!("not all lines were entered: {report}");
    }
    let version = call(&mut connection, &world.social, "GET", &path, None).await?["version"].clone();
    let started = Instant::now();
    let act = json!({ "version": version, "opinion": "" });
    call(&mut connection, &world.social, "POST", &format!("{path}/register"), Some(act)).await?;
    while started.elapsed() < Duration::from_secs(120) {
        let now = call(&mut connection, &world.social, "GET", &path, None).await?;
        if now["doing"] == "" {
            return Ok(started.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the list was not made into cases")
}

/// Other people each round.
fn table(round: i64) -> anyhow::Result<Value> {
    let mut text = String::from("姓名,身份证号码,联系电话\n");
    for no in 0..LINES {
        let birth = date!(1960 - 01 - 01) + time::Duration::days(round * 2 + i64::from(no / 500));
        let number = CitizenId::build("449902", birth, no % 500)?;
        text.push_str(&format!("参保人{no},{},138{no:08}\n", number.as_str()));
    }
    let mut content = base::encoding::to_base64url(text.as_bytes()).replace('-', "+").replace('_', "/");
    while !content.len().is_multiple_of(4) {
        content.push('=');
    }
    Ok(json!({ "file_name": "名单.csv", "content_base64": content }))
}

/// Calls the server and gives what it answers.
///
/// # Errors
/// When it refuses.
pub(super) async fn call(
    connection: &mut Connection,
    cookie: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> anyhow::Result<Value> {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let answer = connection.send(&request(method, path, cookie, &[], body.as_bytes())).await?;
    if answer.body.is_empty() && (200..300).contains(&answer.status) {
        return Ok(Value::Null);
    }
    answer.json().with_context(|| format!("{method} {path}"))
}
