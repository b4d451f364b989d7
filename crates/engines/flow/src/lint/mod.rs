//! Checking a definition before it is published (FORM-028).
//!
//! `elements` looks at each element alone, `paths` at the graph, `soundness` plays the token game through, `visits`
//! counts how often the applicant has to come, `choices` looks at whose handler is chosen.

mod choices;
mod elements;
mod paths;
pub(crate) mod soundness;
mod visits;

use crate::Conditions;
use crate::finding::Finding;
use crate::model::Definition;

/// What the surroundings know.
#[derive(Debug, Clone, Default)]
pub struct LintContext {
    /// Keys of the roles that exist.
    pub roles: Vec<String>,
    /// Keys of the services that exist.
    pub services: Vec<String>,
    /// The item's limit in working days; no limit, no check.
    pub limit_days: Option<u32>,
    /// How often the applicant may be made to come; no number, no check.
    pub visits: Option<u32>,
}

/// All findings, errors first, then in the order of the elements in the file.
///
/// A definition without an error never blocks a case: every case that gets answers to its tasks reaches an end. This is
/// proved by playing all choices through, conditions taken as free; where a flow is too large for that, a warning says so.
#[must_use]
pub fn lint(definition: &Definition, conditions: &dyn Conditions, context: &LintContext) -> Vec<Finding> {
    let mut findings = definition.faults.clone();
    elements::check(definition, conditions, context, &mut findings);
    paths::check(definition, context, &mut findings);
    choices::check(definition, &mut findings);
    visits::check(definition, context, &mut findings);
    // The token game needs a drawing whose parts fit together.
    if !findings.iter().any(|finding| finding.is_error() && STRUCTURAL.contains(&finding.code)) {
        soundness::check(definition, &mut findings);
    }
    for finding in &mut findings {
        drawn(definition, finding);
    }
    let place =
        |id: &str| definition.node_index.get(id).or_else(|| definition.flow_index.get(id)).copied().unwrap_or(0);
    findings.sort_by(|a, b| {
        (a.severity, place(&a.element), &a.element, a.code).cmp(&(b.severity, place(&b.element), &b.element, b.code))
    });
    findings.dedup();
    findings
}

/// Leads a finding about a sub-process's way in or out, or about the inside of a called flow, to what is drawn.
fn drawn(definition: &Definition, finding: &mut Finding) {
    let index = definition.node_index.get(&finding.element).copied().or_else(|| {
        let flow = definition.flow_index.get(&finding.element)?;
        Some(definition.flows[*flow].source)
    });
    let mut call = index.and_then(|index| definition.nodes[index].frame);
    while let Some(entry) = call {
        finding.element.clone_from(&definition.nodes[entry].id);
        call = definition.nodes[entry].frame;
    }
    for part in ["//end", "//in", "/end", "/in", "/out"] {
        if let Some(id) = finding.element.strip_suffix(part)
            && definition.node(id).is_some()
        {
            finding.element = id.to_owned();
        }
    }
}

const STRUCTURAL: &[&str] = &[
    "several_processes",
    "duplicate_id",
    "missing_id",
    "dangling_flow",
    "unsupported_element",
    "boundary_unattached",
    "bad_default",
    "no_start",
    "several_starts",
    "no_end",
    "unreachable",
    "dead_end",
    "end_unreachable",
    "start_has_incoming",
    "end_has_outgoing",
    "boundary_has_incoming",
    "crossing_flow",
    "event_has_flow",
    "missing_flow",
    "unknown_flow",
    "broken_flow",
    "call_cycle",
    "call_too_deep",
];
