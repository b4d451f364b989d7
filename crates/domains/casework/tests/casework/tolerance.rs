//! Accepted although a secondary material is missing, which is promised for later (CASE-013).

use casework::cases::model::State;
use casework::tolerance::list::ToleranceFilter;
use platform::Result;
use serde_json::json;
use uuid::Uuid;

use crate::world::{FOOD, World, answers, on_both, pointers, refused};

/// The secondary material of the food permit.
const LATER: &str = "m04";

impl World {
    /// Handed in with the secondary material promised for later.
    async fn promised(&self) -> Uuid {
        let id = self.draft().await;
        self.save(id, answers(FOOD, "valid")).await;
        self.save(id, json!({ "delivery": { "way": "self" } })).await;
        self.hand(id, "m02", "licence").await.unwrap();
        self.hand(id, "m03", "upload").await.unwrap();
        self.hand(id, LATER, "later").await.unwrap();
        self.hand(id, "m05", "upload").await.unwrap();
        self.submit(id).await.unwrap();
        id
    }

    async fn supply(&self, id: Uuid, key: &str) -> Result<()> {
        let file = self.file(self.haiyan.account.id, "后补").await;
        let supply = self.on(id, json!({ "materials": { key: [file] } })).await;
        self.casework.supply_tolerated(&self.haiyan.caller, id, supply).await
    }

    async fn ledger(&self, state: &str) -> Vec<(String, Option<String>)> {
        let filter = ToleranceFilter { state: Some(state.into()), ..ToleranceFilter::default() };
        let list = self.casework.list_tolerances(&self.staff("clerk").await, &filter).await.unwrap();
        let list = serde_json::to_value(list).unwrap();
        let items = list["items"].as_array().unwrap();
        assert_eq!(list["total"].as_u64().unwrap(), items.len() as u64);
        items
            .iter()
            .map(|row| (row["name"].as_str().unwrap().into(), row["due_on"].as_str().map(str::to_owned)))
            .collect()
    }
}

/// Accepted, told once in a numbered notice and by message, the examination goes on, but nothing is granted before the
/// material is there; supplied online it is granted at once.
///
/// req: CASE-013
#[tokio::test]
async fn the_result_waits_for_what_was_promised() {
    on_both(async |world| {
        let id = world.promised().await;
        world.accept(id).await.unwrap();
        world.settle().await;
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(
            mine.documents.iter().any(|one| one.kind == "tolerance" && one.number.is_some()),
            "{:?}",
            mine.documents
        );
        let todo = mine.todo.expect("the applicant is told what to do");
        assert_eq!((todo.kind, todo.items.len()), ("tolerance", 1));
        assert_eq!(todo.until.as_deref(), mine.tolerances[0].due_on.as_deref());
        assert!(mine.deadlines.iter().any(|one| one.kind == "tolerance" && one.ledger.is_some()));
        let texts = world.texts_to("19900000001").await;
        assert!(texts.iter().any(|text| text.contains("容缺受理") && !text.contains('{')), "{texts:?}");
        assert_eq!(world.ledger("open").await.len(), 1);

        world.step(id, "pass").await.unwrap();
        world.step(id, "pass").await.unwrap();
        let problem = refused(world.step(id, "granted").await, 409);
        assert_eq!(problem.code(), "tolerance_open");
        assert!(problem.title().contains("食品安全"), "it names the material: {problem}");
        assert_eq!(world.state(id).await, State::InReview, "nothing is half done");

        world.supply(id, LATER).await.unwrap();
        assert!(world.ledger("open").await.is_empty());
        assert_eq!(world.ledger("supplied").await.len(), 1);
        world.step(id, "granted").await.unwrap();
        world.settle().await;
        assert_eq!(world.state(id).await, State::Closed);
        assert_eq!(world.casework.licences.of_case(id).await.unwrap().len(), 1);
    })
    .await;
}

/// Only what the item marks as tolerable may be promised, and only what was promised may be supplied later.
///
/// req: CASE-013
#[tokio::test]
async fn only_what_is_tolerable_may_be_left_out() {
    on_both(async |world| {
        let id = world.draft().await;
        world.save(id, answers(FOOD, "valid")).await;
        world.hand(id, "m03", "later").await.unwrap();
        assert!(pointers(world.submit(id).await, 422).contains(&"/materials/m03".to_owned()), "a main material");

        let id = world.promised().await;
        assert_eq!(refused(world.supply(id, LATER).await, 409).code(), "tolerance_over", "not accepted yet");
        world.accept(id).await.unwrap();
        assert_eq!(pointers(world.supply(id, "m03").await, 422), ["/materials/m03"]);
        let empty = world.on(id, json!({ "materials": { LATER: [] } })).await;
        let answer = world.casework.supply_tolerated(&world.haiyan.caller, id, empty).await;
        assert_eq!(pointers(answer, 422), [format!("/materials/{LATER}")]);
        let other = world.on(id, json!({ "materials": { LATER: [] } })).await;
        refused(world.casework.supply_tolerated(&world.li.caller, id, other).await, 404);
    })
    .await;
}

