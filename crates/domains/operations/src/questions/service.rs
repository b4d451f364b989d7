//! Reports taken, listed and answered; frequent questions kept.

use std::collections::BTreeMap;

use platform::messages::{self, Channel, Message};
use platform::web::guard::{Audience, Principal};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, numbers};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{CATEGORIES, KINDS, OUTCOMES, bare_page, knows};
use crate::Operations;
use crate::manual::requests::Mark;
use crate::store::{faq, question};

/// Job that tells the asker of an answer.
pub(crate) const ANSWER_JOB: &str = "operations.answer";
/// Reports one person may have waiting.
const WAITING: u64 = 20;
/// Frequent questions shown.
const FAQS: u64 = 500;

#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    id: Uuid,
}

/// A report in clear.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) row: question::Model,
    pub(crate) text: String,
    pub(crate) answer: String,
    /// Whether the manual is to be changed after it, or was.
    pub(crate) mark: Option<Mark>,
}

/// What is reported.
#[derive(Debug, Clone)]
pub struct NewQuestion {
    /// `problem` or `opinion`.
    pub kind: String,
    /// What it is about.
    pub category: String,
    /// What people write.
    pub text: String,
    /// Address of the page it came from.
    pub page: String,
}

/// Which reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) state: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) side: Option<String>,
    /// Part of number or page.
    pub(crate) q: Option<String>,
    pub(crate) from: Option<OffsetDateTime>,
    pub(crate) until: Option<OffsetDateTime>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Version of what is answered.
    pub version: i64,
    /// What it really is about.
    pub category: String,
    /// What becomes of it.
    pub outcome: String,
    /// Words for the asker.
    pub text: String,
}

/// A frequent question as the public reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalFaq {
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
}

/// A frequent question.
#[derive(Debug, Clone)]
pub struct FaqChange {
    /// Version; 0 for a new one.
    pub version: i64,
    /// `portal`, `desk` or `both`.
    pub side: String,
    /// Category.
    pub category: String,
    /// Question.
    pub question: String,
    /// Answer.
    pub answer: String,
    /// Whether it is shown.
    pub published: bool,
}

/// Reports of one category and outcome.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Sum {
    pub(crate) category: String,
    pub(crate) kind: String,
    pub(crate) outcome: String,
    pub(crate) n: i64,
}

fn place(id: Uuid, part: &str) -> String {
    format!("question:{id}:{part}")
}

fn side(audience: Audience) -> &'static str {
    audience.as_str()
}

fn not_there() -> Problem {
    Problem::not_found("没有找到这条问题或意见。")
}

impl Operations {
    fn open(&self, row: question::Model) -> Result<Opened> {
        let text = self.platform.unseal(&row.text_sealed, &place(row.id, "text"))?;
        let answer = match row.answer_sealed.as_str() {
            "" => String::new(),
            sealed => self.platform.unseal(sealed, &place(row.id, "answer"))?,
        };
        Ok(Opened { row, text, answer, mark: None })
    }

