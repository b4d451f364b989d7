//! Fulfilment: what comes after and beside the decision of a case.
//!
//! * [`fees`]: what a case costs, from the item's fee basis to the invoice (CASE-026);
//! * [`shipments`]: results and archive boxes by courier (CASE-028, CASE-030);
//! * [`collections`]: certificates of several matters collected as each is ready or together (CASE-029);
//! * [`handovers`]: paper between offices, signed out and in (CASE-024, CASE-025).
//!
//! It stands above casework and writes into a case only by [`casework::Casework::record_beside`]; what has to
//! hold a case back it tells through [`collections::Holding`]. Start at [`Fulfilment`]; words, tables and
//! permissions are in README.md.

pub mod collections;
pub mod fees;
pub mod handovers;
mod permissions;
pub mod shipments;

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

pub use permissions::{
    ConfirmFees, DoHandOvers, EditMyCollections, OrderShipments, PERMISSIONS, PayMyFee, ReadCollections, ReadFees,
    ReadHandOvers, ReadMyShipments, ReadShipments, ReconcileFees, RefundFees, ReleaseCollections, ReviewFees,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "fulfilment_0001_fees", sql: include_str!("../migrations/0001_fees.sql") },
    Migration { name: "fulfilment_0002_shipments", sql: include_str!("../migrations/0002_shipments.sql") },
    Migration { name: "fulfilment_0003_hand_overs", sql: include_str!("../migrations/0003_hand_overs.sql") },
    Migration { name: "fulfilment_0004_collections", sql: include_str!("../migrations/0004_collections.sql") },
    Migration { name: "fulfilment_0005_packages", sql: include_str!("../migrations/0005_packages.sql") },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "shipments",
    column: "parties_sealed",
    key: "id",
    place: "shipment:{id}:parties",
    label: "寄件人和收件人",
}];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[
    platform::personal::HeldData {
        key: "fees",
        table: "fees",
        parts: &["fee_orders"],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "created_at",
        label: "缴费",
        content: "办件编号、缴费人姓名、应缴和实缴金额、缴费时间、票据号码",
        source: "办理收费事项时产生",
        purpose: "service",
        keep: platform::personal::Keep::Law("收费记录是会计凭证，按《会计档案管理办法》保存到保管期满。"),
    },
    platform::personal::HeldData {
        key: "shipments",
        table: "shipments",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "created_at",
        label: "寄递",
        content: "收件人姓名、电话、地址、运单号、物流轨迹",
        source: "您选择邮寄时填写，快递公司返回",
        purpose: "service",
        keep: platform::personal::Keep::Law("寄递记录是送达的凭证，随办件保存到保管期满。"),
    },
    platform::personal::HeldData {
        key: "collections",
        table: "collections",
        parts: &["collection_cases"],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "created_at",
        label: "一起领取的办件",
        content: "申请人姓名、一起领取的办件编号和领取的选择",
        source: "您本人选择",
        purpose: "service",
        keep: platform::personal::Keep::Law("领取的选择是送达的依据，随办件保存到保管期满。"),
    },
];

/// The fulfilment domain. Cheap to clone.
#[derive(Clone)]
pub struct Fulfilment {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
    pub(crate) payments: Arc<dyn fees::PaymentPlatform>,
    pub(crate) courier: Arc<dyn shipments::Courier>,
    pub(crate) courier_rules: Arc<shipments::cost::CourierRules>,
}

impl Fulfilment {
    /// The domain over casework, with the connectors of the settings and the courier's contract.
    ///
    /// # Errors
    /// Names the file of the contract when it is absent or broken.
    pub fn new(platform: Platform, identity: Identity, casework: Casework) -> platform::Result<Self> {
        let path = platform.config.packs_dir.join("platform/courier.yaml");
        let named = |error: String| platform::Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
        let courier_rules = Arc::new(shipments::cost::CourierRules::parse(&text).map_err(named)?);
        let payments = Arc::new(fees::HttpPayments::new(platform.clone(), identity.clone()));
        let courier = Arc::new(shipments::HttpCourier::new(platform.clone(), identity.clone()));
        Ok(Self { platform, identity, casework, payments, courier, courier_rules })
    }

    /// The same with another payment platform.
    #[must_use]
    pub fn with_payments(mut self, payments: Arc<dyn fees::PaymentPlatform>) -> Self {
        self.payments = payments;
        self
    }

    /// Adds the events this domain listens to.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        collections::subscriptions(shipments::subscriptions(fees::subscriptions(subscriptions)))
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        collections::jobs(self, shipments::jobs(self, fees::jobs(self, handlers)))
    }
}

impl FromRef<Fulfilment> for Platform {
    fn from_ref(fulfilment: &Fulfilment) -> Self {
        fulfilment.platform.clone()
    }
}

impl FromRef<Fulfilment> for Identity {
    fn from_ref(fulfilment: &Fulfilment) -> Self {
        fulfilment.identity.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(fulfilment: Fulfilment) -> OpenApiRouter {
    fees::routes()
        .merge(collections::routes())
        .merge(shipments::routes())
        .merge(handovers::routes())
        .with_state(fulfilment)
}
