//! Connected systems sign people in through us with a standard client that knows nothing of us: the
//! `openidconnect` crate against the served product.

use base::clock::{Clock, SystemClock};
use identity::systems::{Formula, Grant, NewSecret, SystemDraft};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};
use platform::sessions::PrincipalSource;
use platform::web::guard::Audience;
use reqwest::header::{COOKIE, LOCATION};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Backend, backends};
use url::Url;

use crate::world::{Caller, World};

const BACK: &str = "http://127.0.0.1:8950/back";
const SECRET: &str = "school-secret-0123456789abcdef";

type Party = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

fn browser() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The crate's HTTP by our client.
async fn fetch(request: openidconnect::HttpRequest) -> Result<openidconnect::HttpResponse, reqwest::Error> {
    let answer = browser().execute(request.try_into()?).await?;
    let mut made = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        made = made.header(name, value);
    }
    Ok(made.body(answer.bytes().await?.to_vec()).unwrap())
}

/// A city whose clock shows the real time: the client checks tokens by its own.
async fn world(backend: Backend) -> World {
    let world = World::new(backend).await;
    world.clock.set(SystemClock.now());
    world
}

/// Registers a system, grants it sign-on and some fields, and sets it up for one user system.
async fn connect(world: &World, app_id: &str, audience: &str, fields: &[&str], skip_consent: bool) {
    let identity = &world.app.identity;
    let admin = identity.staff_by_login("sysadmin").await.unwrap().unwrap();
    let caller = identity.principal(&world.app.platform, Audience::Desk, admin.id).await.unwrap().unwrap();
    let draft = SystemDraft {
        app_id: app_id.to_owned(),
        name: "星辰学校报名系统".to_owned(),
        owner_org_id: admin.org_id,
        contact_name: "林老师".to_owned(),
        contact_phone: "19900000101".to_owned(),
        description: "报名".to_owned(),
        callbacks: vec![BACK.to_owned()],
        environment: world.app.platform.config.environment.clone(),
        networks: vec!["127.0.0.0/8".to_owned()],
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
    let settings = json!({ "version": 0, "audience": audience, "sign_on": true, "skip_consent": skip_consent,
        "listed": false, "logout_uris": ["http://127.0.0.1:8950/bye"], "summary": "新生报名" });
    let set = world.staff("sysadmin").await.put(&format!("/sign-on/clients/{app_id}"), settings).await;
    assert_eq!(set["version"], 1);
}

async fn party(world: &World, app_id: &str, secret: &str) -> Party {
    let metadata =
        CoreProviderMetadata::discover_async(IssuerUrl::new(world.base.clone()).unwrap(), &fetch).await.unwrap();
    CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(app_id.to_owned()),
        Some(ClientSecret::new(secret.to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(BACK.to_owned()).unwrap())
}

/// A sign-in under way at the client.
struct Begun {
    url: Url,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

fn begin(party: &Party, scopes: &[&str]) -> Begun {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = party.authorize_url(
        CoreAuthenticationFlow::AuthorizationCode,
        CsrfToken::new_random,
        Nonce::new_random,
    );
    for scope in scopes {
        request = request.add_scope(Scope::new((*scope).to_owned()));
    }
    let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
    Begun { url, state, nonce, verifier }
}

/// Where an address leads, with somebody's cookie.
async fn led(address: &str, cookie: &str) -> (StatusCode, String) {
    let answer = browser().get(address).header(COOKIE, cookie).send().await.unwrap();
    let to = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
    (answer.status(), to.unwrap_or_default())
}

fn param(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).ok().or_else(|| Url::parse(&format!("http://x{address}")).ok())?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Sends a signed-in person to the request and lets them agree; the address with the code.
async fn agreed(who: &Caller, pages: &str, url: &Url, scopes: &[&str]) -> String {
    let (_, to) = led(url.as_str(), &who.cookie).await;
    let id = param(&to, "request").unwrap_or_else(|| panic!("no page of consent: {to}"));
    let answer = who.post(&format!("/{pages}/authorizations/{id}/approve"), json!({ "scopes": scopes })).await;
    answer["redirect_to"].as_str().unwrap().to_owned()
}

async fn info(party: &Party, token: &AccessToken) -> Result<CoreUserInfoClaims, String> {
    let request = party.user_info(token.clone(), None).map_err(|error| error.to_string())?;
    request.request_async(&fetch).await.map_err(|error| format!("{error:?}"))
}

/// Lines of the provider's refusals, as the auditor finds them.
async fn refusals(world: &World) -> Vec<String> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = &world.app.platform.db;
    let sql = "SELECT detail FROM audit_log WHERE action = 'oauth.refused' ORDER BY id";
    let rows = db.read().query_all_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
    let why = |row: &sea_orm::QueryResult| {
        let detail: Value = row.try_get("", "detail").unwrap();
        detail["why"].as_str().unwrap().to_owned()
    };
    rows.iter().map(why).collect()
}

/// Discovery, sign-in, consent, code, tokens, signature, nonce, access-token hash, user data limited to
/// the grant, end of session: all by a client library that was not written for us.
///
/// req: IDENT-005
#[tokio::test(flavor = "multi_thread")]
async fn a_standard_client_signs_a_citizen_in_and_gets_what_was_granted_and_agreed() {
    for backend in backends() {
        let world = world(backend).await;
        connect(&world, "star-school", "portal", &["name", "phone"], false).await;
        let party = party(&world, "star-school", SECRET).await;

        // Nobody is signed in: the browser goes through the province and comes back to the request.
        let begun = begin(&party, &["profile", "phone", "id_number"]);
        let (status, to) = led(begun.url.as_str(), "").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(to.starts_with("/api/v1/portal/sign-on?return_to=%2Foauth%2Fcontinue%3Frequest%3D"), "{to}");
        let kept = param(&to, "return_to").unwrap();
        let citizen = world.citizen("wang-haiyan").await;
        let (_, to) = led(&format!("{}{kept}", world.base), &citizen.cookie).await;
        assert!(to.starts_with("/consent?request="), "{to}");
        let id = param(&to, "request").unwrap();

        // The page says who asks for what. What the system holds no grant for is not even asked.
        let page = citizen.get(&format!("/portal/authorizations/{id}")).await;
        assert_eq!(page["system"]["name"], "星辰学校报名系统");
        let asked: Vec<&str> = page["scopes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
        assert_eq!(asked, ["openid", "profile", "phone"]);
        let back = citizen.post(&format!("/portal/authorizations/{id}/approve"), json!({ "scopes": ["profile"] })).await;
        let back = back["redirect_to"].as_str().unwrap();
        assert!(back.starts_with(BACK), "{back}");
        assert_eq!(param(back, "state").as_ref(), Some(begun.state.secret()));
        assert_eq!(param(back, "iss").as_ref(), Some(&world.base));

        let tokens = party
            .exchange_code(AuthorizationCode::new(param(back, "code").unwrap()))
            .unwrap()
            .set_pkce_verifier(begun.verifier)
            .request_async(&fetch)
            .await
            .unwrap();
        let id_token = tokens.id_token().unwrap();
        let verifier = party.id_token_verifier();
        let claims = id_token.claims(&verifier, &begun.nonce).unwrap();
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&verifier).unwrap(),
        )
        .unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash));
        let data = info(&party, tokens.access_token()).await.unwrap();
        assert_eq!(data.subject(), claims.subject());
        assert_eq!(data.name().unwrap().get(None).unwrap().as_str(), "王海燕");
        assert!(data.phone_number().is_none(), "the phone was not agreed to");

        // The second time nothing is asked; the owner sees the sign-in and the consent.
        let again = begin(&party, &["profile"]);
        let (_, to) = led(again.url.as_str(), &citizen.cookie).await;
        assert!(to.starts_with(BACK) && param(&to, "code").is_some(), "{to}");
        let records = citizen.get("/portal/me/sign-ins").await;
        assert_eq!(records["items"][0]["system"]["name"], "星辰学校报名系统");
        let consents = citizen.get("/portal/me/consents").await;
        assert_eq!(consents["items"][0]["app_id"], "star-school");

        // Taken back: the token is dead, and the next time the page asks again.
        citizen.post("/portal/me/consents/star-school/withdraw", json!({})).await;
        assert!(info(&party, tokens.access_token()).await.is_err());
        let (_, to) = led(begin(&party, &["profile"]).url.as_str(), &citizen.cookie).await;
        assert!(to.starts_with("/consent?request="), "{to}");

        // End of session with the identity token as proof, to a registered address only.
        let hint = id_token.to_string();
        let end = |go_to: &str| {
            let mut url = Url::parse(&format!("{}/oauth/end-session", world.base)).unwrap();
            url.query_pairs_mut().append_pair("id_token_hint", &hint).append_pair("post_logout_redirect_uri", go_to);
            String::from(url)
        };
        assert_eq!(led(&end("https://evil.example/"), &citizen.cookie).await.0, StatusCode::BAD_REQUEST);
        citizen.get("/portal/me").await;
        let (_, to) = led(&end("http://127.0.0.1:8950/bye"), &citizen.cookie).await;
        assert_eq!(to, "http://127.0.0.1:8950/bye");
        let me = citizen.request(Method::GET, "/portal/me", None).await;
        assert_eq!(me.status(), StatusCode::UNAUTHORIZED, "signed out");
        world.close().await;
    }
}

