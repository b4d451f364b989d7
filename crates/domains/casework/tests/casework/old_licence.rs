//! Change, renewal, re-issue and cancellation of a licence held so far.

use casework::cases::model::State;
use casework::cases::service::counter::CounterApplication;
use licences::State as Licence;
use platform::web::guard::Allowed;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{FOOD, World, answers, on_both, pointers, sample};

impl World {
    /// A licence of 海燕小厨 by a case of its own.
    async fn licensed(&self) -> licences::Licence {
        let id = self.closed("granted").await;
        self.casework.licences.of_case(id).await.unwrap().remove(0)
    }

    /// Another draft of 海燕小厨 with the answers of a sample; what was filled in of the old licence stays.
    async fn begun(&self, handle_item: &str) -> Uuid {
        let id = self.casework.create_draft(&self.haiyan.caller, FOOD, handle_item, None).await.unwrap();
        let begun = self.casework.draft_view(&self.haiyan.caller, id).await.unwrap();
        let mut answers = answers(FOOD, &format!("valid-{handle_item}"));
        for key in ["old_licence_number", "old_valid_until"] {
            if let Some(known) = begun.form.get(key) {
                answers["form"][key] = known.clone();
            }
        }
        self.save(id, answers).await;
        for key in sample(FOOD, &format!("valid-{handle_item}"))["materials"].as_array().unwrap() {
            let key = key.as_str().unwrap();
            let handing = if matches!(key, "m02" | "m07") { "licence" } else { "upload" };
            let handing = if key == "m07" && begun.old_licences.is_empty() { "upload" } else { handing };
            self.hand(id, key, handing).await.unwrap();
        }
        id
    }

    /// Granted to the end.
    async fn granted(&self, id: Uuid) {
        self.submit(id).await.unwrap();
        self.accept(id).await.unwrap();
        while let Some((_, element, _)) = self.casework.open_flow_task(id).await.unwrap() {
            self.step(id, if element == "decide" { "granted" } else { "pass" }).await.unwrap();
        }
        self.settle().await;
        self.no_dead_jobs().await;
        assert_eq!(self.state(id).await, State::Closed);
    }
}

/// The held licence is found and filled in; issuing the new one ends it with reason and link, and the new
/// one keeps the number and, for a change, the last day.
///
/// req: LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_the_place_of_the_licence_held() {
    on_both(async |world| {
        let old = world.licensed().await;
        let id = world.begun("change").await;
        let draft = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!((draft.old_licence, draft.old_licences.len()), (Some(old.id), 1));
        assert_eq!(draft.form["old_licence_number"], old.number.as_str(), "filled in from the licence");
        assert_eq!(draft.form["old_valid_until"], old.expires_on.unwrap().to_string());
        assert!(draft.prefilled.iter().any(|field| field.key == "old_licence_number"));
        world.granted(id).await;
        let new = world.casework.licences.of_case(id).await.unwrap().remove(0);
        assert_eq!(
            (new.replaces, new.number.as_str(), new.expires_on),
            (Some(old.id), old.number.as_str(), old.expires_on)
        );
        assert!(new.identifier.contains(".002."), "{}", new.identifier);
        let ended = world.casework.licences.licence(old.id).await.unwrap().unwrap();
        assert_eq!(ended.state, Licence::Abolished);
        assert!(ended.abolish_reason.unwrap().contains(&new.identifier));
    })
    .await;
}

