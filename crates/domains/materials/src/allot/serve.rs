//! The signed calls of connected systems.

use axum::extract::{FromRequest, Request};
use identity::systems::{ConnectedSystem, MaterialsInterface, Signed};
use platform::calls::{self, Direction, Entry};
use platform::files;
use platform::personal::{DISCLOSED, Given};
use platform::web::extract::Json;
use platform::work::audit::{Kind, Line};
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::Materials;
use crate::disk::standing;
use crate::rules::Standing;
use crate::store::{self, grant, material};
use crate::words::{checked_number, source_label, text};

/// Rows of one answer.
const MOST: u64 = 100;

/// Which papers a system wants.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = MaterialQuery)]
pub(crate) struct Query {
    /// `person` or `enterprise`.
    holder_kind: String,
    /// Whole number.
    number: String,
    /// Kind; all granted ones when absent.
    #[serde(default)]
    kind: Option<String>,
}

/// Which paper a system reads, and what for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = MaterialReading)]
pub(crate) struct Reading {
    /// Paper, as the query named it.
    id: Uuid,
    /// `person` or `enterprise`.
    holder_kind: String,
    /// Whole number of its holder.
    number: String,
    /// What for; 4 to 200 characters, shown to the owner.
    purpose: String,
}

/// A paper as systems see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllottedMaterial)]
pub(crate) struct Allotted {
    /// Id.
    id: Uuid,
    /// Kind.
    kind: String,
    /// Name.
    name: String,
    /// `licence`, `case`, `pull` or `proof`.
    source: String,
    /// In words.
    source_label: &'static str,
    /// From whom or which service.
    source_name: String,
    /// First day.
    valid_from: Option<String>,
    /// Last day.
    valid_until: Option<String>,
    /// How it stands today.
    standing: Standing,
    /// Number of the version.
    no: i64,
    /// Media type.
    media_type: String,
    /// Bytes.
    size: i64,
    /// SM3, hex.
    sm3: String,
}

/// What is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllottedMaterials)]
pub(crate) struct Page {
    /// Papers of granted kinds, the newest first, at most 100.
    items: Vec<Allotted>,
}

/// A paper with its content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AllottedContent)]
pub(crate) struct Content {
    /// The paper.
    material: Allotted,
    /// Name of the file.
    file_name: String,
    /// Content, base64url.
    content: String,
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(axum::http::StatusCode::BAD_REQUEST, "unreadable", "提交的内容读不出来，请检查格式。")
            .detail(error.to_string())
    })
}

/// One and the same answer for a paper that is not there, one of somebody else and one outside the grants.
fn none() -> Problem {
    Problem::not_found("没有找到这份材料，或者没有授权给这个系统。")
}

impl Materials {
    /// Proves a call, answers it and writes it down.
    async fn called<T, F, A>(&self, request: Request, operation: &str, answer: A) -> Result<Json<T>>
    where
        A: FnOnce(ConnectedSystem, bytes::Bytes) -> F,
        F: Future<Output = Result<T>>,
    {
        let started = self.platform.clock.now();
        let mut entry = Entry::new(&self.platform, Direction::In);
        entry.operation = operation.to_owned();
        let claimed = request.headers().get("x-tif-paasid").and_then(|value| value.to_str().ok()).unwrap_or("-");
        entry.party = claimed.chars().filter(|one| !one.is_control()).take(64).collect();
        entry.address = platform::web::client::address(request.extensions(), request.headers(), &self.platform.config)
            .map(|address| address.to_string())
            .unwrap_or_default();
        let done = match Signed::<MaterialsInterface>::from_request(request, self).await {
            Err(problem) => Err(problem),
            Ok(call) => {
                entry.party_name.clone_from(&call.system.name);
                entry.payload(&call.body);
                answer(call.system, call.body).await
            }
        };
        match &done {
            Ok(_) => entry.succeeded(200, "read"),
            Err(problem) => entry.refused(problem),
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(Json(done?))
    }

    pub(crate) async fn serve_query(&self, request: Request) -> Result<Json<Page>> {
        let asked = self.clone();
        let answer =
            |system: ConnectedSystem, body: bytes::Bytes| async move { asked.allotted(&system, read(&body)?).await };
        self.called(request, "材料查询", answer).await
    }

    pub(crate) async fn serve_content(&self, request: Request) -> Result<Json<Content>> {
        let asked = self.clone();
        let answer =
            |system: ConnectedSystem, body: bytes::Bytes| async move { asked.allot(&system, read(&body)?).await };
        self.called(request, "材料调用", answer).await
    }

    async fn granted_kinds(&self, system: &ConnectedSystem) -> Result<Vec<String>> {
        let rows: Vec<String> = grant::Entity::find()
            .select_only()
            .column(grant::Column::Kind)
            .filter(grant::Column::AppId.eq(&system.app_id))
            .filter(self.live_grants())
            .distinct()
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows)
    }

