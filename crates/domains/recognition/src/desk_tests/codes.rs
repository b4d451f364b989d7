//! Citizen and enterprise codes: who it is, once, and what is refused.

use axum::http::StatusCode;
use serde_json::json;
use testkit::backends;
use time::Duration;

use super::{City, refused};

impl City {
    async fn code(&self, wanted: serde_json::Value) -> String {
        self.outside("codes", "/issue", wanted).await["code"].as_str().unwrap().to_owned()
    }

    async fn scan(&self, cookie: &str, code: &str, purpose: &str) -> super::Answer {
        self.post("/identifications/codes", cookie, json!({ "code": code, "purpose": purpose })).await
    }
}

/// A person's code gives the basic identity once; used, over, altered and made-up codes give nothing.
///
/// req: IDENT-014
#[tokio::test]
async fn a_code_identifies_a_person_once() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let code = city.code(json!({ "key": "wang-haiyan" })).await;
        let seen = city.scan(&clerk, &code, "intake").await;
        assert_eq!(seen.status, StatusCode::CREATED, "{}", seen.text);
        let seen = seen.json();
        assert_eq!((seen["way"].as_str(), seen["person"]["name"].as_str()), (Some("citizen_code"), Some("王海燕")));
        assert_eq!(seen["person"]["id_number"], "449902198803120267", "an application needs the whole number");
        assert!(seen["enterprise"].is_null());

        assert_eq!(city.scan(&clerk, &code, "intake").await.refusal(), refused(409, "code_used"));
        let old = city.code(json!({ "key": "li-ming", "seconds": 0 })).await;
        assert_eq!(city.scan(&clerk, &old, "intake").await.refusal(), refused(410, "code_expired"));
        let fresh = city.code(json!({ "key": "li-ming" })).await;
        let altered = fresh.replace("TBC1.", "TBC1.0");
        assert_eq!(city.scan(&clerk, &altered, "intake").await.refusal(), refused(422, "code_unknown"));
        assert_eq!(city.scan(&clerk, "https://example.cn/x", "intake").await.refusal(), refused(422, "code_unknown"));
        let empty = city.scan(&clerk, "  ", "intake").await;
        assert_eq!((empty.status.as_u16(), empty.json()["errors"][0]["pointer"].as_str()), (422, Some("/code")));
        assert_eq!(city.audited("identify.refused").await, 4, "each refused code leaves a line");

        // For a collection the clerk compares a face, not a number: masked.
        let masked = city.scan(&clerk, &fresh, "collection").await.json();
        assert_eq!(masked["person"]["name"], "李明");
        assert!(masked["person"]["id_number"].as_str().unwrap().contains('*'), "{masked}");
        city.test.close().await;
    }
}

/// A platform that does not answer uses up no code; one that forgets to look at its clock opens nothing.
///
/// req: IDENT-014
#[tokio::test]
async fn a_silent_code_platform_spoils_no_code_and_our_clock_counts_too() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let code = city.code(json!({ "key": "wang-haiyan" })).await;
        city.outside("codes", "/control", json!({ "down": true })).await;
        assert_eq!(city.scan(&clerk, &code, "intake").await.refusal(), refused(503, "dependency_down"));
        city.outside("codes", "/control", json!({ "down": false })).await;
        assert_eq!(city.scan(&clerk, &code, "intake").await.status, StatusCode::CREATED);

        city.test.close().await;

        let city = City::new(backend).await;
        let issued = city.outside("codes", "/issue", json!({ "key": "li-ming" })).await;
        let ends = issued["expires_at"].as_str().unwrap();
        let ends = time::OffsetDateTime::parse(ends, &time::format_description::well_known::Rfc3339).unwrap();
        city.test.clock.set(ends + Duration::seconds(1));
        let clerk = city.sign_in("clerk").await;
        let late = city.scan(&clerk, issued["code"].as_str().unwrap(), "intake").await;
        assert_eq!(late.refusal(), refused(410, "code_expired"));
        city.test.close().await;
    }
}

/// An enterprise's code gives the enterprise, who shows it, and who may act for it; somebody without a
/// grant is told from the legal representative.
///
/// req: IDENT-014
#[tokio::test]
async fn an_enterprise_code_tells_for_whom_its_bearer_speaks() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let own = city.code(json!({ "key": "haiyan" })).await;
        let seen = city.scan(&clerk, &own, "intake").await.json();
        assert_eq!(seen["enterprise"]["standing"], "legal_representative", "{seen}");
        assert_eq!(seen["enterprise"]["uscc"].as_str().unwrap().len(), 18);
        let authorised = seen["authorised"].as_array().unwrap();
        assert_eq!(authorised.len(), 1);
        assert_eq!(authorised[0]["role_label"], "法定代表人");
        assert!(authorised[0]["id_number_masked"].as_str().unwrap().contains('*'));

        let other = city.code(json!({ "key": "haiyan", "operator": "li-ming" })).await;
        let seen = city.scan(&clerk, &other, "intake").await.json();
        assert_eq!(
            (seen["person"]["name"].as_str(), seen["enterprise"]["standing"].as_str()),
            (Some("李明"), Some("none"))
        );
        city.test.close().await;
    }
}

/// What was identified lies sealed, belongs to the clerk who did it, and goes when it is over.
///
/// req: IDENT-014, IDENT-015
#[tokio::test]
async fn an_identification_is_sealed_is_one_clerks_own_and_does_not_stay() {
    for backend in backends() {
        let city = City::new(backend).await;
        let clerk = city.sign_in("clerk").await;
        let code = city.code(json!({ "key": "wang-haiyan" })).await;
        let id = city.scan(&clerk, &code, "intake").await.json()["id"].as_str().unwrap().parse().unwrap();
        let kept = city.column("identifications", "data_sealed").await;
        assert!(kept[0].as_ref().is_some_and(|text| !text.contains("449902") && !text.contains("王海燕")));
        assert_eq!(
            city.column("identifications", "person_name").await[0].as_deref(),
            Some(base::mask::name("王海燕").as_str())
        );

        use crate::identifying::Purpose;
        let (own, other) = (city.principal("clerk").await, city.principal("clerk2").await);
        let known = city.recognition.identified(&own, id, Purpose::Intake).await.unwrap();
        assert_eq!(known.seen.person.name, "王海燕");
        let strange = city.recognition.identified(&other, id, Purpose::Intake).await.unwrap_err();
        assert_eq!(strange.status(), StatusCode::NOT_FOUND);
        let elsewhere = city.recognition.identified(&own, id, Purpose::Collection).await.unwrap_err();
        assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND, "identified for something else");

        city.test.clock.advance(Duration::minutes(61));
        let over = city.recognition.identified(&own, id, Purpose::Intake).await.unwrap_err();
        assert_eq!(over.code(), "identification_over");
        let clerk = city.sign_in("clerk").await;
        let code = city.code(json!({ "key": "li-ming" })).await;
        city.scan(&clerk, &code, "intake").await;
        city.recognition.forget_over().await.unwrap();
        let mut kept: Vec<bool> =
            city.column("identifications", "data_sealed").await.iter().map(Option::is_some).collect();
        kept.sort_unstable();
        assert_eq!(kept, [false, true], "the old data is gone, the new is there");
        city.test.close().await;
    }
}
