//! The clerk's answer: pre-review, one correction, acceptance, refusal to accept.

use casework::cases::model::State;
use serde_json::json;
use uuid::Uuid;

use crate::world::{World, on_both, pointers, refused};

async fn ask(world: &World, id: Uuid) -> platform::Result<()> {
    let ask = world
        .on(
            id,
            json!({ "items": [
                { "material_key": "m03", "reason": "没有标出食品流向，请补上后重新上传" },
                { "field_key": "area", "reason": "面积与平面图不一致，请核对" },
            ]}),
        )
        .await;
    world.casework.request_correction(&world.staff("clerk").await, id, ask).await
}

/// A correction names every defect at once, in a numbered document; the answer clock stops and goes
/// on with the days left; a second one is refused.
///
/// req: CASE-012, CASE-009, CASE-041
#[tokio::test]
async fn a_correction_is_asked_for_once_with_everything_and_stops_the_clock() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.submitted().await;
        world.days(1);
        ask(world, id).await.unwrap();
        assert_eq!(world.state(id).await, State::Correction);
        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        let todo = mine.todo.unwrap();
        assert_eq!(todo.items.len(), 2);
        assert_eq!(
            (todo.items[0].material_key.as_deref(), todo.items[1].field_key.as_deref()),
            (Some("m03"), Some("area"))
        );
        let notice = mine.documents.iter().find(|one| one.kind == "correction").unwrap();
        assert!(notice.number.as_deref().unwrap().contains("补〔2026〕1号"), "{:?}", notice.number);
        let ledger = mine.deadlines[0].ledger.as_ref().unwrap();
        assert_eq!((mine.deadlines[0].light.as_str(), ledger.due_at, ledger.left), ("paused", None, 2));
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 0, "nobody at the desk waits for it");
        refused(world.accept(id).await, 409);

        // Only what was asked for may be changed, and all of it must be mended.
        let other = world.file(world.haiyan.account.id, "另一份").await;
        let supply = world.on(id, json!({ "materials": { "m04": [other] } })).await;
        assert_eq!(
            pointers(casework.supply_correction(&world.haiyan.caller, id, supply).await, 422),
            ["/materials/m04"]
        );
        let hand = world.on(id, json!({ "files": [other], "handing": "upload" })).await;
        assert_eq!(
            pointers(casework.hand_material(&world.haiyan.caller, id, "m04", hand).await, 422),
            ["/materials/m04"]
        );
        let supply = world.on(id, json!({ "form": { "staff_count": 60 } })).await;
        assert_eq!(
            pointers(casework.supply_correction(&world.haiyan.caller, id, supply).await, 422),
            ["/form/staff_count"]
        );
        let supply = world.on(id, json!({ "form": { "area": 120 } })).await;
        assert_eq!(
            pointers(casework.supply_correction(&world.haiyan.caller, id, supply).await, 422),
            ["/materials/m03"]
        );
        assert_eq!(world.state(id).await, State::Correction);

        // Eight days later the applicant mends.
        world.days(8);
        let file = world.file(world.haiyan.account.id, "布局图，改").await;
        let supply = world.on(id, json!({ "materials": { "m03": [file] }, "form": { "area": 120 } })).await;
        casework.supply_correction(&world.haiyan.caller, id, supply).await.unwrap();
        assert_eq!(world.state(id).await, State::Submitted);
        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.form.data["area"], json!(120));
        let plan = mine.materials.iter().find(|one| one.key == "m03").unwrap();
        assert_eq!(plan.status, "corrected");
        assert_eq!(
            plan.files.iter().map(|file| file.version_no).collect::<Vec<_>>(),
            [1, 2],
            "what was handed in first stays"
        );
        let ledger = mine.deadlines[0].ledger.as_ref().unwrap();
        // Both days are still left: 30 September, and 8 October after the holidays.
        assert_eq!(ledger.due_date.unwrap().to_string(), "2026-10-08", "{ledger:?}");
        let problem = refused(ask(world, id).await, 409);
        assert_eq!(problem.code(), "correction_asked_before");
        world.accept(id).await.unwrap();
        let events = world.query("SELECT kind FROM case_events ORDER BY no").await;
        assert_eq!(events, ["apply", "correction_ask", "correction_done", "correction_receive", "accept"]);
    })
    .await;
}

/// A defect without a reason, or of something the case does not have, is no correction.
///
/// req: CASE-012
#[tokio::test]
async fn a_defect_needs_its_reason() {
    on_both(async |world| {
        let id = world.submitted().await;
        let clerk = world.staff("clerk").await;
        for (items, pointer) in [
            (json!([]), "/items"),
            (json!([{ "material_key": "m03", "reason": "" }]), "/items/0/reason"),
            (json!([{ "material_key": "m99", "reason": "没有盖章，请补盖" }]), "/items/0"),
        ] {
            let ask = world.on(id, json!({ "items": items })).await;
            assert_eq!(pointers(world.casework.request_correction(&clerk, id, ask).await, 422), [pointer]);
        }
        assert_eq!(world.state(id).await, State::Submitted);
    })
    .await;
}

