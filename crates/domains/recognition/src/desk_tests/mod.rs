//! The domain through its router, on both databases, with the real simulators over HTTP.

mod cards;
mod codes;
mod mobile;
mod office;

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::post;
use axum::{Json, Router};
use identity::Identity;
use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::config::Config;
use platform::db::migrate::Migration;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::problem::Result;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use simulators::{People, Simulator};
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;
use uuid::Uuid;

use crate::Recognition;
use crate::cards::NewCardDevice;
use crate::office::{DeskSummary, DeskTodo, StaffDesk};

/// Password of the test staff.
const PASSWORD: &str = "Open-Sesame-1";
/// A phone's browser.
const PHONE: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36";

platform::permissions! {
    /// Accepts a case, as casework names it: stands in for the domain above.
    pub TestAccept = Desk "case.accept";
    /// Lists tasks.
    pub TestTasks = Desk "task.list";
}

async fn accept(_: Allowed<TestAccept>) -> Json<Value> {
    Json(json!({ "done": true }))
}

async fn tasks(_: Allowed<TestTasks>) -> Json<Value> {
    Json(json!({ "done": true }))
}

/// Says whose desk was asked for.
struct NamedDesk;

#[async_trait]
impl StaffDesk for NamedDesk {
    async fn waiting(&self, caller: &Principal) -> Result<DeskSummary> {
        let todo = DeskTodo {
            title: format!("受理：{}", caller.name),
            case_number: "1".into(),
            due_on: None,
            to: "/desk/cases/1".into(),
        };
        Ok(DeskSummary { todo_total: 7, todos: vec![todo], reminders: Vec::new() })
    }
}

