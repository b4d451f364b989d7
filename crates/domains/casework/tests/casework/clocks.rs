//! Special procedures, extensions, abort, and the way to refusal and voiding.

use casework::cases::model::State;
use serde_json::json;
use uuid::Uuid;

use crate::world::{World, on_both, pointers, refused};

/// (promised, statutory) last days of a case.
async fn due(world: &World, id: Uuid) -> (Option<String>, Option<String>) {
    let case = world.casework.desk_case(&world.staff("reviewer").await, id).await.unwrap();
    let day = |kind: &str| {
        let one = case.deadlines.iter().find(|one| one.kind == kind)?;
        Some(one.ledger.as_ref()?.due_date?.to_string())
    };
    (day("promise"), day("legal"))
}

fn days(promise: &str, legal: &str) -> (Option<String>, Option<String>) {
    (Some(promise.to_owned()), Some(legal.to_owned()))
}

async fn suspend(world: &World, id: Uuid, procedure: &str) -> platform::Result<()> {
    let body = world.on(id, json!({ "procedure": procedure, "reason": "利害关系人要求听证" })).await;
    world.casework.suspend(&world.staff("reviewer").await, id, body).await
}

async fn resume(world: &World, id: Uuid) -> platform::Result<()> {
    let body = world.on(id, json!({ "result": "听证结束，恢复办理" })).await;
    world.casework.resume(&world.staff("reviewer").await, id, body).await
}

/// A hearing stops both clocks and moves both dates by as long as it took; nothing is examined meanwhile.
///
/// req: CASE-020, CASE-041
#[tokio::test]
async fn a_suspension_stops_the_clock_and_moves_the_date() {
    on_both(async |world| {
        let id = world.accepted().await;
        // Accepted Monday 21 September; off: 25 September, 1 to 7 October; 10 October is worked.
        assert_eq!(due(world, id).await, days("2026-09-29", "2026-10-12"));
        let unknown = world.on(id, json!({ "procedure": "no_such", "reason": "不存在的程序" })).await;
        assert_eq!(
            pointers(world.casework.suspend(&world.staff("reviewer").await, id, unknown).await, 422),
            ["/procedure"]
        );
        world.days(1);
        suspend(world, id, "hearing").await.unwrap();
        assert_eq!(world.state(id).await, State::Special);
        assert_eq!(due(world, id).await, (None, None));
        refused(suspend(world, id, "hearing").await, 409);
        refused(world.step(id, "pass").await, 409);
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.documents.iter().any(|one| one.kind == "special" && one.number.is_some()), "told in writing");
        let empty = world.on(id, json!({ "result": "" })).await;
        assert_eq!(pointers(world.casework.resume(&world.staff("reviewer").await, id, empty).await, 422), ["/result"]);
        world.days(7);
        resume(world, id).await.unwrap();
        assert_eq!(world.state(id).await, State::InReview);
        let (promise, legal) = due(world, id).await;
        assert!(promise.unwrap().as_str() > "2026-09-29");
        assert!(legal.unwrap().as_str() > "2026-10-12");
        refused(resume(world, id).await, 409);
        assert_eq!(world.count("case_events WHERE kind IN ('special_start', 'special_end')").await, 2);
        world.step(id, "pass").await.unwrap();
    })
    .await;
}

/// A procedure that counts within the limit leaves the date where it is.
///
/// req: CASE-020
#[tokio::test]
async fn a_procedure_that_counts_leaves_the_date() {
    on_both(async |world| {
        let id = world.accepted().await;
        suspend(world, id, "inspection").await.unwrap();
        assert_eq!(due(world, id).await, days("2026-09-29", "2026-10-12"));
        world.days(1);
        resume(world, id).await.unwrap();
        assert_eq!(due(world, id).await, days("2026-09-29", "2026-10-12"));
    })
    .await;
}

