//! From an item's fee basis and what was filled in to lines that explain themselves. Pure: expressions
//! are answered by the caller.

use catalogue::items::model::{FeeReduction, Fees};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One fee of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FeeLine)]
pub struct Line {
    /// Name of the fee.
    pub name: String,
    /// Standard in words.
    pub standard: String,
    /// What the standard gives, fen; absent when it has to be found by hand.
    pub standard_fen: Option<i64>,
    /// What is let off, in order.
    pub reductions: Vec<Reduced>,
    /// What remains by the rules, fen.
    pub computed_fen: i64,
    /// What is charged, fen; the same until a clerk changes it.
    pub amount_fen: i64,
}

/// A reduction that holds for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FeeReduced)]
pub struct Reduced {
    /// Name.
    pub name: String,
    /// Basis.
    pub basis: String,
    /// Fen let off.
    pub fen: i64,
}

/// Answers FEEL over the form; an expression that fails answers null.
pub type Feel<'a> = &'a dyn Fn(&str) -> Value;

/// Whole fen, not negative; nothing else is an amount.
fn fen(value: &Value) -> Option<i64> {
    let whole = value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within range, tested above")]
        Some(number as i64)
    })?;
    (whole >= 0).then_some(whole)
}

/// The lines of a case: fees that apply, less what holds by itself and what a clerk has granted by name.
pub fn lines(fees: &Fees, granted: &[String], feel: Feel<'_>) -> Vec<Line> {
    if !fees.charge {
        return Vec::new();
    }
    let holds = |when: &Option<String>| when.as_deref().is_none_or(|text| feel(text) == Value::Bool(true));
    let reductions: Vec<&FeeReduction> = fees
        .reductions
        .iter()
        .filter(|one| if one.when.is_some() { holds(&one.when) } else { granted.contains(&one.name) })
        .collect();
    let mut lines = Vec::new();
    for fee in fees.items.iter().filter(|fee| holds(&fee.when)) {
        let standard_fen = match &fee.amount {
            Some(amount) => fen(&feel(amount)),
            None => fee.fen,
        };
        let mut left = standard_fen.unwrap_or(0);
        let mut reduced = Vec::new();
        for one in &reductions {
            if !one.fees.is_empty() && !one.fees.contains(&fee.name) {
                continue;
            }
            // Rounded up to what is let off: half a fen is the payer's.
            let less = (left.saturating_mul(one.percent.clamp(0, 100)) + 99) / 100;
            left -= less;
            reduced.push(Reduced { name: one.name.clone(), basis: one.basis.clone(), fen: less });
        }
        lines.push(Line {
            name: fee.name.clone(),
            standard: fee.standard.clone(),
            standard_fen,
            reductions: reduced,
            computed_fen: left,
            amount_fen: left,
        });
    }
    lines
}

/// Reductions that only a clerk can see the ground of.
pub fn offered(fees: &Fees) -> Vec<&FeeReduction> {
    fees.reductions.iter().filter(|one| one.when.is_none()).collect()
}

/// Sum of what is charged, fen.
pub fn total(lines: &[Line]) -> i64 {
    lines.iter().fold(0, |sum, line| sum.saturating_add(line.amount_fen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fees() -> Fees {
        serde_json::from_value(json!({
            "charge": true,
            "basis": "依据",
            "items": [
                { "name": "登记费", "standard": "每件80元", "fen": 8000, "when": "home" },
                { "name": "非住宅登记费", "standard": "每件550元", "fen": 55000, "when": "other" },
                { "name": "工本费", "standard": "每增加一本10元", "amount": "copies" },
                { "name": "检测费", "standard": "按检测机构的价格" },
            ],
            "reductions": [
                { "name": "减半", "basis": "第一条", "percent": 50, "fees": ["登记费"], "when": "half" },
                { "name": "小微企业", "basis": "第二条", "percent": 100, "fees": ["登记费"] },
            ],
        }))
        .unwrap()
    }

    /// Each line says by itself how it came about; what can't be worked out is left to the clerk.
    ///
    /// req: CASE-026
    #[test]
    fn lines_explain_themselves() {
        let feel = |text: &str| match text {
            "home" | "half" => json!(true),
            "copies" => json!(1000.0),
            _ => Value::Null,
        };
        let lines = lines(&fees(), &[], &feel);
        let names: Vec<_> = lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["登记费", "工本费", "检测费"], "a fee whose condition does not hold is no line");
        assert_eq!((lines[0].standard_fen, lines[0].computed_fen), (Some(8000), 4000));
        assert_eq!(lines[0].reductions[0].basis, "第一条");
        assert_eq!(lines[1].amount_fen, 1000);
        assert_eq!((lines[2].standard_fen, lines[2].amount_fen), (None, 0));
        assert_eq!(total(&lines), 5000);
    }

    /// req: CASE-026
    #[test]
    fn a_reduction_without_condition_counts_only_when_granted_by_name() {
        let feel = |text: &str| if text == "home" { json!(true) } else { Value::Null };
        assert_eq!(offered(&fees()).len(), 1);
        assert_eq!(total(&lines(&fees(), &[], &feel)), 8000);
        assert_eq!(total(&lines(&fees(), &["小微企业".to_owned()], &feel)), 0);
    }

    /// req: CASE-026
    #[test]
    fn an_amount_is_whole_and_not_negative() {
        for bad in [json!(-1), json!(10.5), json!("80"), Value::Null] {
            let answer = bad.clone();
            let feel = move |text: &str| if text == "copies" { answer.clone() } else { Value::Null };
            let found = lines(&fees(), &[], &feel);
            assert_eq!(found[0].standard_fen, None, "{bad}");
        }
    }
}
