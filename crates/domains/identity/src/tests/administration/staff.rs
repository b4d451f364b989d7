//! Staff users and their passwords.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::backends;
use time::Duration;

use super::{PASSWORD, administered, pointers};

/// req: IDENT-025
#[tokio::test]
async fn a_new_user_opens_nothing_before_choosing_a_password() {
    for backend in backends() {
        let city = administered(backend).await;
        let (admin, security) = (city.desk("sysadmin").await, city.desk("secadmin").await);
        let new = json!({ "login": " Xin.Ren ", "name": "新人", "org_id": city.org("qscj-food").await, "phone": "19900000777" });
        let made = city.done(Method::POST, "/admin/staff", &admin, new.clone()).await;
        let (id, first) = (made["staff"]["id"].as_str().unwrap(), made["one_time_password"].as_str().unwrap());
        assert_eq!(made["staff"]["phone_masked"], "199****0777");
        let again = city.refused(Method::POST, "/admin/staff", &admin, new, 422).await;
        assert_eq!(pointers(&again), ["/login"]);
        let grants = json!({ "version": 1, "roles": ["clerk"], "items": ["food-operation-permit"], "windows": [] });
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;

        let answer = city.sign_in("xin.ren", first).await;
        assert_eq!(answer.json()["must_change_password"], true);
        let cookie = answer.cookie("tb_desk").unwrap();
        assert_eq!(answer.json()["permissions"], json!(["staff.me"]));
        for (new, code) in [("short", "weak"), ("Xin.Ren-2026", "contains_login"), (first, "used_before")] {
            let body = json!({ "old_password": first, "new_password": new });
            let refused = city.refused(Method::PUT, "/staff/me/password", &cookie, body, 422).await;
            assert_eq!(refused["errors"][0]["code"], code);
        }
        let body = json!({ "old_password": first, "new_password": "Another-Word-9" });
        city.done(Method::PUT, "/staff/me/password", &cookie, body).await;
        let me = city.shown("/staff/me", &cookie).await;
        assert_eq!(me["must_change_password"], false);
        assert!(me["permissions"].as_array().unwrap().contains(&json!("case.accept")));
        // It is old after 180 days: then a new one is due.
        city.test.clock.advance(Duration::days(181));
        let old = city.sign_in("xin.ren", "Another-Word-9").await.json();
        assert_eq!((&old["must_change_password"], &old["permissions"]), (&json!(true), &json!(["staff.me"])));
        city.test.close().await;
    }
}

/// req: IDENT-025
#[tokio::test]
async fn disabling_ends_every_session_at_once_and_a_reset_is_for_three_days() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        let (one, two) = (city.desk("clerk").await, city.desk("clerk").await);
        assert_eq!(city.account("clerk", &admin).await["sessions"], 2);
        let id = city.person("clerk").await;
        let version = city.account("clerk", &admin).await["version"].clone();
        let body = json!({ "version": version, "reason": "调离" });
        city.done(Method::POST, &format!("/admin/staff/{id}/disable"), &admin, body.clone()).await;
        for cookie in [&one, &two] {
            assert_eq!(city.get("/api/v1/staff/me", cookie).await.status, StatusCode::UNAUTHORIZED);
        }
        city.refused(Method::POST, &format!("/admin/staff/{id}/enable"), &admin, body, 409).await;
        let back = city.done(Method::POST, &format!("/admin/staff/{id}/enable"), &admin, json!({ "version": 2 })).await;
        assert_eq!(back["disabled"], false);
        assert_eq!(city.get("/api/v1/staff/me", &one).await.status, StatusCode::UNAUTHORIZED, "ended stays ended");

        let reset = json!({ "version": 3, "reason": "忘了口令" });
        let made = city.done(Method::POST, &format!("/admin/staff/{id}/reset-password"), &admin, reset).await;
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        city.test.clock.advance(Duration::hours(73));
        let late = city.sign_in("clerk", made["one_time_password"].as_str().unwrap()).await;
        assert_eq!(late.status, StatusCode::UNAUTHORIZED, "three days are over");
        city.test.close().await;
    }
}

/// req: IDENT-025
#[tokio::test]
async fn locked_users_are_found_and_unlocked_and_a_removed_login_is_free_again() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        for _ in 0..5 {
            city.sign_in("clerk", "wrong").await;
        }
        let locked = city.shown("/admin/staff?state=locked", &admin).await;
        assert_eq!((locked["total"].as_u64(), locked["items"][0]["login"].as_str()), (Some(1), Some("clerk")));
        let id = city.person("clerk").await;
        city.done(Method::POST, &format!("/admin/staff/{id}/unlock"), &admin, json!({ "version": 1 })).await;
        city.desk("clerk").await;
        city.refused(Method::DELETE, &format!("/admin/staff/{id}?version=2&reason="), &admin, Value::Null, 422).await;
        city.done(
            Method::DELETE,
            &format!("/admin/staff/{id}?version=2&reason=%E9%80%80%E4%BC%91"),
            &admin,
            Value::Null,
        )
        .await;
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
        assert!(city.identity.staff(id).await.unwrap().unwrap().disabled, "the name stays for the history");
        let new = json!({ "login": "clerk", "name": "接任", "org_id": city.org("qscj-food").await });
        city.done(Method::POST, "/admin/staff", &admin, new).await;
        let own = city.person("sysadmin").await;
        city.refused(
            Method::POST,
            &format!("/admin/staff/{own}/disable"),
            &admin,
            json!({ "version": 1, "reason": "自己" }),
            409,
        )
        .await;
        city.test.close().await;
    }
}

