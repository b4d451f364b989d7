//! Another try, and calling a parcel off.

use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::unknown;
use crate::Fulfilment;
use crate::permissions::OrderShipments;
use crate::shipments::courier::Party;
use crate::shipments::store;

/// Tries a failed order again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RetryShipment {
    /// Version of the row.
    pub version: i64,
    /// Receiver mended; the old one when absent.
    #[serde(default)]
    pub receiver: Option<Party>,
}

/// Calls a parcel off.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CancelShipment {
    /// Version of the row.
    pub version: i64,
    /// Why.
    pub reason: String,
}

impl Fulfilment {
    /// Orders a failed parcel again, with a mended receiver when it was the address.
    ///
    /// # Authorisation
    /// `shipment.order`; one outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page or one that did not fail, 422.
    pub async fn retry_shipment(&self, caller: &Allowed<OrderShipments>, id: Uuid, retry: RetryShipment) -> Result<()> {
        self.shipment_for(caller, id).await?;
        if let Some(party) = &retry.receiver
            && [&party.name, &party.phone, &party.address].iter().any(|text| text.trim().is_empty())
        {
            return Err(Problem::invalid_field("/receiver", "required", "收件人、电话、地址都要填写"));
        }
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(unknown)?;
                    if row.version != retry.version {
                        return Err(Problem::stale());
                    }
                    row.state = row.state()?.again()?.as_str().to_owned();
                    if let Some(receiver) = retry.receiver {
                        let mut parties = domain.parties(&row)?;
                        parties.receiver = receiver;
                        row.parties_sealed = domain.seal_parties(&parties, id)?;
                    }
                    tx.enqueue(NewJob {
                        id: domain.platform.new_id(),
                        kind: super::place::JOB,
                        payload: json!({ "shipment_id": id }),
                        run_at: None,
                        key: Some(format!("{}:{id}:{}", super::place::JOB, row.version + 1)),
                    });
                    let detail = json!({ "number": row.number, "error": row.error });
                    tx.audit(Line::by(
                        &who,
                        domain.platform.new_id(),
                        "shipment.retry",
                        format!("shipment:{id}"),
                        detail,
                    ));
                    // A new round of tries.
                    row.attempts = 0;
                    row.error = None;
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await
    }

    /// Calls a parcel off before the courier has fetched it.
    ///
    /// # Authorisation
    /// `shipment.order`; one outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 once it was fetched or for an old page, 422 without a reason, 503 when the courier does not answer.
    pub async fn cancel_shipment(
        &self,
        caller: &Allowed<OrderShipments>,
        id: Uuid,
        cancel: CancelShipment,
    ) -> Result<()> {
        let row = self.shipment_for(caller, id).await?;
        let reason = cancel.reason.trim().to_owned();
        if !(2..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明取消的理由，2 到 200 字"));
        }
        if row.version != cancel.version {
            return Err(Problem::stale());
        }
        row.state()?.called_off()?;
        // First over there: a parcel that is fetched all the same must not count as called off.
        if let Some(waybill) = &row.waybill {
            self.courier.cancel(waybill).await?;
        }
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = store::find(tx.conn(), id).await?.ok_or_else(unknown)?;
                    if row.version != cancel.version {
                        return Err(Problem::stale());
                    }
                    row.state = row.state()?.called_off()?.as_str().to_owned();
                    row.error = None;
                    let detail = json!({ "number": row.number, "waybill": row.waybill, "reason": reason });
                    tx.audit(Line::by(
                        &who,
                        domain.platform.new_id(),
                        "shipment.cancel",
                        format!("shipment:{id}"),
                        detail,
                    ));
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await
    }
}
