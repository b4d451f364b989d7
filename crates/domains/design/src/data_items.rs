//! The data items of a form and where each is stored (FORM-006).
//!
//! A form says what is asked; this says what becomes of the answers: kept with the form only, also found by query in
//! clear or by its whole value, or not kept. It is set per form, not per version: what can be found must not depend on
//! the version a case was filed under. Casework keeps the values and asks [`Design::data_items`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use form::{Field, FieldType, Form};
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::outbox::Event;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::fields::{Sensitivity, SharedFieldContent};
use crate::permissions::EditDataItems;
use crate::store::{data_items, entry, field};
use crate::{DefinitionRef, Design, Kind, Library};

/// The data items of a form were set anew; payload `{ "form": key }`.
pub const DATA_ITEMS_CHANGED: &str = "design.data_items_changed";

/// Where a data item is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DataItemStore)]
pub enum Store {
    /// As an item of its own, in clear: found by value or part of it. Never for personal data.
    Plain,
    /// As an item of its own of which only a keyed digest stands beside the sealed form: found by its whole value.
    Sealed,
    /// With the form, sealed; not found by query.
    Form,
    /// Nowhere: asked and checked when the form is handed in, then dropped.
    Nowhere,
}

/// One data item of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DataItem {
    /// Key of the field.
    pub field: String,
    /// Label in the form.
    pub label: String,
    /// Type of the field.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: FieldType,
    /// Code by which it is asked for.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where it is stored.
    pub store: Store,
    /// Whether it says something about a person.
    pub personal: bool,
}

/// What somebody sets for one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetDataItem {
    /// Key of the field.
    pub field: String,
    /// Code: small letters, digits, `_`, `.`, `-`, beginning with a letter.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where it is stored.
    pub store: Store,
}

/// What is set for a form.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    items: BTreeMap<String, SetDataItem>,
    /// Codes of shared fields that say something about a person.
    personal: BTreeSet<String>,
}

/// The data items of a form as its page shows them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormDataItems)]
pub struct DataItems {
    /// Key of the form.
    pub form: String,
    /// Send it back with a change; 0 before the first.
    pub version: i64,
    /// One for each field with an answer, in page order.
    pub items: Vec<DataItem>,
    /// Who set them last; empty before the first time.
    pub changed_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<OffsetDateTime>,
}

/// A form by key and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FormName)]
pub struct FormName {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// Whether a field says something about a person, by what it holds, where it comes from or how it is called.
fn personal(field: &Field, codes: &BTreeSet<String>) -> bool {
    let from = |start: &str| field.source.as_deref().is_some_and(|source| source.starts_with(start));
    field.kind.is_personal()
        || field.kind == FieldType::Address
        || from("account.")
        || from("agent.")
        || (field.kind == FieldType::Text && names_somebody(&field.label))
        || field.shared.as_ref().is_some_and(|code| codes.contains(code))
        || field.fields.iter().any(|inner| personal(inner, codes))
}

/// Whether a field says something about a person, as far as its definition alone tells.
pub fn is_personal(field: &Field) -> bool {
    personal(field, &BTreeSet::new())
}

/// 联系人, 法定代表人（负责人）, 代理人姓名.
fn names_somebody(label: &str) -> bool {
    label.contains("姓名") || label.contains("代表人") || label.ends_with('人')
}

/// Whether a field's answer can stand alone.
fn stands_alone(field: &Field) -> bool {
    !field.kind.nests() && !field.kind.is_files()
}

fn effective(form: &Form, set: &Configured) -> Vec<DataItem> {
    let fields = form.valued().into_iter().filter(|field| !field.kind.is_valueless());
    fields
        .map(|field| {
            let own = set.items.get(&field.key);
            let personal = personal(field, &set.personal);
            // What a later version of the form or of a shared field made personal or nested is not stored in clear.
            let store = match own.map_or(Store::Form, |own| own.store) {
                Store::Plain if personal => Store::Sealed,
                other => other,
            };
            DataItem {
                field: field.key.clone(),
                label: field.label.clone(),
                kind: field.kind,
                code: own.map_or_else(|| field.key.clone(), |own| own.code.clone()),
                name: own.map_or_else(|| field.label.clone(), |own| own.name.clone()),
                store: if stands_alone(field) || store == Store::Nowhere { store } else { Store::Form },
                personal,
            }
        })
        .collect()
}

impl Design {
    /// The data items of a version of a form; those that nobody set are kept with the form.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn data_items(&self, of: &DefinitionRef) -> Result<Vec<DataItem>> {
        let set = self.configured(&of.key).await?;
        let form = self.form(of).await?;
        Ok(effective(&form, &set))
    }

