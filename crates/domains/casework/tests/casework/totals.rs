//! The exact total of a list comes from the figures beside the cases, and is what a count of the cases gives: at every
//! moment, for everybody, under every filter.

use std::collections::{BTreeMap, BTreeSet};

use casework::cases::service::lists::{CaseFilter, CaseList};
use casework::years::SetYear;
use platform::web::guard::Principal;
use platform::web::policy::{Bounds, Intake};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde_json::json;
use testkit::Backend;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::world::{ALLOWANCE, ESTATE, FOOD, World};

const STATES: [&str; 12] = [
    "submitted",
    "pre_reviewed",
    "correction",
    "accepted",
    "in_review",
    "special",
    "decided",
    "closed",
    "delivered",
    "not_accepted",
    "withdrawn",
    "voided",
];
const OPEN: [&str; 7] = ["submitted", "pre_reviewed", "correction", "accepted", "in_review", "special", "decided"];
const ITEMS: [&str; 3] = [FOOD, ALLOWANCE, ESTATE];
const CHANNELS: [&str; 3] = ["web", "window", "mobile"];
/// Around the turn of years in China, in the middle of one, and now.
const FILED: [Option<OffsetDateTime>; 6] = [
    None,
    Some(datetime!(2024-12-31 15:59 UTC)),
    Some(datetime!(2024-12-31 16:00 UTC)),
    Some(datetime!(2025-06-15 02:00 UTC)),
    Some(datetime!(2025-12-31 15:59 UTC)),
    Some(datetime!(2025-12-31 16:00 UTC)),
];

/// What of a case a list looks at.
#[derive(Debug, Clone)]
struct Case {
    org_id: Uuid,
    item: String,
    channel: String,
    taken_at: Option<Uuid>,
    state: String,
    corrected: bool,
    filed: Option<OffsetDateTime>,
}

/// A city whose cases are copies of one that went the product's way, moved about as commands move them: state, version
/// and time of the row, with an event.
struct Town {
    world: World,
    model: Uuid,
    /// Two departments of the supervisor's, one of somebody else's too, and one nobody sees.
    orgs: [Uuid; 4],
    callers: Vec<(&'static str, Principal)>,
}

impl Town {
    async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        let model = world.submitted().await;
        let supervisor = world.staff("supervisor").await;
        let pension = world.staff("clerk-social").await;
        let own = pension.org_id.unwrap();
        let others: Vec<Uuid> = supervisor.visible_orgs.iter().copied().filter(|org| *org != own).take(2).collect();
        let orgs = [others[0], others[1], own, Uuid::from_u128(9)];
        let one_item = Bounds { items: [(orgs[0], [FOOD.to_owned()].into())].into(), ..Bounds::default() };
        let hall = Bounds {
            intake: Intake {
                at: BTreeSet::from([orgs[0]]),
                orgs: [(orgs[1], None), (orgs[2], Some([ALLOWANCE.to_owned()].into()))].into(),
            },
            ..Bounds::default()
        };
        let nobody = Principal { visible_orgs: Vec::new(), ..supervisor.clone() };
        let callers = vec![
            ("of one item only", Principal { bounds: one_item, ..supervisor.clone() }),
            ("who takes in for others", Principal { visible_orgs: vec![orgs[0]], bounds: hall, ..supervisor.clone() }),
            ("supervisor", supervisor),
            ("of one department", pension),
            ("of nothing", nobody),
        ];
        Self { world, model, orgs, callers }
    }

