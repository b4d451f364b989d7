//! Bindings of a rules file: read, asked, told.

use rule::{Binding, Decisions, Filled, Severity};
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// The risk table as a check, with bindings.
fn bound(bindings: &str) -> String {
    let extension = format!(
        "<extensionElements><tongban:bindings xmlns:tongban=\"https://tongban.dev/dmn/1\">{bindings}\
         </tongban:bindings></extensionElements><inputData id=\"input_area\""
    );
    include_str!("decisions/risk.dmn").replacen("<inputData id=\"input_area\"", &extension, 1)
}

/// req: FORM-016
#[test]
fn bindings_are_read_from_the_file() {
    let file = bound(
        "<tongban:binding decision=\"风险等级\" form=\"food-form\" item=\"food\" channels=\"web  mobile\" \
         severity=\"warn\" from=\"2026-12-01\" until=\"2027-11-30\" message=\"面积 &lt; 8 &amp; 业态对不上\" />\
         <tongban:binding decision=\"风险等级\"></tongban:binding>",
    );
    let decisions = Decisions::parse(&file).expect("a DMN file");
    let whole = Binding {
        decision: "风险等级".into(),
        form: Some("food-form".into()),
        item: Some("food".into()),
        channels: vec!["web".into(), "mobile".into()],
        severity: Severity::Warn,
        from: Some("2026-12-01".into()),
        until: Some("2027-11-30".into()),
        message: "面积 < 8 & 业态对不上".into(),
    };
    let open = Binding { decision: "风险等级".into(), ..Binding::default() };
    assert_eq!(decisions.bindings(), [whole, open]);
    assert_eq!(decisions.reads("风险等级"), ["面积", "业态"]);
    let plain = Decisions::parse(include_str!("decisions/risk.dmn")).expect("a DMN file");
    assert!(plain.bindings().is_empty());
}

/// Form, item, channel and both days, each included.
///
/// req: FORM-016
#[test]
fn a_binding_asks_only_what_it_names_while_it_holds() {
    let binding = Binding {
        form: Some("f".into()),
        item: Some("i".into()),
        channels: vec!["window".into()],
        from: Some("2026-12-01".into()),
        until: Some("2026-12-31".into()),
        ..Binding::default()
    };
    let filled = Filled { form: "f", item: "i", channel: "window", today: "2026-12-01" };
    assert!(binding.asks(&filled));
    assert!(binding.asks(&Filled { today: "2026-12-31", ..filled }));
    assert!(binding.asks(&Filled { channel: "", ..filled }), "an unknown channel is asked everything");
    for other in [
        Filled { form: "g", ..filled },
        Filled { item: "j", ..filled },
        Filled { channel: "web", ..filled },
        Filled { today: "2026-11-30", ..filled },
        Filled { today: "2027-01-01", ..filled },
    ] {
        assert!(!binding.asks(&other), "{other:?}");
    }
    assert!(Binding::default().asks(&filled), "what is left out means every one");
}

/// `false` tells the binding's message, a text tells itself, null and true tell nothing.
///
/// req: FORM-016
#[test]
fn what_the_decision_gives_is_what_the_person_reads() {
    let binding = Binding { decision: "风险等级".into(), message: "不符合".into(), ..Binding::default() };
    let text = Decisions::parse(&bound("")).expect("a DMN file");
    let small = object(json!({ "面积": 30, "业态": "小餐饮" }));
    assert_eq!(text.unmet(&binding, &small), Ok(Some("低".into())));
    assert_eq!(text.unmet(&binding, &Map::new()), Ok(None), "nothing is filled in yet");
    let flags = bound("").replace("\"低\"", "false").replace("\"中\"", "true").replace("\"较高\"", "true");
    let flags = flags.replace("\"高\"", "true").replace("name=\"风险等级\" typeRef=\"string\"", "name=\"风险等级\"");
    let flags =
        Decisions::parse(&flags.replace("name=\"等级\" typeRef=\"string\"", "name=\"等级\"")).expect("a DMN file");
    assert_eq!(flags.unmet(&binding, &small), Ok(Some("不符合".into())));
    assert_eq!(flags.unmet(&binding, &object(json!({ "面积": 90, "业态": "快餐" }))), Ok(None));
    let silent = Binding { message: String::new(), ..binding };
    assert!(flags.unmet(&silent, &small).is_ok_and(|told| told.is_some_and(|text| text.contains("核对"))));
}

/// req: FORM-016
#[test]
fn a_binding_that_can_not_be_meant_is_told() {
    let decisions = Decisions::parse(&bound("")).expect("a DMN file");
    let sound = Binding { decision: "风险等级".into(), ..Binding::default() };
    assert!(sound.defects(&decisions).is_empty());
    for wrong in [
        Binding { decision: "没有".into(), ..sound.clone() },
        Binding { from: Some("2026-13-01".into()), ..sound.clone() },
        Binding { until: Some("明天".into()), ..sound.clone() },
        Binding { from: Some("2026-12-02".into()), until: Some("2026-12-01".into()), ..sound.clone() },
        Binding { channels: vec!["fax".into()], ..sound.clone() },
    ] {
        assert_eq!(wrong.defects(&decisions).len(), 1, "{wrong:?}");
    }
}
