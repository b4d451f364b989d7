//! The application form as a paper: what `form.typ` reads, and the same to edit.

use std::collections::BTreeMap;

use paper::{Drawn, DrawnBlock, DrawnPair, DrawnSign, Run};
use platform::Result;
use serde_json::{Map, Value, json};

use super::{Which, none};
use crate::items::resolve::{self, Answers};
use crate::{Catalogue, PublishedItem};

impl Catalogue {
    /// The item's form, empty or filled in from the pack's sample of a handling item.
    pub(super) async fn form_paper(
        &self,
        published: &PublishedItem,
        material: &str,
        handle_item: &str,
        which: Which,
    ) -> Result<Value> {
        let item = &published.item;
        let form = self.design.form(&published.definitions.form).await?;
        let feel = self.design.expressions();
        let sample = match which {
            Which::Blank => None,
            Which::Sample => Some(self.sample_of(&published.slug, handle_item).await?.ok_or_else(|| none(which))?),
        };
        let part = |key: &str| sample.as_ref().and_then(|sample| sample.get(key)).cloned().unwrap_or_default();
        let answers: Answers = serde_json::from_value(part("situations")).unwrap_or_default();
        let filled: Map<String, Value> = part("form").as_object().cloned().unwrap_or_default();
        let nothing = Map::new();
        let context = form::Context {
            handle_item: Some(handle_item.to_owned()),
            situation: resolve::context(item, feel, handle_item, &answers),
            applicant: part("applicant").as_object().cloned().unwrap_or_default(),
            today: base::zone::china_date(self.platform.now()).to_string(),
        };
        let input = form::Input {
            data: &filled,
            context: &context,
            role: "applicant",
            step: "",
            channel: "",
            locked: &nothing,
        };
        let outcome = form.evaluate(feel, &input);
        let mut regions = BTreeMap::new();
        for code in outcome.data.values().filter_map(Value::as_str).filter(|text| text.len() == 12) {
            regions.insert(code.to_owned(), self.identity.region_path(code).await?);
        }
        let sections = form.sheet(&form::Sheet {
            data: sample.as_ref().map(|_| &outcome.data),
            visible: &outcome.visible,
            // Nobody is behind the numbers of a sample.
            masked: false,
            region: &|code| regions.get(code).filter(|name| !name.is_empty()).cloned(),
        });
        let (title, mark) = match which {
            Which::Blank => (form.title.clone(), "空白表。打印后填写，或者直接在网上填报，由系统生成。"),
            Which::Sample => {
                (format!("{}（样表）", form.title), "样表。人名、证件号码、地址等均为虚构，仅供填写时参考。")
            }
        };
        let handle = item.handle_item(handle_item).map(|handle| handle.name.clone());
        Ok(json!({
            "title": title,
            "mark": format!("{mark}　材料：{material}"),
            "issuer": item.body.name,
            "date": null,
            "case": { "number": "\u{3000}", "item": item.name, "handle_item": handle },
            "sections": sections,
            "signed_by": part("applicant").get("name"),
            "signed_on": null,
        }))
    }
}

/// The same paper for a file to edit.
pub(super) fn drawn(data: &Value) -> Drawn {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut blocks = Vec::new();
    for section in rows(data, "sections") {
        blocks.push(DrawnBlock::Heading { text: text(&section, "title") });
        let mut pairs = Vec::new();
        for field in rows(&section, "fields") {
            let Some(lines) = field.get("rows").and_then(Value::as_array) else {
                let unit = field.get("unit").and_then(Value::as_str).map(|unit| format!(" {unit}")).unwrap_or_default();
                let value = format!("{}{unit}", words(field.get("value").unwrap_or(&Value::Null)));
                pairs.push(DrawnPair { label: text(&field, "label"), runs: vec![Run::Plain(value)] });
                continue;
            };
            if !pairs.is_empty() {
                blocks.push(DrawnBlock::Pairs { rows: std::mem::take(&mut pairs) });
            }
            blocks.push(DrawnBlock::Text { indent: false, runs: vec![Run::Plain(text(&field, "label"))] });
            let head: Vec<String> = rows(&field, "head").iter().map(words).collect();
            let cells =
                |line: &Value| line.as_array().map(|cells| cells.iter().map(words).collect()).unwrap_or_default();
            let widths = vec![1; head.len()];
            blocks.push(DrawnBlock::Table { head, widths, rows: lines.iter().map(cells).collect() });
        }
        if !pairs.is_empty() {
            blocks.push(DrawnBlock::Pairs { rows: pairs });
        }
    }
    let promise =
        "申请人声明：以上填写的内容和提交的材料真实、合法、有效，复印件与原件一致。如有虚假，愿意承担相应的法律责任。";
    blocks.push(DrawnBlock::Text { indent: true, runs: vec![Run::Plain(promise.to_owned())] });
    let name = data.get("signed_by").and_then(Value::as_str).map(str::to_owned);
    let lines = vec![DrawnSign { who: "申请人（签名或盖章）".to_owned(), name }];
    blocks.push(DrawnBlock::Sign { lines, date: None });
    Drawn { title: text(data, "title"), mark: text(data, "mark"), purpose: None, note: None, specimen: false, blocks }
}

/// A value in words, as the printed form shows it.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}