/// A small city with its outside world.
struct City {
    test: TestPlatform,
    identity: Identity,
    recognition: Recognition,
    router: Router,
    outside: Simulator,
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// Status and code of a refusal.
    fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    fn cookie(&self) -> String {
        let line = self.headers[header::SET_COOKIE].to_str().unwrap();
        line.split(';').next().unwrap().to_owned()
    }
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn pack(file: &str) -> String {
    let path = format!("{}/../../../packs/city/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl City {
    async fn new(backend: Backend) -> Self {
        Self::with(backend, false).await
    }

    async fn with(backend: Backend, require_second_factor: bool) -> Self {
        let outside = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let config = Config {
            code_url: outside.url("codes"),
            mobile_url: outside.url("mobile"),
            device_gateway_url: outside.url("reader"),
            require_second_factor,
            ..Config::default()
        };
        let steps: Vec<Migration> = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::with_config(backend, &steps, config).await;
        let identity = Identity::new(test.platform.clone());
        let recognition = Recognition::new(test.platform.clone(), identity.clone()).with_desk(Arc::new(NamedDesk));
        let above =
            Router::new().route("/accept", post(accept)).route("/tasks", post(tasks)).with_state(recognition.clone());
        let router = Router::from(crate::routes(recognition.clone()))
            .merge(Router::from(identity::routes(identity.clone())))
            .merge(above);
        let city = Self { test, identity, recognition, router, outside };
        city.settle_in().await;
        city
    }

    /// Offices, staff, connected systems and the card reader of window 6.
    async fn settle_in(&self) {
        let identity = &self.identity;
        identity.import_regions(identity::import::regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
        identity.import_windows(&pack("windows.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: [district-hall-6]}\n\
            - {login: clerk2, name: 黄丽, org: qscj-food, roles: [clerk], windows: [district-hall-6]}\n\
            - {login: city-clerk, name: 周敏, org: city-hall, roles: [clerk], windows: [city-hall-1]}\n\
            - {login: sysadmin, name: 罗凯, org: city-office, roles: [sys_admin], windows: []}\n\
            - {login: secadmin, name: 冯岩, org: city-office, roles: [sec_admin], windows: []}\n\
            - {login: orgadmin, name: 梁红, org: mz, roles: [org_admin], windows: []}\n";
        identity.import_staff(staff, PASSWORD).await.unwrap();
        self.system(simulators::codes::APP_ID, simulators::codes::SECRET, Formula::TifBody, "city-office", false).await;
        self.system(simulators::mobile::APP_ID, simulators::mobile::SECRET, Formula::TifBody, "city-office", false)
            .await;
        self.reader("district-hall-6").await;
    }

    async fn principal(&self, login: &str) -> Principal {
        let staff = self.identity.staff_by_login(login).await.unwrap().unwrap();
        self.identity.principal(&self.test.platform, Audience::Desk, staff.id).await.unwrap().unwrap()
    }

    async fn staff_id(&self, login: &str) -> Uuid {
        self.identity.staff_by_login(login).await.unwrap().unwrap().id
    }

    /// Registers a connected system that is switched on; its id.
    async fn system(&self, app_id: &str, secret: &str, formula: Formula, owner: &str, desk: bool) -> Uuid {
        let orgs = self.identity.orgs().await.unwrap();
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: app_id.into(),
            owner_org_id: orgs.by_key(owner).unwrap().id,
            contact_name: "林晓".into(),
            contact_phone: "13800138000".into(),
            description: String::new(),
            callbacks: Vec::new(),
            environment: "production".into(),
            networks: vec!["127.0.0.0/8".into()],
            formula,
        };
        let grant = Grant { interface: "staff_desk".into(), items: Vec::new(), fields: Vec::new(), valid_until: None };
        let grants = if desk { vec![grant] } else { Vec::new() };
        let admin = self.principal("sysadmin").await;
        let id = self.identity.add_system(&admin, draft, grants, true).await.unwrap();
        let wanted = NewSecret { secret: Some(secret.into()), ..Default::default() };
        self.identity.add_secret(&admin, id, wanted).await.unwrap();
        id
    }

    /// Registers the simulated reader at a window.
    async fn reader(&self, window: &str) -> Uuid {
        let window = self.identity.window_by_key(window).await.unwrap().unwrap();
        let mut admin = self.principal("sysadmin").await;
        admin.visible_orgs.push(window.org_id);
        let device = NewCardDevice {
            code: simulators::reader::DEVICE.into(),
            name: "窗口读卡器".into(),
            window_id: window.id,
            public_key: simulators::reader::public_key().unwrap(),
        };
        self.recognition.add_card_device(&admin, device, None).await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, agent: &str, cookie: &str, body: Value) -> Answer {
        let body = if method == Method::GET { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header(header::USER_AGENT, agent)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap();
        self.serve(request).await
    }

    async fn serve(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// POST below `/api/v1` from a computer.
    async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        self.send(Method::POST, &format!("/api/v1{path}"), "Firefox", cookie, body).await
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Method::GET, &format!("/api/v1{path}"), "Firefox", cookie, Value::Null).await
    }

    async fn sign_in(&self, login: &str) -> String {
        let answer = self.post("/staff/sign-in", "", json!({ "login": login, "password": PASSWORD })).await;
        assert_eq!(answer.status, StatusCode::OK, "{login}: {}", answer.text);
        answer.cookie()
    }

    /// Tells a simulator something; its answer.
    async fn outside(&self, service: &str, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.outside.url(service));
        self.test.platform.http.post(url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// Codes of refusals that the audit log holds for an act, oldest first.
    async fn audited(&self, action: &str) -> usize {
        let db = &self.test.platform.db;
        let sql = format!("SELECT COUNT(*) AS found FROM audit_log WHERE action = '{action}'");
        let row = db.read().query_one_raw(Statement::from_string(db.backend(), sql)).await.unwrap().unwrap();
        usize::try_from(row.try_get::<i64>("", "found").unwrap()).unwrap()
    }

    /// One text column of a table, all rows.
    async fn column(&self, table: &str, column: &str) -> Vec<Option<String>> {
        let db = &self.test.platform.db;
        let sql = format!("SELECT {column} AS value FROM {table}");
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get("", "value").unwrap()).collect()
    }
}
