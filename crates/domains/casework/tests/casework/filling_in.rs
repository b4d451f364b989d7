//! Filling in and handing in: what the server decides, whatever the page sent.

use casework::cases::model::State;
use serde_json::json;

use crate::world::{FOOD, World, answers, on_both, person, pointers, refused};

async fn problems(world: &World, id: uuid::Uuid) -> Vec<String> {
    let problems = world.casework.check_draft(&world.haiyan.caller, id).await.unwrap();
    problems.into_iter().map(|problem| problem.pointer).collect()
}

/// A second click gets the first one's case and receipt, one after the other and at the same time.
///
/// req: CASE-005
#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_on_submit_gives_one_case_and_the_same_receipt() {
    on_both(async |world| {
        let id = world.filled("self").await;
        let version = world.version(id).await;
        let caller = &world.haiyan.caller;
        let clicks = (0..6).map(|_| world.casework.submit(caller, id, version));
        let receipts: Vec<_> = futures::future::join_all(clicks).await.into_iter().map(|one| one.unwrap()).collect();
        let again = world.casework.submit(caller, id, version).await.unwrap();
        for receipt in &receipts {
            assert_eq!(receipt.case_number, again.case_number);
            assert_eq!(receipt.query_code, again.query_code);
            assert_eq!(receipt.receipt_document_id, again.receipt_document_id);
        }
        assert_eq!(world.count("cases").await, 1);
        assert_eq!(world.count("case_events").await, 1);
        assert_eq!(world.count("tasks").await, 1);
        assert_eq!(world.count("case_documents").await, 2, "receipt and application");
    })
    .await;
}

/// The same key begins one draft, also when both requests arrive together.
///
/// req: CASE-005
#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_on_begin_makes_one_draft() {
    on_both(async |world| {
        let begin = || world.casework.create_draft(&world.haiyan.caller, FOOD, "new-catering", Some("k1".into()));
        let made = futures::future::join_all((0..4).map(|_| begin())).await;
        let ids: std::collections::BTreeSet<_> = made.into_iter().map(|one| one.unwrap()).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(world.count("cases").await, 1);
    })
    .await;
}

/// An old page is refused and changes nothing.
///
/// req: CASE-005
#[tokio::test]
async fn a_stale_page_is_refused() {
    on_both(async |world| {
        let id = world.draft().await;
        world.save(id, json!({ "step": 2 })).await;
        let old = serde_json::from_value(json!({ "version": 1, "form": { "area": 1 } })).unwrap();
        let problem = refused(world.casework.save_draft(&world.haiyan.caller, id, old).await, 409);
        assert_eq!(problem.code(), "stale_version");
        let view = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(view.version, 2);
        assert!(!view.form.contains_key("area"));
        let filled = world.filled("self").await;
        refused(world.casework.submit(&world.haiyan.caller, filled, 1).await, 409);
        assert_eq!(world.state(filled).await, State::Draft);
    })
    .await;
}

/// Fields that are hidden under the answers, unknown fields and answers to questions never asked
/// are sent anyway: they do not reach the case.
///
/// req: FORM-015, CASE-005
#[tokio::test]
async fn hidden_and_unknown_fields_are_stripped_and_locked_ones_keep_our_value() {
    on_both(async |world| {
        let id = world.filled("self").await;
        let mut body = answers(FOOD, "valid");
        body["form"]["old_licence_number"] = "JY24499020000015".into();
        body["form"]["is_admin"] = true.into();
        body["form"]["operator_name"] = "别人的店".into();
        world.save(id, body).await;
        world.submit(id).await.unwrap();
        let form = world.casework.my_case(&world.haiyan.caller, id).await.unwrap().form.data;
        assert!(!form.contains_key("old_licence_number"), "only a change asks for it");
        assert!(!form.contains_key("is_admin"));
        assert_eq!(form["operator_name"], "示例区海燕小厨餐饮店");
        assert_eq!(form["area"], json!(98.5));
    })
    .await;
}

/// Answering that somebody else acts makes the authorisation a required material.
///
/// req: CASE-005, ITEM-003
#[tokio::test]
async fn an_answer_makes_a_material_required() {
    on_both(async |world| {
        let id = world.filled("self").await;
        world.hand(id, "m05", "upload").await.unwrap();
        assert!(problems(world, id).await.is_empty());
        let mut hand = world.on(id, json!({ "files": [], "handing": "upload" })).await;
        world.casework.hand_material(&world.haiyan.caller, id, "m05", hand).await.unwrap();
        assert_eq!(problems(world, id).await, ["/materials/m05"]);
        let gone = pointers(world.submit(id).await, 422);
        assert_eq!(gone, ["/materials/m05"]);
        assert_eq!(world.state(id).await, State::Draft);
        // Without an agent it is not asked for.
        let mut body = answers(FOOD, "valid");
        body["situations"]["agent"] = "no".into();
        world.save(id, body).await;
        assert!(problems(world, id).await.is_empty());
        // Paper in hand is for the counter: online it is no way around an upload.
        hand = world.on(id, json!({ "files": [], "handing": "paper" })).await;
        assert_eq!(
            pointers(world.casework.hand_material(&world.haiyan.caller, id, "m03", hand).await, 422),
            ["/materials/m03"]
        );
    })
    .await;
}

