//! The manual read, changed, restored.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::work::audit::{Kind, Line};
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use serde_json::json;
use time::OffsetDateTime;

use super::requests::{TAKEN_JOB, Taken};
use super::{BODY, Chapter, TITLE, holds};
use crate::Operations;
use crate::store::{manual_request, manual_version};

/// Versions shown of one chapter.
const VERSIONS: u64 = 50;
/// Changes told to readers.
const CHANGES: u64 = 20;
/// Reports that one version may take up.
const TAKEN: usize = 50;

/// A chapter as it counts now.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) key: String,
    pub(crate) side: String,
    pub(crate) title: String,
    pub(crate) body: String,
    /// 0 before the first change.
    pub(crate) version: i64,
    /// Whether its words are not the pack's.
    pub(crate) edited: bool,
    /// Whether the pack's words changed after it was edited.
    pub(crate) pack_changed: bool,
    pub(crate) by: String,
    pub(crate) at: Option<OffsetDateTime>,
}

/// The manual of one side.
#[derive(Debug, Clone)]
pub(crate) struct Edition {
    pub(crate) chapters: Vec<Shown>,
    /// How often it was changed.
    pub(crate) revision: u64,
    /// Newest changes.
    pub(crate) changes: Vec<manual_version::Model>,
}

/// A chapter at the desk.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) shown: Shown,
    /// The pack's own.
    pub(crate) pack: Chapter,
    /// Newest first.
    pub(crate) versions: Vec<manual_version::Model>,
    /// Reports marked for it, those that wait first.
    pub(crate) requests: Vec<manual_request::Model>,
}

/// New words of a chapter.
#[derive(Debug, Clone)]
pub struct ChapterEdit {
    /// Version of the page.
    pub version: i64,
    /// Title.
    pub title: String,
    /// Words.
    pub body: String,
    /// What was changed and why; readers see it.
    pub reason: String,
    /// Reports taken up by this change.
    pub questions: Vec<Uuid>,
}

fn unknown() -> Problem {
    Problem::not_found("操作手册里没有这一章。")
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        4..=200 => Ok(text.to_owned()),
        _ => Err(Problem::invalid_field("/reason", "required", "写明改了什么、为什么，4 到 200 个字，读者看得到。")),
    }
}

fn shown(chapter: &Chapter, newest: Option<&manual_version::Model>) -> Shown {
    let edited = newest.and_then(|row| Some((row.title.clone()?, row.body.clone()?, row)));
    let pack_changed = edited.as_ref().is_some_and(|(.., row)| row.pack_digest != chapter.digest());
    let is_edited = edited.is_some();
    let (title, body) = edited
        .map_or_else(|| (chapter.title.clone(), chapter.body.trim().to_owned()), |(title, body, _)| (title, body));
    Shown {
        key: chapter.key.clone(),
        side: chapter.side.clone(),
        title,
        body,
        version: newest.map_or(0, |row| row.version),
        edited: is_edited,
        pack_changed,
        by: newest.map(|row| row.by_name.clone()).unwrap_or_default(),
        at: newest.map(|row| row.at),
    }
}

/// The newest version of every chapter that has one.
async fn newest(conn: &impl ConnectionTrait) -> Result<BTreeMap<String, manual_version::Model>> {
    use manual_version::Column;
    let latest: Vec<(String, i64)> = manual_version::Entity::find()
        .select_only()
        .column(Column::Chapter)
        .column_as(Column::Version.max(), "version")
        .group_by(Column::Chapter)
        .into_tuple()
        .all(conn)
        .await?;
    if latest.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut any = Condition::any();
    for (chapter, version) in latest {
        any = any.add(Condition::all().add(Column::Chapter.eq(chapter)).add(Column::Version.eq(version)));
    }
    let rows = manual_version::Entity::find().filter(any).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.chapter.clone(), row)).collect())
}

async fn latest(conn: &impl ConnectionTrait, key: &str) -> Result<Option<manual_version::Model>> {
    let found = manual_version::Entity::find().filter(manual_version::Column::Chapter.eq(key));
    Ok(found.order_by_desc(manual_version::Column::Version).limit(1).one(conn).await?)
}

impl Operations {
    fn chapter(&self, key: &str) -> Result<&Chapter> {
        self.manual.chapter(key).ok_or_else(unknown)
    }

    /// Chapters as they count now, in the order of the pack.
    pub(super) async fn chapters_now(&self, conn: &impl ConnectionTrait) -> Result<Vec<Shown>> {
        let newest = newest(conn).await?;
        Ok(self.manual.chapters().iter().map(|chapter| shown(chapter, newest.get(&chapter.key))).collect())
    }

