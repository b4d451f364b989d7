//! The domain through its router, on both databases, with the systems around it over HTTP.

mod arrivals;
mod bindings;
mod enterprise_page;
mod jumps;
mod upward;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use identity::Identity;
use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use platform::config::Config;
use platform::web::guard::{Audience, Principal};
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use simulators::{People, Simulator, department, hall, peer};
use testkit::{Backend, TestPlatform};
use uuid::Uuid;

use crate::Recognition;
use crate::jumps::{CaseFacts, Cases, JumpDraft, Mapping, Param};
use crate::links::{LinkDraft, Role};

/// Password of the test staff.
const PASSWORD: &str = "Open-Sesame-1";
/// The item handled in the department's system.
const ITEM: &str = "freight-driver-certificate";

/// A served hall with a province and a department beside it.
struct Hall {
    test: TestPlatform,
    recognition: Recognition,
    outside: Simulator,
    client: Client,
    base: String,
    served: tokio::task::JoinHandle<()>,
    /// The case there is, and whose.
    case: Arc<Mutex<Option<(Uuid, Uuid)>>>,
}

/// An answer, read whole.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    cookie: String,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

struct OneCase(Arc<Mutex<Option<(Uuid, Uuid)>>>);

#[async_trait::async_trait]
impl Cases for OneCase {
    async fn within_reach(&self, caller: &Principal, case: Uuid) -> platform::Result<Option<CaseFacts>> {
        let known = *self.0.lock().unwrap();
        Ok(known.filter(|known| *known == (case, caller.id)).map(|_| facts()))
    }

    async fn facts(&self, case: Uuid) -> platform::Result<Option<CaseFacts>> {
        let known = *self.0.lock().unwrap();
        Ok(known.filter(|known| known.0 == case).map(|_| facts()))
    }
}

fn facts() -> CaseFacts {
    CaseFacts {
        number: "449902-1".into(),
        item: ITEM.into(),
        data: json!({ "case_number": "449902-1", "state": "accepted" }),
    }
}