    /// Whether anything is set for a form: most have nothing, and filing them asks no more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sets_data_items(&self, form: &str) -> Result<bool> {
        Ok(!self.configured(form).await?.items.is_empty())
    }

    async fn configured(&self, form: &str) -> Result<Arc<Configured>> {
        if let Some(known) = self.data_items.get(form).await {
            return Ok(known);
        }
        let conn = self.platform.db.read();
        let row = data_items::Entity::find_by_id(form.to_owned()).one(conn).await?;
        let items: Vec<SetDataItem> = match row {
            Some(row) => serde_json::from_value(row.content)?,
            None => Vec::new(),
        };
        let configured = Arc::new(Configured {
            items: items.into_iter().map(|item| (item.field.clone(), item)).collect(),
            personal: personal_codes(conn).await?,
        });
        self.data_items.insert(form.to_owned(), Arc::clone(&configured)).await;
        Ok(configured)
    }

    /// Keeps what is set for a form; it was checked. Whoever keeps filled forms is told.
    ///
    /// # Errors
    /// 409 when it is not the version that was seen.
    pub async fn put_data_items(&self, form: &str, version: i64, items: Vec<SetDataItem>, line: Line) -> Result<()> {
        let content = serde_json::to_value(&items)?;
        let event = Event {
            id: self.platform.new_id(),
            topic: DATA_ITEMS_CHANGED,
            subject: line.subject.clone(),
            payload: json!({ "form": form }),
        };
        let key = form.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let found = data_items::Entity::find_by_id(key.clone()).one(tx.conn()).await?;
                    if found.as_ref().map_or(0, |found| found.version) != version {
                        return Err(Problem::stale());
                    }
                    let new = data_items::ActiveModel {
                        form_key: Set(key.clone()),
                        content: Set(content.clone()),
                        version: Set(version + 1),
                        changed_at: Set(tx.now()),
                        changed_by_name: Set(line.actor_name.clone()),
                    };
                    if found.is_some() {
                        let done = data_items::Entity::update_many()
                            .set(new)
                            .filter(data_items::Column::FormKey.eq(key))
                            .filter(data_items::Column::Version.eq(version))
                            .exec(tx.conn())
                            .await?;
                        if done.rows_affected == 0 {
                            return Err(Problem::stale());
                        }
                    } else {
                        data_items::Entity::insert(new).exec_without_returning(tx.conn()).await?;
                    }
                    let before = found.map_or(Value::Null, |found| found.content);
                    tx.audit(line.entry().kind(platform::work::audit::Kind::Change).changed(before, content));
                    tx.publish(event);
                    Ok(())
                })
            })
            .await?;
        self.data_items.invalidate(form).await;
        Ok(())
    }

    /// Published forms by part of a name or key, at most fifty.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_forms(&self, q: &str) -> Result<Vec<FormName>> {
        let mut wanted = Condition::all()
            .add(entry::Column::Kind.eq(Kind::Form.as_str()))
            .add(entry::Column::Version.gt(0))
            .add(entry::Column::Template.eq(false));
        if !q.trim().is_empty() {
            let q = q.trim();
            wanted =
                wanted.add(Condition::any().add(entry::Column::Name.contains(q)).add(entry::Column::Key.contains(q)));
        }
        let found: Vec<(String, String)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Key, entry::Column::Name])
            .filter(wanted)
            .order_by_asc(entry::Column::Name)
            .order_by_asc(entry::Column::Key)
            .limit(50)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(found.into_iter().map(|(key, name)| FormName { key, name }).collect())
    }
}

/// Codes of shared fields that hold personal data.
async fn personal_codes(conn: &impl ConnectionTrait) -> Result<BTreeSet<String>> {
    let rows = field::Entity::find().all(conn).await?;
    let mut codes = BTreeSet::new();
    for row in rows {
        let content: SharedFieldContent = serde_json::from_value(row.content)?;
        if content.sensitivity != Sensitivity::General {
            codes.insert(row.code);
        }
    }
    Ok(codes)
}

