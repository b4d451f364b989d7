//! Any order of commands, legal and illegal, keeps clock, log and state consistent.

use casework::cases::model::{EventKind, State};
use casework::cases::service::audit;
use casework::cases::service::lists::CaseFilter;
use platform::Result;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, json};
use testkit::Backend;
use uuid::Uuid;

use crate::world::World;

#[derive(Debug, Clone, Copy)]
pub enum Act {
    Submit,
    PreReview,
    AskCorrection,
    Supply,
    Accept,
    NotAccept,
    Withdraw,
    ChangeDelivery,
    /// Outcome by number, staff by number: often the wrong ones.
    Complete(usize, usize),
    /// Somebody of the right role, the outcome that leads on.
    Step,
    Refuse,
    Return,
    Suspend(bool),
    Resume,
    AskExtension,
    DecideExtension(bool, bool),
    Abort,
    Deliver,
    Void,
    Urge,
    Stale,
    Settle,
    Advance(i64),
}

pub fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => Just(Act::Submit),
        1 => Just(Act::PreReview),
        2 => Just(Act::AskCorrection),
        3 => Just(Act::Supply),
        4 => Just(Act::Accept),
        1 => Just(Act::NotAccept),
        1 => Just(Act::Withdraw),
        1 => Just(Act::ChangeDelivery),
        2 => (0..6usize, 0..5usize).prop_map(|(outcome, who)| Act::Complete(outcome, who)),
        6 => Just(Act::Step),
        1 => Just(Act::Refuse),
        1 => Just(Act::Return),
        3 => any::<bool>().prop_map(Act::Suspend),
        3 => Just(Act::Resume),
        2 => Just(Act::AskExtension),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(approve, own)| Act::DecideExtension(approve, own)),
        1 => Just(Act::Abort),
        2 => Just(Act::Deliver),
        1 => Just(Act::Void),
        1 => Just(Act::Urge),
        1 => Just(Act::Stale),
        3 => Just(Act::Settle),
        4 => (1..80i64).prop_map(Act::Advance),
    ]
}

const OUTCOMES: [&str; 6] = ["pass", "fail", "return", "granted", "refused", "nonsense"];
const STAFF: [&str; 5] = ["clerk", "reviewer", "inspector", "approver", "supervisor"];

pub async fn run(world: &World, id: Uuid, act: Act) -> Result<()> {
    let casework = &world.casework;
    let citizen = &world.haiyan.caller;
    let clerk = world.staff("clerk").await;
    let reviewer = world.staff("reviewer").await;
    let approver = world.staff("approver").await;
    let task = || async {
        let tasks = casework.open_flow_task(id).await.unwrap();
        tasks.map_or((Uuid::nil(), "reviewer".to_owned()), |(task, _, role)| (task, role))
    };
    let complete = async |outcome: &str, who: &str, task: Uuid| {
        let body = json!({ "outcome": outcome, "opinion": "现场和材料都看过了", "return_to": "review" });
        casework.complete_task(&world.staff(who).await, id, task, world.on(id, body).await).await
    };
    match act {
        Act::Submit => casework.submit(citizen, id, world.version(id).await).await.map(|_| ()),
        Act::PreReview => casework.pre_review(&clerk, id, world.on(id, json!({ "result": "pass" })).await).await,
        Act::AskCorrection => {
            let items = json!({ "items": [{ "material_key": "m03", "reason": "没有标出流向，请重新上传" }] });
            casework.request_correction(&clerk, id, world.on(id, items).await).await
        }
        Act::Supply => {
            let file = world.file(world.haiyan.account.id, "补正").await;
            casework.supply_correction(citizen, id, world.on(id, json!({ "materials": { "m03": [file] } })).await).await
        }
        Act::Accept => casework.accept(&clerk, id, world.on(id, json!({})).await).await,
        Act::NotAccept => {
            casework
                .not_accept(&clerk, id, world.on(id, json!({ "reason": "不在本区，请到场所所在区申请" })).await)
                .await
        }
        Act::Withdraw => casework.withdraw(citizen, id, world.on(id, json!({ "reason": "信息填错了" })).await).await,
        Act::ChangeDelivery => {
            casework.change_delivery(citizen, id, world.on(id, json!({ "way": "self" })).await).await
        }
        Act::Complete(outcome, who) => complete(OUTCOMES[outcome], STAFF[who], task().await.0).await,
        Act::Step | Act::Refuse | Act::Return => {
            let (task, role) = task().await;
            let outcome = match (act, role.as_str()) {
                (Act::Return, _) => "return",
                (Act::Refuse, "approver") => "refused",
                (_, "approver") => "granted",
                _ => "pass",
            };
            complete(outcome, &role, task).await
        }
        Act::Suspend(counts) => {
            let procedure = if counts { "inspection" } else { "hearing" };
            let body = json!({ "procedure": procedure, "reason": "需要进一步核实情况" });
            casework.suspend(&reviewer, id, world.on(id, body).await).await
        }
        Act::Resume => {
            casework.resume(&reviewer, id, world.on(id, json!({ "result": "核实完毕，恢复办理" })).await).await
        }
        Act::AskExtension => {
            let body = json!({ "value": 5, "unit": "working_day", "reason": "案情复杂，需要论证" });
            casework.ask_extension(&reviewer, id, world.on(id, body).await).await
        }
        Act::DecideExtension(approve, own) => {
            let who = if own { &reviewer } else { &approver };
            let extension = match casework.desk_case(&approver, id).await {
                Ok(case) => case.extensions.last().map_or(Uuid::nil(), |one| one.id),
                Err(_) => Uuid::nil(),
            };
            casework.decide_extension(who, id, extension, world.on(id, json!({ "approve": approve })).await).await
        }
        Act::Abort => casework.abort(&approver, id, world.on(id, json!({ "reason": "主体资格已经注销" })).await).await,
        Act::Deliver => {
            let body = json!({ "receiver_name": "王海燕", "receiver_id_number": "449902198803120267", "way": "self" });
            casework.deliver(&clerk, id, world.on(id, body).await).await
        }
        Act::Void => casework.void(&approver, id, world.on(id, json!({ "reason": "以欺骗手段取得" })).await).await,
        Act::Urge => {
            let urge = serde_json::from_value(json!({ "text": "请尽快办理", "order": true })).unwrap();
            casework.urge(&world.staff("supervisor").await, id, urge, None).await
        }
        Act::Stale => casework.accept(&clerk, id, serde_json::from_value(json!({ "version": 0 })).unwrap()).await,
        Act::Settle => {
            world.settle().await;
            Ok(())
        }
        Act::Advance(hours) => {
            world.forward(time::Duration::hours(hours));
            Ok(())
        }
    }
}

