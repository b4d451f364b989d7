//! Delegation through its routes, on both databases: who may, what is refused and how it reads.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;

use crate::Profile;
use crate::tests::City;

fn new_proxy() -> Value {
    json!({
        "direction": "give", "role": "proxy", "relation": "儿子",
        "party": { "name": "赵磊", "id_number": "449902197102250179", "phone": "19900000004" },
        "starts_on": "2026-09-21", "ends_on": "2026-12-31", "all_items": true, "all_materials": true,
    })
}

fn new_manager() -> Value {
    json!({
        "direction": "give", "role": "manager",
        "party": { "name": "周强", "id_number": "449903199004300334", "phone": "19900000006" },
        "starts_on": "2026-09-21", "ends_on": "2026-12-31",
        "all_items": false, "items": ["food", "fire"], "all_materials": true,
    })
}

fn with(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

impl City {
    async fn give(&self, cookie: &str, new: Value) -> Value {
        let made = self.call(Method::POST, "/api/v1/portal/grants", cookie, new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()
    }

    async fn act(&self, cookie: &str, id: &Value, act: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/v1/portal/grants/{}/{act}", id.as_str().unwrap());
        let answer = self.call(Method::POST, &path, cookie, body).await;
        (answer.status.as_u16(), answer.json())
    }

    async fn grant_refused(&self, cookie: &str, new: Value) -> (u16, String, Vec<String>) {
        let answer = self.call(Method::POST, "/api/v1/portal/grants", cookie, new).await;
        let body = answer.json();
        let pointers = body["errors"].as_array().cloned().unwrap_or_default();
        (
            answer.status.as_u16(),
            body["code"].as_str().unwrap_or_default().to_owned(),
            pointers.iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect(),
        )
    }
}

/// req: IDENT-022
#[tokio::test]
async fn every_wrong_field_of_a_new_grant_is_named() {
    for backend in backends() {
        let city = City::new(backend).await;
        let elder = city.signed_on("zhao-jianguo").await;
        let wrong = json!({
            "direction": "give", "role": "proxy", "relation": "",
            "party": { "name": "", "id_number": "123", "phone": "1" },
            "starts_on": "2026-09-20", "ends_on": "2026-09-19", "all_items": false, "items": [], "all_materials": false,
        });
        let (status, _, pointers) = city.grant_refused(&elder, wrong).await;
        assert_eq!(status, 422);
        assert_eq!(
            pointers,
            [
                "/starts_on",
                "/ends_on",
                "/items",
                "/materials",
                "/party/name",
                "/party/id_number",
                "/party/phone",
                "/relation"
            ]
        );
        let own = json!({ "party": { "name": "赵建国", "id_number": "449902194308090314", "phone": "19900000003" } });
        assert_eq!(city.grant_refused(&elder, with(new_proxy(), own)).await.2, ["/party/id_number"]);
        let asks = json!({ "direction": "ask", "role": "manager" });
        assert_eq!(city.grant_refused(&elder, with(new_proxy(), asks)).await.2, ["/role"]);
        city.test.close().await;
    }
}

/// req: IDENT-019
#[tokio::test]
async fn only_the_legal_representative_appoints_and_nobody_beyond_his_own() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (person, legal) = (city.signed_on("zhou-qiang").await, city.signed_on("haiyan").await);
        let other = city.signed_on("li-ming").await;
        let (status, code, _) = city.grant_refused(&other, new_manager()).await;
        assert_eq!((status, code.as_str()), (403, "not_legal_representative"));
        assert_eq!(city.grant_refused(&legal, new_proxy()).await.2, ["/role"]);
        let manages = city.give(&legal, new_manager()).await;
        let agent = |more: Value| {
            let party = json!({ "name": "孙晓雨", "id_number": "449901200211200427", "phone": "19900000005" });
            with(with(new_manager(), json!({ "role": "agent", "party": party, "acting_for": manages["id"] })), more)
        };
        // Not agreed to yet, nothing hangs on it.
        assert_eq!(city.grant_refused(&person, agent(json!({}))).await.2, ["/acting_for"]);
        assert_eq!(city.act(&person, &manages["id"], "accept", json!({ "version": 1 })).await.0, 200);
        let beyond = json!({ "starts_on": "2026-09-21", "ends_on": "2027-01-01", "items": ["food", "fish"] });
        let (status, _, pointers) = city.grant_refused(&person, agent(beyond)).await;
        assert_eq!((status, pointers), (422, vec!["/ends_on".to_owned(), "/items".to_owned()]));
        let (_, code, _) = city.grant_refused(&person, agent(json!({ "role": "manager" }))).await;
        assert_eq!(code, "may_not_appoint");
        let given = city.give(&person, agent(json!({ "items": ["food"] }))).await;
        assert_eq!(given["granted_by"], "周强");
        assert_eq!(given["parent_id"], manages["id"]);
        // The legal representative sees and may end what her manager gave; its holder may not change it.
        let seen = city.get("/api/v1/portal/grants?side=given", &legal).await.json();
        assert_eq!(seen["total"], 2);
        let holder = city.signed_on("sun-xiaoyu").await;
        let path = format!("/api/v1/portal/grants/{}", given["id"].as_str().unwrap());
        let change = city.call(Method::PUT, &path, &holder, with(new_manager(), json!({ "version": 1 }))).await;
        assert_eq!(change.status, StatusCode::FORBIDDEN);
        let (status, ended) = city.act(&legal, &given["id"], "revoke", json!({ "version": 1 })).await;
        assert_eq!((status, ended["state"].as_str()), (200, Some("revoked")));
        city.test.close().await;
    }
}

