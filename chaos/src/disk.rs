//! A disk that is slow: each wait for it takes a fifth of a second.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use testkit::Backend;

use crate::city::City;
use crate::cluster::{self, Cluster};
use crate::filing::{Filing, stored};
use crate::node::{Node, Setup};
use crate::scenario::{Scale, Told};
use crate::shim::Shim;

/// How much longer each wait takes.
const LONGER: Duration = Duration::from_millis(200);
/// Longest that all but one in a hundred of those who look may wait.
const LOOKING: Duration = Duration::from_secs(1);
/// Longest that anybody who files may wait.
const FILING: Duration = Duration::from_secs(15);
/// How often somebody looks while people file.
const LOOKS: usize = 100;

/// The disk of the server, which on SQLite is the disk of the database, becomes slow while people file: all is
/// acknowledged, many with one wait, who looks is not held up, and with a quick disk it is as before.
///
/// # Errors
/// What did not hold.
pub async fn slow(scale: Scale) -> Told {
    let city = City::copy(Backend::Sqlite).await?;
    let shim = Shim::made_in(&city.folder.join("shim")).await?;
    let setup = Setup { settings: shim.settings(), ..Setup::default() };
    let told = slowed(&city, &shim, &setup, scale).await?;
    city.close().await;
    Ok(told)
}

/// The same with the disk of a PostgreSQL of its own.
///
/// # Errors
/// What did not hold.
pub async fn slow_of_postgres(scale: Scale) -> Told {
    ensure!(cluster::available(), "the programs of PostgreSQL are not there");
    let folder = std::env::temp_dir().join(testkit::unique("chaos_slow"));
    let shim = Shim::made_in(&folder.join("shim")).await?;
    let mut cluster = Cluster::new()?;
    cluster.waits_for_the_disk_of(&shim);
    let server = cluster.primary("slow", false)?;
    let city = City::load(folder, server.url()).await?;
    let told = slowed(&city, &shim, &Setup::default(), scale).await?;
    city.close().await;
    Ok(told)
}

async fn slowed(city: &City, shim: &Shim, setup: &Setup, scale: Scale) -> Told {
    let before = stored(&city.url).await?;
    let mut node = Node::start(city, setup).await?;
    let filing = Filing::start(city, &[&node.base], scale.people)?;
    filing.more(scale.between).await?;
    let quick = filing.more(scale.between).await?;
    ensure!(shim.syncs()? > 0, "no wait for the disk was seen: is the program linked statically?");
    let looked = looking(&node, city).await?;

    shim.syncs_take(LONGER)?;
    // What is under way ends.
    filing.more(scale.people).await?;
    let (filed, waits) = (filing.acknowledged(), shim.syncs()?);
    let (slow, looked_slow) = tokio::join!(filing.more(scale.between * 4), looking(&node, city));
    let (slow, looked_slow) = (slow.context("on a slow disk")?, looked_slow.context("on a slow disk")?);
    let (filed, waits) = (filing.acknowledged() - filed, shim.syncs()? - waits);
    ensure!(waits > 0 && filed > waits, "{filed} acknowledged with {waits} waits for the disk: one by one");
    ensure!(looked_slow < LOOKING, "who looked waited {looked_slow:?}");
    ensure!(
        node.health().await.is_some_and(|(status, body)| status == 200 && body["status"] == "ok"),
        "slow is not gone"
    );

    shim.syncs_take(Duration::ZERO)?;
    filing.more(scale.people).await?;
    let again = filing.more(scale.between).await?;
    // Other work on this machine is no disk.
    ensure!(again < quick * 3 + Duration::from_secs(2), "{quick:?} before, {again:?} afterwards");
    ensure!(node.runs(), "the server ended");
    let ended = filing.end().await?;
    ensure!(ended.refused.is_empty(), "somebody was refused: {:?}", ended.refused);
    ensure!(ended.slowest >= LONGER && ended.slowest < FILING, "the longest wait was {:?}", ended.slowest);
    let told = ended.balances(&city.url, &before).await?;
    node.stop().await?;
    Ok(format!(
        "{filed} acknowledged in {} ms with {waits} waits for the disk; of a hundred who look one waits longer than {} ms, \
         {} ms before; {} filed in {} ms, afterwards in {} ms; longest wait {} ms: {told}",
        slow.as_millis(),
        looked_slow.as_millis(),
        looked.as_millis(),
        scale.between,
        quick.as_millis(),
        again.as_millis(),
        ended.slowest.as_millis()
    ))
}

/// Looks again and again, as an applicant and at the desk; what one in a hundred waits at least.
async fn looking(node: &Node, city: &City) -> anyhow::Result<Duration> {
    let mut waits = Vec::new();
    for look in 0..LOOKS {
        let (path, cookie) =
            if look % 2 == 0 { ("/my/cases?limit=10", &city.cookie) } else { ("/cases?limit=10", &city.desk) };
        let begun = Instant::now();
        let answer = node.get(path, cookie).await?;
        ensure!(answer.status().is_success(), "{path} is answered {}", answer.status());
        answer.bytes().await?;
        waits.push(begun.elapsed());
    }
    waits.sort();
    Ok(waits.get(LOOKS * 99 / 100 - 1).copied().unwrap_or_default())
}
