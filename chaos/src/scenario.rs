//! What breaks, and what must hold. Every scenario takes its [`Scale`] and says in words what it counted.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use testkit::Backend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::city::City;
use crate::cluster::Cluster;
use crate::filing::{Filing, stored};
use crate::node::{Node, Setup, client, command};
use crate::until;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Times the server is killed.
    pub kills: usize,
    /// Connections that say nothing.
    pub idle: usize,
    /// People who file at once.
    pub people: usize,
    /// Applications between two faults.
    pub between: usize,
    /// Cases whose messages come twice and in another order, of each kind.
    pub deliveries: usize,
}

impl Scale {
    /// For the gate.
    pub const SHORT: Self = Self { kills: 3, idle: 300, people: 8, between: 15, deliveries: 6 };
    /// For `make chaos`.
    pub const FULL: Self = Self { kills: 100, idle: 10_000, people: 16, between: 60, deliveries: 60 };
}

/// What a scenario found.
pub type Told = anyhow::Result<String>;

/// kill -9 under load, again and again: everything acknowledged is there once, the event log verifies, and the server
/// starts within a second.
///
/// # Errors
/// What did not hold.
pub async fn kill(backend: Backend, scale: Scale) -> Told {
    let city = City::copy(backend).await?;
    let before = stored(&city.url).await?;
    let mut node = Node::start(&city, &Setup::default()).await?;
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    let mut starts = Vec::new();
    for _ in 0..scale.kills {
        filing.more(scale.between).await?;
        node.kill().await?;
        node = Node::start(&city, &Setup::default()).await?;
        starts.push(node.started_in);
        filing.go_to(&[&node.base]);
    }
    filing.more(scale.between).await?;
    let filed = filing.end().await?;
    let told = filed.balances(&city.url, &before).await?;
    node.kill().await?;
    let export = city.folder.join("export.json").display().to_string();
    command(&city.folder, &city.url, &[], &["audit", "export", "-o", &export]).await?;
    command(&city.folder, &city.url, &[], &["audit", "verify", &export]).await?;
    starts.sort();
    let slowest = starts.last().copied().unwrap_or_default();
    city.close().await;
    Ok(format!("{} kills: {told}; event log whole; slowest start {} ms", scale.kills, slowest.as_millis()))
}

/// A full disk: writes are refused in words at once, reads go on, and with room everything is taken again by the same
/// process. On SQLite, where the disk of the server is the disk of the database.
///
/// # Errors
/// What did not hold.
pub async fn disk_full(scale: Scale) -> Told {
    let city = City::copy(Backend::Sqlite).await?;
    let before = stored(&city.url).await?;
    let size = std::fs::metadata(city.folder.join("test.sqlite"))?.len();
    let setup = Setup { file_limit: Some(size + 512 * 1024), ..Setup::default() };
    let mut node = Node::start(&city, &setup).await?;
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    node.says("read_only", Duration::from_secs(60)).await.context("the disk never filled")?;
    let acknowledged = filing.acknowledged();
    // One can look, and a list is answered; a change is refused at once, in words and with the way out.
    let list = node.get("/my/cases", &city.cookie).await?;
    ensure!(list.status().is_success(), "a list is answered {}", list.status());
    let begun = Instant::now();
    let refused = client()
        .post(format!("{}/api/v1/my/cases/file", node.base))
        .header("cookie", &city.cookie)
        .header("x-tongban-request", "1")
        .json(&crate::city::application()?)
        .send()
        .await?;
    ensure!(refused.status().as_u16() == 503 && begun.elapsed() < Duration::from_secs(2), "{}", refused.status());
    ensure!(refused.headers().contains_key("retry-after"), "no retry-after");
    let body: Value = refused.json().await?;
    ensure!(
        body["code"] == "storage_full" && body["title"].as_str().is_some_and(|text| text.contains("只能查看")),
        "{body}"
    );
    node.lift_limit().await?;
    let back = node.says("ok", Duration::from_secs(10)).await?;
    filing.more(scale.between).await?;
    ensure!(node.runs(), "the server ended");
    let told = filing.end().await?.balances(&city.url, &before).await?;
    node.stop().await?;
    city.close().await;
    Ok(format!("full after {acknowledged}, well again {} ms after there was room: {told}", back.as_millis()))
}

