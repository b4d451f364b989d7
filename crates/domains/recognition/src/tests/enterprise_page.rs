//! The enterprise page of the province asks for the hall account once (IDENT-009).

use super::*;

const USCC: &str = "92449902MA9900KX9E";
const OWN: &str = "Haiyan-2026-Shop";
const PAGE: &str = "login=haiyan&to=/items/food-operation-permit&page=enterprise";

impl Hall {
    /// A body with a rightly answered captcha.
    async fn with_captcha(&self, mut body: Value) -> Value {
        let asked = platform::captcha::ask(&self.test.platform).await.unwrap();
        let digits = "零一二三四五六七八九";
        let number = |c: char| digits.chars().position(|digit| digit == c).unwrap();
        let text: Vec<char> = asked.question.chars().collect();
        let answer =
            if text[1] == '加' { number(text[0]) + number(text[2]) } else { number(text[0]) - number(text[2]) };
        body["captcha_id"] = json!(asked.id);
        body["captcha_answer"] = json!(answer.to_string());
        body
    }

    /// The enterprise activates its hall account.
    async fn activate(&self) {
        let body = self.with_captcha(json!({ "code": USCC })).await;
        let begun = self.post("/portal/enterprise/activation", "", body).await;
        let sms = self.visit(&format!("{}/messages", self.outside.url("sms"))).await.body;
        let texts = sms["items"].as_array().unwrap().iter().filter_map(|one| one["text"].as_str());
        let text = texts.into_iter().find(|text| text.contains("验证码")).unwrap();
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        let body = json!({ "ticket": begun.body["ticket"], "sms_code": code, "legal_person_id_number": "449902198803120267", "password": OWN });
        let done = self.post("/portal/enterprise/activation/finish", "", body).await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
    }

    /// Comes from the enterprise page.
    async fn enterprise_page(&self) -> Answer {
        let (ticket, to) = self.ticket("peer", PAGE).await;
        self.arrive(&ticket, &to).await
    }

    async fn show(&self, pending: &Value, password: &str) -> Answer {
        let body = self.with_captcha(json!({ "pending": pending, "code": USCC, "password": password })).await;
        self.post("/portal/arrivals/account", "", body).await
    }
}

/// First the account and password are asked for, then never again until the enterprise ends it.
///
/// req: IDENT-009
#[tokio::test]
async fn the_enterprise_page_asks_for_the_hall_account_once() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        hall.activate().await;
        let first = hall.enterprise_page().await;
        assert_eq!((&first.body["state"], first.cookie.as_str()), (&json!("account_needed"), ""), "{first:?}");
        assert_eq!(first.body["external_name"], "示例区海燕小厨餐饮店");
        let pending = first.body["pending"].clone();
        let done = hall.show(&pending, OWN).await;
        assert_eq!(
            (done.status, &done.body["to"]),
            (StatusCode::OK, &json!("/items/food-operation-permit")),
            "{done:?}"
        );
        let me = hall.get("/portal/me", &done.cookie).await.body;
        assert_eq!(me["account"]["enterprise"]["uscc"], USCC);
        assert_eq!(hall.show(&pending, OWN).await.code(), "arrival_over", "the question is answered once");
        // Later visits go straight through.
        let later = hall.enterprise_page().await;
        assert_eq!(
            (&later.body["state"], &later.body["to"]),
            (&json!("arrived"), &json!("/items/food-operation-permit"))
        );
        let records = hall.get("/portal/me/sign-ins", &later.cookie).await.body;
        assert_eq!(records["items"][0]["way_label"], "从已绑定的系统进入", "{records}");
        // The enterprise takes it back, and is asked again.
        let bound = hall.get("/portal/me/bindings", &later.cookie).await.body["items"][0].clone();
        assert_eq!((&bound["system_name"], &bound["way_label"]), (&json!("省政务服务网"), &json!("从那边过来时绑定")));
        assert!(bound["last_used_at"].is_string());
        let path = format!("/portal/me/bindings/{}/unbind", bound["id"].as_str().unwrap());
        assert_eq!(hall.post(&path, &later.cookie, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(hall.enterprise_page().await.body["state"], "account_needed");
        hall.close().await;
    }
}

