//! Own accounts of the department's system.

use super::*;

const OPEN: &str = "/portal/systems/transport-dept/open";
const BIND: &str = "/portal/systems/transport-dept/bind";

impl Hall {
    /// Goes to the department's system; what it shows.
    async fn go_there(&self, cookie: &str, path: &str) -> Answer {
        let opened = self.post(path, cookie, json!({})).await;
        assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
        self.visit(opened.body["url"].as_str().unwrap()).await
    }

    /// Answers the department's question for account and password.
    async fn show_account(&self, asked: &Answer, login: &str, password: &str) -> Answer {
        let form = [("waiting", asked.body["waiting"].as_str().unwrap()), ("login", login), ("password", password)];
        self.send(self.client.post(format!("{}/sign-in", self.outside.url("department"))).form(&form)).await
    }

    async fn bindings(&self, cookie: &str) -> Vec<Value> {
        self.get("/portal/me/bindings", cookie).await.body["items"].as_array().unwrap().clone()
    }
}

/// The owner binds an account that was there before the hall, goes straight through from then on, and
/// ends it; afterwards nothing is bound again without the password over there.
///
/// req: IDENT-005, IDENT-007
#[tokio::test]
async fn an_own_account_is_bound_with_its_password_used_and_unbound() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let cookie = hall.citizen("wang-haiyan").await;
        let systems = hall.get("/portal/me/bindings", &cookie).await.body["systems"].clone();
        let there = systems.as_array().unwrap().iter().find(|one| one["app_id"] == "transport-dept").unwrap();
        assert_eq!(there["can_bind"], true);
        assert_eq!(
            there["handed_over"],
            json!(["姓名", "证件类型", "证件号码", "手机号码"]),
            "said before it is given"
        );
        let asked = hall.go_there(&cookie, BIND).await;
        assert_eq!(asked.body["ask"], "sign_in", "{asked:?}");
        let again = hall.show_account(&asked, "wanghy", "guessed").await;
        assert_eq!(again.body["ask"], "sign_in", "a wrong password binds nothing");
        assert!(hall.bindings(&cookie).await.is_empty());
        let done = hall.show_account(&again, "wanghy", department::PASSWORD).await;
        let back = format!("{}/my/systems?bound=transport-dept", hall.base);
        assert_eq!(done.body["return_to"], back, "{done:?}");
        let bound = hall.bindings(&cookie).await;
        let line = (&bound[0]["external_name"], &bound[0]["system_name"], &bound[0]["way_label"]);
        assert_eq!(line, (&json!("wanghy"), &json!("道路运政系统"), &json!("在那边登录后绑定")));
        // Straight through, into that account, and the list says when.
        hall.test.clock.advance(time::Duration::seconds(90));
        hall.tell_the_time().await;
        let there = hall.go_there(&cookie, OPEN).await;
        assert_eq!((&there.body["account"]["login"], &there.body["way"]), (&json!("wanghy"), &json!("bound")));
        let used = hall.bindings(&cookie).await;
        assert_ne!(used[0]["last_used_at"], used[0]["bound_at"], "{used:?}");
        // Nobody else ends it.
        let path = format!("/portal/me/bindings/{}/unbind", bound[0]["id"].as_str().unwrap());
        let other = hall.citizen("li-ming").await;
        assert_eq!(hall.post(&path, &other, json!({})).await.status, StatusCode::NOT_FOUND);
        assert_eq!(hall.post(&path, &cookie, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(hall.post(&path, &cookie, json!({})).await.status, StatusCode::NOT_FOUND);
        assert!(hall.bindings(&cookie).await.is_empty());
        let asked = hall.go_there(&cookie, OPEN).await;
        assert_eq!(asked.body["ask"], "sign_in", "whoever unbound is asked, nothing is made");
        let done = hall.show_account(&asked, "wanghy", department::PASSWORD).await;
        assert_eq!(done.body["return_to"], back);
        assert_eq!(hall.bindings(&cookie).await.len(), 1);
        hall.close().await;
    }
}

