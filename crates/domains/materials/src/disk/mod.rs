//! The disk 云盘: the own papers of a citizen or enterprise, sorted by the rules of the pack, with their validity.
//!
//! A paper is one's own by the account that put it there, or by the verified number it is kept under, as licences are.
//! Another's does not exist. What one uploaded is deleted with its file; what others delivered only leaves the disk. A
//! copy to take away carries who, when and what for in every page. Using a paper in an application hands it in by
//! casework's own act: the checks, the grants and the history are the same as for an upload.

pub mod http;
mod model;
mod offers;

use axum::response::Response;
use bytes::Bytes;
use identity::Account;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::page::PageQuery;
use platform::web::problem::FieldProblem;
use platform::work::audit::{Line, read};
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};

pub use model::{
    AddToDisk, ChangeInDisk, CopyOfPaper, DiskCount, DiskDetail, DiskFilter, DiskItem, DiskList, DiskVersion,
    MaterialLook,
};
pub use offers::{DiskUse, Offer, Offers};

use crate::Materials;
use crate::keep::{Holder, NewVersion, holder_place};
use crate::rules::Standing;
use crate::store::material::{Column, Entity, Model};
use crate::store::{self, version};
use crate::words::{bad_cursor, full, kept_day, some_day, source_label, text};

/// Papers one may keep oneself.
const MOST_OWN: u64 = 500;
/// Looks shown with one paper.
const LOOKS: u64 = 50;
/// Media types that a copy with words laid over can be made of.
const MARKABLE: [&str; 3] = ["application/pdf", "image/jpeg", "image/png"];

#[derive(FromQueryResult)]
struct Counted {
    category: String,
    count: i64,
}

pub(crate) fn unknown() -> Problem {
    Problem::not_found("没有找到这份材料。")
}

/// How a row stands on a day.
pub(crate) fn standing(row: &Model, today: Date, notice_days: i64) -> Standing {
    if row.state == "void" {
        return Standing::Void;
    }
    Standing::on(today, kept_day(row.valid_until.as_deref()), notice_days)
}

/// The condition of a standing; the days are texts of one length, so their order is that of the calendar.
pub(crate) fn stands(standing: &str, today: Date, notice_days: i64) -> Result<Cond> {
    let soon = (today + Duration::days(notice_days)).to_string();
    let today = today.to_string();
    let until = Column::ValidUntil;
    let live = || Cond::all().add(Column::State.eq("kept"));
    Ok(match standing {
        "valid" => live().add(Cond::any().add(until.is_null()).add(until.gt(soon))),
        "expiring" => live().add(until.gte(today)).add(until.lte(soon)),
        "expired" => live().add(until.lt(today)),
        "void" => Cond::all().add(Column::State.eq("void")),
        _ => return Err(Problem::invalid_field("/standing", "option", "有效情况只能选有效、快到期、已过期、已作废")),
    })
}

impl Materials {
    pub(crate) fn today(&self) -> Date {
        base::zone::china_date(self.platform.now())
    }

    /// The account behind a caller, and what is its own.
    async fn owner(&self, caller: &Principal) -> Result<(Account, Cond)> {
        let account = self.identity.account(caller.id).await?.ok_or_else(unknown)?;
        let mut own = Cond::any().add(Column::AccountId.eq(account.id));
        // A number nobody has verified opens nothing.
        if account.real_name {
            let (kind, number) = match &account.enterprise {
                Some(body) => ("enterprise", &body.uscc),
                None => ("person", &account.id_number),
            };
            let held = Cond::all()
                .add(Column::HolderKind.eq(kind))
                .add(Column::HolderIndex.eq(self.platform.blind_index(number.trim())));
            own = own.add(held);
        }
        let shown = Cond::all().add(own).add(Column::State.ne("deleted")).add(Column::Hidden.eq(false));
        Ok((account, shown))
    }

