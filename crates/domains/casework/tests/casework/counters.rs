//! At the counter: what a window takes in, items of every hall (CASE-046), items done while the applicant waits (CASE-047).

use casework::cases::model::State;
use casework::cases::service::counter::CounterApplication;
use casework::cases::service::lists::CaseFilter;
use casework::counters::figures::{InstantFiguresFilter, PlaceFilter};
use casework::counters::instant::{InstantFilter, InstantGoOn};
use casework::counters::marks::{CityWideFilter, CityWideItem};
use casework::counters::route::CounterItemsFilter;
use licences::SealPurpose;
use platform::Result;
use platform::web::guard::Principal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{ALLOWANCE, FOOD, World, on_both, pointers, refused, sample};

/// 示例区, 东湖区 and 西岭县.
const HOME: &str = "449902000000";
const LAKE: &str = "449901000000";
const HILLS: &str = "449903000000";
/// A village of 东湖区.
const VILLAGE: &str = "449901101201";

fn paper(slug: &str, more: Value) -> CounterApplication {
    let sample = sample(slug, "valid");
    let mut body = json!({
        "item_slug": slug,
        "handle_item": sample["handle_item"],
        "applicant": {
            "kind": "enterprise", "name": "示例区海燕小厨餐饮店", "id_number": "92449902MA9900KX9E", "phone": "19900000001",
        },
        "situations": sample["situations"],
        "form": sample["form"],
        "materials": {},
        "delivery": { "way": "self" },
    });
    for key in ["m02", "m03", "m04", "m05"] {
        body["materials"][key] = json!({ "handing": "paper" });
    }
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

impl World {
    async fn org(&self, key: &str) -> Uuid {
        self.casework.identity.orgs().await.unwrap().by_key(key).unwrap().id
    }

    /// People whom the city's list does not have: a department of another district, a window that decides.
    async fn more_staff(&self) {
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: lake, name: 湖清, org: donghu-gov, roles: [clerk, reviewer, inspector, approver]}\n\
            - {login: chief, name: 首席, org: qscj-food, roles: [clerk, reviewer, inspector, approver], windows: [district-hall-6], items: [food-operation-permit]}\n";
        self.casework.identity.import_staff(staff, "Tongban-2026").await.unwrap();
        for purpose in [SealPurpose::Licence, SealPurpose::Notice] {
            self.casework.licences.ensure_seal_for(self.org("donghu-gov").await, purpose).await.unwrap();
        }
    }

    /// Every hall takes the food permit in: at home as it is, at the lake in three working days.
    async fn mark(&self, version: i64, open: bool) -> Result<CityWideItem> {
        let set = json!({
            "version": version, "open": open, "batch": "市内通办第一批", "standard": "同一指南、同一表单、同样的材料",
            "released_on": "2026-03-01",
            "places": [
                { "region": HOME, "org_id": self.org("qscj-food").await },
                { "region": LAKE, "org_id": self.org("donghu-gov").await, "promise_days": 3 },
            ],
        });
        let editor = self.staff("editor").await;
        self.casework.set_citywide(&editor, FOOD, serde_json::from_value(set).unwrap()).await
    }

    async fn take(&self, who: &Principal, more: Value) -> Result<Uuid> {
        let application = paper(FOOD, more);
        self.casework.take_at_counter(who, application, None).await.map(|receipt| receipt.id)
    }

    async fn offered(&self, who: &Principal, instant: bool) -> (Vec<String>, Vec<String>) {
        let filter = CounterItemsFilter { q: None, instant };
        let found = self.casework.counter_items(who, &filter).await.unwrap();
        (
            found.items.into_iter().map(|one| one.slug).collect(),
            found.elsewhere.into_iter().map(|one| format!("{}：{}", one.name, one.at)).collect(),
        )
    }

    async fn due_days(&self, who: &Principal, id: Uuid) -> Vec<String> {
        let case = serde_json::to_value(self.casework.desk_case(who, id).await.unwrap()).unwrap();
        let clocks = case["deadlines"].as_array().unwrap().iter().filter(|one| one["kind"] == "promise");
        clocks.map(|one| one["limit_text"].to_string()).collect()
    }
}

