//! The running of a flow beyond the plain way: joint review, transfer, delegation, taking back, jump, rights on the
//! form, what a step's author wants to happen, and taking cases over to another version.

use casework::cases::model::State;
use casework::cases::service::running::migrate::MigrateFlow;
use casework::cases::service::running::monitor::FlowCaseFilter;
use casework::cases::service::tasks::colleagues::ColleagueFilter;
use design::Kind;
use serde_json::json;
use uuid::Uuid;

use crate::world::{FOOD, World, on_both, pointers, refused};

/// The food permit's flow with an inspection that three people must review together.
async fn joint_flow(world: &World) -> String {
    let design = &world.casework.design;
    let latest = design.latest(Kind::Flow, FOOD).await.unwrap().unwrap();
    let plain = design.source(&latest).await.unwrap();
    let mut people = String::new();
    for login in ["inspector", "inspector2", "reviewer-fire"] {
        let staff = world.casework.identity.staff_by_login(login).await.unwrap().unwrap();
        people.push_str(&format!(r#"<tongban:handler kind="person" key="{}" label="{}"/>"#, staff.id, staff.name));
    }
    let from = plain.find(r#"<bpmn:userTask id="inspect""#).unwrap();
    let to = from + plain[from..].find('>').unwrap() + 1;
    let joint = format!(
        r#"{}<bpmn:extensionElements>
          <tongban:handlers>{people}</tongban:handlers>
          <tongban:buttons>
            <tongban:button action="pass" label="符合" outcome="pass"/>
            <tongban:button action="pass" label="不符合" outcome="fail"/>
          </tongban:buttons>
          <tongban:events>
            <tongban:event on="enter" kind="sms" to="applicant" content="您的申请进入联合核查"/>
            <tongban:event on="enter" kind="message" to="handler" content="请联合核查"/>
          </tongban:events>
          <tongban:fields default="read">
            <tongban:field key="area" access="write"/>
            <tongban:field key="contact_email" access="hidden"/>
          </tongban:fields>
        </bpmn:extensionElements>"#,
        &plain[from..to]
    );
    let loops = r#"<bpmn:multiInstanceLoopCharacteristics tongban:ratio="60"/></bpmn:userTask>"#;
    let rest = plain[to..].replacen("</bpmn:userTask>", loops, 1);
    format!("{}{joint}{rest}", &plain[..from])
}

/// An accepted case that runs on a second version of its flow with the joint inspection, which stands open.
async fn at_joint_inspection(world: &World) -> Uuid {
    let id = world.accepted().await;
    let content = joint_flow(world).await;
    let published = world.casework.design.publish(Kind::Flow, FOOD, &content, "editor").await.unwrap();
    let asked = MigrateFlow {
        from: published.version - 1,
        to: published.version,
        mapping: Default::default(),
        cases: None,
        dry_run: false,
    };
    let moved = world.casework.migrate_flow(&world.staff("editor").await, FOOD, asked).await.unwrap();
    assert_eq!(moved.refused, 0, "{moved:?}");
    world.step(id, "pass").await.unwrap();
    id
}

async fn task_of(world: &World, id: Uuid, login: &str) -> Uuid {
    let seen = world.casework.desk_case(&world.staff(login).await, id).await.unwrap();
    seen.my_task.unwrap_or_else(|| panic!("{login} has no task")).id
}

async fn say(world: &World, id: Uuid, login: &str, outcome: &str) -> platform::Result<()> {
    let task = task_of(world, id, login).await;
    let request = world.on(id, json!({ "outcome": outcome, "opinion": "现场看过，写在这里。" })).await;
    world.casework.complete_task(&world.staff(login).await, id, task, request).await
}

/// Three people of two bodies inspect together; two of three decide; who is named from another body sees this case and
/// no other, and only while it concerns him.
///
/// req: FORM-026, FORM-029, CASE-019 (joint approval of two bodies)
#[tokio::test]
async fn a_joint_review_across_bodies_is_decided_by_its_ratio() {
    on_both(async |world| {
        let casework = &world.casework;
        let other = world.accepted().await;
        let fire = world.staff("reviewer-fire").await;
        refused(casework.desk_case(&fire, other).await, 404);
        let id = at_joint_inspection(world).await;

        let mine = casework.my_tasks(&fire, &Default::default()).await.unwrap();
        assert_eq!(mine.items.iter().map(|row| (row.case.id, row.mark)).collect::<Vec<_>>(), [(id, "joint")]);
        let seen = casework.desk_case(&fire, id).await.unwrap();
        let task = seen.my_task.unwrap();
        let buttons: Vec<_> = task.buttons.iter().map(|one| (one.label.as_str(), one.outcome.as_deref())).collect();
        assert_eq!(buttons, [("符合", Some("pass")), ("不符合", Some("fail"))]);
        let joint = task.joint.unwrap();
        assert_eq!((joint.ratio, joint.needed, joint.total, joint.open), (60, 2, 3, 3));
        assert_eq!(seen.tasks.len(), 3);
        // A reviewer of the office with no part in it can't speak.
        let reviewer = world.staff("reviewer").await;
        let request = world.on(id, json!({ "outcome": "pass" })).await;
        refused(casework.complete_task(&reviewer, id, task.id, request).await, 403);
        // The usual words of a step are not offered where the author chose his own.
        let request = world.on(id, json!({ "outcome": "done" })).await;
        assert_eq!(pointers(casework.complete_task(&fire, id, task.id, request).await, 422), ["/outcome"]);

        say(world, id, "reviewer-fire", "fail").await.unwrap();
        let seen = casework.desk_case(&world.staff("inspector").await, id).await.unwrap();
        let joint = seen.my_task.unwrap().joint.unwrap();
        assert_eq!((joint.passed, joint.failed, joint.open), (0, 1, 2));
        assert_eq!(joint.votes[0].outcome_label, "不符合");
        say(world, id, "inspector", "pass").await.unwrap();
        say(world, id, "inspector2", "pass").await.unwrap();
        let (_, element, _) = casework.open_flow_task(id).await.unwrap().unwrap();
        assert_eq!(element, "decide");
        // What he said stands in the case that he may still read.
        let seen = casework.desk_case(&fire, id).await.unwrap();
        assert!(seen.opinions.iter().any(|one| one.by == fire.name && one.outcome == "不符合"));
        assert!(seen.my_task.is_none());
        world.step(id, "granted").await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Closed);
        world.no_dead_jobs().await;
    })
    .await;
}

/// What the author wants on entering the step is sent once: a text to the applicant, a message to each handler.
///
/// req: FORM-026 events
#[tokio::test]
async fn entering_a_step_tells_whom_its_author_named() {
    on_both(async |world| {
        at_joint_inspection(world).await;
        world.settle().await;
        world.settle().await;
        let texts = world.texts_to("19900000001").await;
        let told: Vec<_> = texts.iter().filter(|text| text.contains("进入联合核查")).collect();
        assert_eq!(told.len(), 1, "{texts:?}");
        for login in ["inspector", "inspector2", "reviewer-fire"] {
            let staff = world.staff(login).await;
            let inbox =
                platform::messages::inbox(&world.casework.platform, &format!("staff:{}", staff.id), 20).await.unwrap();
            assert_eq!(inbox.iter().filter(|one| one.text == "请联合核查").count(), 1, "{login}");
        }
    })
    .await;
}

/// The step writes one field, may not see another, and changes no third one.
///
/// req: FORM-026 form permissions
#[tokio::test]
async fn a_step_writes_only_the_fields_it_may() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = at_joint_inspection(world).await;
        let inspector = world.staff("inspector").await;
        let seen = casework.desk_case(&inspector, id).await.unwrap();
        let task = seen.my_task.unwrap();
        assert_eq!(task.writable, ["area"]);
        assert!(!seen.form.data.contains_key("contact_email"));
        assert!(!seen.form.schema.to_string().contains("contact_email"), "hidden means not even its name");
        refused(casework.reveal(&inspector, id, "form.contact_email", "联系申请人核实").await, 404);

        let fill = async |data| world.on(id, json!({ "data": data })).await;
        let wrong = fill(json!({ "area": 60, "operator_name": "别的店" })).await;
        assert_eq!(pointers(casework.fill_task(&inspector, id, task.id, wrong).await, 422), ["/data/operator_name"]);
        let wrong = fill(json!({ "area": -3 })).await;
        assert_eq!(pointers(casework.fill_task(&inspector, id, task.id, wrong).await, 422), ["/data/area"]);
        let stranger = world.staff("clerk-social").await;
        refused(casework.fill_task(&stranger, id, task.id, fill(json!({ "area": 61 })).await).await, 404);
        casework.fill_task(&inspector, id, task.id, fill(json!({ "area": 88 })).await).await.unwrap();
        let seen = casework.desk_case(&world.staff("reviewer").await, id).await.unwrap();
        assert_eq!(seen.form.data["area"], 88);
        assert_ne!(seen.form.data["operator_name"], "别的店");
        let last = seen.events.last().unwrap();
        assert!(last.text.contains("填写了"), "{}", last.text);
    })
    .await;
}