    pub(crate) fn item(&self, row: Model, newest: &[version::Model], today: Date) -> Result<DiskItem> {
        let version = newest
            .iter()
            .find(|one| one.material_id == row.id)
            .ok_or_else(|| Problem::internal(format!("material {} has no version {}", row.id, row.last_no)))?;
        let standing = standing(&row, today, self.rules.notice_days);
        let left = kept_day(row.valid_until.as_deref()).map(|until| (until - today).whole_days());
        Ok(DiskItem {
            id: row.id,
            version: row.version,
            category_label: self.rules.category_label(&row.category).to_owned(),
            source_label: source_label(&row.source),
            own: row.source == "own",
            name: row.name,
            kind: row.kind,
            category: row.category,
            source: row.source,
            source_name: row.source_name,
            file: serde_json::from_value(version.file.clone())?,
            no: version.no,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            standing,
            standing_label: standing.label(),
            days_left: left.filter(|_| standing == Standing::Expiring),
            added_at: row.added_at,
            changed_at: row.changed_at,
        })
    }

    async fn items(&self, rows: Vec<Model>) -> Result<Vec<DiskItem>> {
        let newest = store::newest(self.platform.db.read(), &rows).await?;
        let today = self.today();
        rows.into_iter().map(|row| self.item(row, &newest, today)).collect()
    }

    /// Own papers.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for an unknown standing.
    pub async fn disk(&self, caller: &Principal, filter: &DiskFilter) -> Result<DiskList> {
        let conn = self.platform.db.read();
        let (_, own) = self.owner(caller).await?;
        let (today, notice) = (self.today(), self.rules.notice_days);
        let counted: Vec<Counted> = Entity::find()
            .select_only()
            .column(Column::Category)
            .column_as(Column::Id.count(), "count")
            .filter(own.clone())
            .group_by(Column::Category)
            .into_model()
            .all(conn)
            .await?;
        let categories = self
            .rules
            .categories
            .iter()
            .map(|one| DiskCount {
                key: one.key.clone(),
                label: one.label.clone(),
                says: one.says.clone(),
                count: counted.iter().find(|row| row.category == one.key).map_or(0, |row| row.count),
            })
            .collect();
        let over = Cond::any().add(stands("expiring", today, notice)?).add(stands("expired", today, notice)?);
        let ending = Entity::find().filter(own.clone()).filter(over).count(conn).await?;
        let mut select = Entity::find().filter(own);
        if let Some(words) = full(&filter.q) {
            select = select.filter(Column::Name.like(platform::db::containing(words)));
        }
        if let Some(category) = full(&filter.category) {
            select = select.filter(Column::Category.eq(category));
        }
        if let Some(wanted) = full(&filter.standing) {
            select = select.filter(stands(wanted, today, notice)?);
        }
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|part| part.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.items(rows).await?;
        let cut = platform::web::page::List::cut(items, page.limit(), total, self.platform.now(), |one| {
            vec![one.id.to_string()]
        });
        Ok(DiskList {
            items: cut.items,
            total,
            next: cut.next,
            as_of: cut.as_of,
            categories,
            ending,
            notice_days: notice,
        })
    }

    async fn own_paper(&self, caller: &Principal, id: Uuid) -> Result<(Account, Model)> {
        let (account, own) = self.owner(caller).await?;
        let row = Entity::find_by_id(id).filter(own).one(self.platform.db.read()).await?;
        Ok((account, row.ok_or_else(unknown)?))
    }

    async fn one_item(&self, row: Model) -> Result<DiskItem> {
        self.items(vec![row]).await?.into_iter().next().ok_or_else(unknown)
    }

