//! Headers that lie about where a request comes from and goes to, and addresses that lead elsewhere.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use testkit::Backend;

use super::{bare, encoded, raw};
use crate::world::World;

/// The address of this site is what the operator says, whatever a request says of it.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_lying_host_appears_in_no_link_no_redirect_and_no_cookie() {
    let world = World::new(Backend::Sqlite).await;
    let paths = [
        "/api/v1/portal/sign-on?return_to=/my/cases",
        "/.well-known/openid-configuration",
        "/oauth/authorize?client_id=none&redirect_uri=https://evil.example/back&response_type=code",
        "/oauth/end-session?post_logout_redirect_uri=https://evil.example/",
        "/desk",
        "/desk/",
        "/",
        "/api/v1/site",
        "/api/v1/nothing-of-this-name",
    ];
    for path in paths {
        let answer = raw(
            &world,
            format!(
                "GET {path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n\
                 X-Original-URL: /api/v1/security/audit\r\nX-Rewrite-URL: /api/v1/security/audit\r\n\
                 Forwarded: for=10.0.0.1;host=evil.example;proto=https\r\nReferer: https://evil.example/\r\n\
                 Accept: text/html\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
        .await;
        assert!(!answer.contains("evil.example"), "{path}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{path}: {}", answer.lines().next().unwrap_or_default());
    }
    // Two hosts in one request, and none at all.
    for head in ["Host: x\r\nHost: evil.example\r\n", "", "Host: evil.example:99999\r\n", "Host: a b\r\n"] {
        let answer =
            raw(&world, format!("GET /api/v1/health HTTP/1.1\r\n{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert!(!answer.contains("evil.example") && !answer.starts_with("HTTP/1.1 5"), "{head:?}: {answer}");
    }
    world.close().await;
}

/// A line break in what goes into a header ends no header.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_line_break_in_a_value_makes_no_header() {
    let world = World::new(Backend::Sqlite).await;
    let text = encoded("/a\r\nSet-Cookie: planted=1\r\n\r\n<script>");
    for path in [
        format!("/api/v1/portal/sign-on?return_to={text}"),
        format!("/api/v1/items/{text}/guide"),
        format!("/api/v1/licences/verify/{text}"),
        format!("/oauth/continue?request={text}"),
        format!("/desk/{text}"),
        format!("/{text}"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: a%0d%0ab\r\nConnection: close\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!head.to_ascii_lowercase().contains("set-cookie: planted"), "{path}: {head}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{path}: {head}");
    }
    // The number of a request is taken over only when it is one.
    for (id, taken) in [("abc-123", true), ("a b", false), ("<script>", false), ("a".repeat(65).as_str(), false)] {
        let request =
            format!("GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nX-Request-Id: {id}\r\nConnection: close\r\n\r\n");
        let answer = raw(&world, request.as_bytes()).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        assert_eq!(body.contains(&format!("\"trace_id\":\"{id}\"")), taken, "{id}: {body}");
    }
    world.close().await;
}

/// After signing in one is on this site, whatever the link said.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_on_leads_to_no_other_site() {
    let world = World::new(Backend::Sqlite).await;
    for wish in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\n/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:evil.example",
        "/api/v1/portal/sign-on",
        "evil.example",
        " //evil.example",
        "\u{3000}//evil.example",
    ] {
        let start = bare()
            .get(format!("{}/api/v1/portal/sign-on?return_to={}", world.base, encoded(wish)))
            .send()
            .await
            .unwrap();
        let state = start.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let authorize = start.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(authorize.starts_with(&world.outside("identity")), "{authorize}");
        let chosen = bare().get(format!("{authorize}&login=haiyan")).send().await.unwrap();
        let back = chosen.headers()[LOCATION].to_str().unwrap().to_owned();
        assert!(back.starts_with(&world.base), "{back}");
        // A state without the browser that began it ends nothing.
        let stranger = bare().get(&back).send().await.unwrap();
        assert!(stranger.headers().get_all(SET_COOKIE).iter().all(|one| !one.as_bytes().starts_with(b"tb_portal=")));
        let done = bare().get(&back).header(COOKIE, &state).send().await.unwrap();
        assert_eq!(done.headers()[LOCATION], "/", "{wish:?}");
        // Once used, a link that somebody kept signs nobody in.
        let again = bare().get(&back).header(COOKIE, &state).send().await.unwrap();
        assert!(again.headers().get_all(SET_COOKIE).iter().all(|one| !one.as_bytes().starts_with(b"tb_portal=")));
    }
    // Other systems: where to go back to is registered, not asked for.
    for wish in ["https://evil.example/back", "http://127.0.0.1:1/x", "javascript:alert(1)"] {
        let path = format!(
            "{}/oauth/authorize?client_id=nobody&response_type=code&scope=openid&redirect_uri={}",
            world.base,
            encoded(wish)
        );
        let answer = bare().get(path).send().await.unwrap();
        assert!(answer.status().is_client_error() && !answer.headers().contains_key(LOCATION), "{}", answer.status());
    }
    world.close().await;
}
