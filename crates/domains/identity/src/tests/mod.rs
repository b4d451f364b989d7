//! The domain through its router, on both databases, with the real simulator over HTTP.

mod account;
mod administration;
mod capacity;
mod enterprise;
mod import;
mod openid;
mod real_name;
mod second_factor;
mod sign_in;
mod sign_on;
mod two_systems;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use platform::config::Config;
use serde_json::Value;
use simulators::{People, Simulator};
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;

use crate::Identity;

/// Password of the test staff.
pub(crate) const PASSWORD: &str = "Open-Sesame-1";

/// A small city with its outside world.
pub(crate) struct City {
    pub(crate) test: TestPlatform,
    pub(crate) identity: Identity,
    router: Router,
    province: Simulator,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// `name=value` of a cookie set.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        lines
            .filter_map(|line| line.split(';').next())
            .find(|pair| pair.starts_with(&format!("{name}=")))
            .map(str::to_owned)
    }

    fn location(&self) -> String {
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }
}

fn pack(file: &str) -> String {
    let path = format!("{}/../../../packs/city/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl City {
    /// With the residents of the example city, without staff.
    pub(crate) async fn new(backend: Backend) -> Self {
        let province = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let config = Config { require_second_factor: false, ..Self::outside(&province) };
        Self::with(backend, province, config).await
    }

    /// Settings that point to the simulators.
    fn outside(province: &Simulator) -> Config {
        Config {
            identity_url: province.url("identity"),
            registry_url: province.url("registry"),
            sms_url: province.url("sms"),
            ..Config::default()
        }
    }

    async fn with(backend: Backend, province: Simulator, config: Config) -> Self {
        let test = TestPlatform::with_config(backend, crate::MIGRATIONS, config).await;
        let identity = Identity::new(test.platform.clone());
        let router = Router::from(crate::routes(identity.clone()));
        Self { test, identity, router, province }
    }

    /// With a few offices and two staff users besides.
    pub(crate) async fn with_staff(backend: Backend) -> Self {
        Self::new(backend).await.staffed().await
    }

    /// Offices and staff for a city that has none.
    async fn staffed(self) -> Self {
        let city = self;
        city.identity.import_regions(crate::import::regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
        city.identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
        city.identity.import_windows(&pack("windows.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: [district-hall-6], region: '449902000000'}\n\
            - {login: reviewer, name: 周敏, org: qscj-food, roles: [reviewer], windows: []}\n\
            - {login: sysadmin, name: 罗凯, org: qscj, roles: [sys_admin], windows: []}\n\
            - {login: secadmin, name: 冯岩, org: qscj, roles: [sec_admin], windows: []}\n";
        city.identity.import_staff(staff, PASSWORD).await.unwrap();
        city
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    /// As a browser asks for a page.
    pub(crate) async fn browse(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html,*/*");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, cookie: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Goes to the province and signs in there; returns the way back and the sign-on's cookie.
    pub(crate) async fn at_the_province(&self, return_to: &str, login: &str) -> (String, String) {
        let begun = self.get(&format!("/api/v1/portal/sign-on?return_to={return_to}"), "").await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = browser.get(format!("{}&login={login}", begun.location())).send().await.unwrap();
        let back = answer.headers()[header::LOCATION].to_str().unwrap();
        let path = back.strip_prefix(&self.test.platform.config.public_url).unwrap().to_owned();
        (path, begun.cookie("tb_sign_on").unwrap())
    }

    /// Signs a citizen on; returns the session cookie.
    pub(crate) async fn signed_on(&self, login: &str) -> String {
        let (back, kept) = self.at_the_province("/", login).await;
        let answer = self.get(&back, &kept).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.cookie("tb_portal").unwrap()
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "login": login, "password": password });
        self.call(Method::POST, "/api/v1/staff/sign-in", "", body).await
    }

    /// Signs the clerk in; returns the session cookie.
    pub(crate) async fn signed_in(&self) -> String {
        self.sign_in("clerk", PASSWORD).await.cookie("tb_desk").unwrap()
    }

    /// Switches the province off or on.
    pub(crate) async fn province_down(&self, down: bool) {
        let url = format!("{}/control", self.province.url("identity"));
        let body = serde_json::json!({ "down": down });
        self.test.platform.http.post(url).json(&body).send().await.unwrap();
    }
}
