//! Materials that are not asked for, and the paper of a licence that is issued electronically.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::main_job::{complete, draft_version, filled_draft, version};
use crate::world::World;

/// What the licence library holds is offered in place of a material and not asked for; where it does not hold it, the
/// material is missing and the list says so, as it says what is of the wrong type. The clerk sees both.
///
/// req: CASE-006
#[tokio::test(flavor = "multi_thread")]
async fn what_the_libraries_hold_is_not_asked_for_and_the_list_says_what_lacks() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let path = format!("/my/cases/{id}");
        let draft = citizen.get(&format!("{path}/draft")).await;
        let of = |draft: &Value, key: &str| {
            let all = draft["materials"].as_array().unwrap().clone();
            all.into_iter().find(|one| one["key"] == key).unwrap()
        };
        assert_eq!(of(&draft, "m02")["exempt"], "营业执照", "{draft}");
        assert_eq!(of(&draft, "m03")["exempt"], Value::Null, "no library holds it");
        assert_eq!(draft["problems"], json!([]), "complete without the paper: {}", draft["problems"]);

        // Taken away again it lacks, by name and place; a file of a type that is not taken is refused.
        let hand = json!({ "version": draft["version"], "files": [], "handing": "upload" });
        citizen.put(&format!("{path}/materials/m03"), hand).await;
        let draft = citizen.get(&format!("{path}/draft")).await;
        let problem = &draft["problems"][0];
        assert_eq!((&problem["pointer"], &problem["code"]), (&json!("/materials/m03"), &json!("material_missing")));
        let refused = citizen.upload("/files", "布局图.pdf", b"MZ\x90\x00 no picture".to_vec()).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let submit = json!({ "version": draft["version"] });
        let (status, _) = citizen.refused(Method::POST, &format!("{path}/submit"), Some(submit)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let file = citizen.pdf("布局图.pdf").await;
        let hand = json!({ "version": draft_version(&citizen, &id).await, "files": [file], "handing": "upload" });
        citizen.put(&format!("{path}/materials/m03"), hand).await;
        citizen.post(&format!("{path}/submit"), json!({ "version": draft_version(&citizen, &id).await })).await;
        let case = world.staff("clerk").await.get(&format!("/cases/{id}")).await;
        assert_eq!((&of(&case, "m02")["status"], &of(&case, "m03")["status"]), (&json!("exempt"), &json!("ok")));

        world.close().await;
    }
}

/// The decision issues the electronic licence; its paper is printed on a numbered blank, counted, written off and
/// printed anew with a reason.
///
/// req: CASE-027
#[tokio::test(flavor = "multi_thread")]
async fn a_granted_case_gives_the_electronic_licence_and_its_sheet() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        citizen.post(&format!("/my/cases/{id}/submit"), json!({ "version": draft_version(&citizen, &id).await })).await;
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{id}/accept"), accept).await;
        complete(&world.staff("reviewer").await, &id, "pass", "材料齐全").await;
        complete(&world.staff("inspector").await, &id, "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &id, "granted", "同意").await;
        world.settle().await;
        let licence = clerk.get(&format!("/cases/{id}")).await["licence"]["id"].as_str().unwrap().to_owned();
        let path = format!("/licences/{licence}/overprint");
        assert_eq!(clerk.get(&path).await["why_not"], Value::Null, "valid as soon as the case is decided");
        let blanks = json!({ "type_key": "food-operation-permit", "first": "JY0000001", "last": "JY0000050" });
        let first = clerk.keyed("/licence-blanks", "blanks-1", blanks.clone()).await;
        let again = clerk.keyed("/licence-blanks", "blanks-1", blanks).await;
        assert_eq!(first["id"], again["id"], "a second click receives nothing");
        let print = |number: &str, reason: &str| json!({ "stock_number": number, "printer": "窗口 6", "offset": { "x": 5, "y": -3 }, "reason": reason });
        let sheet = clerk.request(Method::POST, &path, Some(print("JY0000001", ""))).await;
        assert_eq!(sheet.status(), StatusCode::OK);
        let (status, problem) = clerk.refused(Method::POST, &path, Some(print("JY0000002", ""))).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/reason")));
        let spoil = json!({ "type_key": "food-operation-permit", "stock_number": "JY0000001", "reason": "墨迹模糊" });
        clerk.post("/licence-stock/spoil", spoil).await;
        let sheet = clerk.request(Method::POST, &path, Some(print("JY0000002", "上一张墨迹模糊"))).await;
        assert_eq!(sheet.status(), StatusCode::OK);
        let status = clerk.get(&path).await;
        assert_eq!((&status["prints"], &status["printers"][0]["offset"]["x"]), (&json!(2), &json!(5)), "{status}");
        let balance = clerk.get("/licence-stock/balance").await;
        assert_eq!(
            [&balance[0]["used"], &balance[0]["spoiled"], &balance[0]["left"]],
            [&json!(1), &json!(1), &json!(48)]
        );
        world.close().await;
    }
}

