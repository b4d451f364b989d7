//! Cities that move, and cities beside each other in one database.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::backup::{self, moving};
use platform::Db;
use platform::config::Config;
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use testkit::{Backend, MockClock, Place, SeededRandomness, drop_database, story_start};
use time::OffsetDateTime;

use crate::fees::file;
use crate::world::{Caller, World};

const NEW: &str = "https://new.example.cn";
const LONG: Duration = Duration::from_secs(600);

/// The configuration of an empty place for a world's city, with the master key brought by hand.
fn there(world: &World, place: &Place, folder: &str, schema: &str) -> Config {
    let here = &world.app.platform.config;
    Config {
        data_dir: place.folder.join(folder),
        database_url: place.url.clone(),
        database_schema: schema.to_owned(),
        master_key_file: here.master_key(),
        ..here.clone()
    }
}

async fn leave(place: Place) {
    std::fs::remove_dir_all(&place.folder).unwrap();
    if let Some(made) = place.cleanup {
        drop_database(made).await;
    }
}

async fn assembled(config: &Config, clock: Arc<MockClock>) -> App {
    Box::pin(App::assemble(config.clone(), clock, Arc::new(SeededRandomness::new(2_000_042)))).await.unwrap()
}

/// Case numbers, each once.
async fn numbers(app: &App) -> Vec<String> {
    let conn = app.platform.db.read();
    let sql = "SELECT case_number AS number FROM cases WHERE case_number IS NOT NULL ORDER BY case_number";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "number").unwrap()).collect()
}

