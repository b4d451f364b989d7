//! What is known of the request being served: address, device, caller, permission.
//!
//! One middleware ([`record`]) makes it, the guard completes it, [`crate::Db::write`] takes it along,
//! so that every audit line says where its act came from without any service passing it on
//! (IDENT-036). When the answer is ready the middleware notes the access itself: reads and
//! refusals leave a line too, and every request leaves a visit ([`crate::logs::visits`]).

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use super::guard::{Audience, Principal};
use crate::Platform;
use crate::logs::visits::Answered;
use crate::metrics::{Span, Trace};
use crate::work::audit::{Entry, Kind, Line, Outcome};

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

/// Parts kept of one request or job; the rest is counted.
const SPANS: usize = 120;

/// Longest device text kept.
const DEVICE: usize = 60;

/// The caller as far as the audit needs it.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Account or staff id.
    pub id: Uuid,
    /// User system.
    pub audience: Audience,
    /// Name.
    pub name: String,
    /// Organisation of staff.
    pub org_id: Option<Uuid>,
}

/// One request.
#[derive(Debug, Default)]
pub struct Context {
    /// Address of the caller; behind a trusted proxy the one the proxy saw.
    pub address: Option<IpAddr>,
    /// Browser or program, shortened.
    pub device: String,
    caller: OnceLock<Caller>,
    system: OnceLock<Uuid>,
    permission: OnceLock<&'static str>,
    audited: AtomicBool,
    lags: AtomicBool,
    statements: AtomicU64,
    /// Microseconds spent waiting for them.
    waited: AtomicU64,
    /// Id of everything this request causes, its jobs included; empty when there is none.
    trace: String,
    /// What somebody asked for that this job belongs to.
    asked: Option<Uuid>,
    begun: Begun,
    spans: Mutex<Vec<Span>>,
    more: AtomicU64,
}

/// The moment something began, for measuring only.
#[derive(Debug)]
struct Begun(Instant);

impl Default for Begun {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Context {
    /// A context of an address and a device.
    pub fn new(address: Option<IpAddr>, user_agent: &str) -> Self {
        Self { address, device: device(user_agent), ..Self::default() }
    }

    /// The same under a trace id.
    #[must_use]
    pub fn of_trace(self, trace: String) -> Self {
        Self { trace: if trace == "-" { String::new() } else { trace }, ..self }
    }

    /// The context of a job that something under this trace id caused.
    pub fn for_job(trace: String) -> Self {
        Self::default().of_trace(trace)
    }

    /// The same, of a job that belongs to what somebody asked for ([`crate::work::asked`]).
    #[must_use]
    pub(crate) fn for_asked(self, asked: Option<Uuid>) -> Self {
        Self { asked, ..self }
    }

    /// What somebody asked for that the job under way belongs to.
    pub(crate) fn asked(&self) -> Option<Uuid> {
        self.asked
    }

    /// Trace id; empty when there is none.
    pub fn trace(&self) -> &str {
        &self.trace
    }

    /// What ended, to be kept; `None` when it is neither slow nor failed nor drawn.
    pub(crate) fn ended(
        &self,
        platform: &Platform,
        kind: &'static str,
        name: &str,
        began: time::OffsetDateTime,
        (status, failed): (u16, bool),
    ) {
        let took = self.begun.0.elapsed();
        let Some(why) = platform.metrics.wants(&self.trace, took, failed) else { return };
        let spans = std::mem::take(&mut *self.spans.lock().unwrap_or_else(PoisonError::into_inner));
        platform.metrics.put(Trace {
            trace: self.trace.clone(),
            kind,
            name: name.to_owned(),
            began,
            took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            waited_us: self.waited.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
            status,
            failed,
            spans,
            more: self.more.load(Ordering::Relaxed),
            why,
        });
    }

    /// Time since it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.0.elapsed()
    }

    /// Address as text, empty when unknown.
    pub fn address_text(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    /// The caller, once the guard has proven it.
    pub fn caller(&self) -> Option<&Caller> {
        self.caller.get()
    }

    /// The permission the route wants, once its guard has named it.
    pub fn permission(&self) -> Option<&'static str> {
        self.permission.get().copied()
    }

    /// Notes which permission the route wants.
    pub(crate) fn wants(&self, permission: &'static str) {
        // A handler with two guards keeps the first.
        let _ = self.permission.set(permission);
    }