fn pack(file: &str) -> String {
    let path = format!("{}/../../../packs/city/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn admin() -> Principal {
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

fn grant(interface: &str, fields: &[&str]) -> Grant {
    let fields = fields.iter().map(|one| (*one).to_owned()).collect();
    Grant { interface: interface.into(), items: Vec::new(), fields, valid_until: None }
}

impl Hall {
    async fn new(backend: Backend) -> Self {
        Self::with(backend, false).await
    }

    /// `second_factor`: roles that want a second factor get nobody in without.
    async fn with(backend: Backend, second_factor: bool) -> Self {
        let outside = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = Config {
            public_url: base.clone(),
            identity_url: outside.url("identity"),
            registry_url: outside.url("registry"),
            sms_url: outside.url("sms"),
            // Tests say with the header which address a browser has.
            trusted_proxies: vec!["127.0.0.1".to_owned()],
            require_second_factor: second_factor,
            ..Config::default()
        };
        let steps = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::with_config(backend, &steps, config).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(identity::import::regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: admin, name: 唐宁, org: qscj-food, roles: [sys_admin], windows: []}\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: []}\n";
        identity.import_staff(staff, PASSWORD).await.unwrap();
        let recognition = Recognition::new(test.platform.clone(), identity.clone());
        let case = Arc::new(Mutex::new(None));
        let recognition = recognition.with_cases(Arc::new(OneCase(case.clone())));
        let router = Router::from(identity::routes(identity))
            .merge(Router::from(crate::routes(recognition.clone())))
            .layer(axum::middleware::from_fn_with_state(test.platform.clone(), platform::web::context::record));
        let served = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.unwrap();
        });
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let hall = Self { test, recognition, outside, client, base, served, case };
        hall.tell_the_time().await;
        hall.connect().await;
        hall
    }

    /// Registers the province and the department.
    async fn connect(&self) {
        self.system(peer::APP_ID, "省政务服务网", peer::SECRET, &["name", "enterprise"]).await;
        self.link(peer::APP_ID, |_| {}).await;
        self.system(department::APP_ID, "道路运政系统", department::SECRET, &["name", "id_number", "phone"]).await;
        self.link(department::APP_ID, |_| {}).await;
        self.recognition.put_jump(&admin(), ITEM, 0, self.jump()).await.unwrap();
    }

    async fn system(&self, app_id: &str, name: &str, secret: &str, fields: &[&str]) -> Uuid {
        let identity = &self.recognition.identity;
        let draft = SystemDraft {
            app_id: app_id.into(),
            name: name.into(),
            owner_org_id: identity.orgs().await.unwrap().all()[0].id,
            contact_name: "林晓".into(),
            contact_phone: "13800138000".into(),
            description: String::new(),
            callbacks: Vec::new(),
            environment: "production".into(),
            networks: vec!["127.0.0.0/8".into()],
            formula: Formula::Tif,
        };
        let grants = vec![grant("sign_on", &[]), grant("user_data", fields)];
        let id = identity.add_system(&admin(), draft, grants, true).await.unwrap();
        let secret = NewSecret { secret: Some(secret.into()), ..Default::default() };
        identity.add_secret(&admin(), id, secret).await.unwrap();
        id
    }

    async fn id_of(&self, app_id: &str) -> Uuid {
        self.recognition.identity.system_by_app_id(app_id).await.unwrap().unwrap().id
    }

    /// Writes a system's link, changed from the usual one.
    async fn link(&self, app_id: &str, change: impl FnOnce(&mut LinkDraft)) {
        let id = self.id_of(app_id).await;
        let version = self.recognition.link_draft(id).await.unwrap().map_or(0, |(_, version)| version);
        let province = app_id == peer::APP_ID;
        let place = self.outside.url(if province { "peer" } else { "department" });
        let mut draft = LinkDraft {
            role: if province { Role::Province } else { Role::Department },
            for_portal: true,
            for_desk: !province,
            our_id: hall::HALL_ID.into(),
            entry_url: format!("{place}/{}", if province { "arrive" } else { "enter" }),
            bind_url: format!("{place}/bind"),
            redeem_url: format!("{place}/redeem"),
            sync_url: if province { String::new() } else { format!("{place}/sync") },
            push_url: if province { String::new() } else { format!("{place}/push") },
            trusted: province,
            creates: !province,
            bind_network: false,
            enabled: true,
        };
        change(&mut draft);
        self.recognition.put_link(&admin(), id, version, draft).await.unwrap();
    }

    fn jump(&self) -> JumpDraft {
        let mapping = |field: &str, name: &str| Mapping { field: field.into(), name: name.into() };
        let param = |name: &str, value: &str| Param { name: name.into(), value: value.into() };
        JumpDraft {
            app_id: department::APP_ID.into(),
            target_url: format!("{}/enter", self.outside.url("department")),
            params: vec![param("sxbm", "{item}"), param("ywlx", "{handle_item}"), param("bjbh", "{case_number}")],
            mapping: vec![mapping("name", "xm"), mapping("id_number", "sfzh")],
            pushes: vec!["case".into(), "call_ticket".into()],
            note: "在道路运政系统办理。".into(),
            enabled: true,
        }
    }

    /// Tells the systems around where the hall is and what time it is.
    async fn tell_the_time(&self) {
        let at = self.test.platform.now().unix_timestamp();
        for service in ["peer", "department"] {
            let url = format!("{}/hall", self.outside.url(service));
            self.client.post(url).json(&json!({ "url": self.base, "at": at })).send().await.unwrap();
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let cookie = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .find(|pair| !pair.ends_with('='))
            .unwrap_or_default();
        Answer { status, cookie, body: answer.json().await.unwrap_or(Value::Null) }
    }

    async fn call(&self, method: Method, path: &str, cookie: &str, body: Value) -> Answer {
        let mut request = self.client.request(method.clone(), format!("{}/api/v1{path}", self.base));
        request = request.header("x-tongban-request", "1").header(COOKIE, cookie);
        self.send(if method == Method::GET { request } else { request.json(&body) }).await
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call(Method::GET, path, cookie, Value::Null).await
    }

    async fn post(&self, path: &str, cookie: &str, body: Value) -> Answer {
        self.call(Method::POST, path, cookie, body).await
    }

    /// Signs a citizen or enterprise on through the province's identity service.
    async fn citizen(&self, login: &str) -> String {
        let start = self.client.get(format!("{}/api/v1/portal/sign-on?return_to=/", self.base)).send().await.unwrap();
        let kept = start.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let authorize = start.headers()[LOCATION].to_str().unwrap().to_owned();
        let chosen = self.client.get(format!("{authorize}&login={login}")).send().await.unwrap();
        let back = chosen.headers()[LOCATION].to_str().unwrap().to_owned();
        self.send(self.client.get(back).header(COOKIE, kept)).await.cookie
    }

    async fn staff(&self, login: &str) -> String {
        self.post("/staff/sign-in", "", json!({ "login": login, "password": PASSWORD })).await.cookie
    }

    /// What a page or service around the hall answers, as a program sees it.
    async fn visit(&self, address: &str) -> Answer {
        self.send(self.client.get(address)).await
    }

    /// A ticket that the province or the department gives.
    async fn ticket(&self, service: &str, query: &str) -> (String, String) {
        let given = self.visit(&format!("{}/go?{query}", self.outside.url(service))).await;
        assert_eq!(given.status, StatusCode::OK, "{given:?}");
        let text = |name: &str| given.body[name].as_str().unwrap().to_owned();
        (text("ticket"), text("to"))
    }

    async fn arrive(&self, ticket: &str, to: &str) -> Answer {
        self.arrive_from(ticket, to, "127.0.0.1").await
    }

    async fn arrive_from(&self, ticket: &str, to: &str, address: &str) -> Answer {
        let request = self.client.post(format!("{}/api/v1/portal/arrivals", self.base));
        let request = request.header("x-forwarded-for", address).json(&json!({ "ticket": ticket, "to": to }));
        self.send(request).await
    }

    /// Runs events and jobs to the end.
    async fn settle(&self) {
        let subscriptions = self.recognition.subscriptions(Subscriptions::default());
        let handlers = self.recognition.jobs(Handlers::default());
        loop {
            let platform = &self.test.platform;
            let events = platform::work::outbox::dispatch(platform, &subscriptions, 100).await.unwrap();
            // Jobs of other domains have nobody here to run them; they fail and are no matter.
            let jobs = platform::work::jobs::run_due(platform, &handlers, 50).await.unwrap();
            if events + jobs == 0 {
                return;
            }
        }
    }

    /// Newest line of the log of tickets.
    async fn last_line(&self) -> Value {
        let admin = self.staff("admin").await;
        self.get("/tickets?limit=1", &admin).await.body["items"][0].clone()
    }

    async fn switch(&self, service: &str, down: bool) {
        let url = format!("{}/control", self.outside.url(service));
        self.client.post(url).json(&json!({ "down": down })).send().await.unwrap();
    }

    /// Accounts of the department's system.
    async fn accounts(&self) -> Vec<Value> {
        let all = self.visit(&format!("{}/accounts", self.outside.url("department"))).await;
        all.body["items"].as_array().unwrap().clone()
    }

    async fn close(self) {
        self.served.abort();
        self.test.close().await;
    }
}
