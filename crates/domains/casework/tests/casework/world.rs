//! The city of the tests: real packs, real services, a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::calendar::YearCalendar;
use casework::Casework;
use casework::calendars::Calendars;
use casework::cases::model::State;
use casework::cases::service::documents::Papers;
use casework::cases::service::filled::HttpDataSharing;
use casework::cases::service::message_texts::Texts;
use casework::cases::service::submit::Receipt;
use catalogue::Catalogue;
use catalogue::items::model::Item;
use catalogue::items::service::Sources;
use design::{Design, Kind};
use identity::{Account, Identity, Profile};
use licences::{Licences, SealPurpose};
use platform::config::Config;
use platform::db::migrate::Migration;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use platform::{Platform, Problem, Result};
use serde_json::{Map, Value, json};
use simulators::{People, Simulator};
use testkit::{Backend, TestPlatform};
use uuid::Uuid;

/// The item most stories are about.
pub const FOOD: &str = "food-operation-permit";
/// An item for persons, without a licence.
pub const ALLOWANCE: &str = "senior-allowance";
/// An item of the city whose result is made by hand after the decision.
pub const ESTATE: &str = "real-estate-transfer";

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = packs().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Somebody with an account.
pub struct Citizen {
    pub account: Account,
    pub caller: Principal,
}

pub struct World {
    pub test: TestPlatform,
    pub casework: Casework,
    pub handlers: Handlers,
    pub subscriptions: Subscriptions,
    pub sms: Simulator,
    /// The enterprise 海燕小厨, acted for by 王海燕.
    pub haiyan: Citizen,
    /// Another person.
    pub li: Citizen,
}

/// Runs a story on SQLite and PostgreSQL.
pub async fn on_both(story: impl AsyncFn(&World)) {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        story(&world).await;
        world.test.close().await;
    }
}

fn migrations() -> Vec<Migration> {
    [identity::MIGRATIONS, design::MIGRATIONS, licences::MIGRATIONS, catalogue::MIGRATIONS, casework::MIGRATIONS]
        .concat()
}

impl World {
    /// A city of its own, copied from one that is loaded once.
    pub async fn new(backend: Backend) -> Self {
        let people: People = serde_yaml_ng::from_str(&read("city/citizens.yaml")).unwrap();
        let sms = Simulator::start(people).await.unwrap();
        let config = Config {
            sms_url: sms.url("sms"),
            sharing_url: sms.url("sharing"),
            packs_dir: packs(),
            upload_max_mb: 40,
            ..Config::default()
        };
        let fill = async |platform: &Platform| load(&wire(platform)).await.unwrap();
        let test = TestPlatform::kept("casework", backend, &[&packs()], &migrations(), fill, config).await;
        let casework = wire(&test.platform);
        let haiyan = citizen(&casework, haiyan()).await;
        let li = citizen(&casework, person("li-ming", "李明", "449902198506170153", "19900000002")).await;
        let handlers = casework.jobs(Handlers::default());
        let subscriptions = casework.subscriptions(Subscriptions::default());
        Self { test, casework, handlers, subscriptions, sms, haiyan, li }
    }

    /// A staff user as the product knows them.
    pub async fn staff(&self, login: &str) -> Principal {
        let staff = self.casework.identity.staff_by_login(login).await.unwrap().unwrap();
        let platform = &self.casework.platform;
        self.casework.identity.principal(platform, Audience::Desk, staff.id).await.unwrap().unwrap()
    }

    /// A caller for another account.
    pub async fn citizen(&self, profile: Profile) -> Citizen {
        citizen(&self.casework, profile).await
    }

    /// Runs events and jobs until nothing is due.
    pub async fn settle(&self) {
        let platform = &self.casework.platform;
        loop {
            let events = platform::work::outbox::dispatch(platform, &self.subscriptions, 500).await.unwrap();
            let jobs = platform::work::jobs::run_due(platform, &self.handlers, 50).await.unwrap();
            if events + jobs == 0 {
                return;
            }
        }
    }

    /// No job has given up.
    pub async fn no_dead_jobs(&self) {
        let counts = platform::work::jobs::counts(&self.casework.platform).await.unwrap();
        assert!(counts.iter().all(|(state, _)| state != "dead"), "dead jobs: {counts:?}");
    }

