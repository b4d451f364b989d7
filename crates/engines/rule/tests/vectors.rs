//! The shared FEEL vectors: the browser runtime runs the same file.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    expression: String,
    #[serde(default)]
    context: Map<String, Value>,
    expect: Value,
}

/// req: FORM-015
/// req: FORM-017
#[test]
fn every_vector_gives_its_result() {
    let file: File = serde_json::from_str(include_str!("feel-vectors.json")).expect("vectors are JSON");
    assert!(file.vectors.len() >= 60);
    let feel = rule::Feel::new();
    let wrong: Vec<String> = file
        .vectors
        .iter()
        .filter_map(|vector| {
            let got = feel.evaluate(&vector.expression, &vector.context);
            (got.as_ref() != Ok(&vector.expect))
                .then(|| format!("{}: {} gave {got:?}, not {}", vector.name, vector.expression, vector.expect))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
