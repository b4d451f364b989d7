//! Accounts in scale (OPS-040): a full-size administration beside the demo city, made in seconds, listed page by
//! page, each person with the reach and the permissions of the own place.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use app::demo::PASSWORD;
use app::scale::Size;
use platform::sessions::PrincipalSource;
use platform::web::guard::Audience;
use serde_json::Value;
use testkit::Backend;

use crate::world::{Caller, World};

/// Every row of a list, page by page, and how many the list says there are.
async fn all(caller: &Caller, path: &str) -> (Vec<Value>, u64) {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("{path}&limit=100{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 100, "a page is a page");
        rows.extend(items.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (rows, page["total"].as_u64().unwrap()),
        }
    }
}

async fn held(caller: &Caller) -> BTreeSet<String> {
    let me = caller.get("/staff/me").await;
    me["permissions"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// Keys of the organisations somebody sees.
async fn seen(world: &World, login: &str) -> BTreeSet<String> {
    let identity = &world.app.identity;
    let staff = identity.staff_by_login(login).await.unwrap().unwrap();
    let caller = identity.principal(&world.app.platform, Audience::Desk, staff.id).await.unwrap().unwrap();
    let orgs = identity.orgs().await.unwrap();
    caller.visible_orgs.iter().map(|id| orgs.get(*id).unwrap().key.clone()).collect()
}

/// req: OPS-040
#[tokio::test(flavor = "multi_thread")]
async fn a_district_with_its_towns_and_villages_comes_in_within_seconds_and_everybody_has_the_own_place() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let begun = Instant::now();
        let made = world.app.load_scale(Size::District, PASSWORD).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
        assert_eq!((made.regions, made.orgs, made.staff), (265, 306, 848));

        // Lists are paged and found by name, key and role.
        let admin = world.staff("sysadmin").await;
        let gov = admin.get("/admin/orgs?q=s1-gov").await["items"][0]["id"].as_str().unwrap().to_owned();
        for (role, count) in [("clerk", 300), ("approver", 500), ("manager", 40), ("sys_admin", 1), ("auditor", 1)] {
            let (rows, total) = all(&admin, &format!("/admin/staff?org={gov}&role={role}")).await;
            let logins: BTreeSet<&str> = rows.iter().map(|row| row["login"].as_str().unwrap()).collect();
            assert_eq!((rows.len() as u64, total, logins.len() as u64), (count, count, count), "{role}");
        }
        let (everybody, total) = all(&admin, &format!("/admin/staff?org={gov}")).await;
        assert_eq!((everybody.len(), total), (848, 848));
        let (one, _) = all(&admin, "/admin/staff?q=s-clerk-007").await;
        assert_eq!((one.len(), one[0]["login"].as_str()), (1, Some("s-clerk-007")));
        let (villages, total) = all(&admin, "/admin/orgs?region=449911000000&kind=community").await;
        assert_eq!((villages.len(), total), (240, 240));
        let (town, total) = all(&admin, "/admin/orgs?q=望海").await;
        assert_eq!((town.len(), total), (11, 11), "a town and its ten villages");

        // Reach: a bureau's section acts for its bureau, a town sees its villages; nobody sees the neighbour.
        let bureau = seen(&world, "s-approver-001").await;
        assert!(bureau.contains("s1-bureau-1") && !bureau.contains("s1-bureau-2"), "{bureau:?}");
        assert!(!bureau.contains("s1-town-1") && !bureau.contains("qscj"), "{bureau:?}");
        let town = seen(&world, "s-approver-010").await;
        assert!(town.contains("s1-town-1") && town.contains("s1-town-1-10"), "{town:?}");
        assert!(!town.contains("s1-town-2") && !town.contains("s1-bureau-1"), "{town:?}");

        // The one password opens each of them, and each holds what the role gives.
        for (login, model) in [
            ("s-clerk-300", "clerk"),
            ("s-approver-500", "approver"),
            ("s-manager-040", "manager"),
            ("s-admin-1", "sysadmin"),
        ] {
            let (own, of_model) = (held(&world.staff(login).await).await, held(&world.staff(model).await).await);
            assert_eq!(own, of_model, "{login} holds what {model} holds");
        }
        let clerk = held(&world.staff("s-clerk-001").await).await;
        assert!(
            clerk.contains("case.intake") && !clerk.contains("case.extend_decide") && !clerk.contains("staff.edit")
        );
        assert!(held(&world.staff("s-approver-001").await).await.contains("case.extend_decide"));

        // Again changes nothing.
        assert_eq!(world.app.load_scale(Size::District, "Another-Word-2").await.unwrap(), made);
        assert_eq!(all(&admin, &format!("/admin/staff?org={gov}")).await.1, 848);
        world.staff("s-clerk-001").await;
        world.close().await;
    }
}

/// req: OPS-040
#[tokio::test(flavor = "multi_thread")]
async fn a_city_of_five_districts_has_five_levels() {
    let world = World::new(Backend::Sqlite).await;
    let made = world.app.load_scale(Size::City, PASSWORD).await.unwrap();
    assert_eq!((made.regions, made.orgs, made.staff), (185, 290, 848));
    let identity = &world.app.identity;
    assert_eq!(identity.region_path("449911101201").await.unwrap(), "广东省示例市南川区河东镇一村");
    let orgs = identity.orgs().await.unwrap();
    let levels: BTreeSet<i64> = orgs.all().iter().filter(|org| org.key.starts_with('s')).map(|org| org.level).collect();
    assert!([4, 5, 6].iter().all(|level| levels.contains(level)), "{levels:?}");
    let admin = world.staff("sysadmin").await;
    for district in 1..=5 {
        let gov =
            admin.get(&format!("/admin/orgs?q=s{district}-gov")).await["items"][0]["id"].as_str().unwrap().to_owned();
        let (_, clerks) = all(&admin, &format!("/admin/staff?org={gov}&role=clerk")).await;
        assert!(clerks >= 50, "district {district}: {clerks}");
    }
    world.close().await;
}