/// One account over there belongs to one account here, and the other way round.
///
/// req: IDENT-005
#[tokio::test]
async fn one_account_over_there_belongs_to_one_person() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let (wang, li) = (hall.citizen("wang-haiyan").await, hall.citizen("li-ming").await);
        let asked = hall.go_there(&wang, BIND).await;
        hall.show_account(&asked, "wanghy", department::PASSWORD).await;
        let asked = hall.go_there(&li, BIND).await;
        let taken = hall.show_account(&asked, "wanghy", department::PASSWORD).await;
        assert_eq!(taken.body["code"], "external_taken", "{taken:?}");
        let asked = hall.go_there(&wang, BIND).await;
        let second = hall.show_account(&asked, "zhouq", department::PASSWORD).await;
        assert_eq!(second.body["code"], "already_bound", "{second:?}");
        assert_eq!((hall.bindings(&wang).await.len(), hall.bindings(&li).await.len()), (1, 0));
        // What is kept of it opens only with the key.
        let system = hall.id_of(department::APP_ID).await;
        let index = hall.recognition.external_index(system, Audience::Portal, "old-1");
        let db = hall.test.platform.db.read();
        let row = crate::bindings::store::by_external(db, system, Audience::Portal, &index).await.unwrap().unwrap();
        assert!(!row.external_sealed.unwrap().contains("old-1") && !row.name_sealed.unwrap().contains("wanghy"));
        hall.close().await;
    }
}

/// The first jump makes the account with the registration data, or finds the one with the same papers;
/// nobody registers twice.
///
/// req: IDENT-008
#[tokio::test]
async fn the_first_visit_makes_or_finds_the_account_over_there() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let before = hall.accounts().await.len();
        let cookie = hall.citizen("li-ming").await;
        let first = hall.go_there(&cookie, OPEN).await;
        assert_eq!(first.body["way"], "created", "{first:?}");
        let own = &first.body["account"];
        assert_eq!((&own["name"], &own["id_number"]), (&json!("李明"), &json!("449902198506170153")));
        let again = hall.go_there(&cookie, OPEN).await;
        assert_eq!((&again.body["way"], &again.body["account"]["id"]), (&json!("bound"), &own["id"]));
        assert_eq!(hall.accounts().await.len(), before + 1, "once");
        // Somebody who had an account there with the same papers gets no second one.
        let cookie = hall.citizen("zhou-qiang").await;
        let found = hall.go_there(&cookie, OPEN).await;
        let known = (&found.body["way"], &found.body["account"]["login"]);
        assert_eq!(known, (&json!("matched"), &json!("zhouq")), "{found:?}");
        assert_eq!(hall.bindings(&cookie).await[0]["way_label"], "按证件号码认出");
        // A system that makes none asks.
        hall.link(department::APP_ID, |link| link.creates = false).await;
        let asked = hall.go_there(&hall.citizen("wu-fang").await, OPEN).await;
        assert_eq!(asked.body["ask"], "sign_in");
        assert_eq!(hall.accounts().await.len(), before + 1);
        hall.close().await;
    }
}

/// What changes here is told over there, also after that system was down; what was not granted is not.
///
/// req: IDENT-008
#[tokio::test]
async fn changed_registration_data_reach_the_account_over_there() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let cookie = hall.citizen("li-ming").await;
        hall.go_there(&cookie, OPEN).await;
        hall.settle().await;
        hall.switch("department", true).await;
        let version = hall.get("/portal/me", &cookie).await.body["account"]["version"].clone();
        let edit =
            json!({ "version": version, "display_name": "小李", "email": "li@example.com", "phone": "19900000099" });
        let edited = hall.call(Method::PUT, "/portal/me", &cookie, edit).await;
        assert_eq!(edited.status, StatusCode::OK, "{edited:?}");
        hall.settle().await;
        let phone = async || {
            let all = hall.accounts().await;
            all.iter().find(|own| own["name"] == "李明").unwrap()["phone"].clone()
        };
        assert_ne!(phone().await, "19900000099", "it is down");
        hall.switch("department", false).await;
        hall.test.clock.advance(time::Duration::minutes(5));
        hall.tell_the_time().await;
        hall.settle().await;
        assert_eq!(phone().await, "19900000099");
        hall.close().await;
    }
}

