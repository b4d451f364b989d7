//! Question desk over HTTP: citizens and staff report, operators answer, everybody reads the frequent questions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use identity::{ReadAccount, ReadSelf};
use platform::Problem;
use platform::web::csv;
use platform::web::extract::{IdempotencyKey, Json, Path, Query};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::Result;
use platform::web::refusals::{Absent, Outdated, Refused, Unreadable};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{chosen, cursor_id, period};
use crate::Operations;
use crate::look::moment;
use crate::manual::requests::Mark;
use crate::permissions::AnswerQuestions;
use crate::questions::service::{Answer, FaqChange, NewQuestion, Opened, Wanted};
use crate::questions::{CATEGORIES, KINDS, OUTCOMES, label};
use crate::store::faq;

/// Rows of one file.
const MOST: u64 = 5_000;

/// A report.
#[derive(Serialize, ToSchema)]
pub(crate) struct Question {
    id: Uuid,
    number: String,
    /// `portal` or `desk`.
    side: String,
    /// Who: a name of staff, or 公众.
    asker: String,
    /// Page it came from.
    page: String,
    kind: String,
    kind_label: &'static str,
    category: String,
    category_label: &'static str,
    /// `open` or `answered`.
    state: String,
    /// What became of it; empty while open.
    outcome: String,
    outcome_label: &'static str,
    text: String,
    answer: String,
    answered_by_name: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    asked_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<OffsetDateTime>,
    version: i64,
    /// What it has to do with the user manual; absent for most.
    manual: Option<QuestionManual>,
}

/// A report after which the user manual is to be changed, or was.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionManual {
    /// Key of the chapter.
    chapter: String,
    /// Title of the chapter.
    title: String,
    /// `portal`, `desk` or `both`: who reads it.
    side: String,
    /// `open` or `done`.
    state: String,
    /// What is to be changed, for who changes it; empty for who reported.
    note: String,
    /// Version of the chapter that took it up.
    version: Option<i64>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<OffsetDateTime>,
}

impl From<Mark> for QuestionManual {
    fn from(mark: Mark) -> Self {
        Self {
            chapter: mark.chapter,
            title: mark.title,
            side: mark.side,
            state: mark.state,
            note: mark.note,
            version: mark.version,
            done_at: mark.done_at,
        }
    }
}

/// What the person sees who reported: the note is for colleagues.
fn own(opened: Opened) -> Question {
    let mut question = view(opened);
    if let Some(manual) = &mut question.manual {
        manual.note.clear();
    }
    question
}

fn view(opened: Opened) -> Question {
    let Opened { row, text, answer, mark } = opened;
    Question {
        manual: mark.map(QuestionManual::from),
        kind_label: label(&KINDS, &row.kind),
        category_label: label(&CATEGORIES, &row.category),
        outcome_label: label(&OUTCOMES, &row.outcome),
        id: row.id,
        number: row.number,
        side: row.side,
        asker: row.asker,
        page: row.page,
        kind: row.kind,
        category: row.category,
        state: row.state,
        outcome: row.outcome,
        text,
        answer,
        answered_by_name: row.answered_by_name,
        asked_at: row.asked_at,
        answered_at: row.answered_at,
        version: row.version,
    }
}

/// Own reports.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnQuestions {
    items: Vec<Question>,
}

/// What is reported.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AskQuestion {
    /// `problem` or `opinion`.
    kind: String,
    category: String,
    text: String,
    /// Address of the page it came from.
    #[serde(default)]
    page: String,
}

impl From<AskQuestion> for NewQuestion {
    fn from(asked: AskQuestion) -> Self {
        Self { kind: asked.kind, category: asked.category, text: asked.text, page: asked.page }
    }
}

/// Own reports and their answers
#[utoipa::path(get, path = "/api/v1/my/questions", tag = "portal", operation_id = "list_my_questions",
    responses((status = 200, body = OwnQuestions), Refused), security(("portal" = ["account.read"])))]
pub(crate) async fn list_my_questions(
    State(operations): State<Operations>,
    caller: Allowed<ReadAccount>,
) -> Result<Json<OwnQuestions>> {
    let items = operations.own_questions(&caller).await?.into_iter().map(own).collect();
    Ok(Json(OwnQuestions { items }))
}

