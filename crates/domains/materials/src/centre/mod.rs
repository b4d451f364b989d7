//! The material centre 材料中心: papers kept of holders, found by staff, opened by right with a reason.
//!
//! Without a whole number one sees what the own side brought: papers of cases within reach, papers the own body pulled,
//! asked for or gave. With a holder's whole number one sees all that is kept of that holder. What people uploaded into
//! their own disks is never here. Names and numbers are masked; every opening is logged and shown to the owner.

pub mod http;

use bytes::Bytes;
use casework::cases::service::received::ReceivedPaper;
use platform::disclosure::{Ask, Field};
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use crate::Materials;
use crate::disk::{DiskVersion, MaterialLook, standing, stands, unknown};
use crate::keep::holder_place;
use crate::rules::{Category, Standing};
use crate::store::material::{Column, Entity, Model};
use crate::store::{self, version};
use crate::words::{bad_cursor, full, masked_name, masked_number, own_orgs, source_label, too_many};

/// Which papers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct MaterialFilter {
    /// Part of the paper's name or of the service it is from, or a holder's whole number.
    pub q: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// `licence`, `case`, `pull` or `proof`.
    pub source: Option<String>,
    /// `valid`, `expiring`, `expired` or `void`.
    pub standing: Option<String>,
    /// `person` or `enterprise`.
    pub holder_kind: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A kept paper, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = KeptMaterial)]
pub struct MaterialView {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Category.
    pub category: String,
    /// In words.
    pub category_label: String,
    /// `person` or `enterprise`.
    pub holder_kind: String,
    /// Holder, masked.
    pub holder_name: String,
    /// Number, masked.
    pub holder_number: String,
    /// Where it is from.
    pub source: String,
    /// In words.
    pub source_label: &'static str,
    /// From whom or which service.
    pub source_name: String,
    /// First day.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_until: Option<String>,
    /// How it stands today.
    pub standing: Standing,
    /// In words.
    pub standing_label: &'static str,
    /// Why it does not count any more.
    pub void_reason: String,
    /// Number of versions.
    pub versions: i64,
    /// Newest file.
    pub file: FileRef,
    /// SM3 of it, hex.
    pub digest: String,
    /// When the newest version came.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
}

/// One kept paper with its versions and who opened it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptMaterialDetail)]
pub struct MaterialDetail {
    /// The paper.
    pub material: MaterialView,
    /// Versions, the newest first.
    pub versions: Vec<DiskVersion>,
    /// Who opened it, the newest first.
    pub looks: Vec<MaterialLook>,
}

/// Opens a paper.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenMaterial {
    /// Why; 4 to 1000 characters, logged and shown to the owner.
    pub reason: String,
    /// Which version; the newest when absent.
    #[serde(default)]
    pub no: Option<i64>,
    /// The holder's whole number, for a paper the own side did not bring.
    #[serde(default)]
    pub number: Option<String>,
}

/// Puts a kept paper into a case.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct UseMaterial {
    /// Case of the paper's holder.
    pub case_id: Uuid,
    /// Material that takes it.
    pub material_key: String,
}

/// A kind that may be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialKind {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// `person`, `enterprise`.
    pub holders: Vec<String>,
    /// Body that gives it, when the city has it.
    pub owner_id: Option<Uuid>,
}

/// A sharing source.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialSource {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Kinds it has.
    pub kinds: Vec<String>,
    /// Whether its address is set.
    pub set: bool,
}

/// A body that may be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofBody {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// What the pages offer to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialWords {
    /// Categories.
    pub categories: Vec<Category>,
    /// Kinds.
    pub kinds: Vec<MaterialKind>,
    /// Sources.
    pub sources: Vec<MaterialSource>,
    /// Bodies.
    pub bodies: Vec<ProofBody>,
}

