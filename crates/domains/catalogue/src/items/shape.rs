//! Checks an item against the table of its elements, on the raw JSON, so that every mistake shows at once and by its
//! Chinese name.

use serde_json::Value;

use super::elements::Kind::{Code, Codes, Flag, Group, Rows, Text, Texts, Whole};
use super::elements::Need::{Filled, Free};
use super::elements::{ELEMENTS, Element, parent};
use super::findings::Findings;
use super::labels::CodeList;

/// Checks every element of a raw item: missing, unknown, wrong type, too long, not on its code list.
pub(crate) fn check(item: &Value, findings: &mut Findings) {
    group("", "", item, findings);
}

fn group(pattern: &str, pointer: &str, value: &Value, findings: &mut Findings) {
    let Some(map) = value.as_object() else {
        findings.error(pointer, "这里要是一组要素");
        return;
    };
    let below = || ELEMENTS.iter().filter(|element| parent(element.0) == pattern);
    for key in map.keys() {
        if !below().any(|element| element.0.rsplit('/').next() == Some(key)) {
            findings.error(format!("{pointer}/{key}"), "没有这个要素，请删去或改名");
        }
    }
    for element in below() {
        let key = element.0.rsplit('/').next().unwrap_or_default();
        let place = format!("{pointer}/{key}");
        match map.get(key).filter(|value| !value.is_null()) {
            None if element.3 == Free => {}
            None => findings.error(place, "没有填"),
            Some(value) => one(element, &place, value, findings),
        }
    }
}

fn one(element: &Element, place: &str, value: &Value, findings: &mut Findings) {
    let filled = element.3 == Filled;
    match &element.2 {
        Text(most) => text(value, *most, filled, place, findings),
        Whole(least, most) => {
            if !value.as_u64().is_some_and(|number| (*least..=*most).contains(&number)) {
                findings.error(place, format!("要填 {least} 到 {most} 之间的整数"));
            }
        }
        Flag => {
            if !value.is_boolean() {
                findings.error(place, "要填是或否（true、false）");
            }
        }
        Code(list) => code(value, list, place, findings),
        Texts(most) => {
            list(value, filled, place, findings, |row, place, findings| text(row, *most, true, place, findings));
        }
        Codes(codes) => list(value, filled, place, findings, |row, place, findings| code(row, codes, place, findings)),
        Group => group(element.0, place, value, findings),
        Rows => list(value, filled, place, findings, |row, place, findings| {
            group(&format!("{}/*", element.0), place, row, findings);
        }),
    }
}

fn text(value: &Value, most: usize, filled: bool, place: &str, findings: &mut Findings) {
    match value.as_str() {
        None => findings.error(place, "要填文字"),
        Some(text) if filled && text.trim().is_empty() => findings.error(place, "没有填"),
        Some(text) => {
            let length = text.chars().count();
            if length > most {
                findings.error(place, format!("最多 {most} 个字，现在有 {length} 个"));
            }
        }
    }
}

fn code(value: &Value, list: CodeList, place: &str, findings: &mut Findings) {
    if !value.as_str().is_some_and(|code| list.iter().any(|(known, _)| *known == code)) {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let known: Vec<String> = list
            .iter()
            .map(|(code, name)| if code == name { (*code).to_owned() } else { format!("{code} {name}") })
            .collect();
        findings.error(place, format!("“{shown}”不在代码表里，可选：{}", known.join("、")));
    }
}

fn list(
    value: &Value,
    filled: bool,
    place: &str,
    findings: &mut Findings,
    mut each: impl FnMut(&Value, &str, &mut Findings),
) {
    let Some(rows) = value.as_array() else {
        findings.error(place, "要是一个列表");
        return;
    };
    if filled && rows.is_empty() {
        findings.error(place, "至少要有一项");
    }
    for (at, row) in rows.iter().enumerate() {
        each(row, &format!("{place}/{at}"), findings);
    }
}