/// Bodies too large, connections that say nothing, and a stop under load that loses nothing and takes seconds.
///
/// # Errors
/// What did not hold.
pub async fn crowd(scale: Scale) -> Told {
    let city = City::copy(Backend::Sqlite).await?;
    let before = stored(&city.url).await?;
    let node = Node::start(&city, &Setup::default()).await?;
    let address = node.base.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for _ in 0..scale.idle {
        idle.push(tokio::net::TcpStream::connect(&address).await.context("an idle connection")?);
    }
    let filing = Filing::start(&city, &[&node.base], scale.people)?;
    let took = filing.more(scale.between).await?;
    // A hundred megabytes that are announced are refused before they are sent; unannounced ones once there are too many.
    let mut large = tokio::net::TcpStream::connect(&address).await?;
    let head = format!(
        "POST /api/v1/files?purpose=material HTTP/1.1\r\nHost: x\r\nCookie: {}\r\nX-Tongban-Request: 1\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: 104857600\r\n\r\n",
        city.cookie
    );
    large.write_all(head.as_bytes()).await?;
    let mut start = [0_u8; 12];
    tokio::time::timeout(Duration::from_secs(5), large.read_exact(&mut start))
        .await
        .context("no answer to a large body")??;
    ensure!(&start == b"HTTP/1.1 413", "{}", String::from_utf8_lossy(&start));
    filing.more(scale.between).await?;
    // A page listens, people file, and the server is told to stop.
    let listening = node.get("/cases/live", &city.desk).await?;
    ensure!(listening.status().is_success(), "listening is answered {}", listening.status());
    let stopped = node.stop().await?;
    ensure!(stopped < Duration::from_secs(5), "the stop took {stopped:?}");
    let node = Node::start(&city, &Setup::default()).await?;
    filing.go_to(&[&node.base]);
    filing.more(scale.between).await?;
    let told = filing.end().await?.balances(&city.url, &before).await?;
    node.kill().await?;
    drop(idle);
    city.close().await;
    Ok(format!(
        "{} idle connections, {} filed in {} ms beside them, 100 MB refused, stopped in {} ms: {told}",
        scale.idle,
        scale.between,
        took.as_millis(),
        stopped.as_millis()
    ))
}

/// A moment of SQLite is gone back to: what was acknowledged before it is there, what came later is not.
///
/// # Errors
/// What did not hold.
pub async fn back_to_a_moment(scale: Scale) -> Told {
    let city = City::copy(Backend::Sqlite).await?;
    let before = stored(&city.url).await?;
    let journal = city.folder.join("journal");
    let setup = Setup { settings: vec![("TONGBAN_JOURNAL_DIR", journal.display().to_string())], ..Setup::default() };
    let node = Node::start(&city, &setup).await?;
    let first = Filing::start(&city, &[&node.base], scale.people)?;
    first.more(scale.between * 2).await?;
    let first = first.end().await?;
    // The journal is two seconds behind at most; the moment is a whole second after that.
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    let moment = now();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let second = Filing::start(&city, &[&node.base], scale.people)?;
    second.more(scale.between).await?;
    let second = second.end().await?;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    // The whole place is lost but for the journal and the master key.
    node.kill().await?;
    let place = city.folder.join("restored");
    std::fs::create_dir_all(&place)?;
    let settings = [("TONGBAN_MASTER_KEY_FILE", city.folder.join("master.key").display().to_string())];
    let journal = journal.display().to_string();
    let url = format!("sqlite://{}", place.join("tongban.sqlite").display());
    command(&place, &url, &settings, &["restore", &journal, "--at", &moment]).await?;
    let told = first.balances(&url, &before).await?;
    let back = city.at(place, url);
    // Everything opens with the restored keys, and one can go on from there.
    let setup =
        Setup { settings: settings.iter().map(|(name, value)| (*name, value.clone())).collect(), ..Setup::default() };
    let node = Node::start(&back, &setup).await?;
    let list = node.get("/my/cases", &city.cookie).await?;
    ensure!(list.status().is_success(), "a list of the restored city is answered {}", list.status());
    let more = Filing::start(&back, &[&node.base], 2)?;
    more.more(3).await?;
    more.end().await?;
    node.kill().await?;
    // The newest moment too.
    let last = city.folder.join("last");
    std::fs::create_dir_all(&last)?;
    let url = format!("sqlite://{}", last.join("tongban.sqlite").display());
    command(&last, &url, &settings, &["restore", &journal, "--at", &now()]).await?;
    let all = stored(&url).await?.len() - before.len();
    ensure!(all == first.numbers.len() + second.numbers.len(), "{all} at the end");
    city.close().await;
    Ok(format!("at {moment}: {told}; at the end {all}"))
}