/// A task is given away for good, or to be done in one's name and taken back.
///
/// req: FORM-029 transfer, delegate; CASE-019
#[tokio::test]
async fn a_task_is_transferred_delegated_and_taken_back() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        world.step(id, "pass").await.unwrap();
        let (inspector, inspector2) = (world.staff("inspector").await, world.staff("inspector2").await);
        let task = task_of(world, id, "inspector").await;
        let offered = casework.colleagues(&inspector, id, task, &ColleagueFilter::default()).await.unwrap();
        assert!(offered.items.iter().any(|one| one.id == inspector2.id));
        assert!(offered.items.iter().all(|one| one.id != inspector.id));

        let to = async |to: Uuid, delegate: bool| {
            world.on(id, json!({ "to": to, "reason": "今天在外核查", "delegate": delegate })).await
        };
        // Who lacks the role of the step can't take it over.
        let clerk = world.staff("reviewer").await;
        assert_eq!(
            pointers(casework.transfer_task(&inspector, id, task, to(clerk.id, false).await).await, 422),
            ["/to"]
        );
        assert_eq!(
            pointers(casework.transfer_task(&inspector, id, task, to(Uuid::nil(), false).await).await, 422),
            ["/to"]
        );
        casework.transfer_task(&inspector, id, task, to(inspector2.id, true).await).await.unwrap();
        world.settle().await;
        let inbox =
            platform::messages::inbox(&casework.platform, &format!("staff:{}", inspector2.id), 5).await.unwrap();
        assert!(inbox[0].text.contains("交给您办理"), "{inbox:?}");
        let seen = casework.desk_case(&inspector2, id).await.unwrap().my_task.unwrap();
        assert_eq!(seen.on_behalf_of.as_deref(), Some(inspector.name.as_str()));
        let seen = casework.desk_case(&inspector, id).await.unwrap();
        assert!(seen.my_task.is_none() && seen.tasks[0].delegated, "it is done by the colleague, and still his own");

        // Taken back by giving it to oneself; then for good.
        casework.transfer_task(&inspector, id, task, to(inspector.id, false).await).await.unwrap();
        refused(say(world, id, "inspector", "nonsense").await, 422);
        casework.transfer_task(&inspector, id, task, to(inspector2.id, false).await).await.unwrap();
        refused(casework.transfer_task(&inspector, id, task, to(inspector.id, false).await).await, 403);
        let list = casework.my_tasks(&inspector, &Default::default()).await.unwrap();
        assert!(list.items.iter().all(|row| row.case.id != id));
        say(world, id, "inspector2", "pass").await.unwrap();
        let (_, element, _) = casework.open_flow_task(id).await.unwrap().unwrap();
        assert_eq!(element, "decide");
    })
    .await;
}

