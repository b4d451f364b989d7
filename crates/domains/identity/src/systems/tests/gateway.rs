//! Who gets through, and that every refusal looks alike and is written down.

use super::*;

async fn status(desk: &Desk, call: &Call<'_>) -> StatusCode {
    let (status, body) = desk.send(desk.signed(call)).await;
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!((body["code"].as_str(), body["title"].as_str()), (Some("400001"), Some("鉴权失败")));
    }
    status
}

/// Clock, signature, network, nonce, state: each alone is enough to be refused.
///
/// req: IDENT-011, IDENT-013
#[tokio::test]
async fn a_call_is_proven_by_clock_signature_network_and_a_fresh_number() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (id, secret) = desk.system("scjg").await;
        let good = Call::new("scjg", &secret, "n-1");
        let (answer, body) = desk.send(desk.signed(&good)).await;
        assert_eq!(
            (answer, body["address"].as_str(), body["size"].as_u64()),
            (StatusCode::OK, Some("10.1.2.3"), Some(2))
        );
        for (name, call) in [
            ("replayed", good.clone()),
            ("slow clock", Call { nonce: "n-2", off: -181, ..good.clone() }),
            ("fast clock", Call { nonce: "n-3", off: 181, ..good.clone() }),
            ("wrong secret", Call { nonce: "n-4", secret: "guessed-secret", ..good.clone() }),
            ("wrong network", Call { nonce: "n-5", from: "10.2.0.1", ..good.clone() }),
            ("unknown system", Call { nonce: "n-6", app_id: "nobody", ..good.clone() }),
        ] {
            assert_eq!(status(&desk, &call).await, StatusCode::UNAUTHORIZED, "{name}");
        }
        let mut bare = desk.signed(&Call { nonce: "n-7", ..good.clone() });
        bare.headers_mut().remove("x-tif-signature");
        assert_eq!(desk.send(bare).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!((desk.refusals("scjg").await, desk.refusals("nobody").await), (6, 1));
        // At the edge of the clock, from a single address, in small letters: fine.
        let mut edge = desk.signed(&Call { nonce: "n-8", off: 180, from: "192.168.7.9", ..good.clone() });
        let small = edge.headers()["x-tif-signature"].to_str().unwrap().to_lowercase();
        edge.headers_mut().insert("x-tif-signature", small.parse().unwrap());
        assert_eq!(desk.send(edge).await.0, StatusCode::OK);
        // A refused call used up nothing.
        assert_eq!(status(&desk, &Call { nonce: "n-4", ..good.clone() }).await, StatusCode::OK);
        // A number is remembered longer than its timestamp can count.
        desk.test.clock.advance(time::Duration::seconds(359));
        assert_eq!(status(&desk, &good).await, StatusCode::UNAUTHORIZED, "six minutes on");
        // Switched off, the next call is refused.
        let (_, view) = desk.call(Method::GET, &format!("/systems/{id}"), Value::Null).await;
        let off = json!({ "version": view["version"], "reason": "合同到期，停止接入" });
        assert_eq!(desk.call(Method::POST, &format!("/systems/{id}/disable"), off).await.0, StatusCode::OK);
        assert_eq!(status(&desk, &Call { nonce: "n-9", ..good.clone() }).await, StatusCode::UNAUTHORIZED);
        desk.test.close().await;
    }
}

