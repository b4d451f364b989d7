//! Following parcels: asked again and again until they are signed for; then the result counts as handed over.

use platform::web::guard::Allowed;
use platform::work::jobs::NewJob;
use platform::{Result, Tx};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::unknown;
use crate::Fulfilment;
use crate::fees::{again_when_stale, id_of};
use crate::permissions::OrderShipments;
use crate::shipments::courier::Whereabouts;
use crate::shipments::model::ShipmentState;
use crate::shipments::store::{self, shipment};

/// Job that asks where a parcel is.
pub const JOB: &str = "fulfilment.track_shipment";
/// First look after the order.
pub const FIRST: Duration = Duration::hours(2);
/// Looks after that.
const NEXT: Duration = Duration::hours(6);
/// Looks at most: thirty days.
const MOST: i64 = 120;

impl Fulfilment {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 409 and 500 to be tried again; a courier that does not answer is asked at the next look.
    pub async fn track_job(&self, payload: Value) -> Result<()> {
        let id = id_of(&payload, "shipment_id")?;
        let look = payload.get("look").and_then(Value::as_i64).unwrap_or(MOST);
        let Some(row) = store::find(self.platform.db.read(), id).await? else { return Ok(()) };
        let Some(waybill) = row.waybill.clone().filter(|_| row.state().is_ok_and(ShipmentState::is_moving)) else {
            return Ok(());
        };
        let found = self.courier.track(&waybill).await;
        let domain = self.clone();
        let done = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let state = match found {
                        Ok(found) => domain.moved(tx, id, found).await?,
                        Err(problem) => {
                            tracing::warn!(%id, cause = %problem, "the courier did not say where a parcel is");
                            ShipmentState::OnTheWay
                        }
                    };
                    if state.is_moving() && look < MOST {
                        tx.enqueue(NewJob {
                            id: domain.platform.new_id(),
                            kind: JOB,
                            payload: json!({ "shipment_id": id, "look": look + 1 }),
                            run_at: Some(tx.now() + NEXT),
                            key: Some(format!("{JOB}:{id}:{}", look + 1)),
                        });
                    }
                    Ok(())
                })
            })
            .await;
        again_when_stale(done)
    }

    /// Asks where a parcel is now.
    ///
    /// # Authorisation
    /// `shipment.order`; one outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 503 when the courier does not answer.
    pub async fn refresh_shipment(&self, caller: &Allowed<OrderShipments>, id: Uuid) -> Result<()> {
        let row = self.shipment_for(caller, id).await?;
        let Some(waybill) = row.waybill.clone().filter(|_| row.state().is_ok_and(ShipmentState::is_moving)) else {
            return Ok(());
        };
        let found = self.courier.track(&waybill).await?;
        let domain = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { domain.moved(tx, id, found).await.map(|_| ()) })
            })
            .await
    }

    pub(crate) async fn shipment_for(
        &self,
        caller: &platform::web::guard::Principal,
        id: Uuid,
    ) -> Result<shipment::Model> {
        let row = store::find(self.platform.db.read(), id).await?;
        row.filter(|row| reaches(caller, row)).ok_or_else(unknown)
    }

    /// Writes down what the courier says. Signed for, the result of the case is handed over in the same command.
    async fn moved(&self, tx: &Tx, id: Uuid, found: Whereabouts) -> Result<ShipmentState> {
        let Some(mut row) = store::find(tx.conn(), id).await? else { return Ok(ShipmentState::Cancelled) };
        let read = row.state()?;
        let state = read.told(&found.state);
        row.track = serde_json::to_value(&found.track)?;
        row.looked_at = Some(tx.now());
        row.state = state.as_str().to_owned();
        if state == ShipmentState::Delivered && read != state {
            row.delivered_at = Some(tx.now());
            if let (Some(case), Some(waybill)) = (row.case_id, &row.waybill) {
                let receiver = self.parties(&row)?.receiver.name;
                self.casework.parcel_received(tx, case, waybill, &receiver).await?;
            }
        }
        store::save(tx.conn(), row, tx.now()).await?;
        Ok(state)
    }
}

/// Whether a staff caller sees a shipment.
pub(crate) fn reaches(caller: &platform::web::guard::Principal, row: &shipment::Model) -> bool {
    if row.case_id.is_some() {
        caller.reaches_taken(row.org_id, &row.item_slug, row.taken_at)
    } else {
        caller.visible_orgs.contains(&row.org_id) || caller.org_id == Some(row.org_id)
    }
}