/// req: IDENT-011
#[tokio::test(flavor = "multi_thread")]
async fn stolen_replayed_and_mismatched_requests_are_refused_the_same_way_and_logged() {
    for backend in backends() {
        let world = world(backend).await;
        connect(&world, "star-school", "portal", &["name"], false).await;
        connect(&world, "moon-school", "portal", &["name"], false).await;
        let star = party(&world, "star-school", SECRET).await;
        let citizen = world.citizen("li-ming").await;

        // An unknown client and a wrong address get one answer, and the browser stays here.
        let good = begin(&star, &["profile"]).url;
        let unknown = good.as_str().replace("star-school", "no-school");
        let elsewhere = good.as_str().replace("8950%2Fback", "8951%2Fback");
        let mut answers = Vec::new();
        for address in [&unknown, &elsewhere] {
            let answer = browser().get(address).header(COOKIE, &citizen.cookie).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
            let body: Value = answer.json().await.unwrap();
            answers.push((body["code"].clone(), body["title"].clone(), body["detail"].clone()));
        }
        assert_eq!(answers[0], answers[1]);
        // Without PKCE the client is told so at its own address.
        let (_, to) = led(&good.as_str().replace("S256", "plain"), &citizen.cookie).await;
        assert_eq!(param(&to, "error").as_deref(), Some("invalid_request"));

        let exchange = async |party: &Party, back: &str, verifier: PkceCodeVerifier| {
            let code = AuthorizationCode::new(param(back, "code").unwrap());
            let tokens = party.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&fetch).await;
            tokens.map_err(|error| format!("{error:?}"))
        };
        let refused = |answer: Result<_, String>, code: &str| {
            let Err(error) = answer else { panic!("got tokens") };
            let () = assert!(error.contains(code), "{error}");
        };

        // A wrong verifier uses the code up.
        let begun = begin(&star, &["profile"]);
        let back = agreed(&citizen, "portal", &begun.url, &["profile"]).await;
        refused(exchange(&star, &back, PkceCodeChallenge::new_random_sha256().1).await.map(drop), "InvalidGrant");
        refused(exchange(&star, &back, begun.verifier).await.map(drop), "InvalidGrant");

        // A code shown twice ends the tokens that came of it.
        let begun = begin(&star, &["profile"]);
        let (_, back) = led(begun.url.as_str(), &citizen.cookie).await;
        let copy = PkceCodeVerifier::new(begun.verifier.secret().clone());
        let tokens = exchange(&star, &back, begun.verifier).await.unwrap();
        assert!(info(&star, tokens.access_token()).await.is_ok());
        refused(exchange(&star, &back, copy).await.map(drop), "InvalidGrant");
        assert!(info(&star, tokens.access_token()).await.is_err());

        // A code of another client, a wrong secret, a code that is too old.
        let moon = party(&world, "moon-school", SECRET).await;
        let begun = begin(&star, &["profile"]);
        let (_, back) = led(begun.url.as_str(), &citizen.cookie).await;
        refused(exchange(&moon, &back, begun.verifier).await.map(drop), "InvalidGrant");
        let begun = begin(&star, &["profile"]);
        let (_, back) = led(begun.url.as_str(), &citizen.cookie).await;
        let wrong = party(&world, "star-school", "another-secret-0123456789abcdef").await;
        let copy = PkceCodeVerifier::new(begun.verifier.secret().clone());
        refused(exchange(&wrong, &back, copy).await.map(drop), "InvalidClient");
        world.clock.advance(time::Duration::seconds(61));
        refused(exchange(&star, &back, begun.verifier).await.map(drop), "InvalidGrant");

        // A disabled client gets the answer of an unknown one, also with a token in hand.
        let begun = begin(&star, &["profile"]);
        let (_, back) = led(begun.url.as_str(), &citizen.cookie).await;
        let tokens = exchange(&star, &back, begun.verifier).await.unwrap();
        let pending = begin(&star, &["profile"]);
        let (_, pending_back) = led(pending.url.as_str(), &citizen.cookie).await;
        let admin = world.staff("sysadmin").await;
        let id = world.app.identity.system_by_app_id("star-school").await.unwrap().unwrap().id;
        let version = admin.get(&format!("/systems/{id}")).await["version"].clone();
        admin.post(&format!("/systems/{id}/disable"), json!({ "version": version, "reason": "安全检查期间停用" })).await;
        assert!(info(&star, tokens.access_token()).await.is_err());
        refused(exchange(&star, &pending_back, pending.verifier).await.map(drop), "InvalidClient");
        assert_eq!(led(good.as_str(), &citizen.cookie).await.0, StatusCode::BAD_REQUEST);

        let logged = refusals(&world).await;
        for why in ["client_or_address", "wrong_verifier", "replayed_code", "code_of_another", "late_code", "system_off"] {
            assert!(logged.iter().any(|line| line == why), "{why} is not in the log: {logged:?}");
        }
        world.close().await;
    }
}

