//! Which uploaded files stand in filled-in data.

use serde_json::{Map, Value};

use crate::definition::{Field, FieldType, opened};

pub(crate) fn gather(fields: &[Field], data: &Map<String, Value>, path: &str, found: &mut Vec<(String, String)>) {
    for (field, _) in opened(fields) {
        let at = format!("{path}/{}", field.key);
        let Some(value) = data.get(&field.key) else { continue };
        match (field.kind, value) {
            (kind, Value::Array(files)) if kind.is_files() => {
                let ids = files.iter().filter_map(|file| file.get("id")?.as_str());
                found.extend(ids.map(|id| (at.clone(), id.to_owned())));
            }
            (FieldType::Group, Value::Object(group)) => gather(&field.fields, group, &at, found),
            (FieldType::Table, Value::Array(rows)) => {
                for (n, row) in rows.iter().enumerate() {
                    if let Value::Object(row) = row {
                        gather(&field.fields, row, &format!("{at}/{n}"), found);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Form;

    /// req: FORM-008
    #[test]
    fn files_are_found_in_groups_rows_and_layouts() {
        let form = Form::from_value(json!({ "schema": "tongban-form/1", "key": "t", "title": "表", "sections": [
            { "key": "s", "title": "节", "fields": [
                { "key": "fold", "type": "collapse", "label": "折叠", "fields": [{ "key": "a", "type": "file", "label": "甲" }] },
                { "key": "rows", "type": "table", "label": "行", "fields": [{ "key": "b", "type": "image", "label": "乙" }] },
                { "key": "name", "type": "text", "label": "名" }] }] }))
        .unwrap();
        let file = |id: &str| json!([{ "id": id, "name": "x.png" }]);
        let data = json!({ "a": file("1"), "rows": [{}, { "b": file("2") }], "name": "{\"id\": 3}" });
        let found = form.files(data.as_object().unwrap());
        assert_eq!(found, [("/a".to_owned(), "1".to_owned()), ("/rows/1/b".to_owned(), "2".to_owned())]);
    }
}