/// An extension changes nothing until somebody else approves it; then both dates move; once by law.
///
/// req: CASE-020
#[tokio::test]
async fn an_extension_is_approved_by_another_and_moves_both_dates_once() {
    on_both(async |world| {
        let casework = &world.casework;
        let approver = world.staff("approver").await;
        let id = world.accepted().await;
        let ask = async |who: &str, value: u32, unit: &str| {
            world.forward(time::Duration::seconds(1));
            let body = world.on(id, json!({ "value": value, "unit": unit, "reason": "案情复杂，需要专家论证" })).await;
            casework.ask_extension(&world.staff(who).await, id, body).await
        };
        assert_eq!(pointers(ask("reviewer", 5, "natural_day").await, 422), ["/value"]);
        ask("approver", 5, "working_day").await.unwrap();
        assert_eq!(due(world, id).await, days("2026-09-29", "2026-10-12"), "asking moves nothing");
        refused(ask("reviewer", 5, "working_day").await, 409);
        let decide = async |approve: bool, who: &platform::web::guard::Principal| {
            let case = casework.desk_case(&approver, id).await.unwrap();
            let extension = case.extensions.last().unwrap().id;
            let body = world.on(id, json!({ "approve": approve, "opinion": "同意" })).await;
            casework.decide_extension(who, id, extension, body).await
        };
        refused(decide(true, &approver).await, 403);
        decide(false, &world.staff("reviewer").await).await.unwrap();
        assert_eq!(due(world, id).await, days("2026-09-29", "2026-10-12"), "a refused one moves nothing");
        ask("reviewer", 5, "working_day").await.unwrap();
        decide(true, &approver).await.unwrap();
        assert_eq!(due(world, id).await, days("2026-10-12", "2026-10-19"));
        refused(decide(true, &approver).await, 409);
        let problem = refused(ask("reviewer", 5, "working_day").await, 409);
        assert_eq!(problem.code(), "extension_used");
    })
    .await;
}

/// An extension that is still waiting when the case ends can't bring its clock back.
///
/// req: CASE-020
#[tokio::test]
async fn an_extension_of_an_ended_case_is_not_decided() {
    on_both(async |world| {
        let id = world.accepted().await;
        let ask = world.on(id, json!({ "value": 5, "unit": "working_day", "reason": "案情复杂，需要论证" })).await;
        world.casework.ask_extension(&world.staff("reviewer").await, id, ask).await.unwrap();
        let withdraw = world.on(id, json!({ "reason": "不再开店，撤回申请" })).await;
        world.casework.withdraw(&world.haiyan.caller, id, withdraw).await.unwrap();
        let approver = world.staff("approver").await;
        let extension = world.casework.desk_case(&approver, id).await.unwrap().extensions[0].id;
        let decide = world.on(id, json!({ "approve": true })).await;
        refused(world.casework.decide_extension(&approver, id, extension, decide).await, 409);
        assert_eq!(world.count("cases WHERE due_at IS NOT NULL").await, 0);
    })
    .await;
}

/// An examination that can't go on is closed with a stated reason; flow, tasks and a running
/// procedure end with it.
///
/// req: CASE-020
#[tokio::test]
async fn an_abort_needs_a_reason_and_ends_everything() {
    on_both(async |world| {
        let approver = world.staff("approver").await;
        let id = world.accepted().await;
        suspend(world, id, "hearing").await.unwrap();
        let empty = world.on(id, json!({ "reason": "" })).await;
        assert_eq!(pointers(world.casework.abort(&approver, id, empty).await, 422), ["/reason"]);
        let abort = world.on(id, json!({ "reason": "申请人已注销主体资格" })).await;
        world.casework.abort(&approver, id, abort).await.unwrap();
        assert_eq!(world.state(id).await, State::Closed);
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 0);
        assert_eq!(world.count("special_procedures WHERE ended_at IS NULL").await, 0);
        world.settle().await;
        world.no_dead_jobs().await;
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.result.unwrap().label, "中止办理");
        // A decided case is not aborted: its result is on the way.
        let decided = world.decided("granted").await;
        let abort = world.on(decided, json!({ "reason": "申请人已注销主体资格" })).await;
        refused(world.casework.abort(&approver, decided, abort).await, 409);
    })
    .await;
}

/// A refusal needs its reasons, is made as a numbered document that carries them, and issues nothing.
///
/// req: CASE-012, LIC-025, CASE-019
#[tokio::test]
async fn a_refusal_makes_its_document_and_no_licence() {
    on_both(async |world| {
        let id = world.accepted().await;
        world.step(id, "pass").await.unwrap();
        world.step(id, "pass").await.unwrap();
        let (task, _, _) = world.casework.open_flow_task(id).await.unwrap().unwrap();
        let approver = world.staff("approver").await;
        let silent = world.on(id, json!({ "outcome": "refused" })).await;
        assert_eq!(pointers(world.casework.complete_task(&approver, id, task, silent).await, 422), ["/opinion"]);
        let wrong = world.on(id, json!({ "outcome": "pass" })).await;
        assert_eq!(pointers(world.casework.complete_task(&approver, id, task, wrong).await, 422), ["/outcome"]);
        let refuse =
            world.on(id, json!({ "outcome": "refused", "opinion": "食品处理区没有清洗消毒间，不符合要求" })).await;
        world.casework.complete_task(&approver, id, task, refuse).await.unwrap();
        world.settle().await;
        world.no_dead_jobs().await;
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.state, State::Closed);
        let result = mine.result.unwrap();
        assert_eq!(
            (result.label.as_str(), result.reason.as_deref()),
            ("不予批准", Some("食品处理区没有清洗消毒间，不符合要求"))
        );
        assert!(mine.documents.iter().any(|one| one.kind == "refusal" && one.number.is_some()));
        assert!(mine.licence.is_none());
    })
    .await;
}

