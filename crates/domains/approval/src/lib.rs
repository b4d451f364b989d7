//! Approval: what staff bring to a decision besides the case itself, for the phone first and the desk alike.
//!
//! * [`drawings`]: signatures and opinions written by hand (CASE-038); casework asks for them by its `Handwriting`;
//! * [`materials`]: own files to find and use again (CASE-037);
//! * [`handling`]: what handling adds to a case (CASE-034);
//! * [`cockpit`]: how departments stand, for leaders (CASE-039).
//!
//! No rule of a case stands here: whoever approves on the phone calls casework as the desk does. Start at [`Approval`].

pub mod cockpit;
pub mod drawings;
pub mod handling;
pub mod materials;
mod permissions;

use std::sync::Arc;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{
    EditActivities, EditHandling, OwnDrawings, OwnMaterials, PERMISSIONS, ReadCockpit, ReadHandling,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "approval_0001", sql: include_str!("../migrations/0001_approval.sql") }];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "handling_materials",
    column: "text_sealed",
    key: "id",
    place: "handling_material:{id}:text",
    label: "办理材料的说明",
}];

/// The approval domain. Cheap to clone.
#[derive(Clone)]
pub struct Approval {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
    pub(crate) ratings: Arc<dyn cockpit::Ratings>,
}

impl Approval {
    /// The domain over the cases, with somebody who knows how they are rated.
    pub fn new(platform: Platform, identity: Identity, casework: Casework, ratings: Arc<dyn cockpit::Ratings>) -> Self {
        Self { platform, identity, casework, ratings }
    }
}

impl FromRef<Approval> for Platform {
    fn from_ref(approval: &Approval) -> Self {
        approval.platform.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(approval: Approval) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(drawings::http::routes())
        .merge(materials::http::routes())
        .merge(handling::http::routes())
        .merge(cockpit::http::routes())
        .with_state(approval)
}
