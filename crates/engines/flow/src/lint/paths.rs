//! The graph: starts, ends, what can be reached, loops, the longest way in days.

use super::LintContext;
use crate::finding::Finding;
use crate::model::{Definition, NodeKind};
use crate::outline::order;

pub(super) fn check(definition: &Definition, context: &LintContext, findings: &mut Vec<Finding>) {
    let nodes = &definition.nodes;
    let starts = definition.starts();
    match starts.as_slice() {
        [] => findings.push(Finding::error(&definition.id, "no_start", "流程没有开始。放一个开始事件，连到第一个环节")),
        [_] => {}
        [_, others @ ..] => {
            for &other in others {
                findings.push(Finding::error(&nodes[other].id, "several_starts", "流程有不止一个开始。只留一个"));
            }
        }
    }
    if !nodes.iter().any(|node| node.kind == NodeKind::End) {
        findings.push(Finding::error(&definition.id, "no_end", "流程没有结束。放一个结束事件，连上最后一个环节"));
    }
    for node in nodes {
        let label = node.label();
        match node.kind {
            NodeKind::Start if !node.incoming.is_empty() => {
                findings.push(Finding::error(
                    &node.id,
                    "start_has_incoming",
                    format!("开始“{label}”前面不能再有连线。把连线接到它后面的环节"),
                ));
            }
            NodeKind::End if !node.outgoing.is_empty() => {
                findings.push(Finding::error(
                    &node.id,
                    "end_has_outgoing",
                    format!("结束“{label}”后面不能再有连线。删掉连线，或者换成环节"),
                ));
            }
            NodeKind::Boundary { .. } if !node.incoming.is_empty() => {
                findings.push(Finding::error(
                    &node.id,
                    "boundary_has_incoming",
                    format!("边界定时器“{label}”前面不能有连线。把连线接到任务上"),
                ));
            }
            _ => {}
        }
    }
    let reachable = reachable(definition, &starts);
    let ending = ending(definition);
    for (index, node) in nodes.iter().enumerate() {
        let label = node.label();
        let dead_end = node.outgoing.is_empty() && node.kind != NodeKind::End;
        if !reachable[index] {
            findings.push(Finding::error(
                &node.id,
                "unreachable",
                format!("“{label}”走不到。从前面的环节连一条线过来，或者删掉它"),
            ));
        } else if dead_end {
            findings.push(Finding::error(
                &node.id,
                "dead_end",
                format!("“{label}”后面没有路了。连到下一个环节或者结束"),
            ));
        } else if !ending[index] {
            findings.push(Finding::error(
                &node.id,
                "end_unreachable",
                format!("从“{label}”怎么走都到不了结束。加一条通向结束的连线"),
            ));
        }
    }
    loops(definition, findings);
    days(definition, context, findings);
}

fn reachable(definition: &Definition, starts: &[usize]) -> Vec<bool> {
    let mut seen = vec![false; definition.nodes.len()];
    let mut open = starts.to_vec();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut seen[node], true) {
            open.extend(definition.next(node));
        }
    }
    seen
}

/// Which nodes lead to an end; dead ends count too, because they are reported themselves.
fn ending(definition: &Definition) -> Vec<bool> {
    let nodes = &definition.nodes;
    let mut seen = vec![false; nodes.len()];
    let mut open: Vec<usize> =
        (0..nodes.len()).filter(|&i| nodes[i].kind == NodeKind::End || nodes[i].outgoing.is_empty()).collect();
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut seen[node], true) {
            continue;
        }
        open.extend(nodes[node].incoming.iter().map(|&flow| definition.flows[flow].source));
        if let NodeKind::Boundary { host: Some(host), .. } = nodes[node].kind {
            open.push(host);
        }
    }
    seen
}

/// Loops that turn without a person: an error without a clock in them, a warning with one.
fn loops(definition: &Definition, findings: &mut Vec<Finding>) {
    let timer = |index: usize| matches!(definition.nodes[index].kind, NodeKind::Timer(_) | NodeKind::Boundary { .. });
    let person = |index: usize| definition.nodes[index].kind == NodeKind::UserTask;
    let endless = first_in_cycle(definition, |index| person(index) || timer(index));
    if let Some(node) = endless {
        let label = definition.nodes[node].label();
        findings.push(Finding::error(
            &definition.nodes[node].id,
            "endless_loop",
            format!("“{label}”在一个没有人工环节的循环里，会一直转下去。在循环里加一个人工环节，或者去掉回头的连线"),
        ));
    } else if let Some(node) = first_in_cycle(definition, person) {
        let label = definition.nodes[node].label();
        findings.push(Finding::warning(
            &definition.nodes[node].id,
            "timer_loop",
            format!("“{label}”在一个只靠定时器的循环里，没有人会看到。确认要这样，或者在循环里加一个人工环节"),
        ));
    }
}

/// The first node, in file order, on a cycle that passes none of the `cut` nodes.
fn first_in_cycle(definition: &Definition, cut: impl Fn(usize) -> bool) -> Option<usize> {
    let count = definition.nodes.len();
    (0..count).filter(|&node| !cut(node)).find(|&from| {
        let mut seen = vec![false; count];
        let mut open: Vec<usize> = definition.next(from).collect();
        while let Some(node) = open.pop() {
            if node == from {
                return true;
            }
            if !cut(node) && !std::mem::replace(&mut seen[node], true) {
                open.extend(definition.next(node));
            }
        }
        false
    })
}

/// The longest way in working days against the item's limit; a drawn loop counts once.
fn days(definition: &Definition, context: &LintContext, findings: &mut Vec<Finding>) {
    let Some(limit) = context.limit_days else {
        return;
    };
    let order = order(definition);
    let mut rank = vec![usize::MAX; definition.nodes.len()];
    for (place, &node) in order.iter().enumerate() {
        rank[node] = place;
    }
    let mut total = vec![0_u32; definition.nodes.len()];
    let mut before: Vec<Option<usize>> = vec![None; definition.nodes.len()];
    for &node in &order {
        total[node] = total[node].saturating_add(definition.nodes[node].working_days().unwrap_or(0));
        for next in definition.next(node) {
            // An arrow back to an earlier place is a loop.
            if rank[next] > rank[node] && total[node] > total[next] {
                total[next] = total[node];
                before[next] = Some(node);
            }
        }
    }
    let Some(&last) = order.iter().max_by_key(|&&node| (total[node], std::cmp::Reverse(rank[node]))) else {
        return;
    };
    if total[last] <= limit {
        return;
    }
    let mut way = Vec::new();
    let mut at = Some(last);
    while let Some(node) = at {
        if let Some(days) = definition.nodes[node].working_days() {
            way.push(format!("{} {days} 天", definition.nodes[node].label()));
        }
        at = before[node];
    }
    way.reverse();
    findings.push(Finding::error(
        &definition.id,
        "days_over_limit",
        format!(
            "最长的一条路要 {} 个工作日，超过事项的 {limit} 个工作日：{}。减少其中几个环节的天数",
            total[last],
            way.join("，")
        ),
    ));
}