/// A renewal begins a new term; two changes one after the other each replace the latest version.
///
/// req: LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_begins_a_new_term_and_follows_a_change_made_meanwhile() {
    on_both(async |world| {
        let old = world.licensed().await;
        world.days(3);
        // Both are handed in while the first licence is in force.
        let (change, renewal) = (world.begun("change").await, world.begun("renew").await);
        world.granted(change).await;
        let changed = world.casework.licences.of_case(change).await.unwrap().remove(0);
        // The licence chosen was replaced: the draft says so, and is mended by choosing the new one.
        assert_eq!(pointers(world.submit(renewal).await, 422), ["/old_licence"]);
        world.save(renewal, json!({ "old_licence": changed.id })).await;
        world.granted(renewal).await;
        let renewed = world.casework.licences.of_case(renewal).await.unwrap().remove(0);
        assert_eq!((renewed.replaces, renewed.number.as_str()), (Some(changed.id), old.number.as_str()));
        assert!(renewed.expires_on > old.expires_on, "a new term");
        assert!(renewed.identifier.contains(".003."));
        let held = world.casework.licences.valid_of(world.haiyan.account.id, FOOD).await.unwrap();
        assert_eq!(held.iter().map(|one| one.id).collect::<Vec<_>>(), [renewed.id], "one is in force");
    })
    .await;
}

/// A granted cancellation ends the licence with the case as its reason; a refused one leaves it.
///
/// req: LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_ends_the_licence_and_nothing_takes_its_place() {
    on_both(async |world| {
        let old = world.licensed().await;
        let id = world.begun("cancel").await;
        world.granted(id).await;
        let number = world.casework.my_case(&world.haiyan.caller, id).await.unwrap().case_number;
        let ended = world.casework.licences.licence(old.id).await.unwrap().unwrap();
        assert_eq!(ended.state, Licence::Abolished);
        assert_eq!(ended.abolish_reason.unwrap(), format!("持证人申请注销（办件 {number}）"));
        assert_eq!(world.casework.licences.of_case(id).await.unwrap(), []);
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(mine.documents.iter().filter(|one| one.kind == "grant").count(), 1, "one decision");
    })
    .await;
}

/// With several licences of the kind the applicant chooses; another's can't be named; without one the
/// application goes on, as the old licence may be on paper only.
///
/// req: LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn of_several_licences_one_is_chosen_and_without_one_it_goes_on() {
    on_both(async |world| {
        let without = world.begun("change").await;
        world.granted(without).await;
        let issued = world.casework.licences.of_case(without).await.unwrap().remove(0);
        assert_eq!(issued.replaces, None);
        let second = world.licensed().await;
        let id = world.begun("change").await;
        let draft = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!((draft.old_licence, draft.old_licences.len()), (None, 2));
        assert!(draft.problems.iter().any(|problem| problem.pointer == "/old_licence"), "{:?}", draft.problems);
        let wrong = world.on(id, json!({ "old_licence": Uuid::from_u128(1) })).await;
        assert_eq!(pointers(world.casework.save_draft(&world.haiyan.caller, id, wrong).await, 422), ["/old_licence"]);
        world.save(id, json!({ "old_licence": second.id })).await;
        let draft = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(draft.form["old_licence_number"], Value::from(second.number.clone()));
        world.granted(id).await;
        let new = world.casework.licences.of_case(id).await.unwrap().remove(0);
        assert_eq!(new.replaces, Some(second.id));
        let other = world.casework.licences.licence(issued.id).await.unwrap().unwrap();
        assert_eq!(other.state, Licence::Valid, "the other one stays");
    })
    .await;
}

