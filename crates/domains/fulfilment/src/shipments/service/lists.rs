//! The one list of waybills, a shipment with its way, and what the applicant sees.

use std::collections::BTreeMap;

use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Cond;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Fulfilment;
use crate::fees::before;
use crate::permissions::{ReadMyShipments, ReadShipments};
use crate::shipments::courier::{Party, Step};
use crate::shipments::model::ShipmentState;
use crate::shipments::store::{self, Wanted, shipment};

/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which shipments.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ShipmentFilter {
    /// One state.
    pub state: Option<String>,
    /// `result` or `archive`.
    pub kind: Option<String>,
    /// Parcels ordered together.
    pub batch: Option<Uuid>,
    /// Part of a case number or title, or a whole waybill or order number.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// One shipment, people masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShipmentView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Our number.
    pub number: String,
    /// Parcels ordered together.
    pub batch_id: Uuid,
    /// `result` or `archive`.
    pub kind: String,
    /// Case of a result.
    pub case_id: Option<Uuid>,
    /// Its number.
    pub case_number: Option<String>,
    /// What is in it.
    pub title: String,
    /// Where it stands.
    pub state: ShipmentState,
    /// The same in words.
    pub state_label: &'static str,
    /// Courier.
    pub company: Option<String>,
    /// Waybill.
    pub waybill: Option<String>,
    /// What went wrong last.
    pub error: Option<String>,
    /// Failures of this round.
    pub attempts: i64,
    /// Grams.
    pub weight_g: i64,
    /// Fen.
    pub cost_fen: i64,
    /// Rule of the cost.
    pub cost_rule: String,
    /// 单位付 or 收件人付.
    pub payer_label: &'static str,
    /// Sender.
    pub sender: Party,
    /// Receiver, masked.
    pub receiver: Party,
    /// Steps of the way, oldest first.
    pub track: Vec<Step>,
    /// Who ordered it.
    pub created_by: String,
    /// When it was wanted.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When the courier took the order.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ordered_at: Option<OffsetDateTime>,
    /// When it was signed for.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<OffsetDateTime>,
}

/// Shipments with how many are in each state.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShipmentList {
    #[serde(flatten)]
    list: List<ShipmentView>,
    /// By state, under the other filters.
    #[schema(value_type = Object)]
    counts: BTreeMap<String, u64>,
}

/// A parcel as its receiver sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyShipment {
    /// Where it stands.
    pub state: ShipmentState,
    /// The same in words.
    pub state_label: &'static str,
    /// Courier.
    pub company: Option<String>,
    /// Waybill.
    pub waybill: Option<String>,
    /// 单位付 or 收件人付.
    pub payer_label: &'static str,
    /// Fen.
    pub cost_fen: i64,
    /// Steps of the way, oldest first.
    pub track: Vec<Step>,
}

/// Parcels of an own case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyShipments {
    /// Oldest first.
    pub items: Vec<MyShipment>,
}

fn payer(key: &str) -> &'static str {
    if key == "receiver" { "收件人付" } else { "单位付" }
}

fn steps(row: &shipment::Model) -> Result<Vec<Step>> {
    serde_json::from_value(row.track.clone()).map_err(Problem::internal)
}

impl Fulfilment {
    fn shipment_view(&self, row: shipment::Model) -> Result<ShipmentView> {
        let state = row.state()?;
        let parties = self.parties(&row)?;
        // Offices are no secret; applicants are.
        let receiver = if row.case_id.is_none() {
            parties.receiver
        } else {
            Party {
                name: base::mask::name(&parties.receiver.name),
                phone: base::mask::phone(&parties.receiver.phone),
                region: parties.receiver.region,
                address: base::mask::address(&parties.receiver.address),
            }
        };
        Ok(ShipmentView {
            track: steps(&row)?,
            payer_label: payer(&row.payer),
            id: row.id,
            version: row.version,
            number: row.number,
            batch_id: row.batch_id,
            kind: row.kind,
            case_id: row.case_id,
            case_number: row.case_number,
            title: row.title,
            state,
            state_label: state.label(),
            company: row.company,
            waybill: row.waybill,
            error: row.error,
            attempts: row.attempts,
            weight_g: row.weight_g,
            cost_fen: row.cost_fen,
            cost_rule: row.cost_rule,
            sender: parties.sender,
            receiver,
            created_by: row.created_by,
            created_at: row.created_at,
            ordered_at: row.ordered_at,
            delivered_at: row.delivered_at,
        })
    }

