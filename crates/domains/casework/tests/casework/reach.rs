//! Who may see and do what: own cases, own windows, own role.

use casework::cases::model::State;
use serde_json::json;

use crate::world::{on_both, pointers, refused};

/// A case of someone else does not exist, for citizens and for staff outside its reach.
///
/// req: IDENT-004, CASE-009
#[tokio::test]
async fn a_case_of_someone_else_is_not_found() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.submitted().await;
        let draft = world.draft().await;
        let li = &world.li.caller;
        refused(casework.my_case(li, id).await, 404);
        refused(casework.draft_view(li, draft).await, 404);
        refused(casework.delete_draft(li, draft).await, 404);
        refused(casework.submit(li, draft, 1).await, 404);
        let withdraw = world.on(id, json!({ "reason": "不是我的申请" })).await;
        refused(casework.withdraw(li, id, withdraw).await, 404);
        let hand = world.on(draft, json!({ "files": [], "handing": "window" })).await;
        refused(casework.hand_material(li, draft, "m03", hand).await, 404);

        let stranger = world.staff("clerk-social").await;
        refused(casework.desk_case(&stranger, id).await, 404);
        let accept = world.on(id, json!({})).await;
        refused(casework.accept(&stranger, id, accept).await, 404);
        refused(casework.reveal(&stranger, id, "phone", "核对联系电话").await, 404);
        let urge = serde_json::from_value(json!({ "text": "请尽快办理" })).unwrap();
        refused(casework.urge(&stranger, id, urge, None).await, 404);
        // A draft is its owner's alone, whatever the desk's reach.
        refused(casework.desk_case(&world.staff("clerk").await, draft).await, 404);
        assert_eq!(world.state(id).await, State::Submitted);
    })
    .await;
}

/// A step is done by its role, once: of two at the same time one wins.
///
/// req: CASE-041
#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_done_by_its_role_and_by_one_person() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        let (review, _, _) = casework.open_flow_task(id).await.unwrap().unwrap();
        let pass = world.on(id, json!({ "outcome": "pass", "opinion": "" })).await;
        let problem = refused(casework.complete_task(&world.staff("inspector").await, id, review, pass).await, 403);
        assert!(problem.title().contains("别的岗位"));
        world.step(id, "pass").await.unwrap();
        let (inspect, _, _) = casework.open_flow_task(id).await.unwrap().unwrap();
        let (first, second) = (world.staff("inspector").await, world.staff("inspector2").await);
        let version = world.version(id).await;
        let request = |opinion: &str| {
            serde_json::from_value(json!({ "version": version, "outcome": "pass", "opinion": opinion })).unwrap()
        };
        let (a, b) = tokio::join!(
            casework.complete_task(&first, id, inspect, request("现场合格")),
            casework.complete_task(&second, id, inspect, request("现场也合格"))
        );
        assert!(a.is_ok() ^ b.is_ok(), "{a:?} {b:?}");
        let lost = a.err().or(b.err()).unwrap();
        assert_eq!(lost.status().as_u16(), 409);
        // With a fresh page the second one reads that it is done.
        let late = world.on(id, json!({ "outcome": "pass", "opinion": "" })).await;
        assert_eq!(refused(casework.complete_task(&second, id, inspect, late).await, 409).code(), "task_done");
        assert_eq!(world.count("case_events WHERE kind = 'review'").await, 2);
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 1);
    })
    .await;
}

/// Two clerks accept at the same time: one acceptance, one number, one flow.
///
/// req: CASE-012
#[tokio::test(flavor = "multi_thread")]
async fn two_clerks_accept_and_one_wins() {
    on_both(async |world| {
        let id = world.submitted().await;
        let (a, b) = (world.staff("clerk").await, world.staff("clerk2").await);
        let (first, second) = (world.on(id, json!({})).await, world.on(id, json!({})).await);
        let (a, b) = tokio::join!(world.casework.accept(&a, id, first), world.casework.accept(&b, id, second));
        assert!(a.is_ok() ^ b.is_ok(), "{a:?} {b:?}");
        assert_eq!(world.count("case_events WHERE kind = 'accept'").await, 1);
        assert_eq!(world.count("case_documents WHERE kind = 'acceptance'").await, 1);
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 1);
    })
    .await;
}

/// Forty commands at once on PostgreSQL's sixteen connections all end: reading beside a
/// transaction never waits for another transaction's connection.
#[tokio::test(flavor = "multi_thread")]
async fn many_commands_at_once_do_not_wait_for_each_other_for_ever() {
    on_both(async |world| {
        let mut ids = Vec::new();
        for _ in 0..40 {
            ids.push(world.submitted().await);
        }
        let clerk = world.staff("clerk").await;
        let all = ids.iter().map(|id| async {
            let accept = world.on(*id, json!({})).await;
            world.casework.accept(&clerk, *id, accept).await
        });
        for done in futures::future::join_all(all).await {
            done.unwrap();
        }
        assert_eq!(world.count("cases WHERE state = 'accepted'").await, 40);
        let numbers: std::collections::BTreeSet<String> =
            world.query("SELECT number FROM case_documents WHERE kind = 'acceptance'").await.into_iter().collect();
        assert_eq!(numbers.len(), 40, "each acceptance has its own number");
    })
    .await;
}

/// The desk sees names in full and numbers masked; the raw value is shown for a reason, and that is logged.
///
/// req: CASE-022
#[tokio::test]
async fn a_raw_value_is_shown_for_a_reason_and_logged() {
    on_both(async |world| {
        let id = world.submitted().await;
        let clerk = world.staff("clerk").await;
        let case = world.casework.desk_case(&clerk, id).await.unwrap();
        assert_eq!(case.applicant.phone_masked, "199****0001");
        assert_ne!(case.form.data["legal_id_number"], json!("449902198803120267"));
        assert_ne!(case.form.data["managers"][0]["manager_phone"], json!("19900000001"));
        assert_eq!(pointers(world.casework.reveal(&clerk, id, "phone", "").await, 422), ["/reason"]);
        assert_eq!(pointers(world.casework.reveal(&clerk, id, "no_such", "核对联系电话").await, 422), ["/field"]);
        let phone = world.casework.reveal(&clerk, id, "phone", "核对联系电话").await.unwrap();
        assert_eq!(phone, "19900000001");
        let lines =
            platform::work::audit::about(world.casework.platform.db.read(), &format!("case:{id}")).await.unwrap();
        let shown: Vec<_> = lines.iter().filter(|(action, _)| action == "case.reveal").collect();
        assert_eq!(shown.len(), 1, "{lines:?}");
        assert_eq!(world.count("audit_log WHERE CAST(detail AS text) LIKE '%19900000001%'").await, 0);
    })
    .await;
}
