//! Ratings at the desk.

use platform::web::guard::Audience;
use serde_json::json;

use super::{APPLICANT, CLERK, City, NARROWED, STRANGER, SUPERVISOR};

/// The rater stays hidden from the staff rated: no name, no account, no case.
///
/// req: FEEDBACK-001
#[tokio::test]
async fn staff_see_what_was_said_and_not_by_whom() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        city.rate(case, json!({"stars": 1, "reasons": ["115"], "text": "跑了三趟"})).await;
        let clerk = city.cookie(Audience::Desk, CLERK).await;
        let list = city.get("/api/v1/ratings", &clerk).await;
        assert_eq!(list.status, 200, "{}", list.json);
        let row = &list.json["items"][0];
        assert_eq!(row["reasons"], json!([{"code": "115", "text": "服务态度差效率低"}]));
        assert_eq!((row["bad"].as_bool(), row["text"].as_str()), (Some(true), Some("跑了三趟")));
        let text = list.json.to_string();
        for hidden in ["王海燕", "SL000001", &case.to_string(), &APPLICANT.to_string()] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        // Nor by asking for a case.
        assert_eq!(city.get("/api/v1/ratings?q=SL000001", &clerk).await.json["total"], 0);
        let supervisor = city.cookie(Audience::Desk, SUPERVISOR).await;
        let traced = city.get("/api/v1/ratings?q=SL000001", &supervisor).await.json;
        assert_eq!(traced["items"][0]["case_number"], "SL000001");
        assert!(!traced.to_string().contains("王海燕"));
        city.test.close().await;
    }
}

#[tokio::test]
async fn the_list_is_filtered_paged_and_kept_to_the_callers_organisations() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        for (order, stars) in [(1, 5), (2, 2), (3, 1), (4, 5)] {
            city.test.clock.advance(time::Duration::seconds(1));
            let case = city.case(order, true);
            city.rate(case, json!({"stars": stars, "text": format!("意见{order}")})).await;
        }
        let clerk = city.cookie(Audience::Desk, CLERK).await;
        assert_eq!(city.get("/api/v1/ratings?stars=1,2", &clerk).await.json["total"], 2);
        assert_eq!(city.get("/api/v1/ratings?stars=7", &clerk).await.status, 422);
        let found = city.get("/api/v1/ratings?q=%E6%84%8F%E8%A7%813", &clerk).await.json;
        assert_eq!(found["items"][0]["text"], "意见3");
        let first = city.get("/api/v1/ratings?limit=3", &clerk).await.json;
        assert_eq!((first["total"].as_u64(), first["items"][0]["text"].as_str()), (Some(4), Some("意见4")));
        let next = format!("/api/v1/ratings?limit=3&cursor={}", first["next"].as_str().unwrap());
        assert_eq!(city.get(&next, &clerk).await.json["items"][0]["text"], "意见1");
        let elsewhere = city.cookie(Audience::Desk, STRANGER).await;
        assert_eq!(city.get("/api/v1/ratings", &elsewhere).await.json["total"], 0);
        let citizen = city.cookie(Audience::Portal, APPLICANT).await;
        assert_eq!(city.get("/api/v1/ratings", &citizen).await.status, 401);
        city.test.close().await;
    }
}

/// Who is limited to items reads what was said about these, as with cases.
///
/// req: IDENT-025
#[tokio::test]
async fn an_item_list_narrows_ratings_as_it_narrows_cases() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        city.rate(case, json!({"stars": 2, "text": "等得久"})).await;
        let (clerk, narrowed) = (city.cookie(Audience::Desk, CLERK).await, city.cookie(Audience::Desk, NARROWED).await);
        assert_eq!(city.get("/api/v1/ratings", &clerk).await.json["total"], 1);
        assert_eq!(city.get("/api/v1/ratings", &narrowed).await.json["total"], 0);
        city.test.close().await;
    }
}
