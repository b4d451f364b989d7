//! A rating and when it may be given. Pure.

use platform::web::problem::{FieldProblem, Problem, Result};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cases::RatedCase;
use crate::reasons::Reasons;

/// Longest opinion, characters.
pub const MAX_OPINION: usize = 500;

/// Through which door a rating came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Signed in.
    Account,
    /// By case number and name.
    Open,
}

impl Entry {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Open => "open",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        if text == "open" { Self::Open } else { Self::Account }
    }

    /// For staff.
    pub fn label(self) -> &'static str {
        match self {
            Self::Account => "登录后评价",
            Self::Open => "凭受理编号评价",
        }
    }
}

/// A rating as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewRating {
    /// 1 to 5, 5 best.
    #[schema(minimum = 1, maximum = 5)]
    pub stars: i64,
    /// Codes of the list, of this grade.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Opinion, at most 500 characters.
    #[serde(default)]
    pub text: String,
}

/// A rating as kept, without the rater.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Id.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Organisation rated.
    pub org_id: Uuid,
    /// 1 to 5, 5 best.
    pub stars: i64,
    /// Codes.
    pub reasons: Vec<String>,
    /// Opinion; may be empty.
    pub text: String,
    /// Door.
    pub entry: Entry,
    /// How often it was given: 1 = never changed.
    pub times: i64,
    /// First given.
    pub created_at: OffsetDateTime,
    /// Last changed.
    pub updated_at: OffsetDateTime,
}

impl NewRating {
    /// Tidies it and checks it against the list.
    ///
    /// # Errors
    /// 422 naming each wrong field.
    pub(crate) fn checked(self, list: &Reasons) -> Result<Self> {
        let mut wrong = Vec::new();
        let Some(grade) = list.grade(self.stars) else {
            return Err(Problem::invalid_field("/stars", "out_of_range", "请选择 1 到 5 颗星"));
        };
        let mut reasons: Vec<String> = Vec::new();
        for code in self.reasons {
            let code = code.trim().to_owned();
            if reasons.contains(&code) {
                continue;
            }
            match list.reason(&code) {
                Some(reason) if reason.grade != self.stars => {
                    let message = format!("“{}”不是{}的原因，请重新选择", reason.text, grade.name);
                    wrong.push(FieldProblem::new("/reasons", "other_grade", message));
                }
                Some(reason) if !reason.active => {
                    let message = format!("“{}”已经停用，请重新选择", reason.text);
                    wrong.push(FieldProblem::new("/reasons", "out_of_use", message));
                }
                Some(_) => reasons.push(code),
                None => wrong.push(FieldProblem::new("/reasons", "unknown_reason", "没有这条原因，请重新选择")),
            }
        }
        let text = self.text.trim().to_owned();
        if text.chars().count() > MAX_OPINION {
            wrong.push(FieldProblem::new("/text", "too_long", format!("意见最多写 {MAX_OPINION} 个字")));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            wrong.push(FieldProblem::new("/text", "format", "意见里有不能显示的字符，请删去"));
        }
        if wrong.is_empty() && grade.bad && reasons.is_empty() && text.is_empty() {
            let message = "不满意的地方，请选一条原因或者写一句话，我们好改";
            wrong.push(FieldProblem::new("/reasons", "reason_needed", message));
        }
        if wrong.is_empty() { Ok(Self { stars: self.stars, reasons, text }) } else { Err(Problem::invalid(wrong)) }
    }
}

/// Only a finished case is rated.
pub(crate) fn finished(case: &RatedCase) -> Result<()> {
    if case.finished {
        return Ok(());
    }
    Err(Problem::conflict("case_not_finished", "这件事还没有办结，办结后才能评价。"))
}

/// Whether a name given is the applicant's: blanks and the width of brackets do not count.
pub(crate) fn is_same_name(given: &str, applicant: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '（' => '(',
                '）' => ')',
                other => other,
            })
            .collect()
    };
    let (given, applicant) = (plain(given), plain(applicant));
    !applicant.is_empty() && base::crypto::constant_time_eq(given.as_bytes(), applicant.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Reasons {
        let yaml = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../packs/platform/rating-reasons.yaml");
        Reasons::parse(&std::fs::read_to_string(yaml).unwrap()).unwrap()
    }

    fn rating(stars: i64, reasons: &[&str], text: &str) -> NewRating {
        NewRating { stars, reasons: reasons.iter().map(|code| (*code).to_owned()).collect(), text: text.to_owned() }
    }

    fn code(outcome: Result<NewRating>) -> String {
        outcome.unwrap_err().field_errors()[0].code.clone()
    }

    /// req: FEEDBACK-001
    #[test]
    fn a_bad_rating_says_why() {
        let list = list();
        assert_eq!(code(rating(1, &[], "  ").checked(&list)), "reason_needed");
        assert_eq!(code(rating(2, &[], "").checked(&list)), "reason_needed");
        assert!(rating(1, &["115"], "").checked(&list).is_ok());
        assert!(rating(2, &[], "等了两个小时").checked(&list).is_ok());
        for stars in [3, 4, 5] {
            assert!(rating(stars, &[], "").checked(&list).is_ok(), "{stars} stars need no reason");
        }
    }

    /// req: FEEDBACK-001
    #[test]
    fn a_reason_belongs_to_its_grade_and_is_in_use() {
        let mut list = list();
        assert_eq!(code(rating(5, &["108"], "").checked(&list)), "other_grade");
        assert_eq!(code(rating(5, &["999"], "").checked(&list)), "unknown_reason");
        assert_eq!(code(rating(0, &[], "").checked(&list)), "out_of_range");
        assert_eq!(code(rating(6, &[], "").checked(&list)), "out_of_range");
        assert_eq!(rating(5, &["510", "510"], "").checked(&list).unwrap().reasons, ["510"]);
        list.reasons.iter_mut().find(|reason| reason.code == "510").unwrap().active = false;
        assert_eq!(code(rating(5, &["510"], "").checked(&list)), "out_of_use");
        assert!(list.offered(5).all(|reason| reason.code != "510"));
    }

    #[test]
    fn an_opinion_has_at_most_five_hundred_characters() {
        let list = list();
        assert!(rating(5, &[], &"好".repeat(500)).checked(&list).is_ok());
        assert_eq!(code(rating(5, &[], &"好".repeat(501)).checked(&list)), "too_long");
        assert_eq!(code(rating(5, &[], "a\u{0}b").checked(&list)), "format");
    }

    #[test]
    fn a_name_is_compared_without_blanks_and_width_of_brackets() {
        assert!(is_same_name(" 好味餐饮店(个体工商户) ", "好味餐饮店（个体工商户）"));
        assert!(!is_same_name("王海", "王海燕"));
        assert!(!is_same_name("", ""));
    }
}