impl Materials {
    /// What the caller sees without naming a holder.
    fn brought(caller: &Principal) -> Cond {
        let own = Cond::all().add(Column::ItemSlug.eq("")).add(Column::OrgId.is_in(own_orgs(caller)));
        Cond::any().add(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt)).add(own)
    }

    /// What staff may know of at all.
    fn shared() -> Cond {
        Cond::all().add(Column::Source.ne("own")).add(Column::State.ne("deleted"))
    }

    /// A number as it is typed, when the words are one.
    fn whole_number(words: &str) -> Option<String> {
        let number = words.trim().to_uppercase();
        let known = base::codes::CitizenId::restore(&number).is_ok() || base::codes::Uscc::parse(&number).is_ok();
        known.then_some(number)
    }

    fn view(&self, row: Model, newest: &[version::Model], today: Date) -> Result<MaterialView> {
        let version = newest
            .iter()
            .find(|one| one.material_id == row.id)
            .ok_or_else(|| Problem::internal(format!("material {} has no version {}", row.id, row.last_no)))?;
        let standing = standing(&row, today, self.rules.notice_days);
        let number = self.platform.unseal(&row.holder_id_sealed, &holder_place(row.id))?;
        Ok(MaterialView {
            id: row.id,
            category_label: self.rules.category_label(&row.category).to_owned(),
            holder_name: masked_name(&row.holder_kind, &row.holder_name),
            holder_number: masked_number(&row.holder_kind, &number),
            source_label: source_label(&row.source),
            name: row.name,
            kind: row.kind,
            category: row.category,
            holder_kind: row.holder_kind,
            source: row.source,
            source_name: row.source_name,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            standing,
            standing_label: standing.label(),
            void_reason: row.void_reason,
            versions: row.last_no,
            file: serde_json::from_value(version.file.clone())?,
            digest: version.digest.clone(),
            changed_at: version.at,
        })
    }

    /// Kept papers, added last first.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for an unknown standing.
    pub async fn materials(&self, caller: &Principal, filter: &MaterialFilter) -> Result<List<MaterialView>> {
        let conn = self.platform.db.read();
        let today = self.today();
        let mut select = Entity::find().filter(Self::shared());
        select = match full(&filter.q).map(|words| (words, Self::whole_number(words))) {
            Some((_, Some(number))) => select.filter(Column::HolderIndex.eq(self.platform.blind_index(&number))),
            Some((words, None)) => {
                let pattern = platform::db::containing(words);
                let named = Cond::any().add(Column::Name.like(&pattern)).add(Column::SourceName.like(&pattern));
                select.filter(Self::brought(caller)).filter(named)
            }
            None => select.filter(Self::brought(caller)),
        };
        for (column, wanted) in [
            (Column::Category, &filter.category),
            (Column::Kind, &filter.kind),
            (Column::Source, &filter.source),
            (Column::HolderKind, &filter.holder_kind),
        ] {
            if let Some(wanted) = full(wanted) {
                select = select.filter(column.eq(wanted));
            }
        }
        if let Some(wanted) = full(&filter.standing) {
            select = select.filter(stands(wanted, today, self.rules.notice_days)?);
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|part| part.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let newest = store::newest(conn, &rows).await?;
        let views = rows.into_iter().map(|row| self.view(row, &newest, today)).collect::<Result<Vec<_>>>()?;
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// The same as lines of a file, masked, at most 5,000.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_materials(&self, caller: &Principal, filter: &MaterialFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = MaterialFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.materials(caller, &filter).await?;
            too_many(page.total)?;
            lines.extend(page.items.into_iter().map(|row| {
                vec![
                    row.name,
                    row.category_label,
                    row.holder_name,
                    row.holder_number,
                    row.source_label.to_owned(),
                    row.source_name,
                    row.valid_until.unwrap_or_default(),
                    row.standing_label.to_owned(),
                    row.versions.to_string(),
                    base::zone::moment_text(row.changed_at),
                    row.digest,
                ]
            }));
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "material.export",
            "materials".to_owned(),
            json!({ "rows": lines.len() }),
        );
        self.platform.leave(line).await?;
        Ok(lines)
    }

    /// A paper the own side brought, or one of the holder whose whole number is named.
    async fn reached_paper(&self, caller: &Principal, id: Uuid, number: Option<&str>) -> Result<Model> {
        let mut reach = Self::brought(caller);
        if let Some(number) = number.and_then(Self::whole_number) {
            reach = reach.add(Column::HolderIndex.eq(self.platform.blind_index(&number)));
        }
        let found = Entity::find_by_id(id).filter(Self::shared()).filter(reach);
        found.one(self.platform.db.read()).await?.ok_or_else(unknown)
    }

    /// One kept paper, masked.
    ///
    /// # Errors
    /// 404 outside reach without the holder's whole number.
    pub async fn material(&self, caller: &Principal, id: Uuid, number: Option<&str>) -> Result<MaterialDetail> {
        let row = self.reached_paper(caller, id, number).await?;
        let newest = store::newest(self.platform.db.read(), std::slice::from_ref(&row)).await?;
        let material = self.view(row, &newest, self.today())?;
        let versions = self.versions_of(id).await?;
        let looks = self.looks_at(id, None).await?;
        Ok(MaterialDetail { material, versions, looks })
    }

    /// A paper itself: by right, by level, with a reason; logged, and shown to its owner.
    ///
    /// # Errors
    /// 404 outside reach, 422 without a reason, 403 below the level.
    pub async fn open_material(&self, caller: &Principal, id: Uuid, open: OpenMaterial) -> Result<(FileRef, Bytes)> {
        let row = self.reached_paper(caller, id, open.number.as_deref()).await?;
        let no = open.no.unwrap_or(row.last_no);
        let version = store::version_no(self.platform.db.read(), id, no).await?.ok_or_else(unknown)?;
        let ask = Ask {
            right: "material.reveal",
            field: Field { table: "files", column: "digest", part: "file:material" },
            name: "material",
            subject: format!("material:{id}"),
            reason: &open.reason,
        };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let found = files::read(&self.platform, version.file_id).await?;
        permit.used(&self.platform).await?;
        Ok(found)
    }

    /// Puts a kept paper of its applicant into a material of a case.
    ///
    /// # Errors
    /// 404 for a case outside reach or a paper of somebody else, 409 for a paper that is over or a case that is, 422
    /// for a material that does not take it.
    pub async fn use_material(&self, caller: &Principal, id: Uuid, wanted: UseMaterial) -> Result<()> {
        let facts = self.casework.facts_for(caller, wanted.case_id).await?;
        let applicant = self.casework.applicant_of(wanted.case_id).await?;
        let row = Entity::find_by_id(id)
            .filter(Self::shared())
            .filter(Column::HolderKind.eq(&applicant.kind))
            .filter(Column::HolderIndex.eq(self.platform.blind_index(applicant.id_number.trim())))
            .one(self.platform.db.read())
            .await?
            .ok_or_else(unknown)?;
        let field = Field { table: "files", column: "digest", part: "file:material" };
        self.platform.disclosure.admit(&self.platform, caller, field).await?;
        let standing = standing(&row, self.today(), self.rules.notice_days);
        if !standing.counts() {
            let why = format!("“{}”{}，不能放进办件。", row.name, standing.label());
            return Err(Problem::conflict("paper_over", why).detail("请重新调取，或者请出具的部门换一份有效的。"));
        }
        let version = store::version_no(self.platform.db.read(), id, row.last_no).await?.ok_or_else(unknown)?;
        let paper = ReceivedPaper {
            key: wanted.material_key.trim().to_owned(),
            file: serde_json::from_value(version.file)?,
            name: row.name,
            from: row.source_name,
        };
        let reason = format!("用于办件 {}", facts.case_number);
        let detail = json!({ "reason": reason, "material": paper.key, "no": version.no });
        let line = Line::by(caller, self.platform.new_id(), "material.use", format!("material:{id}"), detail);
        let (casework, clerk) = (self.casework.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line.entry().kind(Kind::Access));
                    casework.receive_paper(tx, &clerk, wanted.case_id, paper).await
                })
            })
            .await
    }

    /// What the pages offer to choose from.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn choices(&self) -> Result<MaterialWords> {
        let orgs = self.identity.orgs().await?;
        let kinds = self
            .rules
            .kinds
            .iter()
            .map(|kind| MaterialKind {
                key: kind.key.clone(),
                name: kind.name.clone(),
                holders: kind.holders.clone(),
                owner_id: kind.owner.as_deref().and_then(|key| orgs.by_key(key)).map(|org| org.id),
            })
            .collect();
        let sources = self
            .rules
            .sources
            .iter()
            .map(|source| MaterialSource {
                key: source.key.clone(),
                name: source.name.clone(),
                kinds: source.papers.iter().map(|paper| paper.kind.clone()).collect(),
                set: !self.gateway(source.setting).1.is_empty(),
            })
            .collect();
        let bodies = orgs
            .all()
            .iter()
            .filter(|org| org.kind == "department" && org.state == identity::OrgState::Active)
            .map(|org| ProofBody { id: org.id, name: org.name.clone() })
            .collect();
        Ok(MaterialWords { categories: self.rules.categories.clone(), kinds, sources, bodies })
    }
}
