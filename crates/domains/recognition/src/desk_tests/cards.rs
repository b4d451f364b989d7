//! Cards read at a window: what the signed read of a registered device opens, and all that opens nothing.

use axum::http::{Method, StatusCode};
use base::crypto::Sm2Key;
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;

use super::{City, refused};

impl City {
    async fn challenge(&self, cookie: &str, purpose: &str) -> String {
        let begun = self.post("/identifications/card-reads", cookie, json!({ "purpose": purpose })).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
        assert_eq!(begun.json()["gateway_url"], self.outside.url("reader"));
        begun.json()["challenge"].as_str().unwrap().to_owned()
    }

    /// What the gateway of the window answers with a card on its reader.
    async fn gateway(&self, card: Value, challenge: &str) -> Value {
        self.outside("reader", "/lay", card).await;
        self.outside("reader", "/v1/card/read", json!({ "challenge": challenge })).await
    }

    async fn card(&self, cookie: &str, read: &Value) -> super::Answer {
        self.post("/identifications/cards", cookie, read.clone()).await
    }
}

fn haiyan() -> Value {
    json!({ "key": "wang-haiyan", "kind": "id_card" })
}

/// A card of a registered reader identifies its owner with the portrait, which is kept nowhere; the
/// same read serves once.
///
/// req: IDENT-015
#[tokio::test]
async fn a_card_read_at_the_window_identifies_its_owner_once() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let challenge = city.challenge(&clerk, "intake").await;
        let nothing = city.outside("reader", "/v1/card/read", json!({ "challenge": challenge })).await;
        assert_eq!(nothing["error"], "no_card");
        let read = city.gateway(haiyan(), &challenge).await;
        let seen = city.card(&clerk, &read).await;
        assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text);
        let seen = seen.json();
        assert_eq!((seen["way"].as_str(), seen["person"]["name"].as_str()), (Some("id_card"), Some("王海燕")));
        assert_eq!(
            (seen["person"]["sex"].as_str(), seen["person"]["birth"].as_str()),
            (Some("女"), Some("1988-03-12"))
        );
        let photo = seen["photo"].as_str().unwrap();
        assert!(photo.starts_with("data:image/png;base64,"));
        let kept = city.column("identifications", "data_sealed").await;
        let place = format!("identification:{}", seen["id"].as_str().unwrap());
        let opened = city.test.platform.unseal(kept[0].as_ref().unwrap(), &place).unwrap();
        assert!(opened.contains("王海燕") && !opened.contains("iVBOR"), "the portrait is not kept");

        assert_eq!(city.card(&clerk, &read).await.refusal(), refused(409, "read_over"));
        // A citizen card serves as well.
        let challenge = city.challenge(&clerk, "collection").await;
        let read = city.gateway(json!({ "key": "li-ming", "kind": "citizen_card" }), &challenge).await;
        let seen = city.card(&clerk, &read).await.json();
        assert_eq!((seen["way"].as_str(), seen["purpose"].as_str()), (Some("citizen_card"), Some("collection")));
        city.test.close().await;
    }
}

/// What a browser could invent: another text, another key, an unknown device, an old or a stranger's
/// challenge. None of it identifies anybody, and each try is in the log.
///
/// req: IDENT-015
#[tokio::test]
async fn a_read_that_was_altered_or_made_up_identifies_nobody() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let challenge = city.challenge(&clerk, "intake").await;
        let good = city.gateway(haiyan(), &challenge).await;

        let mut altered = good.clone();
        altered["payload"] = good["payload"].as_str().unwrap().replace("王海燕", "王海鸥").into();
        assert_eq!(city.card(&clerk, &altered).await.refusal(), refused(422, "read_refused"));
        let mut unknown = good.clone();
        unknown["device"] = "READER-99".into();
        assert_eq!(city.card(&clerk, &unknown).await.refusal(), refused(422, "read_refused"));
        let forger = Sm2Key::from_bytes(&[7; 32]).unwrap();
        let mut forged = good.clone();
        let text = good["payload"].as_str().unwrap();
        forged["signature"] = base::encoding::to_hex(&forger.sign(text.as_bytes()).unwrap()).into();
        assert_eq!(city.card(&clerk, &forged).await.refusal(), refused(422, "read_refused"));

        // The challenge belongs to the clerk who asked for it, and lasts two minutes.
        let other = city.sign_in("clerk2").await;
        let theirs = city.challenge(&other, "intake").await;
        let read = city.gateway(haiyan(), &theirs).await;
        assert_eq!(city.card(&clerk, &read).await.refusal(), refused(409, "read_over"));
        let late = city.challenge(&clerk, "intake").await;
        let read = city.gateway(haiyan(), &late).await;
        city.test.clock.advance(Duration::seconds(121));
        assert_eq!(city.card(&clerk, &read).await.refusal(), refused(409, "read_over"));
        let made_up = city.gateway(haiyan(), &"0".repeat(64)).await;
        assert_eq!(city.card(&clerk, &made_up).await.refusal(), refused(409, "read_over"));
        assert_eq!(city.column("identifications", "person_name").await.len(), 0);
        assert_eq!(city.audited("identify.refused").await, 6);
        city.test.close().await;
    }
}

