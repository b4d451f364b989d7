//! What a case delivered comes in by event: its licence, and the materials of a case that was closed. A file that is
//! kept is not kept twice, however late or often an event comes. What was closed or issued before there was a material
//! centre is taken in bit by bit, the newest first, so nothing older stands over what is kept.

use casework::cases::service::draft::round;
use platform::files;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde::Deserialize;
use serde_json::Value;

use crate::Materials;
use crate::keep::{Holder, Incoming, NewVersion};
use crate::store::{self, all_set, intake};

/// Keeps a licence that became valid.
pub(crate) const LICENCE_JOB: &str = "materials.licence";
/// Notes that a licence was abolished.
pub(crate) const ABOLISHED_JOB: &str = "materials.abolished";
/// Keeps the materials of a closed case.
pub(crate) const CASE_JOB: &str = "materials.case";

/// Cases or licences taken in at once of those that were there before.
const EARLIER: u64 = 100;

#[derive(Deserialize)]
struct OfLicence {
    licence_id: Uuid,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct OfCase {
    case_id: Uuid,
}

fn licence_key(id: Uuid) -> String {
    format!("licence:{id}")
}

impl Materials {
    /// The job behind [`LICENCE_JOB`]; run again it adds nothing.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn licence_job(&self, payload: Value) -> Result<()> {
        let OfLicence { licence_id, .. } = serde_json::from_value(payload)?;
        self.take_licence(licence_id).await
    }

    async fn take_licence(&self, licence_id: Uuid) -> Result<()> {
        let Some(licence) = self.licences.licence(licence_id).await? else { return Ok(()) };
        let (Some(file_id), Some(number)) = (licence.file_id, self.licences.holder_number(licence_id).await?) else {
            return Ok(());
        };
        let conn = self.platform.db.read();
        let found = files::find(conn, &[file_id]).await?;
        let digests = files::digests(conn, &[file_id]).await?;
        let (Some((file, _)), Some((_, digest))) = (found.into_iter().next(), digests.into_iter().next()) else {
            return Err(Problem::internal(format!("the file of licence {licence_id} is not there")));
        };
        let facts = self.casework.facts(licence.case_id).await?;
        let incoming = Incoming {
            holder: Holder {
                kind: licence.holder_kind.as_str().to_owned(),
                name: licence.holder_name.clone(),
                number,
                account: licence.account_id,
            },
            name: licence.name.clone(),
            kind: licence.type_key.clone(),
            source: "licence",
            source_key: licence_key(licence_id),
            replaces: licence.replaces.map(licence_key),
            source_name: licence.issuer_name.clone(),
            org_id: Some(licence.org_id),
            item_slug: facts.as_ref().map(|facts| facts.item_slug.clone()).unwrap_or_default(),
            taken_at: facts.and_then(|facts| facts.taken_at),
            version: NewVersion {
                file,
                digest,
                valid_from: Some(licence.issued_on),
                valid_until: licence.expires_on,
                came_from: format!("{} {}，编号 {}", licence.issuer_name, licence.name, licence.number),
                by_name: licence.issuer_name,
            },
        };
        self.keep_all(vec![incoming], false).await
    }

