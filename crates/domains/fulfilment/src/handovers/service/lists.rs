//! The list of hand-overs, one with its pieces as pages show it, the file and the sheet.

use platform::web::guard::{Allowed, Principal};
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

use super::seen_orgs;
use crate::Fulfilment;
use crate::fees::before;
use crate::handovers::model::HandOverState;
use crate::handovers::store::{self, Wanted, hand_over, piece};
use crate::permissions::{DoHandOvers, ReadHandOvers};

/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which hand-overs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct HandOverFilter {
    /// `in` or `out`; both when absent.
    pub side: Option<String>,
    /// One state, or `overdue`.
    pub state: Option<String>,
    /// Part of a number or of an organisation's name.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// One hand-over.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandOverView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Number; the code says it.
    pub number: String,
    /// Where it stands.
    pub state: HandOverState,
    /// The same in words.
    pub state_label: &'static str,
    /// Signed out and not signed in in time.
    pub overdue: bool,
    /// From.
    pub from_name: String,
    /// To.
    pub to_name: String,
    /// Whether the caller is on the receiving side.
    pub incoming: bool,
    /// Whether the caller is on the sending side.
    pub outgoing: bool,
    /// Note of the sender.
    pub note: String,
    /// Parcel it travels in.
    pub shipment_id: Option<Uuid>,
    /// Who listed it.
    pub created_by: String,
    /// Who signed out.
    pub sent_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<OffsetDateTime>,
    /// By when the receipt is expected.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expected_at: Option<OffsetDateTime>,
    /// Who signed in.
    pub received_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub received_at: Option<OffsetDateTime>,
    /// Remark of the receiver.
    pub remark: Option<String>,
    /// When it was listed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// Pieces; only on the page of one.
    pub pieces: Vec<PieceView>,
}

/// One piece.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandOverPiece)]
pub struct PieceView {
    /// Number in the list.
    pub no: i64,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// What it is.
    pub name: String,
    /// Copies listed.
    pub copies: i64,
    /// Copies that came; absent before the receipt.
    pub received: Option<i64>,
}

/// An organisation paper can be handed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandOverReceiver)]
pub struct Receiver {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// Organisations paper can be handed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandOverReceivers)]
pub struct Receivers {
    /// At most twenty.
    pub items: Vec<Receiver>,
}

/// Hand-overs with what asks for attention.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandOverList {
    #[serde(flatten)]
    list: List<HandOverView>,
    /// Signed out and not signed in in time.
    overdue: u64,
    /// Signed in with pieces missing.
    missing: u64,
}

impl Fulfilment {
    pub(super) fn hand_over_view(
        &self,
        own: &[Uuid],
        row: hand_over::Model,
        pieces: Vec<piece::Model>,
    ) -> Result<HandOverView> {
        let state = row.state()?;
        Ok(HandOverView {
            overdue: state == HandOverState::Sent && row.expected_at.is_some_and(|at| at < self.platform.now()),
            incoming: own.contains(&row.to_org_id),
            outgoing: own.contains(&row.from_org_id),
            id: row.id,
            version: row.version,
            number: row.number,
            state,
            state_label: state.label(),
            from_name: row.from_name,
            to_name: row.to_name,
            note: row.note,
            shipment_id: row.shipment_id,
            created_by: row.created_by,
            sent_by: row.sent_by,
            sent_at: row.sent_at,
            expected_at: row.expected_at,
            received_by: row.received_by,
            received_at: row.received_at,
            remark: row.remark,
            created_at: row.created_at,
            pieces: pieces
                .into_iter()
                .map(|one| PieceView {
                    no: one.no,
                    case_id: one.case_id,
                    case_number: one.case_number,
                    name: one.name,
                    copies: one.copies,
                    received: one.received,
                })
                .collect(),
        })
    }