/// A defect of the application form opens all its fields: it is made from them.
///
/// req: CASE-012
#[tokio::test]
async fn a_defect_of_the_application_form_opens_its_fields() {
    on_both(async |world| {
        let id = world.submitted().await;
        let ask =
            world.on(id, json!({ "items": [{ "material_key": "m01", "reason": "人数和面积都要核对后重新填" }] })).await;
        world.casework.request_correction(&world.staff("clerk").await, id, ask).await.unwrap();
        let supply =
            world.on(id, json!({ "form": { "staff_count": 8, "old_licence_number": "JY24499020000015" } })).await;
        world.casework.supply_correction(&world.haiyan.caller, id, supply).await.unwrap();
        let form = world.casework.my_case(&world.haiyan.caller, id).await.unwrap().form.data;
        assert_eq!(form["staff_count"], json!(8));
        assert!(!form.contains_key("old_licence_number"), "hidden fields are stripped here too");
    })
    .await;
}

/// Not accepting needs a reason, makes a numbered document that names the remedies, and ends the case.
///
/// req: CASE-010, CASE-012
#[tokio::test]
async fn not_accepting_needs_a_reason() {
    on_both(async |world| {
        let id = world.submitted().await;
        let clerk = world.staff("clerk").await;
        let empty = world.on(id, json!({ "reason": " " })).await;
        assert_eq!(pointers(world.casework.not_accept(&clerk, id, empty).await, 422), ["/reason"]);
        let refusal = world.on(id, json!({ "result": "refuse", "note": "经营场所不在本区，请到场所所在区申请" })).await;
        world.casework.pre_review(&clerk, id, refusal).await.unwrap();
        assert_eq!(world.state(id).await, State::NotAccepted);
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.result.unwrap().label, "不予受理");
        assert!(mine.documents.iter().any(|one| one.kind == "not-accepted" && one.number.is_some()));
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 0);
        refused(world.accept(id).await, 409);
    })
    .await;
}

/// A missing main material is not accepted; a tolerable one may follow when the clerk says so.
///
/// req: CASE-013
#[tokio::test]
async fn only_a_tolerable_material_may_follow() {
    on_both(async |world| {
        let id = world.filled("self").await;
        let hand = world.on(id, json!({ "files": [], "handing": "later" })).await;
        assert_eq!(
            world
                .casework
                .hand_material(&world.haiyan.caller, id, "m04", hand)
                .await
                .map_err(|problem| problem.to_string()),
            Ok(())
        );
        world.submit(id).await.unwrap();
        world.accept(id).await.unwrap();
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        let accepted = mine.events.iter().find(|event| event.kind == "accept").unwrap();
        assert!(accepted.text.contains("保证食品安全的规章制度目录清单约定后补"), "{}", accepted.text);
        // A main material can't be promised.
        let id = world.filled("self").await;
        world.hand(id, "m03", "later").await.unwrap();
        assert_eq!(pointers(world.submit(id).await, 422), ["/materials/m03"]);
    })
    .await;
}

/// Withdrawal is possible until the decision, ends flow and tasks, and needs a reason.
///
/// req: CASE-009
#[tokio::test]
async fn withdrawing_is_possible_only_before_the_decision() {
    on_both(async |world| {
        let withdraw = async |id| {
            let body = world.on(id, json!({ "reason": "信息填错了，重新申请" })).await;
            world.casework.withdraw(&world.haiyan.caller, id, body).await
        };
        let submitted = world.submitted().await;
        withdraw(submitted).await.unwrap();
        let examined = world.accepted().await;
        world.step(examined, "pass").await.unwrap();
        let task = world.casework.open_flow_task(examined).await.unwrap().unwrap().0;
        withdraw(examined).await.unwrap();
        for id in [submitted, examined] {
            assert_eq!(world.state(id).await, State::Withdrawn);
            refused(withdraw(id).await, 409);
        }
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 0);
        let late = world.on(examined, json!({ "outcome": "pass", "opinion": "" })).await;
        refused(world.casework.complete_task(&world.staff("inspector").await, examined, task, late).await, 409);
        let decided = world.decided("granted").await;
        refused(withdraw(decided).await, 409);
        world.settle().await;
        world.no_dead_jobs().await;
        refused(withdraw(decided).await, 409);
    })
    .await;
}

/// The delivery may be changed until the hand-over; an address must be complete.
///
/// req: CASE-009
#[tokio::test]
async fn the_delivery_can_be_changed_until_the_hand_over() {
    on_both(async |world| {
        let id = world.accepted().await;
        let short = world.on(id, json!({ "way": "post", "address": { "name": "王海燕", "phone": "19900000001", "region": "", "address": "路" } })).await;
        assert_eq!(pointers(world.casework.change_delivery(&world.haiyan.caller, id, short).await, 422), ["/delivery/address/address"]);
        let post = world
            .on(id, json!({ "way": "post", "address": { "name": "王海燕", "phone": "19900000001", "region": "示例区", "address": "示例街道和平路 18 号" } }))
            .await;
        world.casework.change_delivery(&world.haiyan.caller, id, post).await.unwrap();
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.delivery.way, "post");
        assert_eq!(mine.events.last().unwrap().title, "结果领取方式变更");
    })
    .await;
}
