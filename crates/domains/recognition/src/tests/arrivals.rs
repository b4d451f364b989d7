//! Somebody comes with the province's ticket.

use super::*;
use crate::arrivals::tickets_for_tests as tickets;

/// Signed in over there is signed in here, on the page asked for, as the person one is here already.
///
/// req: IDENT-010
#[tokio::test]
async fn a_sign_in_at_the_province_opens_the_page_here() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let before = hall.get("/portal/me", &hall.citizen("wang-haiyan").await).await.body["account"]["id"].clone();
        let (ticket, to) = hall.ticket("peer", "login=wang-haiyan&to=/items/food-operation-permit").await;
        assert!(!ticket.contains("449902198803120267"), "nothing of the person travels in the address");
        let arrived = hall.arrive(&ticket, &to).await;
        assert_eq!((arrived.status, &arrived.body["state"]), (StatusCode::OK, &json!("arrived")), "{arrived:?}");
        assert_eq!(arrived.body["to"], "/items/food-operation-permit");
        assert_eq!(arrived.body["person"], "王*燕");
        let me = hall.get("/portal/me", &arrived.cookie).await.body;
        assert_eq!(me["account"]["id"], before, "the account the person has here");
        let records = hall.get("/portal/me/sign-ins", &arrived.cookie).await.body;
        assert_eq!(records["items"][0]["way_label"], "从门户跳转", "{records}");
        let line = hall.last_line().await;
        assert_eq!((&line["result"], &line["person"]), (&json!("arrived"), &json!("王*燕")), "{line}");
        // Whom the hall did not know gets an account, and keeps it when signing on later.
        let (ticket, to) = hall.ticket("peer", "login=li-ming&to=/my/cases").await;
        let fresh = hall.arrive(&ticket, &to).await;
        let made = hall.get("/portal/me", &fresh.cookie).await.body["account"]["id"].clone();
        let later = hall.get("/portal/me", &hall.citizen("li-ming").await).await.body;
        assert_eq!((&later["account"]["id"], &later["account"]["name"]), (&made, &json!("李明")));
        // An enterprise comes as itself.
        let (ticket, to) = hall.ticket("peer", "login=haiyan&to=/my/cases").await;
        let enterprise = hall.get("/portal/me", &hall.arrive(&ticket, &to).await.cookie).await.body;
        assert_eq!(enterprise["account"]["enterprise"]["uscc"], "92449902MA9900KX9E");
        hall.close().await;
    }
}

/// Each refusal has its own reason and way out, opens nothing, and is in both logs.
///
/// req: IDENT-010
#[tokio::test]
async fn a_ticket_that_is_late_replayed_altered_or_for_something_else_is_refused_and_logged() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let refused = async |answer: Answer, code: &str, reason: &str| {
            assert!(answer.status == StatusCode::FORBIDDEN || answer.status == StatusCode::BAD_REQUEST, "{answer:?}");
            assert_eq!((answer.code(), answer.cookie.as_str()), (code, ""), "{answer:?}");
            assert!(answer.body["detail"].as_str().is_some_and(|way_out| way_out.chars().count() > 6), "{answer:?}");
            let line = hall.last_line().await;
            assert_eq!((&line["result"], line["reason"].as_str()), (&json!("refused"), Some(reason)), "{line}");
        };
        let go = "login=wang-haiyan&to=/my/cases";

        let (ticket, to) = hall.ticket("peer", go).await;
        assert_eq!(hall.arrive(&ticket, &to).await.status, StatusCode::OK);
        refused(hall.arrive(&ticket, &to).await, "ticket_replayed", "重复使用").await;

        let (ticket, to) = hall.ticket("peer", go).await;
        let (body, signature) = ticket.split_once('.').unwrap();
        let mut claims: Value = serde_json::from_slice(&base::encoding::from_base64url(body).unwrap()).unwrap();
        claims["to"] = json!("/my/licences");
        let other = base::encoding::to_base64url(claims.to_string().as_bytes());
        refused(hall.arrive(&format!("{other}.{signature}"), "/my/licences").await, "ticket_altered", "签名不对").await;
        refused(hall.arrive(&ticket, "/my/licences").await, "ticket_other_page", "给别的页面的票据").await;
        refused(hall.arrive("nothing", &to).await, "ticket_unreadable", "票据读不出来").await;

        hall.test.clock.advance(time::Duration::seconds(60));
        refused(hall.arrive(&ticket, &to).await, "ticket_late", "超过有效时间").await;
        hall.tell_the_time().await;

        // The province signs for another hall, and for a page of another site.
        let now = hall.test.platform.now().unix_timestamp();
        let foreign = tickets::written("province-portal", "another-hall", "/my/cases", now, peer::SECRET);
        refused(hall.arrive(&foreign, "/my/cases").await, "ticket_other_portal", "给别的门户的票据").await;
        for outside in ["//evil.example/", "https://evil.example/", "/\\evil.example", "/api/v1/portal/me"] {
            let leading = tickets::written("province-portal", hall::HALL_ID, outside, now, peer::SECRET);
            refused(hall.arrive(&leading, outside).await, "ticket_other_page", "给别的页面的票据").await;
        }
        // Rightly signed, but the province knows nothing of it: somebody has its secret.
        let made_up = tickets::written("province-portal", hall::HALL_ID, "/my/cases", now, peer::SECRET);
        refused(hall.arrive(&made_up, "/my/cases").await, "ticket_not_redeemed", "签发方不认").await;
        let stranger = tickets::written("nobody", hall::HALL_ID, "/my/cases", now, "guessed-secret");
        refused(hall.arrive(&stranger, "/my/cases").await, "ticket_unknown_issuer", "签发方没有登记或已停用").await;

        // A portal whose word does not count here any more, and one that is switched off.
        hall.link(peer::APP_ID, |link| link.trusted = false).await;
        let (ticket, to) = hall.ticket("peer", go).await;
        refused(hall.arrive(&ticket, &to).await, "ticket_not_trusted", "签发方的身份不互认").await;
        hall.link(peer::APP_ID, |link| link.enabled = false).await;
        let (ticket, to) = hall.ticket("peer", go).await;
        refused(hall.arrive(&ticket, &to).await, "ticket_unknown_issuer", "签发方没有登记或已停用").await;

        let subject = "system:province-portal";
        let lines = platform::work::audit::about(hall.test.platform.db.read(), subject).await.unwrap();
        assert!(lines.iter().filter(|(action, _)| action == "ticket.refused").count() >= 9, "{lines:?}");
        // The administrator finds them.
        let admin = hall.staff("admin").await;
        let found = hall.get("/tickets?result=refused&q=重复使用&direction=in", &admin).await.body;
        assert_eq!(found["total"], 1, "{found}");
        let page = hall.get("/tickets?limit=3", &admin).await.body;
        let next = hall.get(&format!("/tickets?limit=3&cursor={}", page["next"].as_str().unwrap()), &admin).await.body;
        assert_ne!(page["items"][0]["id"], next["items"][0]["id"]);
        assert_eq!(hall.get("/tickets?from=gestern", &admin).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        hall.close().await;
    }
}