    pub fn forward(&self, by: time::Duration) {
        self.test.clock.advance(by);
    }

    pub fn days(&self, days: i64) {
        self.forward(time::Duration::days(days));
    }

    /// A PDF of a citizen.
    pub async fn file(&self, owner: Uuid, name: &str) -> Uuid {
        let bytes = format!("%PDF-1.7\n% {name}\n%%EOF\n");
        platform::files::store(&self.casework.platform, Some(owner), "material", &format!("{name}.pdf"), bytes.into())
            .await
            .unwrap()
            .id
    }

    pub async fn version(&self, id: Uuid) -> i64 {
        self.casework.version_of(id).await.unwrap()
    }

    pub async fn state(&self, id: Uuid) -> State {
        self.casework.state_of(id).await.unwrap()
    }

    /// An empty draft of the food permit for 海燕小厨.
    pub async fn draft(&self) -> Uuid {
        self.casework.create_draft(&self.haiyan.caller, FOOD, "new-catering", None).await.unwrap()
    }

    /// A request body with the present version.
    pub async fn on<T: serde::de::DeserializeOwned>(&self, id: Uuid, mut body: Value) -> T {
        body["version"] = self.version(id).await.into();
        serde_json::from_value(body).unwrap()
    }

    /// Saves part of a draft.
    pub async fn save(&self, id: Uuid, body: Value) {
        let save = self.on(id, body).await;
        self.casework.save_draft(&self.haiyan.caller, id, save).await.unwrap();
    }

    /// Hands a material in: by licence, later, at the window, or as a file.
    pub async fn hand(&self, id: Uuid, key: &str, handing: &str) -> Result<()> {
        let files = if handing == "upload" { vec![self.file(self.haiyan.account.id, key).await] } else { Vec::new() };
        let hand = self.on(id, json!({ "files": files, "handing": handing })).await;
        self.casework.hand_material(&self.haiyan.caller, id, key, hand).await
    }

    /// A draft with everything in it.
    pub async fn filled(&self, delivery: &str) -> Uuid {
        let id = self.draft().await;
        self.save(id, answers(FOOD, "valid")).await;
        self.save(id, json!({ "delivery": { "way": delivery } })).await;
        self.hand(id, "m02", "licence").await.unwrap();
        self.hand(id, "m03", "upload").await.unwrap();
        self.hand(id, "m04", "upload").await.unwrap();
        self.hand(id, "m05", "upload").await.unwrap();
        id
    }

    pub async fn submit(&self, id: Uuid) -> Result<Receipt> {
        self.casework.submit(&self.haiyan.caller, id, self.version(id).await).await
    }

    /// Handed in, to be collected at the window.
    pub async fn submitted(&self) -> Uuid {
        let id = self.filled("self").await;
        self.submit(id).await.unwrap();
        id
    }

    pub async fn accept(&self, id: Uuid) -> Result<()> {
        let accept = self.on(id, json!({})).await;
        self.casework.accept(&self.staff("clerk").await, id, accept).await
    }

    pub async fn accepted(&self) -> Uuid {
        let id = self.submitted().await;
        self.accept(id).await.unwrap();
        id
    }

    /// The open task of the flow done by somebody of its role.
    pub async fn step(&self, id: Uuid, outcome: &str) -> Result<()> {
        let (task, _, role) = self.casework.open_flow_task(id).await.unwrap().expect("a task is open");
        let request = self.on(id, json!({ "outcome": outcome, "opinion": "材料齐全，符合要求。" })).await;
        self.casework.complete_task(&self.staff(&role).await, id, task, request).await
    }

    /// Decided; its result is not made yet.
    pub async fn decided(&self, outcome: &str) -> Uuid {
        let id = self.accepted().await;
        self.step(id, "pass").await.unwrap();
        self.step(id, "pass").await.unwrap();
        self.step(id, outcome).await.unwrap();
        id
    }

    pub async fn closed(&self, outcome: &str) -> Uuid {
        let id = self.decided(outcome).await;
        self.settle().await;
        assert_eq!(self.state(id).await, State::Closed);
        id
    }

