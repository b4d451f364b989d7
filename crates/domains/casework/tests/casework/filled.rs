//! What stands beside a filled-in form: rules bound to it, where values came from, how they compare.

use casework::cases::service::counter::CounterApplication;
use casework::cases::service::filled::{DataSharing, HttpDataSharing};
use design::Kind;
use identity::systems::{Formula, NewSecret, SystemDraft};
use serde_json::{Value, json};
use simulators::sharing;
use uuid::Uuid;

use crate::world::{FOOD, World, answers, form_with, on_both, pointers, sample};

/// A rules file that checks the area against a bound.
fn area_rule(binding: &str, gives: &str) -> String {
    format!(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:tongban="https://tongban.dev/dmn/1" id="c" name="面积检查" namespace="https://tongban.dev/rules">
  <extensionElements><tongban:bindings><tongban:binding decision="area_fits" {binding} message="面积超过了这种业态的上限" /></tongban:bindings></extensionElements>
  <inputData id="i" name="area"><variable id="v" name="area" typeRef="number" /></inputData>
  <decision id="d" name="area_fits"><variable id="vd" name="area_fits" /><informationRequirement id="q"><requiredInput href="#i" /></informationRequirement>
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="in"><inputExpression id="ie" typeRef="number"><text>area</text></inputExpression></input><output id="o" name="fits" />
      <rule id="r"><inputEntry id="e"><text>&gt; 90</text></inputEntry><outputEntry id="oe"><text>{gives}</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"##
    )
}

async fn bind(world: &World, binding: &str, gives: &str) {
    world.casework.design.publish(Kind::Rules, "area-check", &area_rule(binding, gives), "林编辑").await.unwrap();
}

async fn told(world: &World, id: Uuid) -> (Vec<String>, Vec<String>) {
    let view = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
    let of = |all: Vec<casework::cases::service::judge::StepProblem>| {
        all.into_iter().map(|one| format!("{} {}", one.pointer, one.message)).collect()
    };
    (of(view.problems), of(view.warnings))
}

/// A rule that stops is told while filling in, at the field it reads, and refuses the submission; a new
/// version of the rules counts at once.
///
/// req: FORM-016
#[tokio::test]
async fn a_bound_rule_stops_while_filling_in_and_at_submission() {
    on_both(async |world| {
        let id = world.filled("self").await;
        assert_eq!(told(world, id).await, (vec![], vec![]));
        bind(world, &format!("form=\"{FOOD}\" item=\"{FOOD}\" channels=\"web\" severity=\"stop\""), "false").await;
        let said = "/form/area 面积超过了这种业态的上限".to_owned();
        assert_eq!(told(world, id).await, (vec![said], vec![]));
        assert_eq!(pointers(world.submit(id).await, 422), ["/form/area"]);
        // The text the decision gives is told instead of the message.
        bind(world, "severity=\"stop\"", "\"请改报餐厅\"").await;
        assert_eq!(told(world, id).await.0, ["/form/area 请改报餐厅"]);
        let mut smaller = answers(FOOD, "valid");
        smaller["form"]["area"] = 60.into();
        world.save(id, smaller).await;
        assert_eq!(told(world, id).await, (vec![], vec![]));
        world.submit(id).await.unwrap();
    })
    .await;
}

/// Another form, item, channel or day is not asked; the days are those of China, both included.
///
/// req: FORM-016
#[tokio::test]
async fn a_bound_rule_asks_only_where_and_while_it_is_bound() {
    on_both(async |world| {
        let id = world.filled("self").await;
        for elsewhere in ["form=\"senior-allowance\"", "item=\"senior-allowance\"", "channels=\"mobile window\""] {
            bind(world, elsewhere, "false").await;
            assert_eq!(told(world, id).await, (vec![], vec![]), "{elsewhere}");
        }
        let today = base::zone::china_date(world.casework.platform.now());
        let tomorrow = today.next_day().unwrap();
        bind(world, &format!("from=\"{tomorrow}\""), "false").await;
        assert!(told(world, id).await.0.is_empty());
        bind(world, &format!("from=\"{today}\" until=\"{today}\""), "false").await;
        assert_eq!(told(world, id).await.0.len(), 1);
        world.days(1);
        assert!(told(world, id).await.0.is_empty(), "its last day is over");
    })
    .await;
}

