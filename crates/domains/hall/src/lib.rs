//! Hall: what happens in a service hall before somebody stands at the window.
//!
//! * [`tickets`]: numbers of the queue, told by a hall's own queue system or written down at the window, taken over by
//!   whoever takes the application in (HALL-028, CASE-004, CASE-011).
//!
//! Booking, the queue itself, calling, screens and devices of the register HALL are not built yet. It stands above
//! casework, which asks through [`casework::counters::visits::Visits`] whether somebody was called. Start at [`Hall`];
//! words, tables and permissions are in README.md.

mod permissions;
pub mod tickets;

use axum::extract::FromRef;
use casework::counters::visits::Visits;
use catalogue::Catalogue;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::personal::{HeldData, Keep, Whose};
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{PERMISSIONS, ReadTickets, TakeTickets};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "hall_0001_tickets", sql: include_str!("../migrations/0001_tickets.sql") }];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[HeldData] = &[HeldData {
    key: "hall.tickets",
    table: "queue_tickets",
    parts: &["queue_ticket_steps", "queue_ticket_cases"],
    whose: Whose::Number("visitor_index = $1"),
    since: "ticketed_at",
    label: "大厅号票",
    content: "取号人的姓名、证件号码、联系电话，在哪个窗口接待",
    source: "取号机读证件，叫号系统转来",
    purpose: "service",
    keep: Keep::Clear("visitor_name = '', visitor_index = '', visitor_sealed = ''"),
}];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "queue_tickets",
    column: "visitor_sealed",
    key: "id",
    place: "queue_ticket:{id}:visitor",
    label: "号票取号人信息",
}];

/// The hall domain. Cheap to clone.
#[derive(Clone)]
pub struct Hall {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) catalogue: Catalogue,
}

impl Hall {
    /// The domain over the halls and windows of identity.
    pub fn new(platform: Platform, identity: Identity, catalogue: Catalogue) -> Self {
        Self { platform, identity, catalogue }
    }

    /// The queue, as casework asks it.
    pub fn visits(&self) -> std::sync::Arc<dyn Visits> {
        std::sync::Arc::new(tickets::visits::Queue(self.clone()))
    }
}

impl FromRef<Hall> for Platform {
    fn from_ref(hall: &Hall) -> Self {
        hall.platform.clone()
    }
}

impl FromRef<Hall> for Identity {
    fn from_ref(hall: &Hall) -> Self {
        hall.identity.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(hall: Hall) -> OpenApiRouter {
    OpenApiRouter::new().merge(tickets::http::routes()).with_state(hall)
}
