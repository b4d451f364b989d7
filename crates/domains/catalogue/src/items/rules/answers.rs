//! Rules of acceptance conditions (ITEM-040) and of the questions of the situation tree (ITEM-039).

use design::FeelExpressions;
use form::Expressions;

use super::super::findings::Findings;
use super::super::model::Item;
use super::{blank, handle_items, is_key, unique};

pub(super) fn conditions(item: &Item, findings: &mut Findings) {
    unique(item.conditions.iter().map(|condition| condition.key.as_str()), "/conditions", "key", findings);
    for (at, condition) in item.conditions.iter().enumerate() {
        let place = format!("/conditions/{at}");
        handle_items(item, &condition.handle_items, &place, findings);
        let options = format!("{place}/options");
        unique(condition.options.iter().map(|option| option.key.as_str()), &options, "key", findings);
        let asked = condition.check == "manual" || !condition.options.is_empty();
        if asked && blank(condition.question.as_deref()) {
            findings.error(format!("{place}/question"), "要申请人回答的，写上问题");
        }
        if asked && condition.options.len() < 2 {
            findings.error(options.as_str(), "至少要有两个选项");
        }
        if asked && !condition.options.is_empty() && !condition.options.iter().any(|option| option.met) {
            findings.error(options.as_str(), "没有一个选项满足条件，谁都不能申请");
        }
        if asked && condition.necessary && condition.options.iter().all(|option| option.met) {
            findings.warn(options.as_str(), "怎么答都满足，这个问题不用问");
        }
        for (row, option) in condition.options.iter().enumerate() {
            if condition.necessary && !option.met && blank(option.note.as_deref()) {
                findings.error(format!("{options}/{row}/note"), "不满足必要条件的，说明为什么、怎么办");
            }
        }
    }
}

pub(super) fn situations(item: &Item, expressions: &FeelExpressions, findings: &mut Findings) {
    unique(item.situations.iter().map(|situation| situation.key.as_str()), "/situations", "key", findings);
    // A question may only look at the questions before it: then no circle can arise.
    let mut names = vec!["handle_item".to_owned()];
    for (at, situation) in item.situations.iter().enumerate() {
        let place = format!("/situations/{at}");
        if !is_key(&situation.key, '_') || situation.key == "handle_item" || rule::is_reserved(&situation.key) {
            findings.error(format!("{place}/key"), "用小写字母、数字和下划线，并且不能是表达式里的保留字");
        }
        handle_items(item, &situation.handle_items, &place, findings);
        let options = format!("{place}/options");
        unique(situation.options.iter().map(|option| option.key.as_str()), &options, "key", findings);
        if situation.kind == "single" && situation.options.len() < 2 {
            findings.error(options.as_str(), "单选至少要有两个选项");
        }
        for (row, option) in situation.options.iter().enumerate() {
            if option.effect.as_deref() == Some("stop") && blank(option.reason.as_deref()) {
                findings.error(format!("{options}/{row}/reason"), "选了就不办的，说明原因");
            }
        }
        if let Some(when) = &situation.visible_when
            && let Err(message) = expressions.check(when, &names)
        {
            findings.error(format!("{place}/visible_when"), format!("{message}（只能用前面的问题）"));
        }
        names.push(situation.key.clone());
    }
}
