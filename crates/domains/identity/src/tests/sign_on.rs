//! Citizens' sign-on through the province.

use axum::http::{StatusCode, header};
use platform::sessions::PrincipalSource;
use platform::web::guard::Audience;
use sea_orm::EntityTrait;
use testkit::backends;
use time::Duration;

use super::City;
use crate::AccountKind;
use crate::store::accounts::row;

/// req: IDENT-001
#[tokio::test]
async fn signing_on_mirrors_the_person_sealed_and_shows_the_owner_masked_numbers() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (back, kept) = city.at_the_province("/apply/food%3Fstep%3D2", "wang-haiyan").await;
        let answer = city.get(&back, &kept).await;
        assert_eq!((answer.status, answer.location().as_str()), (StatusCode::SEE_OTHER, "/apply/food?step=2"));
        let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");

        let me = city.get("/api/v1/portal/me", &answer.cookie("tb_portal").unwrap()).await.json();
        let account = &me["account"];
        assert_eq!(account["kind"], "person");
        assert_eq!(account["name"], "王海燕");
        assert_eq!(account["id_number_masked"], "449***********0267");
        assert_eq!(account["phone_masked"], "199****0001");
        assert_eq!(account["real_name"], true);
        assert!(account["enterprise"].is_null());

        let rows = row::Entity::find().all(city.test.platform.db.read()).await.unwrap();
        let stored = format!("{rows:?}");
        assert!(!stored.contains("449902198803120267") && !stored.contains("19900000001"), "personal numbers lie open");
        let raw = city.identity.account(rows[0].id).await.unwrap().unwrap();
        assert_eq!((raw.id_number.as_str(), raw.id_type.as_str()), ("449902198803120267", "111"));
        assert_eq!(raw.phone.as_deref(), Some("19900000001"));
        city.test.close().await;
    }
}

/// req: IDENT-001
#[tokio::test]
async fn the_same_person_signing_on_again_finds_the_same_account() {
    for backend in backends() {
        let city = City::new(backend).await;
        let first = city.get("/api/v1/portal/me", &city.signed_on("li-ming").await).await.json();
        let second = city.get("/api/v1/portal/me", &city.signed_on("li-ming").await).await.json();
        assert_eq!(first["account"]["id"], second["account"]["id"]);
        assert_eq!(row::Entity::find().all(city.test.platform.db.read()).await.unwrap().len(), 1);
        city.test.close().await;
    }
}

/// req: IDENT-001
#[tokio::test]
async fn an_account_without_real_name_is_known_as_such_to_everybody_who_asks() {
    for backend in backends() {
        let city = City::new(backend).await;
        let me = city.get("/api/v1/portal/me", &city.signed_on("gao-peng").await).await.json();
        assert_eq!(me["account"]["real_name"], false);
        let id = me["account"]["id"].as_str().unwrap().parse().unwrap();
        let caller = city.identity.principal(&city.test.platform, Audience::Portal, id).await.unwrap().unwrap();
        assert!(!caller.real_name && caller.may("my_case.create"));
        city.test.close().await;
    }
}

#[tokio::test]
async fn an_enterprise_signs_on_with_the_person_who_acts_for_it() {
    for backend in backends() {
        let city = City::new(backend).await;
        let me = city.get("/api/v1/portal/me", &city.signed_on("haiyan").await).await.json();
        let account = &me["account"];
        assert_eq!(account["kind"], "enterprise");
        assert_eq!(account["enterprise"]["name"], "示例区海燕小厨餐饮店");
        assert_eq!(account["enterprise"]["uscc"], "92449902MA9900KX9E");
        let id = account["id"].as_str().unwrap().parse().unwrap();
        let raw = city.identity.account(id).await.unwrap().unwrap();
        assert_eq!((raw.kind, raw.applicant_name()), (AccountKind::Enterprise, "示例区海燕小厨餐饮店"));
        assert_eq!(raw.name, "王海燕");
        city.test.close().await;
    }
}

