//! Sessions on the server.

use std::sync::Arc;

use async_trait::async_trait;
use platform::Platform;
use platform::sessions::{PrincipalSource, Sessions};
use platform::web::guard::{Audience, Principal};
use platform::web::problem::Result;
use testkit::backends;
use time::Duration;
use uuid::Uuid;

use crate::fresh;

/// Knows everybody.
struct Everybody;

#[async_trait]
impl PrincipalSource for Everybody {
    async fn principal(&self, _: &Platform, audience: Audience, account: Uuid) -> Result<Option<Principal>> {
        Ok(Some(Principal {
            id: account,
            audience,
            name: "某人".into(),
            org_id: None,
            visible_orgs: Vec::new(),
            region: String::new(),
            roles: Vec::new(),
            permissions: Vec::new(),
            real_name: true,
            bounds: Default::default(),
        }))
    }
}

/// Another node: it remembers nothing of what this one resolved.
fn node() -> Sessions {
    let sessions = Sessions::default();
    sessions.plug(Arc::new(Everybody));
    sessions
}

fn token(cookie: &str) -> &str {
    cookie.split(['=', ';']).nth(1).unwrap()
}

#[tokio::test]
async fn a_session_is_its_audiences_own_and_ends_when_ended() {
    for backend in backends() {
        let test = fresh(backend).await;
        let (platform, here) = (&test.platform, node());
        let account = platform.new_id();
        let cookie = here.start(platform, Audience::Portal, account).await.unwrap();
        let token = token(&cookie);
        assert_eq!(here.resolve(platform, Audience::Portal, token).await.unwrap().unwrap().id, account);
        assert!(here.resolve(platform, Audience::Desk, token).await.unwrap().is_none(), "{backend:?}");
        assert!(here.resolve(platform, Audience::Portal, &"0".repeat(64)).await.unwrap().is_none());
        assert!(here.resolve(platform, Audience::Portal, "' OR 1=1 --").await.unwrap().is_none());

        let cleared = here.end(platform, Audience::Portal, token).await.unwrap();
        assert!(cleared.starts_with("tb_portal=;") && cleared.contains("Max-Age=0"), "{cleared}");
        assert!(here.resolve(platform, Audience::Portal, token).await.unwrap().is_none(), "{backend:?}");
        assert!(node().resolve(platform, Audience::Portal, token).await.unwrap().is_none(), "{backend:?}");
        test.close().await;
    }
}

#[tokio::test]
async fn a_session_ends_when_left_alone_and_after_twelve_hours_of_use() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let idle = Duration::minutes(platform.config.session_idle_minutes);
        let left = node().start(platform, Audience::Desk, platform.new_id()).await.unwrap();
        let used = node().start(platform, Audience::Desk, platform.new_id()).await.unwrap();
        let resolves = |cookie: String| async move {
            node().resolve(platform, Audience::Desk, token(&cookie)).await.unwrap().is_some()
        };
        test.clock.advance(idle - Duration::minutes(1));
        assert!(resolves(used.clone()).await);
        test.clock.advance(Duration::minutes(1));
        assert!(!resolves(left.clone()).await, "{backend:?} left alone");
        assert!(resolves(used.clone()).await, "{backend:?} in use");
        // The time of use is written once a minute at most, so a session may end a minute early.
        for _ in 0..22 {
            test.clock.advance(idle - Duration::minutes(2));
            assert!(resolves(used.clone()).await, "{backend:?} in use");
        }
        test.clock.set(testkit::story_start() + Duration::hours(12));
        assert!(!resolves(used.clone()).await, "{backend:?} twelve hours");
        test.close().await;
    }
}

#[tokio::test]
async fn the_table_of_sessions_holds_no_token() {
    for backend in backends() {
        let test = fresh(backend).await;
        let cookie = node().start(&test.platform, Audience::Portal, test.platform.new_id()).await.unwrap();
        let sql = format!("sessions WHERE token_hash = '{}'", token(&cookie));
        assert_eq!(crate::rows(&test.platform, &sql).await, 0);
        assert_eq!(crate::rows(&test.platform, "sessions").await, 1);
        test.close().await;
    }
}
