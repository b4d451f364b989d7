//! The administration as people use it: a district item is opened at a town; an address that asks too
//! often is refused.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Caller, World, packs_dir};

const FOOD: &str = "food-operation-permit";

fn application() -> Value {
    let text = std::fs::read_to_string(packs_dir().join("items/food-operation-permit/samples/valid.json")).unwrap();
    let sample: Value = serde_json::from_str(&text).unwrap();
    let paper = json!({ "handing": "paper" });
    json!({
        "item_slug": FOOD,
        "handle_item": sample["handle_item"],
        "applicant": { "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E", "phone": "19900000001" },
        "agent": { "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" },
        "situations": sample["situations"],
        "form": sample["form"],
        "materials": { "m02": paper, "m03": paper, "m04": paper, "m05": paper },
        "delivery": { "way": "self" },
    })
}

pub(crate) async fn find(caller: &Caller, path: &str, key: &str, value: &str) -> Value {
    let list = caller.get(path).await;
    let found = list["items"].as_array().unwrap().iter().find(|one| one[key] == value).cloned();
    found.unwrap_or_else(|| panic!("{value} is not in {path}: {list}"))
}

/// A district item is opened to a town with its own window and staff: taken in and accepted there,
/// examined and decided by the district, and closed again.
///
/// req: IDENT-028
#[tokio::test(flavor = "multi_thread")]
async fn a_district_item_is_accepted_in_a_town_and_decided_by_the_district() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (admin, town) = (world.staff("sysadmin").await, world.staff("qingshi-clerk").await);
        let (status, _) = town.refused(Method::POST, "/counter/cases", Some(application())).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "not before it is opened there");
        let hall = find(&admin, "/admin/orgs?q=qingshi-hall", "key", "qingshi-hall").await;
        let window = find(&admin, "/admin/windows?q=qingshi-hall-1", "key", "qingshi-hall-1").await;
        let clerk = find(&admin, "/admin/staff?q=qingshi-clerk", "login", "qingshi-clerk").await;
        let open = json!({ "item_slug": FOOD, "town_id": hall["id"], "window_id": window["id"], "staff": [clerk["id"]],
            "materials": ["m02", "m03", "m04"] });
        let opened = admin.post("/admin/extensions", open.clone()).await;
        assert_eq!(
            (opened["org"]["name"].as_str(), opened["state"].as_str()),
            (Some("示例区市场监督管理局"), Some("open"))
        );
        let (status, again) = admin.refused(Method::POST, "/admin/extensions", Some(open)).await;
        assert_eq!((status, again["code"].as_str()), (StatusCode::CONFLICT, Some("already_open")));
        // The town takes in the materials named and no other.
        let (status, problem) = town.refused(Method::POST, "/counter/cases", Some(application())).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/materials/m05"))
        );
        let id = opened["id"].as_str().unwrap();
        let all = json!({ "version": 1, "window_id": window["id"], "staff": [clerk["id"]], "materials": [] });
        admin.put(&format!("/admin/extensions/{id}"), all).await;

        let receipt = town.post("/counter/cases", application()).await;
        let case = receipt["id"].as_str().unwrap();
        let seen = town.get(&format!("/cases/{case}")).await;
        assert!(seen["org_path"].as_str().unwrap().ends_with("示例区市场监督管理局"), "{}", seen["org_path"]);
        let accept = json!({ "version": seen["version"], "note": "", "tolerated": [] });
        town.post(&format!("/cases/{case}/accept"), accept).await;
        // The town sees what it took in itself, and nothing that the district's own window took in.
        let other = world.staff("clerk").await.post("/counter/cases", application()).await;
        let other = other["id"].as_str().unwrap();
        let listed = town.get("/cases?limit=100").await;
        let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!((listed["total"].as_u64(), ids), (Some(1), vec![&json!(case)]));
        let (status, _) = town.refused(Method::GET, &format!("/cases/{other}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let waiting = town.get("/tasks").await;
        let of: Vec<&Value> = waiting["items"].as_array().unwrap().iter().map(|one| &one["case"]["id"]).collect();
        assert_eq!(of, [&json!(case)], "what waits is its own; the other is not");
        let district = world.staff("clerk").await.get("/cases?limit=100").await;
        assert_eq!(district["total"], 2, "the district sees both");
        for (login, outcome) in [("reviewer", "pass"), ("inspector", "pass"), ("approver", "granted")] {
            let staff = world.staff(login).await;
            let seen = staff.get(&format!("/cases/{case}")).await;
            let task =
                seen["my_task"]["id"].as_str().unwrap_or_else(|| panic!("{login} has no task: {}", seen["step_name"]));
            let body = json!({ "version": seen["version"], "outcome": outcome, "opinion": "同意" });
            staff.post(&format!("/cases/{case}/tasks/{task}/complete"), body).await;
        }
        world.settle().await;
        let done = town.get(&format!("/cases/{case}")).await;
        assert_eq!(done["state"], "closed", "{}", done["step_name"]);

        let close = json!({ "version": 2, "reason": "窗口调整" });
        admin.post(&format!("/admin/extensions/{id}/close"), close).await;
        let (status, _) = town.refused(Method::POST, "/counter/cases", Some(application())).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "closed: nothing new is taken in there");
        world.close().await;
    }
}