#[tokio::test]
async fn a_state_serves_once_for_ten_minutes_and_only_the_browser_that_began() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (back, kept) = city.at_the_province("/", "li-ming").await;
        // A link sent to somebody else does not sign that browser in.
        let elsewhere = city.get(&back, "").await;
        assert_eq!(
            (elsewhere.status, elsewhere.json()["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("sign_on_over"))
        );
        assert_eq!(city.get(&back, &kept).await.status, StatusCode::SEE_OTHER);
        assert_eq!(city.get(&back, &kept).await.status, StatusCode::BAD_REQUEST);

        let (back, kept) = city.at_the_province("/", "li-ming").await;
        city.test.clock.advance(Duration::minutes(10));
        let late = city.get(&back, &kept).await;
        assert_eq!((late.status, late.cookie("tb_portal")), (StatusCode::BAD_REQUEST, None));
        city.test.close().await;
    }
}

#[tokio::test]
async fn another_site_is_never_gone_back_to() {
    let city = City::new(testkit::Backend::Sqlite).await;
    for bad in ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let (back, kept) = city.at_the_province(bad, "li-ming").await;
        assert_eq!(city.get(&back, &kept).await.location(), "/", "{bad}");
    }
}

#[tokio::test]
async fn somebody_who_chooses_not_to_sign_in_is_told_so() {
    let city = City::new(testkit::Backend::Sqlite).await;
    let (back, kept) = city.at_the_province("/", "").await;
    let answer = city.get(&back, &kept).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (StatusCode::BAD_REQUEST, Some("sign_on_refused")));
}

/// req: IDENT-001
#[tokio::test]
async fn a_browser_that_comes_back_without_a_sign_in_is_led_to_the_sign_in_page() {
    let city = City::new(testkit::Backend::Sqlite).await;
    let (cancelled, kept) = city.at_the_province("/", "").await;
    let answer = city.browse(&cancelled, &kept).await;
    assert_eq!((answer.status, answer.location().as_str()), (StatusCode::SEE_OTHER, "/sign-in?failed=refused"));

    let (back, kept) = city.at_the_province("/", "li-ming").await;
    city.test.clock.advance(Duration::minutes(10));
    let late = city.browse(&back, &kept).await;
    assert_eq!((late.status, late.location().as_str()), (StatusCode::SEE_OTHER, "/sign-in?failed=over"));
    assert_eq!(late.cookie("tb_portal"), None, "nobody is signed in");
}

#[tokio::test]
async fn a_made_up_code_signs_nobody_in() {
    let city = City::new(testkit::Backend::Sqlite).await;
    let (back, kept) = city.at_the_province("/", "li-ming").await;
    let forged = format!("{}&code=made-up", back.replace("code=", "old="));
    let answer = city.get(&forged, &kept).await;
    assert_eq!((answer.status, answer.cookie("tb_portal")), (StatusCode::BAD_REQUEST, None));
}

/// req: IDENT-001
#[tokio::test]
async fn a_province_that_is_down_is_said_in_plain_words_and_recovers() {
    for backend in backends() {
        let city = City::new(backend).await;
        let (back, kept) = city.at_the_province("/", "li-ming").await;
        city.province_down(true).await;
        let begun = city.get("/api/v1/portal/sign-on", "").await;
        assert_eq!(begun.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(begun.json()["title"], "省统一身份认证暂时没有回应，现在登录不了。");
        assert_eq!(begun.headers[header::RETRY_AFTER], "60");
        assert_eq!(city.get(&back, &kept).await.status, StatusCode::SERVICE_UNAVAILABLE);

        let page = city.browse("/api/v1/portal/sign-on", "").await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.text.contains("<html lang=\"zh-CN\">") && page.text.contains("过几分钟再登录"), "{}", page.text);

        city.province_down(false).await;
        city.signed_on("li-ming").await;
        city.test.close().await;
    }
}