/// A colleague is asked in addition; the step waits for both.
///
/// req: FORM-026 countersign, FORM-029, CASE-019
#[tokio::test]
async fn a_colleague_is_asked_to_countersign() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        let reviewer = world.staff("reviewer").await;
        let fire = world.staff("reviewer-fire").await;
        let task = task_of(world, id, "reviewer").await;
        let ask = async |who: &[Uuid]| world.on(id, json!({ "who": who, "reason": "消防设施请你们看" })).await;
        assert_eq!(pointers(casework.countersign_task(&reviewer, id, task, ask(&[]).await).await, 422), ["/who"]);
        let twice = ask(&[fire.id, fire.id]).await;
        assert_eq!(pointers(casework.countersign_task(&reviewer, id, task, twice).await, 422), ["/who/1"]);
        casework.countersign_task(&reviewer, id, task, ask(&[fire.id]).await).await.unwrap();
        let again = ask(&[fire.id]).await;
        assert_eq!(pointers(casework.countersign_task(&reviewer, id, task, again).await, 422), ["/who/0"]);
        say(world, id, "reviewer", "pass").await.unwrap();
        let open = casework.open_flow_task(id).await.unwrap().unwrap();
        assert_eq!(open.1, "review", "the colleague has not spoken");
        say(world, id, "reviewer-fire", "pass").await.unwrap();
        assert_eq!(casework.open_flow_task(id).await.unwrap().unwrap().1, "inspect");
    })
    .await;
}

