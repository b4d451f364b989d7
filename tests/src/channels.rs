//! Applications of every channel lie in one pool; each channel is told what became of its own.

use reqwest::StatusCode;
use serde_json::{Value, json};
use simulators::channels::CHANNELS;

use crate::exchange::application;
use crate::main_job::{complete, version};
use crate::world::World;

const FOOD: &str = "food-operation-permit";

async fn register(world: &World) {
    for (key, app_id, secret, _) in CHANNELS {
        let address = format!("{}/{key}/status", world.outside("channels"));
        world.channel(app_id, secret, key, &[FOOD], address).await;
    }
    sync(world).await;
}

async fn sync(world: &World) {
    let at = world.app.platform.now().unix_timestamp();
    for (key, ..) in CHANNELS {
        say(world, key, "hall", json!({ "url": world.base, "at": at })).await;
    }
}

async fn say(world: &World, key: &str, path: &str, body: Value) -> Value {
    let (status, answer) = world.post_outside(&format!("{}/{key}/{path}", world.outside("channels")), &body).await;
    assert_eq!(status, StatusCode::OK, "{key}/{path}: {answer}");
    answer
}

/// What a channel knows of a case, oldest first: standard event and state.
async fn told(world: &World, key: &str, number: &str) -> Vec<(String, String)> {
    let (_, all) = world.visit(&format!("{}/{key}/cases", world.outside("channels"))).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = all["cases"][number].as_array().cloned().unwrap_or_default();
    list.iter().map(|one| (text(&one["event"]), text(&one["source_number"]))).collect()
}

async fn told_so_far(world: &World, key: &str, number: &str, count: usize) -> Vec<(String, String)> {
    for _ in 0..200 {
        let now = told(world, key, number).await;
        if now.len() >= count {
            return now;
        }
        world.settle().await;
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{key} knows {:?}", told(world, key, number).await);
}

/// Each channel files by the same signed interface: its cases carry its mark, lie in the pending list and before the
/// clerk as a task, can be corrected with trace, and state and result flow back to the channel in order, once, also
/// after it was down for an hour.
///
/// req: CASE-008
#[tokio::test(flavor = "multi_thread")]
async fn every_channel_files_into_one_pool_and_hears_back() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        register(&world).await;
        let clerk = world.staff("clerk").await;
        let mut numbers = Vec::new();
        for (key, _, _, name) in CHANNELS {
            let source = format!("{key}-1");
            let made = say(&world, key, "apply", application(&source)).await;
            assert_eq!(
                (made["status"].as_u64(), made["answer"]["result"].as_str()),
                (Some(200), Some("taken")),
                "{made}"
            );
            let again = say(&world, key, "apply", application(&source)).await;
            assert_eq!(again["answer"]["result"], "duplicate", "sent twice, one case");
            let number = made["answer"]["case_number"].as_str().unwrap().to_owned();
            let list = clerk.get(&format!("/cases?channel={key}")).await;
            assert_eq!(
                (list["total"].as_u64(), list["items"][0]["case_number"].as_str()),
                (Some(1), Some(number.as_str()))
            );
            assert_eq!(list["items"][0]["state"], "submitted", "pending");
            let first = told_so_far(&world, key, &number, 1).await;
            assert_eq!(first, [("apply".to_owned(), source)], "{name}");
            numbers.push((key, number));
        }
        let tasks = clerk.get("/tasks?limit=100").await;
        let waiting =
            |number: &str| tasks["items"].as_array().unwrap().iter().any(|one| one["case"]["case_number"] == number);
        assert!(numbers.iter().all(|(_, number)| waiting(number)), "each is a to-do that opens the case: {tasks}");

        // One goes the whole way while its channel is down for an hour.
        let (key, number) = numbers.iter().find(|(key, _)| *key == "wechat").unwrap();
        let id = world.app.casework.case_for_message(number).await.unwrap().unwrap().id.to_string();
        let mend = json!({ "version": version(&clerk, &id).await, "reason": "申请人电话里说明，补写备注", "data": { "remarks": "堂食为主，兼做外卖，早餐时段也营业。" } });
        let approver = world.staff("approver").await;
        approver.post(&format!("/form-data/{id}/correct"), mend).await;
        let seen = approver.get(&format!("/form-data/{id}")).await;
        assert_eq!(seen["corrections"].as_array().unwrap().len(), 1, "{seen}");
        say(&world, key, "behave", json!({ "down": true })).await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        complete(&world.staff("reviewer").await, &id, "pass", "材料齐全").await;
        world.settle().await;
        for _ in 0..12 {
            world.clock.advance(time::Duration::minutes(5));
            sync(&world).await;
            world.settle().await;
        }
        assert_eq!(told(&world, key, number).await.len(), 1, "down");
        say(&world, key, "behave", json!({ "down": false })).await;
        complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &id, "granted", "同意").await;
        for _ in 0..3 {
            world.clock.advance(time::Duration::minutes(60));
            sync(&world).await;
            world.settle().await;
        }
        let all = told_so_far(&world, key, number, 6).await;
        let events: Vec<&str> = all.iter().map(|(event, _)| event.as_str()).collect();
        assert_eq!(events, ["apply", "accept", "review", "review", "review", "close"]);
        let (_, known) = world.visit(&format!("{}/{key}/cases", world.outside("channels"))).await;
        let last = known["cases"][number].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["outcome"].as_str(), last["state"].as_str()), (Some("granted"), Some("closed")), "{last}");
        // Another channel hears nothing of it.
        assert!(told(&world, "province", number).await.is_empty());
        world.close().await;
    }
}

