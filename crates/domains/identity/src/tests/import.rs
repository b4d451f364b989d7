//! Imports of a content pack, and what staff see because of them.

use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use testkit::backends;

use super::{City, PASSWORD, pack};
use crate::import::{regions_from_city, regions_from_tsv};

async fn whole_city(backend: testkit::Backend) -> City {
    let city = City::new(backend).await;
    let table =
        std::fs::read_to_string(format!("{}/../../../packs/platform/regions/regions.tsv", env!("CARGO_MANIFEST_DIR")));
    city.identity.import_regions(regions_from_tsv(&table.unwrap()).unwrap()).await.unwrap();
    city.identity.import_regions(regions_from_city(&pack("city.yaml")).unwrap()).await.unwrap();
    city.identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
    city.identity.import_windows(&pack("windows.yaml")).await.unwrap();
    city.identity.import_staff(&pack("staff.yaml"), PASSWORD).await.unwrap();
    city
}

async fn caller(city: &City, login: &str) -> Principal {
    let staff = city.identity.staff_by_login(login).await.unwrap().unwrap();
    city.identity.principal(&city.test.platform, Audience::Desk, staff.id).await.unwrap().unwrap()
}

async fn seen(city: &City, login: &str) -> Vec<String> {
    let orgs = city.identity.orgs().await.unwrap();
    let visible = caller(city, login).await.visible_orgs;
    visible.iter().map(|id| orgs.get(*id).unwrap().key.clone()).collect()
}

#[tokio::test]
async fn the_example_city_comes_in_whole_and_again_without_change() {
    for backend in backends() {
        let city = whole_city(backend).await;
        let orgs = city.identity.orgs().await.unwrap();
        let bureau = city.identity.org_by_uscc("11449902MB9900128N").await.unwrap().unwrap();
        assert_eq!(bureau.name, "示例区市场监督管理局");
        let before = city.identity.staff_by_login("clerk").await.unwrap();
        city.identity.import_orgs(&pack("orgs.yaml")).await.unwrap();
        city.identity.import_windows(&pack("windows.yaml")).await.unwrap();
        city.identity.import_staff(&pack("staff.yaml"), "Another-Word-2").await.unwrap();
        assert_eq!(city.identity.orgs().await.unwrap().all(), orgs.all());
        assert_eq!(city.identity.staff_by_login("clerk").await.unwrap(), before);
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, 200, "an import keeps passwords");
        // There is no city between: the districts of a municipality hang below it.
        let beijing = city.identity.regions_below(Some("110000000000")).await.unwrap();
        assert!(beijing.iter().any(|(region, more)| region.name == "东城区" && region.level == 4 && !more));
        // The made-up city lies where its code says.
        assert_eq!(city.identity.region_path("449902003001").await.unwrap(), "广东省示例市示例区示例街道和平社区");
        city.test.close().await;
    }
}

#[tokio::test]
async fn staff_see_their_body_their_windows_bodies_and_nothing_else() {
    for backend in backends() {
        let city = whole_city(backend).await;
        let orgs = city.identity.orgs().await.unwrap();
        for (slug, key) in
            [("food-operation-permit", "qscj"), ("senior-allowance", "mz"), ("resident-pension-enrolment", "rs")]
        {
            city.identity.link_item(slug, orgs.by_key(key).unwrap().id).await.unwrap();
        }
        let reviewer = seen(&city, "reviewer").await;
        assert!(reviewer.contains(&"qscj".to_owned()), "a section handles the cases of its bureau");
        assert!(!reviewer.contains(&"mz".to_owned()) && !reviewer.contains(&"district-hall".to_owned()));

        let maker = seen(&city, "maker").await;
        for key in ["qscj", "mz", "rs"] {
            assert!(maker.contains(&key.to_owned()), "the delivery window serves the whole hall, also {key}");
        }
        assert!(!maker.contains(&"scj".to_owned()), "but no other hall");

        let street = city.identity.staff_with_role(orgs.by_key("street-hall").unwrap().id, "clerk").await.unwrap();
        // A street takes in for the bureaus of its items, and sees of them what it took in itself.
        let clerk = seen(&city, &street[0].login).await;
        assert!(!clerk.contains(&"mz".to_owned()) && clerk.contains(&"heping".to_owned()), "{clerk:?}");
        let clerk = caller(&city, &street[0].login).await;
        let (mz, qscj) = (orgs.by_key("mz").unwrap().id, orgs.by_key("qscj").unwrap().id);
        let (own, elsewhere) = (orgs.by_key("street-hall").unwrap().id, orgs.by_key("district-hall").unwrap().id);
        assert!(clerk.takes_in(mz, "senior-allowance") && !clerk.takes_in(qscj, "food-operation-permit"));
        assert!(clerk.reaches_taken(mz, "senior-allowance", Some(own)));
        for taken_at in [None, Some(elsewhere)] {
            assert!(!clerk.reaches_taken(mz, "senior-allowance", taken_at), "{taken_at:?}");
        }
        assert!(!clerk.reaches_taken(mz, "food-operation-permit", Some(own)), "nor another item");

        assert_eq!(seen(&city, "supervisor").await.len(), orgs.all().len(), "the city's supervision sees the city");
        let district = seen(&city, "supervisor-district").await;
        assert!(district.contains(&"qscj".to_owned()) && !district.contains(&"scj".to_owned()));
        assert!(!seen(&city, "editor-food").await.contains(&"mz".to_owned()), "an item list narrows the view");
        city.test.close().await;
    }
}

#[tokio::test]
async fn a_citizens_account_is_no_staff_user() {
    let city = City::with_staff(testkit::Backend::Sqlite).await;
    let staff = city.identity.staff_by_login("clerk").await.unwrap().unwrap();
    let wrong = city.identity.principal(&city.test.platform, Audience::Portal, staff.id).await.unwrap();
    assert!(wrong.is_none());
}

#[tokio::test]
async fn a_file_with_mistakes_changes_nothing_and_names_each_of_them() {
    for backend in backends() {
        let city = City::with_staff(backend).await;
        let pointers = |problem: platform::Problem| -> Vec<String> {
            problem.field_errors().iter().map(|error| error.pointer.clone()).collect()
        };
        let bad = "schema: tongban-staff/1\nstaff:\n\
            - {login: new, name: 新人, org: nowhere, roles: [clerk]}\n\
            - {login: other, name: 别人, org: qscj, roles: [citizen], windows: [no-window]}\n";
        let found = pointers(city.identity.import_staff(bad, PASSWORD).await.unwrap_err());
        assert_eq!(found, ["/staff/0/org", "/staff/1/roles", "/staff/1/windows"]);
        assert!(city.identity.staff_by_login("other").await.unwrap().is_none());

        let bad = "schema: tongban-orgs/1\norgs:\n\
            - {key: a, name: 甲, kind: department, uscc: 11449900MB9900013X, level: '3', region: '449900000000', parent: b}\n";
        let found = pointers(city.identity.import_orgs(bad).await.unwrap_err());
        assert_eq!(found, ["/orgs/0/uscc", "/orgs/0/parent"]);
        assert!(city.identity.import_orgs("schema: tongban-staff/1\nstaff: []").await.is_err());
        city.test.close().await;
    }
}
