//! The outside world on one port: provincial identity, registration authority, SMS gateway, courier,
//! payment platform, upper platform, another portal, a department's own system, approval systems elsewhere, channels that file applications, queue system of a hall, code platform, card reader of a window, mobile
//! platform, document system, data-sharing platform, gateway of sharing sources, object store.
//!
//! Run as its own process beside the product, which knows only the addresses. Nothing here is
//! linked into the product; tests start a [`Simulator`] and speak to both over HTTP.
//!
//! Every service has a switch, `POST /<service>/control {"down": true}`: from then on it answers
//! 503 until it is switched back.
//!
//! Start at [`serve`]; the people who can sign in come from [`People::from_yaml`].

pub mod approval;
pub mod camera;
pub mod channels;
pub mod codes;
pub mod courier;
pub mod department;
mod device;
mod gateway;
pub mod hall;
mod identity;
pub mod materials;
pub mod mobile;
pub mod objects;
pub mod office;
mod page;
pub mod payment;
pub mod peer;
mod people;
pub mod queue;
pub mod reader;
mod registry;
pub mod sharing;
mod sms;
pub mod upper;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::clock::Randomness;
use serde::Deserialize;
use tokio::net::TcpListener;

pub use people::{Enterprise, Login, People, Person};

/// Serves the outside world of a product until the process ends.
///
/// # Errors
/// When the port is taken.
pub async fn serve(addr: SocketAddr, people: People, product: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(addr).await?;
    tracing::info!(address = %listener.local_addr()?, "the outside world is simulated here");
    axum::serve(listener, router(people, product)).await?;
    Ok(())
}

/// Where the product is, for those who call it or send browsers to it.
#[derive(Clone)]
struct Product(Arc<Mutex<String>>);

impl Product {
    fn at(address: &str) -> Self {
        Self(Arc::new(Mutex::new(address.trim_end_matches('/').to_owned())))
    }

    fn address(&self) -> String {
        lock(&self.0).clone()
    }

    fn moved(&self, address: &str) {
        address.trim_end_matches('/').clone_into(&mut lock(&self.0));
    }
}

/// All services as one router.
pub fn router(people: People, product: &str) -> Router {
    let peer = peer::routes(people.clone(), product);
    let department = department::routes(product);
    let approval = approval::routes(product);
    let channels = channels::routes(product);
    let queue = queue::routes(product);
    let product = Product::at(product);
    let codes = codes::routes(people.clone());
    let reader = reader::routes(people.clone());
    let registry = registry::routes(people.clone());
    let sharing = sharing::routes(people.clone());
    let materials = materials::routes(people.clone());
    let identity = identity::routes(people);
    let sms = sms::routes();
    let courier = courier::routes();
    let (objects, objects_control) = objects::routes();
    Router::new()
        .nest("/identity", identity)
        .nest("/sms", sms)
        .nest("/courier", courier)
        .nest("/payment", payment::routes())
        .nest("/registry", registry)
        .nest("/sharing", sharing)
        .nest("/materials", materials)
        .nest("/upper", upper::routes())
        .nest("/peer", peer)
        .nest("/department", department)
        .nest("/approval", approval)
        .nest("/channels", channels)
        .nest("/queue", queue)
        .nest("/objects", objects)
        .nest("/objects-control", objects_control)
        .nest("/codes", codes)
        .nest("/reader", reader)
        .nest("/mobile", mobile::routes(product.clone()))
        .nest("/office", office::routes(product))
}

/// The outside world on a free port of this machine, for tests. Stops when dropped.
pub struct Simulator {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Simulator {
    /// Starts it.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(people: People) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router(people, "")).await {
                tracing::error!(cause = %error, "the simulator stopped");
            }
        });
        Ok(Self { address, task })
    }

    /// Base address of a service, for example `url("identity")`.
    pub fn url(&self, service: &str) -> String {
        format!("http://{}/{service}", self.address)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether a service answers.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

/// A refusal: status and error code.
#[derive(Debug, Clone, Copy)]
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(serde_json::json!({ "error": self.1 }))).into_response()
    }
}

/// Body of `POST /<service>/control`.
#[derive(Deserialize)]
struct Control {
    down: bool,
}

impl Switch {
    /// The refusal of a service that is switched off.
    fn check(&self) -> Result<(), Refusal> {
        if self.0.load(Ordering::SeqCst) { Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, "down")) } else { Ok(()) }
    }

    /// `/health` and `/control`, the same for each service.
    fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let (asked, told) = (self.clone(), self.clone());
        Router::new()
            .route(
                "/health",
                get(move || async move {
                    asked.check()?;
                    Ok::<_, Refusal>(Json(serde_json::json!({ "status": "up" })))
                }),
            )
            .route(
                "/control",
                post(move |Json(control): Json<Control>| async move {
                    told.0.store(control.down, Ordering::SeqCst);
                    Json(serde_json::json!({ "down": control.down }))
                }),
            )
    }
}

/// The simulators' own clock, as the real services have theirs.
#[expect(clippy::disallowed_methods, reason = "the outside world has a clock of its own")]
fn now() -> time::OffsetDateTime {
    time::OffsetDateTime::now_utc()
}

/// The present moment as text.
fn now_text() -> String {
    now().format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// The simulators' own randomness.
struct Dice;

impl Randomness for Dice {
    #[expect(clippy::panic, reason = "without randomness codes would repeat: stop at once")]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

/// Locks a value; a poisoned lock only means that another request panicked between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