/// A clerk sees and takes in the items of the windows held, nothing else, and is told where the others are taken in.
///
/// req: CASE-002, CASE-046
#[tokio::test]
async fn a_clerk_takes_in_what_the_windows_held_take() {
    on_both(async |world| {
        let casework = &world.casework;
        let clerk = world.staff("clerk").await;
        let (here, elsewhere) = world.offered(&clerk, false).await;
        assert_eq!(here, [FOOD]);
        assert!(
            elsewhere.iter().any(|one| one.contains("高龄") && one.contains("示例区政务服务中心 2、4 号窗口")),
            "{elsewhere:?}"
        );
        let general = world.staff("clerk-general").await;
        assert_eq!(world.offered(&general, false).await.0, [ALLOWANCE]);
        let problem = refused(world.take(&general, json!({})).await, 404);
        assert!(problem.title().contains("不在您的窗口"), "{problem}");
        let place = problem.detail_text().unwrap().to_owned();
        assert!(place.contains("示例区市场监督管理局") || place.contains("食品经营许可科"), "{place}");
        assert!(place.contains("示例区政务服务中心 6、7、8、9 号窗口"), "{place}");
        // The own window, but somebody from another district: the item is not open all over the city.
        let away = casework.counter_check(&clerk, &paper(FOOD, json!({ "area": VILLAGE }))).await.unwrap();
        let told = away.problems.iter().find(|one| one.pointer == "/area").unwrap();
        assert!(
            told.message.contains("没有开通市内通办") && told.message.contains("6、7、8、9 号窗口"),
            "{}",
            told.message
        );
        assert_eq!(pointers(world.take(&clerk, json!({ "area": VILLAGE })).await, 422), ["/area"]);
        world.take(&clerk, json!({ "area": "449902003001" })).await.unwrap();
    })
    .await;
}

/// Taken in at a town hall, routed to the department of the applicant's area with its limit, decided there, handed over
/// where it was taken in; seen by nobody else.
///
/// req: CASE-046
#[tokio::test]
async fn a_marked_item_is_taken_in_by_every_hall_and_goes_to_the_competent_department() {
    on_both(async |world| {
        let casework = &world.casework;
        world.more_staff().await;
        refused(world.take(&world.staff("qingshi-clerk").await, json!({ "area": VILLAGE })).await, 404);
        let marked = world.mark(0, true).await.unwrap();
        assert_eq!((marked.version, marked.places[0].region_name.as_str()), (1, "东湖区"));
        let town = world.staff("qingshi-clerk").await;
        assert!(world.offered(&town, false).await.0.contains(&FOOD.to_owned()));
        assert_eq!(pointers(world.take(&town, json!({})).await, 422), ["/area"]);
        assert_eq!(pointers(world.take(&town, json!({ "area": HILLS })).await, 422), ["/area"], "nobody is competent");
        let receipt = casework.take_at_counter(&town, paper(FOOD, json!({ "area": VILLAGE })), None).await.unwrap();
        assert!(receipt.promise_text.contains("3 个工作日"), "{}", receipt.promise_text);
        let id = receipt.id;
        assert_eq!(casework.org_of(id).await.unwrap(), world.org("donghu-gov").await);
        // The town sees what it took in; the bureau at home, which has the item, does not.
        casework.desk_case(&town, id).await.unwrap();
        refused(casework.desk_case(&world.staff("clerk").await, id).await, 404);
        refused(casework.desk_case(&world.staff("street-clerk").await, id).await, 404);
        let accept = world.on(id, json!({})).await;
        casework.accept(&town, id, accept).await.unwrap();
        assert!(
            world.due_days(&town, id).await.iter().any(|text| text.contains('3')),
            "{:?}",
            world.due_days(&town, id).await
        );
        let lake = world.staff("lake").await;
        let shown = casework.desk_case(&lake, id).await.unwrap();
        assert_eq!(shown.org_name, "示例市东湖区人民政府");
        assert_eq!(casework.complete_own(&lake, id, "符合规定").await.unwrap().as_deref().unwrap_or(""), "");
        world.settle().await;
        world.no_dead_jobs().await;
        assert_eq!(world.state(id).await, State::Closed);
        let deliver = world
            .on(id, json!({ "way": "self", "receiver_name": "王海燕", "receiver_id_number": "449902198803120267" }))
            .await;
        casework.deliver(&world.staff("qingshi-clerk").await, id, deliver).await.unwrap();
        assert_eq!(world.state(id).await, State::Delivered);
        // At home it goes to the bureau at home, in its own days.
        let home = casework.take_at_counter(&town, paper(FOOD, json!({ "area": "449902101001" })), None).await.unwrap();
        assert!(home.promise_text.contains("5 个工作日"), "{}", home.promise_text);
        casework.desk_case(&world.staff("clerk").await, home.id).await.unwrap();
        // The mark ends: nothing new is taken in, what runs keeps its department and limit.
        let running = world.take(&town, json!({ "area": LAKE })).await.unwrap();
        world.mark(1, false).await.unwrap();
        let accept = world.on(running, json!({})).await;
        casework.accept(&world.staff("lake").await, running, accept).await.unwrap();
        assert!(world.due_days(&world.staff("lake").await, running).await.iter().any(|text| text.contains('3')));
        refused(world.take(&world.staff("qingshi-clerk").await, json!({ "area": VILLAGE })).await, 404);
    })
    .await;
}