/// A rule that warns is shown, lets pass, and is kept with the case for the officers.
///
/// req: FORM-016
#[tokio::test]
async fn a_rule_that_warns_lets_pass_and_is_kept_with_the_case() {
    on_both(async |world| {
        bind(world, &format!("item=\"{FOOD}\" severity=\"warn\""), "false").await;
        let id = world.filled("self").await;
        let said = vec!["/form/area 面积超过了这种业态的上限".to_owned()];
        assert_eq!(told(world, id).await, (vec![], said));
        world.submit(id).await.unwrap();
        // What comes later changes nothing about what was told then.
        bind(world, "item=\"none\"", "false").await;
        let case = world.casework.desk_case(&world.staff("clerk").await, id).await.unwrap();
        let kept: Vec<_> = case.warnings.iter().map(|one| (one.pointer.as_str(), one.message.as_str())).collect();
        assert_eq!(kept, [("/form/area", "面积超过了这种业态的上限")]);
        let stored = world.query("SELECT beside_sealed FROM case_forms WHERE beside_sealed IS NOT NULL").await;
        assert!(stored.len() == 1 && !stored[0].contains("面积"), "sealed with the form");
    })
    .await;
}

/// The counter asks the rules of the window, in its check and again when the application is taken.
///
/// req: FORM-016
#[tokio::test]
async fn the_counter_asks_the_rules_bound_to_the_window() {
    on_both(async |world| {
        let clerk = world.staff("clerk").await;
        let sample = sample(FOOD, "valid");
        let paper = json!({ "handing": "paper" });
        let application: CounterApplication = serde_json::from_value(json!({
            "item_slug": FOOD, "handle_item": sample["handle_item"],
            "applicant": { "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E", "phone": "19900000001" },
            "agent": { "name": "李明", "id_number": "449902198506170153", "phone": "19900000002" },
            "situations": sample["situations"], "form": sample["form"],
            "materials": { "m02": paper, "m03": paper, "m04": paper, "m05": paper },
            "delivery": { "way": "self" },
        }))
        .unwrap();
        let ask = async || world.casework.counter_check(&clerk, &application).await.unwrap();
        bind(world, "channels=\"web\"", "false").await;
        assert!(ask().await.problems.is_empty());
        bind(world, "channels=\"window\" severity=\"warn\"", "false").await;
        let check = ask().await;
        assert_eq!((check.problems.len(), check.warnings.len()), (0, 1));
        bind(world, "channels=\"window\" severity=\"stop\"", "false").await;
        assert_eq!(ask().await.problems.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["rule"]);
        assert_eq!(pointers(world.casework.take_at_counter(&clerk, application.clone(), None).await, 422), ["/form/area"]);
        bind(world, "channels=\"window\" severity=\"warn\"", "false").await;
        let receipt = world.casework.take_at_counter(&clerk, application.clone(), None).await.unwrap();
        assert_eq!(world.casework.desk_case(&clerk, receipt.id).await.unwrap().warnings.len(), 1);
    })
    .await;
}

/// The product's credentials at the data-sharing platform.
async fn join_sharing(world: &World) {
    let admin = world.staff("sysadmin").await;
    let draft = SystemDraft {
        app_id: sharing::APP_ID.into(),
        name: "数据共享平台".into(),
        owner_org_id: admin.org_id.unwrap(),
        contact_name: "管理员".into(),
        contact_phone: "19900000000".into(),
        description: String::new(),
        callbacks: Vec::new(),
        environment: world.casework.platform.config.environment.clone(),
        networks: vec!["127.0.0.0/8".into()],
        formula: Formula::TifBody,
    };
    let identity = &world.casework.identity;
    let id = identity.add_system(&admin, draft, Vec::new(), true).await.unwrap();
    let secret = NewSecret { secret: Some(sharing::SECRET.into()), ..Default::default() };
    identity.add_secret(&admin, id, secret).await.unwrap();
}

