//! Items handled in the department's system.

use super::*;

impl Hall {
    async fn jump_to(&self, cookie: &str, body: Value) -> Answer {
        self.post(&format!("/portal/jumps/{ITEM}"), cookie, body).await
    }

    async fn pushes(&self) -> Vec<Value> {
        let all = self.visit(&format!("{}/pushes", self.outside.url("department"))).await;
        all.body["items"].as_array().unwrap().clone()
    }
}

/// 在线办理 opens the item over there, signed in, with its parameters and the person's data under the
/// names of that system; nothing of the person stands in the address.
///
/// req: IDENT-012, IDENT-008
#[tokio::test]
async fn an_item_opens_over_there_signed_in_with_parameters_and_mapped_data() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let told = hall.get(&format!("/items/{ITEM}/jump"), "").await.body["jump"].clone();
        assert_eq!(told["system_name"], "道路运政系统");
        assert_eq!(told["handed_over"], json!(["姓名", "证件类型", "证件号码", "手机号码"]));
        assert_eq!(hall.get("/items/food-operation-permit/jump", "").await.body["jump"], Value::Null);
        assert_eq!(hall.jump_to("", json!({})).await.status, StatusCode::UNAUTHORIZED);
        let cookie = hall.citizen("zhou-qiang").await;
        let jump = hall.jump_to(&cookie, json!({ "handle_item": "first-issue" })).await;
        let address = jump.body["url"].as_str().unwrap();
        assert!(address.contains("sxbm=freight-driver-certificate&ywlx=first-issue&ticket="), "{address}");
        assert!(!address.contains("449903199004300334") && !address.contains("bjbh"), "{address}");
        let there = hall.visit(address).await;
        assert_eq!(there.body["fields"], json!({ "xm": "周强", "sfzh": "449903199004300334" }), "{there:?}");
        assert_eq!((&there.body["item"], &there.body["params"]["ywlx"]), (&json!(ITEM), &json!("first-issue")));
        assert_eq!(there.body["account"]["login"], "zhouq", "known over there");
        let line = hall.last_line().await;
        assert_eq!((&line["purpose_label"], &line["item_slug"]), (&json!("事项跳转"), &json!(ITEM)), "{line}");
        // A grant taken away counts at the next visit.
        let system = hall.recognition.identity.system_by_app_id(department::APP_ID).await.unwrap().unwrap();
        let caller = platform::web::guard::Allowed::trusted(admin());
        let less = vec![grant("sign_on", &[]), grant("user_data", &["name"])];
        hall.recognition.identity.grant_system(&caller, system.id, 1, less).await.unwrap();
        let jump = hall.jump_to(&cookie, json!({})).await;
        let there = hall.visit(jump.body["url"].as_str().unwrap()).await;
        assert_eq!(there.body["fields"], json!({ "xm": "周强" }));
        // Somebody the province has not verified handles nothing online, also not over there.
        let unknown = hall.citizen("gao-peng").await;
        assert_eq!(hall.jump_to(&unknown, json!({})).await.status, StatusCode::FORBIDDEN);
        hall.close().await;
    }
}

/// The case and the called number go along, once somebody arrived; only one's own case.
///
/// req: IDENT-012
#[tokio::test]
async fn case_data_and_the_called_number_are_pushed_along() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let cookie = hall.citizen("zhou-qiang").await;
        let me: Uuid = hall.get("/portal/me", &cookie).await.body["account"]["id"].as_str().unwrap().parse().unwrap();
        let case = hall.test.platform.new_id();
        *hall.case.lock().unwrap() = Some((case, me));
        let other = hall.citizen("li-ming").await;
        assert_eq!(hall.jump_to(&other, json!({ "case_id": case })).await.status, StatusCode::NOT_FOUND);
        let body = json!({ "case_id": case, "call_ticket": { "number": "A0123", "window": "6" } });
        let jump = hall.jump_to(&cookie, body).await;
        let address = jump.body["url"].as_str().unwrap().to_owned();
        assert!(address.contains("bjbh=449902-1"), "{address}");
        hall.settle().await;
        assert!(hall.pushes().await.is_empty(), "nobody arrived yet");
        hall.switch("department", false).await;
        hall.visit(&address).await;
        hall.settle().await;
        let pushed = hall.pushes().await;
        assert_eq!(pushed.len(), 1);
        assert_eq!(pushed[0]["case"], json!({ "case_number": "449902-1", "state": "accepted" }), "{pushed:?}");
        assert_eq!(pushed[0]["call_ticket"], json!({ "number": "A0123", "window": "6" }));
        // The ledger has it with the case.
        let wanted = platform::calls::Wanted { case_number: Some("449902-1".into()), ..Default::default() };
        let (calls, _) = platform::calls::page(hall.test.platform.db.read(), &wanted, None, 10).await.unwrap();
        assert_eq!((calls.len(), calls[0].operation.as_str()), (1, "推送叫号和办件数据"));
        // Staff push the called number from a window; a jump that pushes nothing pushes nothing.
        let clerk = hall.staff("clerk").await;
        let from_window = format!("/staff/jumps/{ITEM}");
        let empty = hall.post(&from_window, &clerk, json!({ "call_ticket": { "number": " " } })).await;
        assert_eq!(empty.body["errors"][0]["pointer"], "/call_ticket/number");
        let jump = hall.post(&from_window, &clerk, json!({ "call_ticket": { "number": "B7" } })).await;
        hall.visit(jump.body["url"].as_str().unwrap()).await;
        hall.settle().await;
        assert_eq!(hall.pushes().await[1]["call_ticket"]["number"], "B7");
        let quiet = JumpDraft { pushes: Vec::new(), ..hall.jump() };
        hall.recognition.put_jump(&admin(), ITEM, 1, quiet).await.unwrap();
        let jump = hall.post(&from_window, &clerk, json!({ "call_ticket": { "number": "B8" } })).await;
        hall.visit(jump.body["url"].as_str().unwrap()).await;
        hall.settle().await;
        assert_eq!(hall.pushes().await.len(), 2);
        hall.close().await;
    }
}

