//! What expressions may not do, and what is said about it.

use rule::{Feel, RuleError};
use serde_json::{Map, json};
use std::time::Instant;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn refused(expression: &str) -> bool {
    matches!(Feel::new().compile(expression, &[]), Err(RuleError::Refused { .. } | RuleError::TooLarge { .. }))
}

/// req: FORM-016
#[test]
fn a_syntax_error_names_its_place() {
    let feel = Feel::new();
    let Err(RuleError::Syntax { position, near }) = feel.check("面积 > > 3", &names(&["面积"])) else {
        panic!("accepted")
    };
    assert_eq!((position, near.as_str()), (3, "> > 3"));
    assert!(matches!(feel.check("", &[]), Err(RuleError::Syntax { position: 0, .. })));
    assert!(matches!(feel.check("if a then b", &names(&["a", "b"])), Err(RuleError::Syntax { .. })));
}

/// req: FORM-016
#[test]
fn an_unknown_name_is_reported_with_its_place() {
    let feel = Feel::new();
    let known = names(&["area", "rows", "situation"]);
    assert_eq!(
        feel.check("area > 3 and situatoin.agent = \"situatoin\"", &known),
        Err(RuleError::UnknownName { name: "situatoin".into(), position: 13 })
    );
    assert_eq!(feel.check("sum(rows[amount > 3].amount) > area", &known), Ok(()));
    assert_eq!(feel.check("for r in rows return r.amount", &known), Ok(()));
    assert_eq!(feel.check("every r in rows satisfies r.amount > area", &known), Ok(()));
}

/// A key may be called like a function as long as the expression does not call it; only words of the grammar may not.
#[test]
fn names_may_be_words_of_functions() {
    let feel = Feel::new();
    let words = [
        "before", "after", "product", "mode", "during", "includes", "is", "meets", "starts", "finishes", "overlaps",
        "exp", "log", "even", "odd", "mean", "remove", "reverse", "replace", "split", "union", "append", "floor",
        "all", "any", "count", "sum", "min", "max", "number", "string", "date", "time", "duration", "decimal",
        "contains", "matches", "sort", "year", "day", "end", "today",
    ];
    let broken: Vec<&str> = words
        .into_iter()
        .filter(|word| {
            assert!(!rule::is_reserved(word));
            let mut context = Map::new();
            context.insert((*word).to_owned(), json!(5));
            context.insert("rows".into(), json!([{ *word: 5 }]));
            let is = |expression: String, wanted| feel.evaluate(&expression, &context) == Ok(wanted);
            !(is(format!("{word} != 3 and {word} - 1 = 4"), json!(true))
                && is(format!("for r in rows return r.{word} + 1"), json!([6]))
                && is(format!("rows[{word} > 1]"), json!([{ *word: 5 }]))
                && feel.evaluate(&format!("{word} = null"), &Map::new()) == Ok(json!(true)))
        })
        .collect();
    assert_eq!(broken, Vec::<&str>::new());
}

#[test]
fn other_programs_the_clock_and_own_functions_are_refused() {
    assert!(refused(
        r#"(function(x) external { java: { class: "java.lang.Math", method signature: "abs(int)" } })(1)"#
    ));
    assert!(refused(r#"{f: function(x) external { pmml: { document: "d", model: "m" } }, r: f(1)}.r"#));
    assert!(refused("now()"));
    assert!(refused("today()"));
    assert!(refused("{f: today, r: f()}.r"));
    assert!(refused("{f: function(n) f(n + 1), r: f(0)}.r"));
    assert!(refused("launch(1)"));
}

#[test]
fn what_would_run_long_is_refused_or_null() {
    assert!(refused(&"1 + ".repeat(2_000)));
    assert!(refused(&format!("{}1{}", "-(".repeat(120), ")".repeat(120))));
    assert!(refused(&format!("{}1{}", "-(".repeat(1_300), ")".repeat(1_300))));
    assert!(refused(&format!("{}1{}", "[".repeat(1_900), "]".repeat(1_900))));
    assert!(refused("for n in 1..1000000 return n"));
    assert!(refused("for a in rows, b in rows, c in rows return a"));
    assert!(refused("some a in rows satisfies (some b in rows satisfies (some c in rows satisfies a = c))"));
    let doubling = (0..40).map(|n| format!("a{}: concatenate(a{n}, a{n})", n + 1)).collect::<Vec<_>>().join(", ");
    assert!(refused(&format!("{{a0: [1], {doubling}}}")));
    let before = Instant::now();
    let context = json!({"top": 2_000_000_000, "rows": vec![json!({"n": 1}); 100]});
    let context = context.as_object().expect("an object");
    let feel = Feel::new();
    assert_eq!(feel.evaluate("for n in 1..top return n", context), Ok(json!(null)));
    assert_eq!(feel.evaluate("some n in [1..top] satisfies n = 0", context), Ok(json!(null)));
    assert!(before.elapsed().as_secs() < 5);
}

#[test]
fn an_input_may_not_be_huge() {
    let feel = Feel::new();
    let mut context = Map::new();
    context.insert("rows".into(), json!(vec![1; 100_001]));
    assert!(matches!(feel.evaluate("count(rows)", &context), Err(RuleError::TooLarge { .. })));
    assert_eq!(feel.evaluate("1 + 1", &context), Ok(json!(2)));
}

#[test]
fn a_reading_of_anything_is_an_error_or_a_result_never_a_crash() {
    let feel = Feel::new();
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\\u12",
        "@\"",
        "1",
        "..",
        ".",
        "-",
        "if ",
        "then ",
        "else ",
        "面积",
        "for ",
        "in ",
        "return ",
        "not(",
        ",",
        ":",
        "/*",
        "//",
        "and ",
        "between ",
        "instance of ",
        "<",
        "\n",
    ];
    let mut seed = 7_u64;
    for _ in 0..5_000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
        }
        let _ = feel.evaluate(&text, &Map::new());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    /// Numbers are exact: what two decimals add up to is what integers of their last place add up to.
    #[test]
    fn cents_never_drift(a in -10_000_000_i64..10_000_000, b in -10_000_000_i64..10_000_000) {
        let yuan = |fen: i64| format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
        let context = json!({"a": {"@": yuan(a)}, "b": {"@": yuan(b)}});
        let sum = Feel::new().evaluate("(a + b) * 100", context.as_object().expect("an object"));
        proptest::prop_assert_eq!(sum, Ok(json!(a + b)));
    }
}

/// A pattern that makes other evaluators try again and again answers at once, whatever the text; one that can't be, or
/// would be too large, gives nothing.
///
/// req: OPS-030
#[test]
fn no_pattern_makes_the_evaluator_think_for_long() {
    let feel = Feel::new();
    let begun = Instant::now();
    let mut context = Map::new();
    context.insert("text".to_owned(), json!(format!("{}!", "a".repeat(20_000))));
    for pattern in
        ["(a+)+$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "a{1,999}{1,999}{1,999}", "(((((", "[a-"]
    {
        for expression in [
            format!("matches(text, \"{pattern}\")"),
            format!("replace(text, \"{pattern}\", \"b\")"),
            format!("split(text, \"{pattern}\")"),
        ] {
            // Refused when it is compiled, nothing as a result, or an answer: never a wait and never a crash.
            let _ = feel.evaluate(&expression, &context);
        }
    }
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    assert_eq!(feel.evaluate("matches(text, \"^a+!$\")", &context), Ok(json!(true)));
    assert_eq!(feel.evaluate("matches(text, \"^b\")", &context), Ok(json!(false)));
}
