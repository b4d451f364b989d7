//! Who sees which licence.

use identity::{AccountKind, Enterprise, Profile};
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

/// Applied for at a counter, it has no account; its holder sees it all the same, by the number of the
/// enterprise or person the province vouches for.
///
/// req: LIC-028
#[tokio::test]
async fn a_licence_of_the_counter_shows_up_in_its_holders_account() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let mut request = office.request(1);
        request.holder.account = None;
        let licence = office.licences.issue(&request).await.unwrap();
        let profile = |subject: &str, uscc: Option<&str>, real_name: bool| Profile {
            subject: subject.into(),
            kind: if uscc.is_some() { AccountKind::Enterprise } else { AccountKind::Person },
            name: "王海燕".into(),
            id_type: "111".into(),
            id_number: "449902198803120267".into(),
            phone: String::new(),
            real_name,
            enterprise: uscc.map(|uscc| Enterprise {
                name: "示例区海燕小厨餐饮店".into(),
                uscc: uscc.into(),
                legal_person: "王海燕".into(),
                address: String::new(),
            }),
        };
        let shop = Some("92449902MA9900KX9E");
        for (profile, seen) in [
            (profile("shop", shop, true), 1),
            (profile("unverified", shop, false), 0),
            (profile("person", None, true), 0),
            (profile("other", Some("91449902MA9900AX2B"), true), 0),
        ] {
            let account = office.licences.identity.mirror(profile.clone()).await.unwrap();
            let cookie = office.cookie(Audience::Portal, account.id).await;
            let list = office.get("/api/v1/my/licences", &cookie).await.json();
            assert_eq!(list["total"], seen, "{}", profile.subject);
            let file = office.get(&format!("/api/v1/my/licences/{}/file", licence.id), &cookie).await;
            assert_eq!(file.status, if seen == 1 { 200 } else { 404 }, "{}", profile.subject);
        }
        office.test.close().await;
    }
}
