//! Paper between offices: listed, signed out and in by its code; what is late or missing shows.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

use crate::fees::{accept, file_as};
use crate::world::{Caller, World};

/// The organisation a staff user belongs to, by the login.
async fn org_of(world: &World, login: &str) -> String {
    world.app.identity.staff_by_login(login).await.unwrap().unwrap().org_id.to_string()
}

async fn case(world: &World, citizen: &Caller, clerk: &Caller) -> String {
    let id = file_as(citizen, "valid", json!({}), json!({ "way": "self" })).await;
    accept(world, clerk, &id).await;
    id
}

fn texts(case: &Value, kind: &str) -> Vec<String> {
    let all = case["events"].as_array().unwrap();
    all.iter().filter(|one| one["kind"] == kind).map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

/// req: CASE-024, CASE-025
#[tokio::test(flavor = "multi_thread")]
async fn paper_is_signed_out_and_in_and_what_is_late_or_missing_shows() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        world.connect().await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let receiver = world.staff("maker-city").await;
        let id = case(&world, &citizen, &clerk).await;
        let to = org_of(&world, "maker-city").await;
        let piece = |name: &str, copies: i64| json!({ "case_id": id, "name": name, "copies": copies });

        // Fields are named; a case outside one's reach does not exist.
        let bad = json!({ "to_org_id": to, "pieces": [{ "case_id": id, "name": "", "copies": 0 }] });
        let (_, problem) = clerk.refused(Method::POST, "/hand-overs", Some(bad)).await;
        let pointers: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/pieces/0/name", "/pieces/0/copies"]);
        let stranger = world.staff("clerk").await;
        let theirs = json!({ "to_org_id": to, "pieces": [piece("合同", 1)] });
        assert_eq!(stranger.refused(Method::POST, "/hand-overs", Some(theirs)).await.0, StatusCode::NOT_FOUND);

        // Across levels a parcel goes with it; the same key makes one list.
        let party = |name: &str| json!({ "name": name, "phone": "0679-8800216", "region": "449900000000", "address": "示例市政务服务中心" });
        let new = json!({
            "to_org_id": to, "note": "原件，用完退回", "pieces": [piece("不动产权证书（原件）", 1), piece("买卖合同", 2)],
            "courier": { "sender": party("登记中心"), "receiver": party("示例市政务服务中心"), "weight_g": 800 },
        });
        let made = clerk.keyed("/hand-overs", "hand-over-key-1", new.clone()).await;
        assert_eq!(clerk.keyed("/hand-overs", "hand-over-key-1", new).await["id"], made["id"]);
        let (list, number) = (made["id"].as_str().unwrap(), made["number"].as_str().unwrap());
        world.settle().await;
        let parcel = clerk.get(&format!("/shipments/{}", made["shipment_id"].as_str().unwrap())).await;
        assert_eq!(
            (parcel["kind"].as_str(), parcel["state"].as_str()),
            (Some("material"), Some("ordered")),
            "{parcel}"
        );
        assert!(clerk.bytes(&format!("/hand-overs/{list}/sheet")).await.starts_with(b"%PDF"));

        // Not before it was signed out, and not by others.
        let code = format!("{}/desk/hand-overs/receive?code={number}", world.base);
        let receive = json!({ "code": code });
        assert_eq!(
            receiver.refused(Method::POST, "/hand-overs/receive", Some(receive.clone())).await.1["code"],
            "hand_over_not_sent"
        );
        let send = format!("/hand-overs/{list}/send");
        assert_eq!(receiver.refused(Method::POST, &send, Some(json!({ "version": 1 }))).await.0, StatusCode::NOT_FOUND);
        let sent = clerk.post(&send, json!({ "version": made["version"] })).await;
        assert_eq!((sent["state"].as_str(), sent["overdue"].as_bool()), (Some("sent"), Some(false)));
        assert_eq!(
            clerk.refused(Method::POST, "/hand-overs/receive", Some(receive.clone())).await.0,
            StatusCode::NOT_FOUND
        );

        // Two working days later (Mid-Autumn between them is not counted) it is late on both sides.
        world.clock.advance(Duration::days(3));
        let (clerk, receiver) = (world.staff("clerk-estate").await, world.staff("maker-city").await);
        for (who, side) in [(&clerk, "out"), (&receiver, "in")] {
            let late = who.get(&format!("/hand-overs?side={side}&state=overdue")).await;
            assert_eq!((late["total"].as_u64(), late["overdue"].as_u64()), (Some(1), Some(1)), "{late}");
        }

        // One copy is missing: that wants a remark, and shows until it is signed in too.
        let short = json!({ "code": number, "fewer": [{ "no": 2, "copies": 1 }] });
        let (status, problem) = receiver.refused(Method::POST, "/hand-overs/receive", Some(short.clone())).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/remark"))
        );
        let mut short = short;
        short["remark"] = json!("少一份合同，已电话告知");
        let missing = receiver.post("/hand-overs/receive", short).await;
        assert_eq!(
            (missing["state"].as_str(), missing["pieces"][1]["received"].as_i64()),
            (Some("missing"), Some(1)),
            "{missing}"
        );
        assert_eq!(receiver.get("/hand-overs").await["missing"], 1);
        let done = receiver.post("/hand-overs/receive", receive.clone()).await;
        assert_eq!((done["state"].as_str(), done["pieces"][1]["received"].as_i64()), (Some("received"), Some(2)));
        assert_eq!(
            receiver.refused(Method::POST, "/hand-overs/receive", Some(receive)).await.1["code"],
            "hand_over_state"
        );
        let case = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!(texts(&case, "material_hand_over").len(), 1);
        assert_eq!(texts(&case, "material_sign_for").len(), 2, "with the piece that followed");
        let csv = String::from_utf8(clerk.bytes("/hand-overs/export").await).unwrap();
        assert!(csv.contains(number), "{csv}");
        assert_eq!(
            world.staff("clerk").await.refused(Method::GET, &format!("/hand-overs/{list}"), None).await.0,
            StatusCode::NOT_FOUND
        );
        world.close().await;
    }
}
