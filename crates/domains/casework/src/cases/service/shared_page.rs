//! Pages of the case library for other systems: rows by item and time of change, oldest change first, so that a
//! system that comes again reads on where it stopped (CASE-040).

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::views::{desk_label, result};
use super::{Casework, parse_state};
use crate::cases::model::{Channel, State};
use crate::cases::store::case;

/// A case as another system reads it in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SharedCase {
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Region, 12 digits.
    pub region: String,
    /// Channel.
    pub channel_label: &'static str,
    /// State.
    pub state: String,
    /// In words.
    pub state_label: String,
    /// How it ended; empty before.
    pub result: String,
    /// Applicant, a person's name masked; empty unless granted.
    pub applicant_name: String,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
    /// When accepted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<OffsetDateTime>,
    /// When closed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<OffsetDateTime>,
    /// When it was changed last.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: OffsetDateTime,
}

/// What a system asks for; its grant has been applied.
#[derive(Debug, Clone, Default)]
pub struct SharedAsk {
    /// Items; `None` for all.
    pub items: Option<Vec<String>>,
    /// State.
    pub state: Option<String>,
    /// Changed at or after this moment.
    pub since: Option<OffsetDateTime>,
    /// The last row read: its time of change and id.
    pub after: Option<(OffsetDateTime, Uuid)>,
    /// Whether applicants are shown.
    pub applicants: bool,
    /// Rows wanted.
    pub limit: u64,
}

impl Casework {
    /// Rows for another system, and where it goes on; `None` when there is no more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn shared_page(&self, ask: &SharedAsk) -> Result<(Vec<SharedCase>, Option<(OffsetDateTime, Uuid)>)> {
        let mut select = case::Entity::find()
            .filter(case::Column::State.ne(State::Draft.as_str()))
            .filter(case::Column::CaseNumber.is_not_null());
        if let Some(items) = &ask.items {
            select = select.filter(case::Column::ItemSlug.is_in(items.iter().map(String::as_str)));
        }
        if let Some(state) = &ask.state {
            select = select.filter(case::Column::State.eq(state));
        }
        if let Some(since) = ask.since {
            select = select.filter(case::Column::UpdatedAt.gte(since));
        }
        if let Some((at, id)) = ask.after {
            select = select.filter(
                Cond::any()
                    .add(case::Column::UpdatedAt.gt(at))
                    .add(Cond::all().add(case::Column::UpdatedAt.eq(at)).add(case::Column::Id.gt(id))),
            );
        }
        let mut rows = select
            .order_by_asc(case::Column::UpdatedAt)
            .order_by_asc(case::Column::Id)
            .limit(ask.limit + 1)
            .all(self.platform.db.read())
            .await?;
        let limit = usize::try_from(ask.limit).unwrap_or(100);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| (row.updated_at, row.id)) } else { None };
        let orgs = self.identity.orgs().await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let state = parse_state(&row)?;
                let at = row.submitted_at.unwrap_or(row.created_at);
                let name = if row.applicant_kind == "person" {
                    base::mask::name(&row.applicant_name)
                } else {
                    row.applicant_name.clone()
                };
                Ok(SharedCase {
                    org_name: orgs.name_at(row.org_id, at).unwrap_or_default().to_owned(),
                    region: orgs.get(row.org_id).map(|org| org.region.clone()).unwrap_or_default(),
                    channel_label: Channel::label_of(&row.channel),
                    state_label: desk_label(&row, state),
                    result: result_label(&row),
                    applicant_name: if ask.applicants { name } else { String::new() },
                    case_number: row.case_number.unwrap_or_default(),
                    item_slug: row.item_slug,
                    item_name: row.item_name,
                    state: row.state,
                    submitted_at: row.submitted_at,
                    accepted_at: row.accepted_at,
                    closed_at: row.closed_at,
                    updated_at: row.updated_at,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok((items, next))
    }
}

fn result_label(row: &case::Model) -> String {
    result(row).map(|result| result.label).unwrap_or_default()
}
