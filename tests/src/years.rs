//! A year of cases from the first look to its closing, what is refused then by whom, and its opening again.

use std::sync::Arc;

use archive::years::{Backups, Proven};
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement, Value as Bound};
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

use crate::archive::closed;
use crate::main_job::{draft_version, filled_draft, version};
use crate::world::{Caller, World};

/// Dates a case back, as if it had been handed in then.
async fn handed_in(world: &World, id: &str, at: time::OffsetDateTime) {
    let db = &world.app.platform.db;
    let values: [Bound; 2] = [at.into(), Uuid::parse_str(id).unwrap().into()];
    let statement =
        Statement::from_sql_and_values(db.backend(), "UPDATE cases SET submitted_at = $1 WHERE id = $2", values);
    db.write(world.app.platform.now(), move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

/// What the database answers to a change past the product.
async fn change(world: &World, sql: &str) -> Result<(), String> {
    let db = &world.app.platform.db;
    let statement = Statement::from_string(db.backend(), sql.to_owned());
    db.write(world.app.platform.now(), move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
    .map_err(|problem| problem.code().to_owned())
}

/// Somebody who knows the backups.
struct Known(Proven);

impl Backups for Known {
    fn proven(&self) -> platform::Result<Proven> {
        Ok(self.0.clone())
    }
}

fn unmet(year: &Value) -> Vec<&str> {
    let checks = year["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["passed"] == false).map(|check| check["key"].as_str().unwrap()).collect()
}

async fn hand_over(desk: &Caller, id: &str) -> (StatusCode, Value) {
    let deliver = json!({ "version": version(desk, id).await, "receiver_name": "王海燕",
        "receiver_id_number": "449902198803120267", "way": "self", "note": "" });
    let answer = desk.request(Method::POST, &format!("/cases/{id}/deliver"), Some(deliver)).await;
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

/// A year is closed when all of it is done and kept, not before, and says what is missing. Then the database refuses
/// every change to its cases, to the product and to whoever is connected past it; lists leave it out and say so; papers
/// and lists of all years are still read. It is opened again with a reason, and all of that is in the log.
///
/// req: OPS-016
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_year_is_read_and_not_changed() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (id, number) = closed(&world).await;
        let citizen = world.citizen("haiyan").await;
        let open = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &open).await });
        citizen.post(&format!("/my/cases/{open}/submit"), body).await;
        handed_in(&world, &id, datetime!(2025-03-03 02:00 UTC)).await;
        // The last hour of the year, in China.
        handed_in(&world, &open, datetime!(2025-12-31 15:30 UTC)).await;

        let admin = world.staff("sysadmin").await;
        // Dated back past the product: the reconciliation finds it.
        world.app.casework.check_figures().await.unwrap();
        let years = admin.get("/case-years").await;
        let old = years["items"].as_array().unwrap().iter().find(|one| one["year"] == 2025).unwrap();
        assert_eq!((&old["filed"], &old["open"], &old["over"]), (&json!(2), &json!(1), &json!(true)), "{years}");

        let path = "/case-years/2025";
        let before = admin.get(path).await;
        assert_eq!(unmet(&before), ["open", "archive"], "{before}");
        let close =
            |version: &Value, note: &str| json!({ "version": version, "reason": "年度归档完成", "backup_note": note });
        let note = "异地备份机 3 号盘，运维组李工核对";
        let (status, problem) =
            admin.refused(Method::POST, &format!("{path}/close"), Some(close(&json!(0), note))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("year_not_ready")));
        assert!(problem["title"].as_str().unwrap().contains("还有 1 件在办"), "{problem}");
        let this = admin.get("/case-years/2026").await;
        assert!(unmet(&this).contains(&"over") && unmet(&this).contains(&"earlier"), "{this}");

        // The open one is withdrawn; in the night both get their files.
        let withdraw = json!({ "version": version(&world.staff("clerk").await, &open).await, "reason": "信息填错了" });
        citizen.post(&format!("/my/cases/{open}/withdraw"), withdraw).await;
        world.settle().await;
        world.clock.advance(time::Duration::days(1));
        world.settle().await;
        let admin = world.staff("sysadmin").await;
        let ready = admin.get(path).await;
        assert_eq!(unmet(&ready), Vec::<&str>::new(), "{ready}");
        // Where backups are known, the newest drilled one has to hold all of the year.
        let old = Proven::Of(datetime!(2025-06-01 00:00 UTC));
        for (proven, enough) in [(Proven::None, false), (old, false), (Proven::Of(world.app.platform.now()), true)] {
            let archive = world.app.archive.clone().with_backups(Arc::new(Known(proven.clone())));
            let checked = archive.checked_year(2025).await.unwrap();
            let backup = checked.checks.iter().find(|check| check.key == "backup").unwrap();
            assert_eq!((backup.passed, checked.wants_backup_note), (enough, false), "{proven:?}: {}", backup.found);
        }
        let (status, problem) = admin.refused(Method::POST, &format!("{path}/close"), Some(close(&json!(0), ""))).await;
        assert_eq!(
            (status, &problem["errors"][0]["pointer"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("/backup_note"))
        );
        let no_reason = json!({ "version": 0, "reason": " ", "backup_note": note });
        let (status, problem) = admin.refused(Method::POST, &format!("{path}/close"), Some(no_reason)).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/reason")));
        let done = admin.post(&format!("{path}/close"), close(&json!(0), note)).await;
        assert_eq!((&done["closed"], &done["version"]), (&json!(true), &json!(1)), "{done}");
        let again = admin.refused(Method::POST, &format!("{path}/close"), Some(close(&json!(1), note))).await;
        assert_eq!(again.1["code"], "year_closed_already");

        // Nobody changes it: not an act, not a statement past the product.
        let desk = world.staff("delivery").await;
        let (status, problem) = hand_over(&desk, &id).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("year_closed")), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("年度"), "{problem}");
        for sql in [
            "UPDATE cases SET applicant_name = '别人'",
            "DELETE FROM cases",
            "UPDATE case_events SET text = '改过'",
            "DELETE FROM case_events",
            "UPDATE case_materials SET name = '改过'",
            "DELETE FROM case_materials",
            "UPDATE case_documents SET number = '1'",
            "DELETE FROM case_documents",
        ] {
            assert_eq!(change(&world, sql).await, Err("year_closed".to_owned()), "{sql}");
        }
        // What is not the case's content may still change: another key, the account that finds its own case.
        for sql in [
            "UPDATE cases SET personal_sealed = personal_sealed",
            "UPDATE cases SET account_id = account_id, version = version",
            "UPDATE case_documents SET file_id = file_id, data_sealed = data_sealed",
        ] {
            assert_eq!(change(&world, sql).await, Ok(()), "{sql}");
        }

        // It is read as before; lists leave it out, say so, and show it when asked.
        assert_eq!(desk.get(&format!("/cases/{id}")).await["case_number"], number);
        let hot = desk.get("/cases").await;
        assert_eq!((&hot["total"], &hot["since"]), (&json!(0), &json!("2026-01-01")), "{hot}");
        let all = desk.get("/cases?years=all").await;
        assert_eq!((&all["total"], &all["since"]), (&json!(2), &Value::Null), "{all}");
        let by_day = desk.get("/cases?from=2025-01-01&to=2025-12-31").await;
        assert_eq!(by_day["total"], 2, "{by_day}");
        let library = world.staff("approver").await.get("/library/cases").await;
        assert_eq!(library["total"], 2, "{library}");

        // Opened again with a reason, by the version that was read.
        let reopen = |version: i64| json!({ "version": version, "reason": "申请人来领取结果，需要登记" });
        let stale = admin.refused(Method::POST, &format!("{path}/reopen"), Some(reopen(0))).await;
        assert_eq!((stale.0, &stale.1["code"]), (StatusCode::CONFLICT, &json!("stale_version")));
        let opened = admin.post(&format!("{path}/reopen"), reopen(1)).await;
        assert_eq!((&opened["closed"], &opened["version"]), (&json!(false), &json!(2)), "{opened}");
        let (status, told) = hand_over(&desk, &id).await;
        assert!(status.is_success(), "{told}");
        assert_eq!(desk.get("/cases").await["since"], Value::Null);
        let twice = admin.refused(Method::POST, &format!("{path}/reopen"), Some(reopen(2))).await;
        assert_eq!(twice.1["code"], "year_not_closed");

        world.settle().await;
        let auditor = world.staff("auditor").await;
        for act in ["year.close", "year.reopen"] {
            let lines = auditor.get(&format!("/security/audit?action={act}")).await;
            assert!(lines["total"].as_u64().unwrap() >= 1, "{act}: {lines}");
        }
        world.close().await;
    }
}

/// Years are seen by who looks after the system, closed by who answers for it.
///
/// req: OPS-016
#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_close_a_year_is_refused() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let close = Some(json!({ "version": 0, "reason": "年度归档完成" }));
        let clerk = world.staff("clerk").await;
        let operator = world.staff("operator").await;
        let nobody = world.nobody();
        let citizen = world.citizen("haiyan").await;
        assert_eq!(operator.get("/case-years").await["items"][0]["year"], 2026);
        for path in ["/case-years/2025/close", "/case-years/2025/reopen"] {
            for (who, status) in [
                (&nobody, StatusCode::UNAUTHORIZED),
                (&citizen, StatusCode::UNAUTHORIZED),
                (&clerk, StatusCode::FORBIDDEN),
                (&operator, StatusCode::FORBIDDEN),
            ] {
                assert_eq!(who.refused(Method::POST, path, close.clone()).await.0, status, "{path}");
            }
        }
        assert_eq!(clerk.refused(Method::GET, "/case-years", None).await.0, StatusCode::FORBIDDEN);
        let admin = world.staff("sysadmin").await;
        assert_eq!(admin.refused(Method::GET, "/case-years/1999", None).await.0, StatusCode::NOT_FOUND);
        world.close().await;
    }
}