/// One case through three levels: taken in and accepted in a town, examined and inspected in the county, decided in the
/// city, each by its own staff. Each level sees the case while it concerns it and nothing beyond; what each said stands in
/// the one case that the town hands over.
///
/// req: CASE-019
#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_the_town_through_the_county_to_the_city() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        // The examination lies with a section of the county, the decision with one of the city's bureau, whoever holds the
        // role there.
        let mut pack = catalogue::packs::read(&packs_dir().join("items").join(FOOD)).unwrap();
        for (step, of) in [("review", "reviewer"), ("decide", "reviewer-device")] {
            let section = world.app.identity.staff_by_login(of).await.unwrap().unwrap().org_id;
            let flow = &mut pack.sources.flow;
            let begin = flow.find(&format!(r#"<bpmn:userTask id="{step}""#)).unwrap();
            let at = begin + flow[begin..].find('>').unwrap() + 1;
            let handlers = format!(
                r#"<bpmn:extensionElements><tongban:handlers><tongban:handler kind="department" key="{section}" label="科室"/></tongban:handlers></bpmn:extensionElements>"#
            );
            flow.insert_str(at, &handlers);
        }
        world.app.catalogue.publish_pack(&pack, "测试").await.unwrap();

        let (admin, town) = (world.staff("sysadmin").await, world.staff("qingshi-clerk").await);
        let hall = find(&admin, "/admin/orgs?q=qingshi-hall", "key", "qingshi-hall").await;
        let window = find(&admin, "/admin/windows?q=qingshi-hall-1", "key", "qingshi-hall-1").await;
        let clerk = find(&admin, "/admin/staff?q=qingshi-clerk", "login", "qingshi-clerk").await;
        let open = json!({ "item_slug": FOOD, "town_id": hall["id"], "window_id": window["id"], "staff": [clerk["id"]],
            "materials": [] });
        admin.post("/admin/extensions", open).await;
        let receipt = town.post("/counter/cases", application()).await;
        let case = receipt["id"].as_str().unwrap();
        let path = format!("/cases/{case}");
        let seen = town.get(&path).await;
        assert_eq!(
            (&seen["taken"]["org_name"], &seen["taken"]["by"]),
            (&hall["name"], &clerk["name"]),
            "{}",
            seen["taken"]
        );
        let city = world.staff("reviewer-device").await;
        let unknown =
            async |who: &Caller| who.request(Method::GET, &path, None).await.status() == StatusCode::NOT_FOUND;
        assert!(unknown(&city).await, "not before it concerns the city");
        let accept = json!({ "version": seen["version"], "note": "", "tolerated": [] });
        town.post(&format!("{path}/accept"), accept).await;

        let say = async |who: &Caller, outcome: &str, opinion: &str| {
            let seen = who.get(&path).await;
            let task = seen["my_task"]["id"].as_str().unwrap_or_else(|| panic!("no task at {}", seen["step_name"]));
            let body = json!({ "version": seen["version"], "outcome": outcome, "opinion": opinion });
            who.post(&format!("{path}/tasks/{task}/complete"), body).await;
        };
        let (reviewer, county) = (world.staff("reviewer").await, world.staff("approver").await);
        assert!(town.get(&path).await["my_task"].is_null(), "the county's step is not the town's");
        say(&reviewer, "pass", "县局审查：材料齐全").await;
        say(&world.staff("inspector").await, "pass", "县局核查：现场与布局图一致").await;
        assert!(county.get(&path).await["my_task"].is_null(), "the county's approver does not decide this one");
        let seen = town.get(&path).await;
        let (task, version) = (seen["tasks"][0]["id"].as_str().unwrap(), &seen["version"]);
        let body = json!({ "version": version, "outcome": "granted", "opinion": "代市局同意" });
        let (status, _) = county.refused(Method::POST, &format!("{path}/tasks/{task}/complete"), Some(body)).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let waiting = city.get("/tasks").await;
        assert_eq!((&waiting["total"], &waiting["items"][0]["case"]["id"]), (&json!(1), &json!(case)), "{waiting}");
        assert_eq!(city.get("/cases?limit=100").await["total"], 0, "the case, not the county's list");
        assert!(unknown(&world.staff("approver-transport").await).await, "nor the city's other bodies");
        say(&city, "granted", "市局决定：同意").await;
        world.settle().await;
        let done = town.get(&path).await;
        assert_eq!(done["state"], "closed", "{}", done["step_name"]);
        let said: Vec<&str> =
            done["opinions"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect();
        for level in ["县局审查", "县局核查", "市局决定"] {
            assert!(said.iter().any(|text| text.contains(level)), "{level} in {said:?}");
        }
        assert_eq!(city.get(&path).await["state"], "closed", "who decided may still read it");
        world.close().await;
    }
}

/// A bureau is renamed: its old case keeps the old name, a new one has the new; a clerk limited to
/// one item does not see another's case.
///
/// req: IDENT-026, IDENT-025
#[tokio::test(flavor = "multi_thread")]
async fn an_old_case_keeps_the_old_name_and_an_item_list_hides_it() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let clerk = world.staff("clerk").await;
        let old = clerk.post("/counter/cases", application()).await;
        let old = old["id"].as_str().unwrap();
        world.clock.advance(time::Duration::hours(1));
        let (admin, clerk) = (world.staff("sysadmin").await, world.staff("clerk").await);
        let bureau = find(&admin, "/admin/orgs?q=qscj&limit=100", "key", "qscj").await;
        let edit = json!({ "version": bureau["version"], "name": "示例区市场监管和知识产权局", "short_name": "区市场监管局",
            "kind": bureau["kind"], "uscc": bureau["uscc"], "region": bureau["region"], "phone": bureau["phone"],
            "sort": bureau["sort"], "reason": "机构改革" });
        admin.put(&format!("/admin/orgs/{}", bureau["id"].as_str().unwrap()), edit).await;
        world.clock.advance(time::Duration::minutes(1));
        let new = clerk.post("/counter/cases", application()).await;
        let new = new["id"].as_str().unwrap();
        assert_eq!(clerk.get(&format!("/cases/{old}")).await["org_name"], "示例区市场监督管理局");
        assert_eq!(clerk.get(&format!("/cases/{new}")).await["org_name"], "示例区市场监管和知识产权局");

        let security = world.staff("secadmin").await;
        let one = find(&security, "/admin/staff?q=clerk&limit=100", "login", "clerk").await;
        let windows: Vec<&Value> = one["windows"].as_array().unwrap().iter().map(|window| &window["id"]).collect();
        let grants = json!({ "version": one["version"], "roles": ["clerk"], "items": ["individual-business-setup"], "windows": windows });
        security.put(&format!("/admin/staff/{}/grants", one["id"].as_str().unwrap()), grants).await;
        let (status, _) = clerk.refused(Method::GET, &format!("/cases/{old}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(clerk.get("/cases").await["total"], 0);
        assert_eq!(clerk.get("/tasks").await["total"], 0);
        let (status, _) = clerk.refused(Method::POST, "/counter/cases", Some(application())).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "nor may the item be taken in");
        world.close().await;
    }
}

