//! Rating a finished case without signing in, in one form.
//!
//! The page can't show the reasons of a grade only when the grade is chosen. So every grade has its own,
//! under a name of their own, and only those of the chosen grade are looked at; the page says so.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use feedback::{Grade, NewRating, Reasons};
use maud::{Markup, html};
use platform::captcha;
use platform::{Problem, Result};

use crate::fields::Fields;
use crate::layout::{Line, Page, Wrong, beside, line, question, send_once, summary};
use crate::sent::{Sent, at_fields};
use crate::{Basic, sent};

const HERE: &str = "/basic/ratings";
const TITLE: &str = "服务评价";
const NEEDED: [(&str, &str); 3] =
    [("number", "填写办件编号"), ("name", "填写申请人姓名或单位名称"), ("stars", "选择满意程度")];

/// The form.
pub(crate) async fn ask(State(basic): State<Basic>) -> Result<Response> {
    form(&basic, StatusCode::OK, &Fields::default(), &[]).await
}

/// Thanks, or the form again with what is wrong.
pub(crate) async fn answer(State(basic): State<Basic>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Sent { fields, answer } = sent::read(&basic.platform, &headers, &body, &NEEDED)?;
    let answered = match answer {
        Ok(answered) => answered,
        Err(wrong) => return form(&basic, StatusCode::UNPROCESSABLE_ENTITY, &fields, &wrong).await,
    };
    let (number, name) = (fields.text("number"), fields.text("name"));
    match basic.feedback.open(number, name, &answered, Some(rating(&fields))).await {
        Ok((case, _)) => {
            let site = basic.site.site().await?;
            let body = html! {
                div id="result" class="card good" {
                    h2 { "谢谢您的评价" }
                    p { "事项：" (case.item_name) }
                    p { "评价不会影响以后办事。再评一次，就以后一次为准。" }
                }
                p { a href=(HERE) { "评别的办件" } }
            };
            send_once(StatusCode::OK, Page::new(TITLE, HERE, "/rate", body).draw(&site))
        }
        Err(problem) => {
            let (status, wrong) = told(problem)?;
            form(&basic, status, &fields, &wrong).await
        }
    }
}

/// The rating as sent: reasons of the chosen grade only.
fn rating(fields: &Fields) -> NewRating {
    // What is no number is no grade, and the rules say so at the field.
    let stars = fields.text("stars").parse().unwrap_or(0);
    NewRating {
        stars,
        reasons: fields.all(&reasons_of(stars)).map(str::to_owned).collect(),
        text: fields.text("text").to_owned(),
    }
}

fn reasons_of(stars: i64) -> String {
    format!("reasons_{stars}")
}

/// What is wrong with the rating, at its fields.
fn told(problem: Problem) -> Result<(StatusCode, Vec<Wrong>)> {
    let at = |pointer: &str| match pointer {
        "/stars" => Some("stars"),
        "/reasons" => Some("reasons"),
        "/text" => Some("text"),
        _ => None,
    };
    let errors = problem.field_errors().iter();
    let wrong: Vec<Wrong> = errors.filter_map(|one| Some(Wrong::new(at(&one.pointer)?, one.message.clone()))).collect();
    if wrong.is_empty() { at_fields(problem, "number") } else { Ok((problem.status(), wrong)) }
}

async fn form(basic: &Basic, status: StatusCode, typed: &Fields, wrong: &[Wrong]) -> Result<Response> {
    let site = basic.site.site().await?;
    let captcha = captcha::ask(&basic.platform).await?;
    let list = basic.feedback.reasons();
    let mut grades: Vec<&Grade> = list.grades.iter().collect();
    grades.sort_by_key(|grade| std::cmp::Reverse(grade.value));
    let body = html! {
        (summary(wrong))
        p { "办完的事不登录也能评。评价不会影响以后办事。" }
        form method="post" action=(HERE) accept-charset="utf-8" {
            (line(&Line {
                id: "number",
                label: "办件编号",
                hint: "在受理通知书、申请回执或者短信里。",
                value: typed.text("number"),
            }, wrong))
            (line(&Line {
                id: "name",
                label: "申请人姓名或单位名称",
                hint: "和申请时填的一样。",
                value: typed.text("name"),
            }, wrong))
            fieldset id="stars" {
                legend { "您对这次服务满意吗？" }
                (beside("stars", wrong))
                @for grade in &grades { (stars(grade, typed)) }
            }
            div id="reasons" {
                h2 { "哪些方面？" }
                p { "只看您选的那一级下面的，可以选多项。不满意的，选一项，或者在最后写一句话。" }
                (beside("reasons", wrong))
                @for grade in &grades { (reasons(list, grade, typed)) }
            }
            div class="field" {
                label for="text" { "还想说的话" }
                span class="hint" id="text-hint" { "最多 500 字。" }
                (beside("text", wrong))
                textarea id="text" name="text" rows="5" cols="40" aria-describedby="text-hint" { (typed.text("text")) }
            }
            (question(&captcha, wrong))
            p { input type="submit" class="button" value="提交评价"; }
        }
    };
    let page = Page { title: TITLE, here: HERE, full: "/rate", wrong: !wrong.is_empty(), body };
    send_once(status, page.draw(&site))
}

fn stars(grade: &Grade, typed: &Fields) -> Markup {
    let (id, value) = (format!("stars-{}", grade.value), grade.value.to_string());
    html! {
        span class="pick" {
            input type="radio" id=(id) name="stars" value=(value) checked[typed.text("stars") == value];
            " " label for=(id) { (grade.name) "（" (value) " 星）" }
        }
    }
}

fn reasons(list: &Reasons, grade: &Grade, typed: &Fields) -> Markup {
    let name = reasons_of(grade.value);
    let chosen: Vec<&str> = typed.all(&name).collect();
    html! {
        @if list.offered(grade.value).next().is_some() {
            fieldset {
                legend { (grade.name) }
                @for reason in list.offered(grade.value) {
                    span class="pick" {
                        input type="checkbox" id={ "reason-" (reason.code) } name=(name) value=(reason.code)
                            checked[chosen.contains(&reason.code.as_str())];
                        " " label for={ "reason-" (reason.code) } { (reason.text) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-021
    #[test]
    fn reasons_of_other_grades_are_not_looked_at() {
        let fields = Fields::read(b"stars=1&reasons_5=510&reasons_1=108&reasons_1=115&text=+a+");
        let read = rating(&fields);
        assert_eq!(
            (read.stars, read.reasons, read.text),
            (1, vec!["108".to_owned(), "115".to_owned()], "a".to_owned())
        );
        assert_eq!(rating(&Fields::read(b"stars=x")).stars, 0);
    }

    /// req: OPS-021
    #[test]
    fn what_is_wrong_stands_at_its_field_and_the_rest_is_a_problem() {
        let wrong = told(Problem::invalid_field("/reasons", "reason_needed", "选一条原因")).unwrap();
        assert_eq!(wrong, (StatusCode::UNPROCESSABLE_ENTITY, vec![Wrong::new("reasons", "选一条原因")]));
        let captcha = told(Problem::invalid_field("/captcha_answer", "captcha_wrong", "答案不对")).unwrap();
        assert_eq!(captcha.1, vec![Wrong::new("captcha", "答案不对")]);
        let early = told(Problem::conflict("case_not_finished", "还没有办结")).unwrap();
        assert_eq!(early, (StatusCode::CONFLICT, vec![Wrong::new("number", "还没有办结")]));
        let often = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "太多");
        assert_eq!(told(often).unwrap_err().code(), "too_many_attempts");
    }
}