/// The mark names who is competent where, within what each department has and the law allows.
///
/// req: CASE-046
#[tokio::test]
async fn a_mark_is_checked_before_it_counts() {
    on_both(async |world| {
        let casework = &world.casework;
        let editor = world.staff("editor").await;
        let lake = world.org("donghu-gov").await;
        let set = |body: &Value| serde_json::from_value(body.clone()).unwrap_or_default();
        let wrong = pointers(casework.set_citywide(&editor, FOOD, set(&set_body(lake, true))).await.map(|_| ()), 422);
        assert_eq!(
            wrong,
            [
                "/batch",
                "/standard",
                "/released_on",
                "/places/0/org_id",
                "/places/1/promise_days",
                "/places/2/region",
                "/places/2/org_id",
                "/places/3/org_id"
            ]
        );
        let empty = json!({ "version": 0, "open": true, "batch": "第一批", "standard": "同一标准", "released_on": "2026-03-01" });
        assert_eq!(pointers(casework.set_citywide(&editor, FOOD, set(&empty)).await, 422), ["/places"]);
        assert_eq!(world.count("citywide_items").await, 0);
        world.mark(0, true).await.unwrap();
        refused(world.mark(0, true).await, 409);
        // An editor of one department's item has no say over another one's.
        let food = world.staff("editor-food").await;
        refused(casework.set_citywide(&food, ALLOWANCE, set(&empty)).await, 404);
        let list = casework.list_citywide(&CityWideFilter::default()).await.unwrap();
        assert_eq!((list.total, list.items[0].item_slug.as_str()), (1, FOOD));
        let other = CityWideFilter { batch: Some("第二批".into()), ..CityWideFilter::default() };
        assert_eq!(casework.list_citywide(&other).await.unwrap().total, 0);
        // Before the first mark the department that has the item stands there, to begin with.
        let fresh = casework.citywide_item(ALLOWANCE).await.unwrap();
        assert_eq!((fresh.version, fresh.open, fresh.places.len()), (0, false, 1));
        refused(casework.citywide_item("nothing").await, 404);
        let orgs = casework.citywide_orgs(&serde_json::from_value(json!({ "q": "东湖" })).unwrap()).await.unwrap().items;
        assert_eq!((orgs.len(), orgs[0].id, orgs[0].region.as_str()), (1, lake, LAKE));
        assert_eq!(world.count("audit_log WHERE action = 'citywide.edit'").await, 1);
    })
    .await;
}

fn set_body(lake: Uuid, open: bool) -> Value {
    json!({ "version": 0, "open": open, "batch": "", "standard": "同", "released_on": "1.3.2026", "places": [
        { "region": HILLS, "org_id": lake }, { "region": LAKE, "org_id": lake, "promise_days": 11 },
        { "region": LAKE, "org_id": Uuid::nil() }, { "region": "449902000000", "org_id": lake },
    ] })
}

