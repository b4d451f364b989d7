//! Making and sealing.

use platform::work::audit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FOOD, Office, pack};
use crate::{HolderKind, LicenceType, Replaces, State};

/// req: LIC-025
#[tokio::test]
async fn issuing_twice_gives_one_licence() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let first = office.licences.issue(&office.request(1)).await.unwrap();
        assert_eq!(first.state, State::Valid);
        assert_eq!(first.number, "4499022026000001");
        assert_eq!(base::codes::LicenceIdentifier::parse(&first.identifier).unwrap().serial(), first.number);
        assert_eq!(first.expires_on.unwrap().to_string(), "2031-09-20");
        let again = office.licences.issue(&office.request(1)).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(office.licences.of_case(first.case_id).await.unwrap().len(), 1);
        let other = office.licences.issue(&office.request(2)).await.unwrap();
        assert_eq!(other.number, "4499022026000002");
        let lines = audit::about(office.test.platform.db.read(), &format!("licence:{}", first.id)).await.unwrap();
        assert_eq!(lines.iter().filter(|(action, _)| action == "licence.issue").count(), 1);
        office.test.close().await;
    }
}

/// req: LIC-025
#[tokio::test]
async fn two_runs_at_once_make_one_licence() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let request = office.request(1);
        let (left, right) = tokio::join!(office.licences.issue(&request), office.licences.issue(&request));
        let all = office.licences.of_case(request.case_id).await.unwrap();
        assert_eq!(all.len(), 1);
        // One may have been told to look again; whoever got an answer got the same licence.
        for one in [left, right].into_iter().flatten() {
            assert_eq!(one.id, all[0].id);
        }
        assert_eq!(office.licences.issue(&request).await.unwrap().id, all[0].id);
        office.test.close().await;
    }
}

/// req: LIC-025
#[tokio::test]
async fn a_missing_mandatory_field_stops_with_its_name_and_keeps_the_draft() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let problem = office.licences.issue(&office.incomplete(1)).await.unwrap_err();
        assert_eq!(problem.status(), 422);
        assert_eq!(problem.field_errors()[0].pointer, "/licence/domicile");
        assert!(problem.title().contains("住所"), "{problem}");
        let kept = office.licences.of_case(office.request(1).case_id).await.unwrap();
        assert_eq!(kept[0].state, State::Draft);
        assert_eq!(kept[0].file_id, None);
        // The form was mended: the same licence is finished, under the number it has.
        let issued = office.licences.issue(&office.request(1)).await.unwrap();
        assert_eq!((issued.id, issued.state), (kept[0].id, State::Valid));
        assert_eq!(issued.number, kept[0].number);
        office.test.close().await;
    }
}

/// req: LIC-025
#[tokio::test]
async fn an_unbound_seal_stops_with_the_reason() {
    for backend in testkit::backends() {
        let office = Office::without_seal(backend).await;
        let problem = office.licences.issue(&office.request(1)).await.unwrap_err();
        assert_eq!(problem.code(), "seal_unbound");
        assert!(problem.title().contains("示例区市场监督管理局"), "{problem}");
        let bound = office.licences.ensure_seal(office.org).await.unwrap();
        assert_eq!(office.licences.ensure_seal(office.org).await.unwrap(), bound, "bound once");
        assert_eq!(office.licences.issue(&office.request(1)).await.unwrap().state, State::Valid);
        office.licences.release_seal(office.org).await.unwrap();
        assert_eq!(office.licences.issue(&office.request(2)).await.unwrap_err().code(), "seal_unbound");
        office.test.close().await;
    }
}

#[tokio::test]
async fn a_seal_whose_certificate_ended_stops_until_it_is_bound_anew() {
    let office = Office::new(testkit::Backend::Sqlite).await;
    office.test.clock.advance(time::Duration::days(365 * 6));
    assert_eq!(office.licences.issue(&office.request(1)).await.unwrap_err().code(), "seal_expired");
    office.licences.ensure_seal(office.org).await.unwrap();
    assert_eq!(office.licences.issue(&office.request(1)).await.unwrap().state, State::Valid);
}

/// A change keeps number and term, goes up one version and ends the old licence.
///
/// req: LIC-025
#[tokio::test]
async fn a_licence_that_replaces_another_ends_it() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let old = office.licences.issue(&office.request(1)).await.unwrap();
        let mut change = office.request(2);
        change.issued_on = time::macros::date!(2027 - 01 - 05);
        change.replaces = Some(Replaces { licence: old.id, keep_term: true });
        // The change form asks only for what changes; the rest stands on the old licence.
        let form = change.fields["form"].as_object_mut().unwrap();
        for key in ["premises_address", "main_format", "catering_projects"] {
            form.remove(key);
        }
        let new = office.licences.issue(&change).await.unwrap();
        assert_eq!((new.number.as_str(), new.expires_on), (old.number.as_str(), old.expires_on));
        assert!(new.identifier.contains(&format!("{}.002.", old.number)), "{}", new.identifier);
        let fields = office.licences.fields_of(new.id).await.unwrap().unwrap();
        assert_eq!(fields["main_format"], "餐饮服务经营者");
        let ended = office.licences.licence(old.id).await.unwrap().unwrap();
        assert_eq!(ended.state, State::Abolished);
        assert!(ended.abolish_reason.unwrap().contains("换发新证"));
        let held = |id: &'static str| office.licences.valid_of_holder(HolderKind::Enterprise, id, FOOD);
        assert_eq!(held("92449902MA9900KX9E").await.unwrap(), [new]);
        assert_eq!(held("91449902MA9900AX2B").await.unwrap(), []);
        office.test.close().await;
    }
}

