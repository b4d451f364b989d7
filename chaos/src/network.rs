//! Scenarios of lines: a database that is slow, silent or cut off, answers that are lost, neighbours that say nothing,
//! and a disk of files that is full while the database has room.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;
use testkit::Backend;

use crate::city::City;
use crate::filing::{Filing, stored};
use crate::line::{Line, State};
use crate::node::{Node, Setup, client};
use crate::scenario::{Scale, Told};
use crate::until;

/// Longest that anybody may wait for an answer of any kind.
const PATIENCE: Duration = Duration::from_secs(20);

/// The same city with its database over a line.
fn over(city: &City, url: String) -> City {
    city.at(city.folder.clone(), url)
}

/// The line to the database becomes slow, falls silent with its connections open, is cut, and loses the answers to
/// commits: nobody waits without end, nothing acknowledged is lost, nothing is stored twice, and it ends by itself.
///
/// # Errors
/// What did not hold.
pub async fn line_to_the_database(scale: Scale) -> Told {
    let city = City::copy(Backend::Postgres).await?;
    let before = stored(&city.url).await?;
    let (line, url) = Line::to_database(&city.url).await?;
    let mut node = Node::start(&over(&city, url), &Setup::default()).await?;
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    let quick = filing.more(scale.between).await?;
    let mut told = Vec::new();

    // Slow: everything takes longer, nothing is refused, health says that all is well.
    line.is(State::Slow(Duration::from_millis(20)));
    let slow = filing.more(scale.between / 3 + 1).await.context("over a slow line")?;
    ensure!(
        node.health().await.is_some_and(|(status, body)| status == 200 && body["status"] == "ok"),
        "slow is not gone"
    );
    let begun = Instant::now();
    let list = node.get("/my/cases", &city.cookie).await?;
    ensure!(
        list.status().is_success() && begun.elapsed() < Duration::from_secs(5),
        "a list took {:?}",
        begun.elapsed()
    );
    told.push(format!("{} ms quick, {} ms slow", quick.as_millis(), slow.as_millis()));
    line.is(State::Well);
    filing.more(scale.between / 3 + 1).await?;

    // Answers to commits are lost: whoever asked is told to ask again, and the same key makes no second case.
    let lost = scale.people;
    line.lose_answers_to_commits(lost);
    until("the answers are lost", Duration::from_secs(30), async || line.still_to_lose() == 0).await?;
    node.says("ok", PATIENCE).await.context("after lost answers")?;
    filing.more(scale.between).await.context("after lost answers")?;
    told.push(format!("{lost} answers to commits lost"));

    // Half open: the server counts as gone, whoever asks is told at once, and when it speaks again it is used again.
    line.is(State::Silent);
    let gone = node.says("database_down", Duration::from_secs(30)).await.context("a silent database is left")?;
    let begun = Instant::now();
    let refused = node.get("/my/cases", &city.cookie).await?;
    ensure!(refused.status().as_u16() == 503, "a list is answered {}", refused.status());
    ensure!(begun.elapsed() < Duration::from_secs(2), "the refusal took {:?}", begun.elapsed());
    let page = client().get(format!("{}/", node.base)).send().await?;
    ensure!(page.status().is_success(), "a page is answered {}", page.status());
    line.is(State::Well);
    let back = node.says("ok", Duration::from_secs(30)).await.context("the database speaks again")?;
    filing.more(scale.between).await?;
    told.push(format!("silent: left after {} ms, well {} ms after it spoke", gone.as_millis(), back.as_millis()));

    // Cut: the same, sooner.
    line.is(State::Cut);
    let gone = node.says("database_down", Duration::from_secs(15)).await.context("a database that is cut off")?;
    line.is(State::Well);
    let back = node.says("ok", Duration::from_secs(20)).await.context("the line is back")?;
    filing.more(scale.between).await?;
    told.push(format!("cut: told after {} ms, well {} ms after it was back", gone.as_millis(), back.as_millis()));

    ensure!(node.runs(), "the server ended");
    let filed = filing.end().await?;
    told.push(filed.balances(&city.url, &before).await?);
    ensure!(filed.slowest < PATIENCE, "somebody waited {:?} for an answer", filed.slowest);
    told.push(format!("refused meanwhile {:?}, longest wait {} ms", filed.refused, filed.slowest.as_millis()));
    node.stop().await?;
    drop(line);
    city.close().await;
    Ok(told.join("; "))
}