/// A wrong password counts to the lock-out, says the same as an unknown enterprise, and binds nothing.
///
/// req: IDENT-009
#[tokio::test]
async fn a_wrong_password_counts_and_reveals_nothing() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        hall.activate().await;
        let pending = hall.enterprise_page().await.body["pending"].clone();
        let body = json!({ "pending": pending, "code": "440000000000000", "password": OWN });
        let unknown = hall.post("/portal/arrivals/account", "", hall.with_captcha(body).await).await;
        assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
        for _ in 0..5 {
            let wrong = hall.show(&pending, "guessed-password").await;
            assert_eq!((wrong.status, &wrong.body["title"]), (unknown.status, &unknown.body["title"]));
            assert_eq!((&wrong.body["detail"], wrong.cookie.as_str()), (&unknown.body["detail"], ""));
        }
        let locked = hall.show(&pending, OWN).await;
        assert_eq!((locked.status, &locked.body["title"]), (unknown.status, &unknown.body["title"]), "locked");
        assert_eq!(hall.enterprise_page().await.body["state"], "account_needed", "nothing was bound");
        // Without the sum nothing is tried at all; without the question nothing either.
        let mut body = hall.with_captcha(json!({ "pending": pending, "code": USCC, "password": OWN })).await;
        body["captcha_answer"] = json!("99");
        let captcha = hall.post("/portal/arrivals/account", "", body).await;
        assert_eq!(captcha.body["errors"][0]["code"], "captcha_wrong");
        assert_eq!(hall.show(&json!("made-up"), OWN).await.code(), "arrival_over");
        hall.test.clock.advance(time::Duration::minutes(16));
        assert_eq!(hall.show(&pending, OWN).await.code(), "arrival_over");
        hall.close().await;
    }
}

/// Whoever is signed in here already, or signs in through the province, confirms instead.
///
/// req: IDENT-009, IDENT-005
#[tokio::test]
async fn somebody_signed_in_confirms_the_account_instead() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let pending = hall.enterprise_page().await.body["pending"].clone();
        let body = json!({ "pending": pending });
        let nobody = hall.post("/portal/arrivals/confirm", "", body.clone()).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
        let enterprise = hall.citizen("haiyan").await;
        let done = hall.post("/portal/arrivals/confirm", &enterprise, body.clone()).await;
        assert_eq!(done.body["to"], "/items/food-operation-permit", "{done:?}");
        assert_eq!(hall.post("/portal/arrivals/confirm", &enterprise, body).await.code(), "arrival_over");
        let later = hall.enterprise_page().await;
        assert_eq!(later.body["state"], "arrived");
        // From the other side: the guide's prompt sends the enterprise to its page, which reports itself.
        let bound = hall.get("/portal/me/bindings", &enterprise).await.body["items"][0].clone();
        let path = format!("/portal/me/bindings/{}/unbind", bound["id"].as_str().unwrap());
        hall.post(&path, &enterprise, json!({})).await;
        let address = hall.post("/portal/systems/province-portal/bind", &enterprise, json!({})).await;
        let page = hall.client.get(address.body["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
        let waiting = page.split("name=\"waiting\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let chosen = hall.client.post(format!("{}/bind", hall.outside.url("peer")));
        let back = chosen.form(&[("waiting", waiting), ("login", "haiyan")]).send().await.unwrap();
        assert!(back.headers()[LOCATION].to_str().unwrap().ends_with("/my/systems?bound=province-portal"));
        assert_eq!(hall.enterprise_page().await.body["state"], "arrived");
        hall.close().await;
    }
}