/// An application with materials named by address: taken in at once, its files fetched by a job and kept with the case,
/// again when the channel was down; an altered one is told to the clerk and not kept; an address that is none of the
/// channel's is refused.
///
/// req: CASE-008, OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn files_named_by_address_come_over() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        register(&world).await;
        let named = |name: &str, address: String| {
            let bytes = simulators::channels::file(name);
            let sm3 = base::encoding::to_hex(&base::crypto::sm3(&bytes));
            json!({ "name": name, "size": bytes.len(), "sm3": sm3, "url": address })
        };
        let of = |name: &str| named(name, format!("{}/wechat/files/{name}", world.outside("channels")));
        let mut application = application("files-1");
        application["data"]["materials"]["m03"] = json!({ "files": [of("layout.pdf")] });
        application["data"]["materials"]["m04"] = json!({ "files": [of("altered.pdf")] });
        let own = world.outside("channels");
        let own = own.trim_start_matches("http://").split('/').next().unwrap();
        for address in [
            "http://10.0.0.1/x.pdf".to_owned(),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            "http://127.0.0.1:1/x.pdf".to_owned(),
            "file:///etc/passwd".to_owned(),
            format!("https://{own}/x.pdf"),
            format!("http://{own}@10.0.0.1/x.pdf"),
            format!("http://somebody:secret@{own}/x.pdf"),
            format!("http://10.0.0.1/#@{own}/x.pdf"),
            format!("http://10.0.0.1\\@{own}/x.pdf"),
            format!("//{own}/x.pdf"),
        ] {
            let mut elsewhere = application.clone();
            elsewhere["data"]["materials"]["m04"] = json!({ "files": [named("x.pdf", address.clone())] });
            let refused = say(&world, "wechat", "apply", elsewhere).await;
            assert_eq!(
                (refused["status"].as_u64(), refused["answer"]["errors"][0]["pointer"].as_str()),
                (Some(422), Some("/data/materials/m04/files/0/url")),
                "{address}: {refused}"
            );
        }
        say(&world, "wechat", "behave", json!({ "down": true })).await;
        let made = say(&world, "wechat", "apply", application).await;
        assert_eq!(made["answer"]["result"], "taken", "the application does not wait: {made}");
        let number = made["answer"]["case_number"].as_str().unwrap();
        let id = world.app.casework.case_for_message(number).await.unwrap().unwrap().id.to_string();
        let path = format!("/cases/{id}/exchange");
        let clerk = world.staff("clerk").await;
        let mut waits = clerk.get(&path).await;
        while waits["fetches"][1]["reason"].is_null() {
            world.settle().await;
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            waits = clerk.get(&path).await;
        }
        let states = |of: &Value| -> Vec<String> {
            let list = of["fetches"].as_array().unwrap().iter();
            list.map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["state"].as_str().unwrap())).collect()
        };
        assert_eq!(states(&waits), ["layout.pdf waiting", "altered.pdf waiting"], "{waits}");
        assert!(waits["fetches"][0]["reason"].as_str().unwrap().contains("503"), "{waits}");
        let files = |case: &Value, key: &str| {
            let found = case["materials"].as_array().unwrap().iter().find(|one| one["key"] == key).unwrap().clone();
            found["files"].as_array().unwrap().clone()
        };
        assert!(files(&clerk.get(&format!("/cases/{id}")).await, "m03").is_empty());

        say(&world, "wechat", "behave", json!({ "down": false })).await;
        world.clock.advance(time::Duration::minutes(2));
        sync(&world).await;
        for _ in 0..100 {
            world.settle().await;
            if clerk.get(&path).await["fetches"][0]["state"] == "kept" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let now = clerk.get(&path).await;
        assert_eq!(states(&now), ["layout.pdf kept", "altered.pdf failed"], "{now}");
        let case = clerk.get(&format!("/cases/{id}")).await;
        let file = files(&case, "m03")[0]["id"].as_str().unwrap().to_owned();
        let bytes = clerk.bytes(&format!("/cases/{id}/files/{file}")).await;
        assert_eq!(bytes, simulators::channels::file("layout.pdf"));
        assert!(files(&case, "m04").is_empty());
        assert!(
            case["events"].as_array().unwrap().iter().any(|one| one["text"].as_str().unwrap().contains("取回文件"))
        );
        let staff = world.app.identity.staff_by_login("clerk").await.unwrap().unwrap();
        let inbox = platform::messages::inbox(&world.app.platform, &format!("staff:{}", staff.id), 50).await.unwrap();
        assert!(inbox.iter().any(|one| one.text.contains("altered.pdf")), "{inbox:?}");
        // Somebody has it fetched again; nobody of another body can.
        let stranger = world.staff("clerk-estate").await;
        let again = format!("{path}/fetch");
        assert_eq!(stranger.refused(reqwest::Method::POST, &again, None).await.0, StatusCode::NOT_FOUND);
        clerk.post(&again, json!({})).await;
        world.settle().await;
        world.close().await;
    }
}
