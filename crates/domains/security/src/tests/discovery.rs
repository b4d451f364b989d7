//! A scan finds what a column's name hides; a steward decides.

use platform::work::jobs::Handlers;
use sea_orm::entity::prelude::*;

use super::{World, on_both};
use crate::discovery::store::{finding, scan};

async fn found(world: &World, column: &str) -> Vec<finding::Model> {
    finding::Entity::find()
        .filter(finding::Column::ColumnName.eq(column))
        .all(world.test.platform.db.read())
        .await
        .unwrap()
}

async fn pilot(world: &World) {
    world.sql("CREATE TABLE pilot_notes (id text PRIMARY KEY, remark text, kind text)").await.unwrap();
    for at in 0..40 {
        // Every fourth remark holds a telephone, each fifth an identity number.
        let phone = if at % 4 == 0 { format!("请回电139{:08}", 10_000_000 + at) } else { "无".to_owned() };
        let id = if at % 5 == 0 { "，证件449902198803120267" } else { "" };
        let sql = format!("INSERT INTO pilot_notes VALUES ('n{at:03}', '{phone}{id}', '来访')");
        world.sql(&sql).await.unwrap();
    }
}

/// req: DATASEC-002
#[tokio::test]
async fn a_scan_proposes_a_level_for_what_is_really_stored_and_a_steward_confirms_it() {
    on_both(async |world| {
        let (steward, officer) = (world.staff("steward").await, world.staff("secadmin").await);
        pilot(world).await;
        let id = world.security.start_scan(&steward, Some("a-key-of-a-request".into())).await.unwrap();
        let twice = world.security.start_scan(&steward, Some("a-key-of-a-request".into())).await.unwrap();
        assert_eq!(id, twice, "sent twice it is one scan");
        assert_eq!(world.security.start_scan(&officer, None).await.unwrap_err().code(), "scan_running");
        world.jobs().await;
        let scanned = scan::Entity::find_by_id(id).one(world.test.platform.db.read()).await.unwrap().unwrap();
        assert_eq!((scanned.state.as_str(), scanned.position), ("done", scanned.total));
        assert!(scanned.values_seen > 100);

        let notes = found(world, "remark").await;
        let seen: Vec<(&str, i64, i64, &str)> =
            notes.iter().map(|one| (one.detector.as_str(), one.hits, one.sampled, one.state.as_str())).collect();
        assert!(seen.contains(&("phone", 10, 40, "open")), "{seen:?}");
        assert!(seen.contains(&("id_number", 8, 40, "open")), "{seen:?}");
        assert!(notes.iter().all(|one| one.example.contains('*')), "an example is masked");
        assert!(found(world, "kind").await.iter().all(|one| one.table_name != "pilot_notes"));
        let sealed = found(world, "phone_sealed").await;
        let staff = sealed.iter().find(|one| one.table_name == "staff").unwrap();
        assert_eq!(
            (staff.detector.as_str(), staff.state.as_str()),
            ("phone", "covered"),
            "opened, seen, level is enough"
        );

        let phone = notes.iter().find(|one| one.detector == "phone").unwrap();
        world.security.dismiss_finding(&steward, phone.id, phone.version, "这些是单位总机").await.unwrap();
        let identity = notes.iter().find(|one| one.detector == "id_number").unwrap();
        world.security.accept_finding(&steward, identity.id, identity.version, "").await.unwrap();
        let again = world.security.accept_finding(&steward, identity.id, identity.version, "").await.unwrap_err();
        assert_eq!(again.code(), "stale_version");
        let (row, versions) = world.security.field(identity.field_id).await.unwrap();
        assert_eq!((row.level, row.class.as_str(), row.state.as_str()), (4, "sensitive_personal", "confirmed"));
        assert_eq!((versions[0].source.as_str(), versions[0].decided_by_name.as_deref()), ("content", Some("丁岚")));
        let item = world.security.self_check().await.unwrap().into_iter().find(|one| one.key == "levels_protected");
        assert!(item.unwrap().evidence.contains("pilot_notes.remark"), "level 4 in clear is told");

        world.security.start_scan(&steward, None).await.unwrap();
        world.jobs().await;
        let later: Vec<(String, String)> =
            found(world, "remark").await.into_iter().map(|one| (one.detector, one.state)).collect();
        assert!(later.contains(&("phone".into(), "dismissed".into())), "dismissed stays so: {later:?}");
        assert!(later.contains(&("id_number".into(), "covered".into())), "{later:?}");
    })
    .await;
}

/// req: DATASEC-002
#[tokio::test]
async fn a_scan_goes_on_where_it_stopped_and_a_repeated_step_changes_nothing() {
    on_both(async |world| {
        let steward = world.staff("steward").await;
        let id = world.security.start_scan(&steward, None).await.unwrap();
        let handlers = world.security.jobs(Handlers::default());
        let at = async || scan::Entity::find_by_id(id).one(world.test.platform.db.read()).await.unwrap().unwrap();
        platform::work::jobs::run_due(&world.test.platform, &handlers, 1).await.unwrap();
        let first = at().await;
        assert!(first.state == "running" && first.position > 0 && first.position < first.total, "{first:?}");
        // The same job once more, as after a lost lease.
        world.security.scan_some(serde_json::json!({ "scan": id, "position": 0 })).await.unwrap();
        assert_eq!(at().await, first);
        world.jobs().await;
        assert_eq!(at().await.state, "done");
    })
    .await;
}