/// Report a problem or an opinion
#[utoipa::path(post, path = "/api/v1/my/questions", tag = "portal", operation_id = "ask_question", params(IdempotencyKey),
    request_body = AskQuestion, responses((status = 201, body = Question), Refused, Outdated, Unreadable),
    security(("portal" = ["account.read"])))]
pub(crate) async fn ask_question(
    State(operations): State<Operations>,
    caller: Allowed<ReadAccount>,
    IdempotencyKey(key): IdempotencyKey,
    Json(asked): Json<AskQuestion>,
) -> Result<(StatusCode, Json<Question>)> {
    let id = operations.ask(&caller, asked.into(), key).await?;
    Ok((StatusCode::CREATED, Json(view(operations.question(id).await?))))
}

/// Own reports of staff and their answers
#[utoipa::path(get, path = "/api/v1/questions/own", tag = "operations", operation_id = "list_own_questions",
    responses((status = 200, body = OwnQuestions), Refused), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_own_questions(
    State(operations): State<Operations>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<OwnQuestions>> {
    let items = operations.own_questions(&caller).await?.into_iter().map(own).collect();
    Ok(Json(OwnQuestions { items }))
}

/// Report a problem or an opinion from the desk
#[utoipa::path(post, path = "/api/v1/questions/own", tag = "operations", operation_id = "ask_question_at_desk",
    params(IdempotencyKey), request_body = AskQuestion,
    responses((status = 201, body = Question), Refused, Outdated, Unreadable), security(("desk" = ["staff.me"])))]
pub(crate) async fn ask_question_at_desk(
    State(operations): State<Operations>,
    caller: Allowed<ReadSelf>,
    IdempotencyKey(key): IdempotencyKey,
    Json(asked): Json<AskQuestion>,
) -> Result<(StatusCode, Json<Question>)> {
    let id = operations.ask(&caller, asked.into(), key).await?;
    Ok((StatusCode::CREATED, Json(view(operations.question(id).await?))))
}

/// Which reports.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuestionQuery {
    /// `open` or `answered`.
    state: Option<String>,
    /// `problem` or `opinion`.
    kind: Option<String>,
    /// Category.
    category: Option<String>,
    /// `portal` or `desk`.
    side: Option<String>,
    /// Part of number or page.
    q: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Rows wanted, 1 to 100; 20 when absent.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

impl QuestionQuery {
    fn read(self) -> Result<(Wanted, PageQuery)> {
        let (from, until) = period(self.from.as_deref(), self.to.as_deref())?;
        let wanted = Wanted {
            state: chosen(self.state),
            kind: chosen(self.kind),
            category: chosen(self.category),
            side: chosen(self.side),
            q: chosen(self.q),
            from,
            until,
        };
        Ok((wanted, PageQuery { limit: self.limit, cursor: self.cursor }))
    }
}

/// Reports of citizens and staff, newest first
#[utoipa::path(get, path = "/api/v1/questions", tag = "operations", operation_id = "list_questions", params(QuestionQuery),
    responses((status = 200, body = List<Question>), Refused, Unreadable), security(("desk" = ["question.answer"])))]
pub(crate) async fn list_questions(
    State(operations): State<Operations>,
    _caller: Allowed<AnswerQuestions>,
    Query(query): Query<QuestionQuery>,
) -> Result<Json<List<Question>>> {
    let (wanted, page) = query.read()?;
    let (rows, total) = operations.questions(&wanted, cursor_id(&page)?, page.limit() + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(Json(List::cut(items, page.limit(), total, operations.platform.now(), |row: &Question| {
        vec![row.id.to_string()]
    })))
}

/// Reports as a file
#[utoipa::path(get, path = "/api/v1/questions/export", tag = "operations", operation_id = "export_questions", params(QuestionQuery),
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), Refused, Unreadable),
    security(("desk" = ["question.answer"])))]
