//! A form that was sent with the answer to its question: what every such page reads first, and what it says when
//! something is wrong.

use axum::http::{HeaderMap, StatusCode};
use platform::captcha::Answer;
use platform::web::problem::Problem;
use platform::{Platform, Result};
use uuid::Uuid;

use crate::fields::Fields;
use crate::layout::Wrong;
use crate::same_site;

/// A form as it came.
pub(crate) struct Sent {
    /// What was filled in.
    pub fields: Fields,
    /// The answer to the question, or what is wrong: then there is nothing to ask a service with.
    pub answer: Result<Answer, Vec<Wrong>>,
}

/// Reads a form; `needed` are its fields that must be filled in, each with what to do.
///
/// # Errors
/// 403 when it comes from elsewhere.
pub(crate) fn read(
    platform: &Platform,
    headers: &HeaderMap,
    body: &[u8],
    needed: &[(&'static str, &'static str)],
) -> Result<Sent> {
    same_site::check(headers, &platform.config)?;
    let fields = Fields::read(body);
    let mut wrong = Vec::new();
    for &(id, message) in needed {
        if fields.given(id).is_none() {
            wrong.push(Wrong::new(id, message));
        }
    }
    let answer = answer_of(&fields, &mut wrong).filter(|_| wrong.is_empty()).ok_or(wrong);
    Ok(Sent { fields, answer })
}

/// The answer to the question, when there is one to check.
fn answer_of(fields: &Fields, wrong: &mut Vec<Wrong>) -> Option<Answer> {
    let Some(given) = fields.given("captcha") else {
        wrong.push(Wrong::new("captcha", "回答验证题"));
        return None;
    };
    match Uuid::parse_str(fields.text("captcha_id")) {
        Ok(captcha_id) => Some(Answer { captcha_id, captcha_answer: given.to_owned() }),
        Err(_) => {
            wrong.push(Wrong::new("captcha", "验证题已经失效，请答新的一题"));
            None
        }
    }
}

/// A refusal as what is wrong at a field: the captcha's at its own, any other that the reader can mend at `field`.
///
/// # Errors
/// The problem itself, when it is nothing to mend in the form.
pub(crate) fn at_fields(problem: Problem, field: &'static str) -> Result<(StatusCode, Vec<Wrong>)> {
    let status = problem.status();
    if problem.field_errors().iter().any(|error| error.pointer == "/captcha_answer") {
        return Ok((status, vec![Wrong::new("captcha", problem.title())]));
    }
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::CONFLICT) {
        return Ok((status, vec![Wrong::new(field, problem.title())]));
    }
    Err(problem)
}