/// What one just did can be taken back while nobody has gone on.
///
/// req: FORM-029 withdraw
#[tokio::test]
async fn a_step_just_done_is_taken_back() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        world.step(id, "pass").await.unwrap();
        let reviewer = world.staff("reviewer").await;
        let seen = casework.desk_case(&reviewer, id).await.unwrap();
        let done = seen.take_back[0].task;
        let inspector = world.staff("inspector").await;
        let version = world.version(id).await;
        refused(casework.take_back_task(&inspector, id, done, version).await, 409);
        casework.take_back_task(&reviewer, id, done, version).await.unwrap();
        assert_eq!(casework.open_flow_task(id).await.unwrap().unwrap().1, "review");
        assert_eq!(world.count("tasks WHERE state = 'open' AND element = 'inspect'").await, 0);
        world.step(id, "pass").await.unwrap();
        world.step(id, "pass").await.unwrap();
        let seen = casework.desk_case(&reviewer, id).await.unwrap();
        assert!(seen.take_back.is_empty(), "the inspector has gone on");
    })
    .await;
}

/// An administrator sends a case on, with a reason; nobody else may, and not to where it can't end.
///
/// req: FORM-029 manual jump by administrator with reason
#[tokio::test]
async fn an_administrator_sends_a_case_to_another_step() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        let task = task_of(world, id, "reviewer").await;
        let mut boss = world.staff("reviewer").await;
        assert!(casework.desk_case(&boss, id).await.unwrap().jump_targets.is_empty(), "not without the right");
        boss.permissions.push("flow.jump".to_owned());
        let targets: Vec<String> =
            casework.desk_case(&boss, id).await.unwrap().jump_targets.into_iter().map(|one| one.element).collect();
        assert_eq!(targets, ["inspect", "decide"]);
        let jump =
            async |element: &str, reason: &str| world.on(id, json!({ "element": element, "reason": reason })).await;
        assert_eq!(pointers(casework.jump_task(&boss, id, task, jump("decide", "").await).await, 422), ["/reason"]);
        refused(casework.jump_task(&boss, id, task, jump("issue", "核查已在别处做完").await).await, 409);
        casework.jump_task(&boss, id, task, jump("decide", "核查已在别处做完").await).await.unwrap();
        assert_eq!(casework.open_flow_task(id).await.unwrap().unwrap().1, "decide");
        let seen = casework.desk_case(&boss, id).await.unwrap();
        assert!(seen.events.last().unwrap().text.contains("核查已在别处做完"));
        world.step(id, "granted").await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Closed);
    })
    .await;
}

