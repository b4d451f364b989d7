//! Drafts before sealing.

use platform::web::guard::Audience;
use serde_json::json;

use super::{Office, of_another_item, stranger};
use crate::State;
use uuid::Uuid;

/// req: LIC-025
#[tokio::test]
async fn a_draft_is_queried_corrected_and_sealed() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.licences.issue(&office.incomplete(1)).await.unwrap_err();
        let maker = office.cookie(Audience::Desk, Uuid::from_u128(3)).await;
        let list = office.get("/api/v1/licences/drafts", &maker).await.json();
        assert_eq!(list["total"], 1);
        let draft = &list["items"][0];
        assert_eq!(draft["missing"], json!(["住所"]));
        let path = format!("/api/v1/licences/drafts/{}", draft["id"].as_str().unwrap());
        let version = draft["version"].clone();

        let wrong = office.call("PUT", &path, &maker, json!({"version": version, "fields": {"colour": "红"}})).await;
        assert_eq!(wrong.json()["errors"][0]["code"], "unknown_field");
        let wrong =
            office.call("PUT", &path, &maker, json!({"version": version, "fields": {"domicile": {"a": 1}}})).await;
        assert_eq!(wrong.json()["errors"][0]["code"], "unfit_value");
        let change = json!({"version": version, "fields": {"domicile": "示例市示例区和平路 18 号"}});
        let done = office.call("PUT", &path, &maker, change.clone()).await;
        assert_eq!(done.status, 200);
        assert_eq!(done.json()["missing"], json!([]));
        assert_eq!(office.call("PUT", &path, &maker, change).await.json()["code"], "stale_version");

        // The correction outlives the next run of the job, which computes from the form again.
        let licence = office.licences.issue(&office.incomplete(1)).await.unwrap();
        assert_eq!(licence.state, State::Valid);
        let fields = office.licences.fields_of(licence.id).await.unwrap().unwrap();
        assert_eq!(fields["domicile"], "示例市示例区和平路 18 号");
        // After sealing only the life cycle changes it.
        let late = office.call("PUT", &path, &maker, json!({"version": 2, "fields": {}})).await;
        assert_eq!((late.status.as_u16(), late.json()["code"].as_str()), (409, Some("licence_not_draft")));
        assert_eq!(office.call("DELETE", &path, &maker, json!({})).await.status, 409);
        office.test.close().await;
    }
}

/// req: LIC-025
#[tokio::test]
async fn a_deleted_draft_is_gone_and_issuing_sets_a_new_one() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.licences.issue(&office.incomplete(1)).await.unwrap_err();
        let draft = office.licences.of_case(office.request(1).case_id).await.unwrap().remove(0);
        let path = format!("/api/v1/licences/drafts/{}", draft.id);
        let maker = office.cookie(Audience::Desk, Uuid::from_u128(3)).await;
        let elsewhere = office.cookie(Audience::Desk, stranger()).await;
        assert_eq!(office.call("DELETE", &path, &elsewhere, json!({})).await.status, 404);
        assert_eq!(office.get("/api/v1/licences/drafts", &elsewhere).await.json()["total"], 0);
        assert_eq!(office.call("DELETE", &path, &maker, json!({})).await.status, 204);
        assert_eq!(office.call("DELETE", &path, &maker, json!({})).await.status, 404);
        let issued = office.licences.issue(&office.request(1)).await.unwrap();
        assert_ne!(issued.id, draft.id);
        assert_eq!(issued.state, State::Valid);
        office.test.close().await;
    }
}

/// Who is limited to items sees, opens and corrects the licences of these, as with cases.
///
/// req: IDENT-025
#[tokio::test]
async fn an_item_list_narrows_licences_as_it_narrows_cases() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let sealed = office.licences.issue(&office.request(1)).await.unwrap();
        office.licences.issue(&office.incomplete(2)).await.unwrap_err();
        let draft = office.licences.of_case(office.request(2).case_id).await.unwrap().remove(0);
        let maker = office.cookie(Audience::Desk, Uuid::from_u128(3)).await;
        let narrowed = office.cookie(Audience::Desk, of_another_item()).await;
        for (path, id) in [("/api/v1/licences", sealed.id), ("/api/v1/licences/drafts", draft.id)] {
            assert_eq!(office.get(path, &maker).await.json()["items"][0]["id"], json!(id));
            assert_eq!(office.get(path, &narrowed).await.json()["total"], 0, "{path}");
        }
        for path in
            [format!("/api/v1/licences/{}/file", sealed.id), format!("/api/v1/licences/{}/overprint", sealed.id)]
        {
            assert_eq!(office.get(&path, &maker).await.status, 200);
            assert_eq!(office.get(&path, &narrowed).await.status, 404, "{path}");
        }
        let path = format!("/api/v1/licences/drafts/{}", draft.id);
        assert_eq!(office.call("DELETE", &path, &narrowed, json!({})).await.status, 404);
        office.test.close().await;
    }
}
