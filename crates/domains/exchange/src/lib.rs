//! Exchange: case events from and to other systems, and the ledger of every call.
//!
//! * [`inbound`]: a registered system submits the 24 standard events (CASE-041); casework carries
//!   them out with its own commands, this domain knows who may send what and what was taken;
//! * [`channels`]: what was filed through another channel is told back there (CASE-008);
//! * [`fetches`]: files that a channel names by address come over (CASE-008);
//! * [`dispatch`]: accepted cases go to the system that handles them, and come back (CASE-018, CASE-023, CASE-043);
//! * [`report`]: the ten public events go to the upper platform, in order per case (PORTAL-025);
//! * [`library`]: items of the library above, compared and taken over (CASE-003, ITEM-010);
//! * [`push`]: what the steps of a flow tell connected systems (FORM-026);
//! * [`ledger`]: both directions are written down (IDENT-038).
//!
//! Start at [`Exchange`]; words, tables and permissions are in README.md.

pub mod channels;
pub mod dispatch;
pub mod fetches;
pub mod inbound;
pub mod ledger;
pub mod library;
mod outgoing;
mod permissions;
pub mod push;
pub mod report;

use std::sync::Arc;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use outgoing::Refused;
pub use permissions::{
    HandleDispatches, PERMISSIONS, ReadDispatches, ReadExchange, ReadItemSync, ResendReports, RunItemSync,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "exchange_0001", sql: include_str!("../migrations/0001_exchange.sql") },
    Migration { name: "exchange_0002_dispatch", sql: include_str!("../migrations/0002_dispatch.sql") },
    Migration { name: "exchange_0003_channels", sql: include_str!("../migrations/0003_channels.sql") },
    Migration { name: "exchange_0004_quality", sql: include_str!("../migrations/0004_quality.sql") },
    Migration { name: "exchange_0005_ending", sql: include_str!("../migrations/0005_ending.sql") },
    Migration { name: "exchange_0006_fetches", sql: include_str!("../migrations/0006_fetches.sql") },
    Migration { name: "exchange_0007_library", sql: include_str!("../migrations/0007_library.sql") },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "exchange_held",
        column: "envelope_sealed",
        key: "id",
        place: "held:{id}:envelope",
        label: "对方系统先到的办理结果",
    },
    SealedColumn {
        table: "exchange_fetches",
        column: "url_sealed",
        key: "id",
        place: "fetch:{id}:url",
        label: "渠道文件的地址",
    },
];

/// The exchange domain. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
    pub(crate) upper: Arc<dyn report::UpperPlatform>,
    pub(crate) quality: Arc<report::QualityRules>,
}

impl Exchange {
    /// The domain, with the upper platform of the settings and the quality rules of the packs.
    ///
    /// # Errors
    /// Names the file of the rules when it is absent or broken.
    pub fn new(platform: Platform, identity: Identity, casework: Casework) -> platform::Result<Self> {
        let path = platform.config.packs_dir.join("platform/report-quality.yaml");
        let named = |error: String| platform::Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let quality = Arc::new(report::QualityRules::parse(&text).map_err(named)?);
        let upper = Arc::new(report::HttpUpperPlatform::new(platform.clone(), identity.clone()));
        Ok(Self { platform, identity, casework, upper, quality })
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
        let subscriptions = channels::subscriptions(dispatch::subscriptions(subscriptions));
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
        library::jobs(self, fetches::jobs(self, channels::jobs(self, dispatch::jobs(self, handlers))))
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
        .routes(routes!(dispatch::http::list_dispatches))
        .routes(routes!(dispatch::http::export_dispatches))
        .routes(routes!(dispatch::http::get_case_exchange))
        .routes(routes!(dispatch::http::list_case_trace))
        .routes(routes!(dispatch::http::export_case_trace))
        .routes(routes!(dispatch::http::retry_dispatch))
        .routes(routes!(dispatch::http::take_dispatch_over))
        .routes(routes!(dispatch::http::settle_dispatch))
        .routes(routes!(dispatch::http::fetch_case_files))
        .routes(routes!(library::http::list_library_items))
        .routes(routes!(library::http::export_library_items))
        .routes(routes!(library::http::list_library_runs, library::http::pull_library))
        .routes(routes!(library::http::take_library_elements))
        .routes(routes!(report::http::list_exchange_reports))
        .routes(routes!(report::http::resend_exchange_report))
        .routes(routes!(report::http::get_report_check))
        .routes(routes!(report::http::check_exchange_report))
        .routes(routes!(report::http::mend_exchange_report))
        .routes(routes!(report::http::list_reconciliations))
        .routes(routes!(report::http::reconcile_day))
        .with_state(exchange)
}
