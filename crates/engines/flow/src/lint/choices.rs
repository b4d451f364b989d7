//! Steps whose handler is chosen by who hands the case on (CASE-033): `tongban:choose`.

use crate::finding::Finding;
use crate::model::Definition;

pub(super) fn check(definition: &Definition, findings: &mut Vec<Finding>) {
    for node in &definition.nodes {
        let Some(text) = node.attribute("choose") else { continue };
        let label = node.label();
        if !matches!(text, "may" | "must") {
            let message = format!("“{label}”由谁选办理人只能是 may（可以选）或 must（要选）");
            findings.push(Finding::error(&node.id, "bad_choose", message));
        } else if node.settings.joint.is_some() {
            let message = format!("“{label}”是会签，人已经定好，不能再由上一环节选。去掉其中一样");
            findings.push(Finding::error(&node.id, "choose_joint", message));
        }
    }
}