/// A reader of another hall, one switched off, and a card that is over.
///
/// req: IDENT-015
#[tokio::test]
async fn a_foreign_reader_and_a_card_that_is_over_identify_nobody() {
    for backend in backends() {
        let city = City::new(backend).await;
        // The reader stands in the district's hall; this clerk sits in the city's.
        let elsewhere = city.sign_in("city-clerk").await;
        let challenge = city.challenge(&elsewhere, "intake").await;
        let read = city.gateway(haiyan(), &challenge).await;
        assert_eq!(city.card(&elsewhere, &read).await.refusal(), refused(422, "read_refused"));

        let clerk = city.sign_in("clerk").await;
        let challenge = city.challenge(&clerk, "intake").await;
        let over = json!({ "key": "wang-haiyan", "kind": "id_card", "valid_until": "2026-09-20" });
        let read = city.gateway(over, &challenge).await;
        let answer = city.card(&clerk, &read).await;
        assert_eq!((answer.status.as_u16(), answer.json()["errors"][0]["code"].as_str()), (422, Some("expired")));

        let admin = city.sign_in("sysadmin").await;
        let listed = city.get("/card-devices", &admin).await.json();
        let device = &listed["items"][0];
        assert_eq!((device["code"].as_str(), device["state_label"].as_str()), (Some("READER-06"), Some("在用")));
        let path = format!("/card-devices/{}/disable", device["id"].as_str().unwrap());
        let off = city.post(&path, &admin, json!({ "version": device["version"] })).await;
        assert_eq!(off.status, StatusCode::NO_CONTENT, "{}", off.text);
        assert_eq!(
            city.post(&path, &admin, json!({ "version": device["version"] })).await.refusal().1,
            "stale_version"
        );
        let challenge = city.challenge(&clerk, "intake").await;
        let read = city.gateway(haiyan(), &challenge).await;
        assert_eq!(city.card(&clerk, &read).await.refusal(), refused(422, "read_refused"));
        city.test.close().await;
    }
}

/// A reader is registered with a real key, once; each wrong field is named.
///
/// req: IDENT-015
#[tokio::test]
async fn a_reader_is_registered_with_its_window_and_key() {
    for backend in backends() {
        let city = City::new(backend).await;
        let admin = city.sign_in("sysadmin").await;
        let window = city.identity.window_by_key("district-hall-6").await.unwrap().unwrap().id;
        let body = json!({ "code": "x", "name": "", "window_id": window, "public_key": "-----BEGIN" });
        let wrong = city.post("/card-devices", &admin, body).await.json();
        let pointers: Vec<&str> =
            wrong["errors"].as_array().unwrap().iter().filter_map(|one| one["pointer"].as_str()).collect();
        assert_eq!(pointers, ["/code", "/name", "/public_key"]);
        let key = Sm2Key::from_bytes(&[9; 32]).unwrap().public().to_pem().unwrap();
        let body = json!({ "code": "reader-07", "name": "7 号窗口读卡器", "window_id": window, "public_key": key });
        assert_eq!(city.post("/card-devices", &admin, body.clone()).await.status, StatusCode::CREATED);
        assert_eq!(city.post("/card-devices", &admin, body).await.json()["errors"][0]["code"], "taken");
        let clerk = city.sign_in("clerk").await;
        let listed = city.send(Method::GET, "/api/v1/card-devices", "Firefox", &clerk, Value::Null).await;
        assert_eq!(listed.status, StatusCode::FORBIDDEN, "a clerk reads cards and registers no reader");
        city.test.close().await;
    }
}
