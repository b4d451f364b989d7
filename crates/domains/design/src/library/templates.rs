//! Reusable parts of forms (FORM-002): a form begun from a template, or with sections of one, remembers in
//! each section's `from` where it was taken; a changed template is taken over into the forms' drafts.
//!
//! Nothing published changes: a draft is made or changed, and whoever publishes the form looks at it.

use std::collections::{BTreeMap, BTreeSet};

use platform::web::guard::{Allowed, Principal};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Library;
use super::contents::{DEFINITION, uses_of};
use super::drafts::Changed;
use crate::permissions::EditDesign;
use crate::store::{entry, used};
use crate::{DefinitionRef, Kind};

/// Forms looked at in one go.
const MOST: u64 = 100;

/// A form with sections of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateTaker {
    /// Entry.
    pub id: Uuid,
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Titles of its sections that were taken from the template.
    pub sections: Vec<String>,
    /// Whether they say something else than the template does now.
    pub behind: bool,
    /// Whether people work on a draft of it.
    pub has_draft: bool,
}

/// What became of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TakenOver {
    /// Entry.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// `taken`, `same`, `refused`.
    pub result: &'static str,
    /// Why it was refused, or what stays as it is.
    pub note: String,
}

type Part = Map<String, Value>;

fn sections(form: &Value) -> Vec<&Part> {
    form.get("sections").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect()
}

fn text<'a>(part: &'a Part, key: &str) -> &'a str {
    part.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_from(part: &Part, template: &str) -> bool {
    text(part, "from") == template
}

/// Fields of one scope with layouts opened: keys and shared codes.
fn names(fields: &Value, keys: &mut BTreeSet<String>, shared: &mut BTreeSet<String>) {
    for field in fields.as_array().into_iter().flatten().filter_map(Value::as_object) {
        if matches!(text(field, "type"), "columns" | "tabs" | "tab" | "collapse") {
            names(field.get("fields").unwrap_or(&Value::Null), keys, shared);
        }
        keys.insert(text(field, "key").to_owned());
        if !text(field, "shared").is_empty() {
            shared.insert(text(field, "shared").to_owned());
        }
    }
}

/// The fields without those whose shared code stands elsewhere in the form already: asked once.
fn once(fields: &Value, elsewhere: &BTreeSet<String>) -> Value {
    let kept = fields
        .as_array()
        .into_iter()
        .flatten()
        .filter(|field| field.get("shared").and_then(Value::as_str).is_none_or(|code| !elsewhere.contains(code)));
    let kept = kept.map(|field| match field.as_object() {
        Some(layout) if matches!(text(layout, "type"), "columns" | "tabs" | "tab" | "collapse") => {
            let mut layout = layout.clone();
            layout.insert("fields".to_owned(), once(layout.get("fields").unwrap_or(&Value::Null), elsewhere));
            Value::Object(layout)
        }
        _ => field.clone(),
    });
    Value::Array(kept.collect())
}

/// A form with the sections of a template as the template has them now, and what could not be taken.
///
/// # Errors
/// Why nothing can be taken, in words.
fn taken_over(form: &Value, template: &Value, key: &str) -> std::result::Result<(Value, Vec<String>), String> {
    let now: BTreeMap<&str, &Part> = sections(template).into_iter().map(|part| (text(part, "key"), part)).collect();
    let (mut keys, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for part in sections(form).into_iter().filter(|part| !is_from(part, key)) {
        names(part.get("fields").unwrap_or(&Value::Null), &mut keys, &mut shared);
    }
    let mut next = form.clone();
    let mut notes = Vec::new();
    for part in next.get_mut("sections").and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Object(part) = part else { continue };
        if !is_from(part, key) {
            continue;
        }
        let Some(source) = now.get(text(part, "key")) else {
            notes.push(format!("“{}”在模板里已经没有了，保持原样", text(part, "title")));
            continue;
        };
        let fields = once(source.get("fields").unwrap_or(&Value::Null), &shared);
        let mut own = BTreeSet::new();
        names(&fields, &mut own, &mut BTreeSet::new());
        if let Some(twice) = own.intersection(&keys).next() {
            return Err(format!("表单的其他部分已经有标识是“{twice}”的字段，请先改掉其中一个"));
        }
        for member in ["title", "hint", "purpose"] {
            match source.get(member) {
                Some(value) => part.insert(member.to_owned(), value.clone()),
                None => part.remove(member),
            };
        }
        // When the part shows is the form's own matter, if it has said so.
        if let (None, Some(condition)) = (part.get("visibleWhen"), source.get("visibleWhen")) {
            part.insert("visibleWhen".to_owned(), condition.clone());
        }
        part.insert("fields".to_owned(), fields);
    }
    Ok((next, notes))
}

