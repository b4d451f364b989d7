//! Which archivable files there are, and taking one away.

use bytes::Bytes;
use platform::disclosure::{Ask, Field};
use platform::files::{self, FileRef};
use platform::personal::{DISCLOSED, Given};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::package::Part;
use super::store::set::{Column, Entity, Model};
use crate::Archive;

/// Rows one download may have.
const EXPORT: u64 = 5_000;

/// Which files.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SetFilter {
    /// Case number or a part of it, or name of the item.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// `closed`, `delivered`, `not_accepted`, `withdrawn` or `voided`.
    pub ended_as: Option<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Made from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Made up to this day.
    pub to: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An archivable file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ArchiveSet)]
pub struct SetView {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// State in which the case ended.
    pub ended_as: String,
    /// In words.
    pub ended_label: &'static str,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// When the file was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
    /// Bytes.
    pub size: i64,
    /// SM3 of the file, hex.
    pub digest: String,
    /// Digest of the file it follows; empty for the first of a case.
    pub replaces: String,
    /// Events of the case's log that are in it.
    pub covers: i64,
    /// Parts in it.
    pub part_count: usize,
    /// The parts; only when one file is looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// Why a file is taken away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = ArchiveDownload)]
pub struct Download {
    /// 4 to 1000 characters; logged.
    pub reason: String,
}

fn day(pointer: &str, text: &str) -> Result<time::Date> {
    time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field(pointer, "date", "日期要写成 2026-09-24 的样子"))
}

pub(crate) fn bad_cursor() -> Problem {
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
}

pub(crate) fn full(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这个归档文件。")
}

impl Archive {
    /// Files of cases within reach, made last first.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for a day that can't be read.
    pub async fn list_sets(&self, caller: &Principal, filter: &SetFilter) -> Result<List<SetView>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = Entity::find().filter(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt));
        if let Some(text) = full(&filter.q) {
            let pattern = format!("%{}%", text.replace(['%', '_'], ""));
            select =
                select.filter(Cond::any().add(Column::CaseNumber.like(&pattern)).add(Column::ItemName.like(&pattern)));
        }
        if let Some(item) = full(&filter.item) {
            select = select.filter(Column::ItemSlug.eq(item));
        }
        if let Some(ended) = full(&filter.ended_as) {
            select = select.filter(Column::EndedAs.eq(ended));
        }
        if let Some(case) = filter.case_id {
            select = select.filter(Column::CaseId.eq(case));
        }
        if let Some(from) = full(&filter.from) {
            select = select.filter(Column::MadeAt.gte(base::zone::start_of_day(day("/from", from)?)));
        }
        if let Some(to) = full(&filter.to) {
            select = select.filter(Column::MadeAt.lt(base::zone::end_of_day(day("/to", to)?)));
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let orgs = self.identity.orgs().await?;
        let views = rows
            .into_iter()
            .map(|row| {
                let org = orgs.name_at(row.org_id, row.made_at).unwrap_or_default().to_owned();
                view(row, org, false)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one: &SetView| vec![one.id.to_string()]))
    }

    /// The same as a file of at most 5,000 lines: the list that goes to the archive with the files.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_sets(&self, caller: &Principal, filter: &SetFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = SetFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.list_sets(caller, &filter).await?;
            too_many(page.total)?;
            lines.extend(page.items.into_iter().map(|row| {
                vec![
                    row.case_number,
                    row.item_name,
                    row.org_name,
                    row.ended_label.to_owned(),
                    row.ended_at.map(base::zone::moment_text).unwrap_or_default(),
                    base::zone::moment_text(row.made_at),
                    row.part_count.to_string(),
                    row.size.to_string(),
                    row.digest,
                    row.replaces,
                ]
            }));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        self.note_export(caller, "archive.export", lines.len()).await?;
        Ok(lines)
    }

    /// Leaves the line that a list was taken out.
    pub(crate) async fn note_export(&self, caller: &Principal, act: &'static str, rows: usize) -> Result<()> {
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            act,
            "archive".to_owned(),
            serde_json::json!({ "rows": rows }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    async fn reached_set(&self, caller: &Principal, id: Uuid) -> Result<Model> {
        let row = Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_found)?;
        if caller.reaches_taken(row.org_id, &row.item_slug, row.taken_at) { Ok(row) } else { Err(not_found()) }
    }

    /// One file with its parts.
    ///
    /// # Errors
    /// 404 outside reach.
    pub async fn set(&self, caller: &Principal, id: Uuid) -> Result<SetView> {
        let row = self.reached_set(caller, id).await?;
        let org = self.identity.orgs().await?.name_at(row.org_id, row.made_at).unwrap_or_default().to_owned();
        view(row, org, true)
    }

    /// The file itself: by right, by level, with a reason; the applicant sees on the own page that it was taken.
    ///
    /// # Errors
    /// 404 outside reach, 422 without a reason, 403 below the level.
    pub async fn download_set(&self, caller: &Principal, id: Uuid, reason: &str) -> Result<(FileRef, Bytes)> {
        let row = self.reached_set(caller, id).await?;
        let ask = Ask {
            right: "archive.download",
            field: Field { table: "cases", column: "personal_sealed", part: "id_number" },
            name: "archive_file",
            subject: format!("case:{}", row.case_id),
            reason,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let (file, bytes) = files::read(&self.platform, row.file_id).await?;
        let receiver = match caller.org_id {
            Some(org) => self.identity.org(org).await?.map(|org| org.name).unwrap_or_default(),
            None => String::new(),
        };
        let event_id = self.platform.new_id();
        let event = Event {
            id: event_id,
            topic: DISCLOSED,
            subject: "cases".to_owned(),
            payload: platform::work::payload(&Given {
                objects: vec![format!("case:{}", row.case_id)],
                receiver,
                what: "办件归档文件（申请表、材料、文书、结果、办理记录）".to_owned(),
                way: "下载归档文件".to_owned(),
                source_key: format!("archive.download:{event_id}"),
            })?,
        };
        permit.used(&self.platform).await?;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.publish(event);
                    Ok(())
                })
            })
            .await?;
        Ok((file, bytes))
    }
}

/// 422 when a list is too long to be taken out.
pub(crate) fn too_many(total: u64) -> Result<()> {
    if total <= EXPORT {
        return Ok(());
    }
    let message = format!("共 {total} 条，一次最多导出 5,000 条，请缩小筛选范围。");
    Err(Problem::invalid_field("/filter", "too_many", message))
}

fn view(row: Model, org_name: String, whole: bool) -> Result<SetView> {
    let parts: Vec<Part> = serde_json::from_value(row.parts)?;
    Ok(SetView {
        id: row.id,
        case_id: row.case_id,
        case_number: row.case_number,
        item_name: row.item_name,
        org_name,
        ended_label: casework::cases::model::State::parse(&row.ended_as).map_or("", |state| state.label()),
        ended_as: row.ended_as,
        ended_at: row.ended_at,
        made_at: row.made_at,
        size: row.size,
        digest: row.digest,
        replaces: row.replaces,
        covers: row.covers,
        part_count: parts.len(),
        parts: if whole { parts } else { Vec::new() },
    })
}
