//! Load–complete–store: a case's flow read from its text, one task completed, written back.

use ::flow::{Advance, Command, Definition, Effect, Instance, advance, start};
use anyhow::{Context, anyhow};
use design::FeelExpressions;
use serde_json::{Value, json};

use super::{object, pack};
use crate::measure::{Set, Workload};

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let text = pack("items/food-operation-permit/flow.bpmn")?;
    let definition = Definition::parse(&text).map_err(|findings| anyhow!("{findings:?}"))?;
    let sample: Value = serde_json::from_str(&pack("items/food-operation-permit/samples/valid-new-sales.json")?)?;
    let expressions = FeelExpressions::new();
    let variables = object(json!({
        "handle_item": sample["handle_item"],
        "situation": sample["situations"],
        "applicant": { "kind": sample["applicant"]["kind"], "name": sample["applicant"]["name"] },
        "form": sample["form"],
    }));
    // The three steps of a case on its way to a licence, each ready to be taken.
    let mut steps: Vec<(String, Command)> = Vec::new();
    let mut state = start(&definition, variables, &expressions)?;
    for outcome in ["pass", "pass", "granted"] {
        let task = created_task(&state).context("the flow waits for a person")?;
        let command = Command::CompleteTask { task, variables: object(json!({ "outcome": outcome })) };
        steps.push((serde_json::to_string(&state.instance)?, command.clone()));
        state = advance(&definition, &state.instance, command, &expressions)?;
    }
    let size = steps.iter().map(|(text, _)| text.len()).max().unwrap_or_default();
    let count = steps.len();
    let all = move || -> anyhow::Result<()> {
        for (text, command) in &steps {
            let instance: Instance = serde_json::from_str(text)?;
            let next = advance(&definition, &instance, command.clone(), &expressions)?;
            std::hint::black_box(serde_json::to_string(&next.instance)?);
        }
        Ok(())
    };
    let workload = Workload::repeated("load, complete a task, store", "steps/s/core", count as f64, all);
    Ok(vec![Set::of(vec![workload.note(format!("{size} bytes of state")).goal(100_000.0)])])
}

fn created_task(advance: &Advance) -> Option<String> {
    advance.effects.iter().find_map(|effect| match effect {
        Effect::CreateTask(order) => Some(order.task.clone()),
        _ => None,
    })
}