fn read(content: &str) -> Option<Value> {
    serde_json::from_str(content).ok().filter(Value::is_object)
}

impl Library {
    /// What a template says now: as published, or its draft before the first publication.
    async fn template(&self, caller: &Principal, id: Uuid) -> Result<(entry::Model, Value)> {
        let row = self.in_view(caller, id).await?;
        if row.kind != Kind::Form.as_str() || !row.template {
            return Err(Problem::conflict("no_template", "这份定义不是表单模板。"));
        }
        let content = if row.version > 0 {
            let of = DefinitionRef { kind: Kind::Form, key: row.key.clone(), version: row.version };
            self.design.source(&of).await?
        } else {
            self.content_of(&row).await?
        };
        let unreadable = || Problem::conflict("unreadable", "模板的内容读不出来，请先改好再用。");
        Ok((row, read(&content).ok_or_else(unreadable)?))
    }

    /// Forms in view with sections of a template, at most a hundred.
    ///
    /// # Errors
    /// 409 when the entry is no template.
    pub(crate) async fn takers(&self, caller: &Principal, id: Uuid) -> Result<Vec<TemplateTaker>> {
        let (template, now) = self.template(caller, id).await?;
        let conn = self.platform.db.read();
        let ids: Vec<Uuid> = used::Entity::find()
            .select_only()
            .column(used::Column::DefinitionId)
            .filter(used::Column::UsedKind.eq(DEFINITION))
            .filter(used::Column::UsedKey.eq(&template.key))
            .into_tuple()
            .all(conn)
            .await?;
        let mine = Condition::any()
            .add(entry::Column::OrgId.is_null())
            .add(entry::Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        let rows = entry::Entity::find()
            .filter(entry::Column::Id.is_in(ids))
            .filter(entry::Column::Kind.eq(Kind::Form.as_str()))
            .filter(entry::Column::Disabled.eq(false))
            .filter(mine)
            .order_by_asc(entry::Column::Key)
            .limit(MOST)
            .all(conn)
            .await?;
        let published = self.sources(&rows).await?;
        let taker = |row: entry::Model| {
            let content = row.draft.as_ref().or_else(|| published.get(&(row.key.clone(), row.version)))?;
            let form = read(content)?;
            let parts = sections(&form).into_iter().filter(|part| is_from(part, &template.key));
            let titles: Vec<String> = parts.map(|part| text(part, "title").to_owned()).collect();
            let behind = taken_over(&form, &now, &template.key).map_or(true, |(next, _)| next != form);
            (!titles.is_empty()).then_some(TemplateTaker {
                id: row.id,
                key: row.key,
                name: row.name,
                sections: titles,
                behind,
                has_draft: row.draft.is_some(),
            })
        };
        Ok(rows.into_iter().filter_map(taker).collect())
    }

    /// Published contents of forms without a draft, in one query.
    async fn sources(&self, rows: &[entry::Model]) -> Result<BTreeMap<(String, i64), String>> {
        use crate::store::definition;
        let mut wanted = Condition::any();
        let published: Vec<&entry::Model> = rows.iter().filter(|row| row.draft.is_none()).collect();
        if published.is_empty() {
            return Ok(BTreeMap::new());
        }
        for row in published {
            wanted = wanted.add(
                Condition::all()
                    .add(definition::Column::Key.eq(&row.key))
                    .add(definition::Column::Version.eq(row.version)),
            );
        }
        let found = definition::Entity::find()
            .filter(definition::Column::Kind.eq(Kind::Form.as_str()))
            .filter(wanted)
            .all(self.platform.db.read())
            .await?;
        Ok(found.into_iter().map(|row| ((row.key, row.version), row.content)).collect())
    }

    /// Takes a template as it is now over into drafts of forms; what is published stays.
    ///
    /// # Errors
    /// 409 when the entry is no template, 422 without a form or with too many.
    pub(crate) async fn take_over(
        &self,
        caller: &Allowed<EditDesign>,
        id: Uuid,
        forms: &[Uuid],
    ) -> Result<Vec<TakenOver>> {
        if forms.is_empty() || forms.len() as u64 > MOST {
            return Err(Problem::invalid_field("/forms", "required", "选择要跟着模板改的表单，一次最多 100 份"));
        }
        let (template, now) = self.template(caller, id).await?;
        let mut done = Vec::with_capacity(forms.len());
        for form in forms {
            let row = self.in_view(caller, *form).await?;
            let name = row.name.clone();
            let (result, note) = match self.take_into(caller, row, &template.key, &now).await {
                Ok((true, note)) => ("taken", note),
                Ok((false, note)) => ("same", note),
                Err(problem) if problem.status().is_client_error() => ("refused", problem.title().to_owned()),
                Err(problem) => return Err(problem),
            };
            done.push(TakenOver { id: *form, name, result, note });
        }
        Ok(done)
    }

    async fn take_into(
        &self,
        caller: &Principal,
        row: entry::Model,
        template: &str,
        now: &Value,
    ) -> Result<(bool, String)> {
        if row.kind != Kind::Form.as_str() || row.disabled {
            return Err(Problem::conflict("not_open", "这份定义不是在用的表单。"));
        }
        let form = read(&self.content_of(&row).await?)
            .ok_or_else(|| Problem::conflict("unreadable", "表单的内容读不出来，请先改好它。"))?;
        if !sections(&form).iter().any(|part| is_from(part, template)) {
            return Err(Problem::conflict("not_taken", "这份表单没有用这个模板。"));
        }
        let (next, notes) = taken_over(&form, now, template).map_err(|reason| Problem::conflict("twice", reason))?;
        if next == form {
            return Ok((false, notes.join("；")));
        }
        let content = next.to_string();
        let change = Changed {
            uses: Some(uses_of(Kind::Form, &content)),
            draft: Some(Some(content)),
            detail: json!({ "template": template }),
            ..Changed::of("design.take_over")
        };
        self.change(caller, row.id, row.revision, change).await?;
        Ok((true, notes.join("；")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(label: &str) -> Value {
        json!({ "sections": [{ "key": "applicant", "title": "申请人", "fields": [
            { "key": "name", "type": "text", "label": label, "shared": "person.name" },
            { "key": "c", "type": "columns", "fields": [{ "key": "phone", "type": "phone", "label": "电话" }] },
        ] }] })
    }

    /// The part follows the template; owner, condition and other parts are the form's own.
    ///
    /// req: FORM-002
    #[test]
    fn a_part_follows_its_template_and_the_rest_stays() {
        let form = json!({ "title": "请假", "sections": [
            { "key": "own", "title": "自己的", "fields": [{ "key": "reason", "type": "text", "label": "原因" }] },
            { "key": "applicant", "title": "旧", "from": "t", "owner": "o1", "visibleWhen": "reason != null", "hint": "x", "fields": [] },
        ] });
        let (next, notes) = taken_over(&form, &template("姓名"), "t").unwrap();
        assert!(notes.is_empty());
        let part = &next["sections"][1];
        assert_eq!((part["title"].as_str(), part["owner"].as_str()), (Some("申请人"), Some("o1")));
        assert_eq!(part["visibleWhen"], "reason != null");
        assert!(part.get("hint").is_none(), "the template has none");
        assert_eq!(part["fields"][0]["label"], "姓名");
        assert_eq!(next["sections"][0], form["sections"][0]);
        assert_eq!(taken_over(&next, &template("姓名"), "t").unwrap().0, next, "a second time changes nothing");
    }

    /// A shared field that stands elsewhere is asked once; a key that stands elsewhere refuses.
    ///
    /// req: FORM-002
    #[test]
    fn a_field_is_not_asked_twice_and_a_key_never_stands_twice() {
        let form = |other: Value| {
            json!({ "sections": [
                { "key": "own", "title": "自己的", "fields": [other] },
                { "key": "applicant", "title": "申请人", "from": "t", "fields": [] },
            ] })
        };
        let asked = form(json!({ "key": "xm", "type": "text", "label": "姓名", "shared": "person.name" }));
        let (next, _) = taken_over(&asked, &template("姓名"), "t").unwrap();
        assert_eq!(next["sections"][1]["fields"].as_array().unwrap().len(), 1);
        let twice = form(json!({ "key": "phone", "type": "text", "label": "电话" }));
        assert!(taken_over(&twice, &template("姓名"), "t").unwrap_err().contains("phone"));
        let gone = json!({ "sections": [{ "key": "old", "title": "旧的", "from": "t", "fields": [] }] });
        let (same, notes) = taken_over(&gone, &template("姓名"), "t").unwrap();
        assert_eq!((same, notes.len()), (gone, 1));
    }
}