/// Every type of the packs that is issued here can be imported; a second import changes nothing.
#[tokio::test]
async fn every_type_of_the_packs_is_taken() {
    let office = Office::without_seal(testkit::Backend::Sqlite).await;
    let folder = format!("{}/../../../packs/licences", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let key = entry.unwrap().file_name().into_string().unwrap();
        let yaml = pack(&format!("licences/{key}/licence.yaml"));
        let kind = LicenceType::parse(&yaml).unwrap();
        let face = match &kind.paper {
            Some(file) => pack(&format!("licences/{key}/{file}")),
            None => pack("platform/papers/licence.typ"),
        };
        let version =
            office.licences.import_type(&yaml, &face).await.unwrap_or_else(|problem| panic!("{key}: {problem}"));
        assert_eq!(office.licences.import_type(&yaml, &face).await.unwrap(), version, "{key}");
        seen += 1;
    }
    assert!(seen > 10);
    let mut request = office.request(1);
    request.type_key = "resident-id".into();
    assert_eq!(office.licences.issue(&request).await.unwrap_err().code(), "licence_not_issued_here");
    request.type_key = "unheard-of".into();
    assert_eq!(office.licences.issue(&request).await.unwrap_err().code(), "licence_type_missing");
}

/// req: LIC-025
#[tokio::test]
async fn a_changed_type_is_a_new_version_and_a_broken_template_is_refused() {
    let office = Office::without_seal(testkit::Backend::Sqlite).await;
    let yaml = pack("licences/food-operation-permit/licence.yaml");
    let face = pack("platform/papers/licence.typ");
    assert_eq!(office.licences.import_type(&yaml, &face).await.unwrap(), 2, "another face");
    let problem = office.licences.import_type(&yaml, "#unheard-of").await.unwrap_err();
    assert!(problem.field_errors()[0].pointer.ends_with("/paper"), "{problem}");
    let problem =
        office.licences.import_type(&yaml.replace("from: form.domicile", "from: 1 +"), &face).await.unwrap_err();
    assert!(problem.field_errors()[0].pointer.ends_with("/fields/domicile"), "{problem}");
    assert_eq!(office.licences.licence_type(FOOD).await.unwrap().unwrap().name, "食品经营许可证");
}

/// Every sample application of the packs that ends in a licence gives one that can be sealed.
///
/// req: LIC-025
#[tokio::test]
async fn every_granted_sample_of_the_packs_becomes_a_licence() {
    let office = Office::without_seal(testkit::Backend::Sqlite).await;
    let items = format!("{}/../../../packs/items", env!("CARGO_MANIFEST_DIR"));
    let mut order = 100;
    for item in std::fs::read_dir(&items).unwrap() {
        let slug = item.unwrap().file_name().into_string().unwrap();
        let item: Value = serde_yaml_ng::from_str(&pack(&format!("items/{slug}/item.yaml"))).unwrap();
        let results = item["results"].as_array().unwrap();
        for key in results.iter().filter_map(|result| result["licence_type"].as_str()) {
            let yaml = pack(&format!("licences/{key}/licence.yaml"));
            let kind = LicenceType::parse(&yaml).unwrap();
            let face = match &kind.paper {
                Some(file) => pack(&format!("licences/{key}/{file}")),
                None => pack("platform/papers/licence.typ"),
            };
            office.licences.import_type(&yaml, &face).await.unwrap();
            let body = office
                .licences
                .identity
                .org_by_uscc(kind.seal_code())
                .await
                .unwrap()
                .expect("the city has its issuers");
            office.licences.ensure_seal(body.id).await.unwrap();
            for sample in std::fs::read_dir(format!("{items}/{slug}/samples")).unwrap() {
                let name = sample.unwrap().file_name().into_string().unwrap();
                let sample: Value = serde_json::from_str(&pack(&format!("items/{slug}/samples/{name}"))).unwrap();
                let ends_in_licence = matches!(sample["expect"]["result"].as_str(), Some("granted" | "filed"))
                    && sample["handle_item"] != "cancel";
                if !ends_in_licence {
                    continue;
                }
                order += 1;
                let mut request = office.request(order);
                request.type_key = key.to_owned();
                request.case_id = Uuid::from_u128(order);
                let applicant = &sample["applicant"];
                let text = |key: &str| applicant[key].as_str().unwrap_or_default().to_owned();
                request.holder.name = text("name");
                (request.holder.kind, request.holder.id) = match applicant["kind"].as_str() {
                    Some("person") => (HolderKind::Person, text("id_number")),
                    _ => (HolderKind::Enterprise, text("uscc")),
                };
                let facts = json!({
                    "form": sample["form"], "applicant": applicant,
                    "handle_item": sample["handle_item"], "situation": sample["situations"],
                });
                request.fields = facts.as_object().unwrap().clone();
                let issued = office.licences.issue(&request).await;
                let issued = issued.unwrap_or_else(|problem| panic!("{slug}/{name}: {problem}"));
                assert_eq!(issued.state, State::Valid, "{slug}/{name}");
            }
        }
    }
    assert!(order > 120, "samples were found");
}
