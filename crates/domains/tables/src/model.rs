//! What a business table is: its content as people configure it, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use form::{Field, FieldType, Form, Permission};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::values::Class;

/// Most fields of a table.
const MOST_FIELDS: usize = 100;
/// Most columns of a list.
pub(crate) const MOST_COLUMNS: usize = 20;

/// What a role may do with the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableRight)]
pub enum Right {
    /// See rows, run reports.
    See,
    /// Enter and import rows.
    Enter,
    /// Change rows.
    Change,
    /// Delete rows.
    Delete,
    /// Take rows and reports out as files.
    Export,
}

impl Right {
    /// As a person reads it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::See => "查看",
            Self::Enter => "录入",
            Self::Change => "修改",
            Self::Delete => "删除",
            Self::Export => "导出",
        }
    }
}

/// Whose rows somebody with a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableReach)]
pub enum Reach {
    /// Every row.
    #[default]
    All,
    /// Rows entered in the organisations the person sees.
    Org,
}

/// Order of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableOrder)]
pub struct Order {
    /// Field it goes by.
    pub field: String,
    /// Greatest first.
    #[serde(default)]
    pub down: bool,
}

/// Where the table stands in the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TableMenu)]
pub struct Menu {
    /// Not in the navigation.
    pub hidden: bool,
    /// Words of the entry; the table's title when empty.
    pub title: String,
    /// Group of the navigation: a heading of the table's own, `业务表` when empty.
    pub group: String,
    /// Place in the group, small ones first.
    pub sort: i32,
}

/// A table as people configure it. A published one never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableContent {
    /// Title.
    pub title: String,
    /// What it is for.
    #[serde(default)]
    pub purpose: String,
    /// The entry form, `tongban-form/1`; of an attached view the server fills it in.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Value,
    /// Key of the view of the product the table is attached to; its rows are then only read.
    #[serde(default)]
    pub source: Option<String>,
    /// Fields of the list, in order.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Fields offered as conditions of the list.
    #[serde(default)]
    pub filters: Vec<String>,
    /// Order of the list; newest first without one.
    #[serde(default)]
    pub order: Option<Order>,
    /// Fields whose values are sealed and masked, besides identity numbers, telephones and e-mail addresses.
    #[serde(default)]
    pub sensitive: Vec<String>,
    /// Fields in which no value may stand twice.
    #[serde(default)]
    pub unique: Vec<String>,
    /// Whose rows are reached.
    #[serde(default)]
    pub reach: Reach,
    /// Rights by role.
    #[serde(default)]
    pub rights: BTreeMap<String, BTreeSet<Right>>,
    /// Navigation.
    #[serde(default)]
    pub menu: Menu,
}

impl TableContent {
    /// A table nobody has worked on yet.
    pub(crate) fn begun(key: &str, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            purpose: String::new(),
            form: serde_json::json!({
                "schema": form::SCHEMA, "key": key.replace('_', "-"), "title": title,
                "sections": [{ "key": "main", "title": title, "fields": [] }],
            }),
            source: None,
            columns: Vec::new(),
            filters: Vec::new(),
            order: None,
            sensitive: Vec::new(),
            unique: Vec::new(),
            reach: Reach::All,
            rights: BTreeMap::new(),
            menu: Menu::default(),
        }
    }

    /// Whether a field's values are sealed.
    pub(crate) fn seals(&self, field: &Field) -> bool {
        field.kind.is_personal() || self.sensitive.contains(&field.key)
    }
}

/// Whether a text may name a table.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether a text is a name of so many characters, without line breaks and other marks nobody sees.
pub(crate) fn is_name(text: &str, most: usize) -> bool {
    let length = text.trim().chars().count();
    (1..=most).contains(&length) && !text.chars().any(char::is_control)
}

/// A field with the way its values are found.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub field: Field,
    pub class: Class,
}

/// A published table, read.
#[derive(Debug)]
pub(crate) struct Table {
    pub id: Uuid,
    pub key: String,
    pub version: i64,
    pub content: TableContent,
    pub form: Form,
    pub fields: Vec<Known>,
}

impl Table {
    pub(crate) fn new(id: Uuid, key: &str, version: i64, content: TableContent, form: Form) -> Self {
        let fields = known(&content, &form);
        Self { id, key: key.to_owned(), version, content, form, fields }
    }

    pub(crate) fn field(&self, key: &str) -> Option<&Known> {
        self.fields.iter().find(|known| known.field.key == key)
    }

    /// What somebody may do here.
    pub(crate) fn rights(&self, caller: &Principal) -> BTreeSet<Right> {
        let roles = caller.roles.iter().filter_map(|role| self.content.rights.get(role));
        let mut rights: BTreeSet<Right> = roles.flatten().copied().collect();
        if self.content.source.is_some() {
            rights.retain(|right| matches!(right, Right::See | Right::Export));
        }
        rights
    }

    /// The role somebody works here in: of the own ones the one with most rights.
    pub(crate) fn role<'a>(&self, caller: &'a Principal) -> &'a str {
        let rights = |role: &String| self.content.rights.get(role).map_or(0, BTreeSet::len);
        caller.roles.iter().rev().max_by_key(|role| rights(role)).map_or("", String::as_str)
    }

    /// Words of the navigation.
    pub(crate) fn menu_title(&self) -> &str {
        if self.content.menu.title.trim().is_empty() { &self.content.title } else { &self.content.menu.title }
    }
}

/// The fields of a form as this table finds them.
pub(crate) fn known(content: &TableContent, form: &Form) -> Vec<Known> {
    let fields = form.valued().into_iter();
    fields.map(|field| Known { class: Class::of(field, content.seals(field)), field: field.clone() }).collect()
}

