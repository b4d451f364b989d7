//! Acting for somebody, over HTTP as browsers do it: an enterprise's team, an elder and the child.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::Duration;

use crate::world::{Caller, World, packs_dir};

const FOOD: &str = "food-operation-permit";
const ALLOWANCE: &str = "senior-allowance";

fn sample(slug: &str) -> Value {
    let text = std::fs::read_to_string(packs_dir().join(format!("items/{slug}/samples/valid.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn party(name: &str, id_number: &str, phone: &str) -> Value {
    json!({ "name": name, "id_number": id_number, "phone": phone })
}

fn zhou() -> Value {
    party("周强", "449903199004300334", "19900000006")
}

fn sun() -> Value {
    party("孙晓雨", "449901200211200427", "19900000005")
}

/// A whole scope until the end of the year.
fn whole() -> Value {
    json!({ "direction": "give", "starts_on": "2026-09-21", "ends_on": "2026-12-31", "all_items": true, "all_materials": true })
}

fn with(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Gives a grant and lets the other side agree; its id.
async fn granted(giver: &Caller, other: &Caller, new: Value) -> String {
    let made = giver.post("/portal/grants", new).await;
    assert_eq!(made["state"], "waiting", "{made}");
    let id = text(&made, "/id").to_owned();
    let agreed = other.post(&format!("/portal/grants/{id}/accept"), json!({ "version": made["version"] })).await;
    assert_eq!(agreed["state"], "active");
    id
}

async fn draft_of(caller: &Caller, id: &str) -> Value {
    caller.get(&format!("/my/cases/{id}/draft")).await
}

/// Everything of the sample saved into a draft.
async fn fill(caller: &Caller, id: &str, slug: &str) {
    let (sample, guide) = (sample(slug), caller.get(&format!("/items/{slug}/guide")).await);
    let met: serde_json::Map<String, Value> = guide["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| {
            let option = one["options"].as_array()?.iter().find(|option| option["met"] == true)?;
            Some((one["key"].as_str()?.to_owned(), option["key"].clone()))
        })
        .collect();
    let save = json!({
        "version": draft_of(caller, id).await["version"], "step": 7, "conditions": met,
        "situations": sample["situations"], "consents": { "authorised": true, "agreed": true },
        "form": sample["form"], "delivery": { "way": "electronic" },
    });
    caller.put(&format!("/my/cases/{id}/draft"), save).await;
}

async fn hand_body(caller: &Caller, id: &str, key: &str, handing: &str) -> Value {
    let files = if handing == "upload" { vec![caller.pdf(&format!("{key}.pdf")).await] } else { Vec::new() };
    json!({ "version": draft_of(caller, id).await["version"], "files": files, "handing": handing })
}

async fn hand(caller: &Caller, id: &str, key: &str, handing: &str) {
    let body = hand_body(caller, id, key, handing).await;
    caller.put(&format!("/my/cases/{id}/materials/{key}"), body).await;
}

fn code(refused: &(StatusCode, Value)) -> (u16, &str) {
    (refused.0.as_u16(), text(&refused.1, "/code"))
}

/// Legal representative → manager → agent: the agent fills and uploads what he may, is refused
/// outside items and materials, the manager adds the rest and submits, everybody follows the case,
/// and the agent is out at once when his grant is taken back.
///
/// req: IDENT-019, IDENT-020, IDENT-021, DATASEC-012
#[tokio::test(flavor = "multi_thread")]
async fn a_team_files_for_its_enterprise_within_what_each_may() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (legal, manager, agent) =
            (world.citizen("haiyan").await, world.citizen("zhou-qiang").await, world.citizen("sun-xiaoyu").await);

        // The agent has nothing yet: the enterprise's things do not exist for her.
        let own = legal.post("/my/cases", json!({ "item_slug": FOOD, "handle_item": "new-catering" })).await;
        let own = text(&own, "/id").to_owned();
        let nothing = agent.refused(Method::GET, &format!("/my/cases/{own}/draft"), None).await;
        assert_eq!(code(&nothing), (404, "not_found"));

        let manages = granted(
            &legal,
            &manager,
            with(
                whole(),
                json!({ "role": "manager", "party": zhou(), "all_items": false, "items": [FOOD, ALLOWANCE] }),
            ),
        )
        .await;
        let more = with(whole(), json!({ "role": "agent", "party": sun(), "acting_for": manages }));
        let beyond = manager.refused(Method::POST, "/portal/grants", Some(more.clone())).await;
        assert_eq!(code(&beyond), (422, "invalid"));
        assert_eq!(text(&beyond.1, "/errors/0/pointer"), "/items");
        let acts = granted(
            &manager,
            &agent,
            with(
                more,
                json!({ "all_items": false, "items": [FOOD], "all_materials": false, "materials": ["m02", "m03"] }),
            ),
        )
        .await;
        let appoint = with(whole(), json!({ "role": "agent", "party": zhou(), "acting_for": acts }));
        let refused = agent.refused(Method::POST, "/portal/grants", Some(appoint)).await;
        assert_eq!(code(&refused), (403, "may_not_appoint"));

        let choices = agent.get("/portal/me/acting-for").await;
        assert_eq!(text(&choices, "/items/1/name"), "示例区海燕小厨餐饮店");
        assert_eq!(text(&choices, "/items/1/items/0/name"), "食品经营许可证核发");

        // Another item, and a grant of somebody else.
        let other = json!({ "item_slug": ALLOWANCE, "handle_item": "80", "acting_for": acts });
        let refused = agent.refused(Method::POST, "/my/cases", Some(other)).await;
        assert_eq!(code(&refused), (403, "grant_item"));
        let stolen = json!({ "item_slug": FOOD, "handle_item": "new-catering", "acting_for": manages });
        let refused = agent.refused(Method::POST, "/my/cases", Some(stolen)).await;
        assert_eq!(code(&refused), (404, "not_found"));

        let begin = json!({ "item_slug": FOOD, "handle_item": "new-catering", "acting_for": acts });
        let id = text(&agent.post("/my/cases", begin).await, "/id").to_owned();
        let draft = draft_of(&agent, &id).await;
        assert_eq!(draft["form"]["operator_name"], "示例区海燕小厨餐饮店", "the enterprise is filled in");
        assert_eq!(draft["form"]["contact_name"], "孙晓雨", "and the agent as whom to ask");
        assert_eq!((text(&draft, "/applicant_name"), text(&draft, "/agent/name")), ("示例区海燕小厨餐饮店", "孙晓雨"));
        fill(&agent, &id, FOOD).await;
        hand(&agent, &id, "m02", "licence").await;
        hand(&agent, &id, "m03", "upload").await;
        let outside = hand_body(&agent, &id, "m05", "upload").await;
        let refused = agent.refused(Method::PUT, &format!("/my/cases/{id}/materials/m05"), Some(outside)).await;
        assert_eq!(code(&refused), (403, "grant_material"));
        let shown = draft_of(&agent, &id).await;
        let m05 = shown["materials"].as_array().unwrap().iter().find(|one| one["key"] == "m05").unwrap();
        assert!(m05["out_of_grant"].as_str().unwrap().contains("授权"));

        // The manager finds the draft, works on the same version, and hands it in.
        let found = manager.get("/my/cases?state=draft").await;
        assert!(found["items"].as_array().unwrap().iter().any(|row| row["id"] == *id && row["agent_name"] == "孙晓雨"));
        let old = draft_of(&agent, &id).await["version"].clone();
        hand(&manager, &id, "m04", "upload").await;
        hand(&manager, &id, "m05", "upload").await;
        let stale = json!({ "version": old, "form": {} });
        let refused = agent.refused(Method::PUT, &format!("/my/cases/{id}/draft"), Some(stale)).await;
        assert_eq!(code(&refused), (409, "stale_version"), "two at once: the older page changes nothing");
        let version = draft_of(&manager, &id).await["version"].clone();
        let receipt = manager.post(&format!("/my/cases/{id}/submit"), json!({ "version": version })).await;
        assert!(!text(&receipt, "/case_number").is_empty());

        let case = legal.get(&format!("/my/cases/{id}")).await;
        assert_eq!(text(&case, "/agent/name"), "周强", "who handed it in is whom to ask");
        let steps: Vec<(&str, &str, &str)> = case["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| (text(step, "/who"), text(step, "/role_label"), text(step, "/action")))
            .collect();
        assert_eq!(
            steps,
            [
                ("孙晓雨", "经办人", "start"),
                ("孙晓雨", "经办人", "fill"),
                ("孙晓雨", "经办人", "use_licence"),
                ("孙晓雨", "经办人", "upload"),
                ("周强", "管理者", "upload"),
                ("周强", "管理者", "upload"),
                ("周强", "管理者", "submit"),
            ]
        );
        let clerk = world.staff("clerk").await;
        let desk = clerk.get(&format!("/cases/{id}")).await;
        assert_eq!((text(&desk, "/applicant/name"), text(&desk, "/agent/name")), ("示例区海燕小厨餐饮店", "周强"));
        assert_eq!(text(&agent.get(&format!("/my/cases/{id}")).await, "/acting/for_name"), "示例区海燕小厨餐饮店");

        // Every use is in the log of the grant, also the refused ones; the licence too.
        let uses = manager.get(&format!("/portal/grants/{acts}/uses?limit=100")).await;
        let mut logged: Vec<(&str, bool)> = uses["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (text(one, "/action"), one["allowed"].as_bool().unwrap()))
            .collect();
        // The clock stands still here, so that the order within the moment says nothing.
        logged.sort_unstable();
        assert_eq!(
            logged,
            [
                ("fill", true),
                ("start", false),
                ("start", true),
                ("upload", false),
                ("upload", true),
                ("use_licence", true)
            ]
        );
        assert!(uses["items"].as_array().unwrap().iter().all(|one| one["grantor_name"] == "示例区海燕小厨餐饮店"
            && one["grantee_name"] == "孙晓雨"
            && !text(one, "/item_name").is_empty()));
        let audited = platform::work::audit::about(world.app.platform.db.read(), &format!("case:{id}")).await.unwrap();
        assert!(audited.contains(&("licence.use".to_owned(), "孙晓雨".to_owned())), "{audited:?}");

        // Taken back in the middle: the next click is refused with the reason, nothing is lost.
        let open = text(
            &agent
                .post("/my/cases", json!({ "item_slug": FOOD, "handle_item": "new-catering", "acting_for": acts }))
                .await,
            "/id",
        )
        .to_owned();
        fill(&agent, &open, FOOD).await;
        let save = json!({ "version": draft_of(&agent, &open).await["version"], "form": {} });
        let grant = manager.get(&format!("/portal/grants/{acts}")).await;
        manager
            .post(
                &format!("/portal/grants/{acts}/revoke"),
                json!({ "version": grant["version"], "reason": "换了经办人" }),
            )
            .await;
        let refused = agent.refused(Method::PUT, &format!("/my/cases/{open}/draft"), Some(save)).await;
        assert_eq!(code(&refused), (403, "grant_revoked"));
        assert!(text(&refused.1, "/title").contains("换了经办人"), "{}", refused.1);
        assert!(text(&refused.1, "/detail").contains("填过的内容都在"));
        let refused = agent.refused(Method::GET, &format!("/my/cases/{id}"), None).await;
        assert_eq!(code(&refused), (403, "grant_revoked"));
        assert_eq!(agent.get("/my/cases").await["total"], 0);
        let kept = draft_of(&legal, &open).await;
        assert_eq!(kept["form"]["operator_name"], "示例区海燕小厨餐饮店", "the enterprise goes on with it");

        world.settle().await;
        assert!(world.sms().await.iter().any(|sms| sms.contains("授权已经结束") && sms.contains("换了经办人")));
        world.close().await;
    }
}

/// What hangs on a manager's grant ends with it; a narrower manager cuts his agents down; a new
/// legal representative ends everything of the former one.
///
/// req: IDENT-019
#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_a_grant_goes_with_it() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (legal, manager, agent) =
            (world.citizen("haiyan").await, world.citizen("zhou-qiang").await, world.citizen("sun-xiaoyu").await);
        let manages = granted(&legal, &manager, with(whole(), json!({ "role": "manager", "party": zhou() }))).await;
        let new = with(
            whole(),
            json!({ "role": "agent", "party": sun(), "acting_for": manages, "all_items": false, "items": [FOOD, ALLOWANCE] }),
        );
        let acts = granted(&manager, &agent, new.clone()).await;
        let version = |grant: &Value| grant["version"].clone();
        let grant = legal.get(&format!("/portal/grants/{manages}")).await;
        let narrow = with(
            whole(),
            json!({ "version": version(&grant), "ends_on": "2026-10-31", "all_items": false, "items": [FOOD] }),
        );
        legal.put(&format!("/portal/grants/{manages}"), narrow).await;
        let cut = agent.get(&format!("/portal/grants/{acts}")).await;
        assert_eq!((text(&cut, "/ends_on"), cut["items"].as_array().unwrap().len()), ("2026-10-31", 1));
        let grant = legal.get(&format!("/portal/grants/{manages}")).await;
        legal.post(&format!("/portal/grants/{manages}/revoke"), json!({ "version": version(&grant) })).await;
        let ended = agent.get(&format!("/portal/grants/{acts}")).await;
        assert_eq!((text(&ended, "/state"), text(&ended, "/end_reason")), ("revoked", "上级周强的授权已经结束"));

        let again = granted(&legal, &manager, with(whole(), json!({ "role": "manager", "party": zhou() }))).await;
        let acts = granted(&manager, &agent, with(new, json!({ "acting_for": again }))).await;
        let begin = json!({ "item_slug": FOOD, "handle_item": "new-catering", "acting_for": acts });
        let id = text(&agent.post("/my/cases", begin.clone()).await, "/id").to_owned();
        let ended = world
            .app
            .identity
            .legal_representative_changed("92449902MA9900KX9E", "李明", Some("449902198506170153"))
            .await
            .unwrap();
        assert_eq!(ended, 2);
        let refused = agent.refused(Method::GET, &format!("/my/cases/{id}/draft"), None).await;
        assert_eq!(code(&refused), (403, "grant_revoked"));
        let refused = agent.refused(Method::POST, "/my/cases", Some(begin)).await;
        assert_eq!(code(&refused), (403, "grant_revoked"));
        let ended = manager.get(&format!("/portal/grants/{again}")).await;
        assert_eq!(text(&ended, "/end_reason"), "法定代表人已变更");
        world.close().await;
    }
}

/// An elder names his son, who must agree; the son applies, follows, and is refused when the period
/// is over in the middle of an application, before any job has marked it.
///
/// req: IDENT-020, IDENT-022, IDENT-024
#[tokio::test(flavor = "multi_thread")]
async fn a_son_handles_things_for_his_father_until_the_day_it_ends() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (father, son, stranger) =
            (world.citizen("zhao-jianguo").await, world.citizen("zhao-lei").await, world.citizen("li-ming").await);
        let new = json!({
            "direction": "give", "role": "proxy", "party": party("赵磊", "449902197102250179", "19900000004"),
            "relation": "儿子", "starts_on": "2026-09-21", "ends_on": "2026-09-22",
            "all_items": false, "items": [ALLOWANCE], "all_materials": true,
        });
        let made = father.post("/portal/grants", new).await;
        let id = text(&made, "/id").to_owned();
        let begin = json!({ "item_slug": ALLOWANCE, "handle_item": "80", "acting_for": id });
        let refused = son.refused(Method::POST, "/my/cases", Some(begin.clone())).await;
        assert_eq!(code(&refused), (403, "grant_waiting"));
        let own =
            father.refused(Method::POST, &format!("/portal/grants/{id}/accept"), Some(json!({ "version": 1 }))).await;
        assert_eq!(own.0, StatusCode::FORBIDDEN, "nobody agrees to his own request");
        let unknown = stranger.refused(Method::GET, &format!("/portal/grants/{id}"), None).await;
        assert_eq!(unknown.0, StatusCode::NOT_FOUND);
        son.post(&format!("/portal/grants/{id}/accept"), json!({ "version": 1 })).await;

        let case = text(&son.post("/my/cases", begin.clone()).await, "/id").to_owned();
        let draft = draft_of(&son, &case).await;
        assert_eq!((text(&draft, "/applicant_name"), text(&draft, "/agent/role_label")), ("赵建国", "亲属代办"));
        assert_eq!(draft["form"]["proxy_name"], "赵磊");
        fill(&son, &case, ALLOWANCE).await;
        hand(&son, &case, "m02", "licence").await;
        hand(&son, &case, "m03", "later").await;
        hand(&son, &case, "m04", "upload").await;
        let version = draft_of(&son, &case).await["version"].clone();
        son.post(&format!("/my/cases/{case}/submit"), json!({ "version": version })).await;
        assert_eq!(text(&father.get(&format!("/my/cases/{case}")).await, "/agent/name"), "赵磊");
        let hidden = stranger.refused(Method::GET, &format!("/my/cases/{case}"), None).await;
        assert_eq!(hidden.0, StatusCode::NOT_FOUND);
        let rows = son.get("/my/cases").await;
        assert_eq!((text(&rows, "/items/0/applicant_name"), text(&rows, "/items/0/acting/role")), ("赵建国", "proxy"));
        assert_eq!(son.get("/my/cases?acting_for=self").await["total"], 0);
        assert_eq!(son.get(&format!("/my/cases?acting_for={id}")).await["total"], 1);

        let open = text(&son.post("/my/cases", begin).await, "/id").to_owned();
        fill(&son, &open, ALLOWANCE).await;
        world.clock.advance(Duration::days(2));
        let (father, son) = (world.citizen("zhao-jianguo").await, world.citizen("zhao-lei").await);
        let body = json!({ "version": 2, "form": {} });
        let refused = son.refused(Method::PUT, &format!("/my/cases/{open}/draft"), Some(body)).await;
        assert_eq!(code(&refused), (403, "grant_expired"));
        assert_eq!(text(&refused.1, "/title"), "赵建国给您的授权在9月22日到期了，这一步没有办。");
        assert_eq!(draft_of(&father, &open).await["form"]["elder_name"], "赵建国", "the draft is the father's");
        let uses = father.get(&format!("/portal/grants/{id}/uses")).await;
        assert_eq!((text(&uses, "/items/0/action"), uses["items"][0]["allowed"].as_bool()), ("fill", Some(false)));
        let audited = platform::work::audit::about(world.app.platform.db.read(), &format!("grant:{id}")).await.unwrap();
        assert!(audited.iter().any(|(action, _)| action == "grant.use_refused"), "{audited:?}");
        assert_eq!(text(&father.get(&format!("/portal/grants/{id}")).await, "/state"), "expired");
        // The served product marks it too, at its own time: either of both did.
        world.app.identity.expire_grants().await.unwrap();
        assert_eq!(world.app.identity.expire_grants().await.unwrap(), 0, "it marks once");
        world.settle().await;
        assert!(world.sms().await.iter().any(|sms| sms.contains("已经到期")));
        world.close().await;
    }
}