/// Volumes tell where cases were taken in and who is competent; coverage tells what every hall takes in.
///
/// req: CASE-046
#[tokio::test]
async fn volumes_and_coverage_are_counted_by_place() {
    on_both(async |world| {
        let casework = &world.casework;
        world.more_staff().await;
        let before = casework.citywide_coverage().await.unwrap();
        assert_eq!((before.city.open, before.city.all), (0, 3));
        let town_hall = |all: &[casework::counters::figures::Coverage]| {
            all.iter().find(|one| one.key == "qingshi-hall").map(|one| one.open).unwrap()
        };
        assert_eq!(town_hall(&before.halls), 1, "the allowance, at its own window");
        world.mark(0, true).await.unwrap();
        let after = casework.citywide_coverage().await.unwrap();
        assert_eq!((after.city.open, after.city.permille), (1, 333));
        assert_eq!(town_hall(&after.halls), 2);
        let bureau = after.departments.iter().find(|one| one.label.contains("市场监督")).unwrap();
        assert_eq!((bureau.open, bureau.all, bureau.permille), (1, 1, 1000));

        let town = world.staff("qingshi-clerk").await;
        for area in [VILLAGE, LAKE, HOME] {
            world.take(&town, json!({ "area": area })).await.unwrap();
        }
        world.days(40);
        world.take(&world.staff("clerk").await, json!({ "area": HOME })).await.unwrap();
        let all = PlaceFilter { from: Some("2026-01-01".into()), by: Some("month".into()), ..PlaceFilter::default() };
        let all = PlaceFilter { to: Some("2026-12-31".into()), ..all };
        let supervisor = world.staff("supervisor").await;
        let found = casework.place_statistics(&supervisor, &all).await.unwrap();
        assert_eq!((found.total, found.crossed), (4, 2));
        let first = &found.items[0];
        assert_eq!(
            (first.accept_name.as_str(), first.competent_name.as_str(), first.item_slug.as_str(), first.count),
            ("青石镇", "东湖区", FOOD, 2)
        );
        assert_eq!(found.items.len(), 3, "two places in one month, one in a later one: {:?}", found.items);
        assert_ne!(found.items[0].period, found.items[2].period);
        // Everybody within the own reach: the bureau at home sees what came to it, wherever it was taken in.
        let own = casework.place_statistics(&world.staff("clerk").await, &all).await.unwrap();
        assert_eq!((own.total, own.crossed), (2, 0));
        let none = PlaceFilter { item: Some(ALLOWANCE.into()), ..all.clone() };
        assert_eq!(casework.place_statistics(&supervisor, &none).await.unwrap().total, 0);
        let bad = PlaceFilter { from: Some("2027-01-01".into()), ..all };
        assert_eq!(pointers(casework.place_statistics(&supervisor, &bad).await, 422), ["/from"]);
    })
    .await;
}

fn go_on(text: &str) -> InstantGoOn {
    serde_json::from_value(json!({ "opinion": text })).unwrap()
}

/// Taken in, accepted, decided, documented and handed over by one person while the applicant waits.
///
/// req: CASE-047
#[tokio::test]
async fn an_instant_case_is_finished_from_one_page() {
    on_both(async |world| {
        let casework = &world.casework;
        world.more_staff().await;
        let chief = world.staff("chief").await;
        let waits = json!({ "instant": true });
        assert_eq!(pointers(world.take(&chief, waits.clone()).await, 422), ["/item_slug"], "not offered so yet");
        let editor = world.staff("editor").await;
        let set = |version: i64, minutes: i64, frequent: bool| {
            serde_json::from_value(
                json!({ "version": version, "active": true, "minutes": minutes, "frequent": frequent }),
            )
            .unwrap()
        };
        assert_eq!(
            pointers(casework.set_instant(&editor, FOOD, set(0, 0, false)).await, 422),
            ["/minutes", "/frequent"]
        );
        casework.set_instant(&editor, FOOD, set(0, 30, true)).await.unwrap();
        refused(casework.set_instant(&editor, FOOD, set(0, 30, true)).await, 409);
        assert_eq!(casework.list_instant(&InstantFilter::default()).await.unwrap().total, 1);
        assert_eq!(world.offered(&chief, true).await.0, [FOOD]);

        let id = world.take(&chief, waits.clone()).await.unwrap();
        assert_eq!(pointers(casework.instant_go_on(&chief, id, go_on(" ")).await, 422), ["/opinion"]);
        let done = casework.instant_go_on(&chief, id, go_on("材料齐全，符合规定")).await.unwrap();
        assert_eq!((done.waits_for, done.late), (None, false));
        world.settle().await;
        let done = casework.instant_case(&chief, id).await.unwrap();
        assert!(done.finished && !done.delivered, "{done:?}");
        let shown = casework.desk_case(&chief, id).await.unwrap();
        assert!(shown.licence.is_some());
        let deliver = world
            .on(id, json!({ "way": "self", "receiver_name": "王海燕", "receiver_id_number": "449902198803120267" }))
            .await;
        casework.deliver(&chief, id, deliver).await.unwrap();
        assert!(casework.instant_case(&chief, id).await.unwrap().delivered);

        // A clerk without a say takes it in; who has the next step is told, and the case waits there.
        let clerk = world.staff("clerk").await;
        let slow = world.take(&clerk, waits).await.unwrap();
        let stands = casework.instant_go_on(&clerk, slow, go_on("材料齐全")).await.unwrap();
        assert_eq!((stands.waits_for.as_deref(), stands.finished), (Some("审查"), false));
        let ordinary = world.take(&clerk, json!({})).await.unwrap();
        refused(casework.instant_case(&clerk, ordinary).await, 404);
        refused(casework.instant_case(&world.staff("clerk-general").await, slow).await, 404);
    })
    .await;
}

