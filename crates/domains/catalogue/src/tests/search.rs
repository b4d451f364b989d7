//! Finding items over HTTP.

use serde_json::Value;

use super::Desk;

fn slugs(found: &Value) -> Vec<&str> {
    found["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap()).collect()
}

/// req: PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn items_are_found_by_words_initials_department_and_theme() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        for (q, slug) in [
            ("食品经营", "food-operation-permit"),
            ("食品许可", "food-operation-permit"),
            ("奶茶店", "food-operation-permit"),
            ("spjyxk", "food-operation-permit"),
            ("SPJY", "food-operation-permit"),
            ("护士", "nurse-registration"),
            ("示例市卫生健康局", "nurse-registration"),
            ("不动产", "real-estate-transfer"),
        ] {
            let found = desk.get(&format!("/items?q={q}"), "").await.json();
            assert!(slugs(&found).contains(&slug), "{q}: {found}");
        }
        let best = desk.get("/items?q=食品经营许可证核发", "").await.json();
        assert_eq!(slugs(&best)[0], "food-operation-permit");
        assert_eq!(best["items"][0]["promise"]["text"], "5 个工作日");

        let theme = desk.get("/items?q=社会保障", "").await.json();
        assert!(slugs(&theme).contains(&"senior-allowance"), "{theme}");

        let none = desk.get("/items?q=食品精营许可", "").await.json();
        assert_eq!(none["total"], 0);
        assert!(none["did_you_mean"][0].as_str().unwrap().contains("食品经营许可"), "{none}");
        desk.test.close().await;
    }
}

/// req: PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn facets_narrow_together_and_count_what_one_would_get() {
    for backend in testkit::backends() {
        let desk = Desk::with_items(backend).await;
        let all = desk.get("/items?limit=5", "").await.json();
        assert_eq!((all["total"].as_u64(), slugs(&all).len()), (Some(12), 5));
        let rest = desk.get("/items?limit=5&offset=10", "").await.json();
        assert_eq!(slugs(&rest).len(), 2);

        for facet in ["themes", "objects", "scopes", "orgs"] {
            for value in all["facets"][facet].as_array().unwrap() {
                let name = facet.trim_end_matches('s');
                let found = desk.get(&format!("/items?{name}={}", value["key"].as_str().unwrap()), "").await.json();
                assert_eq!(found["total"], value["count"], "{facet} {value}");
            }
        }
        let both = desk.get("/items?theme=permits&object=2&scope=餐饮服务", "").await.json();
        assert_eq!(both["total"], 2, "{both}");
        let nothing = desk.get("/items?theme=permits&object=no-such", "").await.json();
        assert_eq!(nothing["total"], 0);
        let district = desk.get("/items?region=449902000000", "").await.json();
        let city = desk.get("/items?region=449900000000", "").await.json();
        assert!(district["total"].as_u64().unwrap() < 12 && city["total"] == 12, "{district}");
        desk.test.close().await;
    }
}

/// req: PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn suggestions_popular_items_and_themes_lead_in() {
    let desk = Desk::with_items(testkit::Backend::Sqlite).await;
    let suggested = desk.get("/items/suggest?q=spjy", "").await.json();
    assert_eq!(suggested["items"][0]["slug"], "food-operation-permit");
    assert_eq!(suggested["items"][0]["matched"], "initials");
    let suggested = desk.get("/items/suggest?q=护士", "").await.json();
    assert_eq!(suggested["items"][0]["matched"], "name");
    assert_eq!(desk.get("/items/suggest", "").await.json()["items"], serde_json::json!([]));
    assert_eq!(slugs(&desk.get("/items/popular", "").await.json()).len(), 8);
    let themes = desk.get("/themes", "").await.json();
    let permits = themes["legal"].as_array().unwrap().iter().find(|theme| theme["key"] == "permits").unwrap();
    assert_eq!((permits["label"].as_str(), permits["count"].as_u64() > Some(0)), (Some("准营准办"), true));
    assert_eq!(themes["natural"].as_array().unwrap().len(), 26);
}

/// A publication on another node shows after the check interval.
#[tokio::test(flavor = "multi_thread")]
async fn another_node_sees_a_publication_within_seconds() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let other = crate::Catalogue::new(
            desk.test.platform.clone(),
            desk.identity.clone(),
            design::Design::new(desk.test.platform.clone()),
        );
        assert_eq!(other.snapshot().await.unwrap().len(), 0);
        let pack = crate::packs::read(&super::folder("items/food-operation-permit")).unwrap();
        desk.catalogue.publish(pack.item.as_ref().unwrap(), &pack.sources, "内容包").await.unwrap();
        assert_eq!(desk.catalogue.snapshot().await.unwrap().len(), 1);
        desk.test.clock.advance(time::Duration::seconds(crate::search::CHECK_SECONDS + 1));
        assert_eq!(other.snapshot().await.unwrap().len(), 1);
        desk.test.close().await;
    }
}