/// Everything that keeps a content from being published, and its form when that can be read.
pub(crate) fn findings(
    content: &TableContent,
    roles: &BTreeSet<String>,
    expressions: &dyn form::Expressions,
) -> (Vec<FieldProblem>, Option<Form>) {
    let mut found = Vec::new();
    let mut say = |pointer: String, code: &str, message: String| found.push(FieldProblem::new(pointer, code, message));
    if !is_name(&content.title, 40) {
        say("/title".into(), "required", "写上表的名称，不超过 40 个字".into());
    }
    if content.purpose.chars().count() > 200 {
        say("/purpose".into(), "too_long", "用途最多 200 个字，请写短一些".into());
    }
    for (pointer, text) in [("/menu/title", &content.menu.title), ("/menu/group", &content.menu.group)] {
        if !text.is_empty() && !is_name(text, 20) {
            say(pointer.into(), "too_long", "菜单上的字不超过 20 个，不要换行".into());
        }
    }
    if !content.rights.values().any(|rights| rights.contains(&Right::See)) {
        say("/rights".into(), "required", "至少给一个岗位“查看”的权限，不然谁都看不到这张表".into());
    }
    for (role, rights) in &content.rights {
        if !roles.contains(role) {
            say(format!("/rights/{role}"), "unknown", format!("没有“{role}”这个岗位，请去掉"));
        } else if !rights.is_empty() && !rights.contains(&Right::See) {
            let label = rights.iter().next().map_or("", |right| right.label());
            say(format!("/rights/{role}"), "needs_see", format!("能{label}的岗位也要能查看，请把“查看”也勾上"));
        }
    }
    let form = match Form::from_value(content.form.clone()) {
        Ok(form) => form,
        Err(defects) => {
            for defect in defects {
                say(format!("/form{}", defect.pointer), "defect", defect.message);
            }
            return (found, None);
        }
    };
    for defect in form.lint(expressions) {
        say(format!("/form{}", defect.pointer), "defect", defect.message);
    }
    let fields = known(content, &form);
    if fields.is_empty() || fields.len() > MOST_FIELDS {
        say("/form".into(), "fields", format!("表里要有字段，最多 {MOST_FIELDS} 个"));
    }
    for known in &fields {
        let label = &known.field.label;
        if any_below(&known.field, &|one| one.kind.is_files()) {
            say("/form".into(), "files", format!("“{label}”是上传文件的字段，业务表放不了文件，请换成文字或去掉"));
        }
        if known.class == Class::Sealed && known.field.kind.nests() {
            say(
                "/sensitive".into(),
                "nested",
                format!("“{label}”里还有别的字段，不能整个加密，请把要加密的字段单独放出来"),
            );
        }
        if known.field.fields.iter().any(|inner| any_below(inner, &|one| one.kind.is_personal())) {
            say(
                "/form".into(),
                "nested_personal",
                format!("“{label}”里有身份证号、电话或邮箱，请把它们单独放出来，才能加密"),
            );
        }
        if known.field.fields.iter().any(|inner| any_below(inner, &|one| one.permission.values().any(hides))) {
            say("/form".into(), "nested_hidden", format!("“{label}”里有对岗位隐藏的字段，请把它单独放出来"));
        }
        if known.class == Class::Sealed && known.field.compute.is_some() {
            say("/sensitive".into(), "computed", format!("“{label}”是算出来的，不能加密"));
        }
    }
    let class = |key: &String| fields.iter().find(|known| &known.field.key == key).map(|known| known.class);
    let lists = [("columns", &content.columns), ("filters", &content.filters)];
    let marks = [("sensitive", &content.sensitive), ("unique", &content.unique)];
    for (name, keys) in lists.into_iter().chain(marks) {
        for (at, key) in keys.iter().enumerate() {
            match class(key) {
                None => say(format!("/{name}/{at}"), "unknown", format!("没有“{key}”这个字段，请去掉")),
                Some(Class::Nested) if name != "sensitive" => {
                    say(format!("/{name}/{at}"), "nested", format!("“{key}”里还有别的字段，不能放在这里"));
                }
                Some(Class::Many) if name == "unique" => {
                    say(format!("/{name}/{at}"), "many", "多选的字段不能要求不重复".into());
                }
                Some(_) if keys.iter().take(at).any(|before| before == key) => {
                    say(format!("/{name}/{at}"), "twice", format!("“{key}”出现了两次，请去掉一个"));
                }
                Some(_) => {}
            }
        }
    }
    if content.columns.is_empty() || content.columns.len() > MOST_COLUMNS {
        say("/columns".into(), "required", format!("列表至少显示一列，最多 {MOST_COLUMNS} 列"));
    }
    if let Some(order) = &content.order
        && !class(&order.field).is_some_and(Class::sorts)
    {
        say("/order/field".into(), "unknown", "不能按这个字段排序，请选文字、数字或日期的字段".into());
    }
    (found, Some(form))
}

/// Whether something holds for a field or one inside it.
fn any_below(field: &Field, holds: &dyn Fn(&Field) -> bool) -> bool {
    holds(field) || field.fields.iter().any(|inner| any_below(inner, holds))
}

fn hides(permission: &Permission) -> bool {
    *permission == Permission::Hidden
}

/// Whether a field is hidden from some role: the search box then does not look into it.
pub(crate) fn is_hidden_somewhere(field: &Field) -> bool {
    field.permission.values().any(hides)
}

/// Whether a value of a field is written as money.
pub(crate) fn is_money(field: &Field) -> bool {
    field.kind == FieldType::Money
}