/// A daughter asks; the elder, who has never signed on, agrees at the window. Later he signs on and
/// finds the case and the grant, and takes it back.
///
/// req: IDENT-023, IDENT-024
#[tokio::test(flavor = "multi_thread")]
async fn an_elder_without_an_account_agrees_at_the_window() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let son = world.citizen("zhao-lei").await;
        let new = json!({
            "direction": "ask", "role": "proxy", "party": party("赵建国", "449902194308090314", "19900000003"),
            "relation": "儿子", "starts_on": "2026-09-21", "ends_on": "2027-09-20", "all_items": true, "all_materials": true,
        });
        let made = son.post("/portal/grants", new.clone()).await;
        let twice = son.refused(Method::POST, "/portal/grants", Some(new)).await;
        assert_eq!(code(&twice), (409, "same_grant_waiting"));
        let id = text(&made, "/id").to_owned();
        let begin = json!({ "item_slug": ALLOWANCE, "handle_item": "80", "acting_for": id });
        let refused = son.refused(Method::POST, "/my/cases", Some(begin.clone())).await;
        assert_eq!(code(&refused), (403, "grant_waiting"));

        let clerk = world.staff("clerk").await;
        let waiting = clerk.post("/desk/grants/find", json!({ "id_number": "449902194308090314" })).await;
        assert_eq!((text(&waiting, "/items/0/id"), text(&waiting, "/items/0/grantee/name")), (id.as_str(), "赵磊"));
        assert!(!text(&waiting, "/items/0/grantee/id_number_masked").contains("0225"));
        let answer = json!({ "version": 1, "name": "赵建国", "id_number": "449902193312120243", "way": "id_card" });
        let wrong = clerk.refused(Method::POST, &format!("/desk/grants/{id}/confirm"), Some(answer.clone())).await;
        assert_eq!((wrong.0, text(&wrong.1, "/errors/0/pointer")), (StatusCode::UNPROCESSABLE_ENTITY, "/id_number"));
        let right = with(answer, json!({ "id_number": "449902194308090314" }));
        let agreed = clerk.post(&format!("/desk/grants/{id}/confirm"), right).await;
        assert_eq!(
            (text(&agreed, "/state"), text(&agreed, "/confirmed")),
            ("active", "窗口确认（陈志远，核对身份证）")
        );

        let case = text(&son.post("/my/cases", begin).await, "/id").to_owned();
        fill(&son, &case, ALLOWANCE).await;
        hand(&son, &case, "m02", "licence").await;
        hand(&son, &case, "m03", "later").await;
        hand(&son, &case, "m04", "upload").await;
        let version = draft_of(&son, &case).await["version"].clone();
        son.post(&format!("/my/cases/{case}/submit"), json!({ "version": version })).await;

        let father = world.citizen("zhao-jianguo").await;
        world.settle().await;
        let mine = father.get("/my/cases").await;
        assert_eq!((mine["total"].as_u64(), text(&mine, "/items/0/id")), (Some(1), case.as_str()));
        let given = father.get("/portal/grants?side=given&state=active").await;
        assert_eq!((given["total"].as_u64(), text(&given, "/items/0/my_side")), (Some(1), "principal"));
        father.post(&format!("/portal/grants/{id}/revoke"), json!({ "version": 2 })).await;
        let refused = son.refused(Method::GET, &format!("/my/cases/{case}"), None).await;
        assert_eq!(code(&refused), (403, "grant_revoked"));
        world.close().await;
    }
}