pub(crate) async fn export_questions(
    State(operations): State<Operations>,
    _caller: Allowed<AnswerQuestions>,
    Query(query): Query<QuestionQuery>,
) -> Result<Response> {
    let (wanted, _) = query.read()?;
    let (rows, total) = operations.questions(&wanted, None, MOST).await?;
    if total > MOST {
        return Err(Problem::invalid_field("/from", "too_many", format!("一次最多导出 {MOST} 条，请缩小范围。")));
    }
    let head = ["编号", "来自", "反映人", "页面", "种类", "方面", "状态", "处理结果", "反映时间", "答复人", "答复时间"];
    // The words themselves stay: they may hold anything about anybody.
    let lines = rows.into_iter().map(view).map(|one| {
        vec![
            one.number,
            if one.side == "portal" { "公众端" } else { "工作台" }.to_owned(),
            one.asker,
            one.page,
            one.kind_label.to_owned(),
            one.category_label.to_owned(),
            if one.state == "open" { "待答复" } else { "已答复" }.to_owned(),
            one.outcome_label.to_owned(),
            moment(one.asked_at),
            one.answered_by_name,
            one.answered_at.map(moment).unwrap_or_default(),
        ]
    });
    Ok(csv::file("questions.csv", &head, lines))
}

/// Which period.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuestionPeriod {
    /// First day; 90 days ago when absent.
    from: Option<String>,
    /// Last day; today when absent.
    to: Option<String>,
}

/// Reports of one category.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionCategory {
    category: String,
    label: &'static str,
    problems: i64,
    opinions: i64,
    open: i64,
    explained: i64,
    mended: i64,
    planned: i64,
    declined: i64,
}

/// The summary.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionFigures {
    items: Vec<QuestionCategory>,
}

/// Reports of a period, summed up for improvement
#[utoipa::path(get, path = "/api/v1/questions/figures", tag = "operations", operation_id = "get_question_figures",
    params(QuestionPeriod), responses((status = 200, body = QuestionFigures), Refused, Unreadable),
    security(("desk" = ["question.answer"])))]
pub(crate) async fn get_question_figures(
    State(operations): State<Operations>,
    _caller: Allowed<AnswerQuestions>,
    Query(query): Query<QuestionPeriod>,
) -> Result<Json<QuestionFigures>> {
    let now = operations.platform.now();
    let (from, until) = period(query.from.as_deref(), query.to.as_deref())?;
    let (from, until) = (from.unwrap_or(now - Duration::days(90)), until.unwrap_or(now + Duration::SECOND));
    let sums = operations.question_figures(from, until).await?;
    let items = CATEGORIES.iter().map(|(key, label)| {
        let count = |fits: &dyn Fn(&str, &str) -> bool| {
            sums.iter()
                .filter(|sum| sum.category == *key && fits(&sum.kind, &sum.outcome))
                .map(|sum| sum.n)
                .sum::<i64>()
        };
        QuestionCategory {
            category: (*key).to_owned(),
            label,
            problems: count(&|kind, _| kind == "problem"),
            opinions: count(&|kind, _| kind == "opinion"),
            open: count(&|_, outcome| outcome.is_empty()),
            explained: count(&|_, outcome| outcome == "explained"),
            mended: count(&|_, outcome| outcome == "mended"),
            planned: count(&|_, outcome| outcome == "planned"),
            declined: count(&|_, outcome| outcome == "declined"),
        }
    });
    Ok(Json(QuestionFigures { items: items.collect() }))
}

/// One report
#[utoipa::path(get, path = "/api/v1/questions/{id}", tag = "operations", operation_id = "get_question",
    params(("id" = Uuid, Path, description = "Report")),
    responses((status = 200, body = Question), Refused, Absent), security(("desk" = ["question.answer"])))]
pub(crate) async fn get_question(
    State(operations): State<Operations>,
    _caller: Allowed<AnswerQuestions>,
    Path(id): Path<Uuid>,
) -> Result<Json<Question>> {
    Ok(Json(view(operations.question(id).await?)))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AnswerQuestion {
    version: i64,
    category: String,
    /// `explained`, `mended`, `planned`, `declined`.
    outcome: String,
    text: String,
}

/// Answer a report
#[utoipa::path(post, path = "/api/v1/questions/{id}/answer", tag = "operations", operation_id = "answer_question",
    params(("id" = Uuid, Path, description = "Report")), request_body = AnswerQuestion,
    responses((status = 200, body = Question), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["question.answer"])))]