    /// Texts the SMS gateway took for a number.
    pub async fn texts_to(&self, phone: &str) -> Vec<String> {
        let url = format!("{}/messages?phone={phone}", self.sms.url("sms"));
        let answer: Value = self.casework.platform.http.get(url).send().await.unwrap().json().await.unwrap();
        answer["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Switches the SMS gateway off or on.
    pub async fn gateway_down(&self, down: bool) {
        let url = format!("{}/control", self.sms.url("sms"));
        self.casework.platform.http.post(url).json(&json!({ "down": down })).send().await.unwrap();
    }

    /// Runs SQL behind the product's back.
    pub async fn sql(&self, statement: String) {
        let platform = &self.casework.platform;
        platform.db.execute_batch(platform.now(), vec![statement]).await.unwrap();
    }

    /// The first column of every row.
    pub async fn query(&self, sql: &str) -> Vec<String> {
        use sea_orm::{ConnectionTrait, Statement};
        let db = &self.casework.platform.db;
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        rows.iter()
            .map(|row| match row.try_get_by_index::<String>(0) {
                Ok(text) => text,
                Err(_) => row.try_get_by_index::<i64>(0).unwrap().to_string(),
            })
            .collect()
    }

    pub async fn count(&self, from: &str) -> i64 {
        self.query(&format!("SELECT count(*) FROM {from}")).await[0].parse().unwrap()
    }
}

/// How a literal id is written in SQL of this database.
pub fn id_literal(world: &World, id: Uuid) -> String {
    match world.casework.platform.db.backend() {
        sea_orm::DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

/// Problems as `pointer` list, with the status checked.
pub fn pointers<T>(result: Result<T>, status: u16) -> Vec<String> {
    let problem = refused(result, status);
    problem.field_errors().iter().map(|error| error.pointer.clone()).collect()
}

/// The refusal, with its status checked.
pub fn refused<T>(result: Result<T>, status: u16) -> Problem {
    match result {
        Ok(_) => panic!("should have been refused with {status}"),
        Err(problem) => {
            assert_eq!(problem.status().as_u16(), status, "{problem} {:?}", problem.field_errors());
            problem
        }
    }
}

fn wire(platform: &Platform) -> Casework {
    let identity = Identity::new(platform.clone());
    let design = Design::new(platform.clone());
    let fonts = paper::Fonts::built_in();
    Casework {
        platform: platform.clone(),
        recognition: recognition::Recognition::new(platform.clone(), identity.clone()),
        licences: Licences::new(platform.clone(), design.clone(), identity.clone()).with_fonts(fonts.clone()),
        catalogue: Catalogue::new(platform.clone(), identity.clone(), design.clone()),
        calendars: Calendars::new(platform.clone()),
        papers: Papers::new(fonts),
        texts: Arc::new(Texts::load(&packs().join("platform/messages.yaml")).unwrap()),
        sharing: Arc::new(HttpDataSharing::new(platform.clone(), identity.clone())),
        barrier: Arc::new(casework::cases::service::barrier::Open),
        visits: Arc::new(casework::counters::visits::NoQueue),
        handwriting: Arc::new(casework::cases::service::signing::NoHandwriting),
        identity,
        design,
    }
}

async fn load(casework: &Casework) -> Result<()> {
    let identity = &casework.identity;
    identity.import_regions(identity::import::regions_from_tsv(&read("platform/regions/regions.tsv"))?).await?;
    identity.import_regions(identity::import::regions_from_city(&read("city/city.yaml"))?).await?;
    identity.import_orgs(&read("city/orgs.yaml")).await?;
    identity.import_windows(&read("city/windows.yaml")).await?;
    identity.import_staff(&read("city/staff.yaml"), "Tongban-2026").await?;
    for year in [2025, 2026] {
        casework.calendars.put(calendar(year), None).await?;
    }
    papers(casework, &packs().join("platform/papers"), None).await?;
    for key in [
        "business-licence",
        "resident-id",
        FOOD,
        "household-register",
        "real-estate-certificate",
        "divorce-certificate",
    ] {
        let own = packs().join(format!("licences/{key}/licence.typ"));
        let template = read(if own.exists() { own } else { packs().join("platform/papers/licence.typ") });
        casework.licences.import_type(&read(format!("licences/{key}/licence.yaml")), &template).await?;
    }
    for slug in [FOOD, ALLOWANCE, ESTATE] {
        let item = item(slug);
        let file = |name: &str| read(format!("items/{slug}/{name}"));
        papers(casework, &packs().join(format!("items/{slug}/papers")), Some(slug)).await?;
        let sources =
            Sources { form: file(&item.form), flow: file(&item.flow), rules: item.rules.as_deref().map(file) };
        let version = casework.catalogue.publish(&item, &sources, "系统").await?;
        let published = casework.catalogue.version(slug, version).await?;
        identity.link_item(slug, published.org_id).await?;
        casework.licences.ensure_seal_for(published.org_id, SealPurpose::Licence).await?;
        casework.licences.ensure_seal_for(published.org_id, SealPurpose::Notice).await?;
    }
    Ok(())
}

/// Publishes an item anew with its form changed.
pub async fn form_with(world: &World, slug: &str, change: impl FnOnce(&mut Value)) {
    let item = item(slug);
    let file = |name: &str| read(format!("items/{slug}/{name}"));
    let mut form: Value = serde_json::from_str(&file(&item.form)).unwrap();
    change(&mut form);
    let sources = Sources { form: form.to_string(), flow: file(&item.flow), rules: item.rules.as_deref().map(file) };
    world.casework.catalogue.publish(&item, &sources, "系统").await.unwrap();
}

/// An item as its pack gives it, with the city's places that handle it.
fn item(slug: &str) -> Item {
    catalogue::packs::read(&packs().join(format!("items/{slug}"))).unwrap().item.unwrap()
}

async fn papers(casework: &Casework, folder: &Path, item: Option<&str>) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for path in
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "typ"))
    {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let key = item.map_or(stem.clone(), |slug| format!("{slug}/{stem}"));
        casework.design.publish(Kind::Paper, &key, &read(&path), "系统").await?;
    }
    Ok(())
}

/// A shipped working calendar.
pub fn calendar(year: i32) -> YearCalendar {
    YearCalendar::from_yaml(&read(format!("platform/calendars/{year}.yaml"))).unwrap()
}

/// A sample application of a pack.
pub fn sample(slug: &str, name: &str) -> Value {
    serde_json::from_str(&read(format!("items/{slug}/samples/{name}.json"))).unwrap()
}

/// The sample as a save of all steps: conditions met, agreed, form filled in.
pub fn answers(slug: &str, name: &str) -> Value {
    let sample = sample(slug, name);
    let met: Map<String, Value> = item(slug)
        .conditions
        .iter()
        .filter_map(|one| Some((one.key.clone(), one.options.iter().find(|option| option.met)?.key.clone().into())))
        .collect();
    json!({
        "step": 7,
        "conditions": met,
        "situations": sample["situations"],
        "consents": { "authorised": true, "agreed": true },
        "form": sample["form"],
    })
}

pub fn haiyan() -> Profile {
    serde_json::from_value(json!({
        "sub": "haiyan", "kind": "enterprise", "name": "王海燕", "id_type": "111", "id_number": "449902198803120267",
        "phone": "19900000001", "real_name": true,
        "enterprise": {
            "name": "示例区海燕小厨餐饮店", "uscc": "92449902MA9900KX9E", "legal_person": "王海燕",
            "address": "示例市示例区示例街道和平路 18 号 1 层",
        },
    }))
    .unwrap()
}

pub fn person(key: &str, name: &str, id_number: &str, phone: &str) -> Profile {
    serde_json::from_value(json!({
        "sub": key, "kind": "person", "name": name, "id_type": "111", "id_number": id_number, "phone": phone, "real_name": true,
    }))
    .unwrap()
}

async fn citizen(casework: &Casework, profile: Profile) -> Citizen {
    let account = casework.identity.mirror(profile).await.unwrap();
    let caller = casework.identity.principal(&casework.platform, Audience::Portal, account.id).await.unwrap().unwrap();
    Citizen { account, caller }
}
