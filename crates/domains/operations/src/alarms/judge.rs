//! Whether a threshold is crossed, pure.
//!
//! It takes `minutes` values in a row beyond the limit to raise, and as many at the clearing value or on its
//! well side to clear: a value that swings around the limit raises once. A minute without a value says nothing.

use crate::pack::{Rule, When};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Raise an alarm.
    Raise,
    /// It lasts.
    Lasts,
    /// It is over.
    Clear,
    /// Nothing.
    Nothing,
}

/// Whether a value is beyond the limit.
pub fn beyond(rule: &Rule, value: i64) -> bool {
    match rule.when {
        When::Above => value > rule.limit,
        When::Below => value < rule.limit,
    }
}

fn well(rule: &Rule, value: i64) -> bool {
    match rule.when {
        When::Above => value <= rule.clear,
        When::Below => value >= rule.clear,
    }
}

/// The worse of two values.
pub fn worse(rule: &Rule, one: i64, other: i64) -> i64 {
    match rule.when {
        When::Above => one.max(other),
        When::Below => one.min(other),
    }
}

/// Judges the last values, oldest first; `open` says whether an alarm lasts.
pub fn judge(rule: &Rule, values: &[i64], open: bool) -> Judgement {
    let wanted = usize::try_from(rule.minutes).unwrap_or(usize::MAX);
    let last = values.get(values.len().saturating_sub(wanted)..).unwrap_or_default();
    let enough = last.len() >= wanted;
    match open {
        false if enough && last.iter().all(|value| beyond(rule, *value)) => Judgement::Raise,
        false => Judgement::Nothing,
        true if enough && last.iter().all(|value| well(rule, *value)) => Judgement::Clear,
        true => Judgement::Lasts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::model::{Extent, Grade};

    fn rule(when: When, limit: i64, clear: i64) -> Rule {
        Rule {
            key: "one".to_owned(),
            title: "一".to_owned(),
            metric: "m".to_owned(),
            when,
            limit,
            clear,
            minutes: 3,
            grade: Grade::General,
            extent: Extent::Warning,
            part: "server".to_owned(),
            advice: String::new(),
            ticket: true,
            enabled: true,
        }
    }

    /// req: OPS-033
    #[test]
    fn an_alarm_takes_several_minutes_to_raise_and_to_clear_and_does_not_swing() {
        let disk = rule(When::Below, 10, 15);
        assert_eq!(judge(&disk, &[9, 9], false), Judgement::Nothing, "two minutes are not three");
        assert_eq!(judge(&disk, &[9, 10, 9], false), Judgement::Nothing);
        assert_eq!(judge(&disk, &[40, 9, 8, 9], false), Judgement::Raise);
        assert_eq!(judge(&disk, &[11, 12, 13], true), Judgement::Lasts, "above the limit, not yet well");
        assert_eq!(judge(&disk, &[15, 9, 16], true), Judgement::Lasts);
        assert_eq!(judge(&disk, &[15, 15, 16], true), Judgement::Clear);
        let errors = rule(When::Above, 5, 0);
        assert_eq!(judge(&errors, &[6, 6, 6], false), Judgement::Raise);
        assert_eq!(judge(&errors, &[5, 6, 6], false), Judgement::Nothing);
        assert_eq!(judge(&errors, &[0, 0, 0], true), Judgement::Clear);
        assert_eq!((worse(&disk, 9, 4), worse(&errors, 9, 4)), (4, 9));
    }
}
