//! Who sees which licence.

use platform::web::guard::Audience;
use uuid::Uuid;

use super::{Office, applicant, stranger};

/// req: LIC-028
#[tokio::test]
async fn the_holder_views_and_downloads_and_nobody_else() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        office.licences.issue(&office.incomplete(2)).await.unwrap_err();
        let path = format!("/api/v1/my/licences/{}/file", licence.id);
        let mine = office.cookie(Audience::Portal, applicant()).await;
        let list = office.get("/api/v1/my/licences", &mine).await.json();
        assert_eq!(list["total"], 1, "a draft is not shown: {list}");
        assert_eq!(list["items"][0]["state_label"], "有效");
        assert_eq!(list["items"][0]["issued_at"], "2026-09-21");
        let file = office.get(&path, &mine).await;
        assert!(file.bytes.starts_with(b"%PDF-"));
        let other = office.cookie(Audience::Portal, stranger()).await;
        assert_eq!(office.get("/api/v1/my/licences", &other).await.json()["total"], 0);
        assert_eq!(office.get(&path, &other).await.status, 404);
        assert_eq!(office.get(&path, "").await.status, 401);
        office.test.close().await;
    }
}

#[tokio::test]
async fn staff_see_licences_of_their_organisations_and_the_look_is_logged() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        office.test.clock.advance(time::Duration::seconds(1));
        office.licences.issue(&office.request(2)).await.unwrap();
        let clerk = office.cookie(Audience::Desk, Uuid::from_u128(3)).await;
        let elsewhere = office.cookie(Audience::Desk, stranger()).await;
        let of_case = format!("/api/v1/licences?case={}", licence.case_id);
        assert_eq!(office.get(&of_case, &clerk).await.json()["items"][0]["number"], licence.number.as_str());
        assert_eq!(office.get(&of_case, &elsewhere).await.json()["total"], 0);
        let first = office.get("/api/v1/licences?limit=1", &clerk).await.json();
        let next = format!("/api/v1/licences?limit=1&cursor={}", first["next"].as_str().unwrap());
        let second = office.get(&next, &clerk).await.json();
        assert_eq!(second["items"][0]["id"], licence.id.to_string());
        assert!(second["next"].is_null());
        let path = format!("/api/v1/licences/{}/file", licence.id);
        assert_eq!(office.get(&path, &clerk).await.status, 200);
        assert_eq!(office.get(&path, &elsewhere).await.status, 404);
        let lines = platform::work::audit::about(office.test.platform.db.read(), &format!("licence:{}", licence.id))
            .await
            .unwrap();
        assert!(lines.iter().any(|(action, _)| action == "licence.read_file"));
        office.test.close().await;
    }
}
