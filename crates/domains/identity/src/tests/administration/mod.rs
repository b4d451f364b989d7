//! Administration through the router, on both databases.

mod exports;
mod graded;
mod migration;
mod organisations;
mod policies;
mod property;
mod roles;
mod staff;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use testkit::Backend;
use uuid::Uuid;

use super::{Answer, City, PASSWORD, pack};

/// The city's offices with the three separated administrators, a department's administrator, and some
/// people who work.
pub(super) async fn administered(backend: Backend) -> City {
    let city = City::new(backend).await;
    city.identity.import_regions(crate::import::regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
    city.identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
    city.identity.import_windows(&pack("windows.yaml")).await.unwrap();
    let staff = "schema: tongban-staff/1\nstaff:\n\
        - {login: sysadmin, name: 罗凯, org: city-office, roles: [sys_admin]}\n\
        - {login: secadmin, name: 冯岩, org: city-office, roles: [sec_admin]}\n\
        - {login: auditor, name: 曹颖, org: city-office, roles: [auditor]}\n\
        - {login: orgadmin, name: 袁立, org: qscj, roles: [org_admin]}\n\
        - {login: section, name: 顾青, org: qscj-food, roles: [org_admin]}\n\
        - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: [district-hall-6], phone: '19900000101'}\n\
        - {login: approver, name: 刘文斌, org: qscj, roles: [approver]}\n\
        - {login: outsider, name: 林远, org: scj-reg, roles: [clerk]}\n";
    city.identity.import_staff(staff, PASSWORD).await.unwrap();
    let body = city.org("qscj").await;
    city.identity.link_item("food-operation-permit", body).await.unwrap();
    city.identity.link_item("individual-business-setup", body).await.unwrap();
    city
}

impl City {
    /// Id of an organisation.
    pub(super) async fn org(&self, key: &str) -> Uuid {
        self.identity.orgs().await.unwrap().by_key(key).unwrap().id
    }

    /// Id of a staff user.
    pub(super) async fn person(&self, login: &str) -> Uuid {
        self.identity.staff_by_login(login).await.unwrap().unwrap().id
    }

    /// Signs somebody in at the desk; the cookie.
    pub(super) async fn desk(&self, login: &str) -> String {
        let answer = self.sign_in(login, PASSWORD).await;
        answer.cookie("tb_desk").unwrap_or_else(|| panic!("{login}: {}", answer.text))
    }

    /// A call that must succeed; its JSON.
    pub(super) async fn done(&self, method: Method, path: &str, cookie: &str, body: Value) -> Value {
        let answer = self.call(method.clone(), &format!("/api/v1{path}"), cookie, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text);
        serde_json::from_str(&answer.text).unwrap_or(Value::Null)
    }

    /// A list or thing that must be shown.
    pub(super) async fn shown(&self, path: &str, cookie: &str) -> Value {
        let answer = self.get(&format!("/api/v1{path}"), cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// A call that must be refused; its problem.
    pub(super) async fn refused(&self, method: Method, path: &str, cookie: &str, body: Value, status: u16) -> Value {
        let answer = self.call(method.clone(), &format!("/api/v1{path}"), cookie, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
        answer.json()
    }

    /// A staff user as the administration shows it.
    pub(super) async fn account(&self, login: &str, cookie: &str) -> Value {
        let id = self.person(login).await;
        self.shown(&format!("/admin/staff/{id}"), cookie).await
    }

    /// Gives somebody a mandate by the security administrator.
    pub(super) async fn mandate(&self, login: &str, org: &str, roles: &[&str], may_delegate: bool) -> Value {
        let cookie = self.desk("secadmin").await;
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let permissions = crate::roles::permissions(platform::web::guard::Audience::Desk, &roles);
        let body = json!({ "staff_id": self.person(login).await, "org_id": self.org(org).await,
            "permissions": permissions, "may_delegate": may_delegate });
        self.done(Method::POST, "/admin/mandates", &cookie, body).await
    }

    /// A creating request with an idempotency key.
    pub(super) async fn keyed(&self, path: &str, cookie: &str, key: &str, body: &Value) -> Answer {
        let request = Request::post(format!("/api/v1{path}"))
            .header(header::COOKIE, cookie)
            .header("x-tongban-request", "1")
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// A request from an address, with a browser's name.
    pub(super) async fn from(
        &self,
        address: &str,
        agent: &str,
        method: Method,
        path: &str,
        cookie: &str,
        body: Value,
    ) -> Answer {
        let peer: std::net::SocketAddr = format!("{address}:40000").parse().unwrap();
        let request = Request::builder()
            .extension(axum::extract::ConnectInfo(peer))
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::COOKIE, cookie)
            .header(header::USER_AGENT, agent)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }
}

/// Pointers of the wrong fields of a problem.
pub(super) fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect()
}