/// Running cases stay on their version until they are taken over by choice; one that can't be is named with the reason.
///
/// req: FORM-030
#[tokio::test]
async fn cases_are_counted_per_step_and_taken_over_to_a_new_version() {
    on_both(async |world| {
        let casework = &world.casework;
        let (first, second) = (world.accepted().await, world.accepted().await);
        world.forward(time::Duration::hours(3));
        world.step(second, "pass").await.unwrap();
        let editor = world.staff("editor").await;
        let monitor = casework.flow_monitor(&editor, FOOD).await.unwrap();
        let old = monitor.versions[0].version;
        assert_eq!(monitor.versions.iter().map(|one| (one.running, one.current)).collect::<Vec<_>>(), [(2, true)]);
        let node = |element: &str| monitor.nodes.iter().find(|one| one.element == element).unwrap().clone();
        assert_eq!((node("review").open, node("review").done, node("review").overdue), (1, 1, 0));
        assert_eq!(node("review").average_hours, Some(3.0));
        assert_eq!(node("inspect").open, 1);
        world.days(10);
        let late = casework.flow_monitor(&editor, FOOD).await.unwrap();
        assert_eq!(late.nodes.iter().map(|one| one.overdue).sum::<i64>(), 2);
        let filter = FlowCaseFilter { element: Some("inspect".into()), limit: Some(1), ..Default::default() };
        let cases = casework.flow_cases(&editor, FOOD, &filter).await.unwrap();
        assert_eq!((cases.total, cases.items[0].case_id, cases.items[0].overdue), (1, second, true));
        // Sought by its number, by what is applied for, and together with the step.
        let sought = async |q: &str, element: Option<&str>| {
            let element = element.map(str::to_owned);
            let filter = FlowCaseFilter { q: Some(q.to_owned()), element, ..Default::default() };
            let page = casework.flow_cases(&editor, FOOD, &filter).await.unwrap();
            (page.total, page.items.into_iter().map(|row| row.case_id).collect::<Vec<_>>())
        };
        let number = cases.items[0].case_number.clone();
        assert_eq!(sought(&format!(" {number} "), None).await, (1, vec![second]));
        assert_eq!(sought(&number, Some("review")).await, (0, vec![]));
        assert_eq!(sought("食品经营", None).await.0, 2);
        assert_eq!(sought("%", None).await.0, 2, "a wild card is no text");
        assert_eq!(sought("没有这个", None).await.0, 0);
        // Somebody who sees neither office nor case counts nothing.
        let social = world.staff("clerk-social").await;
        assert_eq!(casework.flow_monitor(&social, FOOD).await.unwrap().versions[0].running, 0);

        // In the new version the inspection has another name.
        let design = &casework.design;
        let plain = design.source(&design.latest(Kind::Flow, FOOD).await.unwrap().unwrap()).await.unwrap();
        let renamed = plain.replace("\"inspect\"", "\"visit\"").replace("现场核查", "上门核查");
        let new = design.publish(Kind::Flow, FOOD, &renamed, "editor").await.unwrap().version;
        let ask = |mapping: serde_json::Value, dry_run: bool| -> MigrateFlow {
            serde_json::from_value(json!({ "from": old, "to": new, "mapping": mapping, "dry_run": dry_run })).unwrap()
        };
        let tried = casework.migrate_flow(&editor, FOOD, ask(json!({}), true)).await.unwrap();
        assert_eq!((tried.moved, tried.refused), (1, 1));
        let stays = tried.items.iter().find(|one| !one.moved).unwrap();
        assert_eq!(stays.case_id, second);
        assert!(stays.message.as_deref().unwrap().contains("现场核查"), "{stays:?}");
        assert_eq!(world.count(&format!("case_flows WHERE flow_version = {new}")).await, 0, "a trial changes nothing");
        assert_eq!(
            pointers(casework.migrate_flow(&editor, FOOD, ask(json!({ "inspect": "nowhere" }), true)).await, 422),
            ["/mapping/inspect"]
        );
        let done = casework.migrate_flow(&editor, FOOD, ask(json!({ "inspect": "visit" }), false)).await.unwrap();
        assert_eq!((done.moved, done.refused, done.more), (2, 0, false), "{done:?}");
        let seen = casework.desk_case(&world.staff("inspector").await, second).await.unwrap();
        assert_eq!(seen.my_task.unwrap().name, "上门核查");
        for id in [first, second] {
            while let Some((_, element, _)) = casework.open_flow_task(id).await.unwrap() {
                world.step(id, if element == "decide" { "granted" } else { "pass" }).await.unwrap();
                world.settle().await;
            }
            world.settle().await;
            assert_eq!(world.state(id).await, State::Closed);
        }
        // A new case still begins on what its item says.
        let third = world.accepted().await;
        assert_eq!(casework.open_flow_task(third).await.unwrap().unwrap().1, "review");
    })
    .await;
}