async fn sharing_post(world: &World, path: &str, body: Value) {
    let url = format!("{}/{path}", world.sms.url("sharing"));
    world.casework.platform.http.post(url).json(&body).send().await.unwrap();
}

/// The food form with sources and comparisons.
async fn with_sources(world: &World) {
    form_with(world, FOOD, |form| {
        for field in form["sections"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .flat_map(|section| section["fields"].as_array_mut().unwrap())
        {
            match field["key"].as_str().unwrap_or_default() {
                "domicile" => {
                    field["source"] = "shared.enterprise.address | enterprise.address".into();
                    field["compare"] = "shared.enterprise.address".into();
                }
                "legal_representative" => field["compare"] = "shared.enterprise.legal_representative".into(),
                "contact_name" => field["source"] = "earlier.contact_name | agent.name".into(),
                "legal_id_number" => field["compare"] = "shared.school.number".into(),
                _ => {}
            }
        }
    })
    .await;
}

async fn source_of(world: &World, id: Uuid, key: &str) -> Option<String> {
    let view = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
    view.prefilled.into_iter().find(|one| one.key == key).map(|one| one.source)
}

/// Nothing is looked up before the applicant agrees; then each field says where it came from, until the
/// person changes it.
///
/// req: FORM-014
#[tokio::test]
async fn fields_are_filled_from_sources_after_the_applicant_agreed() {
    on_both(async |world| {
        join_sharing(world).await;
        with_sources(world).await;
        sharing_post(
            world,
            "record",
            json!({ "number": "92449902MA9900KX9E", "values": { "address": "和平路 20 号" } }),
        )
        .await;
        // An earlier case to look into.
        world.submitted().await;
        let before = world.count("calls").await;
        let id = world.draft().await;
        assert_eq!(source_of(world, id, "domicile").await.as_deref(), Some("企业账号"));
        assert_eq!(world.count("calls").await, before, "nobody agreed yet");
        world.save(id, json!({ "form": { "domicile": "", "contact_name": "" } })).await;
        world.save(id, json!({ "consents": { "authorised": true, "agreed": true } })).await;
        let view = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(view.form["domicile"], "和平路 20 号");
        assert_eq!(view.form["contact_name"], sample(FOOD, "valid")["form"]["contact_name"]);
        assert!(view.unanswered.contains(&"数据共享（school）".to_owned()), "{:?}", view.unanswered);
        assert_eq!(source_of(world, id, "domicile").await.as_deref(), Some("数据共享（市场主体信息）"));
        assert_eq!(source_of(world, id, "contact_name").await.as_deref(), Some("以前的办件"));
        let calls = world.count("calls").await;
        world.save(id, json!({ "consents": { "authorised": true, "agreed": true } })).await;
        assert_eq!(world.count("calls").await, calls, "asked once");
        let mut own = view.form.clone();
        own.insert("domicile".into(), "和平路 22 号".into());
        world.save(id, json!({ "form": own })).await;
        assert_eq!(source_of(world, id, "domicile").await, None, "it is the person's own now");
    })
    .await;
}

/// A platform that is down leaves the fields to the person, says so, and stops nobody.
///
/// req: FORM-014
#[tokio::test]
async fn a_source_that_fails_leaves_the_field_manual_and_stops_nobody() {
    on_both(async |world| {
        with_sources(world).await;
        // Without credentials there, and then with the platform down.
        let number = "92449902MA9900KX9E";
        let http = HttpDataSharing::new(world.casework.platform.clone(), world.casework.identity.clone());
        assert_eq!(http.record("enterprise", number, FOOD).await.unwrap_err().status().as_u16(), 503);
        join_sharing(world).await;
        sharing_post(world, "control", json!({ "down": true })).await;
        let id = world.filled("self").await;
        let view = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap();
        assert_eq!(view.unanswered, ["数据共享（市场主体信息）", "数据共享（school）"]);
        assert!(view.problems.is_empty(), "{:?}", view.problems);
        world.submit(id).await.unwrap();
        world.settle().await;
        world.no_dead_jobs().await;
        let case = world.casework.desk_case(&world.staff("clerk").await, id).await.unwrap();
        assert!(!case.comparisons.is_empty());
        assert!(case.comparisons.iter().all(|one| one.result == "not_verifiable"), "{:?}", case.comparisons);
    })
    .await;
}

/// After an application was handed in each field that names a source is compared; the officers see the
/// verdict and, where it differs, what the source says.
///
/// req: FORM-018
#[tokio::test]
async fn fields_are_compared_and_the_verdict_is_kept_with_the_case() {
    on_both(async |world| {
        join_sharing(world).await;
        with_sources(world).await;
        let id = world.filled("self").await;
        let form = world.casework.draft_view(&world.haiyan.caller, id).await.unwrap().form;
        let number = "92449902MA9900KX9E";
        let told = json!({ "address": form["domicile"], "legal_representative": "王海雁" });
        sharing_post(world, "record", json!({ "number": number, "values": told })).await;
        world.submit(id).await.unwrap();
        let clerk = world.staff("clerk").await;
        assert!(world.casework.desk_case(&clerk, id).await.unwrap().comparisons.is_empty(), "nobody waits for it");
        world.settle().await;
        let case = world.casework.desk_case(&clerk, id).await.unwrap();
        let short: Vec<_> =
            case.comparisons.iter().map(|one| (one.key.as_str(), one.result, one.theirs.as_deref())).collect();
        assert_eq!(
            short,
            [
                ("legal_representative", "differs", Some("王海雁")),
                ("legal_id_number", "not_verifiable", None),
                ("domicile", "trusted", None),
            ]
        );
        assert!(case.comparisons.iter().all(|one| one.at.is_some()));
        let sealed = world.query("SELECT beside_sealed FROM case_forms WHERE beside_sealed IS NOT NULL").await;
        assert!(sealed.iter().all(|text| !text.contains("王海雁")), "sealed with the form");
        // Asked again at the desk after the record was put right; that leaves a line.
        sharing_post(
            world,
            "record",
            json!({ "number": number, "values": { "legal_representative": form["legal_representative"] } }),
        )
        .await;
        let again = world.casework.compare_at_desk(&clerk, id).await.unwrap();
        assert_eq!(again[0].result, "trusted");
        let other = world.staff("clerk-social").await;
        assert_eq!(world.casework.compare_at_desk(&other, id).await.unwrap_err().status().as_u16(), 404);
    })
    .await;
}

/// The applicant may have a draft compared, once he agreed to be looked up.
///
/// req: FORM-018
#[tokio::test]
async fn a_draft_is_compared_on_demand_and_only_with_consent() {
    on_both(async |world| {
        join_sharing(world).await;
        with_sources(world).await;
        let id = world.draft().await;
        let caller = &world.haiyan.caller;
        assert_eq!(world.casework.compare_mine(caller, id).await.unwrap_err().code(), "not_authorised");
        world.save(id, json!({ "consents": { "authorised": true, "agreed": true } })).await;
        let found = world.casework.compare_mine(caller, id).await.unwrap();
        assert!(found.iter().any(|one| one.key == "legal_representative" && one.result == "trusted"), "{found:?}");
        assert_eq!(world.casework.draft_view(caller, id).await.unwrap().comparisons.len(), found.len());
        assert_eq!(world.casework.compare_mine(&world.li.caller, id).await.unwrap_err().status().as_u16(), 404);
    })
    .await;
}