/// An unmet condition, an answer that leads elsewhere and a missing consent stop with reasons.
///
/// req: CASE-005, ITEM-040
#[tokio::test]
async fn what_is_missing_is_named_step_by_step() {
    on_both(async |world| {
        let id = world.draft().await;
        let steps: std::collections::BTreeSet<u8> = world
            .casework
            .check_draft(&world.haiyan.caller, id)
            .await
            .unwrap()
            .iter()
            .map(|problem| problem.step)
            .collect();
        assert_eq!(steps.into_iter().collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
        let mut body = answers(FOOD, "valid");
        body["conditions"]["qualified"] = "no".into();
        body["situations"]["prepackaged_only"] = "yes".into();
        body["consents"]["agreed"] = false.into();
        body["form"]["area"] = (-1).into();
        world.save(id, body).await;
        let found = problems(world, id).await;
        for pointer in [
            "/conditions/qualified",
            "/situations/prepackaged_only",
            "/consents/agreed",
            "/form/area",
            "/materials/m03",
        ] {
            assert!(found.iter().any(|one| one == pointer), "{pointer} in {found:?}");
        }
        world.save(id, json!({ "delivery": { "way": "post" } })).await;
        assert!(problems(world, id).await.iter().any(|one| one.starts_with("/delivery/address")));
    })
    .await;
}

/// A file of the wrong kind, one that is too large, one of somebody else and one that never was.
///
/// req: CASE-005
#[tokio::test]
async fn a_wrong_file_is_refused_with_its_name() {
    on_both(async |world| {
        let id = world.filled("self").await;
        let platform = &world.casework.platform;
        let owner = Some(world.haiyan.account.id);
        let store = async |name: &str, bytes: Vec<u8>| {
            platform::files::store(platform, owner, "material", name, bytes.into()).await
        };
        // Content decides, not the name.
        let script = store("设备.pdf", b"MZ\x90\x00 not a pdf".to_vec()).await;
        let large = [b"%PDF-1.7\n".to_vec(), vec![b' '; 20 * 1024 * 1024 + 1]].concat();
        let large = store("很大.pdf", large).await.unwrap().id;
        let strange = world.file(world.li.account.id, "李明的文件").await;
        if let Ok(file) = script {
            let hand = world.on(id, json!({ "files": [file.id], "handing": "upload" })).await;
            let problem = refused(world.casework.hand_material(&world.haiyan.caller, id, "m03", hand).await, 422);
            assert!(problem.field_errors()[0].message.contains("设备.pdf"));
        }
        for (file, code) in [(large, "file_refused"), (strange, "unknown_file"), (uuid::Uuid::nil(), "unknown_file")] {
            let hand = world.on(id, json!({ "files": [file], "handing": "upload" })).await;
            let problem = refused(world.casework.hand_material(&world.haiyan.caller, id, "m03", hand).await, 422);
            assert_eq!(
                (problem.field_errors()[0].pointer.as_str(), problem.field_errors()[0].code.as_str()),
                ("/materials/m03", code)
            );
        }
        let hand = world.on(id, json!({ "files": [], "handing": "upload" })).await;
        pointers(world.casework.hand_material(&world.haiyan.caller, id, "m99", hand).await, 422);
        assert!(problems(world, id).await.is_empty(), "what was handed in before still stands");
    })
    .await;
}

/// Only a real-name account handles anything online.
///
/// req: CASE-005, IDENT-001
#[tokio::test]
async fn without_real_name_nothing_is_begun() {
    on_both(async |world| {
        let mut profile = person("gao-peng", "高鹏", "44990119930101055X", "19900000009");
        profile.real_name = false;
        let gao = world.citizen(profile).await;
        let problem = refused(world.casework.create_draft(&gao.caller, FOOD, "new-catering", None).await, 403);
        assert_eq!(problem.code(), "real_name_needed");
        refused(world.casework.create_draft(&world.haiyan.caller, "no-such-item", "x", None).await, 404);
        refused(world.casework.create_draft(&world.haiyan.caller, FOOD, "no-such", None).await, 422);
        assert_eq!(world.count("cases").await, 0);
    })
    .await;
}

/// A draft can be thrown away; what was submitted can't.
///
/// req: CASE-005
#[tokio::test]
async fn a_draft_is_thrown_away_and_a_case_is_not() {
    on_both(async |world| {
        let id = world.filled("self").await;
        world.casework.delete_draft(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(
            world.count("cases").await + world.count("case_forms").await + world.count("case_materials").await,
            0
        );
        let id = world.submitted().await;
        refused(world.casework.delete_draft(&world.haiyan.caller, id).await, 409);
        let save = world.on(id, json!({ "step": 3 })).await;
        refused(world.casework.save_draft(&world.haiyan.caller, id, save).await, 409);
    })
    .await;
}
