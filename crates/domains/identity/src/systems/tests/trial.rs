//! Trying an interface: the product signs in a test environment, and nowhere else.

use super::*;

/// What the desk signs opens the interface as the system's own signature would, once; the secret is not in it.
///
/// req: OPS-024
#[tokio::test]
async fn a_developer_gets_headers_that_open_the_interface_once_in_a_test_environment() {
    for backend in testkit::backends() {
        let mut desk = Desk::in_environment(backend, "test").await;
        let (id, secret) = desk.system("scjg").await;
        let body = r#"{"event":"accept"}"#;
        let path = format!("/systems/{id}/trial-signature");
        let (status, given) = desk.call(Method::POST, &path, json!({ "body": body })).await;
        assert_eq!(status, StatusCode::OK, "{given}");
        assert!(!given.to_string().contains(&secret), "the secret is not told");
        let request = || {
            let mut request = Request::post("/signed").body(Body::from(body)).unwrap();
            for header in given["headers"].as_array().unwrap() {
                let name: axum::http::HeaderName = header["name"].as_str().unwrap().parse().unwrap();
                request.headers_mut().insert(name, header["value"].as_str().unwrap().parse().unwrap());
            }
            let address: SocketAddr = "10.1.2.3:5000".parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(address));
            request
        };
        let (status, answer) = desk.send(request()).await;
        assert_eq!((status, answer["size"].as_u64()), (StatusCode::OK, Some(body.len() as u64)));
        assert_eq!(desk.send(request()).await.0, StatusCode::UNAUTHORIZED, "a signature serves once");
        let lines = platform::work::audit::about(desk.test.platform.db.read(), &format!("system:{id}")).await.unwrap();
        assert!(lines.iter().any(|(action, _)| action == "system.trial"), "who tried is written down");
        // Without a right, without a session, for nothing there.
        desk.cookie = desk.sign_in("auditor").await;
        assert_eq!(desk.call(Method::POST, &path, json!({})).await.0, StatusCode::FORBIDDEN);
        desk.cookie = String::new();
        assert_eq!(desk.call(Method::POST, &path, json!({})).await.0, StatusCode::UNAUTHORIZED);
        desk.test.close().await;
    }
}

/// req: OPS-024
#[tokio::test]
async fn nobody_signs_for_a_system_in_production_nor_for_one_that_is_off_or_elsewhere() {
    for backend in testkit::backends() {
        let desk = Desk::new(backend).await;
        let (id, _) = desk.system("scjg").await;
        let (status, body) = desk.call(Method::POST, &format!("/systems/{id}/trial-signature"), json!({})).await;
        assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("not_for_trials")));
        desk.test.close().await;

        let desk = Desk::in_environment(backend, "test").await;
        let (id, _) = desk.system("scjg").await;
        let path = format!("/systems/{id}/trial-signature");
        for (call, field) in
            [(json!({ "body": "x".repeat(256 * 1024 + 1) }), "/body"), (json!({ "user": "李明" }), "/user")]
        {
            let (status, body) = desk.call(Method::POST, &path, call).await;
            assert_eq!(
                (status, body["errors"][0]["pointer"].as_str()),
                (StatusCode::UNPROCESSABLE_ENTITY, Some(field))
            );
        }
        let (_, view) = desk.call(Method::GET, &format!("/systems/{id}"), json!({})).await;
        let off = json!({ "version": view["version"], "reason": "停机检修三天" });
        assert_eq!(desk.call(Method::POST, &format!("/systems/{id}/disable"), off).await.0, StatusCode::OK);
        let (status, body) = desk.call(Method::POST, &path, json!({})).await;
        assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("system_off")));
        let absent = format!("/systems/{}/trial-signature", Uuid::nil());
        assert_eq!(desk.call(Method::POST, &absent, json!({})).await.0, StatusCode::NOT_FOUND);
        desk.test.close().await;
    }
}
