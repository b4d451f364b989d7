//! Fees of the caller's reach: list, sums, file.

use std::collections::BTreeMap;

use platform::disclosure::{Field, Way};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::views::way_label;
use crate::Fulfilment;
use crate::fees::model::FeeState;
use crate::fees::store::{self, Wanted, fee};
use crate::permissions::ReadFees;

/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which fees.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FeeFilter {
    /// One state.
    pub state: Option<String>,
    /// Part of a case number or an item's name, or a whole receipt number.
    pub q: Option<String>,
    /// Computed from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Up to this day.
    pub to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// One fee of the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeRow {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Applicant, masked.
    pub applicant_name: String,
    /// Where it stands.
    pub state: FeeState,
    /// The same in words.
    pub state_label: &'static str,
    /// Fen.
    pub amount_fen: i64,
    /// 网上缴费 or 银行缴费.
    pub way_label: Option<&'static str>,
    /// Number of the payment or of the bank's receipt.
    pub receipt_number: Option<String>,
    /// Number of the invoice.
    pub invoice_number: Option<String>,
    /// The case ended after it was paid.
    pub refund_due: bool,
    /// When it was computed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When it was paid.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<OffsetDateTime>,
}

/// Fees with how many and how much by state.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeList {
    #[serde(flatten)]
    list: List<FeeRow>,
    /// By state, under the other filters.
    #[schema(value_type = Object)]
    sums: BTreeMap<String, FeeSum>,
}

/// Fees of one state.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct FeeSum {
    /// How many.
    pub count: u64,
    /// Fen.
    pub amount_fen: i64,
}

fn day(pointer: &str, text: Option<&str>) -> Result<Option<time::Date>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"));
    parsed.map(Some).map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

impl FeeRow {
    fn new(row: fee::Model, name: String) -> Result<Self> {
        let state = row.state()?;
        Ok(Self {
            id: row.id,
            case_id: row.case_id,
            case_number: row.case_number,
            item_name: row.item_name,
            applicant_name: name,
            state,
            state_label: state.label(),
            amount_fen: row.amount_fen,
            way_label: row.way.as_deref().map(|way| way_label(Some(way))),
            receipt_number: row.receipt_number,
            invoice_number: row.invoice_number,
            refund_due: row.refund_due,
            created_at: row.created_at,
            paid_at: row.paid_at,
        })
    }
}

impl Fulfilment {
    fn wanted(caller: &Allowed<ReadFees>, filter: &FeeFilter) -> Result<Wanted> {
        let state = filter.state.as_deref().filter(|state| !state.is_empty());
        if let Some(state) = state
            && !FeeState::ALL.iter().any(|one| one.as_str() == state)
        {
            return Err(Problem::invalid_field("/state", "option", "没有这种收费状态"));
        }
        Ok(Wanted {
            within: caller.within_taken(fee::Column::OrgId, fee::Column::ItemSlug, fee::Column::TakenAt),
            state: state.map(str::to_owned),
            words: platform::db::searched(filter.q.as_deref()),
            from: day("/from", filter.from.as_deref())?.map(base::zone::start_of_day),
            until: day("/to", filter.to.as_deref())?.map(base::zone::end_of_day),
        })
    }

    /// Fees of the caller's reach, newest first.
    ///
    /// # Authorisation
    /// `fee.read`; only organisations and items the caller sees.
    ///
    /// # Errors
    /// 422 for a filter that can't be read.
    pub async fn fees(&self, caller: &Allowed<ReadFees>, filter: &FeeFilter) -> Result<FeeList> {
        let wanted = Self::wanted(caller, filter)?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let conn = self.platform.db.read();
        let sums: BTreeMap<String, FeeSum> = store::sums(conn, &wanted)
            .await?
            .into_iter()
            .map(|(state, count, fen)| (state, FeeSum { count: u64::try_from(count).unwrap_or(0), amount_fen: fen }))
            .collect();
        let total = match &wanted.state {
            Some(state) => sums.get(state).map_or(0, |sum| sum.count),
            None => sums.values().map(|sum| sum.count).sum(),
        };
        let rows = store::page(conn, &wanted, before(&page)?, page.limit()).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let name = base::mask::name(&row.applicant_name);
                FeeRow::new(row, name)
            })
            .collect::<Result<_>>()?;
        let now = self.platform.now();
        Ok(FeeList { list: List::cut(items, page.limit(), total, now, |row: &FeeRow| vec![row.id.to_string()]), sums })
    }

    /// The list as CSV cells, at most 5,000 rows; the download is audited.
    ///
    /// # Authorisation
    /// `fee.read`.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_fees(&self, caller: &Allowed<ReadFees>, filter: &FeeFilter) -> Result<Vec<Vec<String>>> {
        let wanted = Self::wanted(caller, filter)?;
        let rows = store::page(self.platform.db.read(), &wanted, None, EXPORT).await?;
        if rows.len() as u64 > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "一次最多下载 5,000 条，请缩小筛选范围。"));
        }
        let fields = [Field::column("fees", "applicant_name")];
        let ways = self.platform.disclosure.takeout(&self.platform, caller, &fields, None).await?;
        let way = ways.first().copied().unwrap_or(Way::Never);
        let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
        let mut cells = Vec::with_capacity(rows.len());
        for row in rows {
            let name = way.cell(row.applicant_name.clone(), base::mask::name);
            let one = FeeRow::new(row, name)?;
            cells.push(vec![
                one.case_number,
                one.item_name,
                one.applicant_name,
                one.state_label.to_owned(),
                base::money::Fen(one.amount_fen).plain(),
                one.way_label.unwrap_or_default().to_owned(),
                moment(one.paid_at),
                one.receipt_number.unwrap_or_default(),
                one.invoice_number.unwrap_or_default(),
                moment(Some(one.created_at)),
            ]);
        }
        let detail = json!({ "rows": cells.len() });
        let line = Line::by(caller, self.platform.new_id(), "fee.export", "fees".to_owned(), detail);
        self.platform.leave(line).await?;
        Ok(cells)
    }
}

/// The id a page begins below.
pub(crate) fn before(page: &PageQuery) -> Result<Option<Uuid>> {
    let bad = || Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。");
    match page.cursor_parts(1)? {
        Some(parts) => Ok(Some(parts.first().and_then(|part| Uuid::parse_str(part).ok()).ok_or_else(bad)?)),
        None => Ok(None),
    }
}
