//! Lists, board, workbench, export: exact, masked, within reach.

use std::collections::BTreeSet;

use casework::cases::service::lists::{CaseFilter, ExportAsk, MyFilter, TaskFilter};
use serde_json::json;
use uuid::Uuid;

use crate::world::{ALLOWANCE, World, answers, on_both, refused};

/// Twelve cases in several states and two departments, over three days.
async fn town(world: &World) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for day in 0..3 {
        for _ in 0..3 {
            ids.push(world.submitted().await);
        }
        if day < 2 {
            world.days(1);
        }
    }
    world.accept(ids[0]).await.unwrap();
    world.accept(ids[3]).await.unwrap();
    let suspend = world.on(ids[3], json!({ "procedure": "hearing", "reason": "利害关系人要求听证" })).await;
    world.casework.suspend(&world.staff("reviewer").await, ids[3], suspend).await.unwrap();
    let withdraw = world.on(ids[1], json!({ "reason": "信息填错了，重新申请" })).await;
    world.casework.withdraw(&world.haiyan.caller, ids[1], withdraw).await.unwrap();
    let ask =
        world.on(ids[2], json!({ "items": [{ "material_key": "m03", "reason": "没有标出流向，请重新上传" }] })).await;
    world.casework.request_correction(&world.staff("clerk").await, ids[2], ask).await.unwrap();
    world.draft().await;
    ids
}

fn filter(body: serde_json::Value) -> CaseFilter {
    serde_json::from_value(body).unwrap()
}

/// Paging visits each case exactly once in both orders, and the total is exact on every page.
///
/// req: CASE-022
#[tokio::test]
async fn paging_visits_each_row_once_in_both_orders() {
    on_both(async |world| {
        let ids: BTreeSet<Uuid> = town(world).await.into_iter().collect();
        let clerk = world.staff("clerk").await;
        for sort in ["time_left", "submitted_at"] {
            for limit in [1, 2, 4, 100] {
                let mut wanted = filter(json!({ "sort": sort, "limit": limit }));
                let mut seen = Vec::new();
                loop {
                    let page = world.casework.list_cases(&clerk, &wanted).await.unwrap();
                    assert_eq!(page.list.total, 9);
                    seen.extend(page.list.items.iter().map(|row| row.id));
                    match page.list.next {
                        Some(next) => wanted.cursor = Some(next),
                        None => break,
                    }
                }
                assert_eq!(seen.len(), 9, "{sort} by {limit}");
                assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), ids);
            }
        }
        let broken = filter(json!({ "cursor": "no-such-place" }));
        refused(world.casework.list_cases(&clerk, &broken).await, 400);
        let mut wanted = MyFilter { limit: Some(3), ..MyFilter::default() };
        let mut mine = Vec::new();
        loop {
            let page = world.casework.my_cases(&world.haiyan.caller, &wanted).await.unwrap();
            assert_eq!(page.list.total, 10, "the draft is in one's own list");
            mine.extend(page.list.items.iter().map(|row| row.id));
            match page.list.next {
                Some(next) => wanted.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!((mine.len(), mine.iter().collect::<BTreeSet<_>>().len()), (10, 10));
        let mut wanted = TaskFilter { limit: Some(2), ..TaskFilter::default() };
        let mut tasks = Vec::new();
        loop {
            let page = world.casework.my_tasks(&clerk, &wanted).await.unwrap();
            assert_eq!(page.total, 5, "five wait for the clerk");
            tasks.extend(page.items.iter().map(|row| row.id));
            // A task done between two pages takes no other task's place.
            if tasks.len() == 2 {
                let first = page.items[0].case.id;
                world.accept(first).await.unwrap();
                let next = world
                    .casework
                    .my_tasks(&clerk, &TaskFilter { cursor: page.next.clone(), ..wanted.clone() })
                    .await
                    .unwrap();
                assert_eq!(next.total, 4);
                tasks.extend(next.items.iter().map(|row| row.id));
                wanted.cursor = next.next;
                break;
            }
        }
        while let Some(cursor) = wanted.cursor.take() {
            let page =
                world.casework.my_tasks(&clerk, &TaskFilter { cursor: Some(cursor), ..wanted.clone() }).await.unwrap();
            tasks.extend(page.items.iter().map(|row| row.id));
            wanted.cursor = page.next;
        }
        assert_eq!((tasks.len(), tasks.iter().collect::<BTreeSet<_>>().len()), (5, 5));
    })
    .await;
}

