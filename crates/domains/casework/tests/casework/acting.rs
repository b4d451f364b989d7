//! Acting for the applicant: licences by authorisation, corrections within the materials of the
//! grant, messages to who acts.

use casework::cases::model::State;
use identity::delegation::NewGrant;
use platform::messages;
use platform::web::guard::Allowed;
use platform::work::audit;
use serde_json::json;
use uuid::Uuid;

use crate::world::{FOOD, World, on_both, pointers, refused};

/// 海燕小厨 lets 李明 act for it in the food permit, with two materials.
async fn agent_grant(world: &World) -> Uuid {
    let new: NewGrant = serde_json::from_value(json!({
        "direction": "give", "role": "agent",
        "party": { "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" },
        "starts_on": "2026-09-21", "ends_on": "2026-12-31",
        "all_items": false, "items": [FOOD], "all_materials": false, "materials": ["m02", "m03"],
    }))
    .unwrap();
    let identity = &world.casework.identity;
    let id = identity.give_grant(&Allowed::trusted(world.haiyan.caller.clone()), new, None).await.unwrap();
    identity.accept_grant(&Allowed::trusted(world.li.caller.clone()), id, 1).await.unwrap();
    id
}

/// A licence stands in for a paper only after the applicant has agreed to it, and each use leaves a
/// line: who, for whom, in place of what.
///
/// req: DATASEC-012
#[tokio::test]
async fn a_licence_is_used_by_authorisation_only_and_leaves_a_line() {
    on_both(async |world| {
        let id = world.filled("self").await;
        world.save(id, json!({ "consents": { "authorised": false, "agreed": true } })).await;
        assert_eq!(pointers(world.submit(id).await, 422), ["/consents/authorised"]);
        world.save(id, json!({ "consents": { "authorised": true, "agreed": true } })).await;
        world.submit(id).await.unwrap();
        let lines = audit::about(world.casework.platform.db.read(), &format!("case:{id}")).await.unwrap();
        assert_eq!(lines.iter().filter(|(action, _)| action == "licence.use").count(), 1, "{lines:?}");
    })
    .await;
}

/// The agent is told, may correct only what his grant names, and what he does says that it was he.
///
/// req: IDENT-020, IDENT-021
#[tokio::test]
async fn an_agent_corrects_within_his_materials() {
    on_both(async |world| {
        let casework = &world.casework;
        let grant = agent_grant(world).await;
        let id = casework.create_draft_for(&world.li.caller, FOOD, "new-catering", Some(grant), None).await.unwrap();
        world.save(id, crate::world::answers(FOOD, "valid")).await;
        world.hand(id, "m02", "licence").await.unwrap();
        for key in ["m03", "m04", "m05"] {
            world.hand(id, key, "upload").await.unwrap();
        }
        world.submit(id).await.unwrap();
        world.settle().await;
        let inbox = messages::inbox(&casework.platform, &format!("account:{}", world.li.account.id), 10).await.unwrap();
        assert!(inbox.iter().any(|one| one.text.contains("申请已提交")), "{inbox:?}");

        let ask = world.on(id, json!({ "items": [{ "material_key": "m04", "reason": "制度目录缺少自查一项" }] })).await;
        casework.request_correction(&world.staff("clerk").await, id, ask).await.unwrap();
        let file = world.file(world.li.account.id, "制度").await;
        let supply = world.on(id, json!({ "materials": { "m04": [file] } })).await;
        let problem = refused(casework.supply_correction(&world.li.caller, id, supply).await, 403);
        assert_eq!(problem.code(), "grant_material");
        assert_eq!(world.state(id).await, State::Correction, "nothing was changed");
        let refusals = world.count("grant_uses WHERE NOT allowed").await;
        assert_eq!(refusals, 1, "and it is in the log");

        let file = world.file(world.haiyan.account.id, "制度").await;
        let supply = world.on(id, json!({ "materials": { "m04": [file] } })).await;
        casework.supply_correction(&world.haiyan.caller, id, supply).await.unwrap();
        let withdraw = world.on(id, json!({ "reason": "换了经营场所" })).await;
        casework.withdraw(&world.li.caller, id, withdraw).await.unwrap();
        let mine = casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.events.last().unwrap().text, "李明（经办人）撤回了申请：换了经营场所");
        let steps: Vec<(&str, &str)> =
            mine.steps.iter().map(|step| (step.who.as_str(), step.action.as_str())).collect();
        assert_eq!(steps.first(), Some(&("李明", "start")));
        assert_eq!(steps.last(), Some(&("李明", "withdraw")));
        assert!(steps.contains(&("王海燕", "supply")));
        // Somebody who never had a grant learns nothing.
        let other = world.citizen(crate::world::person("sun", "孙晓雨", "449901200211200427", "19900000005")).await;
        refused(casework.my_case(&other.caller, id).await, 404);
    })
    .await;
}