/// req: IDENT-022, IDENT-023
#[tokio::test]
async fn only_the_side_that_was_asked_answers_and_once() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (elder, son, other) =
            (city.signed_on("zhao-jianguo").await, city.signed_on("zhao-lei").await, city.signed_on("li-ming").await);
        let made = city.give(&elder, new_proxy()).await;
        let id = made["id"].clone();
        assert_eq!(made["can"], json!({ "accept": false, "refuse": false, "change": true, "revoke": true }));
        assert_eq!(made["grantee"]["phone_masked"], "199****0004");
        assert!(!made.to_string().contains("449902197102250179"), "no raw number leaves");
        assert_eq!(city.act(&other, &id, "accept", json!({ "version": 1 })).await.0, 404);
        assert_eq!(city.act(&elder, &id, "accept", json!({ "version": 1 })).await.0, 403);
        assert_eq!(city.act(&son, &id, "accept", json!({ "version": 9 })).await.0, 409);
        let list = city.get("/api/v1/portal/grants", &son).await.json();
        assert_eq!((&list["counts"]["waiting_for_me"], &list["items"][0]["can"]["accept"]), (&json!(1), &json!(true)));
        let (status, refused) = city.act(&son, &id, "refuse", json!({ "version": 1, "reason": "最近没空" })).await;
        assert_eq!((status, refused["state"].as_str()), (200, Some("refused")));
        let (status, again) = city.act(&son, &id, "accept", json!({ "version": 2 })).await;
        assert_eq!((status, again["code"].as_str()), (409, Some("grant_out_of_order")));
        let list = city.get("/api/v1/portal/grants?state=ended", &elder).await.json();
        assert_eq!((&list["total"], &list["items"][0]["end_reason"]), (&json!(1), &json!("最近没空")));

        // A child asks; the elder agrees online under the real name only.
        let ask = json!({
            "direction": "ask",
            "party": { "name": "赵建", "id_number": "449902194308090314", "phone": "19900000003" },
        });
        let misnamed = city.give(&son, with(new_proxy(), ask)).await;
        let (status, problem) = city.act(&elder, &misnamed["id"], "accept", json!({ "version": 1 })).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("name_differs")));
        city.act(&son, &misnamed["id"], "revoke", json!({ "version": 1 })).await;
        let right = json!({ "name": "赵建国", "id_number": "449902194308090314", "phone": "19900000003" });
        let asked = city.give(&son, with(new_proxy(), json!({ "direction": "ask", "party": right }))).await;
        let (status, agreed) = city.act(&elder, &asked["id"], "accept", json!({ "version": 1 })).await;
        assert_eq!((status, agreed["confirmed"].as_str()), (200, Some("网上确认")));
        let choices = city.get("/api/v1/portal/me/acting-for", &son).await.json();
        assert_eq!(choices["items"][1]["name"], "赵建国");
        city.test.clock.advance(Duration::days(200));
        assert_eq!(city.identity.expire_grants().await.unwrap(), 1);
        let son = city.signed_on("zhao-lei").await;
        assert_eq!(city.get("/api/v1/portal/me/acting-for", &son).await.json()["items"].as_array().unwrap().len(), 1);
        city.test.close().await;
    }
}

/// req: IDENT-020
#[tokio::test]
async fn two_clicks_make_one_grant_and_names_are_not_told_apart() {
    for backend in backends() {
        let city = City::new(backend).await;
        let elder = city.signed_on("zhao-jianguo").await;
        let first = city.give(&elder, new_proxy()).await;
        let (status, code, _) = city.grant_refused(&elder, new_proxy()).await;
        assert_eq!((status, code.as_str()), (409, "same_grant_waiting"));
        // Somebody who has never signed on gets the same answer as somebody who has.
        let unknown = json!({ "name": "何勇", "id_number": "449902196809150193", "phone": "19900000010" });
        let second = city.give(&elder, with(new_proxy(), json!({ "party": unknown }))).await;
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&first), keys(&second));
        assert_eq!(first["state"], second["state"]);
        city.test.close().await;
    }
}

