//! The audit log: what it holds, that nobody changes it, that an export proves itself.

use serde_json::json;

use super::{World, on_both};
use crate::audit::proof::{Format, verify};
use crate::audit::search::Search;

async fn export(world: &World, search: &Search, format: Format) -> String {
    let mut file = String::new();
    world
        .security
        .export("曹颖", search, format, None, |piece| {
            file.push_str(piece);
            Ok(())
        })
        .await
        .unwrap();
    file
}

/// Three acts on the first day, then a day later.
async fn filled(world: &World) {
    let clerk = world.staff("clerk").await;
    for n in 1..=3 {
        world.act(&clerk, "10.1.2.3", "case.accept", &format!("case:{n}"), json!({ "n": n, "note": "=1+1" })).await;
    }
    world.act(&clerk, "10.1.2.3", "case.reveal", "case:2", json!({ "field": "phone", "reason": "核对" })).await;
    world.hours(24);
}

/// req: IDENT-036
#[tokio::test]
async fn a_line_says_who_where_when_what_and_is_found_by_each_of_them() {
    on_both(async |world| {
        filled(world).await;
        let (auditor, clerk) = (world.staff("auditor").await, world.staff("clerk").await);
        let find = async |search: Search| world.security.search(&auditor, &search, None, 100).await.unwrap();
        let (rows, total) = find(Search { actor: Some("志远".into()), ..Search::default() }).await;
        assert_eq!((rows.len(), total), (4, 4));
        let last = &rows[0];
        assert_eq!(
            (last.actor_id, last.org_id, last.address.as_str(), last.device.as_str()),
            (Some(clerk.id), None, "10.1.2.3", "Chrome 129"),
            "the organisation comes from the request's own caller, see the stories"
        );
        assert_eq!((last.kind.as_str(), last.action.as_str(), last.result.as_str()), ("reveal", "case.reveal", "ok"));
        for (search, wanted) in [
            (Search { kind: Some("reveal".into()), ..Search::default() }, 1),
            (Search { action: Some("case.accept".into()), ..Search::default() }, 3),
            (Search { object: Some("case:2".into()), ..Search::default() }, 2),
            (Search { object: Some("case:".into()), ..Search::default() }, 4),
            (Search { object: Some("case_".into()), ..Search::default() }, 0),
            (Search { actor: Some(clerk.id.to_string()), result: Some("ok".into()), ..Search::default() }, 4),
            (Search { from: Some("2026-09-22".into()), ..Search::default() }, 0),
            (Search { actor: Some("陈".into()), to: Some("2026-09-21".into()), ..Search::default() }, 4),
        ] {
            assert_eq!(find(search.clone()).await.1, wanted, "{search:?}");
        }
        let (page, total) = world.security.search(&auditor, &Search::default(), Some(rows[1].id), 1).await.unwrap();
        assert_eq!((page[0].id, total), (rows[2].id, 4));
    })
    .await;
}

/// Who administers never reads the log, not even with the auditor's role besides.
///
/// req: DATASEC-008
/// req: DATASEC-010
#[tokio::test]
async fn the_audit_administrator_is_never_another_administrator() {
    on_both(async |world| {
        for login in ["sysadmin", "secadmin", "keykeeper"] {
            let mut caller = world.staff(login).await;
            assert!(!caller.may("audit.read") && !caller.may("audit.export"), "{login}");
            caller.roles.push("auditor".into());
            let refused = world.security.search(&caller, &Search::default(), None, 10).await.unwrap_err();
            assert_eq!(refused.status().as_u16(), 403, "{login}");
        }
        assert!(
            !world.staff("auditor").await.permissions.iter().any(|key| key.ends_with(".edit") || key == "key.make")
        );
    })
    .await;
}

/// req: IDENT-036
/// req: DATASEC-007
#[tokio::test]
async fn the_database_itself_refuses_to_change_or_remove_a_line() {
    on_both(async |world| {
        filled(world).await;
        world.security.root_days().await.unwrap();
        for sql in [
            "UPDATE audit_log SET actor_name = '别人'",
            "DELETE FROM audit_log",
            "UPDATE audit_roots SET root = ''",
            "DELETE FROM audit_roots WHERE day = '2026-09-21'",
        ] {
            assert!(world.sql(sql).await.is_err(), "{sql}");
        }
        assert!(world.security.verify_log().await.unwrap().faults.is_empty());
    })
    .await;
}

/// Somebody with the rights of the database's owner takes the guards away: the chains still tell.
///
/// req: DATASEC-011
#[tokio::test]
async fn a_line_altered_past_the_guards_is_found_in_place() {
    on_both(async |world| {
        filled(world).await;
        world.security.root_days().await.unwrap();
        let drop = match world.test.platform.db.backend() {
            sea_orm::DbBackend::Sqlite => "DROP TRIGGER audit_log_no_update",
            _ => "DROP TRIGGER audit_log_append_only ON audit_log",
        };
        world.sql(drop).await.unwrap();
        world.sql("UPDATE audit_log SET subject = 'case:9' WHERE subject = 'case:1'").await.unwrap();
        let faults = world.security.verify_log().await.unwrap().faults;
        assert!(faults.iter().any(|fault| fault.contains("被改动")), "{faults:?}");
        assert!(!world.security.log_is_guarded().await.unwrap());
    })
    .await;
}

