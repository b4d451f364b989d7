//! The domain through its router, on both databases.

mod admin;
mod downloads;
mod guide;
mod packs;
mod search;
mod sheets;

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use design::Design;
use identity::Identity;
use platform::db::migrate::Migration;
use platform::web::guard::Audience;
use serde_json::Value;
use testkit::{Backend, TestPlatform};
use tower::ServiceExt;

use crate::{Catalogue, packs as pack};

const PASSWORD: &str = "Open-Sesame-1";

struct Desk {
    test: TestPlatform,
    identity: Identity,
    catalogue: Catalogue,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

fn folder(path: &str) -> PathBuf {
    PathBuf::from(format!("{}/../../../packs/{path}", env!("CARGO_MANIFEST_DIR")))
}

fn file(path: &str) -> String {
    std::fs::read_to_string(folder(path)).unwrap()
}

impl Desk {
    /// The example city without items. `editor` sees the whole city, `district` one district's
    /// market bureau, `clerk` may only read.
    async fn new(backend: Backend) -> Self {
        let steps: Vec<Migration> = [identity::MIGRATIONS, design::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(identity::import::regions_from_city(&file("city/city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&file("city/orgs.yaml")).await.unwrap();
        identity.import_windows(&file("city/windows.yaml")).await.unwrap();
        let staff = "schema: tongban-staff/1\nstaff:\n\
            - {login: editor, name: 林编辑, org: city-office, roles: [item_editor], windows: [], region: '449900000000'}\n\
            - {login: district, name: 何编辑, org: qscj, roles: [item_editor, reviewer], windows: []}\n\
            - {login: clerk, name: 陈志远, org: qscj-food, roles: [clerk], windows: []}\n";
        identity.import_staff(staff, PASSWORD).await.unwrap();
        let catalogue = Catalogue::new(test.platform.clone(), identity.clone(), Design::new(test.platform.clone()));
        catalogue.use_navigation(pack::read_navigation(&folder("platform/themes.yaml")).unwrap());
        catalogue.know_licence_types(pack::licence_types(&folder("licences")).unwrap());
        let router = Router::from(crate::routes(catalogue.clone()));
        Self { test, identity, catalogue, router }
    }

    /// With the items of the example city.
    async fn with_items(backend: Backend) -> Self {
        let desk = Self::new(backend).await;
        for pack in pack::read_set(&folder("items")).unwrap() {
            let item = pack.item.as_ref().unwrap();
            desk.catalogue.publish(item, &pack.sources, "内容包").await.unwrap();
        }
        desk
    }

    /// With the packs of the example city as they are imported: papers, samples, files and all.
    async fn with_packs(backend: Backend) -> Self {
        let desk = Self::new(backend).await;
        for entry in std::fs::read_dir(folder("platform/papers")).unwrap().flatten() {
            let path = entry.path();
            let kind = match path.extension().and_then(std::ffi::OsStr::to_str) {
                Some("typ") => design::Kind::Paper,
                Some("yaml") => design::Kind::Sheet,
                _ => continue,
            };
            let content = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            desk.catalogue.design.publish(kind, &name, &content, "内容包").await.unwrap();
        }
        for pack in pack::read_set(&folder("items")).unwrap() {
            desk.catalogue.publish_pack(&pack, "内容包").await.unwrap();
        }
        desk
    }

    /// A cookie of a staff user.
    async fn staff(&self, login: &str) -> String {
        let staff = self.identity.staff_by_login(login).await.unwrap().unwrap();
        self.session(Audience::Desk, staff.id).await
    }

    /// A cookie of a citizen.
    async fn citizen(&self, number: &str) -> String {
        let profile = serde_json::json!({
            "sub": number, "kind": "person", "name": "王海燕", "id_type": "111", "id_number": number,
            "phone": "19900000001", "real_name": true
        });
        let account = self.identity.mirror(serde_json::from_value(profile).unwrap()).await.unwrap();
        self.session(Audience::Portal, account.id).await
    }

    async fn session(&self, audience: Audience, id: uuid::Uuid) -> String {
        let cookie = self.test.platform.sessions.start(&self.test.platform, audience, id).await.unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 22).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(address(path)).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn call(&self, method: Method, path: &str, cookie: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(address(path))
            .header(header::COOKIE, cookie)
            .header("x-tongban-request", "1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }
}

/// Full address with everything that is not ASCII percent-encoded, as a browser does.
fn address(path: &str) -> String {
    let encoded: String = path
        .bytes()
        .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("/api/v1{encoded}")
}