    /// Titles of all chapters as they are now.
    pub(crate) async fn manual_titles(&self) -> Result<BTreeMap<String, String>> {
        let chapters = self.chapters_now(self.platform.db.read()).await?;
        Ok(chapters.into_iter().map(|one| (one.key, one.title)).collect())
    }

    /// The manual as readers of a side see it; with a search only the chapters that hold all its words.
    pub(crate) async fn read_manual(&self, side: &str, q: Option<&str>) -> Result<Edition> {
        use manual_version::Column;
        let conn = self.platform.db.read();
        let keys = || self.manual.chapters().iter().filter(|one| one.is_for(side)).map(|one| one.key.clone());
        let q = q.unwrap_or_default();
        let mut chapters = self.chapters_now(conn).await?;
        chapters.retain(|one| {
            let for_them = one.side == side || one.side == "both";
            for_them && holds(&format!("{}\n{}", one.title, one.body), q)
        });
        let changed = manual_version::Entity::find().filter(Column::Chapter.is_in(keys()));
        let revision = changed.clone().count(conn).await?;
        let changes = changed.order_by_desc(Column::At).order_by_desc(Column::Version).limit(CHANGES).all(conn).await?;
        Ok(Edition { chapters, revision, changes })
    }

    /// Chapters at the desk, each with how many reports wait for a change of it.
    pub(crate) async fn manual_chapters(&self) -> Result<Vec<(Shown, i64)>> {
        use manual_request::Column;
        let conn = self.platform.db.read();
        let waiting: Vec<(String, i64)> = manual_request::Entity::find()
            .select_only()
            .column(Column::Chapter)
            .column_as(Column::QuestionId.count(), "n")
            .filter(Column::State.eq("open"))
            .group_by(Column::Chapter)
            .into_tuple()
            .all(conn)
            .await?;
        let waiting: BTreeMap<String, i64> = waiting.into_iter().collect();
        let chapters = self.chapters_now(conn).await?.into_iter();
        let with_count = |one: Shown| {
            let count = waiting.get(&one.key).copied().unwrap_or(0);
            (one, count)
        };
        Ok(chapters.map(with_count).collect())
    }

    /// One chapter with its versions and the reports marked for it.
    pub(crate) async fn manual_chapter(&self, key: &str) -> Result<Kept> {
        let pack = self.chapter(key)?.clone();
        let conn = self.platform.db.read();
        let versions = manual_version::Entity::find()
            .filter(manual_version::Column::Chapter.eq(key))
            .order_by_desc(manual_version::Column::Version)
            .limit(VERSIONS)
            .all(conn)
            .await?;
        let requests = manual_request::Entity::find()
            .filter(manual_request::Column::Chapter.eq(key))
            // `open` comes after `done`.
            .order_by_desc(manual_request::Column::State)
            .order_by_desc(manual_request::Column::MarkedAt)
            .limit(VERSIONS)
            .all(conn)
            .await?;
        Ok(Kept { shown: shown(&pack, versions.first()), pack, versions, requests })
    }

    /// Title and words of a version; of version 0 and of one given back to the pack those of the pack.
    pub(crate) async fn manual_version(&self, key: &str, version: i64) -> Result<(String, String)> {
        let pack = self.chapter(key)?;
        let own = (pack.title.clone(), pack.body.trim().to_owned());
        if version == 0 {
            return Ok(own);
        }
        let found = manual_version::Entity::find_by_id((key.to_owned(), version)).one(self.platform.db.read()).await?;
        let row = found.ok_or_else(|| Problem::not_found("没有这个版本。"))?;
        Ok(row.title.zip(row.body).unwrap_or(own))
    }

    /// Keeps new words of a chapter, and tells who reported what it takes up.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names the field.
    pub async fn edit_chapter(&self, caller: &Principal, key: &str, edit: ChapterEdit) -> Result<()> {
        self.chapter(key)?;
        let title = crate::text("/title", &edit.title, "请写这一章的标题。", TITLE)?;
        let body = crate::text("/body", &edit.body, "请写这一章的内容。", BODY)?;
        let why = reason(&edit.reason)?;
        let mut taken = edit.questions;
        taken.sort_unstable();
        taken.dedup();
        if taken.len() > TAKEN {
            return Err(Problem::invalid_field("/questions", "count", format!("一次最多关联 {TAKEN} 条反映。")));
        }
        self.put_chapter(caller, (key, edit.version), Some((title, body)), why, taken).await
    }

