//! Orders and reminders from issue to close, their dialogue, and the warnings of limits.

use casework::cases::service::lists::CaseFilter;
use casework::supervision::Stage;
use casework::supervision::list::SupervisionFilter;
use platform::web::guard::Principal;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::world::{World, on_both, pointers, refused};

fn body<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

async fn inbox(world: &World, staff: &Principal) -> Vec<String> {
    let found = platform::messages::inbox(&world.casework.platform, &format!("staff:{}", staff.id), 50).await.unwrap();
    found.into_iter().map(|one| one.text).collect()
}

async fn order(world: &World, giver: &Principal, case: Uuid) -> Uuid {
    let urge = body(json!({ "text": "群众来电询问，请今天回复进度", "order": true }));
    world.casework.urge(giver, case, urge, None).await.unwrap();
    let list = world.casework.list_supervisions(giver, &SupervisionFilter { own: true, ..Default::default() }).await;
    list.unwrap().items()[0].id
}

/// An order is given, brought to mind again, signed for, answered and closed; each step once, by whom it is for, and the
/// other side is told.
///
/// req: CASE-036
#[tokio::test]
async fn an_order_goes_from_issue_to_close() {
    on_both(async |world| {
        let casework = &world.casework;
        let (supervisor, reviewer) = (world.staff("supervisor").await, world.staff("reviewer").await);
        let case = world.accepted().await;
        let id = order(world, &supervisor, case).await;
        world.settle().await;
        assert!(inbox(world, &reviewer).await.iter().any(|text| text.contains("请今天回复进度")));
        refused(casework.sign_supervision(&world.staff("clerk-social").await, id).await, 404);
        refused(casework.sign_supervision(&supervisor, id).await, 403);
        assert_eq!(refused(casework.remind_supervision(&supervisor, id).await, 409).code(), "reminded_just_now");
        world.forward(Duration::minutes(11));
        casework.remind_supervision(&supervisor, id).await.unwrap();
        world.settle().await;
        let told = inbox(world, &reviewer).await;
        assert_eq!(told.iter().filter(|text| text.contains("再次提醒")).count(), 1, "{told:?}");
        let early = casework.close_supervision(&supervisor, id, body(json!({ "note": "先办结了" }))).await;
        assert_eq!(refused(early, 409).code(), "supervision_unanswered");

        casework.sign_supervision(&reviewer, id).await.unwrap();
        assert_eq!(refused(casework.sign_supervision(&reviewer, id).await, 409).code(), "supervision_signed");
        let reply = body(json!({ "text": "材料已审完，明天现场核查" }));
        casework.reply_urge(&reviewer, case, id, reply).await.unwrap();
        world.settle().await;
        let told = inbox(world, &supervisor).await;
        assert!(told.iter().any(|text| text.contains("签收了")), "{told:?}");
        assert!(told.iter().any(|text| text.contains("回复了")), "{told:?}");
        assert_eq!(refused(casework.remind_supervision(&supervisor, id).await, 409).code(), "reminded_just_now");
        world.forward(Duration::minutes(11));
        assert_eq!(refused(casework.remind_supervision(&supervisor, id).await, 409).code(), "supervision_answered");
        assert_eq!(
            pointers(casework.close_supervision(&supervisor, id, body(json!({ "note": "" }))).await, 422),
            ["/note"]
        );
        casework.close_supervision(&supervisor, id, body(json!({ "note": "已按时回复" }))).await.unwrap();
        let again = casework.close_supervision(&supervisor, id, body(json!({ "note": "已按时回复" }))).await;
        assert_eq!(refused(again, 409).code(), "supervision_closed");

        let seen = casework.supervision(&reviewer, id).await.unwrap();
        assert_eq!((seen.stage, seen.reminders, seen.own), (Stage::Closed, 1, false));
        assert_eq!(seen.signed_by.as_deref(), Some(reviewer.name.as_str()));
        assert_eq!(seen.reply.as_deref(), Some("材料已审完，明天现场核查"));
        let lines = platform::work::audit::about(casework.platform.db.read(), &format!("case:{case}")).await.unwrap();
        for act in ["case.urge", "supervision.remind", "supervision.sign", "case.urge_reply", "supervision.close"] {
            assert_eq!(lines.iter().filter(|(action, _)| action == act).count(), 1, "{act}: {lines:?}");
        }
    })
    .await;
}