impl Library {
    /// The data items of a form's published version, or of its draft before the first publication.
    ///
    /// # Errors
    /// 404 out of view, 422 for another kind or a draft that can't be read.
    pub(crate) async fn data_items(&self, caller: &Principal, id: Uuid) -> Result<DataItems> {
        let (row, form) = self.form_under(caller, id).await?;
        let set = self.design.configured(&row.key).await?;
        let kept = data_items::Entity::find_by_id(row.key.clone()).one(self.platform.db.read()).await?;
        Ok(DataItems {
            items: effective(&form, &set),
            form: row.key,
            version: kept.as_ref().map_or(0, |kept| kept.version),
            changed_at: kept.as_ref().map(|kept| kept.changed_at),
            changed_by_name: kept.map(|kept| kept.changed_by_name).unwrap_or_default(),
        })
    }

    async fn form_under(&self, caller: &Principal, id: Uuid) -> Result<(entry::Model, Form)> {
        let row = self.in_view(caller, id).await?;
        if row.kind != Kind::Form.as_str() {
            return Err(Problem::invalid_field("/id", "kind", "只有表单有数据项"));
        }
        let content = if row.version > 0 {
            let of = DefinitionRef { kind: Kind::Form, key: row.key.clone(), version: row.version };
            self.design.source(&of).await?
        } else {
            self.content_of(&row).await?
        };
        let form = Form::parse(&content)
            .map_err(|_| Problem::conflict("unreadable", "表单的草稿还读不出来，先在设计器里改好再设数据项。"))?;
        Ok((row, form))
    }

    /// Sets them. Filled forms of the past are found by the new items soon after, by a job.
    ///
    /// # Errors
    /// 422 at the item that is wrong, 409 for an old page.
    pub(crate) async fn set_data_items(
        &self,
        caller: &Allowed<EditDataItems>,
        id: Uuid,
        version: i64,
        items: Vec<SetDataItem>,
    ) -> Result<DataItems> {
        let (row, form) = self.form_under(caller, id).await?;
        let codes = personal_codes(self.platform.db.read()).await?;
        let wrong = wrong(&form, &codes, &items);
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let items: Vec<SetDataItem> =
            items.into_iter().map(|one| SetDataItem { name: one.name.trim().to_owned(), ..one }).collect();
        let counts = |store: Store| items.iter().filter(|one| one.store == store).count();
        let detail = json!({ "form": row.key, "plain": counts(Store::Plain), "sealed": counts(Store::Sealed),
            "form_only": counts(Store::Form), "nowhere": counts(Store::Nowhere) });
        let line = Line::by(caller, self.platform.new_id(), "design.data_items", format!("design:{id}"), detail);
        self.design.put_data_items(&row.key, version, items, line).await?;
        self.data_items(caller, id).await
    }
}

fn is_code(code: &str) -> bool {
    code.len() <= 60
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || matches!(one, '_' | '.' | '-'))
}

/// Everything wrong with what somebody set.
fn wrong(form: &Form, codes: &BTreeSet<String>, items: &[SetDataItem]) -> Vec<FieldProblem> {
    let valued = form.valued();
    let mut wrong = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let mut fault = |part: &str, code: &str, message: String| {
            wrong.push(FieldProblem::new(format!("/items/{at}/{part}"), code, message))
        };
        let Some(field) = valued.iter().find(|field| field.key == item.field && !field.kind.is_valueless()) else {
            fault("field", "unknown", format!("表单里没有“{}”这个字段，请刷新后再设", item.field));
            continue;
        };
        let label = &field.label;
        if items.iter().take(at).any(|other| other.field == item.field) {
            fault("field", "twice", format!("“{label}”设了两次，请留一个"));
        }
        if !is_code(&item.code) {
            let message = format!("“{label}”的代码用小写字母开头，只用小写字母、数字、点、横线和下划线，最多 60 个");
            fault("code", "format", message);
        } else if items.iter().take(at).any(|other| other.code == item.code) {
            fault("code", "taken", format!("代码“{}”用了两次，请给“{label}”换一个", item.code));
        }
        match item.name.trim().chars().count() {
            0 => fault("name", "required", format!("给“{label}”的数据项起个名字")),
            1..=60 => {}
            _ => fault("name", "too_long", format!("“{label}”的数据项名字最多 60 个字，请写短一些")),
        }
        match item.store {
            Store::Plain | Store::Sealed if !stands_alone(field) => {
                let message = format!("“{label}”是一组内容或文件，不能单独存放。请选随表单存放");
                fault("store", "nested", message);
            }
            Store::Plain if personal(field, codes) => {
                let message = format!("“{label}”是个人信息，不能明文单独存放。请选加密存放，按完整内容查");
                fault("store", "personal", message);
            }
            Store::Nowhere => {
                if let Some(other) = reads(form, &field.key) {
                    let message = format!("“{other}”要用“{label}”来判断或计算，不能不存。请选随表单存放");
                    fault("store", "read", message);
                }
            }
            _ => {}
        }
    }
    wrong
}

