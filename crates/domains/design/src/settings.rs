//! Shortcuts of the designers (FORM-027): predefined, redefined by administrators, never two commands on
//! the same keys.

use platform::web::guard::Allowed;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::Library;
use crate::permissions::EditDesignSettings;
use crate::store::setting;

const NAME: &str = "shortcuts";

/// One command and its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Shortcut {
    /// Command.
    pub command: String,
    /// In words.
    #[serde(default)]
    pub label: String,
    /// Keys: `Ctrl`, `Alt`, `Shift`, then one key, joined by `+`.
    pub keys: String,
}

/// All shortcuts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Shortcuts {
    pub items: Vec<Shortcut>,
}

/// Commands, their names and the keys they begin with.
const COMMANDS: [(&str, &str, &str); 18] = [
    ("undo", "撤销", "Ctrl+Z"),
    ("redo", "重做", "Ctrl+Y"),
    ("copy", "复制", "Ctrl+C"),
    ("paste", "粘贴", "Ctrl+V"),
    ("cut", "剪切", "Ctrl+X"),
    ("duplicate", "再来一份", "Ctrl+D"),
    ("delete", "删除", "Delete"),
    ("select_all", "全选", "Ctrl+A"),
    ("find", "查找元素", "Ctrl+F"),
    ("save", "保存草稿", "Ctrl+S"),
    ("rename", "改名", "F2"),
    ("append", "在后面加一步", "A"),
    ("connect", "连到另一步", "C"),
    ("layout", "自动排列", "Ctrl+Shift+L"),
    ("zoom_in", "放大", "Ctrl+="),
    ("zoom_out", "缩小", "Ctrl+-"),
    ("zoom_fit", "看全图", "Ctrl+0"),
    ("check", "检查", "Ctrl+Shift+C"),
];
/// Keys that belong to the browser or to people who work without a mouse.
const TAKEN: [&str; 9] = ["Tab", "Shift+Tab", "Enter", "Escape", "Space", "Ctrl+W", "Ctrl+T", "Ctrl+N", "Ctrl+R"];

/// Keys in one spelling: `Ctrl+Alt+Shift+KEY`, letters large. `None` when they name no key.
fn normal(keys: &str) -> Option<String> {
    let mut held = [false; 3];
    let mut key = None;
    let text = keys.trim();
    // A plus sign may itself be the key.
    let (parts, plus) = match text.strip_suffix("++").or_else(|| (text == "+").then_some("")) {
        Some(before) => (before, true),
        None => (text, false),
    };
    for part in parts.split('+').map(str::trim).filter(|part| !part.is_empty()) {
        match part.to_ascii_lowercase().as_str() {
            "ctrl" | "control" | "cmd" | "meta" => held[0] = true,
            "alt" => held[1] = true,
            "shift" => held[2] = true,
            _ if key.is_some() => return None,
            one if one.chars().count() == 1 => key = Some(part.to_uppercase()),
            _ => {
                let known = [
                    "Delete",
                    "Backspace",
                    "Insert",
                    "Home",
                    "End",
                    "PageUp",
                    "PageDown",
                    "Tab",
                    "Enter",
                    "Escape",
                    "Space",
                    "ArrowUp",
                    "ArrowDown",
                    "ArrowLeft",
                    "ArrowRight",
                ];
                let function = (1..=12).map(|n| format!("F{n}")).find(|name| name.eq_ignore_ascii_case(part));
                let named = known.iter().find(|name| name.eq_ignore_ascii_case(part)).map(|name| (*name).to_owned());
                key = Some(named.or(function)?);
            }
        }
    }
    let key = if plus && key.is_none() { "+".to_owned() } else { key? };
    let names = ["Ctrl", "Alt", "Shift"].into_iter().zip(held).filter(|(_, held)| *held).map(|(name, _)| name);
    Some(names.map(str::to_owned).chain([key]).collect::<Vec<_>>().join("+"))
}

/// The wished shortcuts in one spelling, or what is wrong with them, each at its command.
fn checked(wished: &Shortcuts) -> Result<Shortcuts> {
    let mut errors = Vec::new();
    let mut items: Vec<Shortcut> = Vec::new();
    for (at, one) in wished.items.iter().enumerate() {
        let pointer = format!("/items/{at}/keys");
        let Some((_, label, _)) = COMMANDS.iter().find(|(command, ..)| *command == one.command) else {
            errors.push(FieldProblem::new(format!("/items/{at}/command"), "unknown", "没有这个操作"));
            continue;
        };
        let Some(keys) = normal(&one.keys) else {
            errors.push(FieldProblem::new(pointer, "format", format!("{label}：按键写成 Ctrl+Z、F2、Delete 这样")));
            continue;
        };
        if TAKEN.contains(&keys.as_str()) {
            errors.push(FieldProblem::new(
                pointer,
                "reserved",
                format!("{label}：{keys} 留给浏览器和键盘操作，请换一个"),
            ));
            continue;
        }
        if items.iter().any(|other| other.command == one.command) {
            errors.push(FieldProblem::new(pointer, "twice", format!("{label}：写了两次")));
            continue;
        }
        if let Some(other) = items.iter().find(|other| other.keys == keys) {
            errors.push(FieldProblem::new(pointer, "conflict", format!("{label}：{keys} 已经给了“{}”", other.label)));
            continue;
        }
        items.push(Shortcut { command: one.command.clone(), label: (*label).to_owned(), keys });
    }
    if errors.is_empty() { Ok(Shortcuts { items }) } else { Err(Problem::invalid(errors)) }
}

