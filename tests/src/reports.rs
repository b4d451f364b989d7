//! Quality before reporting: what is wrong is held with its reasons, mended and sent; each day is compared with the upper
//! platform.

use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::exchange::{caught_up, report_in};
use crate::main_job::{draft_version, filled_draft, version};
use crate::world::World;

async fn sql(world: &World, statement: &'static str) {
    let db = &world.app.platform.db;
    let statement = Statement::from_string(db.backend(), statement);
    db.write(world.app.platform.now(), move |tx| {
        Box::pin(async move {
            tx.conn().execute_raw(statement).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

fn fields(check: &Value) -> Vec<(&str, bool)> {
    let list = check["problems"].as_array().unwrap().iter();
    list.map(|one| (one["field"].as_str().unwrap(), one["mendable"].as_bool().unwrap())).collect()
}

/// A case with a missing code and a broken material list is not reported: its reasons stand by field, what only the report
/// lacks is mended there with a reason, what the case says wrongly in the case; then it goes up by itself. The day is the
/// same on both sides, and a message lost or invented over there shows.
///
/// req: CASE-042
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_the_check_is_held_mended_and_sent() {
    for backend in testkit::backends() {
        let world = World::with_upper(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        let number = receipt["case_number"].as_str().unwrap();
        caught_up(&world, number, 1).await;
        world.upper_down(true).await;
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        world.settle().await;
        sql(&world, "UPDATE cases SET handle_item = 'gone'").await;
        sql(&world, "UPDATE case_materials SET handing = 'somehow' WHERE key = 'm03'").await;
        world.upper_down(false).await;
        let admin = world.staff("sysadmin").await;
        admin.post(&format!("/exchange/reports/{id}/resend"), json!({})).await;
        let held = report_in(&world, &admin, "held").await;
        assert_eq!(held["items"][0]["state_label"], "质检未通过");
        assert!(held["items"][0]["last_error"].as_str().unwrap().contains("缺少业务办理项编码"), "{held}");
        let path = format!("/exchange/reports/{id}");
        let check = admin.get(&format!("{path}/check")).await;
        assert_eq!(fields(&check), [("handle_item_code", true), ("materials", false)], "{check}");
        let (status, problem) = admin.refused(Method::POST, &format!("{path}/resend"), Some(json!({}))).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("report_held")));

        // Mended for the report: only what the report may say otherwise than the case, and with a reason.
        let mend = |data: Value, reason: &str| json!({ "version": check["version"], "data": data, "reason": reason });
        let wrong = mend(json!({ "materials": "都有" }), "对方要求");
        let (status, problem) = admin.refused(Method::PUT, &format!("{path}/mended"), Some(wrong)).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/data/materials"))
        );
        let code = "11449902MB9900128N444013100400001";
        let right = mend(json!({ "handle_item_code": code }), "上级平台要求按旧编码报");
        let mended = admin.put(&format!("{path}/mended"), right.clone()).await;
        assert_eq!((mended["passed"].as_bool(), fields(&mended)), (Some(false), vec![("materials", false)]));
        assert_eq!(mended["mended"]["handle_item_code"], code);
        let (status, _) = admin.refused(Method::PUT, &format!("{path}/mended"), Some(right)).await;
        assert_eq!(status, StatusCode::CONFLICT, "an old page");
        assert_eq!(world.upper_progress(number).await["events"].as_array().unwrap().len(), 1, "held back");

        // Mended in the case, checked again: it goes up.
        sql(&world, "UPDATE case_materials SET handing = 'upload' WHERE key = 'm03'").await;
        world.upper_clock().await;
        assert_eq!(admin.post(&format!("{path}/check"), json!({})).await["passed"], true);
        caught_up(&world, number, 2).await;
        assert_eq!(admin.get("/exchange/reports?state=held").await["total"], 0);

        // The day on both sides.
        let day = admin.put("/exchange/reconciliations/2026-09-21", json!({})).await;
        assert_eq!(
            (day["equal"].as_bool(), day["ours"].as_i64(), day["theirs"].as_i64()),
            (Some(true), Some(2), Some(2))
        );
        let forget = format!("{}/days/forget", world.outside("upper"));
        world.post_outside(&forget, &json!({ "day": "2026-09-21" })).await;
        let day = admin.put("/exchange/reconciliations/2026-09-21", json!({})).await;
        assert_eq!(
            (day["missing"][0]["case_number"].as_str(), day["missing"][0]["what"].as_str()),
            (Some(number), Some("上报受理"))
        );
        assert_eq!((day["extra"][0]["case_number"].as_str(), day["equal"].as_bool()), (Some("X-1"), Some(false)));
        let list = admin.get("/exchange/reconciliations").await;
        assert_eq!(
            (list["total"].as_u64(), list["items"][0]["day"].as_str()),
            (Some(1), Some("2026-09-21")),
            "one row a day"
        );
        let (status, _) = admin.refused(Method::PUT, "/exchange/reconciliations/2036-01-01", Some(json!({}))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        world.close().await;
    }
}