/// What a case calls runs in the version that was published when it was filed, whatever is published later; its steps
/// are steps of the case, to be returned to and jumped to.
///
/// req: FORM-029 sub-process (called flow)
#[tokio::test]
async fn a_called_flow_keeps_its_version_with_the_case() {
    on_both(async |world| {
        let casework = &world.casework;
        let design = &casework.design;
        let called = |name: &str| {
            format!(
                r#"<definitions xmlns="{}" xmlns:tongban="{}"><process id="visit" isExecutable="true">
                <startEvent id="s"/><userTask id="look" name="{name}" tongban:role="inspector" tongban:stage="inspect"/><endEvent id="e"/>
                <sequenceFlow id="a" sourceRef="s" targetRef="look"/><sequenceFlow id="b" sourceRef="look" targetRef="e"/></process></definitions>"#,
                flow::BPMN_NAMESPACE,
                flow::TONGBAN_NAMESPACE
            )
        };
        design.publish(Kind::Flow, "visit", &called("联合踏勘"), "editor").await.unwrap();
        let id = world.accepted().await;
        let plain = design.source(&design.latest(Kind::Flow, FOOD).await.unwrap().unwrap()).await.unwrap();
        let from = plain.find(r#"<bpmn:userTask id="inspect""#).unwrap();
        let to = from + plain[from..].find("</bpmn:userTask>").unwrap() + "</bpmn:userTask>".len();
        let calling = format!(
            r#"{}<bpmn:callActivity id="inspect" name="现场核查" calledElement="visit"/>{}"#,
            &plain[..from],
            &plain[to..]
        );
        let new = design.publish(Kind::Flow, FOOD, &calling, "editor").await.unwrap();
        let ask = MigrateFlow {
            from: new.version - 1,
            to: new.version,
            mapping: Default::default(),
            cases: None,
            dry_run: false,
        };
        let moved = casework.migrate_flow(&world.staff("editor").await, FOOD, ask).await.unwrap();
        assert_eq!((moved.moved, moved.refused), (1, 0), "{moved:?}");
        assert_eq!(world.count("case_flows WHERE calls = '{\"visit\":1}'").await, 1);

        // A newer version of what is called does not reach the running case.
        design.publish(Kind::Flow, "visit", &called("二次踏勘"), "editor").await.unwrap();
        world.step(id, "pass").await.unwrap();
        let seen = casework.desk_case(&world.staff("inspector").await, id).await.unwrap();
        assert_eq!(seen.my_task.unwrap().name, "联合踏勘");
        assert_eq!(casework.open_flow_task(id).await.unwrap().unwrap().1, "inspect/look");
        let filter = FlowCaseFilter { element: Some("inspect".into()), ..Default::default() };
        let standing = casework.flow_cases(&world.staff("editor").await, FOOD, &filter).await.unwrap();
        assert_eq!(standing.items.iter().map(|row| row.case_id).collect::<Vec<_>>(), [id], "sought by the call");
        world.step(id, "pass").await.unwrap();
        let newest = design.flow(&new).await.unwrap();
        assert_eq!(newest.node("inspect/look").unwrap().name, "二次踏勘");
        let filed = design.calls_of(&new, Some(casework.platform.now() - time::Duration::days(30))).await.unwrap();
        assert_eq!(filed.get("visit"), Some(&1), "what was first published after filing counts from then");

        // From the decision the case is sent back into the called flow.
        let approver = world.staff("approver").await;
        let task = task_of(world, id, "approver").await;
        let back = casework.desk_case(&approver, id).await.unwrap();
        let targets: Vec<_> = back.my_task.unwrap().returnable.into_iter().map(|one| one.element).collect();
        assert_eq!(targets, ["inspect/look", "review"]);
        let request = world.on(id, json!({ "outcome": "return", "return_to": "inspect/look", "opinion": "再看一次" })).await;
        casework.complete_task(&approver, id, task, request).await.unwrap();
        assert_eq!(casework.open_flow_task(id).await.unwrap().unwrap().1, "inspect/look");
        world.step(id, "pass").await.unwrap();
        world.step(id, "granted").await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Closed);
        world.no_dead_jobs().await;
    })
    .await;
}

