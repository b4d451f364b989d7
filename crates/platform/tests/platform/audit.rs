//! What the log costs and what it never loses: lines of commands committed together are one statement;
//! accesses are noted beside the commands, written together, bounded for strangers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use platform::Db;
use platform::db::migrate;
use platform::web::context::Context;
use platform::work::audit::read::{self, Filter};
use platform::work::audit::{Kind, Line, Outcome};
use serde_json::json;
use testkit::{Backend, backends};

use crate::{STEPS, fresh, insert, refused, rows};

fn line(platform: &platform::Platform, actor: Option<uuid::Uuid>) -> Line {
    Line {
        id: platform.new_id(),
        actor_id: actor,
        actor_name: String::new(),
        action: "case.read",
        subject: "case:1".into(),
        detail: json!({ "method": "GET", "route": "/api/v1/cases/{id}", "status": 200 }),
    }
}

/// A flood of strangers fills no disk: some refusals are kept, the rest is counted.
///
/// req: DATASEC-007
#[tokio::test]
async fn refusals_of_strangers_are_kept_up_to_a_bound_and_then_counted() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let context = Arc::new(Context::new("203.0.113.7".parse().ok(), "curl/8"));
        for _ in 0..350 {
            let entry = line(platform, None).entry().kind(Kind::Refusal).result(Outcome::Refused);
            platform.audit.note(platform, Arc::clone(&context), entry, false).await;
        }
        platform.audit.flush(platform).await.unwrap();
        assert_eq!(rows(platform, "audit_log").await, 201, "{backend:?}");
        let more = Filter { actions: vec!["audit.unknown_callers".into()], ..Filter::default() };
        let found = read::newest(platform.db.read(), &more, None, 10).await.unwrap();
        assert_eq!((found.len(), found[0].detail.as_str()), (1, r#"{"more":150}"#));
        let kept = read::newest(platform.db.read(), &Filter::default(), None, 500).await.unwrap();
        assert!(kept.iter().all(|record| record.computed_hash() == record.hash), "every line fits its hash");
        assert!(kept.iter().any(|record| record.address == "203.0.113.7" && record.device == "curl/8"));
        test.close().await;
    }
}

/// A database that tells of its statements on the log.
async fn watched(backend: Backend) -> (Db, Arc<Mutex<Vec<String>>>, std::path::PathBuf, Option<(String, String)>) {
    let folder = std::env::temp_dir().join(testkit::unique("tongban_watched"));
    std::fs::create_dir_all(&folder).unwrap();
    let (url, made) = testkit::fresh_database(backend, &folder).await;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&seen);
    let watch: platform::db::Watch = Arc::new(move |sql: &str, _| {
        if sql.contains("audit_log") {
            told.lock().unwrap().push(sql.to_owned());
        }
    });
    let db = Db::open_watched(&url, Some(watch)).await.unwrap();
    let steps: Vec<_> = platform::work::MIGRATIONS.iter().chain(STEPS).copied().collect();
    migrate::run(&db, &steps, testkit::story_start()).await.unwrap();
    seen.lock().unwrap().clear();
    (db, seen, folder, made)
}

/// Commands that are committed together pay for the log once: on SQLite sixty of them make a handful
/// of statements on it, of few texts, so that each stays prepared. A command alone makes one for all
/// its lines. Nothing is read before writing.
///
/// req: IDENT-036
#[tokio::test]
async fn lines_of_commands_committed_together_are_one_statement() {
    for backend in backends() {
        let (db, seen, folder, made) = watched(backend).await;
        let test = fresh(backend).await;
        let platform = &test.platform;
        let done = AtomicUsize::new(0);
        let commands = (0..60).map(|at| {
            let (thing, first, second) = (platform.new_id(), line(platform, None), line(platform, None));
            let (db, done) = (&db, &done);
            async move {
                let outcome = db
                    .write(testkit::story_start(), move |tx| {
                        Box::pin(async move {
                            insert(tx, thing, format!("thing {at}")).await?;
                            tx.audit(first);
                            tx.audit(second);
                            if at == 7 { Err(refused()) } else { Ok(()) }
                        })
                    })
                    .await;
                done.fetch_add(usize::from(outcome.is_ok()), Ordering::Relaxed);
            }
        });
        futures::future::join_all(commands).await;
        assert_eq!(done.load(Ordering::Relaxed), 59);
        let statements = std::mem::take(&mut *seen.lock().unwrap());
        assert!(statements.iter().all(|sql| sql.starts_with("INSERT INTO audit_log")), "{backend:?}: only written");
        // Two lines a command: 118 lines. A group is at most 64 commands; the first may go alone.
        let most = if backend == Backend::Sqlite { 16 } else { 2 * 59 };
        assert!(statements.len() <= most, "{backend:?}: {} statements for 118 lines", statements.len());
        let mut texts = statements.clone();
        texts.sort_unstable();
        texts.dedup();
        assert!(texts.len() <= 4, "{backend:?}: {} texts to prepare", texts.len());

        let kept = read::oldest(db.read(), &Filter::default(), None, 500).await.unwrap();
        assert_eq!(kept.len(), 118, "{backend:?}: the refused command left none");
        let mut chains: std::collections::BTreeMap<_, Vec<_>> = std::collections::BTreeMap::new();
        for record in kept {
            assert_eq!(record.computed_hash(), record.hash);
            chains.entry(record.chain).or_default().push(record);
        }
        if backend == Backend::Sqlite {
            assert_eq!(chains.len(), 1, "one writer, one chain");
        }
        for lines in chains.values_mut() {
            lines.sort_by_key(|line| line.no);
            let mut before = platform::work::audit::chain::GENESIS.to_owned();
            for (at, line) in lines.iter().enumerate() {
                assert_eq!((line.no, &line.previous_hash), (at as i64 + 1, &before), "{backend:?}: no gap");
                before.clone_from(&line.hash);
            }
        }

        // Alone: thirty-three lines of one command are two statements' sizes, no more.
        let lines: Vec<Line> = (0..33).map(|_| line(platform, None)).collect();
        db.write(testkit::story_start(), move |tx| {
            Box::pin(async move {
                lines.into_iter().for_each(|line| tx.audit(line));
                Ok(())
            })
        })
        .await
        .unwrap();
        assert_eq!(seen.lock().unwrap().len(), 3, "{backend:?}: 16 + 16 + 1");
        test.close().await;
        drop(db);
        if let Some(made) = made {
            testkit::drop_database(made).await;
        }
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// A group over midnight writes on a chain of each day, so that a day's root covers whole chains.
///
/// req: IDENT-036
#[tokio::test]
async fn commands_of_two_days_committed_together_stand_on_two_chains() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let midnight = time::macros::datetime!(2026-09-21 16:00:00 UTC);
        let commands = [-1_i64, 1, -2, 2].map(|seconds| {
            let line = line(platform, None);
            platform.db.write(midnight + time::Duration::seconds(seconds), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
        });
        futures::future::join_all(commands).await;
        let kept = read::oldest(platform.db.read(), &Filter::default(), None, 10).await.unwrap();
        assert_eq!(kept.len(), 4);
        for record in &kept {
            let day = |at: i64| base::zone::china_date(time::OffsetDateTime::from_unix_timestamp(at).unwrap());
            let same: Vec<_> = kept.iter().filter(|other| other.chain == record.chain).collect();
            assert!(same.iter().all(|other| day(other.at) == day(record.at)), "{backend:?}: {kept:?}");
        }
        test.close().await;
    }
}