    /// One own paper with its versions and looks.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn disk_item(&self, caller: &Principal, id: Uuid) -> Result<DiskDetail> {
        let (_, row) = self.own_paper(caller, id).await?;
        let versions = self.versions_of(id).await?;
        let looks = self.looks_at(id, Some(caller.id)).await?;
        Ok(DiskDetail { item: self.one_item(row).await?, versions, looks })
    }

    pub(crate) async fn versions_of(&self, id: Uuid) -> Result<Vec<DiskVersion>> {
        let rows = store::versions(self.platform.db.read(), id).await?;
        rows.into_iter()
            .map(|one| {
                Ok(DiskVersion {
                    no: one.no,
                    file: serde_json::from_value(one.file)?,
                    valid_until: one.valid_until,
                    came_from: one.came_from,
                    digest: one.digest,
                    at: one.at,
                })
            })
            .collect()
    }

    /// Who opened a paper, the newest first; `but` leaves out its owner.
    pub(crate) async fn looks_at(&self, id: Uuid, but: Option<Uuid>) -> Result<Vec<MaterialLook>> {
        let filter = read::Filter {
            subject: Some(format!("material:{id}")),
            actions: ["material.reveal", "material.use", "material.allot", "proof.read"].map(str::to_owned).to_vec(),
            result: Some("ok".to_owned()),
            ..read::Filter::default()
        };
        let records = read::newest(self.platform.db.read(), &filter, None, LOOKS).await?;
        let orgs = self.identity.orgs().await?;
        let mut looks = Vec::new();
        for record in records.into_iter().filter(|record| but.is_none() || record.actor_id != but) {
            let detail: serde_json::Value = serde_json::from_str(&record.detail)?;
            let reason = detail.get("reason").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let org = record.org_id.and_then(|org| orgs.get(org)).map(|org| org.name.clone()).unwrap_or_default();
            looks.push(MaterialLook {
                at: OffsetDateTime::from_unix_timestamp(record.at).map_err(Problem::internal)?,
                org,
                who: record.actor_name,
                reason,
            });
        }
        Ok(looks)
    }

    /// A file the caller has uploaded, of a type a copy can be made of, as a row of the disk's own: what becomes of the
    /// upload elsewhere touches it no more. The bytes are stored once.
    async fn taken(&self, caller: &Principal, file: Uuid) -> Result<(FileRef, String)> {
        let missing = || Problem::invalid_field("/file", "unknown_file", "没有找到上传的文件，请重新上传。");
        let found = files::find(self.platform.db.read(), &[file]).await?;
        let (known, _) = found.into_iter().find(|(_, owner)| *owner == Some(caller.id)).ok_or_else(missing)?;
        if !MARKABLE.contains(&known.media_type.as_str()) {
            let message = "云盘只收 PDF、JPG、PNG。Word、Excel 文件请另存为 PDF 再上传";
            return Err(Problem::invalid_field("/file", "unsupported_type", message));
        }
        let (known, bytes) = files::read(&self.platform, file).await?;
        let copy = files::store(&self.platform, None, "disk", &known.name, bytes).await?;
        let digests = files::digests(self.platform.db.read(), &[copy.id]).await?;
        let digest = digests.into_iter().next().map(|(_, digest)| digest).unwrap_or_default();
        Ok((copy, digest))
    }

    fn words(&self, name: &str, category: &str) -> Result<(String, String)> {
        let name = text("/name", name, 1, 100, "给材料写个名字")?;
        if !self.rules.categories.iter().any(|one| one.key == category) {
            return Err(Problem::invalid_field("/category", "option", "选择放在哪一类"));
        }
        Ok((name, category.to_owned()))
    }

    /// Keeps an uploaded file in the own disk.
    ///
    /// # Errors
    /// 422 for a file that is not the caller's or of a type that is not taken, 409 when the disk is full.
    pub async fn add_to_disk(&self, caller: &Principal, add: AddToDisk, key: Option<String>) -> Result<DiskItem> {
        let (account, own) = self.owner(caller).await?;
        let until = some_day("/valid_until", add.valid_until.as_deref())?;
        let mine = Entity::find().filter(own).filter(Column::Source.eq("own")).count(self.platform.db.read()).await?;
        if mine >= MOST_OWN {
            let full = format!("云盘里自己上传的材料最多 {MOST_OWN} 份，请先删掉不用的。");
            return Err(Problem::conflict("disk_full", full));
        }
        let (file, digest) = self.taken(caller, add.file).await?;
        let given = if add.name.trim().is_empty() { file.name.clone() } else { add.name.clone() };
        let sorted = self.rules.category("", &given, "own").to_owned();
        let placed = !add.category.trim().is_empty();
        let (name, category) = self.words(&given, if placed { add.category.trim() } else { sorted.as_str() })?;
        let (kind, number) = match &account.enterprise {
            Some(body) => ("enterprise", body.uscc.clone()),
            None => ("person", account.id_number.clone()),
        };
        let holder = Holder {
            kind: kind.to_owned(),
            name: account.applicant_name().to_owned(),
            number: number.trim().to_owned(),
            account: Some(account.id),
        };
        let id = self.platform.new_id();
        let now = self.platform.now();
        let row = Model {
            id,
            version: 1,
            holder_index: self.platform.blind_index(&holder.number),
            holder_id_sealed: self.platform.seal(&holder.number, &holder_place(id)),
            holder_kind: holder.kind,
            holder_name: holder.name,
            account_id: holder.account,
            name,
            kind: String::new(),
            category,
            placed,
            source: "own".to_owned(),
            source_key: format!("own:{id}"),
            source_name: String::new(),
            org_id: None,
            item_slug: String::new(),
            taken_at: None,
            last_no: 1,
            valid_from: None,
            valid_until: until.map(|day| day.to_string()),
            state: "kept".to_owned(),
            void_reason: String::new(),
            hidden: false,
            reminded: String::new(),
            added_at: now,
            changed_at: now,
        };
        let version = NewVersion {
            file,
            digest,
            valid_from: None,
            valid_until: until,
            came_from: "自己上传".to_owned(),
            by_name: caller.name.clone(),
        };
        let version = self.version_row(id, 1, &version)?;
        let line = self.disk_line(caller, "disk.add", id);
        let (who, kept) = (caller.id, row.clone());
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "disk.add", key, id).await?
                    {
                        return Ok(made);
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), kept).await?;
                    store::insert_version(tx.conn(), version).await?;
                    Ok(id)
                })
            })
            .await?;
        if made == id { self.one_item(row).await } else { self.one_item(self.own_paper(caller, made).await?.1).await }
    }

    /// Renames or moves a paper; exchanges the file of an own upload, which keeps the version before.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page, 422 for what may not be changed.
    pub async fn change_in_disk(&self, caller: &Principal, id: Uuid, change: ChangeInDisk) -> Result<DiskItem> {
        let (_, mut row) = self.own_paper(caller, id).await?;
        if row.version != change.version {
            return Err(Problem::stale());
        }
        let (name, category) = self.words(&change.name, change.category.trim())?;
        let until = some_day("/valid_until", change.valid_until.as_deref())?.map(|day| day.to_string());
        let own = row.source == "own";
        if !own && (change.file.is_some() || (until.is_some() && until != row.valid_until)) {
            let whose = format!("这份材料由{}提供，内容和有效期不能自己改。", row.source_name);
            return Err(Problem::invalid(vec![FieldProblem::new("/valid_until", "not_own", whose)]));
        }
        row.placed |= category != row.category;
        (row.name, row.category) = (name, category);
        row.changed_at = self.platform.now();
        let mut version = None;
        if own {
            if until != row.valid_until {
                row.reminded = String::new();
            }
            row.valid_until.clone_from(&until);
            if let Some(file) = change.file {
                let (file, digest) = self.taken(caller, file).await?;
                row.last_no += 1;
                let new = NewVersion {
                    file,
                    digest,
                    valid_from: None,
                    valid_until: kept_day(until.as_deref()),
                    came_from: "自己上传".to_owned(),
                    by_name: caller.name.clone(),
                };
                version = Some(self.version_row(id, row.last_no, &new)?);
            }
        }
        let line = self.disk_line(caller, "disk.change", id);
        let row = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    let row = store::update(tx.conn(), row).await?;
                    if let Some(version) = version {
                        store::insert_version(tx.conn(), version).await?;
                    }
                    Ok(row)
                })
            })
            .await?;
        self.one_item(row).await
    }

    /// Takes a paper out of the disk: an own upload with its files, what others delivered from sight alone.
    ///
    /// # Errors
    /// 404 for another's, 409 for an old page.
    pub async fn delete_from_disk(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let (_, mut row) = self.own_paper(caller, id).await?;
        if row.version != version {
            return Err(Problem::stale());
        }
        let own = row.source == "own";
        let files: Vec<Uuid> =
            store::versions(self.platform.db.read(), id).await?.into_iter().map(|one| one.file_id).collect();
        if own {
            row.state = "deleted".to_owned();
        } else {
            row.hidden = true;
        }
        row.changed_at = self.platform.now();
        let line = self.disk_line(caller, "disk.delete", id);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::update(tx.conn(), row).await?;
                    Ok(())
                })
            })
            .await?;
        // After the commit: who still reads the row must not meet a file that is gone.
        if own { files::remove_made(&self.platform, &files).await } else { Ok(()) }
    }

    /// The newest file of an own paper, to look at.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn disk_file(&self, caller: &Principal, id: Uuid) -> Result<Response> {
        let (_, row) = self.own_paper(caller, id).await?;
        let (file, bytes) = self.newest_file(&row).await?;
        Ok(files::respond(&file, bytes))
    }

    pub(crate) async fn newest_file(&self, row: &Model) -> Result<(FileRef, Bytes)> {
        let version = store::version_no(self.platform.db.read(), row.id, row.last_no).await?.ok_or_else(unknown)?;
        files::read(&self.platform, version.file_id).await
    }

    /// A copy to take away, with who, when and what for on every page.
    ///
    /// # Errors
    /// 404 for another's, 422 without a purpose or for a file no copy can be made of.
    pub async fn copy_from_disk(&self, caller: &Principal, id: Uuid, purpose: &str) -> Result<(FileRef, Bytes)> {
        let (account, row) = self.own_paper(caller, id).await?;
        let purpose = text("/purpose", purpose, 2, 40, "写明这份复印件做什么用，例如：办理房屋租赁备案")?;
        let (file, bytes) = self.newest_file(&row).await?;
        let stamp = base::zone::moment_text(self.platform.now());
        let words = vec![
            format!("仅用于{}，他用无效", purpose.trim_start_matches("仅用于")),
            format!("{} {stamp}", account.applicant_name()),
        ];
        let copy = self.marked(&row.name, file, bytes, words).await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "disk.download",
            format!("material:{id}"),
            json!({ "purpose": purpose, "no": row.last_no }),
        );
        self.platform.leave(line).await?;
        Ok(copy)
    }

    /// A file with words laid over every page.
    pub(crate) async fn marked(
        &self,
        title: &str,
        file: FileRef,
        bytes: Bytes,
        words: Vec<String>,
    ) -> Result<(FileRef, Bytes)> {
        let options =
            paper::Options { fonts: self.fonts.clone(), produced_at: self.platform.now(), title: title.to_owned() };
        let media = file.media_type.clone();
        let made = tokio::task::spawn_blocking(move || paper::marked(&bytes, &media, &words, &options));
        let made = made.await.map_err(Problem::internal)?;
        let pdf = made.map_err(|error| Problem::invalid_field("/file", "not_markable", error.message))?;
        let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
        let size = i64::try_from(pdf.bytes.len()).map_err(Problem::internal)?;
        let name = format!("{stem}（复印件）.pdf");
        Ok((FileRef { name, size, media_type: "application/pdf".to_owned(), ..file }, pdf.bytes.into()))
    }

    fn disk_line(&self, caller: &Principal, act: &'static str, id: Uuid) -> Line {
        Line::by(caller, self.platform.new_id(), act, format!("material:{id}"), json!({}))
    }
}