    /// Reports in clear, each with its mark for the manual.
    async fn open_all(&self, rows: Vec<question::Model>) -> Result<Vec<Opened>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut marks = self.manual_marks(&ids).await?;
        let open = |row: question::Model| {
            let mark = marks.remove(&row.id);
            self.open(row).map(|opened| Opened { mark, ..opened })
        };
        rows.into_iter().map(open).collect()
    }

    /// Takes a report of the caller.
    ///
    /// # Errors
    /// 422 names the field, 409 when too many of the caller's wait for an answer.
    pub async fn ask(&self, caller: &Principal, new: NewQuestion, key: Option<String>) -> Result<Uuid> {
        if !knows(&KINDS, &new.kind) {
            return Err(Problem::invalid_field("/kind", "option", "请选择是问题还是意见建议。"));
        }
        if !knows(&CATEGORIES, &new.category) {
            return Err(Problem::invalid_field("/category", "option", "请选择哪一方面。"));
        }
        let text = crate::text("/text", &new.text, "请写明遇到的问题或者您的建议。", 1_000)?;
        let own = question::Entity::find()
            .filter(question::Column::AccountId.eq(caller.id))
            .filter(question::Column::State.eq("open"));
        if own.count(self.platform.db.read()).await? >= WAITING {
            return Err(Problem::conflict(
                "too_many_open",
                format!("您还有 {WAITING} 条没有答复，请等答复后再写，急事请打热线电话。"),
            ));
        }
        let id = self.platform.new_id();
        let sealed = self.platform.seal(&text, &place(id, "text"));
        let (caller, operations) = (caller.clone(), self.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "question.ask", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    let day = base::zone::china_date(tx.now());
                    let day = format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day());
                    let number = numbers::strict(tx, &format!("question:{day}")).await?;
                    question::Entity::insert(question::ActiveModel {
                        id: Set(id),
                        number: Set(format!("WT{day}{number:04}")),
                        side: Set(side(caller.audience).to_owned()),
                        account_id: Set(caller.id),
                        // Staff are known by name; a citizen is not, the answer goes to the account.
                        asker: Set(if caller.audience == Audience::Desk {
                            caller.name.clone()
                        } else {
                            "公众".to_owned()
                        }),
                        page: Set(bare_page(&new.page)),
                        kind: Set(new.kind),
                        category: Set(new.category),
                        state: Set("open".to_owned()),
                        outcome: Set(String::new()),
                        text_sealed: Set(sealed),
                        answer_sealed: Set(String::new()),
                        answered_by_name: Set(String::new()),
                        asked_at: Set(tx.now()),
                        answered_at: Set(None),
                        version: Set(1),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    let line = operations.platform.new_id();
                    tx.audit(Line::by(&caller, line, "question.ask", format!("question:{id}"), json!({})));
                    Ok(id)
                })
            })
            .await
    }

    /// The caller's own reports, newest first.
    pub(crate) async fn own_questions(&self, caller: &Principal) -> Result<Vec<Opened>> {
        let rows = question::Entity::find()
            .filter(question::Column::AccountId.eq(caller.id))
            .filter(question::Column::Side.eq(side(caller.audience)))
            .order_by_desc(question::Column::Id)
            .limit(100)
            .all(self.platform.db.read())
            .await?;
        self.open_all(rows).await
    }

    /// Reports, newest first, before one; one more than asked for, and the total.
    pub(crate) async fn questions(
        &self,
        wanted: &Wanted,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<(Vec<Opened>, u64)> {
        use question::Column;
        let mut all = question::Entity::find();
        for (column, value) in [
            (Column::State, &wanted.state),
            (Column::Kind, &wanted.kind),
            (Column::Category, &wanted.category),
            (Column::Side, &wanted.side),
        ] {
            if let Some(value) = value {
                all = all.filter(column.eq(value.as_str()));
            }
        }
        if let Some(q) = platform::db::searched(wanted.q.as_deref()) {
            let like = platform::db::containing(&q);
            all = all.filter(sea_orm::Condition::any().add(Column::Number.like(&like)).add(Column::Page.like(&like)));
        }
        if let Some(from) = wanted.from {
            all = all.filter(Column::AskedAt.gte(from));
        }
        if let Some(until) = wanted.until {
            all = all.filter(Column::AskedAt.lt(until));
        }
        let conn = self.platform.db.read();
        let total = all.clone().count(conn).await?;
        if let Some(before) = before {
            all = all.filter(Column::Id.lt(before));
        }
        let rows = all.order_by_desc(Column::Id).limit(limit).all(conn).await?;
        Ok((self.open_all(rows).await?, total))
    }

    /// One report.
    pub(crate) async fn question(&self, id: Uuid) -> Result<Opened> {
        let row = question::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(not_there)?;
        self.open_all(vec![row]).await?.pop().ok_or_else(not_there)
    }

    /// Answers a report; answered again it replaces the answer.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names the field.
    pub async fn answer_question(&self, caller: &Principal, id: Uuid, answer: Answer) -> Result<()> {
        if !knows(&CATEGORIES, &answer.category) {
            return Err(Problem::invalid_field("/category", "option", "请选择属于哪一方面。"));
        }
        if !knows(&OUTCOMES, &answer.outcome) {
            return Err(Problem::invalid_field("/outcome", "option", "请选择处理结果。"));
        }
        let text = crate::text("/text", &answer.text, "请写明给用户的答复。", 1_000)?;
        let sealed = self.platform.seal(&text, &place(id, "answer"));
        let (operations, caller) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if question::Entity::find_by_id(id).one(tx.conn()).await?.is_none() {
                        return Err(not_there());
                    }
                    use question::Column;
                    let outcome = answer.outcome.clone();
                    let done = question::Entity::update_many()
                        .col_expr(Column::Category, Expr::value(answer.category))
                        .col_expr(Column::Outcome, Expr::value(answer.outcome))
                        .col_expr(Column::State, Expr::value("answered"))
                        .col_expr(Column::AnswerSealed, Expr::value(sealed))
                        .col_expr(Column::AnsweredByName, Expr::value(caller.name.clone()))
                        .col_expr(Column::AnsweredAt, Expr::value(tx.now()))
                        .col_expr(Column::Version, Expr::value(answer.version + 1))
                        .filter(Column::Id.eq(id))
                        .filter(Column::Version.eq(answer.version))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.enqueue(NewJob {
                        id: operations.platform.new_id(),
                        kind: ANSWER_JOB,
                        payload: platform::work::payload(&Answered { id })?,
                        run_at: None,
                        key: Some(format!("{ANSWER_JOB}:{id}:{}", answer.version)),
                    });
                    let line = operations.platform.new_id();
                    let detail = json!({ "outcome": outcome });
                    tx.audit(Line::by(&caller, line, "question.answer", format!("question:{id}"), detail));
                    Ok(())
                })
            })
            .await
    }

    /// The job: tells the asker.
    ///
    /// # Errors
    /// When the database refuses; tried again.
    pub(crate) async fn tell_answer(&self, payload: Value) -> Result<()> {
        let answered: Answered = serde_json::from_value(payload)?;
        let Opened { row, answer, .. } = self.question(answered.id).await?;
        let whom = if row.side == "portal" { "account" } else { "staff" };
        let message = Message {
            event_key: format!("question:{}:{}", row.id, row.version),
            recipient: format!("{whom}:{}", row.account_id),
            phone: None,
            account: None,
            channel: Channel::InApp,
            template: "question_answered".to_owned(),
            body: format!("您反映的{}（{}）有了答复：{answer}", super::label(&KINDS, &row.kind), row.number),
        };
        messages::send(&self.platform, message).await
    }

    /// Reports of a period by kind, category and outcome.
    pub(crate) async fn question_figures(&self, from: OffsetDateTime, until: OffsetDateTime) -> Result<Vec<Sum>> {
        let by = [question::Column::Category, question::Column::Kind, question::Column::Outcome];
        let mut sums = question::Entity::find()
            .select_only()
            .columns(by)
            .column_as(question::Column::Id.count(), "n")
            .filter(question::Column::AskedAt.gte(from))
            .filter(question::Column::AskedAt.lt(until));
        for column in by {
            sums = sums.group_by(column).order_by_asc(column);
        }
        Ok(sums.into_model::<Sum>().all(self.platform.db.read()).await?)
    }

    /// Frequent questions: those shown at a side, or all.
    pub(crate) async fn faqs(&self, at: Option<&str>) -> Result<Vec<faq::Model>> {
        let mut all = faq::Entity::find();
        if let Some(at) = at {
            all = all.filter(faq::Column::Published.eq(true)).filter(faq::Column::Side.is_in([at, "both"]));
        }
        let conn = self.platform.db.read();
        let mut rows = all.order_by_asc(faq::Column::Id).limit(FAQS).all(conn).await?;
        // In the order of the categories, as people are asked for them.
        let order: BTreeMap<&str, usize> = CATEGORIES.iter().enumerate().map(|(at, (key, _))| (*key, at)).collect();
        rows.sort_by_key(|row| order.get(row.category.as_str()).copied().unwrap_or(usize::MAX));
        Ok(rows)
    }

    /// Frequent questions of the portal, in words.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn portal_faqs(&self) -> Result<Vec<PortalFaq>> {
        let rows = self.faqs(Some("portal")).await?;
        Ok(rows.into_iter().map(|row| PortalFaq { question: row.question, answer: row.answer }).collect())
    }

    /// Adds a frequent question, or changes one.
    ///
    /// # Errors
    /// 404, 409 for an old page, 422 names the field.
    pub async fn save_faq(
        &self,
        caller: &Principal,
        id: Option<Uuid>,
        change: FaqChange,
        key: Option<String>,
    ) -> Result<Uuid> {
        if !["portal", "desk", "both"].contains(&change.side.as_str()) {
            return Err(Problem::invalid_field("/side", "option", "请选择给谁看。"));
        }
        if !knows(&CATEGORIES, &change.category) {
            return Err(Problem::invalid_field("/category", "option", "请选择属于哪一方面。"));
        }
        let question = crate::text("/question", &change.question, "请写问题。", 200)?;
        let answer = crate::text("/answer", &change.answer, "请写答案。", 2_000)?;
        let known = match id {
            Some(id) => {
                let known = faq::Entity::find_by_id(id).one(self.platform.db.read()).await?;
                Some(known.ok_or_else(|| Problem::not_found("没有找到这个常见问题。"))?.id)
            }
            None => None,
        };
        let (id, line) = (known.unwrap_or_else(|| self.platform.new_id()), self.platform.new_id());
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "question.faq", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    let row = faq::ActiveModel {
                        id: Set(id),
                        side: Set(change.side),
                        category: Set(change.category),
                        question: Set(question),
                        answer: Set(answer),
                        published: Set(change.published),
                        version: Set(if known.is_some() { change.version + 1 } else { 1 }),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(caller.name.clone()),
                    };
                    if known.is_some() {
                        let done = faq::Entity::update_many()
                            .set(row)
                            .filter(faq::Column::Id.eq(id))
                            .filter(faq::Column::Version.eq(change.version))
                            .exec(tx.conn())
                            .await?;
                        if done.rows_affected == 0 {
                            return Err(Problem::stale());
                        }
                    } else {
                        faq::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    }
                    let detail = json!({ "published": change.published });
                    tx.audit(Line::by(&caller, line, "question.faq", format!("faq:{id}"), detail));
                    Ok(id)
                })
            })
            .await
    }
}
