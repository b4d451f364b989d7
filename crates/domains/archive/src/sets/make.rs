//! Gathers the parts of an ended case and makes its file, once for each way it ended.

use casework::cases::model::EventKind;
use casework::cases::service::beside::Record as Beside;
use casework::cases::service::change::Actor;
use casework::cases::service::record::{Record, is_ended};
use platform::files::{self, FileRef};
use platform::work::asked::Asked;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::macros::time;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::package::{self, Chain, Content, EVENTS, Manifest, SCHEMA};
use super::store::{self, set};
use super::{MAKE_JOB, MISSING_JOB, metadata};
use crate::Archive;

/// Cases looked at by one run of the job for missing files.
const LOOKED: u64 = 500;

const GUIDE: &str = "这是一个办件的可归档电子文件。\n\n\
manifest.json 列出全部文件，写明每个文件的大小和 SM3 摘要；manifest.sig 里 digest 是 manifest.json 的 SM3 摘要，\
signature 是对文字“tongban-archive/1|摘要”的 SM2 签名（DER，十六进制），公钥在 manifest.json 的 public_key。\n\n\
核对方法：\n\
1. 用平台的命令：tongban archive verify 文件名 --key 您另外保存的公钥.pem\n\
2. 手工：解压，逐个文件算 SM3，与 manifest.json 比对；算 manifest.json 的 SM3，与 manifest.sig 比对；用公钥验签。\n\
log/events.json 是办理记录，每一条的 hash 覆盖本条内容和上一条的 hash，从任何一条改起，后面都对不上。\n\n\
这个文件含个人信息，请按档案和个人信息保护的规定保管。\n";

#[derive(Serialize, Deserialize)]
struct Wanted {
    case_id: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Missing {
    after: Option<Uuid>,
    run: Uuid,
}

/// Two o'clock of the next night in China.
fn next_night(now: OffsetDateTime) -> OffsetDateTime {
    let today = base::zone::at(base::zone::china_date(now), time!(2:00));
    if now < today { today } else { today + Duration::days(1) }
}

/// A name that may stand inside an archive on any system.
fn clean(name: &str) -> String {
    let kept: String =
        name.chars().map(|c| if c.is_control() || "\\/:*?\"<>|".contains(c) { '_' } else { c }).take(100).collect();
    let kept = kept.trim_matches(['.', ' ']);
    if kept.is_empty() { "文件".to_owned() } else { kept.to_owned() }
}

fn json_part(path: &str, title: &str, kind: &'static str, value: &impl Serialize) -> Result<Content> {
    Ok(Content {
        path: path.to_owned(),
        title: title.to_owned(),
        kind,
        media_type: "application/json".to_owned(),
        bytes: serde_json::to_vec_pretty(value)?.into(),
    })
}

impl Archive {
    /// The job behind [`super::PLAN_JOB`]: an ended case gets its file in the coming night.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn plan_job(&self, payload: Value) -> Result<()> {
        let wanted: Wanted = serde_json::from_value(payload)?;
        let job = self.make_later(wanted.case_id, Some(next_night(self.platform.now())));
        self.enqueue(job).await
    }

    fn make_later(&self, case_id: Uuid, run_at: Option<OffsetDateTime>) -> NewJob {
        NewJob { id: self.platform.new_id(), kind: MAKE_JOB, payload: json!({ "case_id": case_id }), run_at, key: None }
    }