/// The work list is put in order by what the tasks know of their cases: the case whose clock stands comes last, and a
/// task written by somebody who knows nothing of that (the release before) is mended.
///
/// req: CASE-022
#[tokio::test]
async fn the_work_list_is_by_the_time_left_of_the_cases() {
    on_both(async |world| {
        town(world).await;
        let reviewer = world.staff("reviewer").await;
        let listed = async || {
            let page = world.casework.my_tasks(&reviewer, &TaskFilter::default()).await.unwrap();
            page.items.iter().map(|row| row.case.time_left.clone().unwrap().due_date).collect::<Vec<_>>()
        };
        let wanted = listed().await;
        assert_eq!(wanted.len(), 2);
        assert!(wanted[0].is_some() && wanted[1].is_none(), "the hearing's clock stands: {wanted:?}");
        world.sql("UPDATE tasks SET item_slug = '', case_due_at = NULL".to_owned()).await;
        assert_eq!(world.casework.mend_tasks().await.unwrap(), world.count("tasks WHERE state = 'open'").await as u64);
        assert_eq!(world.casework.mend_tasks().await.unwrap(), 0, "mended once");
        assert_eq!(listed().await, wanted);
    })
    .await;
}

/// Each filter gives what it says, with its exact total; counts stand per state.
///
/// req: CASE-022
#[tokio::test]
async fn filters_and_totals_are_exact() {
    on_both(async |world| {
        let ids = town(world).await;
        let clerk = world.staff("clerk").await;
        let number = world.casework.desk_case(&clerk, ids[4]).await.unwrap().case_number;
        let cases = [
            (json!({}), 9),
            (json!({ "state": "submitted" }), 5),
            (json!({ "state": "open" }), 8),
            (json!({ "state": "done" }), 1),
            (json!({ "state": "correction" }), 1),
            (json!({ "light": "paused" }), 2),
            (json!({ "light": "overdue" }), 0),
            (json!({ "light": "warning" }), 2),
            (json!({ "item": "food-operation-permit" }), 9),
            (json!({ "item": ALLOWANCE }), 0),
            (json!({ "channel": "window" }), 0),
            (json!({ "q": number }), 1),
            (json!({ "q": &number[number.len() - 6..] }), 1),
            (json!({ "q": &number[..18] }), 9),
            (json!({ "q": "海燕小厨" }), 9),
            (json!({ "q": "92449902ma9900kx9e" }), 9),
            (json!({ "q": "没有这家店" }), 0),
            (json!({ "from": "2026-09-22", "to": "2026-09-22" }), 3),
            (json!({ "from": "2026-09-23" }), 3),
        ];
        for (wanted, total) in cases {
            let page = world.casework.list_cases(&clerk, &filter(wanted.clone())).await.unwrap();
            assert_eq!((page.list.total, page.list.items.len()), (total, usize::try_from(total).unwrap()), "{wanted}");
        }
        let counts = world.casework.list_cases(&clerk, &filter(json!({ "state": "special" }))).await.unwrap().counts;
        let expected = [("accepted", 1), ("correction", 1), ("special", 1), ("submitted", 5), ("withdrawn", 1)];
        assert_eq!(counts.iter().map(|(state, count)| (state.as_str(), *count)).collect::<Vec<_>>(), expected);
        refused(world.casework.list_cases(&clerk, &filter(json!({ "from": "gestern" }))).await, 422);
        let mine = world.casework.my_cases(&world.haiyan.caller, &MyFilter::default()).await.unwrap().counts;
        assert_eq!((mine.todo, mine.open, mine.done, mine.draft), (1, 8, 1, 1));
        assert_eq!(world.casework.my_cases(&world.li.caller, &MyFilter::default()).await.unwrap().list.total, 0);
    })
    .await;
}

/// Reach is part of every list; a person's name is masked in it.
///
/// req: CASE-022, IDENT-004
#[tokio::test]
async fn lists_keep_to_the_reach_and_mask_names() {
    on_both(async |world| {
        world.submitted().await;
        let zhao = world.citizen(crate::world::person("zhao", "赵建国", "449902194308090314", "19900000003")).await;
        let id = world.casework.create_draft(&zhao.caller, ALLOWANCE, "80", None).await.unwrap();
        let save = world.on(id, answers(ALLOWANCE, "valid")).await;
        world.casework.save_draft(&zhao.caller, id, save).await.unwrap();
        for key in ["m02", "m03", "m04"] {
            let picture = [b"\x89PNG\r\n\x1a\n".to_vec(), key.into()].concat();
            let platform = &world.casework.platform;
            let file = platform::files::store(platform, Some(zhao.account.id), "material", "a.png", picture.into())
                .await
                .unwrap()
                .id;
            let hand = world.on(id, json!({ "files": [file], "handing": "upload" })).await;
            world.casework.hand_material(&zhao.caller, id, key, hand).await.unwrap();
        }
        world.casework.submit(&zhao.caller, id, world.version(id).await).await.unwrap();
        let all = filter(json!({}));
        for (login, expected) in [("clerk", 1), ("clerk-civil", 1), ("supervisor", 2), ("clerk-social", 0)] {
            let staff = world.staff(login).await;
            let list = world.casework.list_cases(&staff, &all).await.unwrap().list;
            assert_eq!(list.total, expected, "{login}");
            let board = world.casework.board(&staff).await.unwrap();
            assert_eq!(board.iter().map(|column| column.count).sum::<u64>(), expected, "{login}");
        }
        let civil = world.casework.list_cases(&world.staff("clerk-civil").await, &all).await.unwrap().list;
        assert_eq!(civil.items[0].applicant_name, "赵*国");
    })
    .await;
}