    /// Notes who calls.
    pub(crate) fn is_called_by(&self, caller: &Principal) {
        let (id, audience) = (caller.id, caller.audience);
        let _ = self.caller.set(Caller { id, audience, name: caller.name.clone(), org_id: caller.org_id });
    }

    /// Notes which connected system calls, once its signature is proven.
    pub fn is_called_by_system(&self, id: Uuid) {
        let _ = self.system.set(id);
    }

    /// Who visits: a kind of [`crate::logs::visits::VISITORS`], and the id where it is known.
    pub fn visitor(&self) -> (&'static str, Option<Uuid>) {
        match (self.caller.get(), self.system.get()) {
            (Some(Caller { id, audience: Audience::Desk, .. }), _) => ("staff", Some(*id)),
            (Some(Caller { id, audience: Audience::Portal, .. }), _) => ("account", Some(*id)),
            (None, Some(id)) => ("system", Some(*id)),
            (None, None) => ("anonymous", None),
        }
    }

    /// Statements made so far by the request itself. On SQLite those of its commands are not among them: the one writer
    /// makes them.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Time spent waiting for them.
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.load(Ordering::Relaxed))
    }

    /// Notes that the answer may come from the replica, see [`super::freshness`].
    pub(crate) fn may_lag(&self) {
        self.lags.store(true, Ordering::Relaxed);
    }

    /// Notes that the request's own command left an audit line.
    pub(crate) fn was_audited(&self) {
        self.audited.store(true, Ordering::Relaxed);
    }
}

/// The request being served by this task, if any.
pub fn current() -> Option<Arc<Context>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Notes a statement of the request being served, if any.
pub(crate) fn note_statement(sql: &str, elapsed: Duration, failed: bool) {
    let _ = CURRENT.try_with(|context| {
        context.statements.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        context.waited.fetch_add(micros, Ordering::Relaxed);
    });
    note_span("read", elapsed, failed, || crate::metrics::about(sql));
}

/// Notes a part, just ended, of the request or job under way, if any.
pub(crate) fn note_span(kind: &'static str, took: Duration, failed: bool, name: impl FnOnce() -> String) {
    let _ = CURRENT.try_with(|context| {
        let end = u64::try_from(context.begun.0.elapsed().as_micros()).unwrap_or(u64::MAX);
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut spans = context.spans.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() >= SPANS {
            context.more.fetch_add(1, Ordering::Relaxed);
        } else {
            spans.push(Span { kind, name: name(), start_us: end.saturating_sub(took_us), took_us, failed });
        }
    });
}

/// Whether the request being served may be answered from the replica.
pub(crate) fn may_lag() -> bool {
    CURRENT.try_with(|context| context.lags.load(Ordering::Relaxed)).unwrap_or(false)
}