/// Who hands a case on chooses the inspector among those who could do it, nobody else; only the chosen one has it.
///
/// req: CASE-033
#[tokio::test]
async fn who_hands_on_chooses_among_those_who_can() {
    on_both(async |world| {
        let casework = &world.casework;
        let id = world.accepted().await;
        let design = &casework.design;
        let latest = design.latest(Kind::Flow, FOOD).await.unwrap().unwrap();
        let inspect = r#"<bpmn:userTask id="inspect" "#;
        let content =
            design.source(&latest).await.unwrap().replace(inspect, &format!(r#"{inspect}tongban:choose="must" "#));
        let published = design.publish(Kind::Flow, FOOD, &content, "editor").await.unwrap();
        let asked = MigrateFlow {
            from: published.version - 1,
            to: published.version,
            mapping: Default::default(),
            cases: None,
            dry_run: false,
        };
        casework.migrate_flow(&world.staff("editor").await, FOOD, asked).await.unwrap();

        let reviewer = world.staff("reviewer").await;
        let mine = casework.desk_case(&reviewer, id).await.unwrap().my_task.unwrap();
        assert!(mine.may_choose);
        let filter = |outcome: &str| serde_json::from_value(json!({ "outcome": outcome })).unwrap();
        let next = casework.next_steps(&reviewer, id, mine.id, &filter("pass")).await.unwrap();
        let [step] = next.steps.as_slice() else { panic!("{next:?}") };
        assert_eq!((step.element.as_str(), step.required), ("inspect", true));
        let (ping, second) = (world.staff("inspector").await, world.staff("inspector2").await);
        let offered: Vec<Uuid> = step.candidates.iter().map(|one| one.id).collect();
        assert!(offered.contains(&ping.id) && offered.contains(&second.id), "{step:?}");
        let stranger = world.staff("inspector-fire").await;
        assert!(!offered.contains(&stranger.id));
        refused(casework.next_steps(&ping, id, mine.id, &filter("pass")).await, 403);

        let say = async |who: serde_json::Value| {
            let body = json!({ "outcome": "pass", "opinion": "材料齐全，请现场核查。", "next": who });
            casework.complete_task(&reviewer, id, mine.id, world.on(id, body).await).await
        };
        assert_eq!(pointers(say(json!({})).await, 422), ["/next/inspect"], "somebody must be chosen");
        assert_eq!(pointers(say(json!({ "inspect": [stranger.id] })).await, 422), ["/next/inspect"]);
        assert_eq!(pointers(say(json!({ "inspect": [reviewer.id] })).await, 422), ["/next/inspect"]);
        let elsewhere = json!({ "inspect": [second.id], "decide": [second.id] });
        assert_eq!(pointers(say(elsewhere).await, 422), ["/next/decide"]);
        say(json!({ "inspect": [second.id] })).await.unwrap();
        assert!(casework.desk_case(&ping, id).await.unwrap().my_task.is_none(), "somebody else was chosen");
        let seen = casework.desk_case(&second, id).await.unwrap();
        assert_eq!(seen.my_task.unwrap().name, "现场核查");
        assert!(seen.events.iter().any(|one| one.text.contains(&format!("下一步请 {} 办理", second.name))));
        world.settle().await;
        let key = format!("staff:{}", second.id);
        let told = platform::messages::inbox(&casework.platform, &key, 20).await.unwrap();
        assert!(told.iter().any(|one| one.text.contains("“现场核查”交给您办理")), "{told:?}");
    })
    .await;
}