/// A new secret counts beside the old one, which stays good until its end: no restart, no gap.
///
/// req: IDENT-013
#[tokio::test]
async fn secrets_change_over_without_a_gap() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (id, old) = desk.system("scjg").await;
        let (answer, made) = desk.call(Method::POST, &format!("/systems/{id}/secrets"), json!({})).await;
        assert_eq!(answer, StatusCode::CREATED);
        let new = made["secret"].as_str().unwrap().to_owned();
        let (_, view) = desk.call(Method::GET, &format!("/systems/{id}"), Value::Null).await;
        let shown = view.to_string();
        assert!(!shown.contains(&new) && !shown.contains(&old), "a secret is shown once");
        // Both were made in the same moment of the test's clock: tell them apart by id, not by order.
        let ids = view["secrets"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
        let first = ids.into_iter().find(|id| Some(*id) != made["id"].as_str()).unwrap().to_owned();
        let end = desk.test.platform.now() + time::Duration::hours(1);
        let end = end.format(&time::format_description::well_known::Rfc3339).unwrap();
        let path = format!("/systems/{id}/secrets/{first}/end");
        assert_eq!(desk.call(Method::POST, &path, json!({ "at": end })).await.0, StatusCode::OK);
        assert_eq!(status(&desk, &Call::new("scjg", &old, "a")).await, StatusCode::OK);
        assert_eq!(status(&desk, &Call::new("scjg", &new, "b")).await, StatusCode::OK);
        desk.test.clock.advance(time::Duration::hours(1));
        assert_eq!(
            status(&desk, &Call::new("scjg", &old, "c")).await,
            StatusCode::UNAUTHORIZED,
            "the old one has ended"
        );
        assert_eq!(status(&desk, &Call::new("scjg", &new, "d")).await, StatusCode::OK);
        // Nothing readable lies in the database.
        let rows = crate::systems::store::secrets(desk.test.platform.db.read(), id).await.unwrap();
        assert!(rows.iter().all(|row| !row.secret_sealed.contains(&new) && !row.secret_sealed.contains(&old)));
        let system = desk.identity.live_system("scjg").await.unwrap().unwrap();
        assert!(desk.identity.knows_secret(&system, &new).await.unwrap());
        assert!(!desk.identity.knows_secret(&system, &old).await.unwrap());
        desk.test.close().await;
    }
}

/// The formula belongs to the system; one that covers the body notices a changed body.
///
/// req: IDENT-013
#[tokio::test]
async fn each_system_has_its_formula() {
    let desk = Desk::new(Backend::Sqlite).await;
    for (app_id, formula) in [("with-user", Formula::TifUser), ("with-body", Formula::TifBody)] {
        let (id, secret) = desk.system(app_id).await;
        let mut draft = desk.draft(app_id).await;
        draft["formula"] = json!(formula.as_str());
        draft["version"] = json!(1);
        assert_eq!(desk.call(Method::PUT, &format!("/systems/{id}"), draft).await.0, StatusCode::OK);
        let call = Call { formula, body: "{\"a\":1}", ..Call::new(app_id, &secret, "n-1") };
        assert_eq!(status(&desk, &call).await, StatusCode::OK, "{app_id}");
        let plain = Call { formula: Formula::Tif, nonce: "n-2", ..call.clone() };
        assert_eq!(status(&desk, &plain).await, StatusCode::UNAUTHORIZED, "{app_id} with the plain formula");
    }
    let (_, secret) = desk.system("third").await;
    let own = sha256_hex(&format!("1{secret}n1"));
    let call = Signing { app_id: "third", secret: &secret, timestamp: "1", nonce: "n", user: [""; 3], body: b"" };
    assert_eq!(Formula::Tif.signature(&call), own.to_uppercase());
}

/// A test system opens nothing of a production installation, and a grant that ended opens nothing.
///
/// req: IDENT-013, IDENT-011
#[tokio::test]
async fn environments_are_apart_and_grants_end() {
    let desk = Desk::new(Backend::Sqlite).await;
    let mut draft = desk.draft("trial").await;
    draft["environment"] = json!("test");
    let draft: SystemDraft = serde_json::from_value(draft).unwrap();
    let id = desk.identity.add_system(&someone(), draft, Vec::new(), true).await.unwrap();
    let secret = desk.identity.add_secret(&someone(), id, NewSecret::default()).await.unwrap().secret;
    assert_eq!(status(&desk, &Call::new("trial", &secret, "n")).await, StatusCode::UNAUTHORIZED);
    let (id, secret) = desk.system("short").await;
    let until = desk.test.platform.now() + time::Duration::minutes(1);
    let until = until.format(&time::format_description::well_known::Rfc3339).unwrap();
    let grants = json!({ "version": 1, "grants": [{ "interface": "events", "items": ["x"], "valid_until": until }] });
    assert_eq!(desk.call(Method::PUT, &format!("/systems/{id}/grants"), grants).await.0, StatusCode::OK);
    assert_eq!(status(&desk, &Call::new("short", &secret, "n-1")).await, StatusCode::OK);
    let system = desk.identity.live_system("short").await.unwrap().unwrap();
    let now = desk.test.platform.now();
    assert!(system.may_item("events", "x", now) && !system.may_item("events", "y", now));
    desk.test.clock.advance(time::Duration::minutes(2));
    assert_eq!(status(&desk, &Call::new("short", &secret, "n-2")).await, StatusCode::FORBIDDEN);
}
