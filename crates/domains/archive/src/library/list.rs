//! Records within reach: found by item, state, area, channel, time and applicant; one shown whole.

use casework::cases::service::lists::{CaseFilter, CaseList, ExportAsk};
use casework::cases::service::record::Record;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Archive;
use crate::sets::list::full;

/// Which records.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct LibraryFilter {
    /// Case number or a part of it, applicant, or a whole number of identity.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// State, or `open`, `done`.
    pub state: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// Region, 12 digits: its organisations and those of the regions inside it.
    pub region: Option<String>,
    /// Organisation: itself and what is below it.
    pub org: Option<Uuid>,
    /// Handed in from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Handed in up to this day.
    pub to: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl Archive {
    /// The filter in the words of casework; the area becomes organisations.
    async fn cases(&self, filter: &LibraryFilter) -> Result<CaseFilter> {
        let own = |text: &Option<String>| full(text).map(str::to_owned);
        let mut orgs: Option<Vec<Uuid>> = None;
        if full(&filter.region).is_some() || filter.org.is_some() {
            let tree = self.identity.orgs().await?;
            let inside = match full(&filter.region) {
                Some(code) if base::region::RegionCode::parse(code).is_err() => {
                    return Err(Problem::invalid_field("/region", "format", "区划代码是 12 位数字，请重新选择"));
                }
                Some(code) => Some(tree.in_region(code)),
                None => None,
            };
            let below = filter.org.map(|org| tree.subtree(org));
            orgs = match (inside, below) {
                (Some(inside), Some(below)) => Some(below.into_iter().filter(|org| inside.contains(org)).collect()),
                (inside, below) => inside.or(below),
            };
        }
        Ok(CaseFilter {
            state: own(&filter.state),
            q: own(&filter.q),
            item: own(&filter.item),
            channel: own(&filter.channel),
            from: own(&filter.from),
            to: own(&filter.to),
            // The library is where what is old is looked for.
            years: Some("all".to_owned()),
            sort: Some("submitted_at".to_owned()),
            limit: filter.limit,
            cursor: filter.cursor.clone(),
            orgs,
            ..CaseFilter::default()
        })
    }

    /// Records within reach, handed in last first, with counts per state.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for a day or region that can't be read.
    pub async fn list_records(&self, caller: &Principal, filter: &LibraryFilter) -> Result<CaseList> {
        self.casework.list_cases(caller, &self.cases(filter).await?).await
    }

    /// The same as CSV, masked, at most 5,000 rows; each applicant sees on the own page that the case was in it.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_records(&self, caller: &Principal, filter: &LibraryFilter) -> Result<String> {
        self.casework.export_cases(caller, &self.cases(filter).await?, &ExportAsk::default()).await
    }

    /// One whole record within reach, masked.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn record(&self, caller: &Principal, id: Uuid) -> Result<Record> {
        self.casework.record_for(caller, id).await
    }
}
