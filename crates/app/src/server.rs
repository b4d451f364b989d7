//! The HTTP server: API, pages, headers, graceful stop, workers.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use platform::web::limits::{self, Gate};
use platform::work::lease::Lease;
use platform::{Platform, Problem, Result};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

use crate::tls::TlsListener;
use crate::{App, tls, web};

/// How long requests under way may take once the server is told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(20);
/// How long work behind the requests may take after that.
const JOBS_END_WITHIN: Duration = Duration::from_secs(5);
/// Largest body: an upload and its form around it.
const BODY_ROOM: usize = 1024 * 1024;

impl App {
    /// The document of the API.
    pub fn openapi(&self) -> OpenApi {
        let (_, document) = self.api().split_for_parts();
        describe(document)
    }

    /// Everything that is served.
    pub fn router(&self) -> Router {
        let (api, document) = self.api().split_for_parts();
        let document = describe(document);
        let basic = self.basic();
        let site = basic.site.clone();
        let mut open = open_operations(&document);
        open.extend(basic::open());
        let gate = Gate::new(self.platform.clone(), open, basic::asking().collect());
        let limit = usize::try_from(self.platform.config.upload_max_mb).unwrap_or(20) * 1024 * 1024 + BODY_ROOM;
        let router = api
            .route("/api/v1/openapi.json", axum::routing::get(move || async move { axum::Json(document) }))
            .route("/api/{*rest}", axum::routing::any(no_such_route))
            .merge(basic::routes(basic))
            .fallback(web::page)
            .method_not_allowed_fallback(web::no_such_method);
        let config = &self.platform.config;
        let headers = Headers::new(config.public_url.starts_with("https://"), &config.device_gateway_url);
        // One layer of many parts, outermost first: each `Router::layer` of its own would copy all below it
        // for every request.
        router.layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(HeaderName::from_static("x-request-id"), Ids(self.platform.clone())))
                .layer(PropagateRequestIdLayer::new(HeaderName::from_static("x-request-id")))
                .layer(TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<_>| {
                    // The path alone: a query may carry a sign-on code, a header a session.
                    tracing::debug_span!("request", method = %request.method(), path = %request.uri().path())
                }))
                .layer(axum::middleware::map_response_with_state(Arc::new(headers), hardened))
                .layer(axum::middleware::from_fn(platform::web::extract::trace_id))
                .layer(axum::middleware::from_fn_with_state(site, basic::as_page))
                .layer(axum::middleware::from_fn_with_state(self.platform.clone(), platform::web::context::record))
                .layer(axum::middleware::from_fn(platform::web::extract::readable))
                .layer(axum::middleware::from_fn_with_state(gate, limits::limit))
                .layer(axum::middleware::from_fn_with_state(self.platform.clone(), crate::site::answerable))
                .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
                    Problem::internal("a handler panicked").into_response()
                }))
                // The default limit of the framework is smaller than an upload.
                .layer(axum::extract::DefaultBodyLimit::disable())
                .layer(RequestBodyLimitLayer::new(limit)),
        )
    }

    /// Serves until told to stop; requests under way are finished first.
    ///
    /// # Errors
    /// When the address is taken, or a city is still on its way here.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        crate::backup::moving::may_serve(&self.platform.config)
            .map_err(|error| Problem::internal(format!("{error:#}")))?;
        let address = self.platform.config.listen.clone();
        let listener = tokio::net::TcpListener::bind(&address)
            .await
            .map_err(|error| Problem::internal(format!("{address}: {error}")))?;
        self.serve_on(listener, stop).await
    }

    /// The same on a listener that is already bound.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn serve_on(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (stopping, stopped) = tokio::sync::watch::channel(false);
        let worker = tokio::spawn(platform::work::jobs::work(
            self.platform.clone(),
            self.subscriptions(),
            self.handlers(),
            stopped.clone(),
        ));
        let roots = tokio::spawn(daily_roots(self.clone(), stopped.clone()));
        let upkeep = tokio::spawn(housekeeping(self.clone(), stopped.clone()));
        let figures = tokio::spawn(counting(self.clone(), stopped.clone()));
        let search = tokio::spawn(first_search(self.clone(), stopped.clone()));
        let (looked_after, told) = (self.platform.clone(), stopped.clone());
        let watch = tokio::spawn(async move { looked_after.db.watch(told).await });
        let journal = tokio::spawn(crate::backup::journal::keep(self.platform.clone(), stopped.clone()));
        let router = self.router();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let live = self.platform.live.clone();
        let stop = async move {
            stop.await;
            let _ = stopping.send(true);
            live.close();
        };
        let mut late = stopped;
        let late = async move {
            let _ = late.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(STOP_WITHIN).await;
        };
        let config = &self.platform.config;
        let serving = async {
            let served = if config.serves_tls() {
                let settings = tls::settings(&config.tls_cert_file, &config.tls_key_file)?;
                let listener = TlsListener::new(listener, settings).map_err(Problem::internal)?;
                // Tapped, so that the framework knows the caller's address of this listener too.
                axum::serve(listener.tap_io(|_| ()), service).with_graceful_shutdown(stop).await
            } else {
                axum::serve(listener, service).with_graceful_shutdown(stop).await
            };
            served.map_err(Problem::internal)
        };
        tokio::select! {
            served = serving => served?,
            // Somebody who sends a byte a minute keeps no server from stopping.
            () = late => tracing::warn!("stopped although some requests had not ended"),
        }
        // A job that waits for a silent neighbour is begun again after the start, like one of a killed server.
        let late = tokio::time::Instant::now() + JOBS_END_WITHIN;
        for mut task in [worker, roots, upkeep, figures, search, watch, journal] {
            if let Ok(ended) = tokio::time::timeout_at(late, &mut task).await {
                ended.map_err(Problem::internal)?;
            } else {
                tracing::warn!("stopped although some work behind the requests had not ended");
                task.abort();
            }
        }
        // What was noted while the last requests ended.
        noted(&self.platform, true).await
    }
}

