//! Connected systems sign people in through us. The right way is walked by the npm package
//! `openid-client`, which knows nothing of us, over HTTP; the wrong ways by hand.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use axum::http::{Method, StatusCode};
use base::clock::Clock;
use base::encoding::to_base64url;
use platform::config::Config;
use platform::sessions::PrincipalSource;
use platform::system::SystemClock;
use platform::web::guard::Audience;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use simulators::{People, Simulator};
use testkit::{Backend, backends};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use url::Url;

use super::{City, PASSWORD, pack};
use crate::systems::{Formula, Grant, NewSecret, SystemDraft};

const BACK: &str = "http://127.0.0.1:8950/back";
const SECRET: &str = "school-secret-0123456789abcdef";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A city served over HTTP, its clock on the real time: clients check tokens by their own.
struct Served {
    city: City,
    base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn new(backend: Backend) -> Self {
        let province = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = Config { public_url: base.clone(), require_second_factor: false, ..City::outside(&province) };
        let city = City::with(backend, province, config).await.staffed().await;
        city.test.clock.set(SystemClock.now());
        let service = city.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { city, base, task }
    }

    /// Registers a system with sign-on and some fields for one user system.
    async fn connect(&self, app_id: &str, audience: &str, fields: &[&str], network: &str) {
        let identity = &self.city.identity;
        let admin = identity.staff_by_login("sysadmin").await.unwrap().unwrap();
        let caller = identity.principal(&self.city.test.platform, Audience::Desk, admin.id).await.unwrap().unwrap();
        let draft = SystemDraft {
            app_id: app_id.to_owned(),
            name: "星辰学校报名系统".to_owned(),
            owner_org_id: admin.org_id,
            contact_name: "林老师".to_owned(),
            contact_phone: "19900000101".to_owned(),
            description: String::new(),
            callbacks: vec![BACK.to_owned()],
            environment: self.city.test.platform.config.environment.clone(),
            networks: vec![network.to_owned()],
            formula: Formula::Tif,
        };
        let grant = |interface: &str, fields: &[&str]| Grant {
            interface: interface.to_owned(),
            items: Vec::new(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            valid_until: None,
        };
        let grants = vec![grant("sign_on", &[]), grant("user_data", fields)];
        let id = identity.add_system(&caller, draft, grants, true).await.unwrap();
        let secret = NewSecret { secret: Some(SECRET.to_owned()), valid_from: None, valid_until: None };
        identity.add_secret(&caller, id, secret).await.unwrap();
        let settings = json!({ "version": 0, "audience": audience, "sign_on": true, "listed": true,
            "start_url": "http://127.0.0.1:8950/", "notice": "9月30日前完成报名。", "logout_uris": ["http://127.0.0.1:8950/bye"], "summary": "新生报名" });
        let path = format!("/api/v1/sign-on/clients/{app_id}");
        let set = self.city.call(Method::PUT, &path, &self.admin().await, settings).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    }

    async fn admin(&self) -> String {
        self.city.sign_in("sysadmin", PASSWORD).await.cookie("tb_desk").unwrap()
    }

    /// Where an address leads a browser with somebody's cookie.
    async fn led(&self, address: &str, cookie: &str) -> (u16, String, String) {
        let address = if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
        let answer = browser().get(address).header(COOKIE, cookie).send().await.unwrap();
        let to = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        (answer.status().as_u16(), to, answer.text().await.unwrap())
    }

    /// The address of a request that a client makes by hand.
    fn asks(&self, client: &str, scope: &str) -> String {
        let challenge = to_base64url(&base::crypto::sha256(VERIFIER.as_bytes()));
        let mut url = Url::parse(&format!("{}/oauth/authorize", self.base)).unwrap();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client)
            .append_pair("redirect_uri", BACK)
            .append_pair("scope", scope)
            .append_pair("state", "st")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        url.into()
    }

