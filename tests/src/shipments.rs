//! Results and archive boxes by courier: ordered at once, followed to the signature, mended when an order fails.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

use crate::fees::{accept, file_as, reviewed};
use crate::main_job::complete;
use crate::world::{Caller, World};

/// A granted transfer of a home whose result goes by post; nothing is left to do but to send it.
async fn closed(world: &World, citizen: &Caller, address: &str, way: &str) -> String {
    let to = json!({ "name": "李明", "phone": "19900000002", "region": "449902000000", "address": address });
    let delivery = if way == "post" { json!({ "way": "post", "address": to }) } else { json!({ "way": way }) };
    let id = file_as(citizen, "valid", json!({}), delivery).await;
    let clerk = world.staff("clerk-estate").await;
    accept(world, &clerk, &id).await;
    let due = reviewed(&clerk, &id).await;
    let receipt = format!("YH{}", id.replace('-', ""));
    let paid = json!({ "version": due["version"], "receipt_number": receipt });
    clerk.post(&format!("/cases/{id}/fee/confirm-bank"), paid).await;
    complete(&world.staff("reviewer-estate").await, &id, "pass", "材料齐全").await;
    complete(&world.staff("approver-estate").await, &id, "granted", "同意登记").await;
    world.settle().await;
    complete(&world.staff("maker-estate").await, &id, "pass", "已缮证").await;
    world.settle().await;
    assert_eq!(clerk.get(&format!("/cases/{id}")).await["state"], "closed");
    id
}

async fn outside(world: &World, path: &str, body: Value) {
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.post(format!("{}{path}", world.outside("courier"))).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{path} {}", answer.status());
}

/// Many at once: those that can't go are named with the reason, the others get a waybill each; the parcel is followed
/// until it is signed for, and then the result counts as handed over.
///
/// req: CASE-028, CASE-030
#[tokio::test(flavor = "multi_thread")]
async fn results_go_by_courier_many_at_once_and_are_handed_over_when_signed_for() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let posted = closed(&world, &citizen, "示例街道文园路 5 号 1 栋 601 室", "post").await;
        let fetched = closed(&world, &citizen, "", "self").await;
        let draft = file_as(&citizen, "valid", json!({}), json!({ "way": "self" })).await;

        let ask = json!({ "case_ids": [posted, fetched, draft], "weight_g": 1200 });
        let first = clerk.keyed("/shipments", "ship-key-0001", ask.clone()).await;
        assert_eq!(first["made"], 1, "{first}");
        let reasons: Vec<_> =
            first["left_out"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
        assert!(
            reasons.contains(&"申请人没有选邮寄") && reasons.iter().any(|one| one.contains("办结以后")),
            "{reasons:?}"
        );
        let again = clerk.keyed("/shipments", "ship-key-0001", ask.clone()).await;
        assert_eq!(again["batch_id"], first["batch_id"], "the same key makes one batch");
        let other = clerk.post("/shipments", ask).await;
        assert!(other["left_out"].to_string().contains("已经寄了"), "{other}");
        world.settle().await;

        // One list: waybill, cost by the contract, people masked.
        let list = clerk.get("/shipments").await;
        assert_eq!((list["total"].as_u64(), list["counts"]["ordered"].as_u64()), (Some(1), Some(1)), "{list}");
        let row = &list["items"][0];
        let (id, waybill) = (row["id"].as_str().unwrap(), row["waybill"].as_str().unwrap());
        assert_eq!(
            (row["cost_fen"].as_i64(), row["cost_rule"].as_str(), row["payer_label"].as_str()),
            (Some(1400), Some("同城"), Some("收件人付"))
        );
        assert_eq!(
            (row["receiver"]["name"].as_str(), row["receiver"]["phone"].as_str()),
            (Some("李*"), Some("199****0002"))
        );
        assert!(!row.to_string().contains("601"), "{row}");
        assert!(world.sms().await.iter().any(|text| text.contains(waybill)), "the applicant is told");
        let case = clerk.get(&format!("/cases/{posted}")).await;
        assert_eq!(case["state"], "closed", "on the way is not handed over");
        assert!(case["events"].as_array().unwrap().iter().any(|one| one["kind"] == "courier_order"));

        // Followed: at the next look it has been signed for.
        for _ in 0..3 {
            outside(&world, &format!("/orders/{waybill}/advance"), Value::Null).await;
        }
        world.clock.advance(Duration::hours(3));
        world.tell_the_time().await;
        world.settle().await;
        let clerk = world.staff("clerk-estate").await;
        let after = clerk.get(&format!("/shipments/{id}")).await;
        assert_eq!(
            (after["state"].as_str(), after["track"].as_array().unwrap().len()),
            (Some("delivered"), 4),
            "{after}"
        );
        let case = clerk.get(&format!("/cases/{posted}")).await;
        assert_eq!(case["state"], "delivered");
        let orders = case["events"].as_array().unwrap().iter().filter(|one| one["kind"] == "courier_order").count();
        assert_eq!(orders, 1, "one parcel is one order");
        let citizen = world.citizen("li-ming").await;
        let mine = citizen.get(&format!("/my/cases/{posted}/shipments")).await;
        assert_eq!(
            (mine["items"][0]["state_label"].as_str(), mine["items"][0]["waybill"].as_str()),
            (Some("已签收"), Some(waybill))
        );
        assert_eq!(
            clerk
                .refused(
                    Method::POST,
                    &format!("/shipments/{id}/cancel"),
                    Some(json!({ "version": after["version"], "reason": "不寄了" }))
                )
                .await
                .1["code"],
            "shipment_collected"
        );
        let stranger = world.staff("clerk").await;
        assert_eq!(stranger.get("/shipments").await["total"], 0);
        assert_eq!(stranger.refused(Method::GET, &format!("/shipments/{id}"), None).await.0, StatusCode::NOT_FOUND);
        let other = world.citizen("haiyan").await;
        assert_eq!(
            other.refused(Method::GET, &format!("/my/cases/{posted}/shipments"), None).await.0,
            StatusCode::NOT_FOUND
        );
        let csv = String::from_utf8(clerk.bytes("/shipments/export?kind=result").await).unwrap();
        assert!(csv.contains(waybill) && !csv.contains("李明"), "{csv}");
        world.close().await;
    }
}

