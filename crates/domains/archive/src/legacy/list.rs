//! Earlier cases to look up, within reach, masked.

use platform::disclosure::{Ask, Field};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::rows::result_label;
use super::store::earlier::{Column, Entity, Model};
use crate::Archive;
use crate::sets::list::{bad_cursor, full, too_many};

/// Which earlier cases.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct EarlierFilter {
    /// Number there or a part of it, item, applicant, or a whole number of identity.
    pub q: Option<String>,
    /// Earlier system.
    pub source: Option<String>,
    /// Result.
    pub result: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An earlier case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LegacyCase)]
pub struct EarlierView {
    /// Id.
    pub id: Uuid,
    /// Earlier system.
    pub source: String,
    /// Number there.
    pub source_number: String,
    /// Item.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Channel.
    pub channel: String,
    /// Applicant; a person's name is masked.
    pub applicant_name: String,
    /// Number, masked.
    pub id_masked: String,
    /// Phone, masked.
    pub phone_masked: String,
    /// Result.
    pub result: String,
    /// In words.
    pub result_label: &'static str,
    /// When it was handed in.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: OffsetDateTime,
    /// When it was accepted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub accepted_at: Option<OffsetDateTime>,
    /// When it was closed.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<OffsetDateTime>,
}

/// A raw value of an earlier case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LegacyRevealed)]
pub struct Revealed {
    /// Value.
    pub value: String,
}

/// Which value, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = LegacyReveal)]
pub struct Reveal {
    /// `id_number`, `phone`, `remarks` or `more` (everything the file said besides).
    pub field: String,
    /// 4 to 1000 characters; logged.
    pub reason: String,
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这个历史办件。")
}

impl Archive {
    /// Earlier cases within reach, handed in last first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_earlier(&self, caller: &Principal, filter: &EarlierFilter) -> Result<List<EarlierView>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = Entity::find().filter(caller.within(Column::OrgId, Column::ItemSlug));
        if let Some(text) = full(&filter.q) {
            let pattern = format!("%{}%", text.replace(['%', '_'], ""));
            select = select.filter(
                Cond::any()
                    .add(Column::SourceNumber.like(&pattern))
                    .add(Column::ItemName.like(&pattern))
                    .add(Column::ApplicantName.like(&pattern))
                    .add(Column::ApplicantIndex.eq(self.platform.blind_index(&text.to_uppercase()))),
            );
        }
        if let Some(source) = full(&filter.source) {
            select = select.filter(Column::Source.eq(source));
        }
        if let Some(result) = full(&filter.result) {
            select = select.filter(Column::Result.eq(result));
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(2)? {
            let at = parts.first().and_then(|text| text.parse().ok());
            let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()).ok_or_else(bad_cursor)?;
            let id: Uuid = parts.get(1).and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::SubmittedAt.lt(at).or(Column::SubmittedAt.eq(at).and(Column::Id.lt(id))));
        }
        let rows = select
            .order_by_desc(Column::SubmittedAt)
            .order_by_desc(Column::Id)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let orgs = self.identity.orgs().await?;
        let views = rows
            .into_iter()
            .map(|row| {
                let org = orgs.get(row.org_id).map(|org| org.name.clone()).unwrap_or_default();
                self.earlier_view(row, org)
            })
            .collect::<Result<Vec<_>>>()?;
        let key = |one: &EarlierView| vec![one.submitted_at.unix_timestamp().to_string(), one.id.to_string()];
        Ok(List::cut(views, page.limit(), total, self.platform.now(), key))
    }

    fn earlier_view(&self, row: Model, org_name: String) -> Result<EarlierView> {
        let sealed = self.read_back(&row)?.sealed;
        let person = row.applicant_kind == "person";
        Ok(EarlierView {
            id: row.id,
            org_name,
            applicant_name: if person { base::mask::name(&row.applicant_name) } else { row.applicant_name },
            id_masked: base::mask::citizen_id(&sealed.id_number),
            phone_masked: base::mask::phone(&sealed.phone),
            result_label: result_label(&row.result),
            source: row.source,
            source_number: row.source_number,
            item_name: row.item_name,
            channel: row.channel,
            result: row.result,
            submitted_at: row.submitted_at,
            accepted_at: row.accepted_at,
            closed_at: row.closed_at,
        })
    }

    /// The same as a file, masked, at most 5,000 rows.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_earlier(&self, caller: &Principal, filter: &EarlierFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = EarlierFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
        let mut lines = Vec::new();
        loop {
            let page = self.list_earlier(caller, &filter).await?;
            too_many(page.total)?;
            lines.extend(page.items.into_iter().map(|row| {
                vec![
                    row.source,
                    row.source_number,
                    row.item_name,
                    row.org_name,
                    row.applicant_name,
                    row.channel,
                    row.result_label.to_owned(),
                    moment(Some(row.submitted_at)),
                    moment(row.accepted_at),
                    moment(row.closed_at),
                ]
            }));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        self.note_export(caller, "legacy.export", lines.len()).await?;
        Ok(lines)
    }

    /// A raw value, by right, by level, with a reason; logged.
    ///
    /// # Errors
    /// 404 outside reach, 422 without a reason or for an unknown field, 403 without right or below the level.
    pub async fn reveal_earlier(&self, caller: &Principal, id: Uuid, ask: &Reveal) -> Result<Revealed> {
        let row = Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_found)?;
        if !caller.reaches(row.org_id, &row.item_slug) {
            return Err(not_found());
        }
        let part = match ask.field.as_str() {
            field @ ("id_number" | "phone" | "remarks" | "more") => field,
            _ => return Err(Problem::invalid_field("/field", "option", "没有这一项内容")),
        };
        let wanted = Ask {
            right: "case.reveal",
            field: Field { table: "legacy_cases", column: "personal_sealed", part },
            name: part,
            subject: format!("legacy_case:{id}"),
            reason: &ask.reason,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, wanted).await?;
        let sealed = self.read_back(&row)?.sealed;
        let value = match part {
            "id_number" => sealed.id_number,
            "phone" => sealed.phone,
            "remarks" => sealed.remarks,
            _ => sealed.more.iter().map(|(name, value)| format!("{name}：{value}")).collect::<Vec<_>>().join("\n"),
        };
        permit.used(&self.platform).await?;
        Ok(Revealed { value })
    }
}