/// Two matters whose results are to be collected together: the one that is ready waits for the other; the applicant's
/// choice can be changed by the applicant, or at the window with a reason; when the last is ready the applicant is told
/// and the desk hands over. Each goes in its own way.
///
/// req: CASE-029
#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_collected_together_or_as_each_is_ready() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let citizen = world.citizen("haiyan").await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = filled_draft(&citizen).await;
            let body = json!({ "version": draft_version(&citizen, &id).await });
            citizen.post(&format!("/my/cases/{id}/submit"), body).await;
            ids.push(id);
        }
        let alone = json!({ "case_ids": [ids[0]], "mode": "together" });
        let (status, problem) = citizen.refused(Method::POST, "/my/collections", Some(alone)).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/case_ids")));
        let body = json!({ "case_ids": ids, "mode": "together" });
        let other = world.citizen("li-ming").await;
        assert_eq!(other.refused(Method::POST, "/my/collections", Some(body.clone())).await.0, StatusCode::NOT_FOUND);
        let set = citizen.keyed("/my/collections", "together-1", body.clone()).await;
        assert_eq!(citizen.keyed("/my/collections", "together-1", body.clone()).await["id"], set["id"]);
        let (_, problem) = citizen.refused(Method::POST, "/my/collections", Some(body)).await;
        assert_eq!(problem["code"], "in_collection");
        assert_eq!(other.get("/my/collections").await["total"], 0);
        let own = format!("/my/collections/{}", set["id"].as_str().unwrap());
        let change = json!({ "version": set["version"], "mode": "ready" });
        assert_eq!(other.refused(Method::PUT, &own, Some(change)).await.0, StatusCode::NOT_FOUND);

        // Each in its own way: the second by post.
        let mine = citizen.get(&format!("/my/cases/{}", ids[1])).await;
        let address =
            json!({ "name": "王海燕", "phone": "19900000001", "region": "示例区", "address": "和平路 12 号 3 栋" });
        let way = json!({ "version": mine["version"], "way": "post", "address": address });
        citizen.put(&format!("/my/cases/{}/delivery", ids[1]), way).await;
        let clerk = world.staff("clerk").await;
        let accept = json!({ "version": version(&clerk, &ids[0]).await, "note": "", "tolerated": [] });
        clerk.post(&format!("/cases/{}/accept", ids[0]), accept).await;
        complete(&world.staff("reviewer").await, &ids[0], "pass", "材料齐全").await;
        complete(&world.staff("inspector").await, &ids[0], "pass", "现场与布局图一致").await;
        complete(&world.staff("approver").await, &ids[0], "granted", "同意").await;
        world.settle().await;

        let desk = world.staff("delivery").await;
        let shown = desk.get(&format!("/cases/{}/collection", ids[0])).await;
        assert_eq!((&shown["waiting"], &shown["ready"]), (&json!(true), &json!(1)), "{shown}");
        let ways: Vec<&str> =
            shown["cases"].as_array().unwrap().iter().map(|one| one["way"].as_str().unwrap()).collect();
        assert_eq!(ways, ["self", "post"]);
        let deliver = async |desk: &crate::world::Caller| {
            let body = json!({ "version": version(desk, &ids[0]).await, "receiver_name": "王海燕",
                "receiver_id_number": "449902198803120267", "way": "self", "note": "" });
            desk.request(Method::POST, &format!("/cases/{}/deliver", ids[0]), Some(body)).await
        };
        let refused = deliver(&desk).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "collection_waiting", "{problem}");

        // Found at the counter by code, item or name, and taken away as a file.
        let number = shown["cases"][0]["case_number"].as_str().unwrap();
        for (query, total) in [
            (format!("?q={number}&state=waiting"), 1),
            ("?q=%E9%A3%9F%E5%93%81".to_owned(), 1),
            ("?state=ready".to_owned(), 0),
            ("?q=nobody".to_owned(), 0),
        ] {
            assert_eq!(desk.get(&format!("/collections{query}")).await["total"], total, "{query}");
        }
        let file = String::from_utf8(desk.bytes("/collections/export").await).unwrap();
        assert!(file.contains(number) && file.contains("全部办好一起领") && !file.contains("海燕小厨"), "{file}");

        // At the window with a reason; the applicant takes it back.
        let release = format!("/collections/{}/release", set["id"].as_str().unwrap());
        let body = json!({ "version": shown["version"], "reason": "急" });
        assert_eq!(desk.refused(Method::POST, &release, Some(body)).await.1["errors"][0]["pointer"], "/reason");
        let body = json!({ "version": shown["version"], "reason": "申请人急着开业，要先领这一张" });
        let stranger = world.staff("clerk-social").await;
        assert_eq!(stranger.refused(Method::POST, &release, Some(body.clone())).await.0, StatusCode::NOT_FOUND);
        assert_eq!(stranger.get("/collections").await["total"], 0);
        let released = desk.post(&release, body.clone()).await;
        assert_eq!((&released["mode"], &released["waiting"]), (&json!("ready"), &json!(false)));
        assert_eq!(desk.refused(Method::POST, &release, Some(body)).await.0, StatusCode::CONFLICT);
        let back = json!({ "version": released["version"], "mode": "together" });
        assert_eq!(citizen.put(&own, back).await["waiting"], true);
        assert_eq!(deliver(&desk).await.status(), StatusCode::CONFLICT);

        // The other ends: nothing is waited for any more, and the applicant is told once.
        let mine = citizen.get(&format!("/my/cases/{}", ids[1])).await;
        let withdraw = json!({ "version": mine["version"], "reason": "暂时不开第二家店了" });
        citizen.post(&format!("/my/cases/{}/withdraw", ids[1]), withdraw).await;
        world.settle().await;
        let told = world.sms().await.into_iter().filter(|text| text.contains("一起领")).count();
        assert_eq!(told, 1);
        assert!(deliver(&desk).await.status().is_success());
        world.settle().await;
        let list = desk.get("/collections").await;
        assert_eq!(
            (&list["total"], &list["items"][0]["applicant_name"]),
            (&json!(1), &list["items"][0]["applicant_name"])
        );
        assert!(list["items"][0]["cases"][0]["delivered_at"].is_string(), "{list}");
        world.close().await;
    }
}
