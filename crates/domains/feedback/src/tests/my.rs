//! Rating while signed in.

use platform::web::guard::Audience;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{APPLICANT, City, STRANGER};
use crate::store::history_row;

/// req: FEEDBACK-001
#[tokio::test]
async fn a_finished_case_is_rated_once_and_changed_with_its_history() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        let cookie = city.cookie(Audience::Portal, APPLICANT).await;
        let path = format!("/api/v1/my/cases/{case}/rating");
        let before = city.get(&path, &cookie).await.json;
        assert!(before["rating"].is_null());
        assert_eq!(before["case"]["finished"], true);

        let given = city.rate(case, json!({"stars": 5, "reasons": ["510", "513"], "text": " 很快 "})).await;
        assert_eq!(given.status, 200, "{}", given.json);
        assert_eq!((given.json["label"].as_str(), given.json["text"].as_str()), (Some("非常满意"), Some("很快")));
        // The same again is no new rating.
        assert_eq!(
            city.rate(case, json!({"stars": 5, "reasons": ["510", "513"], "text": "很快"})).await.json["times"],
            1
        );
        let changed = city.rate(case, json!({"stars": 2, "reasons": ["213"]})).await.json;
        assert_eq!((changed["stars"].as_i64(), changed["times"].as_i64()), (Some(2), Some(2)));
        let now = city.get(&path, &cookie).await.json;
        assert_eq!(now["rating"]["reasons"], json!(["213"]));

        let rating = city.feedback.rating_of(case).await.unwrap().unwrap();
        let history = history_row::Entity::find()
            .filter(history_row::Column::RatingId.eq(rating.id))
            .order_by_asc(history_row::Column::Times)
            .all(city.test.platform.db.read())
            .await
            .unwrap();
        assert_eq!(history.iter().map(|row| row.stars).collect::<Vec<_>>(), [5, 2]);
        assert_eq!(history[0].opinion, "很快");
        city.test.close().await;
    }
}

/// req: FEEDBACK-001
#[tokio::test]
async fn an_unfinished_case_is_not_rated() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, false);
        let refused = city.rate(case, json!({"stars": 5})).await;
        assert_eq!((refused.status.as_u16(), refused.json["code"].as_str()), (409, Some("case_not_finished")));
        assert_eq!(city.feedback.rating_of(case).await.unwrap(), None);
        city.test.close().await;
    }
}

/// req: FEEDBACK-001
#[tokio::test]
async fn a_bad_rating_without_reason_and_text_is_sent_back() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        let refused = city.rate(case, json!({"stars": 1})).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json["errors"][0]["code"], "reason_needed");
        assert_eq!(city.rate(case, json!({"stars": 1, "text": "跑了三趟"})).await.status, 200);
        let other_grade = city.rate(case, json!({"stars": 4, "reasons": ["115"]})).await;
        assert_eq!(other_grade.json["errors"][0]["pointer"], "/reasons");
        city.test.close().await;
    }
}

#[tokio::test]
async fn only_the_applicant_rates() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        let path = format!("/api/v1/my/cases/{case}/rating");
        let other = city.cookie(Audience::Portal, STRANGER).await;
        assert_eq!(city.get(&path, &other).await.status, 404);
        assert_eq!(city.call("PUT", &path, &other, json!({"stars": 5})).await.status, 404);
        assert_eq!(city.call("PUT", &path, "", json!({"stars": 5})).await.status, 401);
        city.test.close().await;
    }
}

#[tokio::test]
async fn two_first_ratings_at_once_leave_one() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let case = city.case(1, true);
        let (left, right) = tokio::join!(city.rate(case, json!({"stars": 5})), city.rate(case, json!({"stars": 4})));
        assert!(left.status == 200 || right.status == 200, "{} {}", left.json, right.json);
        for answer in [&left, &right] {
            assert!(!answer.status.is_server_error(), "{}", answer.json);
        }
        let summary = city.feedback.summary("food-operation-permit").await.unwrap();
        assert_eq!(summary.total(), 1);
        city.test.close().await;
    }
}