/// Staff bind accounts too; one that is bound comes in from over there, unless the role wants a second
/// factor.
///
/// req: IDENT-005
#[tokio::test]
async fn staff_bind_and_come_from_a_bound_account() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let clerk = hall.staff("clerk").await;
        let asked = hall.go_there(&clerk, "/staff/systems/transport-dept/bind").await;
        let done = hall.show_account(&asked, "clerk6", department::PASSWORD).await;
        assert!(done.body["return_to"].as_str().unwrap().ends_with("/desk/account?bound=transport-dept"), "{done:?}");
        let bound = hall.get("/staff/me/bindings", &clerk).await.body;
        assert_eq!(bound["items"][0]["external_name"], "clerk6");
        assert!(hall.bindings(&hall.citizen("wang-haiyan").await).await.is_empty(), "two user systems");
        let go = format!("login=clerk6&password={}&to=/desk/&desk=1", department::PASSWORD);
        let (ticket, to) = hall.ticket("department", &go).await;
        let body = json!({ "ticket": ticket, "to": to });
        let arrived = hall.post("/staff/arrivals", "", body.clone()).await;
        assert!(arrived.cookie.starts_with("tb_desk="), "{arrived:?}");
        assert_eq!(hall.get("/staff/me", &arrived.cookie).await.body["name"], "陈志远");
        assert_eq!(hall.post("/staff/arrivals", "", body).await.code(), "ticket_replayed");
        // The same account means nobody among the citizens.
        let (ticket, to) = hall.ticket("department", &go).await;
        assert_eq!(hall.arrive(&ticket, &to).await.body["state"], "account_needed");
        hall.close().await;

        let strict = Hall::with(backend, true).await;
        let admin = strict.recognition.identity.staff_by_login("admin").await.unwrap().unwrap();
        strict.bind_for_staff(admin.id, "old-3").await;
        let (ticket, to) = strict.ticket("department", &go).await;
        let refused = strict.post("/staff/arrivals", "", json!({ "ticket": ticket, "to": to })).await;
        assert_eq!((refused.status, refused.cookie.as_str()), (StatusCode::FORBIDDEN, ""), "{refused:?}");
        assert!(refused.body["title"].as_str().unwrap().contains("动态口令"), "{refused:?}");
        strict.close().await;
    }
}

impl Hall {
    async fn bind_for_staff(&self, staff: Uuid, external: &str) {
        let new = crate::bindings::NewBinding {
            system: self.id_of(department::APP_ID).await,
            system_name: "道路运政系统".into(),
            audience: Audience::Desk,
            account: staff,
            account_name: "唐宁".into(),
            external_id: external.into(),
            external_name: "clerk6".into(),
            way: "signed_in",
        };
        let recognition = self.recognition.clone();
        let write = self
            .test
            .platform
            .db
            .write(self.test.platform.now(), move |tx| Box::pin(async move { recognition.bind(tx, new).await }));
        write.await.unwrap();
    }
}

/// Only the system that redeemed the ticket says whose account it is, and only for a while.
///
/// req: IDENT-005, IDENT-008
#[tokio::test]
async fn a_system_reports_accounts_only_of_people_it_was_sent() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let cookie = hall.citizen("wang-haiyan").await;
        let asked = hall.go_there(&cookie, BIND).await;
        let redemption = hall.last_redemption().await;
        let report = |external: &str| {
            serde_json::from_value(json!({ "redemption": redemption, "external_id": external, "way": "created" }))
                .unwrap()
        };
        let system = async |app_id: &str| hall.recognition.identity.system_by_app_id(app_id).await.unwrap().unwrap();
        let (own, other) = (system(department::APP_ID).await, system(peer::APP_ID).await);
        let wrong = hall.recognition.report_binding(&other, report("x")).await.unwrap_err();
        assert_eq!(wrong.status(), StatusCode::NOT_FOUND);
        let empty = hall.recognition.report_binding(&own, report(" ")).await.unwrap_err();
        assert_eq!(empty.field_errors()[0].pointer, "/external_id");
        hall.test.clock.advance(time::Duration::minutes(31));
        let late = hall.recognition.report_binding(&own, report("x")).await.unwrap_err();
        assert_eq!(late.status(), StatusCode::NOT_FOUND);
        hall.tell_the_time().await;
        let done = hall.show_account(&asked, "wanghy", department::PASSWORD).await;
        assert_eq!(done.body["code"], "not_found", "{done:?}");
        assert!(hall.bindings(&hall.citizen("wang-haiyan").await).await.is_empty());
        hall.close().await;
    }
}

impl Hall {
    /// Id of the newest ticket that was redeemed.
    async fn last_redemption(&self) -> Uuid {
        use crate::arrivals::store::ticket::{Column, Entity};
        use sea_orm::{EntityTrait, QueryOrder};
        let newest = Entity::find().order_by_desc(Column::Id).one(self.test.platform.db.read()).await.unwrap().unwrap();
        assert!(newest.used_at.is_some());
        newest.id
    }
}
