//! A server whose clock jumps: ahead by an hour, then back by two, while people file and clerks accept.

use std::time::Duration;

use anyhow::{Context, ensure};
use base::clock::Clock;
use platform::system::SystemClock;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::Backend;
use time::OffsetDateTime;

use crate::city::City;
use crate::filing::{Filing, rows, stored};
use crate::node::{Node, Setup, command};
use crate::outside::{Outside, Person};
use crate::scenario::{Scale, Told};
use crate::shim::Shim;
use crate::until;

/// Less than a session may be idle.
const A_LITTLE: i64 = 20 * 60;
const HOUR: i64 = 3_600;
/// Applications that are accepted between two jumps.
const ACCEPTED: usize = 3;
/// Longest lease of a task that one node does for all.
const LEASE: time::Duration = time::Duration::minutes(15);
/// Where the clock of the server and that of the database are told of.
const STATE: &str = "/operations/state";

/// The clock of the server jumps, on each kind of database.
///
/// # Errors
/// What did not hold.
pub async fn jumps(scale: Scale) -> Told {
    let mut told = Vec::new();
    for backend in testkit::backends() {
        let said = jumps_on(backend, scale).await.with_context(|| format!("{backend:?}"))?;
        told.push(format!("{backend:?}: {said}"));
    }
    Ok(told.join("; "))
}

async fn jumps_on(backend: Backend, scale: Scale) -> Told {
    let mut city = City::copy(backend).await?;
    let outside = Outside::start().await?;
    let before = stored(&city.url).await?;
    let shim = Shim::made_in(&city.folder.join("shim")).await?;
    let setup = Setup { settings: [outside.settings(), shim.settings()].concat(), ..Setup::default() };
    let mut node = Node::start(&city, &setup).await?;
    let (mut citizen, mut clerk) = (Person::citizen(&node, "li-ming").await?, Person::staff(&node, "clerk-reg").await?);
    city.cookie.clone_from(&citizen.cookie);
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    filing.signed_in(&citizen.cookie);
    let mut accepted = 0;
    filing.more(scale.between).await?;
    accepted += accept(&clerk, &filing.newest(ACCEPTED)).await?;

    // A little ahead: nobody has to sign in again.
    shim.clock_is_ahead(A_LITTLE)?;
    sessions_hold(&citizen, &clerk).await.context("a little ahead")?;
    filing.more(scale.people).await?;

    // An hour ahead: for the server nobody has done anything since, so everybody is told to sign in, in words.
    shim.clock_is_ahead(HOUR)?;
    for (person, page) in [(&citizen, "/my/cases"), (&clerk, "/cases")] {
        let (status, answer) = person.ask(Method::GET, page, None).await?;
        ensure!(status == 401, "an hour later {page} is answered {status}");
        ensure!(answer["title"].as_str().is_some_and(|title| !title.is_empty()), "{answer}");
    }
    (citizen, clerk) = (Person::citizen(&node, "li-ming").await?, Person::staff(&node, "clerk-reg").await?);
    let operator = Person::staff(&node, "operator").await?;
    filing.signed_in(&citizen.cookie);
    filing.more(scale.between).await.context("an hour ahead")?;
    let ahead = filing.newest(ACCEPTED * 2);
    accepted += accept(&clerk, ahead.get(..ACCEPTED).unwrap_or_default()).await?;
    clock_is_told(&operator, backend).await.context("an hour ahead")?;

    // Two hours back: no session ends that was begun later than now, and what was filed later than now is accepted.
    shim.clock_is_ahead(-HOUR)?;
    sessions_hold(&citizen, &clerk).await.context("two hours back")?;
    filing.more(scale.between).await.context("two hours back")?;
    accepted += accept(&clerk, ahead.get(ACCEPTED..).unwrap_or_default()).await?;
    accepted += accept(&clerk, &filing.newest(ACCEPTED)).await?;
    clock_is_told(&operator, backend).await.context("two hours back")?;

    // Another process takes the work over that one node does for all.
    ensure!(node.runs(), "the server ended");
    node.stop().await?;
    node = Node::start(&city, &setup).await?;
    filing.go_to(&[&node.base]);
    citizen.goes_to(&node);
    clerk.goes_to(&node);
    let leased = until("the leases end within their length", Duration::from_secs(10), async || {
        leases_fit(&city.url, -HOUR).await.unwrap_or(false)
    })
    .await?;
    sessions_hold(&citizen, &clerk).await.context("after a restart")?;
    filing.more(scale.between).await.context("after a restart")?;

    // Right again.
    shim.clock_is_ahead(0)?;
    sessions_hold(&citizen, &clerk).await.context("right again")?;
    filing.more(scale.between).await.context("right again")?;
    accepted += accept(&clerk, &filing.newest(ACCEPTED)).await?;
    let filed = filing.end().await?;
    ensure!(filed.refused.keys().all(|status| *status == 401), "somebody was refused: {:?}", filed.refused);
    let mut told = vec![filed.balances(&city.url, &before).await?];
    told.push(format!("{accepted} accepted, each once; signed in again after an hour: {:?}", filed.refused));

    // What was left for an hour that has not come yet is done when it comes, and nothing was done twice.
    shim.clock_is_ahead(2 * HOUR)?;
    until("everything that was left is done", Duration::from_secs(40), async || {
        left(&city.url, 2 * HOUR).await.is_ok_and(|left| left == 0)
    })
    .await?;
    let jobs = taken_once(&city.url).await?;
    told.push(format!("{jobs} jobs, each taken once; leases right after {} ms", leased.as_millis()));
    accepted_once(&city.url, accepted).await?;
    ensure!(node.runs(), "the server ended");
    node.stop().await?;
    let export = city.folder.join("export.json").display().to_string();
    command(&city.folder, &city.url, &[], &["audit", "export", "-o", &export]).await?;
    command(&city.folder, &city.url, &[], &["audit", "verify", &export]).await?;
    told.push("event log whole".to_owned());
    city.close().await;
    Ok(told.join(", "))
}