/// req: IDENT-035
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_often_waits() {
    let world = World::new(testkit::Backend::Sqlite).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |address: &'static str, path: &'static str, method: Method| {
        let request = client
            .request(method, format!("{}/api/v1{path}", world.base))
            .header("x-forwarded-for", address)
            .json(&json!({ "login": "clerk", "password": "wrong" }));
        async move { request.send().await.unwrap() }
    };
    let mut codes = Vec::new();
    for _ in 0..31 {
        codes.push(ask("203.0.113.9", "/staff/sign-in", Method::POST).await.status().as_u16());
    }
    assert_eq!(codes.iter().filter(|code| **code == 401).count(), 30);
    assert_eq!(codes.last(), Some(&429));
    let refused = ask("203.0.113.9", "/staff/sign-in", Method::POST).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "too_many_requests");
    assert_eq!(
        ask("203.0.113.10", "/staff/sign-in", Method::POST).await.status(),
        401,
        "another address is not touched"
    );
    assert_eq!(ask("203.0.113.9", "/captcha", Method::GET).await.status(), 200, "each kind has its own count");
    world.clock.advance(time::Duration::seconds(61));
    assert_eq!(ask("203.0.113.9", "/staff/sign-in", Method::POST).await.status(), 401, "after a minute there is room");
    let mut captchas = 0;
    while ask("203.0.113.9", "/captcha", Method::GET).await.status() == 200 {
        captchas += 1;
        assert!(captchas <= 60);
    }
    assert_eq!(captchas, 60);
    world.close().await;
}
