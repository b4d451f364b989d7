//! Cities as schemas of one database, and the end of writing in a city that moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use platform::db::{closing, migrate};
use platform::sessions::{PrincipalSource, Sessions};
use platform::web::guard::{Audience, Principal};
use platform::web::problem::Result;
use platform::work::jobs::{Handlers, NewJob, run_due};
use platform::work::lease::Lease;
use platform::work::outbox::{Event, Subscriptions, Tail, dispatch};
use platform::{Db, Platform};
use serde_json::json;
use testkit::{Backend, TestPlatform, backends, story_start};
use time::Duration;
use uuid::Uuid;

use crate::{STEPS, fresh, insert, rows};

/// Knows everybody.
struct Everybody;

#[async_trait]
impl PrincipalSource for Everybody {
    async fn principal(&self, _: &Platform, audience: Audience, account: Uuid) -> Result<Option<Principal>> {
        Ok(Some(Principal {
            id: account,
            audience,
            name: "某人".into(),
            org_id: None,
            visible_orgs: Vec::new(),
            region: String::new(),
            roles: Vec::new(),
            permissions: Vec::new(),
            real_name: true,
            bounds: Default::default(),
        }))
    }
}

fn node() -> Sessions {
    let sessions = Sessions::default();
    sessions.plug(Arc::new(Everybody));
    sessions
}

/// A thing, an event about it and a job, in one command.
async fn work(platform: &Platform, name: &str) {
    let (id, name) = (platform.new_id(), name.to_owned());
    let event = Event { id: platform.new_id(), topic: "t", subject: "thing:1".into(), payload: json!({}) };
    let job = NewJob { id: platform.new_id(), kind: "count", payload: json!({}), run_at: None, key: None };
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                insert(tx, id, name).await?;
                tx.publish(event);
                tx.enqueue(job);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// Two cities in one database share no row, no unique name, no lease, no job, no event, no session: business code knows
/// nothing of it.
///
/// req: OPS-016
#[tokio::test]
async fn two_cities_in_one_database_share_nothing() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let mut cities = TestPlatform::in_schemas(&["city_a", "city_b"], STEPS).await;
    let (second, first) = (cities.pop().unwrap(), cities.pop().unwrap());
    let (a, b) = (&first.platform, &second.platform);
    assert_eq!((a.db.schema(), b.db.schema()), ("city_a", "city_b"));

    let mut heard = b.live.subscribe();
    let mut tail = Tail::default();
    tail.follow(b).await.unwrap();
    work(a, "same name").await;
    assert_eq!((rows(a, "things").await, rows(b, "things").await), (1, 0));
    work(b, "same name").await;
    work(a, "another").await;
    assert_eq!((rows(a, "things").await, rows(b, "things").await), (2, 1), "a name is unique in its city");

    // What waits in one city is done by its own nodes.
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let handlers = Handlers::default().with("count", move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(()) })
    });
    assert_eq!(dispatch(b, &Subscriptions::default(), 10).await.unwrap(), 1);
    assert_eq!(dispatch(a, &Subscriptions::default(), 10).await.unwrap(), 2);
    run_due(b, &handlers, 10).await.unwrap();
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    run_due(a, &handlers, 10).await.unwrap();
    assert_eq!(ran.load(Ordering::SeqCst), 3);
    second.clock.advance(Duration::SECOND);
    tail.follow(b).await.unwrap();
    let mut told = 0;
    while heard.try_recv().is_ok() {
        told += 1;
    }
    assert_eq!(told, 1, "pages of one city hear of that city only");

    // The same task is held in both.
    let (here, there) = (Lease::new(a, "daily", Duration::MINUTE), Lease::new(b, "daily", Duration::MINUTE));
    assert!(here.hold(a).await.unwrap() && there.hold(b).await.unwrap());

    // A session of one opens nothing in the other.
    let cookie = node().start(a, Audience::Portal, a.new_id()).await.unwrap();
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(node().resolve(a, Audience::Portal, token).await.unwrap().is_some());
    assert!(node().resolve(b, Audience::Portal, token).await.unwrap().is_none());

    // Statistics of one are made without the other.
    a.db.tune(a.now()).await.unwrap();
    let tables = closing::tables(a.db.read()).await.unwrap();
    assert_eq!(tables, closing::tables(b.db.read()).await.unwrap());
    assert_eq!(tables.iter().filter(|table| *table == "things").count(), 1);

    // One that is closed leaves the other open.
    closing::close(&a.db, a.now(), "").await.unwrap();
    assert!(closing::look(&a.db).await.unwrap().is_some() && closing::look(&b.db).await.unwrap().is_none());
    work(b, "goes on").await;
    second.close().await;
    first.close().await;
}

