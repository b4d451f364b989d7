//! Reads a definition key by key, so that each mistake is reported at its own place and all at once.

use crate::Defect;
use crate::definition::{Definition, Field, FieldType, SCHEMA, Section};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Deepest nesting of groups, tables and layouts.
const DEEPEST: usize = 6;

pub(crate) fn parse(json: &str) -> Result<Definition, Vec<Defect>> {
    let value = serde_json::from_str(json).map_err(|error| {
        let message = format!("不是 JSON：第 {} 行第 {} 列读不下去", error.line(), error.column());
        vec![Defect { pointer: String::new(), message }]
    })?;
    read(value)
}

pub(crate) fn read(value: Value) -> Result<Definition, Vec<Defect>> {
    let mut reader = Reader { defects: Vec::new() };
    let definition = reader.definition(value);
    match definition {
        Some(definition) if reader.defects.is_empty() => Ok(definition),
        _ => Err(reader.defects),
    }
}

struct Reader {
    defects: Vec<Defect>,
}

/// An object being read: what is taken out is known, what is left over is not.
struct Object {
    pointer: String,
    map: Map<String, Value>,
}

impl Reader {
    fn defect(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.defects.push(Defect { pointer: pointer.into(), message: message.into() });
    }

    fn object(&mut self, value: Value, pointer: String) -> Option<Object> {
        match value {
            Value::Object(map) => Some(Object { pointer, map }),
            _ => {
                self.defect(pointer, "这里要是一个对象");
                None
            }
        }
    }

    fn optional<T: DeserializeOwned>(&mut self, object: &mut Object, key: &str) -> Option<T> {
        let value = object.map.shift_remove(key)?;
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => {
                self.defect(format!("{}/{key}", object.pointer), format!("{key} 写得不对：{error}"));
                None
            }
        }
    }

    fn needed<T: DeserializeOwned>(&mut self, object: &mut Object, key: &str) -> Option<T> {
        if !object.map.contains_key(key) {
            self.defect(object.pointer.clone(), format!("缺少 {key}"));
        }
        self.optional(object, key)
    }

    fn finish(&mut self, object: &Object) {
        for key in object.map.keys() {
            self.defect(format!("{}/{}", object.pointer, escape(key)), format!("没有 {key} 这一项"));
        }
    }

    fn items(&mut self, object: &mut Object, key: &str) -> Vec<(String, Value)> {
        let pointer = format!("{}/{key}", object.pointer);
        match object.map.shift_remove(key) {
            Some(Value::Array(items)) => {
                items.into_iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)).collect()
            }
            None => Vec::new(),
            Some(_) => {
                self.defect(pointer, format!("{key} 要是一个列表"));
                Vec::new()
            }
        }
    }

    fn definition(&mut self, value: Value) -> Option<Definition> {
        let mut object = self.object(value, String::new())?;
        let schema: Option<String> = self.needed(&mut object, "schema");
        if let Some(schema) = &schema
            && schema != SCHEMA
        {
            self.defect("/schema", format!("schema 要是 {SCHEMA}"));
        }
        let key = self.needed(&mut object, "key");
        let title = self.needed(&mut object, "title");
        let items = self.items(&mut object, "sections");
        if items.is_empty() {
            self.defect("/sections", "表单至少要有一个分节");
        }
        let sections = items.into_iter().filter_map(|(pointer, item)| self.section(item, pointer)).collect();
        self.finish(&object);
        Some(Definition { schema: schema?, key: key?, title: title?, sections })
    }

    fn section(&mut self, value: Value, pointer: String) -> Option<Section> {
        let mut object = self.object(value, pointer)?;
        let key = self.needed(&mut object, "key");
        let title = self.needed(&mut object, "title");
        let hint = self.optional(&mut object, "hint");
        let purpose = self.optional(&mut object, "purpose");
        let visible_when = self.optional(&mut object, "visibleWhen");
        let owner = self.optional(&mut object, "owner");
        let from = self.optional(&mut object, "from");
        let items = self.items(&mut object, "fields");
        let fields = items.into_iter().filter_map(|(pointer, item)| self.field(item, pointer, 0)).collect();
        self.finish(&object);
        Some(Section { key: key?, title: title?, hint, purpose, visible_when, owner, from, fields })
    }

    fn field(&mut self, value: Value, pointer: String, depth: usize) -> Option<Field> {
        let mut object = self.object(value, pointer)?;
        let o = &mut object;
        let key = self.needed(o, "key");
        let kind: Option<FieldType> = self.needed(o, "type");
        let label = self.needed(o, "label");
        let items = self.items(o, "fields");
        let fields = if depth >= DEEPEST && !items.is_empty() {
            self.defect(format!("{}/fields", o.pointer), format!("最多嵌套 {DEEPEST} 层"));
            Vec::new()
        } else {
            items.into_iter().filter_map(|(pointer, item)| self.field(item, pointer, depth + 1)).collect()
        };
        let field = Field {
            key: String::new(),
            kind: kind.unwrap_or(FieldType::Note),
            label: String::new(),
            hint: self.optional(o, "hint"),
            unit: self.optional(o, "unit"),
            example: self.optional(o, "example"),
            required: self.optional(o, "required").unwrap_or(true),
            required_when: self.optional(o, "requiredWhen"),
            visible_when: self.optional(o, "visibleWhen"),
            compute: self.optional(o, "compute"),
            options: self.optional(o, "options").unwrap_or_default(),
            validate: self.optional(o, "validate").unwrap_or_default(),
            min_length: self.optional(o, "minLength"),
            max_length: self.optional(o, "maxLength"),
            min: self.optional(o, "min"),
            max: self.optional(o, "max"),
            decimals: self.optional(o, "decimals"),
            pattern: self.optional(o, "pattern"),
            span: self.optional(o, "span"),
            source: self.optional(o, "source"),
            locked: self.optional(o, "locked").unwrap_or_default(),
            source_note: self.optional(o, "sourceNote"),
            compare: self.optional(o, "compare"),
            permission: self.optional(o, "permission").unwrap_or_default(),
            read_only: self.optional(o, "readOnly").unwrap_or_default(),
            default: self.optional(o, "default"),
            shared: self.optional(o, "shared"),
            columns: self.optional(o, "columns"),
            open: self.optional(o, "open"),
            lines: self.optional(o, "lines"),
            accept: self.optional(o, "accept").unwrap_or_default(),
            max_files: self.optional(o, "maxFiles"),
            max_size: self.optional(o, "maxSize"),
            fields,
            min_rows: self.optional(o, "minRows"),
            max_rows: self.optional(o, "maxRows"),
            unique: self.optional(o, "unique").unwrap_or_default(),
        };
        self.finish(&object);
        kind?;
        Some(Field { key: key?, label: label?, ..field })
    }
}

/// Escapes a key as a JSON pointer step.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
