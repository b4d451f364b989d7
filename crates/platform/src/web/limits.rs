//! Rate limits: per address for sign-in, captcha and public routes (ADR 0014), per account for the
//! quota of an access policy. Time comes from the product's clock.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{NotUntil, Quota, RateLimiter};
use uuid::Uuid;

use super::problem::{Problem, Result};
use super::terminal::Client;
use crate::Platform;

/// The product's clock in the shape of the limiter: only its steps forward count, so that whoever asked before a clock
/// was set back need not wait until it has caught up.
#[derive(Clone)]
struct Ticks {
    clock: Arc<dyn Clock>,
    seen: Arc<Mutex<Seen>>,
}

/// What the limiter knows of the clock, nanoseconds.
#[derive(Default)]
struct Seen {
    last: u64,
    passed: u64,
}

impl Ticks {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let ticks = Self { clock, seen: Arc::default() };
        let last = ticks.wall();
        *ticks.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen { last, passed: last };
        ticks
    }

    fn wall(&self) -> u64 {
        u64::try_from(self.clock.now().unix_timestamp_nanos()).unwrap_or(0)
    }
}

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = self.wall();
        seen.passed = seen.passed.saturating_add(wall.saturating_sub(seen.last));
        seen.last = wall;
        Nanos::new(seen.passed)
    }
}

/// So many calls a minute for each key.
pub struct PerMinute<K: std::hash::Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, Ticks, NoOpMiddleware<Nanos>>,
    clock: Ticks,
    calls: AtomicU64,
}

impl<K: std::hash::Hash + Eq + Clone> PerMinute<K> {
    /// `rate` calls a minute, all of them at once if need be.
    pub fn new(rate: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks::new(clock);
        let limiter = RateLimiter::new(Quota::per_minute(rate), DefaultKeyedStateStore::default(), clock.clone());
        Self { limiter, clock, calls: AtomicU64::new(0) }
    }

    /// Takes one call; on refusal the seconds to wait.
    pub fn take(&self, key: &K) -> Result<(), u64> {
        // Keys whose bucket is full again are forgotten now and then, so that memory stays bounded.
        if self.calls.fetch_add(1, Ordering::Relaxed) % 4096 == 4095 {
            self.limiter.retain_recent();
        }
        let now = governor::clock::Clock::now(&self.clock);
        self.limiter.check_key(key).map_err(|early: NotUntil<Nanos>| early.wait_time_from(now).as_secs() + 1)
    }
}

/// Quotas of accounts, one limiter for each rate in use.
#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<u32, Arc<PerMinute<Uuid>>>>);

impl Quotas {
    pub(crate) fn take(&self, platform: &Platform, account: Uuid, rate: u32) -> Result<()> {
        let Some(rate) = NonZeroU32::new(rate) else { return Ok(()) };
        let limiter = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(
                known.entry(rate.get()).or_insert_with(|| Arc::new(PerMinute::new(rate, platform.clock.clone()))),
            )
        };
        limiter.take(&account).map_err(|wait| {
            Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "policy_quota",
                "您的操作太频繁，超出了账号的限额。请稍等再试。",
            )
            .retry_after(wait)
        })
    }
}

/// The limiter of the served product.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    platform: Platform,
    sign_in: Option<PerMinute<IpAddr>>,
    captcha: Option<PerMinute<IpAddr>>,
    public: Option<PerMinute<IpAddr>>,
    /// Method and path of every operation without a permission.
    open: HashSet<(Method, String)>,
    /// Method and path of every page that asks a captcha in itself.
    asking: HashSet<(Method, String)>,
}

impl Gate {
    /// With the rates of the configuration, for the open operations and the pages that ask a captcha in themselves
    /// (method, path with parameters in braces).
    pub fn new(platform: Platform, open: HashSet<(Method, String)>, asking: HashSet<(Method, String)>) -> Self {
        let limiter = |rate: u32| NonZeroU32::new(rate).map(|rate| PerMinute::new(rate, platform.clock.clone()));
        let (sign_in, captcha, public) = (
            limiter(platform.config.sign_in_per_minute),
            limiter(platform.config.captcha_per_minute),
            limiter(platform.config.public_per_minute),
        );
        Self(Arc::new(Inner { sign_in, captcha, public, open, asking, platform }))
    }

    fn limiter(&self, method: &Method, path: &str) -> Option<&PerMinute<IpAddr>> {
        // Whoever sends HEAD gets what GET gets.
        let method = if *method == Method::HEAD { Method::GET } else { method.clone() };
        let operation = (method, path.to_owned());
        if self.0.asking.contains(&operation) {
            return self.0.captcha.as_ref();
        }
        if !self.0.open.contains(&operation) {
            return None;
        }
        // Sign-out only ends something.
        if path.contains("/sign-in") || path.contains("/sign-on") || path.contains("/activat") {
            self.0.sign_in.as_ref()
        } else if path.ends_with("/captcha") {
            self.0.captcha.as_ref()
        } else {
            self.0.public.as_ref()
        }
    }
}

/// Middleware: refuses an address that asks too often.
pub async fn limit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let config = &gate.0.platform.config;
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    if let Some(limiter) = gate.limiter(request.method(), &path) {
        let client = Client::of(request.extensions(), request.headers(), config);
        // A forwarding header here means a proxy that is not named in the settings: the address is the
        // proxy's, and its callers are not exempt.
        let direct = !request.headers().contains_key("x-forwarded-for");
        let exempt = config.unlimited_addresses.iter().any(|net| net.contains(&client.address));
        if !(exempt && direct)
            && let Err(wait) = limiter.take(&client.address)
        {
            tracing::warn!(address = %client.address, path, "asked too often");
            return Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "操作太频繁了，请稍等再试。")
                .detail(format!("请等 {wait} 秒再试。"))
                .retry_after(wait)
                .into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use testkit::{MockClock, story_start};
    use time::Duration;

    use super::*;

    /// req: OPS-014
    #[test]
    fn a_clock_set_back_makes_nobody_wait_until_it_has_caught_up() {
        let clock = MockClock::at(story_start());
        let limiter = PerMinute::new(NonZeroU32::new(2).unwrap(), clock.clone());
        assert!(limiter.take(&1).is_ok() && limiter.take(&1).is_ok());
        assert!(limiter.take(&1).is_err(), "two a minute");
        clock.advance(-Duration::hours(2));
        assert!(limiter.take(&1).unwrap_err() <= 31, "thirty seconds for one, as before");
        clock.advance(Duration::seconds(31));
        assert!(limiter.take(&1).is_ok(), "half a minute later, whatever the clock says");
    }
}