    /// Goes to a request, agrees if asked; the address at the client.
    async fn agree(&self, address: &str, cookie: &str, pages: &str, scopes: &[&str]) -> String {
        let (_, to, _) = self.led(address, cookie).await;
        if to.starts_with(BACK) {
            return to;
        }
        let id = param(&to, "request").unwrap_or_else(|| panic!("no page of consent: {to}"));
        let path = format!("/api/v1/{pages}/authorizations/{id}/approve");
        let answer = self.city.call(Method::POST, &path, cookie, json!({ "scopes": scopes })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["redirect_to"].as_str().unwrap().to_owned()
    }

    /// Changes a code into tokens by hand; the error code when refused.
    async fn exchange(&self, client: &str, secret: &str, back: &str, verifier: &str) -> Result<Value, String> {
        let code = param(back, "code").unwrap_or_default();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", BACK),
            ("code_verifier", verifier),
        ];
        let request = browser().post(format!("{}/oauth/token", self.base)).basic_auth(client, Some(secret));
        let answer = request.form(&form).send().await.unwrap();
        let good = answer.status().is_success();
        let body: Value = answer.json().await.unwrap();
        if good { Ok(body) } else { Err(body["error"].as_str().unwrap().to_owned()) }
    }

    async fn user_info(&self, tokens: &Value) -> u16 {
        let token = tokens["access_token"].as_str().unwrap();
        browser()
            .get(format!("{}/oauth/userinfo", self.base))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    /// Reasons of refusals, as the auditor finds them.
    async fn refusals(&self) -> Vec<String> {
        let db = &self.city.test.platform.db;
        let sql = "SELECT detail FROM audit_log WHERE action = 'oauth.refused' ORDER BY id";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        let why = |row: &sea_orm::QueryResult| {
            let detail: Value = row.try_get("", "detail").unwrap();
            detail["why"].as_str().unwrap().to_owned()
        };
        rows.iter().map(why).collect()
    }

    async fn close(self) {
        self.task.abort();
        self.city.test.close().await;
    }
}

fn browser() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn param(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).ok().or_else(|| Url::parse(&format!("http://x{address}")).ok())?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// req: IDENT-005
#[tokio::test(flavor = "multi_thread")]
async fn a_standard_client_that_knows_nothing_of_us_signs_a_citizen_in() {
    let web = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../web");
    assert!(web.join("node_modules/openid-client").exists(), "run `npm ci --prefix web` first");
    for backend in backends() {
        let served = Served::new(backend).await;
        served.connect("star-school", "portal", &["name", "phone"], "127.0.0.0/8").await;
        let mut party = tokio::process::Command::new("node")
            .arg(web.join("e2e/support/openid-client.mjs"))
            .args([&served.base, "star-school", SECRET, BACK, "openid profile phone id_number"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(party.stdout.take().unwrap()).lines();
        let address = said.next_line().await.unwrap().expect("the client found the provider");

        // Nobody is signed in: through the province and back to the request.
        let (_, to, _) = served.led(&address, "").await;
        assert!(to.starts_with("/api/v1/portal/sign-on?return_to=%2Foauth%2Fcontinue%3Frequest%3D"), "{to}");
        let citizen = served.city.signed_on("wang-haiyan").await;
        let (_, to, _) = served.led(&param(&to, "return_to").unwrap(), &citizen).await;
        assert!(to.starts_with("/consent?request="), "{to}");
        let id = param(&to, "request").unwrap();
        // What the system holds no grant for is not even asked.
        let page = served.city.get(&format!("/api/v1/portal/authorizations/{id}"), &citizen).await.json();
        let asked: Vec<&str> =
            page["scopes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
        assert_eq!(asked, ["openid", "profile", "phone"]);
        let path = format!("/api/v1/portal/authorizations/{id}/approve");
        let answer = served.city.call(Method::POST, &path, &citizen, json!({ "scopes": ["profile"] })).await.json();
        let back = format!("{}\n", answer["redirect_to"].as_str().unwrap());
        served.city.test.clock.advance(time::Duration::seconds(1));
        party.stdin.take().unwrap().write_all(back.as_bytes()).await.unwrap();
        let learned = said.next_line().await.unwrap().expect("the client accepted the tokens");
        let learned: Value = serde_json::from_str(&learned).unwrap();
        assert_eq!(learned["user"]["name"], "王海燕");
        assert!(learned["user"]["phone_number"].is_null(), "the phone was not agreed to");
        assert_eq!(learned["claims"]["aud"], "star-school");

        // The second time nothing is asked; the owner sees sign-in and consent, and takes it back.
        let back = served.agree(&served.asks("star-school", "openid profile"), &citizen, "portal", &[]).await;
        assert!(param(&back, "code").is_some() && param(&back, "iss").as_ref() == Some(&served.base), "{back}");
        let records = served.city.get("/api/v1/portal/me/sign-ins", &citizen).await.json();
        assert_eq!(records["items"][0]["system"]["name"], "星辰学校报名系统");
        let consents = served.city.get("/api/v1/portal/me/consents", &citizen).await.json();
        assert_eq!(consents["items"][0]["app_id"], "star-school");
        assert_eq!(served.user_info(&learned).await, 200);
        let path = "/api/v1/portal/me/consents/star-school/withdraw";
        assert_eq!(served.city.call(Method::POST, path, &citizen, Value::Null).await.status, StatusCode::NO_CONTENT);
        assert_eq!(served.user_info(&learned).await, 401);
        let (_, to, _) = served.led(&served.asks("star-school", "openid profile"), &citizen).await;
        assert!(to.starts_with("/consent?request="), "{to}");

        // End of session with the identity token as proof, to a registered address only.
        let bye = learned["bye"].as_str().unwrap();
        let (status, _, _) =
            served.led(&format!("{bye}&post_logout_redirect_uri=https%3A%2F%2Fevil.example"), &citizen).await;
        assert_eq!(status, 400);
        assert_eq!(served.city.get("/api/v1/portal/me", &citizen).await.status, StatusCode::OK);
        let (_, to, _) =
            served.led(&format!("{bye}&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8950%2Fbye"), &citizen).await;
        assert_eq!(to, "http://127.0.0.1:8950/bye");
        assert_eq!(served.city.get("/api/v1/portal/me", &citizen).await.status, StatusCode::UNAUTHORIZED);
        served.close().await;
    }
}

/// req: IDENT-011
#[tokio::test(flavor = "multi_thread")]
async fn stolen_replayed_and_mismatched_requests_are_refused_alike_and_logged() {
    for backend in backends() {
        let served = Served::new(backend).await;
        served.connect("star-school", "portal", &["name"], "127.0.0.0/8").await;
        served.connect("moon-school", "portal", &["name"], "127.0.0.0/8").await;
        served.connect("far-school", "portal", &["name"], "10.9.0.0/16").await;
        let citizen = served.city.signed_on("li-ming").await;
        let good = served.asks("star-school", "openid profile");
        let next = async || served.agree(&good, &citizen, "portal", &["profile"]).await;

        // An unknown client and a wrong address get one answer, and the browser stays here.
        let mut answers = Vec::new();
        for address in [good.replace("star-school", "no-school"), good.replace("8950", "8951")] {
            let (status, to, text) = served.led(&address, &citizen).await;
            assert_eq!((status, to.as_str()), (400, ""));
            let body: Value = serde_json::from_str(&text).unwrap();
            answers.push((body["code"].clone(), body["title"].clone(), body["detail"].clone()));
        }
        assert_eq!(answers[0], answers[1]);
        let (_, to, _) = served.led(&good.replace("=S256", "=plain"), &citizen).await;
        assert_eq!(param(&to, "error").as_deref(), Some("invalid_request"));
        let (_, to, _) = served.led(&format!("{good}&prompt=none"), "").await;
        assert_eq!(param(&to, "error").as_deref(), Some("login_required"));

        // A wrong verifier uses the code up.
        let back = next().await;
        let wrong = "w".repeat(43);
        assert_eq!(served.exchange("star-school", SECRET, &back, &wrong).await.unwrap_err(), "invalid_grant");
        assert_eq!(served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_grant");
        // A code shown twice ends the token that came of it.
        let back = next().await;
        let tokens = served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap();
        assert_eq!(served.user_info(&tokens).await, 200);
        assert_eq!(served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_grant");
        assert_eq!(served.user_info(&tokens).await, 401);
        // A code of another client; a wrong secret; a network that is not registered; a code too old.
        let back = next().await;
        assert_eq!(served.exchange("moon-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_grant");
        let back = next().await;
        assert_eq!(served.exchange("star-school", "another", &back, VERIFIER).await.unwrap_err(), "invalid_client");
        assert_eq!(served.exchange("far-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_client");
        assert_eq!(served.exchange("no-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_client");
        served.city.test.clock.advance(time::Duration::seconds(60));
        assert_eq!(served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_grant");
        // Switched off: the answer of an unknown one, also with a token in hand.
        let tokens = served.exchange("star-school", SECRET, &next().await, VERIFIER).await.unwrap();
        let back = next().await;
        let admin = served.admin().await;
        let system = served.city.identity.system_by_app_id("star-school").await.unwrap().unwrap();
        let path = format!("/api/v1/systems/{}", system.id);
        let version = served.city.get(&path, &admin).await.json()["version"].clone();
        let off = json!({ "version": version, "reason": "安全检查期间停用" });
        let off = served.city.call(Method::POST, &format!("{path}/disable"), &admin, off).await;
        assert_eq!(off.status, StatusCode::OK, "{}", off.text);
        assert_eq!(served.user_info(&tokens).await, 401);
        assert_eq!(served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap_err(), "invalid_client");
        assert_eq!(served.led(&good, &citizen).await.0, 400);

        let logged = served.refusals().await;
        for why in
            ["client_or_address", "wrong_verifier", "replayed_code", "code_of_another", "late_code", "system_off"]
        {
            assert!(logged.iter().any(|line| line == why), "{why} is not in the log: {logged:?}");
        }
        served.close().await;
    }
}

/// req: IDENT-004, IDENT-005
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_for_citizens_or_for_staff_and_never_sees_the_others() {
    for backend in backends() {
        let served = Served::new(backend).await;
        served.connect("office-chat", "desk", &["name"], "127.0.0.0/8").await;
        served.connect("star-school", "portal", &["name"], "127.0.0.0/8").await;
        let (citizen, clerk) = (served.city.signed_on("li-ming").await, served.city.signed_in().await);
        let office = served.asks("office-chat", "openid profile staff phone");
        // Each comes to the sign-in of the client's own user system, whatever other session there is.
        for cookie in [citizen.clone(), citizen.replace("tb_portal", "tb_desk")] {
            assert!(served.led(&office, &cookie).await.1.starts_with("/desk/sign-in?"));
        }
        let (_, to, _) = served.led(&served.asks("star-school", "openid"), &clerk).await;
        assert!(to.starts_with("/api/v1/portal/sign-on?"), "{to}");
        // The page of a staff client is not there for a citizen.
        let (_, to, _) = served.led(&office, &clerk).await;
        let id = param(&to, "request").unwrap();
        let page = served.city.get(&format!("/api/v1/portal/authorizations/{id}"), &citizen).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let back = served.agree(&office, &clerk, "staff", &["profile", "staff"]).await;
        let tokens = served.exchange("office-chat", SECRET, &back, VERIFIER).await.unwrap();
        let token = tokens["access_token"].as_str().unwrap();
        let info = browser().get(format!("{}/oauth/userinfo", served.base)).bearer_auth(token).send().await.unwrap();
        let info: Value = info.json().await.unwrap();
        assert_eq!((info["preferred_username"].as_str(), info["name"].as_str()), (Some("clerk"), Some("陈志远")));
        assert!(info["phone_number"].is_null());
        // A token for another system opens nothing of ours.
        let me = browser().get(format!("{}/api/v1/staff/me", served.base)).bearer_auth(token);
        assert_eq!(me.header(COOKIE, format!("tb_desk={token}")).send().await.unwrap().status().as_u16(), 401);
        // Once people use it, the user system is fixed.
        let admin = served.admin().await;
        let change = json!({ "version": 1, "audience": "portal", "sign_on": true });
        let refused = served.city.call(Method::PUT, "/api/v1/sign-on/clients/office-chat", &admin, change).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (StatusCode::CONFLICT, Some("audience_fixed")));
        let sums = served.city.get("/api/v1/sign-on/statistics", &admin).await.json();
        let office = sums["by_system"].as_array().unwrap().iter().find(|one| one["app_id"] == "office-chat");
        assert_eq!(office.unwrap()["count"], 1);
        served.close().await;
    }
}

/// req: IDENT-033
#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_takes_over_and_the_old_one_is_published_for_a_day() {
    for backend in backends() {
        let served = Served::new(backend).await;
        let kids = async || {
            let answer = browser().get(format!("{}/oauth/jwks", served.base)).send().await.unwrap();
            let keys: Value = answer.json().await.unwrap();
            keys["keys"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let old = kids().await;
        assert_eq!(old.len(), 1);
        let officer = served.city.sign_in("secadmin", PASSWORD).await.cookie("tb_desk").unwrap();
        let rotate = json!({ "reason": "季度例行更换" });
        let keys = served.city.call(Method::POST, "/api/v1/sign-on/keys/rotate", &officer, rotate).await.json();
        let states: Vec<&str> =
            keys["items"].as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["signing", "verifying"]);
        let both = kids().await;
        assert!(both.len() == 2 && both.contains(&old[0]));
        served.city.test.clock.advance(time::Duration::hours(24));
        assert!(!kids().await.contains(&old[0]));
        let db = &served.city.test.platform.db;
        let sql = "SELECT private_sealed FROM oauth_keys";
        let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
        assert!(rows.iter().all(|row| !row.try_get::<String>("", "private_sealed").unwrap().contains("PRIVATE KEY")));
        served.close().await;
    }
}

/// req: IDENT-006
#[tokio::test(flavor = "multi_thread")]
async fn the_portal_shows_systems_of_ones_own_user_system_their_notices_and_ones_usage() {
    for backend in backends() {
        let served = Served::new(backend).await;
        served.connect("star-school", "portal", &["name"], "127.0.0.0/8").await;
        served.connect("office-chat", "desk", &["name"], "127.0.0.0/8").await;
        let citizen = served.city.signed_on("li-ming").await;
        let back = served.agree(&served.asks("star-school", "openid"), &citizen, "portal", &[]).await;
        served.exchange("star-school", SECRET, &back, VERIFIER).await.unwrap();
        let seen = served.city.get("/api/v1/portal/systems", &citizen).await.json();
        let keys: Vec<&str> =
            seen["items"].as_array().unwrap().iter().map(|one| one["app_id"].as_str().unwrap()).collect();
        assert_eq!(keys, ["star-school"], "not the one of the staff");
        assert_eq!(
            (seen["items"][0]["opened"].as_i64(), seen["notices"][0]["text"].as_str()),
            (Some(1), Some("9月30日前完成报名。"))
        );
        assert_eq!((seen["usage"]["days"].as_i64(), seen["usage"]["total"].as_i64()), (Some(30), Some(2)));
        let clerk = served.city.signed_in().await;
        let seen = served.city.get("/api/v1/staff/systems", &clerk).await.json();
        assert_eq!(seen["items"][0]["app_id"], "office-chat");
        // Switched off, it is gone at once.
        let admin = served.admin().await;
        let system = served.city.identity.system_by_app_id("star-school").await.unwrap().unwrap();
        let path = format!("/api/v1/systems/{}", system.id);
        let version = served.city.get(&path, &admin).await.json()["version"].clone();
        let off = json!({ "version": version, "reason": "安全检查期间停用" });
        served.city.call(Method::POST, &format!("{path}/disable"), &admin, off).await;
        let seen = served.city.get("/api/v1/portal/systems", &citizen).await.json();
        assert_eq!(seen["items"], json!([]));
        served.close().await;
    }
}