/// Everything of the case that a refused command must leave alone.
async fn picture(world: &World, id: Uuid) -> Vec<String> {
    let id = crate::world::id_literal(world, id);
    let row = "SELECT state || ' ' || CAST(version AS text) || ' ' || CAST(event_count AS text) || ' ' || head_hash || ' ' || step_name \
               || ' ' || COALESCE(CAST(due_at AS text), '-') || ' ' || COALESCE(CAST(legal_due_at AS text), '-') \
               || ' ' || COALESCE(CAST(paused_left AS text), '-') || ' ' || COALESCE(outcome, '-') || ' ' || COALESCE(closing, '-') FROM cases";
    let mut all = world.query(&format!("{row} WHERE id = {id}")).await;
    all.extend(world.query(&format!("SELECT stage || ' ' || state FROM tasks WHERE case_id = {id} ORDER BY id")).await);
    all.extend(world.query(&format!("SELECT kind FROM case_documents WHERE case_id = {id} ORDER BY id")).await);
    all.extend(world.query(&format!("SELECT state FROM case_extensions WHERE case_id = {id} ORDER BY id")).await);
    all.extend(
        world
            .query(&format!(
                "SELECT COALESCE(result, 'running') FROM special_procedures WHERE case_id = {id} ORDER BY id"
            ))
            .await,
    );
    all.extend(
        world.query(&format!("SELECT CAST(files AS text) FROM case_materials WHERE case_id = {id} ORDER BY key")).await,
    );
    all.extend(world.query(&format!("SELECT instance FROM case_flows WHERE case_id = {id}")).await);
    all
}

/// The state that the events alone lead to.
async fn fold(world: &World, id: Uuid) -> State {
    let id = crate::world::id_literal(world, id);
    let events =
        world.query(&format!("SELECT kind || '|' || data FROM case_events WHERE case_id = {id} ORDER BY no")).await;
    events.iter().fold(State::Draft, |state, event| {
        let (kind, data) = event.split_once('|').unwrap();
        let kind = EventKind::parse(kind).unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        let decides = kind == EventKind::Review && data["stage"] == "decide" && data["outcome"] != "return";
        if decides { state.decided().unwrap() } else { state.after(kind).unwrap() }
    })
}

