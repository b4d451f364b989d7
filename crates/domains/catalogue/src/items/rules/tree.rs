//! The situation tree walked through (ITEM-039): every combination of answers is tried, so that a
//! question nobody meets, a condition nobody fulfils and a leaf without materials show before
//! anybody stands in front of them.

use std::collections::HashSet;

use design::FeelExpressions;
use serde_json::{Map, Value};

use super::super::findings::Findings;
use super::super::model::{Item, Situation};
use super::super::resolve::Holds;

/// Combinations tried; a larger tree is looked at up to here and a warning says so.
pub(super) const MOST: usize = 5_000;
/// Several answers at once are tried in all combinations up to so many options.
const MULTI: usize = 4;

struct Walk<'i> {
    item: &'i Item,
    expressions: &'i FeelExpressions,
    handle_item: &'i str,
    asked: HashSet<&'i str>,
    used: HashSet<&'i str>,
    /// Ways that end without a material: the answers in words.
    empty: Vec<String>,
    tried: usize,
}

pub(super) fn check(item: &Item, expressions: &FeelExpressions, findings: &mut Findings) {
    let mut asked = HashSet::new();
    let mut used = HashSet::new();
    let mut cut = false;
    for (at, handle_item) in item.handle_items.iter().enumerate() {
        let mut walk = Walk {
            item,
            expressions,
            handle_item: &handle_item.key,
            asked: HashSet::new(),
            used: HashSet::new(),
            empty: Vec::new(),
            tried: 0,
        };
        let mut context = Map::new();
        context.insert("handle_item".into(), handle_item.key.clone().into());
        for situation in &item.situations {
            context.insert(situation.key.clone(), Value::Null);
        }
        walk.question(0, &mut context, &mut Vec::new());
        cut |= walk.tried >= MOST;
        if let Some(way) = walk.empty.first() {
            let many = if walk.empty.len() > 1 { format!("等 {} 种情形", walk.empty.len()) } else { String::new() };
            findings.error(format!("/handle_items/{at}"), format!("“{}”{way}{many}没有任何材料", handle_item.name));
        }
        asked.extend(walk.asked);
        used.extend(walk.used);
    }
    if cut {
        findings.warn("/situations", format!("情形组合太多，只试了每个业务办理项的前 {MOST} 种"));
        return;
    }
    for (at, situation) in item.situations.iter().enumerate() {
        if !asked.contains(situation.key.as_str()) {
            findings.error(format!("/situations/{at}"), format!("“{}”怎么答都问不到", situation.question));
        }
    }
    for (at, material) in item.materials.iter().enumerate() {
        if !used.contains(material.key.as_str()) {
            let (part, message) = match material.when {
                Some(_) => ("/when", "适用的情形自相矛盾，怎么答都用不到这份材料"),
                None => ("", "没有一个业务办理项用到这份材料"),
            };
            findings.error(format!("/materials/{at}{part}"), message);
        }
    }
}

impl<'i> Walk<'i> {
    fn question(&mut self, at: usize, context: &mut Map<String, Value>, way: &mut Vec<String>) {
        if self.tried >= MOST {
            return;
        }
        let item = self.item;
        let Some(situation) = item.situations.get(at) else { return self.leaf(context, way) };
        if !self.in_scope(&situation.handle_items)
            || !situation.visible_when.as_deref().is_none_or(|when| self.expressions.holds(when, context))
        {
            return self.question(at + 1, context, way);
        }
        self.asked.insert(&situation.key);
        for (value, stops, label) in answers(situation) {
            // An answer that leads away ends the application: nothing behind it is asked.
            if stops {
                self.tried += 1;
                continue;
            }
            context.insert(situation.key.clone(), value);
            way.push(label);
            self.question(at + 1, context, way);
            way.pop();
        }
        context.insert(situation.key.clone(), Value::Null);
    }

    fn leaf(&mut self, context: &Map<String, Value>, way: &[String]) {
        self.tried += 1;
        let mut any = false;
        for material in &self.item.materials {
            let needed = self.in_scope(&material.handle_items)
                && material.when.as_deref().is_none_or(|when| self.expressions.holds(when, context));
            if needed {
                any = true;
                self.used.insert(&material.key);
            }
        }
        if !any {
            let way = way.join("、");
            self.empty.push(if way.is_empty() { String::new() } else { format!("选{way}时") });
        }
    }

    fn in_scope(&self, keys: &[String]) -> bool {
        keys.is_empty() || keys.iter().any(|key| key == self.handle_item)
    }
}

/// Every answer of a question: value, whether it leads away, words.
fn answers(situation: &Situation) -> Vec<(Value, bool, String)> {
    let options = &situation.options;
    let one = |at: usize| options.get(at).map(|option| (option.key.clone(), option.effect.as_deref() == Some("stop")));
    let label = |rows: &[usize]| {
        let names: Vec<&str> =
            rows.iter().filter_map(|at| options.get(*at)).map(|option| option.label.as_str()).collect();
        format!("“{}”", names.join("、"))
    };
    if situation.kind != "multi" {
        return (0..options.len())
            .filter_map(|at| one(at).map(|(key, stops)| (Value::String(key), stops, label(&[at]))))
            .collect();
    }
    let subsets: Vec<Vec<usize>> = if options.len() <= MULTI {
        (1..1_usize << options.len())
            .map(|mask| (0..options.len()).filter(|at| mask >> at & 1 == 1).collect())
            .collect()
    } else {
        (0..options.len()).map(|at| vec![at]).chain([(0..options.len()).collect()]).collect()
    };
    subsets
        .into_iter()
        .map(|rows| {
            let chosen: Vec<(String, bool)> = rows.iter().filter_map(|at| one(*at)).collect();
            let stops = chosen.iter().any(|(_, stops)| *stops);
            (chosen.into_iter().map(|(key, _)| Value::String(key)).collect(), stops, label(&rows))
        })
        .collect()
}