/// Accepts applications by their case numbers; how many.
async fn accept(clerk: &Person, numbers: &[String]) -> anyhow::Result<usize> {
    for number in numbers {
        let found = clerk.get(&format!("/cases?q={number}")).await?;
        let case = found["items"][0]["id"].as_str().with_context(|| format!("no case {number}: {found}"))?;
        clerk.accepts(case).await?;
    }
    Ok(numbers.len())
}

async fn sessions_hold(citizen: &Person, clerk: &Person) -> anyhow::Result<()> {
    citizen.get("/my/cases").await.context("a session of a citizen")?;
    clerk.get("/cases").await.context("a session at the desk")?;
    Ok(())
}

/// An operator reads that the clock is off where there is another one to compare with: that of the database's server.
async fn clock_is_told(operator: &Person, backend: Backend) -> anyhow::Result<()> {
    operator.post("/operations/inspections", &json!({})).await?;
    let state = operator.get(STATE).await?;
    let parts = state["nodes"].as_array().into_iter().flatten().filter_map(|node| node["parts"].as_array()).flatten();
    let found: Vec<&Value> = parts.filter(|part| part["key"] == "clock").collect();
    let wanted = if backend == Backend::Postgres { "warn" } else { "ok" };
    ensure!(found.iter().any(|part| part["state"] == wanted), "the clock is told of as {found:?}");
    Ok(())
}

/// What time it is for the server.
fn there(ahead: i64) -> OffsetDateTime {
    SystemClock.now() + time::Duration::seconds(ahead)
}

/// Whether somebody holds each lease, and none for longer than it may be held.
async fn leases_fit(url: &str, ahead: i64) -> anyhow::Result<bool> {
    let (from, until) = (there(ahead), there(ahead) + LEASE);
    let mut ends = Vec::new();
    for row in rows(url, "SELECT until FROM leases").await? {
        ends.push(row.try_get::<OffsetDateTime>("", "until")?);
    }
    Ok(!ends.is_empty() && ends.iter().all(|end| *end > from && *end <= until))
}

/// Jobs that are due and were not done, although none of their tries failed.
async fn left(url: &str, ahead: i64) -> anyhow::Result<usize> {
    let now = there(ahead);
    let mut due = 0;
    for row in rows(url, "SELECT run_at FROM jobs WHERE state = 'ready' AND last_error IS NULL").await? {
        due += usize::from(row.try_get::<OffsetDateTime>("", "run_at")? <= now);
    }
    Ok(due)
}

/// How many jobs there were; each was taken once, unless a try failed.
async fn taken_once(url: &str) -> anyhow::Result<usize> {
    let mut all = 0;
    for row in rows(url, "SELECT kind, attempts FROM jobs WHERE last_error IS NULL").await? {
        let (kind, attempts): (String, i64) = (row.try_get("", "kind")?, row.try_get("", "attempts")?);
        ensure!(attempts <= 1, "a job {kind} was taken {attempts} times");
        all += 1;
    }
    Ok(all)
}

/// Each case that was accepted was accepted once.
async fn accepted_once(url: &str, wanted: usize) -> anyhow::Result<()> {
    let sql = "SELECT COUNT(*) AS all_of_them, COUNT(DISTINCT case_id) AS cases FROM case_events WHERE kind = 'accept'";
    let row = rows(url, sql).await?;
    let row = row.first().context("a count")?;
    let (all, cases): (i64, i64) = (row.try_get("", "all_of_them")?, row.try_get("", "cases")?);
    ensure!(
        all == cases && usize::try_from(cases)? == wanted,
        "{all} acceptances of {cases} cases, {wanted} were made"
    );
    Ok(())
}