    async fn run(&self, sql: &str, values: Vec<Value>) {
        let db = &self.world.casework.platform.db;
        let statement = Statement::from_sql_and_values(db.backend(), sql, values);
        db.write(self.world.casework.platform.now(), move |tx| {
            Box::pin(async move {
                tx.conn().execute_raw(statement).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    }

    async fn event(&self, id: Uuid) {
        let platform = &self.world.casework.platform;
        let sql = "INSERT INTO case_events (id, case_id, no, kind, at, actor_name, text, data, previous_hash, hash) \
                   SELECT $1, $2, COALESCE(MAX(no), 0) + 1, 'review', $3, '', '', '{}', '', '' FROM case_events \
                   WHERE case_id = $2";
        self.run(sql, vec![platform.new_id().into(), id.into(), platform.now().into()]).await;
    }

    /// A case of its own; handed in when it has a state other than draft.
    async fn add(&self, case: &Case) -> Uuid {
        const SAME: &str = "query_code, item_version, item_name, handle_item, handle_item_name, account_id, \
             applicant_kind, applicant_name, applicant_index, personal_sealed, correction_asked, step_name, created_at, \
             due_at, event_count, head_hash";
        let platform = &self.world.casework.platform;
        let id = platform.new_id();
        let number = (case.state != "draft").then(|| id.to_string());
        let sql = format!(
            "INSERT INTO cases (id, version, case_number, org_id, item_slug, channel, taken_at, state, corrected, \
             submitted_at, updated_at, {SAME}) SELECT $1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, {SAME} FROM cases \
             WHERE id = $11"
        );
        let values = vec![
            id.into(),
            number.into(),
            case.org_id.into(),
            case.item.clone().into(),
            case.channel.clone().into(),
            case.taken_at.into(),
            case.state.clone().into(),
            case.corrected.into(),
            case.filed.into(),
            platform.now().into(),
            self.model.into(),
        ];
        self.run(&sql, values).await;
        if case.state != "draft" {
            self.event(id).await;
        }
        id
    }

    /// A command: to another state, perhaps to another department.
    async fn change(&self, id: Uuid, state: &str, corrected: bool, org: Option<Uuid>) {
        let now = self.world.casework.platform.now();
        let sql = "UPDATE cases SET state = $1, corrected = $2, org_id = COALESCE($3, org_id), version = version + 1, \
                   updated_at = $4 WHERE id = $5";
        self.run(sql, vec![state.into(), corrected.into(), org.into(), now.into(), id.into()]).await;
        self.event(id).await;
    }

    /// Every case handed in, read from `cases` and nowhere else.
    async fn cases(&self) -> Vec<Case> {
        let db = &self.world.casework.platform.db;
        let sql = "SELECT * FROM cases WHERE state <> 'draft'";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        rows.iter()
            .map(|row| Case {
                org_id: row.try_get("", "org_id").unwrap(),
                item: row.try_get("", "item_slug").unwrap(),
                channel: row.try_get("", "channel").unwrap(),
                taken_at: row.try_get("", "taken_at").unwrap(),
                state: row.try_get("", "state").unwrap(),
                corrected: row.try_get("", "corrected").unwrap(),
                filed: row.try_get("", "submitted_at").unwrap(),
            })
            .collect()
    }

    fn filters(&self) -> Vec<CaseFilter> {
        let plain = [
            json!({}),
            json!({ "state": "open" }),
            json!({ "state": "done" }),
            json!({ "state": "correction_back" }),
            json!({ "state": "submitted", "channel": "web" }),
            json!({ "channel": "window" }),
            json!({ "item": FOOD }),
            json!({ "item": ALLOWANCE, "state": "delivered", "from": "2025-01-01" }),
            json!({ "org": self.orgs[1] }),
            json!({ "org": self.orgs[2], "years": "all", "item": FOOD }),
            json!({ "from": "2025-01-01" }),
            json!({ "from": "2025-01-01", "to": "2025-12-31" }),
            json!({ "from": "2024-12-31", "to": "2026-01-01" }),
            json!({ "from": "2025-06-15", "channel": "mobile" }),
            json!({ "to": "2025-06-15" }),
            json!({ "from": "2026-01-01", "to": "2025-01-01" }),
            json!({ "q": "海燕" }),
        ];
        let mut all: Vec<CaseFilter> = plain
            .into_iter()
            .map(|body| CaseFilter { limit: Some(1), ..serde_json::from_value(body).unwrap() })
            .collect();
        let library = CaseFilter { orgs: Some(vec![self.orgs[0], self.orgs[2]]), ..all[0].clone() };
        all.push(library);
        all
    }

    async fn list(&self, caller: &Principal, filter: &CaseFilter) -> CaseList {
        self.world.casework.list_cases(caller, filter).await.unwrap()
    }

    /// The list says what a count of the cases gives, for everybody: under all filters, or under a few of them.
    async fn exact(&self, few: Option<usize>) {
        let cases = self.cases().await;
        let filters = self.filters();
        for (who, caller) in &self.callers {
            for (at, filter) in filters.iter().enumerate() {
                if few.is_some_and(|few| at != 0 && at % 9 != few % 9) {
                    continue;
                }
                let found = self.list(caller, filter).await;
                let expected = counted(&cases, caller, filter);
                assert_eq!((found.counts, found.list.total), expected, "{who}: {filter:?}");
            }
        }
    }
}

/// Cases by state, and how many are of the state asked for.
fn counted(cases: &[Case], caller: &Principal, filter: &CaseFilter) -> (BTreeMap<String, u64>, u64) {
    let day = |at: Option<OffsetDateTime>| at.map(|at| base::zone::china_date(at).to_string());
    let (mut counts, mut total) = (BTreeMap::new(), 0);
    let listed = cases.iter().filter(|one| {
        caller.reaches_taken(one.org_id, &one.item, one.taken_at)
            && filter.item.as_ref().is_none_or(|item| *item == one.item)
            && filter.channel.as_ref().is_none_or(|channel| *channel == one.channel)
            && filter.org.is_none_or(|org| org == one.org_id)
            && filter.orgs.as_ref().is_none_or(|orgs| orgs.contains(&one.org_id))
            && filter.from.as_ref().is_none_or(|from| day(one.filed).is_some_and(|day| day >= *from))
            && filter.to.as_ref().is_none_or(|to| day(one.filed).is_some_and(|day| day <= *to))
    });
    for one in listed {
        *counts.entry(one.state.clone()).or_insert(0) += 1;
        let open = OPEN.contains(&one.state.as_str());
        total += u64::from(match filter.state.as_deref() {
            None => true,
            Some("open") => open,
            Some("done") => !open,
            Some("correction_back") => one.state == "submitted" && one.corrected,
            Some(state) => one.state == state,
        });
    }
    (counts, total)
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Department, item, channel, counter, state and time of filing by number; a state too far is a draft.
    Add(usize, usize, usize, bool, usize, usize),
    /// Case and state by number, whether a correction came back, and the department it moves to.
    Change(usize, usize, bool, Option<usize>),
    /// The minute's count.
    Count,
    Later(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let add = (0..4usize, 0..3usize, 0..3usize, any::<bool>(), 0..14usize, 0..6usize)
        .prop_map(|(org, item, channel, taken, state, filed)| Step::Add(org, item, channel, taken, state, filed));
    let change = (0..40usize, 0..12usize, any::<bool>(), proptest::option::weighted(0.2, 0..4usize))
        .prop_map(|(case, state, corrected, org)| Step::Change(case, state, corrected, org));
    prop_oneof![
        4 => add,
        5 => change,
        3 => Just(Step::Count),
        2 => (1..40i64).prop_map(Step::Later),
    ]
}

async fn play(town: &Town, steps: &[Step]) {
    let mut ids = vec![town.model];
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Add(org, item, channel, taken, state, filed) => {
                let state = STATES.get(state).copied().unwrap_or("draft");
                let filed = FILED[filed].unwrap_or_else(|| town.world.casework.platform.now());
                let case = Case {
                    org_id: town.orgs[org],
                    item: ITEMS[item].to_owned(),
                    channel: CHANNELS[channel].to_owned(),
                    taken_at: taken.then(|| town.orgs[0]),
                    state: state.to_owned(),
                    corrected: false,
                    filed: (state != "draft").then_some(filed),
                };
                let id = town.add(&case).await;
                if state != "draft" {
                    ids.push(id);
                }
            }
            Step::Change(case, state, corrected, org) => {
                let org = org.map(|org| town.orgs[org]);
                town.change(ids[case % ids.len()], STATES[state], corrected, org).await;
            }
            Step::Count => {
                town.world.casework.count_cases().await.unwrap();
            }
            Step::Later(minutes) => town.world.forward(Duration::minutes(minutes)),
        }
        town.exact(Some(at)).await;
    }
    town.exact(None).await;
    town.world.casework.count_cases().await.unwrap();
    town.exact(None).await;
}

fn search(backend: Backend, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let town = runtime.block_on(Town::new(backend));
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config =
        Config { cases: wanted.unwrap_or(cases), failure_persistence: None, max_shrink_iters: 20, ..Config::default() };
    let mut runner = match wanted {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let outcome = runner.run(&proptest::collection::vec(step(), 6..20), |steps| {
        runtime.block_on(play(&town, &steps));
        Ok(())
    });
    let checked = runtime.block_on(town.world.casework.check_figures()).unwrap();
    runtime.block_on(town.world.test.close());
    match outcome {
        Ok(()) => assert_eq!((checked.differing, checked.cells), (0, 0), "nothing was left to mend: {checked:?}"),
        Err(TestError::Fail(reason, steps)) => panic!("{reason}\n{steps:?}"),
        Err(other) => panic!("{other}"),
    }
}

/// req: CASE-022, OPS-007
#[test]
fn a_total_is_the_count_of_the_cases_at_every_moment_on_sqlite() {
    search(Backend::Sqlite, 8);
}

/// req: CASE-022, OPS-007
#[test]
fn a_total_is_the_count_of_the_cases_at_every_moment_on_postgresql() {
    if testkit::backends().contains(&Backend::Postgres) {
        search(Backend::Postgres, 3);
    }
}

/// Some cases of several departments, years and channels.
async fn filled(backend: Backend) -> Town {
    let town = Town::new(backend).await;
    for number in 0..12 {
        let case = Case {
            org_id: town.orgs[number % 3],
            item: ITEMS[number % 2].to_owned(),
            channel: CHANNELS[number % 3].to_owned(),
            taken_at: None,
            state: STATES[number].to_owned(),
            corrected: false,
            filed: Some(FILED[number % 6].unwrap_or_else(|| town.world.casework.platform.now())),
        };
        town.add(&case).await;
    }
    town
}

/// Counted, with nothing changed in the last minutes.
async fn count_all(town: &Town) {
    town.world.casework.count_cases().await.unwrap();
    town.world.forward(Duration::hours(1));
    town.world.casework.count_cases().await.unwrap();
}

/// Once counted, a total is there when the cases are not: none of them is read for it. Only a name is still looked for
/// among them.
///
/// req: CASE-022
#[tokio::test]
async fn a_total_that_is_counted_reads_no_case() {
    for backend in testkit::backends() {
        let town = filled(backend).await;
        count_all(&town).await;
        town.exact(None).await;
        let cases = town.cases().await;
        town.world.sql("DELETE FROM cases".to_owned()).await;
        for totals in [true, false] {
            if !totals {
                // As a node of the release before leaves it: what is not summed up is added up from the cells.
                town.world.sql("UPDATE case_counting SET summed_until = NULL".to_owned()).await;
                town.world.sql("UPDATE case_totals SET number = number + 1".to_owned()).await;
            }
            for (who, caller) in &town.callers {
                for filter in town.filters() {
                    let cases_read = filter.q.is_some()
                        || filter.state.as_deref() == Some("correction_back")
                        || !caller.bounds.intake.orgs.is_empty();
                    let found = town.list(caller, &filter).await;
                    let expected = if cases_read { 0 } else { counted(&cases, caller, &filter).1 };
                    assert_eq!(found.list.total, expected, "{who}, totals {totals}: {filter:?}");
                    assert!(found.list.items.is_empty());
                }
            }
        }
        town.world.test.close().await;
    }
}

/// Totals that a node of the release before left behind are not read, and the next count sums them up anew, without
/// calling that a difference.
///
/// req: CASE-022
#[tokio::test]
async fn totals_that_were_left_behind_are_summed_up_anew() {
    for backend in testkit::backends() {
        let town = filled(backend).await;
        count_all(&town).await;
        town.world.sql("UPDATE case_counting SET summed_until = NULL".to_owned()).await;
        town.world.sql("DELETE FROM case_totals WHERE channel = 'web'".to_owned()).await;
        town.exact(None).await;
        town.world.casework.count_cases().await.unwrap();
        assert_eq!(town.world.count("case_counting WHERE summed_until = until_at").await, 1);
        town.exact(None).await;
        town.world.sql("UPDATE case_counting SET summed_until = NULL".to_owned()).await;
        town.world.sql("DELETE FROM case_totals".to_owned()).await;
        assert_eq!(town.world.casework.check_figures().await.unwrap().cells, 0);
        town.exact(None).await;
        town.world.test.close().await;
    }
}

/// A total that is wrong is found by the night and mended.
///
/// req: CASE-022, OPS-007
#[tokio::test]
async fn a_wrong_total_is_found_and_mended() {
    for backend in testkit::backends() {
        let town = filled(backend).await;
        count_all(&town).await;
        let (_, supervisor) = town.callers.iter().find(|(who, _)| *who == "supervisor").unwrap();
        let all = CaseFilter::default();
        let right = town.list(supervisor, &all).await.list.total;
        town.world.sql("UPDATE case_totals SET number = number + 1 WHERE state = 'accepted'".to_owned()).await;
        let wrong = town.list(supervisor, &all).await.list.total;
        assert!(wrong > right, "a total is read from the totals: {wrong}, {right}");
        let checked = town.world.casework.check_figures().await.unwrap();
        assert_eq!((checked.differing, checked.cells), (0, wrong - right));
        town.exact(None).await;
        town.world.test.close().await;
    }
}

/// A closed year leaves the total with its cases, and is in it when all years are asked for.
///
/// req: OPS-016, CASE-022
#[tokio::test]
async fn a_closed_year_is_in_the_total_of_all_years_alone() {
    for backend in testkit::backends() {
        let town = Town::new(backend).await;
        let (_, supervisor) = town.callers.iter().find(|(who, _)| *who == "supervisor").unwrap();
        let case = |filed: Option<OffsetDateTime>| Case {
            org_id: town.orgs[0],
            item: FOOD.to_owned(),
            channel: "web".to_owned(),
            taken_at: None,
            state: "delivered".to_owned(),
            corrected: false,
            filed,
        };
        for filed in [FILED[2], FILED[3], FILED[4], FILED[5]] {
            town.add(&case(filed)).await;
        }
        let totals = async || {
            let hot = town.list(supervisor, &CaseFilter::default()).await;
            let all = town.list(supervisor, &serde_json::from_value(json!({ "years": "all" })).unwrap()).await;
            (hot.since, hot.list.total, all.list.total)
        };
        let casework = town.world.casework.clone();
        let set = SetYear {
            year: 2025,
            version: 0,
            closed: true,
            reason: "年度归档完成".to_owned(),
            checks: json!([]),
            by: None,
            by_name: "系统".to_owned(),
        };
        assert_eq!(totals().await, (None, 5, 5));
        count_all(&town).await;
        assert_eq!(totals().await, (None, 5, 5));
        let db = &town.world.casework.platform.db;
        db.write(town.world.casework.platform.now(), move |tx| {
            Box::pin(async move { casework.set_year(tx, set).await })
        })
        .await
        .unwrap();
        assert_eq!(totals().await, (Some("2026-01-01".to_owned()), 2, 5));
        town.add(&case(Some(town.world.casework.platform.now()))).await;
        assert_eq!(totals().await, (Some("2026-01-01".to_owned()), 3, 6));
        count_all(&town).await;
        assert_eq!(totals().await, (Some("2026-01-01".to_owned()), 3, 6));
        town.world.test.close().await;
    }
}
