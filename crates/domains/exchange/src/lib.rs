//! Exchange: case events from and to other systems, and the ledger of every call.
//!
//! * [`inbound`]: a registered system submits the 24 standard events (CASE-041); casework carries
//!   them out with its own commands, this domain knows who may send what and what was taken;
//! * [`report`]: the ten public events go to the upper platform, in order per case (PORTAL-025);
//! * [`push`]: what the steps of a flow tell connected systems (FORM-026);
//! * [`ledger`]: both directions are written down (IDENT-038).
//!
//! Start at [`Exchange`]; words, tables and permissions are in README.md.

pub mod inbound;
pub mod ledger;
mod outgoing;
mod permissions;
pub mod push;
pub mod report;

use std::sync::Arc;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use platform::Platform;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use outgoing::Refused;
pub use permissions::{PERMISSIONS, ReadExchange, ResendReports};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "exchange_0001", sql: include_str!("../migrations/0001_exchange.sql") }];

/// The exchange domain. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
    pub(crate) upper: Arc<dyn report::UpperPlatform>,
}

impl Exchange {
    /// The domain, with the upper platform of the settings.
    pub fn new(platform: Platform, identity: Identity, casework: Casework) -> Self {
        let upper = Arc::new(report::HttpUpperPlatform::new(platform.clone(), identity.clone()));
        Self { platform, identity, casework, upper }
    }

    /// The same with another connector.
    #[must_use]
    pub fn with_upper(mut self, upper: Arc<dyn report::UpperPlatform>) -> Self {
        self.upper = upper;
        self
    }

    /// Adds the events this domain listens to; those for the upper platform only while one is set.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        let subscriptions = subscriptions.on(casework::cases::service::running::events::PUSH_TOPIC, push::JOB);
        if !self.upper.is_on() {
            return subscriptions;
        }
        casework::cases::service::external::REPORT_TOPICS
            .iter()
            .fold(subscriptions, |all, topic| all.on(topic, report::JOB))
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (exchange, pushing) = (self.clone(), self.clone());
        handlers
            .with(report::JOB, move |_, payload| {
                let exchange = exchange.clone();
                Box::pin(async move { exchange.report_job(payload).await })
            })
            .with(push::JOB, move |_, payload| {
                let exchange = pushing.clone();
                Box::pin(async move { exchange.push_job(payload).await })
            })
    }
}

impl FromRef<Exchange> for Platform {
    fn from_ref(exchange: &Exchange) -> Self {
        exchange.platform.clone()
    }
}

impl FromRef<Exchange> for Identity {
    fn from_ref(exchange: &Exchange) -> Self {
        exchange.identity.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(exchange: Exchange) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(inbound::http::submit_exchange_event))
        .routes(routes!(ledger::http::list_exchange_ledger))
        .routes(routes!(ledger::http::export_exchange_ledger))
        .routes(routes!(ledger::http::get_exchange_entry))
        .routes(routes!(report::http::list_exchange_reports))
        .routes(routes!(report::http::resend_exchange_report))
        .with_state(exchange)
}
