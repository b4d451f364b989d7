//! Finding items over HTTP.

use sea_orm::entity::prelude::*;
use serde_json::Value;

use super::Desk;
use crate::Catalogue;
use crate::items::store::item;
use crate::search::{CHECK_SECONDS, Query};

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

fn another_node(desk: &Desk) -> Catalogue {
    let platform = desk.test.platform.clone();
    let other = Catalogue::new(platform.clone(), desk.identity.clone(), design::Design::new(platform));
    other.use_navigation(crate::packs::read_navigation(&super::folder("platform/themes.yaml")).unwrap());
    other
}

async fn publish(catalogue: &Catalogue, slug: &str) {
    let pack = crate::packs::read(&super::folder(&format!("items/{slug}"))).unwrap();
    catalogue.publish(pack.item.as_ref().unwrap(), &pack.sources, "内容包").await.unwrap();
}

async fn total(catalogue: &Catalogue, q: &str) -> usize {
    let query = Query { q: Some(q.to_owned()), ..Query::default() };
    catalogue.snapshot().await.unwrap().find(&query).total
}

/// req: PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_see_each_others_publications_within_seconds() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (one, other) = (&desk.catalogue, another_node(&desk));
        assert_eq!((one.snapshot().await.unwrap().len(), other.snapshot().await.unwrap().len()), (0, 0));
        publish(one, "food-operation-permit").await;
        assert_eq!(one.snapshot().await.unwrap().len(), 1, "at once where it was published");
        desk.test.clock.advance(time::Duration::seconds(CHECK_SECONDS + 1));
        assert_eq!(other.snapshot().await.unwrap().len(), 1);
        publish(&other, "nurse-registration").await;
        assert_eq!(other.snapshot().await.unwrap().len(), 2);
        desk.test.clock.advance(time::Duration::seconds(CHECK_SECONDS + 1));
        assert_eq!(one.snapshot().await.unwrap().len(), 2);
        assert_eq!((total(one, "护士").await, total(&other, "食品经营").await), (1, 1));
        desk.test.close().await;
    }
}

/// Each head is given another name behind the program's back, which shows who was read again.
///
/// req: ITEM-001, PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn an_item_published_is_found_and_no_other_is_read_again() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let other = another_node(&desk);
        publish(&desk.catalogue, "food-operation-permit").await;
        publish(&desk.catalogue, "nurse-registration").await;
        for node in [&desk.catalogue, &other] {
            assert_eq!(total(node, "护士").await, 1);
        }
        let now = desk.test.platform.now();
        let mark = desk.test.platform.db.write(now, |tx| {
            Box::pin(async move {
                for head in item::Entity::find().all(tx.conn()).await? {
                    let mut card = head.card.unwrap();
                    card["name"] = "排水户登记".into();
                    item::Entity::update_many()
                        .col_expr(item::Column::Card, Expr::value(card))
                        .filter(item::Column::Slug.eq(head.slug))
                        .exec(tx.conn())
                        .await?;
                }
                Ok(())
            })
        });
        mark.await.unwrap();
        publish(&desk.catalogue, "senior-allowance").await;
        assert_eq!(desk.catalogue.snapshot().await.unwrap().len(), 3);
        desk.test.clock.advance(time::Duration::seconds(CHECK_SECONDS + 1));
        for node in [&desk.catalogue, &other] {
            assert_eq!(node.snapshot().await.unwrap().len(), 3);
            assert_eq!((total(node, "护士").await, total(node, "排水户").await), (1, 0), "{backend:?}");
        }
        // A node that has just started reads what there is.
        let fresh = another_node(&desk);
        assert_eq!(total(&fresh, "排水户").await, 2);
        desk.test.close().await;
    }
}

/// req: PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn a_department_is_found_by_its_new_name_within_seconds() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        publish(&desk.catalogue, "food-operation-permit").await;
        let old = desk.catalogue.snapshot().await.unwrap().card("food-operation-permit").unwrap().org_name;
        let orgs = super::file("city/orgs.yaml").replace(&old, "示例市食品安全局");
        desk.identity.import_orgs(&orgs).await.unwrap();
        desk.test.clock.advance(time::Duration::seconds(CHECK_SECONDS + 1));
        assert_eq!(total(&desk.catalogue, "示例市食品安全局").await, 1);
        let all = desk.catalogue.snapshot().await.unwrap().find(&Query::default());
        assert_eq!(all.facets.orgs.iter().map(|org| org.label.as_str()).collect::<Vec<_>>(), ["示例市食品安全局"]);
        desk.test.close().await;
    }
}

/// An import of many items is read behind the answers: whoever asks meanwhile gets what there was.
///
/// req: ITEM-001, PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_while_many_changed_items_are_read() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    publish(&desk.catalogue, "food-operation-permit").await;
    let before = desk.catalogue.snapshot().await.unwrap();
    publish(&desk.catalogue, "nurse-registration").await;
    for at in 0..1_000 {
        desk.catalogue.search.note(&format!("no-such-{at}"));
    }
    let meanwhile = desk.catalogue.snapshot().await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&before, &meanwhile));
    // The next one is ready when the one who makes it has ended.
    while desk.catalogue.snapshot().await.unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(total(&desk.catalogue, "护士").await, 1);
    desk.test.close().await;
}
