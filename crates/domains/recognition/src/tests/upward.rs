//! Somebody signed in here goes to the province.

use super::*;

async fn url(hall: &Hall, cookie: &str, path: &str, body: Value) -> String {
    let opened = hall.post(path, cookie, body).await;
    assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
    opened.body["url"].as_str().unwrap().to_owned()
}

/// The province redeems our ticket between the servers and learns what it is granted, once.
///
/// req: IDENT-010, IDENT-005
#[tokio::test]
async fn a_sign_in_here_is_accepted_upward_once_and_within_a_minute() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let cookie = hall.citizen("wang-haiyan").await;
        let open = "/portal/systems/province-portal/open";
        let address = url(&hall, &cookie, open, json!({ "to": "/space" })).await;
        assert!(address.contains("/peer/arrive?to=%2Fspace&ticket=") && !address.contains("449902198803120267"));
        let there = hall.visit(&address).await;
        assert_eq!((there.status, &there.body["user"]["name"]), (StatusCode::OK, &json!("王海燕")), "{there:?}");
        assert_eq!(there.body["user"]["id_number"], Value::Null, "not granted");
        let me = hall.get("/portal/me", &cookie).await.body["account"]["id"].clone();
        assert_ne!(there.body["subject"], me, "systems get a subject of their own");
        // Again, too late, and shown by another system.
        assert_eq!(hall.visit(&address).await.status, StatusCode::FORBIDDEN);
        assert_eq!(hall.last_line().await["reason"], "重复使用");
        let late = url(&hall, &cookie, open, json!({})).await;
        hall.test.clock.advance(time::Duration::seconds(61));
        assert_eq!(hall.visit(&late).await.status, StatusCode::FORBIDDEN);
        assert_eq!(hall.last_line().await["reason"], "超过有效时间");
        hall.tell_the_time().await;
        let fresh = url(&hall, &cookie, open, json!({})).await;
        let ticket = fresh.split("ticket=").nth(1).unwrap();
        let department = hall.recognition.identity.system_by_app_id(department::APP_ID).await.unwrap().unwrap();
        let wrong = crate::arrivals::redeem_for_tests(&hall.recognition, &department, ticket).await;
        assert_eq!(wrong.unwrap_err().code(), "ticket_refused");
        let line = hall.last_line().await;
        assert_eq!((line["reason"].as_str(), line["person"].as_str()), (Some("给别的门户的票据"), Some("")), "{line}");
        assert_eq!(hall.visit(&fresh).await.status, StatusCode::OK, "the right one still redeems it");
        // It counts as a use of that system, for the owner and the statistics.
        let records = hall.get("/portal/me/sign-ins", &cookie).await.body;
        assert_eq!(records["items"][0]["system"]["name"], "省政务服务网", "{records}");
        hall.close().await;
    }
}

/// What is switched off, not granted or not for this user system does not exist.
///
/// req: IDENT-010, IDENT-005
#[tokio::test]
async fn a_system_that_is_off_or_not_for_them_can_not_be_opened() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let (citizen, clerk) = (hall.citizen("wang-haiyan").await, hall.staff("clerk").await);
        let open = async |who: &str, side: &str, body: Value| {
            hall.post(&format!("/{side}/systems/province-portal/open"), who, body).await.status
        };
        assert_eq!(open(&clerk, "staff", json!({})).await, StatusCode::NOT_FOUND, "not for staff");
        for outside in ["https://evil.example/", "//evil.example"] {
            assert_eq!(open(&citizen, "portal", json!({ "to": outside })).await, StatusCode::UNPROCESSABLE_ENTITY);
        }
        hall.link(peer::APP_ID, |link| link.enabled = false).await;
        assert_eq!(open(&citizen, "portal", json!({})).await, StatusCode::NOT_FOUND);
        hall.link(peer::APP_ID, |link| link.bind_url = String::new()).await;
        assert_eq!(open(&citizen, "portal", json!({})).await, StatusCode::OK);
        let bind = hall.post("/portal/systems/province-portal/bind", &citizen, json!({})).await;
        assert_eq!(bind.code(), "no_own_accounts");
        // Somebody locked out after the ticket was given is not told of.
        assert_eq!(
            hall.post("/portal/systems/province-portal/open", "", json!({})).await.status,
            StatusCode::UNAUTHORIZED
        );
        hall.close().await;
    }
}

/// Our own tickets are bound to the browser's network where the link says so.
///
/// req: IDENT-010
#[tokio::test]
async fn our_ticket_is_bound_to_the_browsers_network_where_configured() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        hall.link(peer::APP_ID, |link| link.bind_network = true).await;
        let cookie = hall.citizen("wang-haiyan").await;
        // The browser sits at 127.0.0.1, as the province sees it.
        let near = url(&hall, &cookie, "/portal/systems/province-portal/open", json!({})).await;
        assert_eq!(hall.visit(&near).await.status, StatusCode::OK);
        let far = hall.client.post(format!("{}/api/v1/portal/systems/province-portal/open", hall.base));
        // Signed in from another network, so the session is opened there too.
        let (ticket, to) = hall.ticket("peer", "login=wang-haiyan&to=/my/cases&net=203.0.0.0/16").await;
        let arrived = hall.arrive_from(&ticket, &to, "203.0.113.7").await;
        let far = far.header("x-forwarded-for", "203.0.113.7").header("x-tongban-request", "1");
        let opened = hall.send(far.header(COOKIE, arrived.cookie).json(&json!({}))).await;
        assert_eq!(opened.status, StatusCode::OK, "{opened:?}");
        assert_eq!(hall.visit(opened.body["url"].as_str().unwrap()).await.status, StatusCode::FORBIDDEN);
        assert_eq!(hall.last_line().await["reason"], "换了网络");
        hall.close().await;
    }
}