/// Files small applications until one is refused; the numbers acknowledged and the refusal.
async fn file_until_refused(citizen: Caller) -> (Vec<String>, StatusCode, Value) {
    let application = chaos::city::application().unwrap();
    let mut kept = Vec::new();
    loop {
        let answer = citizen.request(Method::POST, "/my/cases/file", Some(application.clone())).await;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        if !status.is_success() {
            return (kept, status, body);
        }
        kept.push(body["case_number"].as_str().unwrap().to_owned());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn run(db: &Db, now: OffsetDateTime, sql: &str) -> platform::Result<()> {
    db.execute_batch(now, vec![sql.to_owned()]).await
}

/// Closes a year of cases that is over a second after it began: what was filed at this moment can be read and not
/// changed any more.
async fn close_year(world: &World) {
    let (db, now) = (&world.app.platform.db, world.app.platform.now());
    let values: Vec<sea_orm::Value> = vec![now.into(), (now + Duration::from_secs(1)).into(), json!([]).into()];
    let sql = "INSERT INTO case_years (year, version, closed, from_at, until_at, cases, checks, reason, changed_at, \
               changed_by, changed_by_name) VALUES (2026, 1, true, $1, $2, 1, $3, '', $1, NULL, '')";
    let statement = Statement::from_sql_and_values(db.backend(), sql, values);
    db.write(now, move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    world.clock.advance(time::Duration::minutes(1));
}

async fn well_again(world: &World) {
    let health = async {
        while world.nobody().get("/health").await["writable"] != true {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), health).await.expect("the old place works again");
}

/// A city moves between all kinds of databases while people file: whatever was acknowledged is in the new place, once,
/// and proved; nothing is acknowledged afterwards in the old one, which tells everybody where the city went.
///
/// req: OPS-016, OPS-042
#[tokio::test(flavor = "multi_thread")]
async fn a_city_moves_while_people_file_and_nothing_acknowledged_is_lost() {
    use Backend::{Postgres, Sqlite};
    // Between two of a kind goes the next test.
    let ways = if testkit::backends().contains(&Postgres) {
        vec![(Sqlite, Postgres), (Postgres, Sqlite)]
    } else {
        vec![(Sqlite, Sqlite)]
    };
    for (from, to) in ways {
        let told = format!("{from:?} to {to:?}");
        let world = Box::pin(World::new(from)).await;
        let place = Place::fresh(to).await;
        let schema = if to == Backend::Postgres { "moved_city" } else { "" };
        let (here, there) = (world.app.platform.config.clone(), there(&world, &place, "data", schema));
        let citizen = world.citizen("li-ming").await;
        file(&citizen, json!({})).await;
        world.settle().await;
        close_year(&world).await;
        // What the first upkeep of a new city enters (its columns) is not to fall between the rounds.
        world.app.security.housekeeping().await.unwrap();

        // While the city works; then only what changed, be it of a closed year.
        let first = moving::copy(&here, &there, world.app.platform.now()).await.unwrap();
        assert!(first.files > 0 && first.written > 100 && first.written <= first.rows, "{told}: {first:?}");
        run(&world.app.platform.db, world.app.platform.now(), "UPDATE cases SET version = version + 1").await.unwrap();
        let second = moving::copy(&here, &there, world.app.platform.now()).await.unwrap();
        assert!(second.removed > 0 && second.written < first.written / 10, "{told}: {first:?}, then {second:?}");
        assert!(moving::may_serve(&there).unwrap_err().to_string().contains("还没有搬完"), "{told}");

        let people: Vec<_> = (0..3).map(|_| tokio::spawn(file_until_refused(citizen.clone()))).collect();
        while numbers(&world.app).await.len() < 7 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let moved =
            moving::switch(&here, &there, NEW, world.clock.clone(), LONG, std::future::pending()).await.unwrap();
        assert_eq!(moved.proved.len(), 4, "{told}: {:?}", moved.proved);
        let mut acknowledged = Vec::new();
        for person in people {
            let (kept, status, body) = person.await.unwrap();
            acknowledged.extend(kept);
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}: {body}");
            assert_eq!(body["code"], "database_read_only", "{told}: {body}");
        }
        let arrived = assembled(&there, world.clock.clone()).await;
        let found = numbers(&arrived).await;
        assert_eq!(found, numbers(&world.app).await, "{told}");
        for number in &acknowledged {
            assert_eq!(found.iter().filter(|one| *one == number).count(), 1, "{told}: {number}");
        }
        assert!(acknowledged.len() > 5, "{told}: people filed meanwhile");

        // The new place may serve; its record says what was proved.
        moving::may_serve(&there).unwrap();
        let course = moving::course(&there).unwrap().unwrap();
        assert_eq!(course.state, moving::State::Arrived, "{told}");
        assert_eq!(course.tables["cases"].rows, count(&arrived, "cases").await, "{told}");
        assert_eq!(course.tables["cases"].digest.len(), 64);
        let changed =
            "UPDATE cases SET applicant_name = 'somebody' WHERE submitted_at < (SELECT until_at FROM case_years)";
        let refused = run(&arrived.platform.db, world.app.platform.now(), changed).await.unwrap_err();
        assert!(format!("{refused:?}").contains("year_closed"), "{told}: {refused:?}");
        // What is there goes on: a command of the product.
        arrived.casework.root_days(&arrived.audit_key).await.unwrap();

        // The old place says where the city went, shows what everybody may read, and nothing else.
        let (status, body) = citizen.refused(Method::GET, "/my/cases", None).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}: {body}");
        let health = async {
            loop {
                let health = world.nobody().get("/health").await;
                if health["message"].as_str().is_some_and(|text| text.contains(NEW)) {
                    return health;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let health = tokio::time::timeout(Duration::from_secs(30), health).await.expect("the new address is told");
        assert_eq!((&health["status"], &health["writable"]), (&json!("read_only"), &json!(false)), "{told}");
        assert!(world.nobody().get("/site").await["name"].is_string(), "{told}");

        // Done is done; and nobody opens the old place beside the new one by mistake.
        let again = moving::switch(&here, &there, NEW, world.clock.clone(), LONG, std::future::pending()).await;
        assert!(format!("{:#}", again.unwrap_err()).contains("已经搬到了"), "{told}");
        let refused = moving::reopen(&here, false, world.app.platform.now()).await.unwrap_err();
        assert!(refused.to_string().contains(NEW), "{told}");
        drop(arrived);
        leave(place).await;
        world.close().await;
    }
}

async fn count(app: &App, table: &str) -> u64 {
    let conn = app.platform.db.read();
    let sql = format!("SELECT count(*) AS n FROM {table}");
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap().unwrap();
    u64::try_from(row.try_get::<i64>("", "n").unwrap()).unwrap()
}

/// A move that can't be made is refused before anything is begun; one that fails while the old place is closed leaves it
/// as it was, and people go on.
///
/// req: OPS-016
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_move_leaves_the_city_as_it_was() {
    for backend in testkit::backends() {
        let world = Box::pin(World::new(backend)).await;
        let place = Place::fresh(backend).await;
        let (here, there) = (world.app.platform.config.clone(), there(&world, &place, "data", ""));
        let now = world.app.platform.now();
        let citizen = world.citizen("li-ming").await;
        file(&citizen, json!({})).await;
        world.settle().await;
        let refused = async |to: &Config| format!("{:#}", moving::copy(&here, to, now).await.unwrap_err());

        let no_key = Config { master_key_file: place.folder.join("elsewhere.key"), ..there.clone() };
        assert!(refused(&no_key).await.contains("主密钥不跟着数据走") && !there.data_dir.exists());
        let same = Config { database_url: here.database(), ..there.clone() };
        assert!(refused(&same).await.contains("同一个数据库") && !there.data_dir.exists());
        let full = Config { data_dir: place.folder.join("full"), ..there.clone() };
        std::fs::create_dir_all(full.data_dir.join("files/ab")).unwrap();
        std::fs::write(full.data_dir.join("files/ab/cd"), "somebody's").unwrap();
        assert!(refused(&full).await.contains("只搬进空的数据目录"));
        let other = Place::fresh(backend).await;
        let wrong = Config { data_dir: other.folder.join("data"), database_url: other.url.clone(), ..there.clone() };
        std::fs::write(other.folder.join("other.key"), "00".repeat(32)).unwrap();
        let wrong = Config { master_key_file: other.folder.join("other.key"), ..wrong };
        assert!(refused(&wrong).await.contains("不是这个城市的主密钥"));
        leave(other).await;

        // Told to stop, or out of time, while it is closed.
        let stop = std::future::ready(());
        let error = moving::switch(&here, &there, NEW, world.clock.clone(), LONG, stop).await.unwrap_err();
        assert!(format!("{error:#}").contains("已恢复办理"), "{backend:?} {error:#}");
        let never = std::future::pending();
        let error = moving::switch(&here, &there, NEW, world.clock.clone(), Duration::ZERO, never).await.unwrap_err();
        assert!(format!("{error:#}").contains("时限"), "{backend:?} {error:#}");
        assert_eq!(moving::look(&here).await.unwrap(), None);
        well_again(&world).await;
        file(&citizen, json!({})).await;

        // What was broken off is taken up again, and somebody who meddled in the new place meanwhile is put right.
        let meddled = Db::open_at(there.place()).await.unwrap();
        run(&meddled, now, "UPDATE heartbeats SET filler = 'meddled' WHERE id = 1").await.unwrap();
        drop(meddled);
        let moved =
            moving::switch(&here, &there, NEW, world.clock.clone(), LONG, std::future::pending()).await.unwrap();
        assert_eq!(moved.proved.len(), 4);
        let arrived = assembled(&there, world.clock.clone()).await;
        assert_eq!(numbers(&arrived).await.len(), 2);

        // Back again, because somebody says so.
        assert!(moving::reopen(&here, true, now).await.unwrap());
        assert!(!moving::reopen(&here, true, now).await.unwrap(), "once");
        well_again(&world).await;
        file(&citizen, json!({})).await;
        drop(arrived);
        leave(place).await;
        world.close().await;
    }
}

/// Two cities of one database see neither each other's cases nor each other's people, and each has backups of its own,
/// which are restored into a schema of the same name only.
///
/// req: OPS-016, OPS-011
#[tokio::test(flavor = "multi_thread")]
async fn two_cities_in_one_database_have_cases_and_backups_of_their_own() {
    if !testkit::backends().contains(&Backend::Postgres) {
        return;
    }
    let province = Place::fresh(Backend::Postgres).await;
    let mut cities = Vec::new();
    for (schema, filed) in [("city_a", 2), ("city_b", 1)] {
        // From the other kind: the key of the city and its people come along too.
        let world = Box::pin(World::new(Backend::Sqlite)).await;
        let citizen = world.citizen("li-ming").await;
        for _ in 0..filed {
            file(&citizen, json!({})).await;
        }
        world.settle().await;
        let there = there(&world, &province, schema, schema);
        // The key comes along: the world it is from goes.
        let key = province.folder.join(format!("{schema}.key"));
        std::fs::copy(&there.master_key_file, &key).unwrap();
        let there = Config { master_key_file: key, ..there };
        let clock = world.clock.clone();
        moving::switch(&world.app.platform.config, &there, NEW, clock, LONG, std::future::pending()).await.unwrap();
        world.close().await;
        cities.push((there, filed));
    }
    let clock = MockClock::at(story_start());
    for (config, filed) in &cities {
        let app = assembled(config, clock.clone()).await;
        assert_eq!(numbers(&app).await.len(), *filed, "{}", config.database_schema);
        assert_eq!(app.platform.db.schema(), config.database_schema);
        let people = count(&app, "sessions").await;
        assert_eq!(people, 1, "{}: who signed in there", config.database_schema);
    }

    // A backup of one holds one; it is tried beside, and lies where it came from only.
    let (first, filed) = cities[0].clone();
    let first = &first;
    let vault = province.folder.join("vault");
    let manifest = backup::take(first, &vault, story_start()).await.unwrap();
    assert_eq!((manifest.schema.as_str(), manifest.rows["cases"]), ("city_a", i64::try_from(filed).unwrap()));
    let report = Box::pin(backup::drill::run(first, &vault, &manifest)).await.unwrap();
    assert_eq!(report.problem(), None, "{report:?}");
    let elsewhere = Place::fresh(Backend::Postgres).await;
    let restored = Config {
        data_dir: elsewhere.folder.join("data"),
        database_url: elsewhere.url.clone(),
        database_schema: "city_c".to_owned(),
        ..first.clone()
    };
    let refused = backup::restore(&restored, &vault, &manifest).await.unwrap_err();
    assert!(refused.to_string().contains("city_a") && !restored.data_dir.join("files").exists(), "{refused:#}");
    let restored = Config { database_schema: "city_a".to_owned(), ..restored };
    backup::restore(&restored, &vault, &manifest).await.unwrap();
    let app = assembled(&restored, clock.clone()).await;
    assert_eq!(numbers(&app).await.len(), filed);
    drop(app);
    leave(elsewhere).await;
    leave(province).await;
}