/// Whoever waits longer than set is flagged in the list and on the start page, and counted by window, department, period.
///
/// req: CASE-047
#[tokio::test]
async fn an_instant_case_that_takes_too_long_is_flagged_and_counted() {
    on_both(async |world| {
        let casework = &world.casework;
        world.more_staff().await;
        let set = json!({ "version": 0, "active": true, "minutes": 30, "frequent": true });
        let editor = world.staff("editor").await;
        casework.set_instant(&editor, FOOD, serde_json::from_value(set).unwrap()).await.unwrap();
        let chief = world.staff("chief").await;
        let quick = world.take(&chief, json!({ "instant": true })).await.unwrap();
        casework.instant_go_on(&chief, quick, go_on("符合规定")).await.unwrap();
        world.settle().await;
        let clerk = world.staff("clerk2").await;
        let slow = world.take(&clerk, json!({ "instant": true })).await.unwrap();
        world.take(&clerk, json!({})).await.unwrap();
        let late = async |who: &Principal, light: &str| {
            let filter = CaseFilter { light: Some(light.into()), ..CaseFilter::default() };
            let list = casework.list_cases(who, &filter).await.unwrap().list;
            list.items.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(late(&clerk, "instant").await, [slow], "the finished one is not waited for");
        assert_eq!(late(&clerk, "instant_late").await, Vec::<Uuid>::new());
        world.forward(time::Duration::minutes(31));
        let clerk = world.staff("clerk2").await;
        assert_eq!(late(&clerk, "instant_late").await, [slow]);
        assert_eq!(casework.workbench(&clerk).await.unwrap().counts.instant_late, 1);
        assert!(casework.instant_case(&clerk, slow).await.unwrap().late);
        assert!(!casework.instant_case(&clerk, quick).await.unwrap().late, "closed in time");

        let by = |by: &str| InstantFiguresFilter { by: Some(by.into()), ..InstantFiguresFilter::default() };
        let found = casework.instant_statistics(&clerk, &by("window")).await.unwrap();
        let told: Vec<_> =
            found.items.iter().map(|row| (row.label.as_str(), row.all, row.instant, row.in_time, row.late)).collect();
        assert_eq!(told, [("示例区政务服务中心 7 号窗口", 2, 1, 0, 1), ("示例区政务服务中心 6 号窗口", 1, 1, 1, 0)]);
        assert_eq!((found.total.all, found.total.instant, found.total.permille), (3, 2, 666));
        let orgs = casework.instant_statistics(&clerk, &by("org")).await.unwrap();
        assert_eq!(orgs.items.len(), 1);
        let days = casework.instant_statistics(&clerk, &by("day")).await.unwrap();
        assert_eq!(days.items.iter().map(|row| row.instant).sum::<u64>(), 2);
        assert!(days.items.len() >= 2, "days without a case are figures too");
        assert_eq!(pointers(casework.instant_statistics(&clerk, &by("year")).await, 422), ["/by"]);
        assert_eq!(
            casework.instant_statistics(&world.staff("clerk-health").await, &by("org")).await.unwrap().total.all,
            0
        );
    })
    .await;
}
