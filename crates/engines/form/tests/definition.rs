//! Reading and linting a definition: every mistake with its place.

use form::{Defect, Expressions, Form};
use serde_json::{Map, Value, json};

/// Knows nothing of any language: refuses what contains a name in capitals.
struct Names;

impl Expressions for Names {
    fn evaluate(&self, _: &str, _: &Map<String, Value>) -> Result<Value, String> {
        Ok(Value::Null)
    }

    fn check(&self, expression: &str, names: &[String]) -> Result<(), String> {
        let mut words = expression.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        match words.find(|word| !names.iter().any(|name| name == word) && word.parse::<f64>().is_err()) {
            Some(word) => Err(format!("没有“{word}”这个名称")),
            None => Ok(()),
        }
    }
}

fn definition(fields: Value) -> Value {
    json!({"schema": "tongban-form/1", "key": "test-form", "title": "测试", "sections": [{"key": "main", "title": "基本", "fields": fields}]})
}

fn lint(fields: Value) -> Vec<(String, String)> {
    let form = Form::from_value(definition(fields)).expect("a form");
    form.lint(&Names).into_iter().map(|Defect { pointer, message }| (pointer, message)).collect()
}

fn pointers(fields: Value) -> Vec<String> {
    lint(fields).into_iter().map(|(pointer, _)| pointer).collect()
}

fn text(key: &str) -> Value {
    json!({"key": key, "type": "text", "label": key})
}

/// req: FORM-016
#[test]
fn every_mistake_in_the_text_is_reported_at_its_place() {
    let bad = json!({
        "schema": "tongban-form/2", "key": "k", "title": "标题", "extra": 1,
        "sections": [
            {"key": "main", "title": "基本", "fields": [
                {"key": "a", "type": "texts", "label": "甲"},
                {"key": "b", "type": "number", "lable": "乙", "min": true},
                {"key": "c", "type": "table", "label": "丙", "fields": [{"type": "text", "label": "丁", "minLength": -1}]},
            ]},
        ]
    });
    let defects = Form::parse(&bad.to_string()).expect_err("defects");
    let places: Vec<&str> = defects.iter().map(|defect| defect.pointer.as_str()).collect();
    assert_eq!(
        places,
        [
            "/schema",
            "/sections/0/fields/0/type",
            "/sections/0/fields/1",
            "/sections/0/fields/1/min",
            "/sections/0/fields/1/lable",
            "/sections/0/fields/2/fields/0",
            "/sections/0/fields/2/fields/0/minLength",
            "/extra",
        ]
    );
    assert_eq!(Form::parse("{").expect_err("defects")[0].message, "不是 JSON：第 1 行第 1 列读不下去");
    assert_eq!(Form::parse("[]").expect_err("defects")[0].pointer, "");
}

/// req: FORM-001
#[test]
fn a_definition_survives_writing_and_reading() {
    let form = Form::from_value(definition(json!([
        {"key": "a", "type": "select", "label": "甲", "options": [{"value": "1", "label": "一"}], "permission": {"approver": "read"}, "span": 2},
        {"key": "b", "type": "table", "label": "乙", "required": false, "fields": [text("c")], "maxRows": 3},
    ])))
    .expect("a form");
    let again = Form::from_value(serde_json::to_value(&*form).expect("JSON")).expect("a form");
    assert_eq!(*again, *form);
}

/// req: FORM-028
#[test]
fn doubled_keys_bad_keys_and_reserved_words() {
    assert_eq!(
        lint(json!([text("a"), text("a"), text("Area"), text("list"), text("today")])),
        [
            ("/sections/0/fields/1/key".to_owned(), "字段 a 出现了两次".to_owned()),
            ("/sections/0/fields/2/key".to_owned(), "字段的 key 用小写字母开头，只含小写字母、数字和下划线".to_owned()),
            ("/sections/0/fields/3/key".to_owned(), "list 在表达式里另有含义，请换一个 key".to_owned()),
            ("/sections/0/fields/4/key".to_owned(), "today 在表达式里另有含义，请换一个 key".to_owned()),
        ]
    );
}

/// A key may be called like a function until the form calls that function.
#[test]
fn a_key_called_like_a_used_function() {
    let fields = |feel: &str| json!([text("count"), text("length"), {"key": "a", "type": "number", "label": "甲", "compute": feel}]);
    let keys =
        |feel: &str| pointers(fields(feel)).into_iter().filter(|pointer| pointer.ends_with("key")).collect::<Vec<_>>();
    assert_eq!(keys("1"), Vec::<String>::new());
    assert_eq!(keys("string length(\"x\")"), Vec::<String>::new());
    assert_eq!(keys("if count(a) > 1 then 1 else 2"), ["/sections/0/fields/0/key"]);
    assert_eq!(keys("count (a)"), ["/sections/0/fields/0/key"]);
}