/// A client is for citizens or for staff: the session and the pages of the other system open nothing.
///
/// req: IDENT-004, IDENT-005
#[tokio::test(flavor = "multi_thread")]
async fn a_staff_client_never_sees_a_citizen_and_the_other_way_round() {
    let world = world(Backend::Sqlite).await;
    connect(&world, "office-chat", "desk", &["name"], false).await;
    connect(&world, "star-school", "portal", &["name"], false).await;
    let (office, school) = (party(&world, "office-chat", SECRET).await, party(&world, "star-school", SECRET).await);
    let (citizen, clerk) = (world.citizen("li-ming").await, world.staff("clerk").await);

    // Each comes to the sign-in of the client's own user system, whatever other session there is.
    let begun = begin(&office, &["profile", "staff", "phone"]);
    assert!(led(begun.url.as_str(), &citizen.cookie).await.1.starts_with("/desk/sign-in?"));
    let (_, to) = led(begin(&school, &["profile"]).url.as_str(), &clerk.cookie).await;
    assert!(to.starts_with("/api/v1/portal/sign-on?"), "{to}");
    let stolen = citizen.cookie.replace("tb_portal", "tb_desk");
    assert!(led(begun.url.as_str(), &stolen).await.1.starts_with("/desk/sign-in?"));

    // The page of a staff client is not there for a citizen.
    let (_, to) = led(begun.url.as_str(), &clerk.cookie).await;
    assert!(to.starts_with("/desk/consent?request="), "{to}");
    let id = param(&to, "request").unwrap();
    let (status, _) = citizen.refused(Method::GET, &format!("/portal/authorizations/{id}"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let answer = clerk.post(&format!("/staff/authorizations/{id}/approve"), json!({ "scopes": ["profile", "staff"] })).await;
    let code = AuthorizationCode::new(param(answer["redirect_to"].as_str().unwrap(), "code").unwrap());
    let tokens =
        office.exchange_code(code).unwrap().set_pkce_verifier(begun.verifier).request_async(&fetch).await.unwrap();
    let data = info(&office, tokens.access_token()).await.unwrap();
    assert_eq!(data.preferred_username().unwrap().as_str(), "clerk");
    assert!(data.phone_number().is_none());
    // A token for another system opens nothing of ours.
    let with_token = browser()
        .get(format!("{}/api/v1/staff/me", world.base))
        .bearer_auth(tokens.access_token().secret())
        .header(COOKIE, format!("tb_desk={}", tokens.access_token().secret()))
        .send()
        .await
        .unwrap();
    assert_eq!(with_token.status(), StatusCode::UNAUTHORIZED);

    // Once people use it, the user system is fixed; an old page changes nothing.
    let admin = world.staff("sysadmin").await;
    let change = json!({ "version": 1, "audience": "portal", "sign_on": true });
    let (status, problem) = admin.refused(Method::PUT, "/sign-on/clients/office-chat", Some(change)).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("audience_fixed")));
    // Statistics count by system and kind of user.
    let sums = admin.get("/sign-on/statistics").await;
    let office_count = sums["by_system"].as_array().unwrap().iter().find(|one| one["app_id"] == "office-chat").unwrap();
    assert_eq!(office_count["count"], 1);
    assert!(sums["by_user_type"].as_array().unwrap().iter().all(|one| one["key"] == "enterprise" || one["count"].as_i64() > Some(0)));
    world.close().await;
}

