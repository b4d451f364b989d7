//! Entry from the document system and the to-dos its desktop shows.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use identity::systems::{Formula, Signing};
use serde_json::{Value, json};
use testkit::{Backend, backends};
use time::Duration;

use super::{Answer, City, refused};

const APP: &str = "document-system";
const SECRET: &str = "document-system-demo-secret";

impl City {
    /// A city whose district government runs a document system.
    async fn with_office(backend: Backend, formula: Formula) -> Self {
        let city = Self::new(backend).await;
        city.system(APP, SECRET, formula, "district-gov", true).await;
        city
    }

    /// A call of the document system about a staff user.
    async fn office(&self, formula: Formula, nonce: &str, path: &str, login: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let timestamp = self.test.platform.now().unix_timestamp().to_string();
        let call = Signing {
            app_id: APP,
            secret: SECRET,
            timestamp: &timestamp,
            nonce,
            user: [login, "", ""],
            body: body.as_bytes(),
        };
        let method = if body.is_empty() { Method::GET } else { Method::POST };
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1{path}")).body(Body::from(body.clone())).unwrap();
        for (name, value) in formula.headers(&call) {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let address: SocketAddr = "127.0.0.1:5000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        self.serve(request).await
    }

    async fn entry_ticket(&self, nonce: &str, login: &str, to: &str) -> String {
        let asked = self.office(Formula::TifUser, nonce, "/open/staff-tickets", login, Some(json!({ "to": to }))).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        asked.json()["ticket"].as_str().unwrap().to_owned()
    }

    async fn enter(&self, ticket: &str) -> Answer {
        self.post("/staff/document/sign-on", "", json!({ "ticket": ticket })).await
    }
}

/// A ticket leads its person to the page named, once and within a minute; the entry is in the records.
///
/// req: IDENT-017
#[tokio::test]
async fn a_ticket_of_the_document_system_leads_to_the_task_once() {
    for backend in backends() {
        let city = City::with_office(backend, Formula::TifUser).await;
        let ticket = city.entry_ticket("n-1", "clerk", "/desk/cases/7").await;
        let came = city.enter(&ticket).await;
        assert_eq!((came.status, came.json()["to"].as_str()), (StatusCode::OK, Some("/cases/7")), "{}", came.text);
        let me = city.get("/staff/me", &came.cookie()).await.json();
        assert_eq!(me["name"], "陈志远");
        let records = city.get("/staff/me/sign-ins", &came.cookie()).await.json();
        assert_eq!(
            (records["items"][0]["way"].as_str(), records["items"][0]["system"]["app_id"].as_str()),
            (Some("document"), Some(APP))
        );

        assert_eq!(city.enter(&ticket).await.refusal(), refused(401, "document_ticket_refused"), "a second time");
        let late = city.entry_ticket("n-2", "clerk", "").await;
        city.test.clock.advance(Duration::seconds(61));
        assert_eq!(city.enter(&late).await.refusal(), refused(401, "document_ticket_refused"));
        assert_eq!(city.enter("made-up").await.refusal(), refused(401, "document_ticket_refused"));
        let outside = city.entry_ticket("n-3", "clerk", "https://evil.example").await;
        assert_eq!(city.enter(&outside).await.json()["to"], "/", "never to another site");
        city.test.close().await;
    }
}

/// Who may be asked about: staff of the system's own government, by a signature that covers the name.
///
/// req: IDENT-017
#[tokio::test]
async fn the_document_system_speaks_for_its_own_staff_only() {
    for backend in backends() {
        let city = City::with_office(backend, Formula::TifUser).await;
        let desk = "/open/staff-desk";
        let seen = city.office(Formula::TifUser, "n-1", desk, "clerk", None).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        let seen = seen.json();
        assert_eq!((seen["todo_total"].as_u64(), seen["todos"][0]["title"].as_str()), (Some(7), Some("受理：陈志远")));

        let replayed = city.office(Formula::TifUser, "n-1", desk, "clerk", None).await;
        assert_eq!(replayed.refusal(), refused(401, "400001"));
        // The city's staff do not belong to the district; nobody learns whether a login exists.
        for (nonce, login) in [("n-2", "city-clerk"), ("n-3", "nobody")] {
            let strange = city.office(Formula::TifUser, nonce, desk, login, None).await;
            assert_eq!(strange.refusal(), refused(404, "not_found"), "{login}");
            let nonce = format!("{nonce}t");
            let ticket = city.office(Formula::TifUser, &nonce, "/open/staff-tickets", login, Some(json!({})));
            assert_eq!(ticket.await.refusal(), refused(404, "not_found"), "{login}");
        }
        let nameless = city.office(Formula::TifUser, "n-4", desk, "", None).await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
        city.identity.set_staff_disabled(city.staff_id("clerk").await, true).await.unwrap();
        assert_eq!(
            city.office(Formula::TifUser, "n-5", desk, "clerk", None).await.refusal(),
            refused(404, "not_found")
        );
        city.test.close().await;
    }
}

/// A formula that leaves the name out, a system without the interface, one switched off after the
/// ticket, a person disabled after it.
///
/// req: IDENT-017
#[tokio::test]
async fn a_weaker_signature_and_what_was_switched_off_open_nothing() {
    for backend in backends() {
        let city = City::with_office(backend, Formula::Tif).await;
        let weak = city.office(Formula::Tif, "n-1", "/open/staff-desk", "clerk", None).await;
        assert_eq!(weak.status, StatusCode::FORBIDDEN);
        city.test.close().await;

        let city = City::new(backend).await;
        let id = city.system(APP, SECRET, Formula::TifUser, "district-gov", false).await;
        let bare = city.office(Formula::TifUser, "n-1", "/open/staff-desk", "clerk", None).await;
        assert_eq!(bare.status, StatusCode::FORBIDDEN, "registered, but not granted");
        let unsigned = city.get("/open/staff-desk", "").await;
        assert_eq!(unsigned.refusal(), refused(401, "400001"));
        assert!(!id.is_nil());
        city.test.close().await;

        let city = City::new(backend).await;
        let id = city.system(APP, SECRET, Formula::TifUser, "district-gov", true).await;
        let ticket = city.entry_ticket("n-1", "clerk", "/tasks").await;
        let gone = city.entry_ticket("n-2", "clerk2", "/tasks").await;
        city.identity.set_staff_disabled(city.staff_id("clerk2").await, true).await.unwrap();
        assert_eq!(city.enter(&gone).await.refusal(), refused(403, "staff_disabled"));
        let admin = city.sign_in("sysadmin").await;
        let view = city.get(&format!("/systems/{id}"), &admin).await.json();
        let off = json!({ "version": view["version"], "reason": "合同到期，停止接入" });
        assert_eq!(city.post(&format!("/systems/{id}/disable"), &admin, off).await.status, StatusCode::OK);
        assert_eq!(city.enter(&ticket).await.refusal(), refused(401, "document_ticket_refused"));
        city.test.close().await;
    }
}

/// Another system proves one thing; a role that demands two is not entered that way.
///
/// req: IDENT-017, IDENT-033
#[tokio::test]
async fn a_role_with_a_second_factor_is_not_entered_by_ticket() {
    for backend in backends() {
        let city = City::with(backend, true).await;
        city.system(APP, SECRET, Formula::TifUser, "city-gov", true).await;
        let ticket = city.entry_ticket("n-1", "sysadmin", "/").await;
        assert_eq!(city.enter(&ticket).await.refusal(), refused(403, "second_factor_needed"));
        let ticket = city.entry_ticket("n-2", "clerk", "/").await;
        assert_eq!(city.enter(&ticket).await.status, StatusCode::OK, "the clerk's role demands none");
        city.test.close().await;
    }
}
