//! Reports of users that are to change the manual, and who is told when they have.

use std::collections::HashMap;

use platform::messages::{self, Channel, Message};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::Operations;
use crate::questions::{KINDS, label};
use crate::store::{manual_request, question};

/// Job that tells who reported that the manual was changed.
pub(crate) const TAKEN_JOB: &str = "operations.manual";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Taken {
    pub(crate) question: Uuid,
}

/// What a report has to do with the manual.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) chapter: String,
    /// Title of the chapter as it is now.
    pub(crate) title: String,
    /// Who reads the chapter.
    pub(crate) side: String,
    pub(crate) note: String,
    /// `open` or `done`.
    pub(crate) state: String,
    /// Version of the chapter that took it up.
    pub(crate) version: Option<i64>,
    pub(crate) done_at: Option<OffsetDateTime>,
}

fn done() -> Problem {
    Problem::conflict("taken_up", "操作手册已经按这条反映改过了。还要再改的话，请在手册里直接改。")
}

impl Operations {
    /// Marks of some reports.
    pub(crate) async fn manual_marks(&self, questions: &[Uuid]) -> Result<HashMap<Uuid, Mark>> {
        let conn = self.platform.db.read();
        if questions.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = manual_request::Entity::find()
            .filter(manual_request::Column::QuestionId.is_in(questions.iter().copied()))
            .all(conn)
            .await?;
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let chapters = self.chapters_now(conn).await?;
        let marks = rows.into_iter().map(|row| {
            let chapter = chapters.iter().find(|one| one.key == row.chapter);
            let mark = Mark {
                // A chapter that a later pack no longer has is told by its key.
                title: chapter.map_or_else(|| row.chapter.clone(), |one| one.title.clone()),
                side: chapter.map_or_else(|| "desk".to_owned(), |one| one.side.clone()),
                chapter: row.chapter,
                note: row.note,
                state: row.state,
                version: row.version,
                done_at: row.done_at,
            };
            (row.question_id, mark)
        });
        Ok(marks.collect())
    }

    /// Marks a report for a change of a chapter; marked again it moves.
    ///
    /// # Errors
    /// 404, 409 when the manual was changed after it already, 422 names the field.
    pub async fn mark_for_manual(&self, caller: &Principal, id: Uuid, chapter: &str, note: &str) -> Result<()> {
        if self.manual.chapter(chapter).is_none() {
            return Err(Problem::invalid_field("/chapter", "option", "请选择要改操作手册的哪一章。"));
        }
        let note = crate::text("/note", note, "请写明要改什么，改手册的人看这一句。", 200)?;
        let (chapter, caller, line) = (chapter.to_owned(), caller.clone(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if question::Entity::find_by_id(id).one(tx.conn()).await?.is_none() {
                        return Err(Problem::not_found("没有找到这条问题或意见。"));
                    }
                    let known = manual_request::Entity::find_by_id(id).one(tx.conn()).await?;
                    if known.as_ref().is_some_and(|row| row.state == "done") {
                        return Err(done());
                    }
                    let row = manual_request::ActiveModel {
                        question_id: Set(id),
                        chapter: Set(chapter.clone()),
                        note: Set(note),
                        state: Set("open".to_owned()),
                        version: Set(None),
                        marked_by_name: Set(caller.name.clone()),
                        marked_at: Set(tx.now()),
                        done_at: Set(None),
                    };
                    if known.is_some() {
                        let open = manual_request::Entity::update_many()
                            .set(row)
                            .filter(manual_request::Column::QuestionId.eq(id))
                            .filter(manual_request::Column::State.eq("open"))
                            .exec(tx.conn())
                            .await?;
                        if open.rows_affected == 0 {
                            return Err(done());
                        }
                    } else {
                        manual_request::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    }
                    let detail = json!({ "chapter": chapter });
                    tx.audit(Line::by(&caller, line, "question.manual", format!("question:{id}"), detail));
                    Ok(())
                })
            })
            .await
    }

    /// Takes such a mark away.
    ///
    /// # Errors
    /// 404 when there is none, 409 when the manual was changed after it already.
    pub async fn unmark_for_manual(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let (caller, line) = (caller.clone(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let gone = manual_request::Entity::delete_many()
                        .filter(manual_request::Column::QuestionId.eq(id))
                        .filter(manual_request::Column::State.eq("open"))
                        .exec(tx.conn())
                        .await?;
                    if gone.rows_affected == 0 {
                        let known = manual_request::Entity::find_by_id(id).one(tx.conn()).await?;
                        return Err(known.map_or_else(|| Problem::not_found("这条反映没有标记要改手册。"), |_| done()));
                    }
                    tx.audit(Line::by(
                        &caller,
                        line,
                        "question.manual",
                        format!("question:{id}"),
                        json!({ "chapter": "" }),
                    ));
                    Ok(())
                })
            })
            .await
    }

    /// Notes that a version takes reports up. Each has to be marked for the chapter and to wait.
    pub(super) async fn take_up(&self, tx: &Tx, chapter: &str, version: i64, questions: &[Uuid]) -> Result<()> {
        use manual_request::Column;
        if questions.is_empty() {
            return Ok(());
        }
        let taken = manual_request::Entity::update_many()
            .col_expr(Column::State, Expr::value("done"))
            .col_expr(Column::Version, Expr::value(version))
            .col_expr(Column::DoneAt, Expr::value(tx.now()))
            .filter(Column::QuestionId.is_in(questions.iter().copied()))
            .filter(Column::Chapter.eq(chapter))
            .filter(Column::State.eq("open"))
            .exec(tx.conn())
            .await?;
        if taken.rows_affected == questions.len() as u64 {
            return Ok(());
        }
        let says = "有一条反映不是标记给这一章的，或者已经改过了，请刷新后再选。";
        Err(Problem::invalid_field("/questions", "option", says))
    }

    /// The job: tells who reported. A report that was erased meanwhile has nobody to tell.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub(crate) async fn tell_taken_up(&self, payload: Value) -> Result<()> {
        let taken: Taken = serde_json::from_value(payload)?;
        let conn = self.platform.db.read();
        let Some(row) = question::Entity::find_by_id(taken.question).one(conn).await? else { return Ok(()) };
        let marks = self.manual_marks(&[row.id]).await?;
        let Some(mark) = marks.get(&row.id).filter(|mark| mark.state == "done") else { return Ok(()) };
        let whom = if row.side == "portal" { "account" } else { "staff" };
        let message = Message {
            event_key: format!("manual:{}:{}", row.id, mark.version.unwrap_or_default()),
            recipient: format!("{whom}:{}", row.account_id),
            phone: None,
            account: None,
            channel: Channel::InApp,
            template: "manual_taken_up".to_owned(),
            body: format!(
                "您反映的{}（{}）已经采纳，操作手册“{}”按此作了修改。",
                label(&KINDS, &row.kind),
                row.number,
                mark.title
            ),
        };
        messages::send(&self.platform, message).await
    }
}