/// Headers that tell a browser what never to do with our pages (DATASEC-014).
struct Headers {
    /// Unless the answer brings its own: what a page may load, and that nothing is kept.
    unless_set: [(HeaderName, HeaderValue); 2],
    always: Vec<(HeaderName, HeaderValue)>,
}

impl Headers {
    /// A document may bring its own stricter content policy. Transport security is promised only where
    /// the address is https: a browser would refuse a plain installation for a year.
    fn new(https: bool, gateway: &str) -> Self {
        // The counter's page also talks to the card reader of its own computer.
        let gateway = reqwest::Url::parse(gateway).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let policy = format!(
            "default-src 'self'; connect-src 'self' {gateway}; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
             frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        );
        // An address that was checked at the start is a header; the strictest policy stands in otherwise.
        let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"));
        let mut always = vec![
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-permitted-cross-domain-policies", "none"),
            (
                "permissions-policy",
                "accelerometer=(), camera=(), display-capture=(), geolocation=(self), gyroscope=(), magnetometer=(), \
                 microphone=(), midi=(), payment=(), usb=()",
            ),
        ];
        if https {
            always.push(("strict-transport-security", "max-age=31536000; includeSubDomains"));
        }
        let fixed = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        Self {
            unless_set: [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            always: always.into_iter().map(fixed).collect(),
        }
    }
}

async fn hardened(State(headers): State<Arc<Headers>>, mut response: Response) -> Response {
    let map = response.headers_mut();
    for (name, value) in &headers.unless_set {
        if !map.contains_key(name) {
            map.insert(name.clone(), value.clone());
        }
    }
    for (name, value) in &headers.always {
        map.insert(name.clone(), value.clone());
    }
    response
}

/// Writes noted accesses twice a second; once a minute the rest of the security domain's upkeep, and half a minute
/// after it what was counted.
async fn housekeeping(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let lease = Lease::new(&app.platform, "security_upkeep", time::Duration::seconds(90));
    let mut round = 0_u32;
    loop {
        let done = if round.is_multiple_of(120) {
            // What was noted is this node's own; the rest one node does for all.
            match noted(&app.platform, true).await {
                Ok(()) => match lease.hold(&app.platform).await {
                    Ok(true) => app.security.housekeeping().await,
                    other => other.map(|_| ()),
                },
                failed => failed,
            }
        } else {
            noted(&app.platform, app.platform.visits.is_full()).await
        };
        // Of a database in trouble others tell, not twice a second.
        if let Err(problem) = done
            && problem.trouble().is_none()
        {
            tracing::error!(cause = %problem, "security upkeep failed");
        }
        if round % 120 == 60
            && let Err(problem) = app.operations.upkeep().await
        {
            tracing::error!(cause = %problem, "the running system could not be looked at");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(platform::work::audit::access::EVERY) => {}
            _ = stopped.changed() => {
                // Another node need not wait for the end of the lease.
                let _ = lease.release(&app.platform).await;
                return;
            }
        }
    }
}

/// Writes the accesses this node noted, and when it is time its visits and what the program itself said.
async fn noted(platform: &platform::Platform, logs: bool) -> Result<()> {
    platform.audit.flush(platform).await?;
    if logs {
        platform::logs::visits::flush(platform).await?;
        platform::logs::store::flush(platform).await?;
    }
    Ok(())
}

/// Brings the figures of cases up to now once a minute, on one node for all. A task of its own: the first count of a
/// large city takes minutes.
async fn counting(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let lease = Lease::new(&app.platform, "figures", time::Duration::seconds(180));
    loop {
        let done = match lease.hold(&app.platform).await {
            Ok(true) => app.casework.count_cases().await.map(drop),
            other => other.map(drop),
        };
        if let Err(problem) = done
            && problem.trouble().is_none()
        {
            tracing::error!(cause = %problem, "the figures of cases could not be brought up to now");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
            _ = stopped.changed() => {
                let _ = lease.release(&app.platform).await;
                return;
            }
        }
    }
}

/// Reads what is offered behind the start, so that the first one who searches need not wait for it.
async fn first_search(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    tokio::select! {
        made = app.catalogue.snapshot() => {
            if let Err(problem) = made
                && problem.trouble().is_none()
            {
                tracing::error!(cause = %problem, "what is offered could not be read for the search");
            }
        }
        _ = stopped.changed() => {}
    }
}

/// Does the daily tasks on one node for all; looks every ten minutes, so a node that was down catches up.
async fn daily_roots(app: App, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let lease = Lease::new(&app.platform, "daily", time::Duration::seconds(900));
    loop {
        match lease.hold(&app.platform).await {
            Ok(true) => daily(&app).await,
            Ok(false) => {}
            Err(problem) => tracing::warn!(cause = %problem, "nobody knows who does the daily tasks"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stopped.changed() => {
                let _ = lease.release(&app.platform).await;
                return;
            }
        }
    }
}

/// Roots finished days, marks grants that are over, has items pulled, follows promised materials up, tells of papers
/// that run out, forgets whom it identified. One that fails keeps none of the others from being done; a lease may
/// change hands in the middle, then the second root of a day is refused and that is right.
async fn daily(app: &App) {
    let done = [
        ("rooting the event log", app.casework.root_days(&app.audit_key).await.map(drop)),
        ("comparing the figures with the cases", app.casework.check_figures_daily().await),
        ("letting open tasks follow their cases", app.casework.mend_tasks().await.map(drop)),
        ("marking grants that are over", app.identity.expire_grants().await.map(drop)),
        ("asking for the daily pull of items", app.exchange.pull_daily().await),
        ("following up promised materials", app.casework.watch_tolerances().await.map(drop)),
        ("taking earlier papers in", app.materials.take_earlier().await.map(drop)),
        ("telling of papers and proofs that are due", app.materials.watch().await.map(drop)),
        ("forgetting who was identified", app.recognition.forget_over().await),
        ("forgetting whose tickets were drawn", app.hall.forget_visitors().await),
    ];
    for (task, outcome) in done {
        if let Err(problem) = outcome {
            tracing::warn!(task, cause = %problem, "a daily task failed");
        }
    }
}

/// Method and path of every operation that needs no session.
fn open_operations(document: &OpenApi) -> HashSet<(Method, String)> {
    let mut open = HashSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::DELETE, &item.delete),
        ] {
            if operation.as_ref().is_some_and(|operation| operation.security.is_none()) {
                open.insert((method, path.clone()));
            }
        }
    }
    open
}

fn describe(document: OpenApi) -> OpenApi {
    let mut document: OpenApi = OpenApiBuilder::from(document)
        .info(
            InfoBuilder::new()
                .title("Tongban 通办")
                .description(Some(
                    "Integrated government-service platform. Times are RFC 3339 UTC; errors are RFC 9457 problems.",
                ))
                .version(env!("CARGO_PKG_VERSION"))
                .build(),
        )
        .build();
    let cookie = |name: &str| SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(name)));
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("portal", cookie("tb_portal"));
    components.add_security_scheme("desk", cookie("tb_desk"));
    let signature = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "x-tif-signature",
        "With x-tif-paasid, x-tif-timestamp and x-tif-nonce; see docs/api.md.",
    )));
    components.add_security_scheme("gateway", signature);
    document
}

async fn no_such_route() -> Problem {
    Problem::not_found("没有这个接口。")
}

/// Layers are cloned for every request, so they hold little.
#[derive(Clone)]
struct Ids(Platform);

impl MakeRequestId for Ids {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.new_id().to_string()).ok().map(RequestId::new)
    }
}
