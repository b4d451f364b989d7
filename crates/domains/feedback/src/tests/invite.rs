//! Who is asked to rate, when, and how often.

use serde_json::json;
use uuid::Uuid;

use super::City;
use crate::EndedCase;

impl City {
    /// A case as it stands when something about it was told.
    fn stands(&self, id: Uuid, finished: bool, to_hand_over: bool, has_account: bool) {
        self.cases.1.lock().unwrap().insert(id, EndedCase { finished, to_hand_over, has_account });
    }

    async fn told(&self, id: Uuid) -> Vec<String> {
        self.feedback.invite_job(json!({ "topic": "case.closed", "case_id": id })).await.unwrap();
        std::mem::take(&mut *self.cases.2.lock().unwrap())
    }
}

/// Asked when nothing more is to come, at the own page or at the open one; not while a certificate waits, not for a case
/// that goes on or is not known, not after a rating.
///
/// req: CASE-011, CASE-028, FEEDBACK-001
#[tokio::test]
async fn the_applicant_is_asked_when_nothing_more_is_to_come() {
    for backend in testkit::backends() {
        let city = City::new(backend).await;
        let id = city.case(1, true);
        assert_eq!(city.told(id).await, [""; 0], "not known");
        city.stands(id, false, false, true);
        assert_eq!(city.told(id).await, [""; 0], "goes on");
        city.stands(id, true, true, true);
        assert_eq!(city.told(id).await, [""; 0], "a certificate waits at the window");
        city.stands(id, true, false, true);
        let told = city.told(id).await;
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with(&format!("/my/cases/{id}/rating")), "{told:?}");
        let other = city.case(2, true);
        city.stands(other, true, false, false);
        assert!(city.told(other).await[0].ends_with("/rate"), "without an account");
        let body = json!({ "stars": 5, "reasons": [], "text": "" });
        city.rate(id, body).await;
        assert_eq!(city.told(id).await, [""; 0], "rated already");
        city.test.close().await;
    }
}
