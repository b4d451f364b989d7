//! The rest of a guide: conditions, process, basis, remedies, rights, questions, every published element.

use catalogue::items::labels::{self, item_type, label};
use catalogue::items::model::{Item, LegalBasis};
use catalogue::search::Limit;
use maud::{Markup, html};

use super::limit;
use crate::layout::{phone, rows};

/// Everything below the places.
pub(super) fn sections(item: &Item, handle_item: &str, region: &str) -> Markup {
    html! {
        (conditions(item, handle_item))
        (process(item))
        (fees(item))
        (basis(item))
        (rights(item))
        (questions(item))
        (elements(item, region))
    }
}

fn conditions(item: &Item, handle_item: &str) -> Markup {
    let holds = |keys: &[String]| keys.is_empty() || keys.iter().any(|key| key == handle_item);
    let own: Vec<&str> =
        item.conditions.iter().filter(|one| holds(&one.handle_items)).map(|one| one.text.as_str()).collect();
    html! {
        @if !own.is_empty() {
            h2 id="cond" { "符合这些条件才能办" }
            ul { @for text in own { li { (text) } } }
        }
    }
}

fn process(item: &Item) -> Markup {
    html! {
        @if !item.process.is_empty() {
            h2 id="flow" { "办理过程" }
            table {
                thead {
                    tr { th scope="col" { "步骤" } th scope="col" { "谁办" } th scope="col" { "时限" } th scope="col" { "结果" } }
                }
                tbody {
                    @for step in &item.process {
                        tr {
                            td { (step.name) }
                            td { (step.role) }
                            td { @if let Some(time) = &step.limit { (limit(time)) } }
                            td { (step.output.as_deref().unwrap_or_default()) }
                        }
                    }
                }
            }
            p {
                (Limit::of(item.promise_limit.time()).text)
                "从受理次日起算。材料不齐的，一次告知全部要补的内容。"
            }
        }
        @for special in &item.special_procedures {
            p {
                (special.name)
                @if let Some(time) = &special.limit { "，" (limit(time)) }
                @if special.counts_in_limit { "，计入办理时限" } @else { "，不计入办理时限" }
                "。" (special.note.as_deref().unwrap_or_default())
            }
        }
        @if item.tolerance.supported {
            p {
                "主要材料齐全就先受理，其余"
                @if let Some(days) = item.tolerance.days { " " (days) " 个工作日内补齐。" } @else { "约定日期补齐。" }
            }
        }
        @if item.commitment.supported {
            p { "可以用告知承诺的方式办" @if let Some(kind) = &item.commitment.kind { "：" (kind) } "。" }
        }
    }
}

fn fees(item: &Item) -> Markup {
    html! {
        @if item.fees.charge {
            h2 id="fees" { "收费标准" }
            @if let Some(text) = &item.fees.basis { p { "依据：" (text) } }
            ul { @for fee in &item.fees.items { li { (fee.name) "：" (fee.standard) } } }
            @if !item.fees.reductions.is_empty() {
                h3 { "减免" }
                ul { @for one in &item.fees.reductions { li { (one.name) "，减 " (one.percent) "%。依据：" (one.basis) } } }
            }
        }
    }
}

fn basis(item: &Item) -> Markup {
    html! {
        h2 id="basis" { "设定依据" }
        ul { @for one in &item.legal_basis { li { (law(one)) } } }
        h2 id="remedy" { "不服怎么办" }
        ul {
            li { "行政复议：" (item.remedies.review) }
            li { "行政诉讼：" (item.remedies.lawsuit) }
            li { "监督电话：" (phone(&item.complaint_phone)) }
        }
    }
}

/// `《行政许可法》第三十八条（主席令第七号）`.
fn law(basis: &LegalBasis) -> String {
    let title = basis.title.trim_start_matches('《').trim_end_matches('》');
    let number = basis.doc_no.as_ref().map(|number| format!("（{number}）")).unwrap_or_default();
    format!("《{title}》{}{number}", basis.article.as_deref().unwrap_or_default())
}

fn rights(item: &Item) -> Markup {
    html! {
        @if !item.rights.is_empty() || !item.duties.is_empty() {
            h2 id="rights" { "您的权利和义务" }
            @if !item.rights.is_empty() { h3 { "您可以" } ul { @for one in &item.rights { li { (one) } } } }
            @if !item.duties.is_empty() { h3 { "您要做到" } ul { @for one in &item.duties { li { (one) } } } }
        }
    }
}

fn questions(item: &Item) -> Markup {
    html! {
        @if !item.faq.is_empty() {
            h2 id="qa" { "常见问题" }
            @for one in &item.faq { h3 { (one.q) } p { (one.a) } }
        }
    }
}

/// The published elements few people look for.
fn elements(item: &Item, region: &str) -> Markup {
    let joined = |texts: Vec<String>| html! { (texts.join("、")) };
    html! {
        h2 id="elements" { "全部要素" }
        (rows(&[
            ("服务对象", joined(labels::labels(labels::OBJECTS, &item.objects))),
            ("办理途径", joined(labels::labels(labels::CHANNELS, &item.channels))),
            ("办理范围", html! { (item.handle_area) }),
            ("数量限制", html! { (item.quantity_limit) }),
            ("事项类型", html! {
                (item_type(&item.item_type, item.filing))
                @if let Some(field) = &item.service_field { "，" (field) }
            }),
            ("办件类型", html! { (label(labels::CASE_TYPES, &item.case_type)) }),
            ("行使层级", html! { (label(labels::LEVELS, &item.level)) @if !region.is_empty() { "，" (region) } }),
            ("联办机构", joined(item.joint_bodies.iter().map(|body| body.name.clone()).collect())),
            ("受理时限", limit(&item.acceptance_limit)),
            ("网办深度", html! { (label(labels::ONLINE_DEPTHS, &item.online_depth)) }),
            ("办理形式", joined(labels::labels(labels::HANDLE_FORMS, &item.handle_forms))),
            ("审批服务形式", html! { (label(labels::APPROVAL_FORMS, &item.approval_form)) }),
            ("中介服务", joined(item.intermediary.clone())),
            ("业务系统", html! { (item.business_system.as_deref().unwrap_or_default()) }),
            ("审查要点", html! {
                @if !item.review_points.is_empty() {
                    ul { @for point in &item.review_points { li { (point.text) } } }
                }
            }),
            ("基本编码", html! { (item.codes.basic) }),
            ("实施编码", html! { (item.codes.task) }),
            ("地方编码", html! { (item.codes.local.as_deref().unwrap_or_default()) }),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_is_named_once_in_brackets() {
        let basis = |title: &str, article: Option<&str>| LegalBasis {
            title: title.to_owned(),
            doc_no: None,
            article: article.map(str::to_owned),
            kind: "法律".to_owned(),
        };
        assert_eq!(law(&basis("《食品安全法》", Some("第三十五条"))), "《食品安全法》第三十五条");
        assert_eq!(law(&basis("食品安全法", None)), "《食品安全法》");
    }
}