/// Shortcuts as they come, with the changed ones in place.
fn with(changed: Vec<Shortcut>) -> Shortcuts {
    let items = COMMANDS.iter().map(|(command, label, keys)| {
        let own = changed.iter().find(|one| one.command == *command);
        Shortcut {
            command: (*command).to_owned(),
            label: (*label).to_owned(),
            keys: own.map_or_else(|| (*keys).to_owned(), |one| one.keys.clone()),
        }
    });
    Shortcuts { items: items.collect() }
}

impl Library {
    /// The shortcuts in force.
    pub(crate) async fn shortcuts(&self) -> Result<Shortcuts> {
        let row = setting::Entity::find_by_id(NAME).one(self.platform.db.read()).await?;
        let changed = row.map(|row| serde_json::from_value::<Shortcuts>(row.content)).transpose()?;
        Ok(with(changed.map(|own| own.items).unwrap_or_default()))
    }

    /// Redefines shortcuts; commands not named keep their first keys.
    ///
    /// # Errors
    /// 422 at each command whose keys are unknown, reserved or given twice.
    pub(crate) async fn set_shortcuts(
        &self,
        caller: &Allowed<EditDesignSettings>,
        wished: Shortcuts,
    ) -> Result<Shortcuts> {
        checked(&wished)?;
        // A command not named keeps its keys, and those may clash with the wished ones.
        let whole = checked(&with(checked(&wished)?.items))?;
        let before = self.shortcuts().await?;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "design.shortcuts",
            "design_settings:shortcuts".to_owned(),
            json!({}),
        )
        .entry()
        .changed(serde_json::to_value(&before)?, serde_json::to_value(&whole)?);
        let (content, by) = (serde_json::to_value(&whole)?, caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = setting::ActiveModel {
                        name: Set(NAME.to_owned()),
                        content: Set(content),
                        version: Set(1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(by),
                    };
                    setting::Entity::insert(row)
                        .on_conflict(
                            OnConflict::column(setting::Column::Name)
                                .update_columns([
                                    setting::Column::Content,
                                    setting::Column::ChangedAt,
                                    setting::Column::ChangedByName,
                                ])
                                .to_owned(),
                        )
                        .exec_without_returning(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(pairs: &[(&str, &str)]) -> Shortcuts {
        let one = |(command, keys): &(&str, &str)| Shortcut {
            command: (*command).to_owned(),
            label: String::new(),
            keys: (*keys).to_owned(),
        };
        Shortcuts { items: pairs.iter().map(one).collect() }
    }

    /// req: FORM-027
    #[test]
    fn keys_are_read_in_any_spelling_and_kept_in_one() {
        for (written, kept) in [
            ("ctrl + shift+z", "Ctrl+Shift+Z"),
            ("Shift+Control+z", "Ctrl+Shift+Z"),
            ("del", ""),
            ("f2", "F2"),
            ("Ctrl++", "Ctrl++"),
            ("a+b", ""),
        ] {
            assert_eq!(normal(written).unwrap_or_default(), kept, "{written}");
        }
    }

    /// req: FORM-027
    #[test]
    fn the_first_shortcuts_do_not_clash() {
        assert_eq!(checked(&with(Vec::new())).unwrap().items.len(), COMMANDS.len());
    }

    /// req: FORM-027
    #[test]
    fn two_commands_never_share_keys() {
        let codes = |wished: &Shortcuts| -> Vec<String> {
            checked(wished)
                .unwrap_err()
                .field_errors()
                .iter()
                .map(|error| format!("{} {}", error.pointer, error.code))
                .collect()
        };
        assert_eq!(codes(&wish(&[("undo", "Ctrl+U"), ("redo", "ctrl+u")])), ["/items/1/keys conflict"]);
        assert_eq!(codes(&wish(&[("undo", "Tab")])), ["/items/0/keys reserved"]);
        assert_eq!(codes(&wish(&[("fly", "Ctrl+U")])), ["/items/0/command unknown"]);
        // Against a command that is not named.
        assert!(checked(&with(wish(&[("undo", "Ctrl+Y")]).items)).is_err());
    }
}
