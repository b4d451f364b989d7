//! The registry and the gateway, through the router, on both databases.

mod gateway;
mod registry;
mod trial;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{Method, Request, StatusCode};
use axum::response::IntoResponse;
use base::encoding::to_hex;
use platform::web::guard::{Audience, Principal};
use serde_json::{Value, json};
use std::net::SocketAddr;
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;
use uuid::Uuid;

use super::{EventsInterface, Formula, Grant, NewSecret, Signed, Signing, SystemDraft};
use crate::Identity;

/// Password of the test staff.
const PASSWORD: &str = "Open-Sesame-1";

struct Desk {
    test: TestPlatform,
    identity: Identity,
    router: Router,
    cookie: String,
}

fn pack(file: &str) -> String {
    let path = format!("{}/../../../packs/city/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a handler behind the extractor answers: who called, from where, with what.
async fn echo(State(_): State<Identity>, call: Signed<EventsInterface>) -> impl IntoResponse {
    axum::Json(json!({ "name": call.system.name, "address": call.address, "size": call.body.len() }))
}

impl Desk {
    async fn new(backend: Backend) -> Self {
        Self::in_environment(backend, "production").await
    }

    async fn in_environment(backend: Backend, environment: &str) -> Self {
        let config = platform::config::Config {
            environment: environment.to_owned(),
            require_second_factor: false,
            ..Default::default()
        };
        let test = TestPlatform::with_config(backend, crate::MIGRATIONS, config).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(crate::import::regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: admin, name: 唐宁, org: qscj-food, roles: [sys_admin], windows: []}\n\
            - {login: auditor, name: 方正, org: qscj-food, roles: [auditor], windows: []}\n";
        identity.import_staff(staff, PASSWORD).await.unwrap();
        let signed = Router::new().route("/signed", axum::routing::post(echo)).with_state(identity.clone());
        let router = Router::from(crate::routes(identity.clone())).merge(signed);
        let mut desk = Self { test, identity, router, cookie: String::new() };
        desk.cookie = desk.sign_in("admin").await;
        desk
    }

    async fn sign_in(&self, login: &str) -> String {
        let request = Request::post("/api/v1/staff/sign-in")
            .header("x-tongban-request", "1")
            .header("content-type", "application/json")
            .body(Body::from(json!({ "login": login, "password": PASSWORD }).to_string()))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let body = if method == Method::GET { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("cookie", &self.cookie)
            .header("x-tongban-request", "1")
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        self.send(request).await
    }

    async fn draft(&self, app_id: &str) -> Value {
        let org = self.identity.orgs().await.unwrap().all()[0].id;
        json!({
            "app_id": app_id, "name": "市场监管业务系统", "owner_org_id": org, "contact_name": "林晓",
            "contact_phone": "13800138000", "description": "食品经营许可", "callbacks": ["https://app.example.gov.cn/back"],
            "environment": self.test.platform.config.environment, "networks": ["10.1.0.0/16", "192.168.7.9"], "formula": "tif",
        })
    }

    /// A registered, enabled system granted the events of every item; its id and secret.
    async fn system(&self, app_id: &str) -> (Uuid, String) {
        let draft: SystemDraft = serde_json::from_value(self.draft(app_id).await).unwrap();
        let grant =
            Grant { interface: "events".into(), items: vec!["*".into()], fields: Vec::new(), valid_until: None };
        let id = self.identity.add_system(&someone(), draft, vec![grant], true).await.unwrap();
        let secret = self.identity.add_secret(&someone(), id, NewSecret::default()).await.unwrap();
        (id, secret.secret)
    }

    fn signed(&self, call: &Call) -> Request<Body> {
        let timestamp = (self.test.platform.now().unix_timestamp() + call.off).to_string();
        let signing = Signing {
            app_id: call.app_id,
            secret: call.secret,
            timestamp: &timestamp,
            nonce: call.nonce,
            user: ["u", "", ""],
            body: call.body.as_bytes(),
        };
        let mut request = Request::post("/signed").body(Body::from(call.body.to_owned())).unwrap();
        for (name, value) in call.formula.headers(&signing) {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let address: SocketAddr = format!("{}:5000", call.from).parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        request
    }

    /// Reasons the audit log holds about an app id, oldest first.
    async fn refusals(&self, app_id: &str) -> usize {
        let subject = format!("system:{app_id}");
        let lines = platform::work::audit::about(self.test.platform.db.read(), &subject).await.unwrap();
        lines.iter().filter(|(action, _)| action == "gateway.refused").count()
    }
}

/// One call to make.
#[derive(Clone)]
struct Call<'a> {
    app_id: &'a str,
    secret: &'a str,
    nonce: &'a str,
    off: i64,
    from: &'a str,
    formula: Formula,
    body: &'a str,
}

impl<'a> Call<'a> {
    fn new(app_id: &'a str, secret: &'a str, nonce: &'a str) -> Self {
        Self { app_id, secret, nonce, off: 0, from: "10.1.2.3", formula: Formula::Tif, body: "{}" }
    }
}

fn someone() -> Principal {
    Principal {
        id: Uuid::nil(),
        audience: Audience::Desk,
        name: "唐宁".into(),
        org_id: None,
        visible_orgs: Vec::new(),
        region: String::new(),
        roles: Vec::new(),
        permissions: Vec::new(),
        real_name: true,
        bounds: Default::default(),
    }
}

fn sha256_hex(text: &str) -> String {
    to_hex(&base::crypto::sha256(text.as_bytes()))
}