/// An answer signs for an order that nobody signed; lists count by stage and reach no further than the caller.
///
/// req: CASE-036, CASE-021
#[tokio::test]
async fn orders_are_found_by_stage_and_within_reach() {
    on_both(async |world| {
        let casework = &world.casework;
        let (supervisor, clerk) = (world.staff("supervisor").await, world.staff("clerk").await);
        let (first, second) = (world.accepted().await, world.submitted().await);
        let answered = order(world, &supervisor, first).await;
        casework.reply_urge(&clerk, first, answered, body(json!({ "text": "正在审查" }))).await.unwrap();
        world.forward(Duration::minutes(1));
        casework.urge(&supervisor, second, body(json!({ "text": "请尽快受理" })), None).await.unwrap();
        let find = async |caller: &Principal, filter: Value| {
            let list = casework.list_supervisions(caller, &body(filter)).await.unwrap();
            let counts = serde_json::to_value(&list).unwrap();
            (list.items().to_vec(), counts["total"].as_u64().unwrap(), counts["counts"].clone())
        };
        let (all, total, counts) = find(&clerk, json!({})).await;
        assert_eq!((all.len(), total), (2, 2));
        assert_eq!(counts, json!({ "issued": 1, "signed": 0, "answered": 1, "closed": 0 }));
        assert_eq!((all[0].stage, all[0].order), (Stage::Issued, false), "the newest first");
        assert_eq!(all[1].signed_by.as_deref(), Some(clerk.name.as_str()), "who answers has signed");
        for (filter, wanted) in [
            (json!({ "stage": "answered" }), 1),
            (json!({ "kind": "urge" }), 1),
            (json!({ "case_id": first }), 1),
            (json!({ "q": "请尽快受理" }), 1),
            (json!({ "own": true }), 0),
        ] {
            assert_eq!(find(&clerk, filter.clone()).await.1, wanted, "{filter}");
        }
        let (page, total, _) = find(&clerk, json!({ "limit": 1 })).await;
        assert_eq!((page.len(), total), (1, 2));
        let stranger = world.staff("clerk-social").await;
        assert_eq!(find(&stranger, json!({})).await.1, 0);
        refused(casework.supervision(&stranger, answered).await, 404);
        refused(casework.supervision_notes(&stranger, answered).await, 404);
    })
    .await;
}