/// The field whose expressions read another.
fn reads(form: &Form, key: &str) -> Option<String> {
    let word = |text: &str| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        text.split(|c| !part(c)).any(|one| one == key)
    };
    form.valued().into_iter().filter(|field| field.key != key).find_map(|field| {
        let own = [&field.visible_when, &field.required_when, &field.compute];
        let mut all =
            own.into_iter().flatten().map(String::as_str).chain(field.validate.iter().map(|rule| rule.feel.as_str()));
        all.any(word).then(|| field.label.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let fields = json!([
            { "key": "area", "type": "number", "label": "面积" },
            { "key": "name", "type": "text", "label": "负责人姓名" },
            { "key": "phone", "type": "phone", "label": "电话" },
            { "key": "heard", "type": "text", "label": "从哪里知道", "required": false },
            { "key": "big", "type": "yesno", "label": "大型", "visibleWhen": "area > 500" },
            { "key": "people", "type": "table", "label": "人员", "fields": [{ "key": "id", "type": "id_number", "label": "证号" }] },
        ]);
        let form = json!({ "schema": form::SCHEMA, "key": "f", "title": "表", "sections": [{ "key": "a", "title": "一", "fields": fields }] });
        Form::parse(&form.to_string()).unwrap()
    }

    fn item(field: &str, code: &str, store: Store) -> SetDataItem {
        SetDataItem { field: field.into(), code: code.into(), name: "名".into(), store }
    }

    fn codes(items: &[SetDataItem]) -> Vec<(String, String)> {
        wrong(&form(), &BTreeSet::new(), items).into_iter().map(|one| (one.pointer, one.code)).collect()
    }

    /// req: FORM-006
    #[test]
    fn what_is_personal_nested_or_read_is_not_stored_anyhow() {
        assert!(
            codes(&[
                item("area", "area", Store::Plain),
                item("phone", "contact.phone", Store::Sealed),
                item("heard", "heard", Store::Nowhere),
                item("people", "people", Store::Form),
            ])
            .is_empty()
        );
        let refused = [
            (item("phone", "p", Store::Plain), "store", "personal"),
            (item("name", "n", Store::Plain), "store", "personal"),
            (item("people", "people", Store::Plain), "store", "nested"),
            (item("area", "area", Store::Nowhere), "store", "read"),
            (item("area", "Area", Store::Plain), "code", "format"),
            (item("none", "x", Store::Form), "field", "unknown"),
        ];
        for (one, part, code) in refused {
            assert_eq!(codes(std::slice::from_ref(&one)), [(format!("/items/0/{part}"), code.to_owned())], "{one:?}");
        }
        let twice = [item("area", "x", Store::Plain), item("big", "x", Store::Plain)];
        assert_eq!(codes(&twice), [("/items/1/code".to_owned(), "taken".to_owned())]);
    }

    /// req: FORM-006
    #[test]
    fn a_field_that_became_personal_is_never_found_in_clear() {
        let mut set = Configured::default();
        set.items.insert("name".into(), item("name", "n", Store::Plain));
        set.items.insert("people".into(), item("people", "p", Store::Sealed));
        let items = effective(&form(), &set);
        let store = |key: &str| items.iter().find(|one| one.field == key).map(|one| one.store);
        assert_eq!(
            (store("name"), store("people"), store("area")),
            (Some(Store::Sealed), Some(Store::Form), Some(Store::Form))
        );
    }
}