/// An administrator sets jumps up, tries them and takes them away, without code.
///
/// req: IDENT-012
#[tokio::test]
async fn an_administrator_edits_and_tries_a_jump() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let (admin, clerk) = (hall.staff("admin").await, hall.staff("clerk").await);
        assert_eq!(hall.get("/jumps", &clerk).await.status, StatusCode::FORBIDDEN);
        let choices = hall.get("/jumps/choices", &admin).await.body;
        assert_eq!(choices["systems"].as_array().unwrap().len(), 2);
        let put = async |slug: &str, version: i64, draft: &JumpDraft| {
            let mut body = json!(draft);
            body["version"] = json!(version);
            hall.call(Method::PUT, &format!("/jumps/{slug}"), &admin, body).await
        };
        let draft = hall.jump();
        assert_eq!(put("senior-allowance", 0, &draft).await.status, StatusCode::OK);
        assert_eq!(put("senior-allowance", 0, &draft).await.status, StatusCode::CONFLICT);
        let phone = Mapping { field: "email".into(), name: "yx".into() };
        let wrong = JumpDraft { mapping: vec![phone], target_url: "yz.example".into(), ..draft.clone() };
        let refused = put("senior-allowance", 1, &wrong).await;
        let named: Vec<&str> =
            refused.body["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        assert_eq!(named, ["/target_url", "/mapping/0/field"]);
        let nowhere = JumpDraft { app_id: "nobody".into(), ..draft.clone() };
        assert_eq!(put("senior-allowance", 1, &nowhere).await.body["errors"][0]["pointer"], "/app_id");
        // The list is searched, filtered and paged.
        let list = async |query: &str| hall.get(&format!("/jumps?{query}"), &admin).await.body;
        assert_eq!(list("").await["total"], 2);
        assert_eq!(list("q=senior").await["total"], 1);
        assert_eq!(list("system=province-portal").await["total"], 0);
        assert_eq!(list("state=disabled").await["total"], 0);
        let first = list("limit=1").await;
        let second = list(&format!("limit=1&cursor={}", first["next"].as_str().unwrap())).await;
        assert_eq!(
            (&first["items"][0]["item_slug"], &second["items"][0]["item_slug"]),
            (&json!(ITEM), &json!("senior-allowance"))
        );
        // A trial says what would be told and whether anybody is there.
        let trial = hall.post("/jumps/senior-allowance/try", &admin, json!({})).await.body;
        assert_eq!(trial["ok"], true, "{trial}");
        assert!(trial["target"].as_str().unwrap().ends_with("/department/enter?sxbm=senior-allowance"), "{trial}");
        hall.switch("department", true).await;
        let trial = hall.post("/jumps/senior-allowance/try", &admin, json!({})).await.body;
        assert_eq!(trial["ok"], false, "{trial}");
        assert!(hall.pushes().await.is_empty());
        hall.switch("department", false).await;
        // Off, and gone.
        let off = JumpDraft { enabled: false, ..draft };
        assert_eq!(put("senior-allowance", 1, &off).await.body["state_label"], "停用");
        assert_eq!(hall.get("/items/senior-allowance/jump", "").await.body["jump"], Value::Null);
        let citizen = hall.citizen("li-ming").await;
        assert_eq!(
            hall.post("/portal/jumps/senior-allowance", &citizen, json!({})).await.status,
            StatusCode::NOT_FOUND
        );
        let gone = hall.post("/jumps/senior-allowance/remove", &admin, json!({ "version": 2 })).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
        assert_eq!(hall.get("/jumps/senior-allowance", &admin).await.status, StatusCode::NOT_FOUND);
        // The link of a system is set up on its page.
        let id = hall.id_of(department::APP_ID).await;
        let mut link = hall.get(&format!("/systems/{id}/link"), &admin).await.body;
        let version = link["version"].clone();
        link["link"]["trusted"] = json!(true);
        let mut body = link["link"].clone();
        body["version"] = version;
        let refused = hall.call(Method::PUT, &format!("/systems/{id}/link"), &admin, body.clone()).await;
        assert_eq!(refused.body["errors"][0]["pointer"], "/trusted", "{refused:?}");
        body["trusted"] = json!(false);
        body["enabled"] = json!(false);
        let saved = hall.call(Method::PUT, &format!("/systems/{id}/link"), &admin, body).await;
        assert_eq!((saved.status, &saved.body["link"]["enabled"]), (StatusCode::OK, &json!(false)), "{saved:?}");
        assert_eq!(hall.get(&format!("/items/{ITEM}/jump"), "").await.body["jump"], Value::Null, "at once");
        hall.close().await;
    }
}
