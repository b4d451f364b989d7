//! What an expression reads of its context, and that reading less changes no answer.

use rule::{Feel, Source};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::cell::RefCell;

/// A context that notes what is asked for.
struct Noted {
    values: Map<String, Value>,
    asked: RefCell<Vec<String>>,
}

impl Source for Noted {
    fn value(&self, name: &str, members: Option<&[String]>) -> Option<Cow<'_, Value>> {
        let members = members.map_or("*".to_owned(), |members| members.join(","));
        self.asked.borrow_mut().push(format!("{name}:{members}"));
        self.values.get(name).map(Cow::Borrowed)
    }
}

fn context(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("no object: {other}"),
    }
}

fn asked(expression: &str) -> Vec<String> {
    let values = context(json!({ "form": { "a": 1, "b": 2, "rows": [{ "n": 1 }] }, "rows": [{ "n": 1, "m": 2 }] }));
    let noted = Noted { values, asked: RefCell::default() };
    Feel::new().evaluate_from(expression, &noted).unwrap();
    noted.asked.into_inner()
}

/// req: FORM-016 a rule over a large form reads the fields it names and no other
#[test]
fn only_what_an_expression_names_is_read() {
    assert_eq!(asked("form.a + form.b"), ["form:a,b"]);
    assert_eq!(asked("form.a = 1 and count(form.rows) = 1"), ["form:a,rows"]);
    assert_eq!(asked("form.a = 1 and form != null"), ["form:*"], "the whole is named too");
    assert_eq!(asked("sum(for row in rows return row.n)"), ["rows:n"]);
    assert_eq!(asked("sum(rows[n > 0].n)"), ["rows:*", "n:*"]);
    assert_eq!(asked("(for form in rows return form.n)[1] + form.a"), ["rows:*", "form:a"], "a bound name is not read");
}

/// Each spelling on its own, whatever the context holds in its place.
#[test]
fn quicker_spellings_answer_what_the_plain_ones_do() {
    let feel = Feel::new();
    let rows = [
        json!([{ "n": 1 }, { "n": 2.5, "m": 1 }, { "m": 1 }]),
        json!([{ "n": [1, 2] }, { "n": { "x": 1 } }]),
        json!([{ "@": "2026-01-10" }]),
        json!([[{ "n": 1 }], { "n": 2 }]),
        json!([1, "a", null]),
        json!([]),
        json!({ "n": 7 }),
        json!(5),
        json!(null),
    ];
    for value in rows {
        let context = context(json!({ "rows": value }));
        for member in ["n", "year"] {
            // The second is not written anew: `partial` makes its loop another one.
            let quick = feel.evaluate(&format!("for r in rows return r.{member}"), &context);
            let plain =
                feel.evaluate(&format!("for r in rows return if partial = null then 0 else r.{member}"), &context);
            assert_eq!(quick, plain, "{value} {member}");
        }
    }
    for text in ["P5Y", "-P1Y2M", "P3D", "PT36H", "P1Y2D", "P", "2026-01-10", "2026-02-30", "x"] {
        let context = context(json!({ "text": text, "day": { "@": text } }));
        for call in ["duration", "date"] {
            let literal = feel.evaluate(&format!("string({call}(\"{text}\"))"), &context);
            let read = feel.evaluate(&format!("string({call}(text))"), &context);
            assert_eq!(literal, read, "{call} {text}");
        }
    }
    let days = context(json!({ "day": { "@": "2024-02-29" }, "none": { "@": "2026-02-30" } }));
    assert_eq!(feel.evaluate("day + duration(\"P1Y\")", &days), Ok(json!("2025-02-28")));
    assert_eq!(feel.evaluate("day.month + day.day", &days), Ok(json!(31)));
    assert_eq!(feel.evaluate("none", &days), Ok(Value::Null));
}
