//! Rating without signing in, and what everybody sees.

use serde_json::{Value, json};

use super::City;

/// req: FEEDBACK-001
#[tokio::test]
async fn name_number_and_captcha_open_the_page_and_save() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        let opened = city.open("SL000001", "王海燕", Value::Null).await;
        assert_eq!(opened.status, 200, "{}", opened.json);
        assert_eq!(opened.json["case"]["item_name"], "食品经营许可");
        assert!(opened.json["rating"].is_null());
        let saved = city.open(" SL000001 ", "王 海燕", json!({"stars": 5, "reasons": ["517"]})).await;
        assert_eq!(saved.json["rating"]["stars"], 5, "{}", saved.json);
        // The same person changes it, signed in or not: it stays one rating.
        assert_eq!(city.rate(case, json!({"stars": 4})).await.json["times"], 2);
        assert_eq!(city.open("SL000001", "王海燕", json!({"stars": 3})).await.json["rating"]["times"], 3);
        city.test.close().await;
    }
}

/// A wrong number and a wrong name can't be told apart.
///
/// req: FEEDBACK-001
#[tokio::test]
async fn a_wrong_match_is_refused_alike_and_counted() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        city.case(1, true);
        let wrong_name = city.open("SL000001", "王海", json!({"stars": 1, "text": "恶意"})).await;
        let wrong_number = city.open("SL999999", "王海燕", Value::Null).await;
        assert_eq!(wrong_name.status, 404);
        assert_eq!(wrong_name.json, wrong_number.json);
        for _ in 0..4 {
            assert_eq!(city.open("SL000001", "李明", Value::Null).await.status, 404);
            assert_eq!(city.open("SL999999", "李明", Value::Null).await.status, 404);
        }
        // Now even the right name has to wait, and an unknown number looks the same.
        let known = city.open("SL000001", "王海燕", Value::Null).await;
        assert_eq!(known.status, 429);
        assert_eq!(known.headers["retry-after"], "3600");
        assert_eq!(city.open("SL999999", "王海燕", Value::Null).await.json, known.json);
        city.test.clock.advance(time::Duration::minutes(61));
        assert_eq!(city.open("SL000001", "王海燕", Value::Null).await.status, 200);
        city.test.close().await;
    }
}

/// req: FEEDBACK-001
#[tokio::test]
async fn a_wrong_captcha_opens_nothing_and_an_answer_counts_once() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        city.case(1, true);
        let asked = platform::captcha::ask(&city.test.platform).await.unwrap();
        let body = json!({"case_number": "SL000001", "applicant_name": "王海燕", "captcha_id": asked.id, "captcha_answer": "99"});
        let refused = city.call("POST", "/api/v1/ratings/open", "", body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.json["errors"][0]["code"].as_str()), (422, Some("captcha_wrong")));
        // The question is used up: the right answer to it comes too late.
        for sum in 0..=18 {
            let mut again = body.clone();
            again["captcha_answer"] = json!(sum.to_string());
            assert_eq!(city.call("POST", "/api/v1/ratings/open", "", again).await.status, 422);
        }
        city.test.close().await;
    }
}

/// req: FEEDBACK-001
#[tokio::test]
async fn an_unfinished_case_does_not_open() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        city.case(1, false);
        let refused = city.open("SL000001", "王海燕", Value::Null).await;
        assert_eq!(refused.json["code"], "case_not_finished");
        city.test.close().await;
    }
}

#[tokio::test]
async fn everybody_sees_reasons_and_numbers_but_no_names() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let list = city.get("/api/v1/ratings/reasons", "").await.json;
        assert_eq!(list["version"], 1);
        assert_eq!(list["grades"][0]["name"], "非常满意");
        assert_eq!(list["by_stars"]["1"][0]["code"], "108");
        for (order, stars) in [(1, 5), (2, 5), (3, 4), (4, 3)] {
            let case = city.case(order, true);
            city.rate(case, json!({"stars": stars, "text": "王海燕觉得不错"})).await;
        }
        let summary = city.get("/api/v1/items/food-operation-permit/ratings", "").await.json;
        assert_eq!(summary["total"], 4);
        assert_eq!(summary["average"], 4.3);
        assert_eq!(summary["by_stars"], json!({"1": 0, "2": 0, "3": 1, "4": 1, "5": 2}));
        assert!(!summary.to_string().contains("王海燕"));
        assert_eq!(city.get("/api/v1/items/nothing/ratings", "").await.json["total"], 0);
        city.test.close().await;
    }
}
