//! The domain through its services and its router, on both databases.

mod drafts;
mod http;
mod issue;
mod overprint;
mod verify;

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use design::Design;
use identity::Identity;
use platform::Platform;
use platform::db::migrate::Migration;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::web::policy::Bounds;
use serde_json::{Value, json};
use testkit::{Backend, TestPlatform};
use time::macros::date;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{Holder, HolderKind, IssueRequest, Licences};

const FOOD: &str = "food-operation-permit";

/// A city with its bodies, two licence types and a bound seal.
struct Office {
    test: TestPlatform,
    licences: Licences,
    router: Router,
    org: Uuid,
}

struct Answer {
    status: StatusCode,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("not JSON: {:?}", self.status))
    }
}

/// Everybody who signs in is who the id says; staff see the office, known after the import, and a
/// stranger sees another one.
struct Anybody(Arc<OnceLock<Uuid>>);

#[async_trait]
impl PrincipalSource for Anybody {
    async fn principal(&self, _: &Platform, audience: Audience, account: Uuid) -> platform::Result<Option<Principal>> {
        let office = *self.0.get().expect("the city is imported before anybody signs in");
        let permissions: &[&str] = match audience {
            Audience::Portal => &["my_licence.read"],
            Audience::Desk => &["case.read", "licence.draft", "licence.overprint"],
        };
        Ok(Some(Principal {
            id: account,
            audience,
            name: "陈志远".into(),
            org_id: None,
            visible_orgs: vec![if account == stranger() { Uuid::from_u128(77) } else { office }],
            region: "449902000000".into(),
            roles: Vec::new(),
            permissions: permissions.iter().map(|key| (*key).to_owned()).collect(),
            real_name: true,
            bounds: Bounds {
                items: if account == of_another_item() {
                    [(office, ["fire-safety-check".to_owned()].into())].into()
                } else {
                    Default::default()
                },
                ..Bounds::default()
            },
        }))
    }
}

/// Somebody of the office who is limited to another item.
fn of_another_item() -> Uuid {
    Uuid::from_u128(10)
}

/// Somebody with nothing to do with the case.
fn stranger() -> Uuid {
    Uuid::from_u128(9)
}

/// The applicant's account.
fn applicant() -> Uuid {
    Uuid::from_u128(5)
}

fn pack(file: &str) -> String {
    let path = format!("{}/../../../packs/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Office {
    async fn new(backend: Backend) -> Self {
        let office = Self::without_seal(backend).await;
        office.licences.ensure_seal(office.org).await.unwrap();
        office
    }

    async fn without_seal(backend: Backend) -> Self {
        let steps: Vec<Migration> = [identity::MIGRATIONS, design::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let platform = test.platform.clone();
        // The first source stays: sessions of these tests need no accounts.
        let office = Arc::new(OnceLock::new());
        platform.sessions.plug(Arc::new(Anybody(office.clone())));
        let identity = Identity::new(platform.clone());
        identity.import_regions(identity::import::regions_from_city(&pack("city/city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&pack("city/orgs.yaml")).await.unwrap();
        let org = identity.org_by_uscc("11449902MB9900128N").await.unwrap().unwrap().id;
        office.set(org).unwrap();
        let licences = Licences::new(platform.clone(), Design::new(platform), identity);
        for (key, face) in [
            (FOOD, "licences/food-operation-permit/licence.typ"),
            ("fire-safety-opinion", "platform/papers/licence.typ"),
        ] {
            licences.import_type(&pack(&format!("licences/{key}/licence.yaml")), &pack(face)).await.unwrap();
        }
        let router = Router::from(crate::routes(licences.clone()));
        Self { test, licences, router, org }
    }

    /// The shop's approved application.
    fn request(&self, case: u128) -> IssueRequest {
        let fields = json!({
            "handle_item": "new-catering",
            "form": {
                "operator_name": "示例区海燕小厨餐饮店",
                "operator_uscc": "92449902MA9900KX9E",
                "legal_representative": "王海燕",
                "domicile": "示例市示例区示例街道和平路 18 号 1 层",
                "premises_address": "示例市示例区示例街道和平路 18 号 1 层",
                "main_format": "catering",
                "catering_projects": ["热食类食品制售", "自制饮品制售"],
            },
        });
        IssueRequest {
            type_key: FOOD.into(),
            case_id: Uuid::from_u128(case),
            case_number: format!("20260921{case:06}"),
            item_name: "食品经营许可".into(),
            item_slug: FOOD.into(),
            org_id: self.org,
            taken_at: None,
            holder: Holder {
                kind: HolderKind::Enterprise,
                name: "示例区海燕小厨餐饮店".into(),
                id: "92449902MA9900KX9E".into(),
                account: Some(applicant()),
            },
            fields: fields.as_object().unwrap().clone(),
            issued_on: date!(2026 - 09 - 21),
            replaces: None,
        }
    }

    /// The same without what the licence needs.
    fn incomplete(&self, case: u128) -> IssueRequest {
        let mut request = self.request(case);
        request.fields["form"].as_object_mut().unwrap().remove("domicile");
        request
    }

    async fn cookie(&self, audience: Audience, account: Uuid) -> String {
        let platform = &self.test.platform;
        let set = platform.sessions.start(platform, audience, account).await.unwrap();
        set.split(';').next().unwrap().to_owned()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec();
        Answer { status, bytes }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
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
        self.send(request).await
    }

    async fn check(&self, file: &[u8]) -> Answer {
        let mut body = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n".to_vec();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--cut--\r\n");
        let request = Request::post("/api/v1/licences/verify-file")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }
}
