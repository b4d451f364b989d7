//! Rules of fees that are computed (CASE-026): what can't be worked out shows at publishing, not at a counter.

use design::FeelExpressions;
use flow::Conditions;

use super::super::findings::Findings;
use super::super::model::Item;
use super::unique;

pub(super) fn check(item: &Item, expressions: &FeelExpressions, findings: &mut Findings) {
    let fees = &item.fees;
    unique(fees.items.iter().map(|fee| fee.name.as_str()), "/fees/items", "name", findings);
    let mut feel = |place: String, text: Option<&str>| {
        if let Some(text) = text
            && let Err(message) = Conditions::check(expressions, text)
        {
            findings.error(place, format!("表达式不对：{message}"));
        }
    };
    for (at, fee) in fees.items.iter().enumerate() {
        feel(format!("/fees/items/{at}/when"), fee.when.as_deref());
        feel(format!("/fees/items/{at}/amount"), fee.amount.as_deref());
    }
    for (at, reduction) in fees.reductions.iter().enumerate() {
        feel(format!("/fees/reductions/{at}/when"), reduction.when.as_deref());
    }
    for (at, fee) in fees.items.iter().enumerate() {
        if fee.fen.is_some() && fee.amount.is_some() {
            findings.error(format!("/fees/items/{at}/amount"), "固定金额和金额算法只写一个");
        }
    }
    for (at, reduction) in fees.reductions.iter().enumerate() {
        for name in &reduction.fees {
            if !fees.items.iter().any(|fee| fee.name == *name) {
                findings.error(format!("/fees/reductions/{at}/fees"), format!("没有“{name}”这个收费项目"));
            }
        }
    }
    if !fees.charge && !fees.reductions.is_empty() {
        findings.error("/fees/reductions", "不收费的，不写减免");
    }
}
