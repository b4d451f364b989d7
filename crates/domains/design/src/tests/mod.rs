//! The library through its router, on both databases.

mod bindings;
mod data_items;
mod fields;
mod library;
mod own_flows;
mod prints;
mod templates;
mod tools;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use identity::Identity;
use platform::db::migrate::Migration;
use platform::web::guard::Audience;
use serde_json::{Value, json};
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;
use uuid::Uuid;

use crate::library::{Use, Users};
use crate::{DefinitionRef, Design, FlowBounds, FlowItem, Kind, Library};

/// One item uses the form `used`; another, `food`, is handled by the market bureau.
struct OneItem {
    bureau: Uuid,
    /// Promised working days and version of the flow of `food`.
    food: Arc<Mutex<(u32, i64)>>,
}

impl OneItem {
    fn food(&self) -> FlowItem {
        let (days, version) = *self.food.lock().unwrap();
        let flow = DefinitionRef { kind: Kind::Flow, key: "food".into(), version };
        let bounds = FlowBounds { flow, days: Some(days), visits: 0 };
        FlowItem { slug: "food".into(), name: "食品经营许可".into(), org_id: self.bureau, bounds }
    }
}

#[async_trait::async_trait]
impl Users for OneItem {
    async fn items(&self, kind: Kind, key: &str) -> platform::Result<Vec<Use>> {
        let used = Use { kind: "item".into(), key: "used".into(), name: "在用事项".into(), version: 1 };
        Ok(if kind == Kind::Form && key == "used" { vec![used] } else { Vec::new() })
    }

    async fn item_counts(&self, of: &[(Kind, String)]) -> platform::Result<BTreeMap<(Kind, String), u64>> {
        Ok(of.iter().map(|key| (key.clone(), u64::from(key.0 == Kind::Form && key.1 == "used"))).collect())
    }

    async fn cases(&self, of: &[DefinitionRef]) -> platform::Result<BTreeMap<i64, u64>> {
        Ok(of.iter().map(|one| (one.version, 7)).collect())
    }

    async fn limit_days(&self, item: &str) -> platform::Result<Option<u32>> {
        Ok((item == "used").then_some(3))
    }

    async fn flow_item(&self, slug: &str) -> platform::Result<Option<FlowItem>> {
        Ok((slug == "food").then(|| self.food()))
    }

    async fn flow_items(
        &self,
        orgs: &[Uuid],
        q: &str,
        after: Option<&str>,
        _limit: u64,
    ) -> platform::Result<(Vec<FlowItem>, u64)> {
        let food = self.food();
        let there = orgs.contains(&food.org_id) && food.name.contains(q) && after.is_none();
        Ok(if there { (vec![food], 1) } else { (Vec::new(), 0) })
    }
}

pub(super) struct Desk {
    pub test: TestPlatform,
    pub design: Design,
    identity: Identity,
    router: Router,
    /// Promised working days and version of the flow of the item `food`.
    pub food: Arc<Mutex<(u32, i64)>>,
}

pub(super) struct Answer {
    pub status: StatusCode,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The wrong fields as `pointer code`.
    pub fn errors(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|one| format!("{} {}", one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap()))
            .collect()
    }
}

fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../../packs/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl Desk {
    /// `editor` sees the whole city, `district` one bureau, `clerk` may not design.
    pub async fn new(backend: Backend) -> Self {
        let steps: Vec<Migration> = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(identity::import::regions_from_city(&file("city/city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&file("city/orgs.yaml")).await.unwrap();
        identity.import_windows(&file("city/windows.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: editor, name: 林编辑, org: city-office, roles: [item_editor], windows: [], region: '449900000000'}\n\
            - {login: other, name: 何编辑, org: city-office, roles: [item_editor], windows: [], region: '449900000000'}\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: []}\n\
            - {login: reviewer, name: 周敏, org: qscj-food, roles: [reviewer], windows: []}\n\
            - {login: inspector, name: 何平, org: qscj-inspect, roles: [inspector], windows: []}\n\
            - {login: approver, name: 刘文斌, org: qscj, roles: [approver], windows: []}\n\
            - {login: bureau, name: 袁立, org: qscj, roles: [org_admin], windows: []}\n\
            - {login: fire, name: 许安, org: xf, roles: [org_admin], windows: []}\n";
        identity.import_staff(staff, "Open-Sesame-1").await.unwrap();
        let design = Design::new(test.platform.clone());
        let bureau = identity.orgs().await.unwrap().by_key("qscj").unwrap().id;
        let food = Arc::new(Mutex::new((5, 1)));
        let items = OneItem { bureau, food: Arc::clone(&food) };
        let library = Library::new(identity.clone(), design.clone(), Arc::new(items), paper::Fonts::built_in());
        let router = Router::from(crate::routes(library));
        Self { test, design, identity, router, food }
    }

    pub async fn staff(&self, login: &str) -> String {
        let staff = self.identity.staff_by_login(login).await.unwrap().unwrap();
        let sessions = &self.test.platform.sessions;
        let cookie = sessions.start(&self.test.platform, Audience::Desk, staff.id).await.unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call(Method::GET, path, cookie, Value::Null).await
    }

    pub async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        self.call(Method::POST, path, cookie, body).await
    }

    pub async fn call(&self, method: Method, path: &str, cookie: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(method, path, cookie, "application/json", body).await
    }

    pub async fn upload(&self, path: &str, cookie: &str, name: &str, content: &str) -> Answer {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n{content}\r\n--x--\r\n"
        );
        self.send(Method::POST, path, cookie, "multipart/form-data; boundary=x", Body::from(body)).await
    }

    async fn send(&self, method: Method, path: &str, cookie: &str, kind: &str, body: Body) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/design{path}"))
            .header(header::COOKIE, cookie)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 23).await.unwrap();
        Answer { status: parts.status, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Id of a member of staff.
    pub async fn id_of(&self, login: &str) -> Uuid {
        self.identity.staff_by_login(login).await.unwrap().unwrap().id
    }

    /// Id of an organisation by its key.
    pub async fn org(&self, key: &str) -> Uuid {
        self.identity.orgs().await.unwrap().by_key(key).unwrap().id
    }

    /// A new form with a draft; answers it.
    pub async fn form(&self, cookie: &str, key: &str) -> Value {
        let made = self.post("/definitions", cookie, json!({ "kind": "form", "key": key, "name": "请假申请" })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()
    }
}

/// A form that can be published.
pub(super) fn sound_form(key: &str, label: &str) -> String {
    json!({ "schema": "tongban-form/1", "key": key, "title": "请假申请", "sections": [
        { "key": "main", "title": "请假", "fields": [{ "key": "reason", "type": "text", "label": label }] },
    ] })
    .to_string()
}