pub(crate) async fn answer_question(
    State(operations): State<Operations>,
    caller: Allowed<AnswerQuestions>,
    Path(id): Path<Uuid>,
    Json(answer): Json<AnswerQuestion>,
) -> Result<Json<Question>> {
    let answer =
        Answer { version: answer.version, category: answer.category, outcome: answer.outcome, text: answer.text };
    operations.answer_question(&caller, id, answer).await?;
    Ok(Json(view(operations.question(id).await?)))
}

/// A frequent question.
#[derive(Serialize, ToSchema)]
#[schema(as = FrequentQuestion)]
pub(crate) struct FaqView {
    id: Uuid,
    /// `portal`, `desk`, `both`.
    side: String,
    category: String,
    category_label: &'static str,
    question: String,
    answer: String,
    published: bool,
    version: i64,
}

/// Frequent questions.
#[derive(Serialize, ToSchema)]
#[schema(as = FrequentQuestions)]
pub(crate) struct FaqList {
    items: Vec<FaqView>,
}

fn faq_list(rows: Vec<faq::Model>) -> Json<FaqList> {
    let items = rows.into_iter().map(|row| FaqView {
        category_label: label(&CATEGORIES, &row.category),
        id: row.id,
        side: row.side,
        category: row.category,
        question: row.question,
        answer: row.answer,
        published: row.published,
        version: row.version,
    });
    Json(FaqList { items: items.collect() })
}

/// Frequent questions of the portal
#[utoipa::path(get, path = "/api/v1/faqs", tag = "public", operation_id = "list_faqs",
    responses((status = 200, body = FaqList)))]
pub(crate) async fn list_faqs(State(operations): State<Operations>) -> Result<Json<FaqList>> {
    Ok(faq_list(operations.faqs(Some("portal")).await?))
}

/// Frequent questions: for staff those of the desk, for who keeps them all
#[utoipa::path(get, path = "/api/v1/questions/faqs", tag = "operations", operation_id = "list_all_faqs",
    responses((status = 200, body = FaqList), Refused), security(("desk" = ["staff.me"])))]
pub(crate) async fn list_all_faqs(
    State(operations): State<Operations>,
    caller: Allowed<ReadSelf>,
) -> Result<Json<FaqList>> {
    let at = if caller.may("question.answer") { None } else { Some("desk") };
    Ok(faq_list(operations.faqs(at).await?))
}

/// A frequent question to keep.
#[derive(Deserialize, ToSchema)]
pub(crate) struct KeepFaq {
    /// Version; 0 for a new one.
    version: i64,
    /// `portal`, `desk` or `both`.
    side: String,
    category: String,
    question: String,
    answer: String,
    published: bool,
}

impl From<KeepFaq> for FaqChange {
    fn from(kept: KeepFaq) -> Self {
        Self {
            version: kept.version,
            side: kept.side,
            category: kept.category,
            question: kept.question,
            answer: kept.answer,
            published: kept.published,
        }
    }
}

/// Add a frequent question
#[utoipa::path(post, path = "/api/v1/questions/faqs", tag = "operations", operation_id = "add_faq", params(IdempotencyKey),
    request_body = KeepFaq, responses((status = 201, body = FaqList), Refused, Unreadable),
    security(("desk" = ["question.answer"])))]
pub(crate) async fn add_faq(
    State(operations): State<Operations>,
    caller: Allowed<AnswerQuestions>,
    IdempotencyKey(key): IdempotencyKey,
    Json(kept): Json<KeepFaq>,
) -> Result<(StatusCode, Json<FaqList>)> {
    operations.save_faq(&caller, None, kept.into(), key).await?;
    Ok((StatusCode::CREATED, faq_list(operations.faqs(None).await?)))
}

/// Change a frequent question
#[utoipa::path(put, path = "/api/v1/questions/faqs/{id}", tag = "operations", operation_id = "change_faq",
    params(("id" = Uuid, Path, description = "Question")), request_body = KeepFaq,
    responses((status = 200, body = FaqList), Refused, Absent, Outdated, Unreadable),
    security(("desk" = ["question.answer"])))]
pub(crate) async fn change_faq(
    State(operations): State<Operations>,
    caller: Allowed<AnswerQuestions>,
    Path(id): Path<Uuid>,
    Json(kept): Json<KeepFaq>,
) -> Result<Json<FaqList>> {
    operations.save_faq(&caller, Some(id), kept.into(), None).await?;
    Ok(faq_list(operations.faqs(None).await?))
}