/// Handler and supervisor write to each other under an order; each changes and deletes his own words only, and the log
/// keeps what was said.
///
/// req: CASE-036
#[tokio::test]
async fn the_dialogue_is_kept_by_its_writers() {
    on_both(async |world| {
        let casework = &world.casework;
        let (supervisor, reviewer) = (world.staff("supervisor").await, world.staff("reviewer").await);
        let case = world.accepted().await;
        let id = order(world, &supervisor, case).await;
        assert_eq!(
            pointers(casework.add_supervision_note(&reviewer, id, body(json!({ "text": "好" })), None).await, 422),
            ["/text"]
        );
        let key = Some("note-1".to_owned());
        let say = || body(json!({ "text": "已联系申请人补照片" }));
        let note = casework.add_supervision_note(&reviewer, id, say(), key.clone()).await.unwrap();
        let twice = casework.add_supervision_note(&reviewer, id, say(), key).await.unwrap();
        assert_eq!(note, twice, "the same key makes one note");
        let asked = body(json!({ "text": "照片什么时候能到" }));
        let other = casework.add_supervision_note(&supervisor, id, asked, None).await.unwrap();
        world.settle().await;
        assert!(inbox(world, &supervisor).await.iter().any(|text| text.contains("已联系申请人补照片")));
        assert!(inbox(world, &reviewer).await.iter().any(|text| text.contains("照片什么时候能到")));

        let change = |version: i64| body(json!({ "version": version, "text": "已联系申请人，今天补照片" }));
        refused(casework.change_supervision_note(&reviewer, id, other, change(1)).await, 404);
        casework.change_supervision_note(&reviewer, id, note, change(1)).await.unwrap();
        assert_eq!(
            refused(casework.change_supervision_note(&reviewer, id, note, change(1)).await, 409).code(),
            "stale_version"
        );
        refused(casework.delete_supervision_note(&supervisor, id, note, 2).await, 404);
        casework.delete_supervision_note(&supervisor, id, other, 1).await.unwrap();
        let notes = casework.supervision_notes(&reviewer, id).await.unwrap();
        let told: Vec<_> =
            notes.iter().map(|one| (one.supervisor, one.own, one.changed, one.deleted, one.text.as_str())).collect();
        assert_eq!(told, [(false, true, true, false, "已联系申请人，今天补照片"), (true, false, false, true, "")]);
        assert_eq!(world.count("audit_log WHERE action = 'supervision.note_delete'").await, 1);
        casework.reply_urge(&reviewer, case, id, body(json!({ "text": "照片已经补齐" }))).await.unwrap();
        casework.close_supervision(&supervisor, id, body(json!({ "note": "已经补齐" }))).await.unwrap();
        let late = casework.change_supervision_note(&reviewer, id, note, change(2)).await;
        assert_eq!(refused(late, 409).code(), "supervision_closed");
        let late = casework.add_supervision_note(&reviewer, id, body(json!({ "text": "还有一句话" })), None).await;
        assert_eq!(refused(late, 409).code(), "supervision_closed");
    })
    .await;
}

/// Staff of a department see its cases before and past the promised and the statutory limit, in numbers and in the list
/// with the same lights; other departments' are not among them.
///
/// req: CASE-021
#[tokio::test]
async fn warnings_tell_both_limits_before_and_after() {
    on_both(async |world| {
        let casework = &world.casework;
        let manager = world.staff("manager").await;
        let case = world.accepted().await;
        let found = async || casework.limit_warnings(&manager).await.unwrap();
        let listed = async |light: &str| {
            let filter = CaseFilter { light: Some(light.to_owned()), ..CaseFilter::default() };
            casework.list_cases(&manager, &filter).await.unwrap().list.total
        };
        let due = |column: &str| format!("SELECT CAST({column} AS text) FROM cases WHERE state = 'accepted'");
        assert!(!world.query(&due("legal_due_at")).await.is_empty());
        let quiet = found().await;
        assert_eq!(
            (quiet.overdue, quiet.today, quiet.warning, quiet.legal_overdue, quiet.legal_warning),
            (0, 0, 0, 0, 0)
        );
        let (mut promised, mut legal) = (Vec::new(), Vec::new());
        for _ in 0..60 {
            world.days(1);
            let now = found().await;
            for (light, number) in [
                ("overdue", now.overdue),
                ("today", now.today),
                ("warning", now.warning),
                ("legal_overdue", now.legal_overdue),
                ("legal_warning", now.legal_warning),
            ] {
                assert_eq!(listed(light).await, number, "{light}");
            }
            promised.push(if now.overdue == 1 { 3 } else { now.today * 2 + now.warning });
            legal.push(if now.legal_overdue == 1 { 2 } else { now.legal_warning });
        }
        promised.dedup();
        legal.dedup();
        assert_eq!(promised, [0, 1, 2, 3], "tomorrow, today, past");
        assert_eq!(legal, [0, 1, 2], "soon, past");
        let stranger = casework.limit_warnings(&world.staff("clerk-social").await).await.unwrap();
        assert_eq!((stranger.overdue, stranger.legal_overdue), (0, 0));
        // Who may see them may urge from there.
        casework.urge(&manager, case, body(json!({ "text": "已经超期，请今天办结" })), None).await.unwrap();
    })
    .await;
}
