//! The domain on both databases: the log proven, alarms raised, keys changed, the self-check asked.

mod alarms;
mod check;
mod classification;
mod copies;
mod discovery;
mod keys;
mod log;
mod logs;
mod privacy;
mod risks;
mod transfer;

use std::path::Path;
use std::sync::Arc;

use base::crypto::Sm2Key;
use identity::Identity;
use platform::sessions::PrincipalSource;
use platform::web::context::{self, Context};
use platform::web::guard::{Audience, Principal};
use platform::work::audit::Line;
use platform::work::jobs::Handlers;
use serde_json::Value;
use testkit::{Backend, TestPlatform, backends};

use crate::Security;
use crate::privacy::Personal;

fn packs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs")
}

fn city(file: &str) -> String {
    std::fs::read_to_string(packs().join("city").join(file)).unwrap()
}

/// The working calendar of 2026.
struct Days;

#[async_trait::async_trait]
impl platform::personal::WorkingDays for Days {
    async fn after(&self, day: time::Date, days: u32) -> platform::Result<time::Date> {
        let text = std::fs::read_to_string(packs().join("platform/calendars/2026.yaml")).unwrap();
        let year = base::calendar::YearCalendar::from_yaml(&text).unwrap();
        Ok(base::calendar::Calendar::new(&[year]).unwrap().add_working_days(day, days).unwrap())
    }
}

/// A small city with its administrators.
struct World {
    test: TestPlatform,
    identity: Identity,
    security: Security,
}

const STAFF: &str = "schema: tongban-staff/1\nstaff:\n\
    - {login: clerk, name: 陈志远, org: qscj-food, phone: '19900000101', roles: [clerk]}\n\
    - {login: sysadmin, name: 罗凯, org: city-office, phone: '19900000102', roles: [sys_admin]}\n\
    - {login: secadmin, name: 冯岩, org: city-office, phone: '19900000103', roles: [sec_admin]}\n\
    - {login: steward, name: 丁岚, org: city-office, phone: '19900000106', roles: [data_steward]}\n\
    - {login: keykeeper, name: 姚静, org: city-office, phone: '19900000104', roles: [key_keeper]}\n\
    - {login: auditor, name: 曹颖, org: city-office, phone: '19900000105', roles: [auditor]}\n\
    - {login: privacy, name: 潘悦, org: city-office, roles: [privacy_officer]}\n";

impl World {
    async fn new(backend: Backend) -> Self {
        let steps = [identity::MIGRATIONS, crate::MIGRATIONS].concat();
        let test = TestPlatform::new(backend, &steps).await;
        let identity = Identity::new(test.platform.clone());
        identity.import_regions(identity::import::regions_from_city(&city("city.yaml")).unwrap()).await.unwrap();
        identity.import_orgs(&city("orgs.yaml")).await.unwrap();
        identity.import_staff(STAFF, "Open-Sesame-1").await.unwrap();
        let held = [platform::personal::HELD, identity::HELD, crate::privacy::HELD].concat();
        let signer = Arc::new(Sm2Key::from_bytes(&[7; 32]).unwrap());
        let security = Security::new(
            test.platform.clone(),
            identity.clone(),
            signer,
            [platform::messages::SEALED, identity::SEALED, crate::SEALED].concat(),
            Personal {
                held,
                sources: vec![Arc::new(identity.clone())],
                keepers: vec![Arc::new(identity.clone())],
                days: Arc::new(Days),
            },
            &packs().join("platform"),
        )
        .unwrap()
        .with_owners(&steps);
        Self { test, identity, security }
    }

    async fn staff(&self, login: &str) -> Principal {
        let id = self.identity.staff_by_login(login).await.unwrap().unwrap().id;
        self.identity.principal(&self.test.platform, Audience::Desk, id).await.unwrap().unwrap()
    }

    /// Leaves a line as a request from an address would.
    async fn act(&self, by: &Principal, address: &str, action: &'static str, subject: &str, detail: Value) {
        let platform = &self.test.platform;
        // Ids of one millisecond stand in either order; acts of people lie further apart.
        self.test.clock.advance(time::Duration::seconds(1));
        let line = Line::by(by, platform.new_id(), action, subject.to_owned(), detail);
        let context = Arc::new(Context::new(address.parse().ok(), "Mozilla/5.0 Chrome/129.0"));
        let written = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move {
                tx.audit(line);
                Ok(())
            })
        });
        context::scope(context, written).await.unwrap();
    }

    async fn sql(&self, sql: &str) -> platform::Result<()> {
        self.test.platform.db.execute_batch(self.test.platform.now(), vec![sql.to_owned()]).await
    }

    fn hours(&self, hours: i64) {
        self.test.clock.advance(time::Duration::hours(hours));
    }

    async fn jobs(&self) {
        let handlers = self.security.jobs(Handlers::default());
        while platform::work::jobs::run_due(&self.test.platform, &handlers, 10).await.unwrap() > 0 {}
    }
}

async fn on_both(test: impl AsyncFn(&World)) {
    for backend in backends() {
        let world = World::new(backend).await;
        test(&world).await;
        world.test.close().await;
    }
}
