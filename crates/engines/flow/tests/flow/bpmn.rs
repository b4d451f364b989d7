//! Reading and writing the files.

use flow::{Definition, MAX_BYTES, NodeKind, Timer, lint, outline};

use crate::fakes::{Fake, load, read, surroundings};

pub const SOUND: &[&str] = &["sequential", "exclusive", "parallel", "inclusive", "timer", "loop", "foreign"];

/// req: FORM-028
#[test]
fn sound_files_have_no_findings() {
    for name in SOUND {
        let findings = lint(&load(name), &Fake, &surroundings());
        assert!(findings.is_empty(), "{name}: {findings:#?}");
    }
}

/// What a drawing tool wrote and we do not understand is still there afterwards, to the byte.
#[test]
fn a_file_survives_reading_and_writing() {
    for name in SOUND {
        let source = read(name);
        let written = Definition::parse(&source).unwrap().to_xml();
        // Between tag parts white space may differ (`<a />`), nothing else.
        assert_eq!(
            written.replace("/>", " />").replace("  />", " />"),
            source.replace("/>", " />").replace("  />", " />"),
            "{name}"
        );
        let again = Definition::parse(&written).unwrap().to_xml();
        assert_eq!(again, written, "{name}");
    }
}

/// Another tool: `bpmn:` prefix, our namespace under another prefix, lanes, diagram, its own extensions.
#[test]
fn another_modeller_s_file_is_understood() {
    let definition = load("foreign");
    assert_eq!(definition.id, "Process_1");
    assert_eq!(definition.name, "外来流程 A & B");
    let task = definition.node("Activity_1").unwrap();
    assert_eq!((task.name.as_str(), task.attribute("role"), task.days()), ("业务 审查", Some("reviewer"), Some(3)));
    assert_eq!(task.attributes.len(), 3, "foreign attributes are not ours: {:?}", task.attributes);
    assert_eq!(definition.flow("Flow_3").unwrap().condition.as_deref(), Some("Activity_1.outcome = \"pass\""));
    let written = definition.to_xml();
    for kept in [
        "camunda:assignee=\"demo\"",
        "<![CDATA[ if (a < b && c) { } ]]>",
        "xmlns:zeebe",
        "<di:waypoint x=\"188\"",
        "&#x4e00;",
        "<!-- drawn elsewhere -->",
        "<?tool keep me?>",
        "exporterVersion='5.0 \"x\"'",
        "<bpmndi:BPMNLabel></bpmndi:BPMNLabel>",
        "&#10;",
    ] {
        assert!(written.contains(kept), "lost: {kept}\n{written}");
    }
}

#[test]
fn timers_are_read_to_the_second() {
    let definition = load("timer");
    assert_eq!(definition.node("publish").unwrap().kind, NodeKind::Timer(Timer::Duration(172_800)));
    assert!(matches!(
        definition.node("remind").unwrap().kind,
        NodeKind::Boundary { timer: Timer::Duration(86_400), host: Some(_), interrupting: false }
    ));
}

#[test]
fn what_is_not_a_flow_is_refused() {
    let ok = read("sequential");
    let code = |xml: &str| Definition::parse(xml).map(|_| "accepted").unwrap_or_else(|findings| findings[0].code);
    assert_eq!(code(&ok), "accepted");
    assert_eq!(code(&format!("\u{feff}{ok}")), "accepted");
    assert_eq!(code(""), "xml_malformed");
    assert_eq!(code("流程"), "xml_malformed");
    assert_eq!(code("<a><b></a>"), "xml_malformed");
    assert_eq!(code("<a/><b/>"), "xml_malformed");
    assert_eq!(code("<a x='1' x='2'/>"), "xml_malformed");
    assert_eq!(code(&ok[..ok.len() - 20]), "xml_malformed");
    assert_eq!(code("<html/>"), "not_bpmn");
    assert_eq!(code("<definitions/>"), "not_bpmn", "the name without the namespace is not enough");
    assert_eq!(code("<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"/>"), "no_process");
    assert_eq!(code(&format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{ok}")), "xml_doctype");
    assert_eq!(code("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>"), "xml_doctype");
    assert_eq!(code("<x>&e;</x>"), "xml_entity");
    assert_eq!(code("<x a=\"&e;\"/>"), "xml_entity");
    assert_eq!(code(&" ".repeat(MAX_BYTES + 1)), "xml_too_large");
    assert_eq!(code(&"<a>".repeat(200)), "xml_too_deep");
    assert_eq!(code(&format!("<a>{}</a>", "<b/>".repeat(60_000))), "xml_too_large");
}

#[test]
fn the_outline_lists_steps_in_order_and_marks_what_may_be_skipped() {
    let steps =
        |name: &str| outline(&load(name)).into_iter().map(|step| (step.element, step.optional)).collect::<Vec<_>>();
    let own =
        |list: &[(&str, bool)]| list.iter().map(|(id, optional)| ((*id).to_owned(), *optional)).collect::<Vec<_>>();
    assert_eq!(steps("exclusive"), own(&[("review", false), ("inspect", true), ("decide", false)]));
    assert_eq!(
        steps("parallel"),
        own(&[("review", false), ("fire", false), ("health", false), ("health_check", false), ("decide", false)])
    );
    assert_eq!(
        steps("inclusive"),
        own(&[("review", false), ("fire", true), ("fire_again", true), ("health", true), ("decide", false)])
    );
    assert_eq!(steps("loop"), own(&[("review", false), ("fire", false), ("health", false), ("decide", false)]));
    let first = &outline(&load("exclusive"))[0];
    assert_eq!(
        (first.name.as_str(), first.role.as_deref(), first.stage.as_deref(), first.days),
        ("业务审查", Some("reviewer"), Some("review"), Some(2))
    );
}

/// Definitions are shared between the threads of a server.
#[test]
fn definitions_and_instances_cross_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Definition>();
    shared::<flow::Instance>();
}
