//! The outside world as the product meets it.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{People, router};

const PEOPLE: &str = "persons: [{key: wang, name: 王海燕, id_number: '449902198803120267', phone: '19900000001', real_name: true}]\n\
    enterprises: [{key: shop, name: 海燕小厨, uscc: 92449902MA9900KX9E, address: 和平路 18 号, \
    legal_representative: {name: 王海燕, id_number: '449902198803120267'}}]";

fn world() -> Router {
    router(People::from_yaml(PEOPLE).unwrap(), "http://127.0.0.1:9")
}

async fn send(world: &Router, method: Method, path: &str, kind: &str, body: String) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
    let response = world.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn get(world: &Router, path: &str) -> (StatusCode, Value) {
    let (status, _, text) = send(world, Method::GET, path, "text/plain", String::new()).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

async fn post(world: &Router, path: &str, body: Value) -> (StatusCode, Value) {
    let (status, _, text) = send(world, Method::POST, path, "application/json", body.to_string()).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

async fn post_form(world: &Router, path: &str, body: &str) -> (StatusCode, HeaderMap, String) {
    send(world, Method::POST, path, "application/x-www-form-urlencoded", body.to_owned()).await
}

#[tokio::test]
async fn a_choice_on_the_page_becomes_a_code_that_serves_once() {
    let world = world();
    let chosen = "redirect_uri=http%3A%2F%2Fhere%2Fback&state=st&nonce=no&login=shop";
    let (status, headers, _) = post_form(&world, "/identity/authorize", chosen).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let back = headers[header::LOCATION].to_str().unwrap();
    let code = back.strip_prefix("http://here/back?code=").unwrap().strip_suffix("&state=st").unwrap();

    let exchange = format!("grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Fhere%2Fback");
    let (status, _, text) = post_form(&world, "/identity/token", &exchange).await;
    let token: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &token["nonce"]), (StatusCode::OK, &json!("no")));
    assert_eq!(post_form(&world, "/identity/token", &exchange).await.0, StatusCode::BAD_REQUEST);

    let request = Request::get("/identity/userinfo")
        .header(header::AUTHORIZATION, format!("Bearer {}", token["access_token"].as_str().unwrap()));
    let response = world.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let login: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&login["kind"], &login["name"]), (&json!("enterprise"), &json!("王海燕")));
    assert_eq!(login["enterprise"]["uscc"], "92449902MA9900KX9E");
    assert_eq!(login["phone"], "19900000001");
    assert_eq!(get(&world, "/identity/userinfo").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_for_the_address_it_was_asked_for() {
    let world = world();
    let path = "/identity/authorize?redirect_uri=http%3A%2F%2Fhere%2Fback&state=st&login=wang";
    let (_, headers, _) = send(&world, Method::GET, path, "text/plain", String::new()).await;
    let back = headers[header::LOCATION].to_str().unwrap();
    let code = back.strip_prefix("http://here/back?code=").unwrap().strip_suffix("&state=st").unwrap();
    let exchange = format!("grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Felsewhere%2Fback");
    assert_eq!(post_form(&world, "/identity/token", &exchange).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_message_sent_again_is_kept_once() {
    let world = world();
    let message = json!({ "reference": "m-1", "phone": "19900000001", "text": "您的申请已受理。" });
    assert_eq!(
        post(&world, "/sms/messages", message.clone()).await,
        (StatusCode::CREATED, json!({ "reference": "m-1", "duplicate": false }))
    );
    assert_eq!(post(&world, "/sms/messages", message).await.1["duplicate"], true);
    let (_, kept) = get(&world, "/sms/messages?phone=19900000001").await;
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    assert_eq!(get(&world, "/sms/messages?phone=1").await.1["items"], json!([]));
}

#[tokio::test]
async fn a_parcel_has_one_waybill_and_moves_on_to_the_end() {
    let world = world();
    let receiver = json!({ "name": "王海燕", "phone": "19900000001", "address": "和平路 18 号" });
    let order = json!({ "reference": "case-1", "receiver": receiver });
    let (status, first) = signed(&world, "/courier/orders", "n-1", &order).await;
    assert_eq!((status, &first["state"]), (StatusCode::CREATED, &json!("created")));
    assert_eq!(signed(&world, "/courier/orders", "n-2", &order).await.1["waybill"], first["waybill"]);
    assert_eq!(post(&world, "/courier/orders", order).await.0, StatusCode::UNAUTHORIZED);
    let named = json!({ "waybill": first["waybill"] });
    let path = format!("/courier/orders/{}", first["waybill"].as_str().unwrap());
    for _ in 0..5 {
        post(&world, &format!("{path}/advance"), Value::Null).await;
    }
    let (_, parcel) = signed(&world, "/courier/track", "n-3", &named).await;
    assert_eq!(parcel["state"], "delivered");
    assert_eq!(parcel["track"].as_array().unwrap().len(), 4);
    assert_eq!(signed(&world, "/courier/cancel", "n-4", &named).await.0, StatusCode::CONFLICT);
    assert_eq!(get(&world, "/courier/orders/none").await.0, StatusCode::NOT_FOUND);
}

/// A call signed as the product signs it.
async fn signed(world: &Router, path: &str, nonce: &str, body: &Value) -> (StatusCode, Value) {
    use crate::courier::{APP_ID, SECRET};
    let (timestamp, body) = ("1790000000", body.to_string());
    let text = format!("{APP_ID}{timestamp}{nonce}{body}{SECRET}");
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("x-tif-paasid", APP_ID)
        .header("x-tif-timestamp", timestamp)
        .header("x-tif-nonce", nonce)
        .header("x-tif-signature", base::encoding::to_hex(&base::crypto::sha256(text.as_bytes())))
        .body(Body::from(body))
        .unwrap();
    let response = world.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn each_service_is_switched_off_for_itself() {
    let world = world();
    post(&world, "/sms/control", json!({ "down": true })).await;
    assert_eq!(get(&world, "/sms/health").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let message = json!({ "reference": "m-1", "phone": "1", "text": "t" });
    assert_eq!(post(&world, "/sms/messages", message.clone()).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&world, "/identity/health").await, (StatusCode::OK, json!({ "status": "up" })));
    assert_eq!(get(&world, "/courier/health").await.0, StatusCode::OK);
    post(&world, "/sms/control", json!({ "down": false })).await;
    assert_eq!(post(&world, "/sms/messages", message).await.0, StatusCode::CREATED);
}

/// Pages come one by one until the paper is out or something breaks; what is laid anew is taken again.
///
/// req: CASE-011
#[tokio::test]
async fn the_document_camera_gives_page_after_page() {
    let world = world();
    let take = async |size: &str| post(&world, "/reader/v1/camera/page", json!({ "size": size })).await;
    post(&world, "/reader/camera", json!({ "pages": 2, "fail": "drop" })).await;
    let (status, first) = take("A4").await;
    assert_eq!((status, &first["type"], &first["size"]), (StatusCode::OK, &json!("image/jpeg"), &json!("A4")));
    assert!(first["data"].as_str().unwrap().starts_with("/9j/"), "the bytes of a JPEG");
    let (_, wide) = take("A3").await;
    assert!(wide["width"].as_u64() > first["width"].as_u64(), "an A3 page is twice as wide");
    assert_eq!(take("A4").await.0, StatusCode::BAD_GATEWAY, "the connection broke");
    assert_eq!(take("A4").await.0, StatusCode::OK, "and can be taken up again");
    for (fail, status, code) in
        [("no_paper", 408, "no_paper"), ("no_camera", 404, "no_camera"), ("blurred", 422, "blurred")]
    {
        post(&world, "/reader/camera", json!({ "pages": 0, "fail": fail })).await;
        let (answered, body) = take("A4").await;
        assert_eq!((answered.as_u16(), &body["error"]), (status, &json!(code)));
    }
}