async fn consistent(world: &World, id: Uuid) {
    let state = world.state(id).await;
    assert_eq!(state, fold(world, id).await, "state and events");
    let literal = crate::world::id_literal(world, id);
    let open = async |which: &str| {
        world.count(&format!("tasks WHERE case_id = {literal} AND state = 'open' AND {which}")).await
    };
    let waits = matches!(state, State::Submitted | State::PreReviewed);
    assert_eq!(open("stage = 'intake'").await, i64::from(waits), "intake tasks of {state:?}");
    let examined = matches!(state, State::Accepted | State::InReview | State::Special);
    assert_eq!(open("flow_task IS NOT NULL").await, i64::from(examined), "flow tasks of {state:?}");
    assert!(open("stage = 'deliver'").await <= i64::from(state == State::Closed), "delivery tasks of {state:?}");
    let running = world.count(&format!("special_procedures WHERE case_id = {literal} AND ended_at IS NULL")).await;
    assert_eq!(running, i64::from(state == State::Special), "special procedures of {state:?}");
    if state.is_open() {
        dates(world, id).await;
    }
    assert_eq!(world.casework.mend_tasks().await.unwrap(), 0, "open tasks say what their case says, in {state:?}");
}

/// What the list shows from the row is what the ledger explains.
async fn dates(world: &World, id: Uuid) {
    let clerk = world.staff("clerk").await;
    let case = world.casework.desk_case(&clerk, id).await.unwrap();
    let ledger = case.deadlines[0].ledger.as_ref().expect("the calendar is there");
    let filter = CaseFilter { q: Some(case.case_number.clone()), ..CaseFilter::default() };
    let list = world.casework.list_cases(&clerk, &filter).await.unwrap().list;
    assert_eq!(list.total, 1);
    let left = list.items[0].time_left.clone().expect("an open case has a clock");
    assert_eq!(left.due_date, ledger.due_date.map(|date| date.to_string()), "due date and ledger");
    if ledger.due_date.is_none() {
        assert_eq!(left.text, format!("停表，剩 {} 日", ledger.left), "time left and ledger");
    }
}

async fn play(world: &World, acts: &[Act]) {
    world.test.clock.set(testkit::story_start());
    let id = world.filled("self").await;
    for act in acts {
        let before = picture(world, id).await;
        let (version, state) = (world.version(id).await, world.state(id).await);
        let outcome = run(world, id, *act).await;
        let now = world.version(id).await;
        match (outcome, act) {
            (Err(problem), _) => {
                assert!(problem.status().is_client_error(), "{act:?} in {state:?}: {problem:?}");
                assert_eq!(before, picture(world, id).await, "{act:?} in {state:?} was refused");
            }
            (Ok(()), Act::Settle) => assert!(now >= version),
            (Ok(()), Act::Urge | Act::Advance(_)) => assert_eq!(now, version),
            // A second click answers with the receipt.
            (Ok(()), Act::Submit) if state != State::Draft => assert_eq!(before, picture(world, id).await),
            (Ok(()), _) => assert_eq!(now, version + 1, "{act:?} in {state:?}"),
        }
        consistent(world, id).await;
    }
    let key = base::crypto::Sm2Key::from_bytes(&[7; 32]).unwrap();
    let mut export = world.casework.export_events(&key).await.unwrap();
    export.events.retain(|event| event.case_id == id);
    assert_eq!(audit::verify(&export).faults, Vec::<String>::new());
    assert_eq!(world.casework.recalculate_deadlines().await.unwrap(), 0, "every stored date is the ledger's");
    world.no_dead_jobs().await;
}

/// Plays orders on one city. `PROPTEST_CASES` searches further, with fresh orders each time.
fn search(backend: Backend, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let world = runtime.block_on(World::new(backend));
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config =
        Config { cases: wanted.unwrap_or(cases), failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    // An application comes first: an order that never submits shows nothing.
    let orders = proptest::collection::vec(act(), 4..28).prop_map(|acts| [vec![Act::Submit], acts].concat());
    let outcome = runner.run(&orders, |acts| {
        runtime.block_on(play(&world, &acts));
        Ok(())
    });
    runtime.block_on(world.test.close());
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, acts)) => panic!("{reason}\n{acts:?}"),
        Err(other) => panic!("{other}"),
    }
}

/// req: CASE-041, CASE-020
#[test]
fn any_order_of_commands_keeps_clock_log_and_state_consistent_on_sqlite() {
    search(Backend::Sqlite, 24);
}

/// req: CASE-041, CASE-020
#[test]
fn any_order_of_commands_keeps_clock_log_and_state_consistent_on_postgresql() {
    if testkit::backends().contains(&Backend::Postgres) {
        search(Backend::Postgres, 8);
    }
}