/// The moment, RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the product under test lives by the machine's clock")]
pub(crate) fn now() -> String {
    time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Two nodes on a PostgreSQL with a standby that must have everything: a restart of the database, a promotion under
/// load, a database set read-only, lists from the replica, the daily work done by one node, a rolling restart.
///
/// # Errors
/// What did not hold.
pub async fn cluster(scale: Scale) -> Told {
    let mut cluster = Cluster::new()?;
    let one = cluster.primary("one", true)?;
    let folder = std::env::temp_dir().join(testkit::unique("chaos_cluster"));
    let mut city = City::load(folder, one.url()).await?;
    let two = cluster.standby("two", &one)?;
    cluster.synchronous(&one, &two)?;
    let archive = cluster.archive();
    cluster.script(&["base".into(), archive, one.at()])?;
    // Both servers by name: whichever is the primary is found.
    city.url = format!("postgres://postgres@{},{}/postgres", one.at(), two.at());
    let before = stored(&city.url).await?;
    let setup = Setup {
        settings: vec![("TONGBAN_DATABASE_READ_URL", two.url()), ("TONGBAN_SERVER_TIMING", "1".to_owned())],
        ..Setup::default()
    };
    let mut left = Node::start(&city, &setup).await?;
    let right = Node::start(&city, &setup).await?;
    let mut told = Vec::new();
    let filing = Filing::start(&city, &[&left.base, &right.base], scale.people)?;
    filing.more(scale.between).await?;

    // Lists come from the replica, unless one has just changed something; a session begun on one node counts on the other.
    let from = async |node: &Node, cookie: &str| {
        let answer = node.get("/cases?limit=1", cookie).await?;
        ensure!(answer.status().is_success(), "a list is answered {}", answer.status());
        let timing = answer.headers().get("server-timing").and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok::<_, anyhow::Error>(timing.contains("replica"))
    };
    until("a list comes from the replica", Duration::from_secs(10), async || {
        from(&right, &city.desk).await.unwrap_or(false)
    })
    .await?;
    ensure!(!from(&right, &format!("{}; tb_changed=1", city.desk)).await?, "a change of one's own was not seen");
    // A replica that no longer follows is not asked: it is stopped in its tracks, not its answers.
    cluster.ask(&two, "SELECT pg_wal_replay_pause()::text").await?;
    let lagging = until("a lagging replica is left alone", Duration::from_secs(15), async || {
        from(&right, &city.desk).await.is_ok_and(|replica| !replica)
    })
    .await?;
    cluster.ask(&two, "SELECT pg_wal_replay_resume()::text").await?;
    told.push(format!("replica left alone after {} ms of lag", lagging.as_millis()));

    // Of the daily work each lease has one holder.
    let leases = cluster.ask(&one, "SELECT count(*)::text FROM leases WHERE until > now()").await?;
    ensure!(leases == "3", "{leases} leases: daily work, upkeep, figures");

    // Set read-only: looking goes on, submitting is refused, and it ends by itself.
    let set = async |value: &str| {
        let conn = Database::connect(one.url()).await?;
        conn.execute_unprepared(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}")).await?;
        conn.execute_unprepared("SELECT pg_reload_conf()").await?;
        conn.close().await?;
        Ok::<_, anyhow::Error>(())
    };
    set("on").await?;
    left.says("read_only", Duration::from_secs(10)).await?;
    right.says("read_only", Duration::from_secs(10)).await?;
    ensure!(left.get("/my/cases", &city.cookie).await?.status().is_success(), "nothing can be read");
    set("off").await?;
    left.says("ok", Duration::from_secs(10)).await?;
    right.says("ok", Duration::from_secs(10)).await?;
    filing.more(scale.between).await?;

    // The primary falls silent, as when the network between is gone: the standby is read, nobody waits for long.
    cluster.silence(&one, true)?;
    let silent = left.says("read_only", Duration::from_secs(15)).await.context("a silent primary is left")?;
    right.says("read_only", Duration::from_secs(15)).await?;
    ensure!(left.get("/my/cases", &city.cookie).await?.status().is_success(), "nothing can be read");
    cluster.silence(&one, false)?;
    left.says("ok", Duration::from_secs(20)).await.context("the primary speaks again")?;
    right.says("ok", Duration::from_secs(20)).await?;
    filing.more(scale.between).await?;
    told.push(format!("silent primary left after {} ms", silent.as_millis()));

    // A slow standby, and so a slow disk of the primary: what is submitted takes longer and is not lost, who looks is not
    // held up.
    cluster.silence(&two, true)?;
    until("the silent replica is left alone", Duration::from_secs(15), async || {
        from(&right, &city.desk).await.is_ok_and(|replica| !replica)
    })
    .await?;
    // Each node finds out for itself; whoever asks in that moment is told to ask again.
    until("the other node reads too", Duration::from_secs(15), async || {
        left.get("/my/cases", &city.cookie).await.is_ok_and(|answer| answer.status().is_success())
    })
    .await?;
    cluster.silence(&two, false)?;
    filing.more(scale.between).await.context("the standby speaks again")?;

    // The database restarts under load; for a while there is none at all.
    cluster.tell("crash", &one)?;
    left.says("read_only", Duration::from_secs(10)).await.context("the standby is read meanwhile")?;
    cluster.tell("crash", &two)?;
    left.says("database_down", Duration::from_secs(10)).await.context("no server is left")?;
    let begun = Instant::now();
    let refused = left.get("/my/cases", &city.cookie).await?;
    ensure!(refused.status().as_u16() == 503 && begun.elapsed() < Duration::from_secs(2), "{}", refused.status());
    let page = client().get(format!("{}/", left.base)).send().await?;
    ensure!(page.status().is_success(), "a page is answered {}", page.status());
    cluster.tell("start", &one)?;
    cluster.tell("start", &two)?;
    let back = left.says("ok", Duration::from_secs(20)).await?;
    right.says("ok", Duration::from_secs(20)).await?;
    filing.more(scale.between).await?;
    told.push(format!("restart: well {} ms after the start", back.as_millis()));

    // A moment to go back to, later.
    let moment = cluster.ask(&one, "SELECT now()::text").await?;
    let at_moment: usize = stored(&one.url()).await?.len();

    // The primary is gone for good, the standby takes over under load.
    cluster.tell("crash", &one)?;
    let begun = Instant::now();
    cluster.tell("promote", &two)?;
    left.says("ok", Duration::from_secs(20)).await?;
    right.says("ok", Duration::from_secs(20)).await?;
    told.push(format!("promotion: well {} ms after it", begun.elapsed().as_millis()));
    filing.more(scale.between).await?;
    // The old one comes up again as primary by mistake: nobody goes back to it.
    cluster.tell("start", &one)?;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    filing.more(scale.between).await?;
    cluster.rejoin(&one, &two)?;

    // The next release has made its additions to the schema already: this one goes on beside it.
    let next = Database::connect(two.url()).await?;
    for addition in [
        "ALTER TABLE cases ADD COLUMN of_the_next_release text NOT NULL DEFAULT ''",
        "CREATE TABLE of_the_next_release (id uuid PRIMARY KEY)",
        "INSERT INTO schema_steps (name, applied_at) VALUES ('zz_of_the_next_release', '')",
    ] {
        next.execute_unprepared(addition).await?;
    }
    next.close().await?;
    filing.more(scale.between).await?;

    // One node after the other is renewed; people notice nothing but a line that breaks.
    let refused_before = left.stop().await?;
    told.push(format!("a node stopped in {} ms", refused_before.as_millis()));
    filing.go_to(&[&right.base]);
    filing.more(scale.between).await?;
    left = Node::start(&city, &setup).await?;
    told.push(format!("started in {} ms", left.started_in.as_millis()));
    filing.go_to(&[&left.base]);
    right.stop().await?;
    filing.more(scale.between).await?;
    let filed = filing.end().await?;
    told.push(filed.balances(&two.url(), &before).await?);
    ensure!(filed.slowest < Duration::from_secs(15), "somebody waited {:?} for an answer", filed.slowest);
    told.push(format!("refused meanwhile {:?}, longest wait {} ms", filed.refused, filed.slowest.as_millis()));
    until("the old primary follows the new one", Duration::from_secs(20), async || {
        stored(&one.url()).await.is_ok_and(|all| all.len() == before.len() + filed.numbers.len())
    })
    .await?;
    left.kill().await?;

    // The moment before the promotion, from base and archived log.
    let part = cluster.ask(&two, "SELECT pg_walfile_name(pg_current_wal_lsn())").await?;
    cluster.ask(&two, "SELECT pg_switch_wal()::text").await?;
    let part = std::path::Path::new(&cluster.archive()).join("log").join(part);
    until("the log is archived", Duration::from_secs(20), async || part.exists()).await?;
    let restored = cluster.restored("three", &moment)?;
    let then = stored(&restored.url()).await?.len();
    ensure!(then >= before.len() && then <= at_moment, "{then} at the moment, {at_moment} counted after it");
    ensure!(then + scale.people * 4 >= at_moment, "{then} at the moment, {at_moment} counted after it");
    told.push(format!("back at the moment: {then} of {at_moment}"));
    city.close().await;
    Ok(told.join("; "))
}