    fn allotted_view(&self, row: material::Model, version: &store::version::Model) -> Result<Allotted> {
        let file: files::FileRef = serde_json::from_value(version.file.clone())?;
        Ok(Allotted {
            id: row.id,
            standing: standing(&row, self.today(), self.rules.notice_days),
            source_label: source_label(&row.source),
            kind: row.kind,
            name: row.name,
            source: row.source,
            source_name: row.source_name,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            no: version.no,
            media_type: file.media_type,
            size: file.size,
            sm3: version.digest.clone(),
        })
    }

    async fn allotted(&self, system: &ConnectedSystem, query: Query) -> Result<Page> {
        let number = checked_number(&query.holder_kind, &query.number, self.today())?;
        let mut kinds = self.granted_kinds(system).await?;
        if let Some(kind) = query.kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty()) {
            kinds.retain(|one| one == kind);
            if kinds.is_empty() {
                return Err(none());
            }
        }
        if kinds.is_empty() {
            return Ok(Page { items: Vec::new() });
        }
        let conn = self.platform.db.read();
        let rows = material::Entity::find()
            .filter(material::Column::HolderKind.eq(&query.holder_kind))
            .filter(material::Column::HolderIndex.eq(self.platform.blind_index(&number)))
            .filter(material::Column::Kind.is_in(kinds))
            .filter(material::Column::Source.ne("own"))
            .filter(material::Column::State.eq("kept"))
            .order_by_desc(material::Column::ChangedAt)
            .order_by_desc(material::Column::Id)
            .limit(MOST)
            .all(conn)
            .await?;
        let newest = store::newest(conn, &rows).await?;
        let items = rows
            .into_iter()
            .filter_map(|row| {
                let version = newest.iter().find(|one| one.material_id == row.id)?;
                Some(self.allotted_view(row, version))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Page { items })
    }

    async fn allot(&self, system: &ConnectedSystem, reading: Reading) -> Result<Content> {
        let number = checked_number(&reading.holder_kind, &reading.number, self.today())?;
        let purpose = text("/purpose", &reading.purpose, 4, 200, "写明做什么用，至少 4 个字，材料的主人能看到")?;
        let conn = self.platform.db.read();
        let row = store::find(conn, reading.id).await?.filter(|row| {
            row.source != "own"
                && row.state == "kept"
                && row.holder_kind == reading.holder_kind
                && row.holder_index == self.platform.blind_index(&number)
        });
        let row = row.ok_or_else(none)?;
        if !self.granted_kinds(system).await?.contains(&row.kind) {
            return Err(none());
        }
        let version = store::version_no(conn, row.id, row.last_no).await?.ok_or_else(none)?;
        let (file, bytes) = files::read(&self.platform, version.file_id).await?;
        let (id, event_id) = (row.id, self.platform.new_id());
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: system.name.clone(),
            action: "material.allot",
            subject: format!("material:{id}"),
            detail: json!({ "app_id": system.app_id, "reason": purpose, "no": version.no }),
        };
        let event = Event {
            id: event_id,
            topic: DISCLOSED,
            subject: "materials".to_owned(),
            payload: platform::work::payload(&Given {
                objects: vec![format!("material:{id}")],
                receiver: system.name.clone(),
                what: row.name.clone(),
                way: format!("材料调用：{purpose}"),
                source_key: format!("material.allot:{event_id}"),
            })?,
        };
        // First the line, then the paper: what can't be written down is not given.
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line.entry().kind(Kind::Access));
                    tx.publish(event);
                    Ok(())
                })
            })
            .await?;
        let material = self.allotted_view(row, &version)?;
        Ok(Content { material, file_name: file.name, content: base::encoding::to_base64url(&bytes) })
    }
}
