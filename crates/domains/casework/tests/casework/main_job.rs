//! The whole job once: apply, accept, examine, decide, licence, collect.

use casework::cases::model::State;
use serde_json::json;

use crate::world::on_both;

/// An application goes from an empty draft to a sealed licence that is collected at the window,
/// and its log says so in standard events.
///
/// req: CASE-005, CASE-009, CASE-012, CASE-041, PORTAL-025
#[tokio::test]
async fn from_an_empty_draft_to_a_collected_licence() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.filled("self").await;
        let receipt = world.submit(id).await.unwrap();
        assert!(receipt.case_number.ends_with("202609210001"), "{}", receipt.case_number);
        assert_eq!(receipt.query_code.len(), 6);
        assert_eq!(receipt.answer_by.as_deref(), Some("2026-09-23"), "two working days from the day after");
        assert!(receipt.receipt_document_id.is_some());

        let clerk = world.staff("clerk").await;
        let review = world.on(id, json!({ "result": "pass" })).await;
        casework.pre_review(&clerk, id, review).await.unwrap();
        world.accept(id).await.unwrap();
        assert_eq!(world.state(id).await, State::Accepted);

        for (element, outcome) in [("review", "pass"), ("inspect", "pass"), ("decide", "granted")] {
            let (_, open, _) = casework.open_flow_task(id).await.unwrap().unwrap();
            assert_eq!(open, element);
            world.step(id, outcome).await.unwrap();
        }
        assert_eq!(world.state(id).await, State::Decided);
        world.settle().await;
        world.no_dead_jobs().await;
        assert_eq!(world.state(id).await, State::Closed);

        let licences = casework.licences.of_case(id).await.unwrap();
        assert_eq!(licences.len(), 1);
        assert_eq!(licences[0].state, licences::State::Valid);
        let file = licences[0].file_id.expect("a sealed licence has a file");
        let (_, pdf) = platform::files::read(&casework.platform, file).await.unwrap();
        let check = casework.licences.check_file(pdf).await.unwrap();
        assert_eq!(check.verdict, licences::FileVerdict::Ours(licences::Standing::Valid), "{check:?}");

        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.state_label, "已办结");
        assert_eq!(mine.todo.as_ref().map(|todo| todo.kind), Some("collect"));
        assert!(mine.licence.is_some());

        let delivery = world.staff("delivery").await;
        let deliver = world
            .on(id, json!({ "receiver_name": "王海燕", "receiver_id_number": "449902198803120267", "way": "self" }))
            .await;
        casework.deliver(&delivery, id, deliver).await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Delivered);
        assert_eq!(world.count("tasks WHERE state = 'open'").await, 0);

        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        let told: Vec<&str> = mine.events.iter().map(|event| event.title).collect();
        assert_eq!(
            told,
            [
                "办件申请",
                "办件预审",
                "办件受理",
                "办件审批",
                "办件审批",
                "办件审批",
                "过程文书",
                "办件结果",
                "办件办结",
                "领取登记"
            ]
        );
        let public: Vec<&str> = mine.events.iter().filter_map(|event| event.public_kind).collect();
        assert_eq!(public, ["申办", "网上预受理", "受理", "审批", "审批", "审批", "办结", "领取登记"]);
        assert!(mine.events.iter().all(|event| event.actor.is_none()), "officers are not named to the applicant");
    })
    .await;
}
