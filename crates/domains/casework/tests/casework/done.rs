//! The list of what somebody has done.

use casework::cases::service::lists::DoneFilter;
use serde_json::json;

use crate::world::{on_both, pointers, refused};

/// Everybody's done tasks stand in his own list, the latest first, found by the name of the case, its number, the
/// applicant or a name of his own; an entry left out of the list stays with the case, and the log tells why.
///
/// req: CASE-037
#[tokio::test]
async fn done_tasks_are_ones_own_list() {
    on_both(async |world| {
        let casework = &world.casework;
        let (reviewer, clerk) = (world.staff("reviewer").await, world.staff("clerk").await);
        let mut cases = Vec::new();
        for _ in 0..3 {
            let id = world.accepted().await;
            world.forward(time::Duration::minutes(5));
            world.step(id, "pass").await.unwrap();
            cases.push(id);
        }
        let find = async |filter: serde_json::Value| {
            let filter: DoneFilter = serde_json::from_value(filter).unwrap();
            casework.done_tasks(&reviewer, &filter).await.unwrap()
        };
        let all = find(json!({})).await;
        assert_eq!(all.total, 3);
        let order: Vec<_> = all.items.iter().rev().map(|row| row.case.id).collect();
        assert_eq!(order, cases, "the latest first");
        assert_eq!(all.items[0].outcome_label, "通过");
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = find(json!({ "limit": 2, "cursor": cursor })).await;
            assert_eq!(page.total, 3);
            seen.extend(page.items.iter().map(|row| row.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all.items.iter().map(|row| row.id).collect::<Vec<_>>());
        // The clerk has taken the same cases in: his own list, with his own step.
        let taken = casework.done_tasks(&clerk, &DoneFilter::default()).await.unwrap();
        assert_eq!(taken.total, 3);
        assert!(taken.items.iter().all(|row| row.outcome_label != "通过"), "{taken:?}");

        let first = &all.items[0];
        for (words, wanted) in [("食品经营", 3), ("海燕小厨", 3), (first.case.case_number.as_str(), 1), ("没有这件", 0)]
        {
            assert_eq!(find(json!({ "q": words })).await.total, wanted, "{words}");
        }
        let name = |own: &str| serde_json::from_value(json!({ "own_name": own })).unwrap();
        assert_eq!(pointers(casework.name_done(&reviewer, first.id, name(&"长".repeat(61))).await, 422), ["/own_name"]);
        casework.name_done(&reviewer, first.id, name("学校门口那家")).await.unwrap();
        let named = find(json!({ "q": "学校门口" })).await;
        assert_eq!((named.total, named.items[0].own_name.as_str()), (1, "学校门口那家"));
        casework.name_done(&reviewer, first.id, name("")).await.unwrap();
        assert_eq!(find(json!({ "q": "学校门口" })).await.total, 0);

        let hide = |reason: &str| serde_json::from_value(json!({ "reason": reason })).unwrap();
        refused(casework.hide_done(&clerk, first.id, hide("不是我办的")).await, 404);
        assert_eq!(pointers(casework.hide_done(&reviewer, first.id, hide("")).await, 422), ["/reason"]);
        casework.hide_done(&reviewer, first.id, hide("办错了已退回重办")).await.unwrap();
        assert_eq!(find(json!({})).await.total, 2);
        let hidden = find(json!({ "hidden": true })).await;
        assert_eq!((hidden.total, hidden.items[0].id), (1, first.id));
        let case = casework.desk_case(&reviewer, first.case.id).await.unwrap();
        assert!(case.opinions.iter().any(|one| one.by == reviewer.name), "the case keeps what was done");
        let about = format!("case:{}", first.case.id);
        let lines = platform::work::audit::about(casework.platform.db.read(), &about).await.unwrap();
        assert!(lines.iter().any(|(action, _)| action == "done_task.hide"), "{lines:?}");
        casework.show_done(&reviewer, first.id).await.unwrap();
        assert_eq!(find(json!({})).await.total, 3);
    })
    .await;
}
