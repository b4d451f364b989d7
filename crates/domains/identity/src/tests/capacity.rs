//! A system that is full lets nobody else in, says so, and keeps no trace of who was sent away.

use axum::http::{Method, StatusCode, header};
use platform::config::Config;
use platform::sessions::{COUNTED_SECONDS, Sessions};
use platform::web::guard::Audience;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use simulators::{People, Simulator};
use testkit::{Backend, backends};
use time::Duration;

use super::{Answer, City, PASSWORD, pack};

/// Sessions there is room for, of each user system.
const MOST: u64 = 3;

/// What a sign-in can leave, whatever way it goes.
const TRACES: &str = "SELECT (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM sign_ins) AS sign_ins, \
    (SELECT count(*) FROM sign_in_tickets) AS tickets, (SELECT count(*) FROM sign_on_states) AS states, \
    (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM audit_log) AS lines, \
    (SELECT count(*) FROM captchas WHERE used_at IS NOT NULL) AS captchas, \
    (SELECT CAST(sum(failed_count) AS bigint) FROM staff) AS tries, \
    (SELECT count(*) FROM staff WHERE locked_until IS NOT NULL) AS locked";

impl City {
    /// A city with room for a few.
    async fn small(backend: Backend) -> Self {
        let province = Simulator::start(People::from_yaml(&pack("citizens.yaml")).unwrap()).await.unwrap();
        let config = Config {
            require_second_factor: false,
            portal_sessions_at_most: MOST,
            desk_sessions_at_most: MOST,
            ..Self::outside(&province)
        };
        Self::with(backend, province, config).await.staffed().await
    }

    /// Everybody there is room for comes in.
    async fn fill(&self, audience: Audience) {
        let platform = &self.test.platform;
        for _ in 0..MOST {
            platform.sessions.start(platform, audience, platform.new_id()).await.unwrap();
        }
    }

    /// What sign-ins have left so far.
    async fn traces(&self) -> Vec<i64> {
        let db = &self.test.platform.db;
        let row = db.read().query_one_raw(Statement::from_string(db.backend(), TRACES)).await.unwrap().unwrap();
        let names = ["sessions", "sign_ins", "tickets", "states", "accounts", "lines", "captchas", "tries", "locked"];
        names.iter().map(|name| row.try_get("", name).unwrap()).collect()
    }
}

/// A refusal that names the way out and when to come again.
fn assert_full(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    assert_eq!(answer.headers[header::RETRY_AFTER], "60");
    assert!(answer.text.contains(words), "{}", answer.text);
    assert!(answer.cookie("tb_portal").is_none() && answer.cookie("tb_desk").is_none(), "nobody is signed in");
}

/// However often somebody comes, nothing is left of it: no session, no record, no try that locks the login.
///
/// req: OPS-007
#[tokio::test]
async fn staff_sent_away_because_the_system_is_full_leave_nothing() {
    for backend in backends() {
        let city = City::small(backend).await;
        city.fill(Audience::Desk).await;
        let before = city.traces().await;
        for _ in 0..7 {
            let answer = city.sign_in("clerk", PASSWORD).await;
            assert_full(&answer, "找系统管理员");
            assert_eq!(answer.json()["code"], "sessions_full", "{backend:?}");
        }
        assert_eq!(city.traces().await, before, "{backend:?}");
        // A wrong password is told nothing else than before, and counts as ever.
        assert_eq!(city.sign_in("clerk", "wrong").await.status, StatusCode::UNAUTHORIZED);
        // Everybody goes home; the next one comes in.
        city.test.clock.advance(Duration::minutes(city.test.platform.config.session_idle_minutes));
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK, "{backend:?}");
        city.test.close().await;
    }
}

/// req: OPS-007
#[tokio::test]
async fn who_keeps_the_system_running_finds_room_always() {
    for backend in backends() {
        let city = City::small(backend).await;
        city.fill(Audience::Desk).await;
        assert_eq!(city.sign_in("reviewer", PASSWORD).await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(city.sign_in("sysadmin", PASSWORD).await.status, StatusCode::OK, "{backend:?}");
        city.test.close().await;
    }
}

/// One way after the other: none leaves anything, and each works again with what the person has in hand.
///
/// req: OPS-007
#[tokio::test]
async fn citizens_sent_away_leave_nothing_and_go_on_later_where_they_were() {
    for backend in backends() {
        let city = City::small(backend).await;
        // On the way back from the province when the last place is taken.
        let (back, kept) = city.at_the_province("/", "li-ming").await;
        city.fill(Audience::Portal).await;
        let before = city.traces().await;
        assert_full(&city.get("/api/v1/portal/sign-on?return_to=/", "").await, "办事指南");
        assert_full(&city.browse("/api/v1/portal/sign-on?return_to=/", "").await, "暂时登录不了");
        assert_full(&city.get(&back, &kept).await, "过几分钟再登录");
        let enterprise = json!({
            "code": "92449902MA9900KX9E", "password": "Some-Password-1",
            "captcha_id": city.test.platform.new_id(), "captcha_answer": "1",
        });
        assert_full(
            &city.call(Method::POST, "/api/v1/portal/enterprise/sign-in", "", enterprise).await,
            "sessions_full",
        );
        assert_eq!(city.traces().await, before, "{backend:?}");

        city.test.clock.advance(Duration::seconds(COUNTED_SECONDS));
        let end = "UPDATE sessions SET ended_at = created_at WHERE audience = 'portal'".to_owned();
        city.test.platform.db.execute_batch(city.test.platform.now(), vec![end]).await.unwrap();
        assert_eq!(city.get(&back, &kept).await.status, StatusCode::SEE_OTHER, "{backend:?} the same sign-on goes on");
        city.test.close().await;
    }
}

/// Citizens who crowd in keep no clerk out, and the other way round.
///
/// req: OPS-007
#[tokio::test]
async fn each_user_system_has_room_of_its_own() {
    for backend in backends() {
        let city = City::small(backend).await;
        city.fill(Audience::Portal).await;
        assert_eq!(city.sign_in("clerk", PASSWORD).await.status, StatusCode::OK, "{backend:?}");
        city.test.close().await;
    }
}

/// Another node has let people in: this one knows after its next count, and counts no more often.
///
/// req: OPS-007
#[tokio::test]
async fn a_node_counts_all_sessions_once_in_a_few_seconds() {
    for backend in backends() {
        let city = City::small(backend).await;
        let (platform, here, other) = (&city.test.platform, Sessions::default(), Sessions::default());
        assert!(!here.are_full(platform, Audience::Desk).await.unwrap());
        for _ in 0..MOST {
            other.start(platform, Audience::Desk, platform.new_id()).await.unwrap();
        }
        assert!(other.are_full(platform, Audience::Desk).await.unwrap(), "{backend:?}");
        assert!(!here.are_full(platform, Audience::Desk).await.unwrap(), "{backend:?} not counted again yet");
        city.test.clock.advance(Duration::seconds(COUNTED_SECONDS));
        assert!(here.are_full(platform, Audience::Desk).await.unwrap(), "{backend:?}");
        city.test.close().await;
    }
}