/// The counter takes it as paper; what is no good goes back with the reason, and its days begin anew.
///
/// req: CASE-013
#[tokio::test]
async fn the_counter_takes_it_and_sends_back_what_is_no_good() {
    on_both(async |world| {
        let id = world.promised().await;
        world.accept(id).await.unwrap();
        let before = world.ledger("open").await;
        world.days(6);
        let clerk = world.staff("clerk").await;
        let brought = world.on(id, json!({ "materials": [{ "key": LATER }] })).await;
        world.casework.receive_tolerated(&clerk, id, brought).await.unwrap();
        let case = world.casework.desk_case(&clerk, id).await.unwrap();
        assert_eq!(case.materials.iter().find(|one| one.key == LATER).unwrap().handing, "paper");

        let short = world.on(id, json!({ "key": LATER, "reason": "错" })).await;
        assert_eq!(pointers(world.casework.return_tolerated(&clerk, id, short).await, 422), ["/reason"]);
        let back = world.on(id, json!({ "key": LATER, "reason": "缺少从业人员健康管理制度，请补上" })).await;
        world.casework.return_tolerated(&clerk, id, back).await.unwrap();
        let again = world.ledger("open").await;
        assert!(again[0].1 > before[0].1, "{again:?} after {before:?}");
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.todo.unwrap().items[0].reason.contains("健康管理"));
        let elsewhere = world.staff("clerk-fire").await;
        let again = world.on(id, json!({ "materials": [{ "key": LATER }] })).await;
        refused(world.casework.receive_tolerated(&elsewhere, id, again).await, 404);
    })
    .await;
}

/// Reminded on the last day, alerted when late (applicant and handling staff, once each although it is looked at
/// often), and closed by rule after the days of grace.
///
/// req: CASE-013
#[tokio::test]
async fn lateness_is_alerted_and_closed_by_rule() {
    on_both(async |world| {
        let id = world.promised().await;
        world.accept(id).await.unwrap();
        world.settle().await;
        let watch = async || {
            world.casework.watch_tolerances().await.unwrap();
            world.casework.watch_tolerances().await.unwrap();
            world.settle().await;
        };
        let told = async |what: &str| {
            let texts = world.texts_to("19900000001").await;
            texts.iter().filter(|text| text.contains(what)).count()
        };
        watch().await;
        assert_eq!((told("最后一天").await, told("逾期").await), (0, 0));
        let due = world.casework.my_case(&world.haiyan.caller, id).await.unwrap().tolerances[0].due_on.clone().unwrap();
        let mut days = 0;
        while base::zone::china_date(world.casework.platform.now()).to_string() < due {
            world.days(1);
            days += 1;
            assert!(days < 40, "the last day {due} comes");
        }
        watch().await;
        assert_eq!((told("最后一天").await, told("逾期").await), (1, 0));
        world.days(1);
        watch().await;
        assert_eq!((told("最后一天").await, told("逾期").await), (1, 1));
        assert_eq!(world.ledger("overdue").await.len(), 1);
        let reviewer = world.staff("reviewer").await;
        let inbox =
            platform::messages::inbox(&world.casework.platform, &format!("staff:{}", reviewer.id), 20).await.unwrap();
        assert_eq!(inbox.iter().filter(|one| one.text.contains("逾期没有补交")).count(), 1, "{inbox:?}");
        assert_eq!(world.state(id).await, State::Accepted, "the days of grace still run");
        world.days(12);
        watch().await;
        assert_eq!(world.state(id).await, State::Closed);
        let mine = world.casework.my_case(&world.haiyan.caller, id).await.unwrap();
        assert!(mine.result.unwrap().reason.unwrap().contains("逾期没有补交"));
        assert!(world.casework.open_flow_task(id).await.unwrap().is_none(), "nobody is left with a task");
        assert_eq!(world.ledger("lapsed").await.len(), 1);
        assert!(world.casework.licences.of_case(id).await.unwrap().is_empty());
        assert_eq!(refused(world.supply(id, LATER).await, 409).code(), "tolerance_over");
    })
    .await;
}

/// A withdrawn case waits for nothing; a moved working calendar moves the last day.
///
/// req: CASE-013
#[tokio::test]
async fn the_ledger_follows_the_case_and_the_calendar() {
    on_both(async |world| {
        let id = world.promised().await;
        world.accept(id).await.unwrap();
        let before = world.ledger("open").await[0].1.clone().unwrap();
        let day = time::Date::parse(&before, time::macros::format_description!("[year]-[month]-[day]")).unwrap();
        let mut year = crate::world::calendar(day.year());
        year.workdays_total = None;
        year.holidays.push(serde_json::from_value(json!({ "date": before, "name": "临时放假" })).unwrap());
        world.casework.calendars.put(year, None).await.unwrap();
        world.casework.recalculate_deadlines().await.unwrap();
        let after = world.ledger("open").await[0].1.clone().unwrap();
        assert!(after > before, "{after} after {before}");
        let body = world.on(id, json!({ "reason": "不开店了，先撤回" })).await;
        world.casework.withdraw(&world.haiyan.caller, id, body).await.unwrap();
        assert!(world.ledger("open").await.is_empty());
        assert_eq!(world.ledger("dropped").await.len(), 1);
    })
    .await;
}