/// req: IDENT-036
/// req: DATASEC-007
#[tokio::test]
async fn an_export_verifies_alone_and_every_line_removed_altered_or_moved_is_found() {
    on_both(async |world| {
        filled(world).await;
        let whole = Search { to: Some("2026-09-21".into()), ..Search::default() };
        for format in [Format::Jsonl, Format::Csv] {
            let file = export(world, &whole, format).await;
            let verdict = verify(&file, None).unwrap();
            assert_eq!((verdict.faults.as_slice(), verdict.lines), ([].as_slice(), 4), "{format:?}");
            let lines: Vec<&str> = file.split_inclusive('\n').collect();
            let joined = |order: &[usize]| order.iter().map(|at| lines[*at]).collect::<String>();
            let all: Vec<usize> = (0..lines.len()).collect();
            for at in 0..lines.len() {
                let without: Vec<usize> = all.iter().copied().filter(|other| *other != at).collect();
                let judged = verify(&joined(&without), None);
                assert!(judged.is_err() || !judged.unwrap().faults.is_empty(), "{format:?} without line {at}");
            }
            let mut moved = all.clone();
            moved.swap(1, 2);
            assert!(verify(&joined(&moved), None).unwrap().faults.iter().any(|fault| fault.contains("次序")));
            let altered = file.replacen("case:2", "case:7", 1);
            assert!(verify(&altered, None).unwrap().faults.iter().any(|fault| fault.contains("被改动")));
            let other = base::crypto::Sm2Key::from_bytes(&[9; 32]).unwrap().public().to_pem().unwrap();
            assert!(!verify(&file, Some(&other)).unwrap().faults.is_empty(), "signed by another key than the kept one");
        }
        let complete = verify(&export(world, &whole, Format::Jsonl).await, None).unwrap();
        assert!(complete.complete && complete.roots == 1 && complete.chains >= 1);
        let part = Search { action: Some("case.accept".into()), ..whole };
        let verdict = verify(&export(world, &part, Format::Jsonl).await, None).unwrap();
        assert!(!verdict.complete && verdict.lines == 3 && verdict.faults.is_empty(), "{verdict:?}");
    })
    .await;
}

/// Whoever forges the end as well, with the same key taken from the server, is betrayed by the chain.
///
/// req: DATASEC-011
#[tokio::test]
async fn a_line_cut_out_and_signed_again_breaks_its_chain_and_its_root() {
    on_both(async |world| {
        filled(world).await;
        let whole = Search { to: Some("2026-09-21".into()), ..Search::default() };
        let file = export(world, &whole, Format::Jsonl).await;
        let header: crate::audit::proof::Header = serde_json::from_str(file.lines().next().unwrap()).unwrap();
        let (mut writer, mut forged) = crate::audit::proof::Writer::begin(Format::Jsonl, &header).unwrap();
        for (at, line) in file.lines().skip(1).enumerate() {
            if let Ok(record) = serde_json::from_str(line)
                && at != 1
            {
                forged.push_str(&writer.record(&record).unwrap());
            }
        }
        for root in world.security.roots_from("2026-09-21").await.unwrap() {
            forged.push_str(&writer.root(&root).unwrap());
        }
        forged.push_str(&writer.finish(&world.security.signer).unwrap());
        let faults = verify(&forged, None).unwrap().faults;
        assert!(faults.iter().any(|fault| fault.contains("缺少第")), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.contains("日根不符")), "{faults:?}");
    })
    .await;
}

/// Many commands at once: each on a chain nobody else holds, all chains whole.
///
/// req: DATASEC-007
#[tokio::test(flavor = "multi_thread")]
async fn lines_written_at_once_stand_on_whole_chains() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        let writes = (0..120).map(|n| world.act(&clerk, "10.1.2.3", "case.accept", "case:1", json!({ "n": n })));
        for_each_at_once(writes).await;
        let verdict = world.security.verify_log().await.unwrap();
        assert!(verdict.faults.is_empty() && verdict.lines == 120, "{verdict:?}");
        assert!((1..=16).contains(&verdict.chains), "{} chains", verdict.chains);
        world.hours(24);
        assert_eq!(world.security.root_days().await.unwrap(), ["2026-09-21"]);
        assert!(world.security.root_days().await.unwrap().is_empty());
    })
    .await;
}

async fn for_each_at_once<F: Future<Output = ()>>(works: impl Iterator<Item = F>) {
    let mut running: Vec<std::pin::Pin<Box<F>>> = works.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        running.retain_mut(|work| work.as_mut().poll(context).is_pending());
        if running.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// req: IDENT-037
#[tokio::test]
async fn the_log_is_kept_six_months_at_least() {
    on_both(async |world| {
        let admin = world.staff("secadmin").await;
        assert_eq!(world.security.retention().await.unwrap().months, 6);
        let refused = world.security.set_retention(&admin, 5, 0, "省空间").await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.field_errors()[0].pointer.as_str()), (422, "/months"));
        world.security.set_retention(&admin, 36, 0, "按本市规定").await.unwrap();
        assert_eq!(world.security.set_retention(&admin, 40, 0, "旧页面").await.unwrap_err().code(), "stale_version");
        let kept = world.security.retention().await.unwrap();
        assert_eq!((kept.months, kept.version, kept.changed_by.as_str()), (36, 1, "冯岩"));
        let auditor = world.staff("auditor").await;
        let search = Search { action: Some("retention.edit".into()), ..Search::default() };
        let (rows, _) = world.security.search(&auditor, &search, None, 10).await.unwrap();
        assert_eq!(
            (rows[0].before.as_deref(), rows[0].after.as_deref()),
            (Some("{\"months\":6}"), Some("{\"months\":36}")),
            "the change says before and after"
        );
    })
    .await;
}