/// req: IDENT-033
#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_takes_over_and_the_old_one_verifies_for_a_day() {
    let world = world(Backend::Sqlite).await;
    connect(&world, "star-school", "portal", &["name"], true).await;
    let school = party(&world, "star-school", SECRET).await;
    let citizen = world.citizen("li-ming").await;
    let begun = begin(&school, &["profile"]);
    let (_, back) = led(begun.url.as_str(), &citizen.cookie).await;
    let code = AuthorizationCode::new(param(&back, "code").unwrap());
    let old =
        school.exchange_code(code).unwrap().set_pkce_verifier(begun.verifier).request_async(&fetch).await.unwrap();

    let officer = world.staff("secadmin").await;
    let keys = officer.post("/sign-on/keys/rotate", json!({ "reason": "季度例行更换" })).await;
    let states: Vec<&str> = keys["items"].as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["signing", "verifying"]);
    // A client that reads the keys anew verifies the token of before.
    let again = party(&world, "star-school", SECRET).await;
    assert!(old.id_token().unwrap().claims(&again.id_token_verifier(), &begun.nonce).is_ok());
    world.clock.advance(time::Duration::hours(24));
    let later = party(&world, "star-school", SECRET).await;
    assert!(old.id_token().unwrap().claims(&later.id_token_verifier(), &begun.nonce).is_err(), "its key is gone");
    // Nothing of the private half lies open.
    use sea_orm::{ConnectionTrait, Statement};
    let db = &world.app.platform.db;
    let rows = db
        .read()
        .query_all_raw(Statement::from_string(db.backend(), "SELECT private_sealed FROM oauth_keys"))
        .await
        .unwrap();
    assert!(rows.iter().all(|row| !row.try_get::<String>("", "private_sealed").unwrap().contains("PRIVATE KEY")));
    world.close().await;
}