/// A refused order shows and is mended; a courier that is down only delays; a parcel is called off until it is fetched.
///
/// req: CASE-030
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_order_shows_and_is_mended() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let id = closed(&world, &citizen, "无法送达路 1 号", "post").await;
        clerk.post("/shipments", json!({ "case_ids": [id] })).await;
        world.settle().await;
        let failed = clerk.get("/shipments?state=failed").await["items"][0].clone();
        assert_eq!(failed["error"], "快递不接单：收件地址不在派送范围", "{failed}");
        let shipment = failed["id"].as_str().unwrap();

        // The courier is down when it is tried again with a mended address: it waits, and goes out afterwards.
        outside(&world, "/control", json!({ "down": true })).await;
        let receiver =
            json!({ "name": "李明", "phone": "19900000002", "region": "449902000000", "address": "文园路 5 号" });
        let retry = json!({ "version": failed["version"], "receiver": receiver });
        clerk.post(&format!("/shipments/{shipment}/retry"), retry.clone()).await;
        assert_eq!(
            clerk.refused(Method::POST, &format!("/shipments/{shipment}/retry"), Some(retry)).await.1["code"],
            "stale_version"
        );
        world.app.settle(&world.app.handlers()).await.unwrap();
        let waiting = clerk.get(&format!("/shipments/{shipment}")).await;
        assert_eq!(waiting["state"], "ordering");
        outside(&world, "/control", json!({ "down": false })).await;
        world.clock.advance(Duration::hours(1));
        world.tell_the_time().await;
        world.settle().await;
        let clerk = world.staff("clerk-estate").await;
        let ordered = clerk.get(&format!("/shipments/{shipment}")).await;
        assert_eq!((ordered["state"].as_str(), ordered["error"].as_str()), (Some("ordered"), None), "{ordered}");

        // Called off, it may be sent again.
        let cancel = format!("/shipments/{shipment}/cancel");
        let (status, problem) =
            clerk.refused(Method::POST, &cancel, Some(json!({ "version": ordered["version"], "reason": "" }))).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/reason"))
        );
        clerk.post(&cancel, json!({ "version": ordered["version"], "reason": "申请人改为自己来取" })).await;
        assert_eq!(clerk.post("/shipments", json!({ "case_ids": [id] })).await["made"], 1);
        world.close().await;
    }
}

/// Boxes for the archive go together, each with a waybill of its own, in one list with a state per box.
///
/// req: CASE-030
#[tokio::test(flavor = "multi_thread")]
async fn boxes_go_to_the_archive_each_with_its_waybill() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let clerk = world.staff("clerk-estate").await;
        let office = json!({ "name": "示例市不动产登记中心", "phone": "0679-8800216", "region": "449900000000", "address": "示例市政务服务中心" });
        let archive = json!({ "name": "示例市档案馆", "phone": "0679-8800999", "region": "449900000000", "address": "示例市档案路 1 号" });
        let boxes: Vec<Value> = (1..=3).map(|n| json!({ "label": format!("第 {n} 箱"), "weight_g": 2500 })).collect();
        let bad = json!({ "title": "", "sender": office, "receiver": { "name": "", "phone": "1", "address": "x" }, "boxes": [{ "label": "", "weight_g": 0 }] });
        let (_, problem) = clerk.refused(Method::POST, "/shipments/archive", Some(bad)).await;
        let pointers: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/title", "/receiver/name", "/boxes/0/label", "/boxes/0/weight_g"]);
        let ask = json!({ "title": "2026 年第三季度登记档案", "sender": office, "receiver": archive, "boxes": boxes });
        let made = clerk.post("/shipments/archive", ask).await;
        assert_eq!(made["made"], 3);
        world.settle().await;
        let list = clerk.get(&format!("/shipments?kind=archive&batch={}", made["batch_id"].as_str().unwrap())).await;
        assert_eq!((list["total"].as_u64(), list["counts"]["ordered"].as_u64()), (Some(3), Some(3)), "{list}");
        let items = list["items"].as_array().unwrap();
        let waybills: std::collections::BTreeSet<_> =
            items.iter().map(|one| one["waybill"].as_str().unwrap()).collect();
        assert_eq!(waybills.len(), 3);
        assert_eq!((items[0]["cost_fen"].as_i64(), items[0]["payer_label"].as_str()), (Some(1300), Some("单位付")));
        assert_eq!(world.staff("clerk").await.get("/shipments?kind=archive").await["total"], 0);
        world.close().await;
    }
}
