//! Materials: what fits the answers, with everything about each; the others by name.

use std::collections::BTreeMap;

use catalogue::items::labels::{self, label};
use catalogue::items::model::{Item, Material};
use catalogue::items::resolve::{Resolution, ResolvedMaterial};
use catalogue::{Download, Downloads};
use maud::{Markup, html};

use crate::fields::address;
use crate::layout::rows;

/// The list.
pub(super) fn list(
    item: &Item,
    downloads: &BTreeMap<String, Downloads>,
    handle_item: &str,
    resolved: &Resolution,
) -> Markup {
    let known = |one: &ResolvedMaterial| item.material(&one.key);
    let needed: Vec<(&ResolvedMaterial, &Material)> =
        resolved.materials.iter().filter(|one| one.needed).filter_map(|one| Some((one, known(one)?))).collect();
    let others: Vec<&Material> = resolved
        .materials
        .iter()
        .filter(|one| !one.needed)
        .filter_map(known)
        .filter(|one| one.handle_items.is_empty() || one.handle_items.iter().any(|key| key == handle_item))
        .collect();
    let counts = &resolved.counts;
    html! {
        h2 id="mats" { "您要准备的材料" }
        @if needed.is_empty() {
            p { "不用准备材料。" }
        } @else {
            p {
                strong { "共 " (counts.needed) " 份，您要准备 " (counts.prepare) " 份。" }
                @if counts.generated > 0 { (counts.generated) " 份填完表自动生成。" }
                @if counts.exempt > 0 { (counts.exempt) " 份从证照库调取。" }
            }
        }
        @if !resolved.answered && !resolved.questions.is_empty() {
            p { "上面还有问题没答，这里列的可能和您要交的不一样。" }
        }
        @for (number, (one, material)) in (1_usize..).zip(needed) {
            (material_of(number, one, material, downloads.get(&material.key), item, handle_item))
        }
        @if !others.is_empty() {
            h3 { "您的情况用不到的 " (others.len()) " 份材料" }
            ul { @for one in others { li { (one.name) } } }
        }
    }
}

fn material_of(
    number: usize,
    resolved: &ResolvedMaterial,
    material: &Material,
    downloads: Option<&Downloads>,
    item: &Item,
    handle_item: &str,
) -> Markup {
    let text = |text: &Option<String>| html! { (text.as_deref().unwrap_or_default()) };
    html! {
        div class="card" {
            h3 { (number) ". " (material.name) }
            (rows(&[
                ("要不要交", html! { (tag(resolved, material)) }),
                ("为什么要", text(&resolved.because)),
                ("免提交", html! { @if resolved.exempt && !resolved.generated { (text(&material.exempt_note)) } }),
                ("怎么填", text(&material.fill_notes)),
                ("形式", html! {
                    (label(labels::MATERIAL_KINDS, &material.kind)) "，"
                    (label(labels::MATERIAL_FORMS, &material.form))
                }),
                ("份数", html! { (copies(material)) }),
                ("怎么交", html! { (labels::labels(labels::HAND_INS, &material.hand_in).join("、")) }),
                ("电子文件", html! { (files(material)) }),
                ("纸张", html! { (material.paper_spec) }),
                ("从哪里来", html! {
                    (label(labels::SOURCES, &material.source))
                    @if let Some(who) = &material.producer { "，由" (who) "出具" }
                    @if let Some(note) = &material.source_note { "。" (note) }
                }),
                ("表格和样例", html! { @if let Some(downloads) = downloads { (get(downloads, item, material, handle_item)) } }),
                ("审查时看什么", html! {
                    @if !material.review_points.is_empty() {
                        ul { @for point in &material.review_points { li { (point.text) } } }
                    }
                }),
            ]))
        }
    }
}

fn tag(resolved: &ResolvedMaterial, material: &Material) -> String {
    if resolved.generated {
        return "填完表自动生成".to_owned();
    }
    if resolved.exempt {
        return "免提交，从证照库调取".to_owned();
    }
    match material.necessity.as_str() {
        "3" => "可以后补".to_owned(),
        other => label(labels::NECESSITIES, other),
    }
}

fn copies(material: &Material) -> String {
    let count = |count: u32, what: &str| (count > 0).then(|| format!("{what} {count} 份"));
    let both = [count(material.original_copies, "原件"), count(material.photo_copies, "复印件")];
    both.into_iter().flatten().collect::<Vec<_>>().join("，")
}

fn files(material: &Material) -> String {
    if material.file_types.is_empty() {
        return String::new();
    }
    let types: Vec<String> = material.file_types.iter().map(|kind| kind.to_uppercase()).collect();
    format!("{}，不超过 {} MB", types.join("、"), material.max_mb)
}

/// The empty form and the sample, each in every kind of file it can be had as.
fn get(downloads: &Downloads, item: &Item, material: &Material, handle_item: &str) -> Markup {
    // Of a generated material there is a sample for some handling items only.
    let sampled = !material.generated || downloads.sampled.iter().any(|key| key == handle_item);
    html! {
        (links("空白表", &downloads.blank, handle_item))
        @if sampled { (links("样例", &downloads.sample, handle_item)) }
        @if let Some(note) = words(material.sample.as_deref(), &downloads.sample) { p { (note) } }
        @if let Some(name) = words(material.blank_form.as_deref(), &downloads.blank) {
            p { "空白表：" (name) "，到窗口领取，或者问 " (item.consult_phone) "。" }
        }
    }
}

/// What the pack says instead of naming a file or an address.
fn words<'m>(text: Option<&'m str>, download: &Download) -> Option<&'m str> {
    let is_name = |text: &str| ["papers/", "files/", "/api/", "https://"].iter().any(|start| text.starts_with(start));
    text.filter(|text| !text.is_empty() && !is_name(text) && download.address.as_deref() != Some(*text))
}

fn links(what: &str, download: &Download, handle_item: &str) -> Markup {
    html! {
        @if let Some(at) = &download.address {
            p {
                @if download.formats.is_empty() {
                    a href=(at) { (what) }
                } @else {
                    (what) "："
                    @for format in &download.formats {
                        a href=(address(at, &[("handle_item", handle_item), ("format", format.as_str())])) {
                            (format.to_uppercase())
                        }
                        " "
                    }
                }
            }
        }
    }
}
