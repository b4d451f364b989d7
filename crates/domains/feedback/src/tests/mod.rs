//! The domain through its router, on both databases, over cases that exist only here.

mod desk;
mod invite;
mod my;
mod open;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use platform::Platform;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::web::policy::Bounds;
use serde_json::{Value, json};
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{EndedCase, Feedback, RatedCase, RatedCases, Reasons};

/// Applicant of all cases here.
const APPLICANT: Uuid = Uuid::from_u128(5);
/// Somebody else.
const STRANGER: Uuid = Uuid::from_u128(9);
/// Of the organisation, but limited to another item.
const NARROWED: Uuid = Uuid::from_u128(10);
/// A clerk of the organisation rated.
const CLERK: Uuid = Uuid::from_u128(3);
/// Who calls raters back.
const SUPERVISOR: Uuid = Uuid::from_u128(4);
const ORG: Uuid = Uuid::from_u128(77);

#[derive(Default)]
struct Cases(
    Mutex<BTreeMap<Uuid, RatedCase>>,
    Mutex<BTreeMap<Uuid, EndedCase>>,
    /// Where applicants were asked to rate.
    Mutex<Vec<String>>,
);

#[async_trait]
impl RatedCases for Cases {
    async fn case_of_account(&self, case_id: Uuid, account: Uuid) -> platform::Result<Option<RatedCase>> {
        Ok(self.0.lock().unwrap().get(&case_id).filter(|_| account == APPLICANT).cloned())
    }

    async fn case_by_number(&self, number: &str) -> platform::Result<Option<RatedCase>> {
        Ok(self.0.lock().unwrap().values().find(|case| case.case_number == number).cloned())
    }

    async fn ended_case(&self, case_id: Uuid) -> platform::Result<Option<EndedCase>> {
        Ok(self.1.lock().unwrap().get(&case_id).copied())
    }

    async fn invite(&self, _: Uuid, link: &str) -> platform::Result<()> {
        self.2.lock().unwrap().push(link.to_owned());
        Ok(())
    }
}

struct Anybody;

#[async_trait]
impl PrincipalSource for Anybody {
    async fn principal(&self, _: &Platform, audience: Audience, account: Uuid) -> platform::Result<Option<Principal>> {
        let permissions: &[&str] = match account {
            SUPERVISOR => &["rating.read", "rating.trace"],
            CLERK | STRANGER | NARROWED if audience == Audience::Desk => &["rating.read"],
            _ => &["my_case.rate"],
        };
        Ok(Some(Principal {
            id: account,
            audience,
            name: "陈志远".into(),
            org_id: None,
            visible_orgs: if account == STRANGER { Vec::new() } else { vec![ORG] },
            region: "449902000000".into(),
            roles: Vec::new(),
            permissions: permissions.iter().map(|key| (*key).to_owned()).collect(),
            real_name: true,
            bounds: Bounds {
                items: if account == NARROWED {
                    [(ORG, ["fire-safety-check".to_owned()].into())].into()
                } else {
                    Default::default()
                },
                ..Bounds::default()
            },
        }))
    }
}

struct City {
    test: TestPlatform,
    feedback: Feedback,
    router: Router,
    cases: Arc<Cases>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

impl City {
    async fn new(backend: Backend) -> Self {
        let test = TestPlatform::new(backend, crate::MIGRATIONS).await;
        test.platform.sessions.plug(Arc::new(Anybody));
        let yaml = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../packs/platform/rating-reasons.yaml");
        let reasons = Reasons::parse(&std::fs::read_to_string(yaml).unwrap()).unwrap();
        let cases = Arc::new(Cases::default());
        let feedback = Feedback::new(test.platform.clone(), cases.clone(), reasons);
        let router = Router::from(crate::routes(feedback.clone()));
        Self { test, feedback, router, cases }
    }

    /// A case of 王海燕; returns its id.
    fn case(&self, order: u128, finished: bool) -> Uuid {
        let id = Uuid::from_u128(1000 + order);
        let case = RatedCase {
            id,
            case_number: format!("SL{order:06}"),
            item_slug: "food-operation-permit".into(),
            item_name: "食品经营许可".into(),
            applicant_name: "王海燕".into(),
            org_id: ORG,
            closed_at: finished.then(testkit::story_start),
            finished,
        };
        self.cases.0.lock().unwrap().insert(id, case);
        id
    }

    async fn cookie(&self, audience: Audience, account: Uuid) -> String {
        let platform = &self.test.platform;
        let set = platform.sessions.start(platform, audience, account).await.unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    async fn call(&self, method: &str, path: &str, cookie: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, json }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call("GET", path, cookie, json!({})).await
    }

    /// Rates as the applicant.
    async fn rate(&self, case: Uuid, body: Value) -> Answer {
        let cookie = self.cookie(Audience::Portal, APPLICANT).await;
        self.call("PUT", &format!("/api/v1/my/cases/{case}/rating"), &cookie, body).await
    }

    /// Opens by number and name, with a captcha answered right.
    async fn open(&self, number: &str, name: &str, rating: Value) -> Answer {
        let asked = platform::captcha::ask(&self.test.platform).await.unwrap();
        let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c);
        let numbers: Vec<usize> = asked.question.chars().filter_map(digit).collect();
        let sum = if asked.question.contains('加') { numbers[0] + numbers[1] } else { numbers[0] - numbers[1] };
        let body = json!({
            "case_number": number, "applicant_name": name, "captcha_id": asked.id,
            "captcha_answer": sum.to_string(), "rating": rating,
        });
        self.call("POST", "/api/v1/ratings/open", "", body).await
    }
}