/// Nodes that start at once on a schema that is not there yet make it once.
///
/// req: OPS-016
#[tokio::test]
async fn two_nodes_make_the_schema_of_a_new_city_once() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let test = fresh(Backend::Postgres).await;
    let place = || platform::db::Place {
        url: test.platform.config.database(),
        schema: "new_city".to_owned(),
        ..platform::db::Place::default()
    };
    let (one, two) = (Db::open_at(place()).await.unwrap(), Db::open_at(place()).await.unwrap());
    let steps: Vec<_> = platform::work::MIGRATIONS.iter().chain(STEPS).copied().collect();
    let (here, there) =
        tokio::join!(migrate::run(&one, &steps, story_start()), migrate::run(&two, &steps, story_start()));
    assert_eq!(here.unwrap().len() + there.unwrap().len(), steps.len(), "each step once");
    assert!(migrate::pending(&one, &steps).await.unwrap().is_empty());
    assert!(closing::tables(one.read()).await.unwrap().contains(&"things".to_owned()));
    assert!(migrate::run(&two, &steps, story_start()).await.unwrap().is_empty());
    drop((one, two));
    test.close().await;
}

/// From the moment it is closed nothing more is acknowledged, and everything that was is there: whoever writes at that
/// moment, through whichever node. People read that the system moves, then where it went; opened, it works as before.
///
/// req: OPS-016
#[tokio::test(flavor = "multi_thread")]
async fn what_a_closing_database_acknowledged_is_there_and_nothing_more() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = test.platform.clone();
        // Whoever closes is another process: a line of its own.
        let beside = Db::open(&platform.config.database()).await.unwrap();
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let platform = platform.clone();
                tokio::spawn(async move {
                    let mut kept = 0_i64;
                    loop {
                        let (id, name) = (platform.new_id(), format!("{writer} {kept}"));
                        let done = platform
                            .db
                            .write(platform.now(), move |tx| Box::pin(async move { insert(tx, id, name).await }));
                        match done.await {
                            Ok(()) => kept += 1,
                            Err(problem) => return (kept, problem),
                        }
                    }
                })
            })
            .collect();
        while rows(&platform, "things").await < 50 {
            tokio::task::yield_now().await;
        }
        closing::close(&beside, platform.now(), "").await.unwrap();
        let stored = rows(&platform, "things").await;
        let mut acknowledged = 0;
        for writer in writers {
            let (kept, problem) = writer.await.unwrap();
            acknowledged += kept;
            assert_eq!(problem.code(), "database_read_only", "{backend:?} {problem}");
        }
        assert_eq!(acknowledged, stored, "{backend:?}");
        assert_eq!(rows(&platform, "things").await, stored, "{backend:?}: nothing after it was closed");

        let refused = |name: &'static str| {
            let platform = platform.clone();
            async move {
                let id = platform.new_id();
                let write = platform
                    .db
                    .write(platform.now(), move |tx| Box::pin(async move { insert(tx, id, name.into()).await }));
                write.await
            }
        };
        let problem = refused("late").await.unwrap_err();
        assert!(problem.title().contains("正在搬到新的服务器"), "{backend:?} {problem}");
        closing::close(&beside, platform.now(), "https://new.example.cn").await.unwrap();
        let problem = refused("later").await.unwrap_err();
        assert!(problem.title().contains("https://new.example.cn"), "{backend:?} {problem}");
        let told = closing::look(&beside).await.unwrap().unwrap();
        assert_eq!(told.moved_to, "https://new.example.cn");
        closing::close(&beside, platform.now(), "https://a'b").await.unwrap_err();

        closing::open(&beside, platform.now()).await.unwrap();
        assert_eq!(closing::look(&beside).await.unwrap(), None);
        refused("again").await.unwrap();
        assert_eq!(rows(&platform, "things").await, stored + 1, "{backend:?}");
        drop(beside);
        test.close().await;
    }
}

/// A node that serves knows by itself that its city is closed, tells it to everybody, and goes on by itself when it is
/// opened.
///
/// req: OPS-016
#[tokio::test(flavor = "multi_thread")]
async fn a_serving_node_says_that_its_city_moved_and_goes_on_when_it_is_opened() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = test.platform.clone();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let watched = platform.clone();
        let watch = tokio::spawn(async move { watched.db.watch(stopped).await });
        let write = async |name: &str| {
            let (id, name) = (platform.new_id(), name.to_owned());
            platform.db.write(platform.now(), move |tx| Box::pin(async move { insert(tx, id, name).await })).await
        };
        // The watch has begun when a refusal is remembered.
        let beside = Db::open(&platform.config.database()).await.unwrap();
        closing::close(&beside, platform.now(), "https://new.example.cn").await.unwrap();
        let standing = platform.db.standing();
        while standing.closed().is_none() {
            write("refused").await.unwrap_err();
            tokio::task::yield_now().await;
        }
        assert!(standing.message().unwrap().contains("https://new.example.cn"), "{backend:?}");
        let told = standing.admit().unwrap_err();
        assert!(told.title().contains("https://new.example.cn"), "{backend:?} {told}");
        closing::open(&beside, platform.now()).await.unwrap();
        let well = async {
            while standing.trouble().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), well).await.expect("well again by itself");
        assert!(standing.closed().is_none() && standing.message().is_none());
        write("taken").await.unwrap();
        stop.send(true).unwrap();
        watch.await.unwrap();
        drop(beside);
        test.close().await;
    }
}