/// The export is the list: masked, within reach, logged, and no cell runs as a formula.
///
/// req: CASE-022
#[tokio::test]
async fn the_export_is_masked_and_runs_no_formula() {
    on_both(async |world| {
        world.submitted().await;
        world.sql("UPDATE cases SET applicant_name = '=HYPERLINK(\"http://x\")', step_name = ' @SUM(1)'".into()).await;
        let clerk = world.staff("clerk").await;
        let csv = world.casework.export_cases(&clerk, &filter(json!({})), &ExportAsk::default()).await.unwrap();
        assert_eq!(csv.lines().count(), 2);
        assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{csv}");
        assert!(csv.contains("\"' @SUM(1)\""));
        assert!(!csv.contains("19900000001"));
        let lines = platform::work::audit::about(world.casework.platform.db.read(), "cases").await.unwrap();
        assert_eq!(lines, [("case.export".to_owned(), clerk.name.clone())]);
        let nothing = world
            .casework
            .export_cases(&world.staff("clerk-social").await, &filter(json!({})), &ExportAsk::default())
            .await
            .unwrap();
        assert_eq!(nothing.lines().count(), 1);
    })
    .await;
}

/// The board sorts open cases by time left; the workbench counts what waits and names what is late.
///
/// req: CASE-022
#[tokio::test]
async fn board_and_workbench_count_what_waits() {
    on_both(async |world| {
        town(world).await;
        world.days(1);
        let board = async || {
            let columns = world.casework.board(&world.staff("supervisor").await).await.unwrap();
            columns.iter().map(|column| (column.light, column.count)).collect::<Vec<_>>()
        };
        assert_eq!(board().await, [("overdue", 0), ("today", 2), ("warning", 0), ("normal", 4), ("paused", 2)]);
        // Counted at once for the board, one by one for the list of each light.
        let agree = async || {
            for (light, count) in board().await {
                let supervisor = world.staff("supervisor").await;
                let list = world.casework.list_cases(&supervisor, &filter(json!({ "light": light }))).await.unwrap();
                assert_eq!(list.list.total, count, "{light}");
            }
        };
        agree().await;
        let clerk = world.staff("clerk").await;
        let bench = world.casework.workbench(&clerk).await.unwrap();
        let counts = bench.counts;
        assert_eq!(
            (counts.to_accept, counts.to_review, counts.paused, counts.overdue, counts.to_deliver),
            (5, 1, 2, 0, 0)
        );
        assert_eq!(bench.task_total, 5);
        assert!(bench.sentence.contains("2 件"), "{}", bench.sentence);
        let week = async || {
            let bench = world.casework.workbench(&clerk).await.unwrap();
            bench.week.iter().map(|day| (day.received, day.accepted, day.closed, day.on_time)).collect::<Vec<_>>()
        };
        let before = week().await;
        assert_eq!(before.iter().map(|day| day.0).collect::<Vec<_>>(), [3, 3, 3, 0]);
        assert_eq!(before.iter().map(|day| day.1).sum::<u64>(), 2, "{before:?}");
        world.casework.count_cases().await.unwrap();
        assert_eq!(week().await, before, "counted or not");
        world.days(20);
        agree().await;
        let late = board().await;
        assert_eq!(late[0], ("overdue", 6));
        assert_eq!(late[4], ("paused", 2), "a clock that stands is never late");
        assert!(world.casework.workbench(&clerk).await.unwrap().sentence.contains("超期"));
    })
    .await;
}

/// A supervisor urges or orders from the row; the handlers are told each time, the order is answered once.
///
/// req: CASE-022
#[tokio::test]
async fn an_order_reaches_the_handlers_and_is_answered() {
    on_both(async |world| {
        let id = world.accepted().await;
        let supervisor = world.staff("supervisor").await;
        let reviewer = world.staff("reviewer").await;
        for (text, order) in [("请今天办完", false), ("仍未办理，请说明原因", true)] {
            // A second click urges nobody again.
            for _ in 0..2 {
                let urge = serde_json::from_value(json!({ "text": text, "order": order })).unwrap();
                world.casework.urge(&supervisor, id, urge, Some(format!("click {order}"))).await.unwrap();
            }
        }
        world.settle().await;
        world.settle().await;
        let bench = world.casework.workbench(&reviewer).await.unwrap();
        assert_eq!(bench.reminders.len(), 2, "{:?}", bench.reminders);
        let order =
            world.casework.desk_case(&reviewer, id).await.unwrap().urges.into_iter().find(|one| one.order).unwrap();
        let reply = || serde_json::from_value(json!({ "text": "今天下午办结" })).unwrap();
        world.casework.reply_urge(&reviewer, id, order.id, reply()).await.unwrap();
        refused(world.casework.reply_urge(&reviewer, id, order.id, reply()).await, 409);
    })
    .await;
}