/// req: IDENT-025, IDENT-034
#[tokio::test]
async fn a_raw_phone_is_shown_by_right_with_a_reason_and_logged() {
    for backend in backends() {
        let city = administered(backend).await;
        let (admin, security) = (city.desk("sysadmin").await, city.desk("secadmin").await);
        let id = city.person("clerk").await;
        let path = format!("/admin/staff/{id}/reveal?field=phone&reason=%E6%A0%B8%E5%AF%B9%E7%94%B5%E8%AF%9D");
        assert_eq!(city.get(&format!("/api/v1{path}"), &admin).await.status, StatusCode::FORBIDDEN);
        assert_eq!(city.shown(&path, &security).await["value"], "19900000101");
        let lines = platform::work::audit::about(city.test.platform.db.read(), &format!("staff:{id}")).await.unwrap();
        assert!(lines.contains(&("staff.reveal".to_owned(), "冯岩".to_owned())), "{lines:?}");
        city.test.close().await;
    }
}

/// A list of items narrows what somebody sees and may do, a window opens its items only.
///
/// req: IDENT-025, IDENT-029
#[tokio::test]
async fn an_item_list_narrows_the_reach() {
    use platform::sessions::PrincipalSource;
    for backend in backends() {
        let city = administered(backend).await;
        let (id, bureau) = (city.person("clerk").await, city.org("qscj").await);
        let caller = || async {
            let source = &city.identity;
            source.principal(&city.test.platform, platform::web::guard::Audience::Desk, id).await.unwrap().unwrap()
        };
        assert!(caller().await.reaches(bureau, "individual-business-setup"));
        let security = city.desk("secadmin").await;
        let grants = json!({ "version": 1, "roles": ["clerk"], "items": ["food-operation-permit"], "windows": [] });
        city.done(Method::PUT, &format!("/admin/staff/{id}/grants"), &security, grants).await;
        let narrowed = caller().await;
        assert!(narrowed.reaches(bureau, "food-operation-permit"));
        assert!(!narrowed.reaches(bureau, "individual-business-setup"));
        // Somebody of another body, at a window with one item of this one.
        let outsider = city.person("outsider").await;
        let windows = city.shown("/admin/windows?q=district-hall-6", &security).await;
        let grants = json!({ "version": 1, "roles": ["clerk"], "items": [], "windows": [windows["items"][0]["id"]] });
        city.done(Method::PUT, &format!("/admin/staff/{outsider}/grants"), &security, grants).await;
        let source = &city.identity;
        let guest = source
            .principal(&city.test.platform, platform::web::guard::Audience::Desk, outsider)
            .await
            .unwrap()
            .unwrap();
        assert!(guest.reaches(bureau, "food-operation-permit"));
        city.test.close().await;
    }
}

/// req: IDENT-031, CASE-001
#[tokio::test]
async fn the_start_page_is_laid_out_by_each_user_from_the_cards_of_the_role() {
    for backend in backends() {
        let city = administered(backend).await;
        let clerk = city.desk("clerk").await;
        let cards = city.shown("/staff/me/cards", &clerk).await;
        let keys: Vec<&str> =
            cards["items"].as_array().unwrap().iter().map(|card| card["key"].as_str().unwrap()).collect();
        assert!(keys.contains(&"todo") && !keys.contains(&"board"), "{keys:?}");
        let first = city.shown("/staff/me/layout", &clerk).await;
        assert_eq!((&first["saved"], &first["version"]), (&json!(false), &json!(0)));
        // The desktop of the role, not every card there is: the widest comes first.
        assert_eq!((&first["cards"][0]["key"], &first["cards"][0]["w"]), (&json!("counts"), &json!(12)));
        assert!(first["cards"].as_array().unwrap().len() < keys.len(), "{first}");
        let mine = json!([{ "key": "todo", "x": 0, "y": 0, "w": 12, "h": 5 }]);
        let saved = city.done(Method::PUT, "/staff/me/layout", &clerk, json!({ "version": 0, "cards": mine })).await;
        assert_eq!((&saved["version"], &saved["cards"]), (&json!(1), &mine));
        let other = json!({ "version": 1, "cards": [{ "key": "board", "x": 0, "y": 0, "w": 12, "h": 4 }] });
        city.refused(Method::PUT, "/staff/me/layout", &clerk, other, 422).await;
        city.refused(Method::PUT, "/staff/me/layout", &clerk, json!({ "version": 0, "cards": mine }), 409).await;
        assert_eq!(
            city.shown("/staff/me/layout", &city.desk("approver").await).await["saved"],
            false,
            "each user's own"
        );
        city.done(Method::DELETE, "/staff/me/layout", &clerk, Value::Null).await;
        assert_eq!(city.shown("/staff/me/layout", &clerk).await["saved"], false);
        city.test.close().await;
    }
}