/// A step is returned to an earlier one, with a reason; the earlier task is open again.
///
/// req: CASE-041
#[tokio::test]
async fn a_step_is_returned_to_an_earlier_one() {
    on_both(async |world| {
        let id = world.accepted().await;
        world.step(id, "pass").await.unwrap();
        let inspector = world.staff("inspector").await;
        let case = world.casework.desk_case(&inspector, id).await.unwrap();
        let task = case.my_task.unwrap();
        assert_eq!(task.returnable.iter().map(|one| one.element.as_str()).collect::<Vec<_>>(), ["review"]);
        let silent = world.on(id, json!({ "outcome": "return", "return_to": "review" })).await;
        assert_eq!(pointers(world.casework.complete_task(&inspector, id, task.id, silent).await, 422), ["/opinion"]);
        let back =
            world.on(id, json!({ "outcome": "return", "return_to": "review", "opinion": "地址不对，请再审" })).await;
        world.casework.complete_task(&inspector, id, task.id, back).await.unwrap();
        let (_, element, _) = world.casework.open_flow_task(id).await.unwrap().unwrap();
        assert_eq!(element, "review");
    })
    .await;
}

/// Review points are answered yes or no, for materials the item has.
///
/// req: ITEM-042
#[tokio::test]
async fn review_points_are_kept_with_the_material() {
    on_both(async |world| {
        let id = world.accepted().await;
        let reviewer = world.staff("reviewer").await;
        let (task, _, _) = world.casework.open_flow_task(id).await.unwrap().unwrap();
        for checks in [json!({ "m99": { "x": "yes" } }), json!({ "m03": { "m03_1": "maybe" } }), json!({ "m03": "yes" })] {
            let bad = world.on(id, json!({ "outcome": "pass", "checks": checks })).await;
            pointers(world.casework.complete_task(&reviewer, id, task, bad).await, 422);
        }
        let good = world
            .on(id, json!({ "outcome": "pass", "checks": { "m03": { "m03_1": "yes", "m03_2": "no" }, "m01": { "m01_1": "yes" }, "application": { "p01": "yes" } } }))
            .await;
        world.casework.complete_task(&reviewer, id, task, good).await.unwrap();
        let case = world.casework.desk_case(&reviewer, id).await.unwrap();
        let plan = case.materials.iter().find(|one| one.key == "m03").unwrap();
        let checked: Vec<_> = plan.review_points.iter().map(|point| point.checked.as_deref()).collect();
        assert_eq!(checked, [Some("yes"), Some("no"), None]);
        assert_eq!(case.review_points[0].checked.as_deref(), Some("yes"));
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.materials.iter().all(|one| one.review_points.is_empty()), "points are the desk's");
    })
    .await;
}

/// Voiding needs a reason and takes the licence with it, also when the job runs twice.
///
/// req: CASE-041, LIC-028
#[tokio::test]
async fn a_voided_case_has_no_valid_licence() {
    on_both(async |world| {
        let id = world.closed("granted").await;
        let approver = world.staff("approver").await;
        let why = "以欺骗手段取得许可，依法撤销。".repeat(20);
        let void = world.on(id, json!({ "reason": why })).await;
        world.casework.void(&approver, id, void).await.unwrap();
        assert_eq!(world.state(id).await, State::Voided);
        world.settle().await;
        world.sql("UPDATE jobs SET state = 'ready' WHERE kind = 'case.abolish_licences'".into()).await;
        world.settle().await;
        world.no_dead_jobs().await;
        let licences = world.casework.licences.of_case(id).await.unwrap();
        assert!(licences.iter().all(|one| one.state == licences::State::Abolished), "{licences:?}");
        let void = world.on(id, json!({ "reason": "再撤销一次" })).await;
        refused(world.casework.void(&approver, id, void).await, 409);
    })
    .await;
}

/// A job that comes between reading and writing of somebody's act is tried again, and one licence is made.
///
/// req: LIC-025
#[tokio::test]
async fn a_service_that_runs_twice_makes_one_licence() {
    on_both(async |world| {
        let id = world.closed("granted").await;
        world.sql("UPDATE jobs SET state = 'ready' WHERE kind = 'case.run_service'".into()).await;
        world.settle().await;
        world.no_dead_jobs().await;
        assert_eq!(world.casework.licences.of_case(id).await.unwrap().len(), 1);
        assert_eq!(world.count("case_events WHERE kind = 'close'").await, 1);
    })
    .await;
}