/// Runs something as part of a request (tests, and servers that are not HTTP).
pub async fn scope<F: Future>(context: Arc<Context>, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// `Chrome 129`, `Firefox 130`, … : enough to recognise one's own device, not a fingerprint.
fn device(user_agent: &str) -> String {
    for (mark, name) in [
        ("MicroMessenger/", "微信"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ] {
        if let Some((_, rest)) = user_agent.split_once(mark) {
            let version: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
            return format!("{name} {version}").trim_end().to_owned();
        }
    }
    user_agent.chars().filter(|c| !c.is_control()).take(DEVICE).collect::<String>().trim().to_owned()
}

/// Middleware over the matched routes: makes the context, and afterwards notes the access.
pub async fn record(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let address = super::client::address(request.extensions(), request.headers(), &platform.config);
    let context = Arc::new(Context::new(address, agent).of_trace(super::extract::current_trace_id()));
    let began = platform.clock.now();
    let method = request.method().clone();
    let template = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = request.uri().path().to_owned();
    // Pages and pictures are files: requests of the API are counted.
    let under_way = template.is_some().then(|| platform.metrics.serving.begin());
    let mut response = CURRENT.scope(Arc::clone(&context), next.run(request)).await;
    drop(under_way);
    if platform.config.server_timing
        && let Ok(value) = timing(&context, context.elapsed(), platform.db.replica_is_fresh() == Some(true)).parse()
    {
        response.headers_mut().insert("server-timing", value);
    }
    // Pages and pictures are files; what is measured is the API.
    if let Some(template) = &template {
        let name = format!("{method} {template}");
        let (status, failed) = (response.status().as_u16(), response.status().is_server_error());
        let took = context.elapsed();
        platform.metrics.requests.note(&name, took, failed);
        if status >= 400 {
            platform.metrics.problems.note(context.elapsed(), failed);
        }
        context.ended(&platform, "request", &name, began, (status, failed));
        let answered = Answered {
            method: method.as_str(),
            route: template,
            status: response.status(),
            bytes: response.body().size_hint().exact(),
            took,
        };
        platform.visits.note(&platform, &context, &answered);
    }
    if platform.db.replica_is_fresh().is_some() {
        super::freshness::remember(&method, platform.config.secure_cookies, &mut response);
    }
    if let Some(entry) = access(&platform, &context, &method, template.as_deref(), &path, response.status()) {
        let known = context.caller.get().is_some();
        platform.audit.note(&platform, Arc::clone(&context), entry, known).await;
    }
    response
}

/// What a browser's tools show of an answer.
fn timing(context: &Context, whole: Duration, replica: bool) -> String {
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    let (count, waited) = (context.statements(), millis(context.waited()));
    let source = if replica && context.lags.load(Ordering::Relaxed) { ", replica" } else { "" };
    format!("db;desc=\"{count} statements\";dur={waited:.2}, total;dur={:.2}{source}", millis(whole))
}

/// Permissions whose successful reading is no news: a page asks for its own user all the time.
const OWN: [&str; 3] = ["staff.me", "account.read", "workbench.read"];

fn access(
    platform: &Platform,
    context: &Context,
    method: &Method,
    template: Option<&str>,
    path: &str,
    status: StatusCode,
) -> Option<Entry> {
    // Public routes name no permission; a page or a picture is no access to data.
    let permission = *context.permission.get()?;
    let template = template?;
    let reading = matches!(*method, Method::GET | Method::HEAD);
    let outcome = match status {
        _ if status.is_success() || status.is_redirection() => Outcome::Ok,
        _ if status.is_server_error() => Outcome::Failed,
        _ => Outcome::Refused,
    };
    let done = outcome == Outcome::Ok;
    if done && (context.audited.load(Ordering::Relaxed) || (reading && OWN.contains(&permission))) {
        return None;
    }
    let kind = match () {
        () if !done => Kind::Refusal,
        () if template.ends_with("/export") => Kind::Export,
        () if reading => Kind::Access,
        () => Kind::Change,
    };
    let caller = context.caller.get();
    let line = Line {
        id: platform.new_id(),
        actor_id: caller.map(|caller| caller.id),
        actor_name: caller.map(|caller| caller.name.clone()).unwrap_or_default(),
        action: permission,
        subject: object(template, path),
        detail: serde_json::json!({ "method": method.as_str(), "route": template, "status": status.as_u16() }),
    };
    Some(line.entry().kind(kind).result(outcome))
}

/// `case:0199…` for `/api/v1/cases/{id}/accept`, `cases` for a list. What stands in the query is
/// not kept: a search may hold a name or a number.
fn object(template: &str, path: &str) -> String {
    let below = |text: &str| text.trim_start_matches("/api/v1/").split('/').map(str::to_owned).collect::<Vec<_>>();
    let (template, path) = (below(template), below(path));
    let Some(at) = template.iter().position(|part| part.starts_with('{')) else { return template.join("/") };
    let noun = template.iter().take(at).next_back().map_or("", |noun| noun.strip_suffix('s').unwrap_or(noun));
    let id: String =
        path.get(at).map(String::as_str).unwrap_or_default().chars().filter(|c| !c.is_control()).take(64).collect();
    format!("{noun}:{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_by_the_route_and_never_by_the_query() {
        assert_eq!(object("/api/v1/cases/{id}/accept", "/api/v1/cases/0199/accept"), "case:0199");
        assert_eq!(object("/api/v1/my/cases/{id}/documents/{doc}", "/api/v1/my/cases/7/documents/8"), "case:7");
        assert_eq!(object("/api/v1/cases", "/api/v1/cases"), "cases");
        assert_eq!(object("/api/v1/items/{slug}", "/api/v1/items/%00"), "item:%00");
    }

    #[test]
    fn a_device_is_a_short_name() {
        assert_eq!(device("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/129.0.1 Safari/537.36"), "Chrome 129");
        assert_eq!(device(&"x".repeat(500)).len(), DEVICE);
        assert_eq!(device("curl/8\u{0}"), "curl/8");
    }
}