    /// The job behind [`ABOLISHED_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn abolished_job(&self, payload: Value) -> Result<()> {
        let OfLicence { licence_id, reason } = serde_json::from_value(payload)?;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // A licence that another one replaced stands under the new one's key by then.
                    let Some(mut row) = store::by_key(tx.conn(), &licence_key(licence_id)).await? else {
                        return Ok(());
                    };
                    if row.state != "kept" {
                        return Ok(());
                    }
                    row.state = "void".to_owned();
                    row.void_reason = reason;
                    row.changed_at = tx.now();
                    store::update(tx.conn(), row).await?;
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }

    /// The job behind [`CASE_JOB`]: what was handed in for a case that came to its end.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub(crate) async fn case_job(&self, payload: Value) -> Result<()> {
        let OfCase { case_id } = serde_json::from_value(payload)?;
        self.take_case(case_id, false).await
    }

    /// With `earlier` only what no paper stands for yet.
    async fn take_case(&self, case_id: Uuid, earlier: bool) -> Result<()> {
        let Some(facts) = self.casework.facts(case_id).await? else { return Ok(()) };
        let applicant = self.casework.applicant_of(case_id).await?;
        if applicant.id_number.trim().is_empty() {
            return Ok(());
        }
        let record = self.casework.record_of(case_id).await?;
        let holder = Holder {
            kind: applicant.kind,
            name: applicant.name,
            number: applicant.id_number.trim().to_owned(),
            account: facts.account_id,
        };
        let index = self.platform.blind_index(&holder.number);
        let ids: Vec<Uuid> = record.materials.iter().flat_map(|one| &one.files).map(|one| one.file.id).collect();
        let digests = files::digests(self.platform.db.read(), &ids).await?;
        let mut all = Vec::new();
        for material in &record.materials {
            let kind = facts.item.item.material(&material.key).and_then(|one| one.licence_type.clone());
            // Of a material that was mended, what counted in the end; what other bodies gave is kept as a proof.
            let own = || material.files.iter().filter(|one| one.version_no != round::OTHER_BODY);
            let last = own().map(|one| one.version_no).max();
            let files: Vec<_> = own().filter(|one| Some(one.version_no) == last).collect();
            for (at, one) in files.iter().enumerate() {
                let Some((_, digest)) = digests.iter().find(|(id, _)| *id == one.file.id) else { continue };
                let name =
                    if files.len() == 1 { material.name.clone() } else { format!("{}（{}）", material.name, at + 1) };
                all.push(Incoming {
                    holder: holder.clone(),
                    name,
                    kind: kind.clone().unwrap_or_default(),
                    source: "case",
                    source_key: format!("case:{index}:{}:{}:{at}", facts.item_slug, material.key),
                    replaces: None,
                    source_name: facts.item_name.clone(),
                    org_id: Some(facts.org_id),
                    item_slug: facts.item_slug.clone(),
                    taken_at: facts.taken_at,
                    version: NewVersion {
                        file: one.file.clone(),
                        digest: digest.clone(),
                        valid_from: None,
                        valid_until: None,
                        came_from: format!("办件 {}", facts.case_number),
                        by_name: facts.item_name.clone(),
                    },
                });
            }
        }
        self.keep_all(all, earlier).await
    }

    async fn keep_all(&self, mut all: Vec<Incoming>, earlier: bool) -> Result<()> {
        let files: Vec<Uuid> = all.iter().map(|one| one.version.file.id).collect();
        let kept = store::kept_files(self.platform.db.read(), &files).await?;
        all.retain(|one| !kept.contains(&one.version.file.id));
        if all.is_empty() {
            return Ok(());
        }
        let materials = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for incoming in all {
                        if earlier && store::by_key(tx.conn(), &incoming.source_key).await?.is_some() {
                            continue;
                        }
                        materials.keep_in(tx, incoming).await?;
                    }
                    Ok(())
                })
            })
            .await
            .map_err(again)
    }
}

impl Materials {
    /// Takes in the next of what was closed or issued before there was a material centre; says how many it looked at,
    /// none once all is in. Called regularly; whatever came by event meanwhile stands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_earlier(&self) -> Result<usize> {
        Ok(self.take_earlier_of("licence").await? + self.take_earlier_of("case").await?)
    }

    async fn take_earlier_of(&self, what: &'static str) -> Result<usize> {
        let done = intake::Entity::find_by_id(what.to_owned()).one(self.platform.db.read()).await?;
        if done.as_ref().is_some_and(|row| row.finished) {
            return Ok(0);
        }
        let before = done.and_then(|row| row.last_id);
        let next = if what == "case" {
            self.casework.closed_before(before, EARLIER).await?
        } else {
            self.licences.valid_before(before, EARLIER).await?
        };
        for id in &next {
            let taken = if what == "case" { self.take_case(*id, true).await } else { self.take_licence(*id).await };
            // One whose file is lost keeps none of the others out.
            if let Err(problem) = taken {
                tracing::warn!(what, %id, cause = %problem, "an earlier paper could not be taken in");
            }
        }
        let row = intake::Model {
            what: what.to_owned(),
            last_id: next.last().copied().or(before),
            finished: next.is_empty(),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let newer = OnConflict::column(intake::Column::What)
                        .update_columns([intake::Column::LastId, intake::Column::Finished])
                        .to_owned();
                    intake::Entity::insert(all_set::<_, intake::ActiveModel>(row))
                        .on_conflict(newer)
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        Ok(next.len())
    }
}

/// Somebody changed the row at the same moment: a job tries again.
pub(crate) fn again(problem: Problem) -> Problem {
    if problem.code() == Problem::stale().code() { Problem::internal("a paper changed meanwhile") } else { problem }
}
