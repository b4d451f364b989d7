//! What is promised beside what a served product measured: the table, its curve, its file.

use reqwest::{Method, StatusCode};

use crate::world::World;

/// req: OPS-001
/// req: OPS-005
/// req: OPS-008
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_whether_the_day_kept_what_is_promised() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let operator = world.staff("operator").await;
        let nothing = operator.get("/operations/targets").await;
        assert_eq!((nothing["met"].as_u64(), nothing["items"].as_array().unwrap().len()), (Some(0), 75), "{nothing}");
        let clerk = world.staff("clerk").await;
        for _ in 0..3 {
            clerk.get("/cases").await;
            clerk.get("/workbench").await;
        }
        world.clock.advance(time::Duration::MINUTE);
        world.app.operations.upkeep().await.unwrap();
        world.clock.advance(time::Duration::HOUR);
        world.app.operations.upkeep().await.unwrap();

        // An hour is longer than a session at rest.
        let (operator, clerk) = (world.staff("operator").await, world.staff("clerk").await);
        let table = operator.get("/operations/targets").await;
        let row = |list: &str, scope: &str, kind: &str| {
            let rows = table[list].as_array().unwrap();
            let found = rows.iter().find(|row| row["scope"] == scope && row["kind"] == kind);
            found.unwrap_or_else(|| panic!("{scope} {kind} in {table}")).clone()
        };
        let lists = row("items", "acceptance", "query");
        assert_eq!((lists["limit_ms"].as_u64(), lists["count"].as_u64()), (Some(2_000), Some(3)));
        assert!(lists["worst_us"].as_u64().unwrap() >= lists["mean_us"].as_u64().unwrap());
        assert!(row("steps", "step", "first_page")["count"].as_u64().unwrap() >= 3, "the workbench is a first page");
        assert_eq!(row("items", "multiplan", "page")["verdict"], "none");
        let choices = table["subsystems"].as_array().unwrap();
        let of = |key: &str| choices.iter().find(|one| one["key"] == key).cloned().unwrap();
        assert_eq!(
            (of("multiplan")["unserved"].as_bool(), of("elder")["shares"].as_str()),
            (Some(true), Some("统一受理门户"))
        );
        let crowd = &table["crowd"];
        assert!((crowd["model_at_once"].as_f64().unwrap() - 17.13).abs() < 0.01, "{crowd}");
        assert!((crowd["model_online"].as_f64().unwrap() - 311.11).abs() < 0.01, "{crowd}");
        assert!(crowd["at_once"].as_i64().unwrap() >= 1 && crowd["online"].as_i64().unwrap() >= 2, "{crowd}");
        let disk =
            table["resources"].as_array().unwrap().iter().find(|one| one["label"] == "磁盘可用").cloned().unwrap();
        assert!((0..=100).contains(&disk["value"].as_i64().unwrap()), "{disk}");

        // One subsystem, seven days; a curve by day; a file with the same lines.
        let one = operator.get("/operations/targets?subsystem=acceptance&days=7").await;
        assert_eq!((one["items"].as_array().unwrap().len(), one["from"].as_str()), (5, Some("2026-09-15")));
        let curves = operator.get("/operations/targets/history?subsystem=acceptance&kind=query").await;
        let count = curves["items"].as_array().unwrap().iter().find(|one| one["key"] == "count").cloned().unwrap();
        assert_eq!((count["points"].as_array().unwrap().len(), count["points"][0]["value"].as_u64()), (1, Some(3)));
        let file = operator.request(Method::GET, "/operations/targets/export?subsystem=acceptance", None).await;
        assert_eq!(file.status(), StatusCode::OK);
        let text = file.text().await.unwrap();
        assert!(text.contains("\"受理和办理\",\"简单查询\",\"2 秒\",\"3\",\"0\""), "{text}");
        for (path, field) in [
            ("/operations/targets?subsystem=none", "/subsystem"),
            ("/operations/targets?day=2026-09-22", "/day"),
            ("/operations/targets?days=93", "/days"),
            ("/operations/targets?day=yesterday", "/day"),
            ("/operations/targets/history?subsystem=acceptance&kind=none", "/kind"),
        ] {
            let (status, refused) = operator.refused(Method::GET, path, None).await;
            let pointer = refused["errors"][0]["pointer"].as_str();
            assert_eq!((status, pointer), (StatusCode::UNPROCESSABLE_ENTITY, Some(field)), "{path}");
        }
        let (status, _) = clerk.refused(Method::GET, "/operations/targets", None).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        world.close().await;
    }
}