/// Every connected system takes connections and says nothing: filing goes on as fast as without them, who needs one of
/// them is told in time, and a stop waits for none of them.
///
/// # Errors
/// What did not hold.
pub async fn silent_neighbours(scale: Scale) -> Told {
    let city = City::copy(Backend::Sqlite).await?;
    let before = stored(&city.url).await?;
    let line = Line::to("127.0.0.1:9").await?;
    line.is(State::Silent);
    let nobody = format!("http://127.0.0.1:{}/none", line.port);
    let settings = [
        "TONGBAN_IDENTITY_URL",
        "TONGBAN_SMS_URL",
        "TONGBAN_COURIER_URL",
        "TONGBAN_PAYMENT_URL",
        "TONGBAN_REGISTRY_URL",
        "TONGBAN_CODE_URL",
        "TONGBAN_MOBILE_URL",
        "TONGBAN_SHARING_URL",
        "TONGBAN_MATERIALS_URL",
        "TONGBAN_UPPER_URL",
    ];
    let setup = Setup { settings: settings.iter().map(|name| (*name, nobody.clone())).collect(), ..Setup::default() };
    let node = Node::start(&city, &setup).await?;
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    let took = filing.more(scale.between * 2).await?;
    // Whoever wants to sign in is told that the province does not answer, not left alone.
    let begun = Instant::now();
    let refused = node.get("/portal/sign-on", "").await?;
    let waited = begun.elapsed();
    ensure!(
        refused.status().as_u16() == 503 && waited < Duration::from_secs(15),
        "{} after {waited:?}",
        refused.status()
    );
    let body: Value = refused.json().await?;
    ensure!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{body}");
    ensure!(node.health().await.is_some_and(|(status, _)| status == 200), "neighbours are not our health");
    filing.more(scale.between).await?;
    let told = filing.end().await?.balances(&city.url, &before).await?;
    // Jobs that wait for them hold nobody up.
    let stopped = node.stop().await?;
    ensure!(stopped < Duration::from_secs(25), "the stop took {stopped:?}");
    drop(line);
    city.close().await;
    Ok(format!(
        "{} filed in {} ms, a sign-on refused after {} ms, stopped in {} ms: {told}",
        scale.between * 2,
        took.as_millis(),
        waited.as_millis(),
        stopped.as_millis()
    ))
}

/// The disk of the stored files is full while the database lies elsewhere: an upload is refused in words, everything else
/// goes on and health says so, and with room the same process takes the file.
///
/// # Errors
/// What did not hold.
pub async fn full_files(scale: Scale) -> Told {
    let city = City::copy(Backend::Postgres).await?;
    let before = stored(&city.url).await?;
    // A server on PostgreSQL writes no file but these: a limit on files is a full disk for them alone.
    let setup = Setup { file_limit: Some(64 << 10), ..Setup::default() };
    let mut node = Node::start(&city, &setup).await?;
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    filing.more(scale.between).await?;
    let paper = [b"%PDF-1.4\n".as_slice(), " ".repeat(512 << 10).as_bytes(), b"\n%%EOF".as_slice()].concat();
    let upload = async || {
        let mut body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
        body.extend_from_slice(&paper);
        body.extend_from_slice(b"\r\n--b--\r\n");
        client()
            .post(format!("{}/api/v1/files", node.base))
            .header("cookie", &city.cookie)
            .header("x-tongban-request", "1")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(body)
            .send()
            .await
    };
    let begun = Instant::now();
    let refused = upload().await?;
    ensure!(refused.status().as_u16() == 503 && begun.elapsed() < Duration::from_secs(5), "{}", refused.status());
    ensure!(refused.headers().contains_key("retry-after"), "no retry-after");
    let body: Value = refused.json().await?;
    ensure!(body["code"] == "storage_full", "{body}");
    // Who files without a new file notices nothing.
    filing.more(scale.between).await.context("filing beside a full disk of files")?;
    ensure!(
        node.health().await.is_some_and(|(status, body)| status == 200 && body["status"] == "ok"),
        "the database has room"
    );
    node.lift_limit().await?;
    let taken = upload().await?;
    ensure!(taken.status().as_u16() == 201, "with room: {}", taken.status());
    ensure!(node.runs(), "the server ended");
    let filed = filing.end().await?;
    ensure!(filed.refused.is_empty(), "somebody was refused: {:?}", filed.refused);
    let told = filed.balances(&city.url, &before).await?;
    node.stop().await?;
    city.close().await;
    Ok(format!("an upload refused in words, taken with room: {told}"))
}