/// Whoever acts under a grant and chooses the applicant's old licence has used it: the audit log and the
/// grant's own log say by whom, for whom and under which grant.
///
/// req: DATASEC-012, IDENT-020
#[tokio::test(flavor = "multi_thread")]
async fn an_old_licence_chosen_under_a_grant_leaves_a_line() {
    on_both(async |world| {
        let casework = &world.casework;
        world.licensed().await;
        let second = world.licensed().await;
        let new = serde_json::from_value(json!({
            "direction": "give", "role": "agent",
            "party": { "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" },
            "starts_on": "2026-09-21", "ends_on": "2026-12-31",
            "all_items": true, "items": [], "all_materials": true, "materials": [],
        }))
        .unwrap();
        let haiyan = Allowed::trusted(world.haiyan.caller.clone());
        let grant = casework.identity.give_grant(&haiyan, new, None).await.unwrap();
        let li = Allowed::trusted(world.li.caller.clone());
        casework.identity.accept_grant(&li, grant, 1).await.unwrap();

        let id = casework.create_draft_for(&world.li.caller, FOOD, "change", Some(grant), None).await.unwrap();
        let used = format!("audit_log WHERE action = 'licence.use' AND subject = 'case:{id}'");
        assert_eq!(world.count(&used).await, 0, "of two none is chosen yet");
        // The enterprise's own cases have steps of this kind, for its materials.
        let steps = "case_steps WHERE action = 'use_licence'";
        let before = world.count(steps).await;
        let choice = json!({ "old_licence": second.id });
        casework.save_draft(&world.li.caller, id, world.on(id, choice.clone()).await).await.unwrap();
        // Saved again it is the same use.
        casework.save_draft(&world.li.caller, id, world.on(id, choice).await).await.unwrap();
        let lines = world.query(&format!("SELECT CAST(detail AS TEXT) FROM {used}")).await;
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!((&line["old_licence"], &line["grant"]), (&json!(second.id), &json!(grant)));
        assert_eq!(world.count("grant_uses WHERE action = 'use_licence' AND allowed").await, 1);
        assert_eq!(world.count(steps).await, before + 1, "and the applicant reads it");
    })
    .await;
}

/// At the counter too: of several licences one is chosen, what stands on it is filled in and the look is
/// logged; the case is about that licence and the other stays.
///
/// req: LIC-025, CASE-011
#[tokio::test(flavor = "multi_thread")]
async fn at_the_counter_one_of_several_licences_is_chosen() {
    on_both(async |world| {
        let (first, second) = (world.licensed().await, world.licensed().await);
        let (casework, clerk) = (&world.casework, world.staff("clerk").await);
        let sample = sample(FOOD, "valid-change");
        let paper = json!({ "handing": "paper" });
        let materials: serde_json::Map<String, Value> =
            sample["materials"].as_array().unwrap().iter().map(|key| (key.as_str().unwrap().to_owned(), paper.clone())).collect();
        let application = |more: Value| -> CounterApplication {
            let mut whole = json!({
                "item_slug": FOOD, "handle_item": "change",
                "applicant": { "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E", "phone": "19900000001" },
                "situations": sample["situations"], "form": sample["form"], "materials": materials, "delivery": { "way": "self" },
            });
            whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value(whole).unwrap()
        };
        let check = casework.counter_check(&clerk, &application(json!({}))).await.unwrap();
        assert_eq!(check.old_licences.iter().map(|one| one.id).collect::<Vec<_>>(), [second.id, first.id]);
        assert_eq!((check.problems[0].pointer.as_str(), &check.licence_values), ("/old_licence", &None));
        assert_eq!(pointers(casework.take_at_counter(&clerk, application(json!({})), None).await, 422), ["/old_licence"]);
        let read = format!("audit_log WHERE action = 'licence.read' AND subject = 'licence:{}'", first.id);
        assert_eq!(world.count(&read).await, 0);
        let choice = json!({ "old_licence": first.id, "read_licence": true });
        let check = casework.counter_check(&clerk, &application(choice.clone())).await.unwrap();
        let values = check.licence_values.unwrap();
        assert_eq!(values["old_licence_number"], json!(first.number));
        assert_eq!(world.count(&read).await, 1, "who looked is in the log");

        let mut taken = application(choice);
        taken.form.extend(values);
        let receipt = casework.take_at_counter(&clerk, taken, None).await.unwrap();
        let used = format!("audit_log WHERE action = 'licence.use' AND subject = 'case:{}'", receipt.id);
        assert_eq!(world.count(&used).await, 1);
        world.accept(receipt.id).await.unwrap();
        while let Some((_, element, _)) = casework.open_flow_task(receipt.id).await.unwrap() {
            world.step(receipt.id, if element == "decide" { "granted" } else { "pass" }).await.unwrap();
        }
        world.settle().await;
        let new = casework.licences.of_case(receipt.id).await.unwrap().remove(0);
        assert_eq!(new.replaces, Some(first.id));
        assert_eq!(casework.licences.licence(second.id).await.unwrap().unwrap().state, Licence::Valid);
    })
    .await;
}