/// req: FORM-017
#[test]
fn unknown_names_and_circles() {
    let fields = json!([
        {"key": "a", "type": "text", "label": "甲", "visibleWhen": "b > 1"},
        {"key": "b", "type": "number", "label": "乙", "compute": "c + 1"},
        {"key": "c", "type": "number", "label": "丙", "visibleWhen": "a > 1"},
        {"key": "d", "type": "number", "label": "丁", "compute": "d + 1"},
        {"key": "e", "type": "number", "label": "戊", "requiredWhen": "e > 1 + situation + handle_item", "validate": [{"feel": "nobody > 1", "message": ""}]},
    ]);
    assert_eq!(
        pointers(fields),
        [
            "/sections/0/fields/4/validate/0/feel",
            "/sections/0/fields/4/validate/0/message",
            "/sections/0/fields/0/visibleWhen",
            "/sections/0/fields/1/compute",
            "/sections/0/fields/2/visibleWhen",
            "/sections/0/fields/3/compute",
        ]
    );
}

/// req: FORM-033
#[test]
fn scripts_are_found_in_any_text() {
    let fields = json!([
        {"key": "a", "type": "text", "label": "甲<SCRIPT>", "hint": "见 JavaScript:alert(1)"},
        {"key": "b", "type": "radio", "label": "乙", "options": [{"value": "1", "label": "$FNX(1)"}]},
    ]);
    assert_eq!(
        pointers(fields),
        ["/sections/0/fields/0/label", "/sections/0/fields/0/hint", "/sections/0/fields/1/options/0/label"]
    );
}

/// req: FORM-015
#[test]
fn parts_that_do_not_fit_the_type() {
    let fields = json!([
        {"key": "a", "type": "select", "label": "甲"},
        {"key": "b", "type": "number", "label": "乙", "min": 5, "max": 3, "decimals": 30, "pattern": "x"},
        {"key": "c", "type": "date", "label": "丙", "min": "today", "max": "2026-13-01"},
        {"key": "d", "type": "text", "label": "丁", "minLength": 3, "maxLength": 2, "pattern": "(", "minRows": 1, "unique": true, "locked": true, "span": 3},
        {"key": "e", "type": "table", "label": "戊", "minRows": 3, "maxRows": 2},
        {"key": "f", "type": "radio", "label": "己", "options": [{"value": "1", "label": "一"}, {"value": "1", "label": "二"}]},
        {"key": "g", "type": "number", "label": "庚", "min": "today"},
    ]);
    assert_eq!(
        pointers(fields),
        [
            "/sections/0/fields/0/options",
            "/sections/0/fields/1/pattern",
            "/sections/0/fields/1/decimals",
            "/sections/0/fields/1/min",
            "/sections/0/fields/2/max",
            "/sections/0/fields/3/unique",
            "/sections/0/fields/3/locked",
            "/sections/0/fields/3/span",
            "/sections/0/fields/3/pattern",
            "/sections/0/fields/3/minLength",
            "/sections/0/fields/3/minRows",
            "/sections/0/fields/4/fields",
            "/sections/0/fields/4/minRows",
            "/sections/0/fields/5/options/1/value",
            "/sections/0/fields/6/min",
        ]
    );
}

/// req: FORM-014
#[test]
fn prefill_takes_what_is_known_and_locks_what_must_stay() {
    let form = Form::from_value(definition(json!([
        {"key": "name", "type": "text", "label": "姓名", "source": "account.name", "locked": true},
        {"key": "phone", "type": "phone", "label": "手机号码", "source": "account.phone"},
        {"key": "shop", "type": "group", "label": "店铺", "fields": [
            {"key": "address", "type": "address", "label": "地址", "source": "licence.address", "locked": true},
            {"key": "area", "type": "number", "label": "面积", "source": "licence.area"},
        ]},
    ])))
    .expect("a form");
    let source = json!({"account": {"name": "张三", "phone": ""}, "licence": {"address": "示例市长安路 1 号"}});
    let prefill = form.prefill(source.as_object().expect("an object"));
    assert_eq!(json!(prefill.data), json!({"name": "张三", "shop": {"address": "示例市长安路 1 号"}}));
    assert_eq!(json!(prefill.locked), json!({"name": "张三", "shop": {"address": "示例市长安路 1 号"}}));
}