    /// Working organisations whose name holds a text, at most twenty.
    ///
    /// # Authorisation
    /// `hand_over.do`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hand_over_receivers(&self, _caller: &Allowed<DoHandOvers>, text: &str) -> Result<Receivers> {
        let tree = self.identity.orgs().await?;
        let items = tree
            .all()
            .iter()
            .filter(|org| org.state == identity::OrgState::Active && org.name.contains(text.trim()))
            .take(20)
            .map(|org| Receiver { id: org.id, name: org.name.clone() })
            .collect();
        Ok(Receivers { items })
    }

    fn wanted_hand_overs(&self, caller: &Principal, filter: &HandOverFilter) -> Result<Wanted> {
        use hand_over::Column;
        let orgs = seen_orgs(caller);
        let (to, from) = (Column::ToOrgId.is_in(orgs.clone()), Column::FromOrgId.is_in(orgs));
        let within = match filter.side.as_deref() {
            Some("in") => Cond::all().add(to),
            Some("out") => Cond::all().add(from),
            _ => Cond::any().add(to).add(from),
        };
        let state = filter.state.clone().filter(|state| !state.is_empty());
        let overdue = state.as_deref() == Some("overdue");
        let state = state.filter(|_| !overdue);
        if state.as_ref().is_some_and(|state| !HandOverState::ALL.iter().any(|one| one.as_str() == state)) {
            return Err(Problem::invalid_field("/state", "option", "没有这种交接状态"));
        }
        Ok(Wanted {
            within,
            state,
            overdue: overdue.then(|| self.platform.now()),
            words: platform::db::searched(filter.q.as_deref()),
        })
    }

    /// Hand-overs of the caller's organisations, newest first, with what asks for attention.
    ///
    /// # Authorisation
    /// `hand_over.read`.
    ///
    /// # Errors
    /// 422 for a filter that can't be read.
    pub async fn hand_overs(&self, caller: &Allowed<ReadHandOvers>, filter: &HandOverFilter) -> Result<HandOverList> {
        let wanted = self.wanted_hand_overs(caller, filter)?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let (conn, now) = (self.platform.db.read(), self.platform.now());
        let (rows, total) = store::page(conn, &wanted, before(&page)?, page.limit()).await?;
        let own = self.own_orgs(caller).await?;
        let (overdue, missing) = store::alerts(conn, wanted.within, now).await?;
        let items = rows.into_iter().map(|row| self.hand_over_view(&own, row, Vec::new())).collect::<Result<_>>()?;
        let list = List::cut(items, page.limit(), total, now, |row: &HandOverView| vec![row.id.to_string()]);
        Ok(HandOverList { list, overdue, missing })
    }

    /// The list as CSV cells, at most 5,000 rows; the download is audited.
    ///
    /// # Authorisation
    /// `hand_over.read`.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_hand_overs(
        &self,
        caller: &Allowed<ReadHandOvers>,
        filter: &HandOverFilter,
    ) -> Result<Vec<Vec<String>>> {
        let wanted = self.wanted_hand_overs(caller, filter)?;
        let (rows, _) = store::page(self.platform.db.read(), &wanted, None, EXPORT).await?;
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
                    row.from_name,
                    row.to_name,
                    state,
                    row.sent_by.unwrap_or_default(),
                    moment(row.sent_at),
                    row.received_by.unwrap_or_default(),
                    moment(row.received_at),
                    row.remark.unwrap_or_default(),
                ])
            })
            .collect::<Result<_>>()?;
        let detail = json!({ "rows": cells.len() });
        let line = Line::by(caller, self.platform.new_id(), "hand_over.export", "hand_overs".to_owned(), detail);
        self.platform.leave(line).await?;
        Ok(cells)
    }

    /// The list to print, with its code.
    ///
    /// # Authorisation
    /// `hand_over.read`.
    ///
    /// # Errors
    /// 404.
    pub async fn hand_over_sheet(&self, caller: &Allowed<ReadHandOvers>, id: Uuid) -> Result<Vec<u8>> {
        let view = self.hand_over(caller, id).await?;
        let public = self.platform.config.public_url.trim_end_matches('/');
        let data = json!({
            "number": view.number,
            "qr": format!("{public}/desk/hand-overs/receive?code={}", view.number),
            "from": view.from_name,
            "to": view.to_name,
            "note": view.note,
            "sent_by": view.sent_by,
            "sent_at": view.sent_at.map(base::zone::moment_text),
            "received_by": view.received_by,
            "received_at": view.received_at.map(base::zone::moment_text),
            "pieces": view.pieces.iter().map(|one| json!({
                "no": one.no, "case_number": one.case_number, "name": one.name, "copies": one.copies, "received": one.received,
            })).collect::<Vec<_>>(),
        });
        self.casework.draw_beside("hand-over", data, "材料交接单").await
    }
}