    async fn enqueue(&self, job: NewJob) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await
    }

    /// The job behind [`MAKE_JOB`]. May run twice: a file that is there is left alone.
    ///
    /// # Errors
    /// 500 to be tried again, for instance while a part can't be read.
    pub async fn make_job(&self, payload: Value) -> Result<()> {
        let Wanted { case_id } = serde_json::from_value(payload)?;
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        if !is_ended(facts.state) {
            return Ok(());
        }
        let ended_as = facts.state.as_str();
        let before = store::of_case(self.platform.db.read(), case_id).await?;
        if before.iter().any(|one| one.ended_as == ended_as) {
            return Ok(());
        }
        let record = self.casework.record_of(case_id).await?;
        let made_at = self.platform.now();
        let contents = self.contents(&record, made_at).await?;
        let replaces = before.last().map(|one| one.digest.clone()).unwrap_or_default();
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            case_id,
            case_number: record.case_number.clone(),
            item_name: record.item_name.clone(),
            org_name: record.org_name.clone(),
            ended_as: ended_as.to_owned(),
            made_at: made_at.to_offset(base::zone::CHINA).format(&Rfc3339).map_err(Problem::internal)?,
            chain: Chain { events: record.events.len(), head: record.head_hash.clone() },
            replaces: replaces.clone(),
            public_key: self.key.public().to_pem().map_err(Problem::internal)?,
            parts: Vec::new(),
        };
        let key = self.key.clone();
        let (bytes, manifest) = tokio::task::spawn_blocking(move || package::write(manifest, &contents, &key))
            .await
            .map_err(Problem::internal)??;
        let size = i64::try_from(bytes.len()).map_err(Problem::internal)?;
        let name = format!("{}-{ended_as}.zip", record.case_number);
        let new = files::store_made(&self.platform, "archive", &name, "application/zip", bytes.into()).await?;
        let row = set::Model {
            id: self.platform.new_id(),
            case_id,
            case_number: record.case_number.clone(),
            item_slug: record.item_slug.clone(),
            item_name: record.item_name.clone(),
            org_id: record.org_id,
            taken_at: facts.taken_at,
            ended_as: ended_as.to_owned(),
            ended_at: record.delivered_at.or(record.closed_at).or(record.events.last().map(|event| event.at)),
            file_id: new.id(),
            digest: new.digest().to_owned(),
            size,
            parts: serde_json::to_value(&manifest.parts)?,
            covers: i64::try_from(record.events.len()).map_err(Problem::internal)?,
            head_hash: record.head_hash.clone(),
            replaces,
            made_at,
        };
        let count = manifest.parts.len();
        let event = Beside {
            kind: EventKind::ArchiveFile,
            text: format!("形成可归档电子文件 {count} 个"),
            data: json!({
                "files": [{ "name": name, "size": size, "sm3": row.digest }],
                "covers": row.covers,
                "head": row.head_hash,
            }),
            paper: None,
        };
        let archive = self.clone();
        self.platform
            .db
            .write(made_at, move |tx| {
                Box::pin(async move {
                    if store::of_case(tx.conn(), case_id).await?.iter().any(|one| one.ended_as == row.ended_as) {
                        return Ok(());
                    }
                    new.keep(tx).await?;
                    store::insert(tx.conn(), row).await?;
                    archive.casework.record_beside(tx, case_id, Actor::system(), "archive.make", vec![event]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Everything that is kept of a case.
    async fn contents(&self, record: &Record, made_at: OffsetDateTime) -> Result<Vec<Content>> {
        let mut all = vec![
            json_part("record.json", "办件全记录", "record", record)?,
            json_part("form/form.json", &record.form.title, "form", &record.form)?,
            json_part(EVENTS, "办理记录（事件链）", "log", &record.exported_events())?,
        ];
        for (no, file) in record.form.files.iter().enumerate() {
            all.push(self.stored(&format!("form/files/{}", no + 1), &file.name, "form", file).await?);
        }
        for (no, material) in record.materials.iter().enumerate() {
            for (at, one) in material.files.iter().enumerate() {
                let folder = format!("materials/{:02}-{}/{}", no + 1, clean(&material.name), at + 1);
                all.push(self.stored(&folder, &material.name, "material", &one.file).await?);
            }
        }
        for (no, step) in record.steps.iter().enumerate() {
            for (at, file) in step.files.iter().enumerate() {
                all.push(self.stored(&format!("steps/{:02}/{}", no + 1, at + 1), &step.name, "step", file).await?);
            }
        }
        for (no, document) in record.documents.iter().enumerate() {
            let (_, bytes) = self.casework.document_pdf(record.id, document.id).await?;
            all.push(Content {
                path: format!("documents/{:02}-{}.pdf", no + 1, clean(&document.name)),
                title: document
                    .number
                    .as_ref()
                    .map_or_else(|| document.name.clone(), |number| format!("{} {number}", document.name)),
                kind: "document",
                media_type: "application/pdf".to_owned(),
                bytes,
            });
        }
        if let Some(licence) = &record.licence {
            match self.casework.licences.file_of_case(record.id).await {
                Ok((file, bytes)) => all.push(Content {
                    path: format!("result/{}.pdf", clean(&licence.name)),
                    title: format!("{} {}", licence.name, licence.number),
                    kind: "result",
                    media_type: file.media_type,
                    bytes,
                }),
                // Written down as a number only; there is no file to keep.
                Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => {}
                Err(problem) => return Err(problem),
            }
        }
        all.push(Content {
            path: "说明.txt".to_owned(),
            title: "怎样核对这个文件".to_owned(),
            kind: "guide",
            media_type: "text/plain".to_owned(),
            bytes: GUIDE.as_bytes().into(),
        });
        let orgs = self.identity.orgs().await?;
        let uscc = orgs.body(record.org_id).and_then(|org| org.uscc.clone()).unwrap_or_default();
        let xml = metadata::xml(record, &uscc, made_at, &all);
        all.insert(
            0,
            Content {
                path: "metadata.xml".to_owned(),
                title: "元数据".to_owned(),
                kind: "metadata",
                media_type: "application/xml".to_owned(),
                bytes: xml.into(),
            },
        );
        Ok(all)
    }

    async fn stored(&self, folder: &str, title: &str, kind: &'static str, file: &FileRef) -> Result<Content> {
        let (read, bytes) = files::read(&self.platform, file.id).await.map_err(|problem| {
            // A part that is gone must not be left out in silence: the job stays visible until somebody mends it.
            Problem::internal(format!("the file {} of an ended case can't be read: {problem}", file.id))
        })?;
        Ok(Content {
            path: format!("{folder}-{}", clean(&read.name)),
            title: title.to_owned(),
            kind,
            media_type: read.media_type,
            bytes,
        })
    }

    /// Has the files made of ended cases that have none; may be asked twice.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn make_missing(&self, caller: &platform::web::guard::Principal) -> Result<()> {
        let run = self.platform.new_id();
        let job = self.missing_from(None, run)?;
        let asked = Asked::new(run, caller.id, "补做归档文件", "/archive");
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "archive.make",
            "archive_sets".to_owned(),
            json!({ "run": run }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.ask(asked, job);
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    fn missing_from(&self, after: Option<Uuid>, run: Uuid) -> Result<NewJob> {
        Ok(NewJob {
            id: self.platform.new_id(),
            kind: MISSING_JOB,
            payload: serde_json::to_value(Missing { after, run })?,
            run_at: None,
            key: Some(format!("{MISSING_JOB}:{run}:{}", after.map(|id| id.to_string()).unwrap_or_default())),
        })
    }

    /// The job behind [`MISSING_JOB`]: looks at a part of the ended cases and leaves the job of the next part.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn missing_job(&self, payload: Value) -> Result<()> {
        let Missing { after, run } = serde_json::from_value(payload)?;
        let ended = self.casework.ended_after(after, LOOKED).await?;
        let Some((last, _)) = ended.last() else { return Ok(()) };
        let next = self.missing_from(Some(*last), run)?;
        let ids: Vec<Uuid> = ended.iter().map(|(id, _)| *id).collect();
        let known = store::known(self.platform.db.read(), &ids).await?;
        let jobs: Vec<NewJob> = ended
            .iter()
            .filter(|(id, state)| !known.iter().any(|(case, as_)| case == id && as_ == state.as_str()))
            .map(|(id, _)| self.make_later(*id, None))
            .collect();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    jobs.into_iter().for_each(|job| tx.go_on(job));
                    tx.go_on(next);
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn files_are_made_in_the_coming_night() {
        assert_eq!(next_night(datetime!(2026-09-21 09:00 +8)), datetime!(2026-09-22 02:00 +8));
        assert_eq!(next_night(datetime!(2026-09-21 01:59 +8)), datetime!(2026-09-21 02:00 +8));
        assert_eq!(next_night(datetime!(2026-09-21 02:00 +8)), datetime!(2026-09-22 02:00 +8));
    }

    #[test]
    fn names_stay_inside_their_folder() {
        assert_eq!(clean("../身份证:正面.jpg"), "_身份证_正面.jpg");
        assert_eq!(clean(" .. "), "文件");
    }
}
