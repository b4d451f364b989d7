//! The questions whose answers make the list of materials fit the reader.

use std::collections::BTreeMap;

use catalogue::items::model::{Item, Situation};
use catalogue::items::resolve::{Answers, Choice, Resolution};
use catalogue::search::Snapshot;
use maud::{Markup, html};

use crate::fields::{Fields, address};

/// Start of the name of a question's field.
const FIELD: &str = "s.";

/// The answers given so far.
pub(super) struct Asked {
    /// Key of the handling item, always one of the item's.
    pub handle_item: String,
    /// Answers by question.
    pub situations: Answers,
}

impl Asked {
    /// Reads them; what names nothing of this item is left out.
    pub(super) fn of(item: &Item, fields: &Fields) -> Self {
        let wanted = item.handle_item(fields.text("handle_item")).or_else(|| item.handle_items.first());
        let mut situations = BTreeMap::new();
        for question in &item.situations {
            let known = |key: &&str| question.options.iter().any(|option| option.key == *key);
            let name = field(&question.key);
            let chosen: Vec<String> = fields.all(&name).filter(known).map(str::to_owned).collect();
            let Some(first) = chosen.first().cloned() else { continue };
            let choice = if question.kind == "multi" { Choice::Many(chosen) } else { Choice::One(first) };
            situations.insert(question.key.clone(), choice);
        }
        Self { handle_item: wanted.map(|one| one.key.clone()).unwrap_or_default(), situations: Answers(situations) }
    }

    fn chose(&self, question: &str, option: &str) -> bool {
        match self.situations.0.get(question) {
            Some(Choice::One(key)) => key == option,
            Some(Choice::Many(keys)) => keys.iter().any(|key| key == option),
            None => false,
        }
    }
}

fn field(question: &str) -> String {
    format!("{FIELD}{question}")
}

/// The form with what the answers lead away to; nothing when there is nothing to choose.
pub(super) fn form(slug: &str, item: &Item, asked: &Asked, resolved: &Resolution, snapshot: &Snapshot) -> Markup {
    let questions: Vec<&Situation> =
        item.situations.iter().filter(|question| resolved.questions.contains(&question.key)).collect();
    html! {
        @if item.handle_items.len() > 1 || !questions.is_empty() {
            h2 id="ask" { "您的情况" }
            p { "答完按“更新清单”，材料清单只留您用得上的。" }
            form method="get" action={ "/basic/items/" (slug) "#mats" } accept-charset="utf-8" {
                @if item.handle_items.len() > 1 {
                    fieldset {
                        legend { "办哪一种？" }
                        @for one in &item.handle_items {
                            (option("radio", "handle_item", &one.key, &one.name, one.key == asked.handle_item))
                        }
                    }
                } @else {
                    input type="hidden" name="handle_item" value=(asked.handle_item);
                }
                @for one in questions { (question(one, asked)) }
                p { input type="submit" class="button" value="更新清单"; }
            }
            @for stop in &resolved.stops {
                div class="card bad" {
                    p { (stop.reason) }
                    @if let Some(goto) = stop.goto.as_deref() { p { (instead(goto, snapshot)) } }
                }
            }
        }
    }
}

/// The other item, named by its slug or, when it is none of ours, by words to look for.
fn instead(goto: &str, snapshot: &Snapshot) -> Markup {
    match snapshot.card(goto) {
        Some(other) => html! { a href={ "/basic/items/" (other.slug) } { "去找“" (other.name) "”" } },
        None => html! { a href=(address("/basic/items", &[("q", goto)])) { "去找“" (goto) "”" } },
    }
}

fn question(question: &Situation, asked: &Asked) -> Markup {
    let name = field(&question.key);
    let kind = if question.kind == "multi" { "checkbox" } else { "radio" };
    html! {
        fieldset {
            legend { (question.question) @if kind == "checkbox" { "（可以选多项）" } }
            @if let Some(hint) = &question.hint { span class="hint" { (hint) } }
            @for one in &question.options {
                (option(kind, &name, &one.key, &one.label, asked.chose(&question.key, &one.key)))
            }
        }
    }
}

fn option(kind: &str, name: &str, value: &str, label: &str, chosen: bool) -> Markup {
    let id = format!("{name}-{value}");
    html! {
        span class="pick" {
            input type=(kind) id=(id) name=(name) value=(value) checked[chosen];
            " " label for=(id) { (label) }
        }
    }
}