    /// Gives a chapter the words of an earlier version, or with 0 those of the content pack.
    ///
    /// # Errors
    /// 404, 409 for an old page or a version that counts already, 422 without a reason.
    pub async fn restore_chapter(&self, caller: &Principal, key: &str, version: i64, to: i64, why: &str) -> Result<()> {
        self.chapter(key)?;
        let why = reason(why)?;
        let words = match to {
            0 => None,
            _ => {
                let found = manual_version::Entity::find_by_id((key.to_owned(), to)).one(self.platform.db.read());
                let row = found.await?.ok_or_else(|| Problem::invalid_field("/to", "option", "没有这个版本。"))?;
                row.title.zip(row.body)
            }
        };
        self.put_chapter(caller, (key, version), words, why, Vec::new()).await
    }

    async fn put_chapter(
        &self,
        caller: &Principal,
        (key, version): (&str, i64),
        words: Option<(String, String)>,
        reason: String,
        taken: Vec<Uuid>,
    ) -> Result<()> {
        let pack = self.chapter(key)?.clone();
        let (operations, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let before = latest(tx.conn(), &pack.key).await?;
                    if before.as_ref().map_or(0, |row| row.version) != version {
                        return Err(Problem::stale());
                    }
                    let old = shown(&pack, before.as_ref());
                    let new = words.clone().unwrap_or_else(|| (pack.title.clone(), pack.body.trim().to_owned()));
                    if (&old.title, &old.body) == (&new.0, &new.1) && old.edited == words.is_some() {
                        return Err(Problem::conflict("unchanged", "这一章现在就是这样写的，没有改动。"));
                    }
                    operations.take_up(tx, &pack.key, version + 1, &taken).await?;
                    for question in &taken {
                        tx.enqueue(NewJob {
                            id: operations.platform.new_id(),
                            kind: TAKEN_JOB,
                            payload: platform::work::payload(&Taken { question: *question })?,
                            run_at: None,
                            key: Some(format!("{TAKEN_JOB}:{question}:{}", version + 1)),
                        });
                    }
                    let act = if words.is_some() { "manual.edit" } else { "manual.reset" };
                    let detail = json!({ "reason": reason, "questions": taken.len() });
                    let line =
                        Line::by(&caller, operations.platform.new_id(), act, format!("manual:{}", pack.key), detail);
                    let told = |title: &str, body: &str| json!({ "title": title, "characters": body.chars().count() });
                    let entry = line.entry().kind(Kind::Change);
                    tx.audit(entry.changed(told(&old.title, &old.body), told(&new.0, &new.1)));
                    let (title, body) = words.unzip();
                    let row = manual_version::Model {
                        chapter: pack.key.clone(),
                        version: version + 1,
                        title,
                        body,
                        pack_digest: pack.digest(),
                        reason,
                        by_id: caller.id,
                        by_name: caller.name.clone(),
                        at: tx.now(),
                    };
                    let row = row.into_active_model().reset_all();
                    manual_version::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn chapter(body: &str) -> Chapter {
        Chapter { key: "a".into(), side: "desk".into(), title: "甲".into(), pages: Vec::new(), body: body.into() }
    }

    fn row(words: Option<(&str, &str)>, digest: String) -> manual_version::Model {
        manual_version::Model {
            chapter: "a".into(),
            version: 3,
            title: words.map(|(title, _)| title.to_owned()),
            body: words.map(|(_, body)| body.to_owned()),
            pack_digest: digest,
            reason: "说法改短".into(),
            by_id: Uuid::nil(),
            by_name: "高峰".into(),
            at: datetime!(2026-09-21 01:00 UTC),
        }
    }

    /// req: OPS-037
    #[test]
    fn words_of_the_desk_count_until_they_are_given_back_and_a_newer_pack_is_told() {
        let pack = chapter("原文\n");
        let fresh = shown(&pack, None);
        assert_eq!((fresh.body.as_str(), fresh.version, fresh.edited, fresh.pack_changed), ("原文", 0, false, false));
        let edited = shown(&pack, Some(&row(Some(("乙", "改过")), pack.digest())));
        assert_eq!((edited.title.as_str(), edited.body.as_str(), edited.version), ("乙", "改过", 3));
        assert!(edited.edited && !edited.pack_changed);
        assert!(shown(&chapter("新的原文"), Some(&row(Some(("乙", "改过")), pack.digest()))).pack_changed);
        let back = shown(&chapter("新的原文"), Some(&row(None, pack.digest())));
        assert!(!back.edited && !back.pack_changed && back.body == "新的原文", "given back follows the pack");
    }

    /// req: OPS-037
    #[test]
    fn a_change_says_what_and_why() {
        assert_eq!(reason("  补上截图  ").unwrap(), "补上截图");
        for wrong in ["", "改", &"长".repeat(201)] {
            assert_eq!(reason(wrong).unwrap_err().field_errors()[0].pointer, "/reason");
        }
    }
}