    fn wanted_shipments(caller: &Allowed<ReadShipments>, filter: &ShipmentFilter) -> Result<Wanted> {
        use shipment::Column;
        let state = filter.state.clone().filter(|state| !state.is_empty());
        if state.as_ref().is_some_and(|state| !ShipmentState::ALL.iter().any(|one| one.as_str() == state)) {
            return Err(Problem::invalid_field("/state", "option", "没有这种寄递状态"));
        }
        let mut orgs = caller.visible_orgs.clone();
        orgs.extend(caller.org_id);
        let results = Cond::all().add(Column::CaseId.is_not_null()).add(caller.within_taken(
            Column::OrgId,
            Column::ItemSlug,
            Column::TakenAt,
        ));
        let boxes = Cond::all().add(Column::CaseId.is_null()).add(Column::OrgId.is_in(orgs));
        Ok(Wanted {
            within: Cond::any().add(results).add(boxes),
            state,
            kind: filter.kind.clone().filter(|kind| !kind.is_empty()),
            batch: filter.batch,
            words: platform::db::searched(filter.q.as_deref()),
        })
    }

    /// Shipments of the caller's reach, newest first.
    ///
    /// # Authorisation
    /// `shipment.read`.
    ///
    /// # Errors
    /// 422 for a filter that can't be read.
    pub async fn shipments(&self, caller: &Allowed<ReadShipments>, filter: &ShipmentFilter) -> Result<ShipmentList> {
        let wanted = Self::wanted_shipments(caller, filter)?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let conn = self.platform.db.read();
        let counts: BTreeMap<String, u64> = store::counts(conn, &wanted)
            .await?
            .into_iter()
            .map(|(state, count)| (state, u64::try_from(count).unwrap_or(0)))
            .collect();
        let total = match &wanted.state {
            Some(state) => counts.get(state).copied().unwrap_or(0),
            None => counts.values().sum(),
        };
        let rows = store::page(conn, &wanted, before(&page)?, page.limit()).await?;
        let items = rows.into_iter().map(|row| self.shipment_view(row)).collect::<Result<_>>()?;
        let now = self.platform.now();
        let list = List::cut(items, page.limit(), total, now, |row: &ShipmentView| vec![row.id.to_string()]);
        Ok(ShipmentList { list, counts })
    }

    /// One shipment.
    ///
    /// # Authorisation
    /// `shipment.read`; one outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn shipment(&self, caller: &Allowed<ReadShipments>, id: Uuid) -> Result<ShipmentView> {
        let row = self.shipment_for(caller, id).await?;
        self.shipment_view(row)
    }

    /// The list of waybills as CSV cells, at most 5,000 rows; without people; the download is audited.
    ///
    /// # Authorisation
    /// `shipment.read`.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_shipments(
        &self,
        caller: &Allowed<ReadShipments>,
        filter: &ShipmentFilter,
    ) -> Result<Vec<Vec<String>>> {
        let wanted = Self::wanted_shipments(caller, filter)?;
        let rows = store::page(self.platform.db.read(), &wanted, None, EXPORT).await?;
        if rows.len() as u64 > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "一次最多下载 5,000 条，请缩小筛选范围。"));
        }
        let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
        let cells: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| {
                let state = row.state()?.label().to_owned();
                Ok(vec![
                    row.number,
                    row.waybill.unwrap_or_default(),
                    row.company.unwrap_or_default(),
                    row.title,
                    row.case_number.unwrap_or_default(),
                    state,
                    base::money::Fen(row.cost_fen).plain(),
                    payer(&row.payer).to_owned(),
                    moment(row.ordered_at),
                    moment(row.delivered_at),
                    row.error.unwrap_or_default(),
                ])
            })
            .collect::<Result<_>>()?;
        let detail = json!({ "rows": cells.len() });
        let line = Line::by(caller, self.platform.new_id(), "shipment.export", "shipments".to_owned(), detail);
        self.platform.leave(line).await?;
        Ok(cells)
    }

    /// Parcels of an own case.
    ///
    /// # Authorisation
    /// `my_shipment.read`; another's case is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn my_shipments(&self, caller: &Allowed<ReadMyShipments>, case: Uuid) -> Result<MyShipments> {
        self.casework.facts_of_mine(caller, case).await?;
        let rows = store::of_case(self.platform.db.read(), case).await?;
        let items = rows
            .into_iter()
            .filter_map(|row| match row.state() {
                // What the office still tries or called off is its own business.
                Ok(ShipmentState::Cancelled | ShipmentState::Failed) => None,
                Ok(state) => Some(steps(&row).map(|track| MyShipment {
                    state,
                    state_label: state.label(),
                    company: row.company,
                    waybill: row.waybill,
                    payer_label: payer(&row.payer),
                    cost_fen: row.cost_fen,
                    track,
                })),
                Err(problem) => Some(Err(problem)),
            })
            .collect::<Result<_>>()?;
        Ok(MyShipments { items })
    }
}
