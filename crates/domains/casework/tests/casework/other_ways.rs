//! Other ways in and out: over the counter, all at once, a result that is made by hand.

use casework::cases::model::State;
use casework::cases::service::counter::CounterApplication;
use casework::cases::service::submit::WholeApplication;
use serde_json::{Value, json};

use crate::world::{ESTATE, FOOD, World, answers, on_both, pointers, refused, sample};

fn counter(slug: &str, materials: Value) -> CounterApplication {
    let sample = sample(slug, "valid");
    serde_json::from_value(json!({
        "item_slug": slug,
        "handle_item": sample["handle_item"],
        "applicant": {
            "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902ma9900kx9e", "phone": "19900000001",
        },
        "agent": { "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" },
        "situations": sample["situations"],
        "form": sample["form"],
        "materials": materials,
        "delivery": { "way": "self" },
    }))
    .unwrap()
}

/// The counter judges as the web does; paper counts there; the case then waits like any other.
///
/// req: CASE-012
#[tokio::test]
async fn a_case_is_taken_over_the_counter_from_paper() {
    on_both(async |world| {
        let casework = &world.casework;
        let clerk = world.staff("clerk").await;
        let paper = json!({ "handing": "paper" });
        let mut application = counter(FOOD, json!({ "m02": paper, "m03": paper, "m05": paper }));
        let check = casework.counter_check(&clerk, &application).await.unwrap();
        assert_eq!(check.problems.iter().map(|one| one.pointer.as_str()).collect::<Vec<_>>(), ["/materials/m04"]);
        assert_eq!(
            pointers(casework.take_at_counter(&clerk, application.clone(), None).await, 422),
            ["/materials/m04"]
        );
        assert_eq!(world.count("cases").await, 0);
        application.materials =
            serde_json::from_value(json!({ "m02": paper, "m03": paper, "m04": paper, "m05": paper })).unwrap();
        application.applicant.id_number = "92449902MA9900KX9X".into();
        assert_eq!(
            pointers(casework.take_at_counter(&clerk, application.clone(), None).await, 422),
            ["/applicant/id_number"]
        );
        application.applicant.id_number = "92449902MA9900KX9E".into();
        refused(casework.take_at_counter(&world.staff("clerk-social").await, application.clone(), None).await, 404);
        let key = || Some("same-click".to_owned());
        let receipt = casework.take_at_counter(&clerk, application.clone(), key()).await.unwrap();
        let again = casework.take_at_counter(&clerk, application, key()).await.unwrap();
        assert_eq!(
            (again.id, &again.case_number, again.receipt_document_id),
            (receipt.id, &receipt.case_number, receipt.receipt_document_id),
            "a second click takes nothing in and gets the first one's receipt"
        );
        assert_eq!(world.count("cases").await, 1);
        let case = casework.desk_case(&clerk, receipt.id).await.unwrap();
        assert_eq!((case.channel_label, case.state), ("窗口收件", State::Submitted));
        assert_eq!(case.agent.unwrap().id_masked, "449***********0153");
        let (_, pdf) = casework.document_pdf(receipt.id, receipt.receipt_document_id.unwrap()).await.unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        world.accept(receipt.id).await.unwrap();
    })
    .await;
}

/// A whole application at once is judged the same, and the same key files it once.
///
/// req: CASE-005
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_application_is_filed_once() {
    on_both(async |world| {
        let file = world.file(world.haiyan.account.id, "材料").await;
        let mut body = answers(FOOD, "valid");
        body["item_slug"] = FOOD.into();
        body["handle_item"] = "new-catering".into();
        let upload = json!({ "handing": "upload", "files": [file] });
        body["materials"] =
            json!({ "m02": { "handing": "licence" }, "m03": upload, "m04": upload, "m05": { "handing": "paper" } });
        let whole = |body: &Value| -> WholeApplication { serde_json::from_value(body.clone()).unwrap() };
        let caller = &world.haiyan.caller;
        let casework = &world.casework;
        assert_eq!(pointers(casework.file_whole(caller, whole(&body), None).await, 422), ["/materials/m05"]);
        body["materials"]["m05"] = upload;
        let all = (0..3).map(|_| casework.file_whole(caller, whole(&body), Some("key-1".into())));
        let receipts: Vec<_> = futures::future::join_all(all).await.into_iter().map(|one| one.unwrap()).collect();
        assert!(receipts.iter().all(|one| one.case_number == receipts[0].case_number));
        assert_eq!(world.count("cases").await, 1);
        assert_eq!(world.count("case_events").await, 1);
    })
    .await;
}

async fn estate(world: &World) -> uuid::Uuid {
    let sample = sample(ESTATE, "valid");
    let mut body = answers(ESTATE, "valid");
    body["item_slug"] = ESTATE.into();
    body["handle_item"] = sample["handle_item"].clone();
    for key in sample["materials"].as_array().unwrap() {
        let file = world.file(world.li.account.id, key.as_str().unwrap()).await;
        body["materials"][key.as_str().unwrap()] = json!({ "handing": "upload", "files": [file] });
    }
    let whole = serde_json::from_value(body).unwrap();
    world.casework.file_whole(&world.li.caller, whole, None).await.unwrap().id
}

/// After the decision the licence is issued and somebody makes the paper one; only then the case
/// closes. Making is no examination: it can't be returned.
///
/// req: CASE-041, LIC-025
#[tokio::test]
async fn a_result_is_made_after_the_decision() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = estate(world).await;
        let accept = world.on(id, json!({})).await;
        casework.accept(&world.staff("clerk-estate").await, id, accept).await.unwrap();
        for (who, outcome) in [("reviewer-estate", "pass"), ("approver-estate", "granted")] {
            let (task, _, _) = casework.open_flow_task(id).await.unwrap().unwrap();
            let done = world.on(id, json!({ "outcome": outcome, "opinion": "符合登记要求" })).await;
            casework.complete_task(&world.staff(who).await, id, task, done).await.unwrap();
        }
        world.settle().await;
        assert_eq!(world.state(id).await, State::Decided);
        let maker = world.staff("maker-estate").await;
        let case = casework.desk_case(&maker, id).await.unwrap();
        let task = case.my_task.unwrap();
        assert!(task.returnable.is_empty());
        assert!(case.actions.iter().any(|action| action.key == "complete" && action.allowed));
        let back = world.on(id, json!({ "outcome": "return", "return_to": "review", "opinion": "退回去看看" })).await;
        refused(casework.complete_task(&maker, id, task.id, back).await, 409);
        let done = world.on(id, json!({ "outcome": "done" })).await;
        casework.complete_task(&maker, id, task.id, done).await.unwrap();
        world.settle().await;
        world.no_dead_jobs().await;
        assert_eq!(world.state(id).await, State::Closed);
        let mine = casework.my_case(&world.li.caller, id).await.unwrap();
        assert!(mine.licence.is_some());
        assert_eq!(world.count("case_events WHERE kind = 'review'").await, 2, "making is no approval");
    })
    .await;
}
