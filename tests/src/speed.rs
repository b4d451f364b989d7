//! How many statements a page reads by: the number a person waits for must not grow with the data.

use reqwest::Method;
use serde_json::json;

use crate::fees::accepted;
use crate::world::{Caller, World};

/// Statements of one answer, from its `Server-Timing`; the fewest of three, because what is known of organisations and
/// items is looked up again every few seconds, on a slow machine in any of them.
async fn statements(caller: &Caller, path: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..3 {
        let answer = caller.request(Method::GET, path, None).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let told = answer.headers()["server-timing"].to_str().unwrap().to_owned();
        let count = told.split_once("desc=\"").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0;
        fewest = fewest.min(count.parse().unwrap());
    }
    fewest
}

/// The page of a case reads its form, materials, events, documents and tasks in at most ten statements, and as many
/// for a case that much has happened to as for a new one.
///
/// req: CASE-040, OPS-003
#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_case_is_read_by_at_most_ten_statements() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk-estate").await);
        let id = accepted(&world, &citizen, &clerk, json!({})).await;
        let page = format!("/cases/{id}");
        // Items, forms and flows are read once and kept.
        statements(&clerk, &page).await;
        let few = statements(&clerk, &page).await;
        let supervisor = world.staff("supervisor").await;
        for no in 1..=20 {
            supervisor
                .post(&format!("/cases/{id}/urge"), json!({ "text": format!("第 {no} 次催办，请尽快办理") }))
                .await;
        }
        let many = statements(&clerk, &page).await;
        assert_eq!(few, many);
        assert!(many <= 10, "{many} statements");
        world.close().await;
    }
}