/// Where it is configured, a ticket opens only in the network it was given in.
///
/// req: IDENT-010
#[tokio::test]
async fn a_bound_ticket_opens_only_in_the_browsers_network() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        hall.link(peer::APP_ID, |link| link.bind_network = true).await;
        let go = "login=wang-haiyan&to=/my/cases&net=203.0.0.0/16";
        let (ticket, to) = hall.ticket("peer", go).await;
        let other = hall.arrive_from(&ticket, &to, "198.51.100.9").await;
        assert_eq!(other.code(), "ticket_other_network");
        assert_eq!(
            hall.arrive_from(&ticket, &to, "203.0.113.7").await.status,
            StatusCode::OK,
            "the owner still comes in"
        );
        let (free, to) = hall.ticket("peer", "login=wang-haiyan&to=/my/cases").await;
        assert_eq!(hall.arrive(&free, &to).await.code(), "ticket_other_network", "a ticket that is not bound");
        hall.close().await;
    }
}

/// The number is known here under another name: nobody is let in, nothing is changed.
///
/// req: IDENT-010
#[tokio::test]
async fn a_portal_that_is_down_or_tells_another_name_opens_nothing() {
    for backend in testkit::backends() {
        let hall = Hall::new(backend).await;
        let (ticket, to) = hall.ticket("peer", "login=wang-haiyan&to=/my/cases").await;
        hall.switch("peer", true).await;
        let down = hall.arrive(&ticket, &to).await;
        assert_eq!((down.status, down.cookie.as_str()), (StatusCode::SERVICE_UNAVAILABLE, ""));
        assert!(down.body["title"].as_str().unwrap().contains("省政务服务网"), "{down:?}");
        hall.switch("peer", false).await;
        let known: identity::Profile = serde_json::from_value(json!({
            "sub": "s", "kind": "person", "name": "王小燕", "id_type": "111", "id_number": "449902198803120267", "real_name": true,
        }))
        .unwrap();
        let account = hall.recognition.identity.mirror(known).await.unwrap();
        let (ticket, to) = hall.ticket("peer", "login=wang-haiyan&to=/my/cases").await;
        let differs = hall.arrive(&ticket, &to).await;
        assert_eq!((differs.status, differs.code()), (StatusCode::CONFLICT, "profile_differs"));
        assert!(hall.last_line().await["reason"].as_str().unwrap().contains("姓名"), "logged too");
        let kept = hall.recognition.identity.account(account.id).await.unwrap().unwrap();
        assert_eq!(kept.name, "王小燕");
        hall.close().await;
    }
}