/// The former representative's grants end with the first sign-on that names a new one.
///
/// req: IDENT-019
#[tokio::test]
async fn a_new_legal_representative_ends_what_the_former_one_gave() {
    for backend in backends() {
        let city = City::new(backend).await;
        let profile = |name: &str, number: &str| -> Profile {
            serde_json::from_value(json!({
                "sub": "shop", "kind": "enterprise", "name": name, "id_type": "111", "id_number": number,
                "phone": "19900000001", "real_name": true,
                "enterprise": { "name": "海燕小厨", "uscc": "92449902MA9900KX9E", "legal_person": name },
            }))
            .unwrap()
        };
        let before = profile("王海燕", "449902198803120267");
        let shop = city.identity.mirror(before.clone()).await.unwrap();
        let principal = platform::sessions::PrincipalSource::principal(
            &city.identity,
            &city.test.platform,
            platform::web::guard::Audience::Portal,
            shop.id,
        )
        .await
        .unwrap()
        .unwrap();
        let caller = platform::web::guard::Allowed::trusted(principal);
        let id = city.identity.give_grant(&caller, serde_json::from_value(new_manager()).unwrap(), None).await.unwrap();
        city.identity.mirror(before).await.unwrap();
        assert_eq!(crate::delegation::service::end::states(&city.identity, &[id]).await, ["waiting"]);
        city.identity.mirror(profile("李明", "449902198506170153")).await.unwrap();
        assert_eq!(crate::delegation::service::end::states(&city.identity, &[id]).await, ["revoked"]);
        city.test.close().await;
    }
}

/// A browser left open by the former legal representative is out as soon as the new one signs on.
///
/// req: IDENT-019
#[tokio::test]
async fn a_former_legal_representative_is_signed_out() {
    use crate::store::accounts::row;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    for backend in backends() {
        let city = City::new(backend).await;
        let open = city.signed_on("haiyan").await;
        let shop = row::Entity::find().filter(row::Column::Kind.eq("enterprise"));
        let shop = shop.one(city.test.platform.db.read()).await.unwrap().unwrap();
        let new: Profile = serde_json::from_value(json!({
            "sub": shop.subject, "kind": "enterprise", "name": "李明", "id_type": "111",
            "id_number": "449902198506170153", "phone": "19900000002", "real_name": true,
            "enterprise": { "name": "示例区海燕小厨餐饮店", "uscc": "92449902MA9900KX9E", "legal_person": "李明" },
        }))
        .unwrap();
        city.identity.mirror(new).await.unwrap();
        assert_eq!(city.get("/api/v1/portal/me", &open).await.status, StatusCode::UNAUTHORIZED);
        city.test.close().await;
    }
}

/// req: IDENT-023
#[tokio::test]
async fn the_window_needs_its_permission_and_the_right_papers() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let son = city.signed_on("zhao-lei").await;
        let right = json!({ "name": "赵建国", "id_number": "449902194308090314", "phone": "19900000003" });
        let asked = city.give(&son, with(new_proxy(), json!({ "direction": "ask", "party": right }))).await;
        let path = format!("/api/v1/desk/grants/{}/confirm", asked["id"].as_str().unwrap());
        let papers = json!({ "version": 1, "name": "赵建国", "id_number": "449902194308090314", "way": "id_card" });
        let reviewer = city.sign_in("reviewer", crate::tests::PASSWORD).await.cookie("tb_desk").unwrap();
        let answer = city.call(Method::POST, &path, &reviewer, papers.clone()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let clerk = city.signed_in().await;
        for (more, pointer) in [
            (json!({ "way": "phone" }), "/way"),
            (json!({ "name": "赵建" }), "/name"),
            (json!({ "id_number": "449902193312120243" }), "/id_number"),
        ] {
            let answer = city.call(Method::POST, &path, &clerk, with(papers.clone(), more)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        let refuse = path.replace("/confirm", "/refuse");
        let answer = city.call(Method::POST, &refuse, &clerk, papers.clone()).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/reason", "a refusal says why");
        let answer = city.call(Method::POST, &path, &clerk, papers.clone()).await.json();
        assert_eq!((answer["state"].as_str(), answer["my_side"].as_str()), (Some("active"), Some("")));
        let again = city.call(Method::POST, &path, &clerk, with(papers, json!({ "version": 2 }))).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        let found = city
            .call(Method::POST, "/api/v1/desk/grants/find", &clerk, json!({ "id_number": "449902194308090314" }))
            .await
            .json();
        assert_eq!(found["items"], json!([]));
        city.test.close().await;
    }
}
