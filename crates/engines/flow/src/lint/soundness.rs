//! The proof that every case can end: all markings of the token game are visited, up to a bound.
//!
//! Conditions are taken as free choices, so what is proved holds for every data. Found are: deadlock (tokens left that
//! nothing can move), double tokens (one piece of work would be done twice at a time), markings from which the end
//! cannot be reached, and elements that never get a token.
//!
//! A place is a chain of sequence flows with nothing but single-way elements between them: where in such a chain a
//! token stands decides nothing, and the number of markings falls from (k+1)^n to 2^n for n branches of k tasks.
//! All ways into one task are one place too, so that two tokens before it are seen as work done twice.
//!
//! A timer that watches a sub-process may go off in every marking in which something inside can still move.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::finding::Finding;
use crate::model::{Definition, Node, NodeKind};
use crate::reach::Spot;

/// Most markings visited.
const MAX_MARKINGS: usize = 40_000;
/// Most firings tried.
const MAX_FIRINGS: usize = 1_000_000;
/// Most outcomes of one element (its ways out times the timers on its edge).
const MAX_CHOICES: usize = 1_024;
/// Most free ways of one split for which every combination is tried.
const MAX_COMBINED: usize = 5;

type Marking = Vec<u64>;

fn has(marking: &[u64], place: usize) -> bool {
    marking[place / 64] >> (place % 64) & 1 == 1
}

fn set(marking: &mut [u64], place: usize) {
    marking[place / 64] |= 1 << (place % 64);
}

fn clear(marking: &mut [u64], place: usize) {
    marking[place / 64] &= !(1 << (place % 64));
}

struct Net<'a> {
    definition: &'a Definition,
    /// Place of each flow.
    place: Vec<usize>,
    /// Nodes inside a chain.
    inner: Vec<bool>,
    /// Flows that only a reminding timer (not interrupting) leads to.
    aside: Vec<bool>,
    /// Sets of flows that each node can put a token on.
    choices: Vec<Vec<Vec<usize>>>,
    watches: Vec<Watch>,
    words: usize,
}

/// A timer that watches a sub-process, a called flow or the whole flow.
struct Watch {
    node: usize,
    interrupting: bool,
    /// Places that must hold something for it to go off.
    lives: Vec<usize>,
    /// Places it empties.
    empties: Vec<usize>,
    /// Places behind a reminder: while it is worked off it does not come again.
    behind: Vec<usize>,
    ways: Vec<Vec<usize>>,
}

/// What became of one firing.
enum Fired {
    To(Marking),
    /// A second token on this flow.
    Double(usize),
}

pub(super) fn check(definition: &Definition, findings: &mut Vec<Finding>) {
    let Some(net) = Net::of(definition) else {
        findings.push(not_proved(definition));
        return;
    };
    let mut index: HashMap<Marking, usize> = HashMap::new();
    let mut before: Vec<Vec<usize>> = Vec::new();
    let mut queue: VecDeque<Marking> = VecDeque::new();
    let mut fired = vec![false; definition.nodes.len()];
    let mut marked: HashSet<usize> = HashSet::new();
    let mut stuck: HashSet<usize> = HashSet::new();
    let mut double: HashSet<usize> = HashSet::new();
    let mut blocked: Vec<usize> = Vec::new();
    let mut complete = true;
    let mut firings = 0_usize;

    let mut add =
        |marking: Marking, from: Option<usize>, queue: &mut VecDeque<Marking>, before: &mut Vec<Vec<usize>>| {
            let known = index.len();
            let at = *index.entry(marking.clone()).or_insert(known);
            if at == known {
                before.push(Vec::new());
                queue.push_back(marking);
            }
            if let Some(from) = from {
                before[at].push(from);
            }
            index.len()
        };
    for start in definition.starts() {
        fired[start] = true;
        for choice in &net.choices[start] {
            match net.put(&vec![0; net.words], choice) {
                Fired::To(marking) => {
                    add(marking, None, &mut queue, &mut before);
                }
                Fired::Double(flow) => {
                    double.insert(flow);
                }
            }
        }
    }
    let mut here = 0;
    let mut done: Option<usize> = None;
    while let Some(marking) = queue.pop_front() {
        if marking.iter().all(|word| *word == 0) {
            done = Some(here);
        }
        for (flow, &place) in net.place.iter().enumerate() {
            if has(&marking, place) {
                marked.insert(flow);
            }
        }
        let mut moves = false;
        let mut size = 0;
        net.step(&marking, |node, result| {
            moves = true;
            firings += 1;
            fired[node] = true;
            match result {
                Fired::To(next) => size = size.max(add(next, Some(here), &mut queue, &mut before)),
                Fired::Double(flow) => {
                    double.insert(flow);
                }
            }
        });
        if moves {
            net.watched(&marking, |node, result| {
                firings += 1;
                fired[node] = true;
                match result {
                    Fired::To(next) => size = size.max(add(next, Some(here), &mut queue, &mut before)),
                    Fired::Double(flow) => {
                        double.insert(flow);
                    }
                }
            });
        } else if done != Some(here) {
            blocked.push(here);
            stuck.extend(net.held(&marking));
        }
        here += 1;
        if size > MAX_MARKINGS || firings > MAX_FIRINGS || !double.is_empty() {
            complete = queue.is_empty();
            break;
        }
    }

    let nodes = &definition.nodes;
    for join in &stuck {
        findings.push(Finding::error(
            &nodes[*join].id,
            "deadlock",
            format!(
                "“{}”会一直等不到全部分支，办件停在这里。前面用什么网关分开，这里就用同样的网关汇合",
                nodes[*join].label()
            ),
        ));
    }
    for &flow in &double {
        let target = &nodes[definition.flows[flow].target];
        findings.push(Finding::error(
            &target.id,
            "double_token",
            format!("“{}”会被同时办两次：前面的并行分支没有先汇合。在它前面放一个同样的网关汇合", target.label()),
        ));
    }
    if !double.is_empty() {
        return; // beyond this point the game says nothing more
    }
    if !complete {
        findings.push(not_proved(definition));
        return;
    }
    endless(&before, done, &blocked, definition, findings);
    for (at, node) in nodes.iter().enumerate() {
        let alive = fired[at] || (net.inner[at] && node.incoming.iter().any(|flow| marked.contains(flow)));
        // Gateways and ends are passed by: what starves them is reported where it happens.
        if !alive && matches!(node.kind, NodeKind::UserTask | NodeKind::ServiceTask | NodeKind::Timer(_)) {
            findings.push(Finding::error(
                &node.id,
                "dead_task",
                format!("“{}”永远轮不到。查一下前面网关的分支和汇合，或者删掉它", node.label()),
            ));
        }
    }
}

/// What can be said of a flow that stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Whatever is answered, it can still end.
    Ends,
    /// It may come to where it can't end, or do one piece of work twice at a time.
    Stuck,
    /// Too many ways to try them all.
    Unknown,
}

/// Whether a flow with tokens on these flows can always end.
pub(crate) fn ends(definition: &Definition, flows: &[usize]) -> Proof {
    let Some(net) = Net::of(definition) else { return Proof::Unknown };
    let Fired::To(first) = net.put(&vec![0; net.words], flows) else { return Proof::Stuck };
    let mut index: HashMap<Marking, usize> = HashMap::from([(first.clone(), 0)]);
    let mut before: Vec<Vec<usize>> = vec![Vec::new()];
    let mut queue = VecDeque::from([first]);
    let (mut here, mut firings, mut done, mut double) = (0, 0_usize, None, false);
    while let Some(marking) = queue.pop_front() {
        if marking.iter().all(|word| *word == 0) {
            done = Some(here);
        }
        let mut found = |_: usize, result: Fired| {
            firings += 1;
            match result {
                Fired::To(next) => {
                    let known = index.len();
                    let at = *index.entry(next.clone()).or_insert(known);
                    if at == known {
                        before.push(Vec::new());
                        queue.push_back(next);
                    }
                    before[at].push(here);
                }
                Fired::Double(_) => double = true,
            }
        };
        net.step(&marking, &mut found);
        // Where nothing moves by itself nobody waits for a timer.
        if !net.watches.is_empty() && moved(&net, &marking) {
            net.watched(&marking, &mut found);
        }
        if double {
            return Proof::Stuck;
        }
        if index.len() > MAX_MARKINGS || firings > MAX_FIRINGS {
            return Proof::Unknown;
        }
        here += 1;
    }
    if endings(&before, done).all(|ends| ends) { Proof::Ends } else { Proof::Stuck }
}

/// For each marking, whether one of `good` can be reached from it.
fn endings(before: &[Vec<usize>], good: impl IntoIterator<Item = usize>) -> impl Iterator<Item = bool> {
    let mut seen = vec![false; before.len()];
    let mut open: Vec<usize> = good.into_iter().collect();
    while let Some(marking) = open.pop() {
        if !std::mem::replace(&mut seen[marking], true) {
            open.extend(&before[marking]);
        }
    }
    seen.into_iter()
}

fn not_proved(definition: &Definition) -> Finding {
    Finding::warning(&definition.id, "not_proved", "流程的走法太多，没有全部查完。减少同时进行的分支，或者拆成两个流程")
}

/// Reports when some marking can go on for ever but never end.
fn endless(
    before: &[Vec<usize>],
    done: Option<usize>,
    blocked: &[usize],
    definition: &Definition,
    findings: &mut Vec<Finding>,
) {
    // A marking that leads to a deadlock is reported as that.
    if endings(before, done.into_iter().chain(blocked.iter().copied())).any(|ends| !ends) {
        findings.push(Finding::error(
            &definition.id,
            "never_ends",
            "有的走法会一直循环，到不了结束。在循环里加一条通向结束的连线",
        ));
    }
}

impl<'a> Net<'a> {
    /// The net of a definition; none when one element has too many outcomes to try them all.
    fn of(definition: &'a Definition) -> Option<Self> {
        let nodes = &definition.nodes;
        let meets = |flow: usize| {
            let target = &nodes[definition.flows[flow].target];
            target.incoming.len() > 1
                && matches!(target.kind, NodeKind::UserTask | NodeKind::ServiceTask | NodeKind::Timer(_))
        };
        // A chain of places must not reach across the border of a sub-process: its way out waits for what is inside,
        // and timers watch that alone.
        let borders: Vec<usize> = definition.insides.iter().flat_map(|&(entry, exit)| [entry, exit]).collect();
        let inner: Vec<bool> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| match (node.incoming.as_slice(), node.outgoing.as_slice()) {
                (&[entry], &[exit]) => {
                    entry != exit
                        && !meets(exit)
                        && node.boundaries.is_empty()
                        && !borders.contains(&index)
                        && !matches!(node.kind, NodeKind::Boundary { .. } | NodeKind::Start | NodeKind::End)
                }
                _ => false,
            })
            .collect();
        let place: Vec<usize> = (0..definition.flows.len())
            .map(|flow| {
                let mut first = flow;
                // Walk to the head of the chain; a ring of nothing but chain elements has no way in and is left where it is.
                for _ in 0..definition.flows.len() {
                    let source = definition.flows[first].source;
                    match nodes[source].incoming.first() {
                        Some(&entry) if inner[source] => first = entry,
                        _ => break,
                    }
                }
                let target = &nodes[definition.flows[first].target];
                if meets(first) { target.incoming.first().copied().unwrap_or(first) } else { first }
            })
            .collect();
        let choices = (0..nodes.len()).map(|node| choices(definition, node)).collect::<Option<_>>()?;
        let main = main_line(definition);
        let aside: Vec<bool> = definition.flows.iter().map(|flow| !main[flow.source]).collect();
        let watches = watches(definition, &place, &aside);
        let words = definition.flows.len().div_ceil(64).max(1);
        Some(Self { definition, place, inner, aside, choices, watches, words })
    }

    /// Every way in which a timer that watches a whole can go off in this marking.
    fn watched(&self, marking: &Marking, mut found: impl FnMut(usize, Fired)) {
        for watch in &self.watches {
            let marked = |places: &[usize]| places.iter().any(|&place| has(marking, place));
            if !marked(&watch.lives) || marked(&watch.behind) {
                continue;
            }
            let mut rest = marking.clone();
            if watch.interrupting {
                watch.empties.iter().for_each(|&place| clear(&mut rest, place));
            }
            for way in &watch.ways {
                found(watch.node, self.put(&rest, way));
            }
        }
    }

    fn vanishes(&self, flow: usize) -> bool {
        self.place[flow] == flow && self.definition.nodes[self.definition.flows[flow].target].kind == NodeKind::End
    }

    fn put(&self, marking: &Marking, flows: &[usize]) -> Fired {
        let mut next = marking.clone();
        for &flow in flows {
            // A token on its way straight into an end is as good as gone.
            if self.vanishes(flow) {
                continue;
            }
            let place = self.place[flow];
            if has(&next, place) {
                // In a loop a reminder may come again before the first is worked off: two reminders are no fault. What has
                // come out of a sub-process's inside is taken all at once.
                let target = self.definition.flows[flow].target;
                if self.aside[flow] || self.definition.nodes[target].kind == NodeKind::Drain {
                    continue;
                }
                return Fired::Double(flow);
            }
            set(&mut next, place);
        }
        Fired::To(next)
    }

    /// Every firing that is possible in this marking.
    fn step(&self, marking: &Marking, mut found: impl FnMut(usize, Fired)) {
        for (index, node) in self.definition.nodes.iter().enumerate() {
            if self.inner[index] {
                continue;
            }
            if node.joins() {
                if let Some(rest) = self.take_join(marking, node) {
                    for choice in &self.choices[index] {
                        found(index, self.put(&rest, choice));
                    }
                }
                continue;
            }
            for (way, &entry) in node.incoming.iter().enumerate() {
                let place = self.place[entry];
                if !has(marking, place) || node.incoming[..way].iter().any(|&other| self.place[other] == place) {
                    continue;
                }
                let mut rest = marking.clone();
                clear(&mut rest, place);
                for choice in &self.choices[index] {
                    found(index, self.put(&rest, choice));
                }
            }
        }
    }

    /// The marking without what the join takes, if it may fire.
    fn take_join(&self, marking: &Marking, node: &Node) -> Option<Marking> {
        let filled: Vec<bool> = node.incoming.iter().map(|&flow| has(marking, self.place[flow])).collect();
        if !filled.iter().any(|full| *full) {
            return None;
        }
        let drain = node.kind == NodeKind::Drain;
        if drain || !filled.iter().all(|full| *full) {
            let (NodeKind::Inclusive | NodeKind::Drain, Some(reach)) = (&node.kind, &node.reach) else {
                return None;
            };
            for flow in 0..self.place.len() {
                // One flow speaks for the whole chain.
                if self.place[flow] != flow || !has(marking, flow) {
                    continue;
                }
                let spot = Spot::Flow(flow);
                let here = node.incoming.iter().any(|&entry| self.place[entry] == flow);
                let comes = if drain { !here && reach.arrives(spot) } else { reach.must_wait(&filled, spot) };
                if comes {
                    return None;
                }
            }
        }
        let mut rest = marking.clone();
        for &flow in &node.incoming {
            clear(&mut rest, self.place[flow]);
        }
        Some(rest)
    }

    /// Joins that hold tokens in a marking where nothing moves.
    fn held(&self, marking: &Marking) -> Vec<usize> {
        self.definition
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.joins() && node.incoming.iter().any(|&flow| has(marking, self.place[flow])))
            .map(|(index, _)| index)
            .collect()
    }
}

/// Whether something moves in a marking without a timer that watches a whole.
fn moved(net: &Net<'_>, marking: &Marking) -> bool {
    let mut moves = false;
    net.step(marking, |_, _| moves = true);
    moves
}

fn watches(definition: &Definition, place: &[usize], aside: &[bool]) -> Vec<Watch> {
    let nodes = &definition.nodes;
    let places = |holds: &dyn Fn(usize) -> bool| {
        let mut all: Vec<usize> = (0..place.len()).filter(|&flow| holds(flow)).map(|flow| place[flow]).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let mut all = Vec::new();
    for &host in &definition.watched {
        // What a timer has started inside is not what the others watch.
        let started: Vec<usize> = nodes[host].boundaries.iter().copied().filter(|&edge| nodes[edge].event).collect();
        for &edge in &nodes[host].boundaries {
            let NodeKind::Boundary { interrupting, .. } = nodes[edge].kind else { continue };
            let by_itself = |flow: usize| {
                definition.flow_inside(flow, host)
                    && !started
                        .iter()
                        .any(|&event| definition.flow_inside(flow, event) || definition.flows[flow].source == event)
            };
            let lives = if nodes[edge].event && interrupting {
                places(&by_itself)
            } else {
                places(&|flow| definition.flow_inside(flow, host))
            };
            let behind = if interrupting { Vec::new() } else { reminders(definition, edge, aside) };
            all.push(Watch {
                node: edge,
                interrupting,
                lives,
                empties: places(&|flow| definition.flow_inside(flow, host)),
                behind: behind.into_iter().map(|flow| place[flow]).collect(),
                ways: combinations(definition, &nodes[edge]),
            });
        }
    }
    all
}

/// Flows that only this reminder leads to.
fn reminders(definition: &Definition, edge: usize, aside: &[bool]) -> Vec<usize> {
    let mut seen = vec![false; definition.flows.len()];
    let mut open = definition.nodes[edge].outgoing.clone();
    while let Some(flow) = open.pop() {
        if aside[flow] && !std::mem::replace(&mut seen[flow], true) {
            let target = &definition.nodes[definition.flows[flow].target];
            open.extend(&target.outgoing);
            open.extend(target.boundaries.iter().flat_map(|&next| &definition.nodes[next].outgoing));
        }
    }
    (0..seen.len()).filter(|&flow| seen[flow]).collect()
}

/// Nodes that a token can reach without a reminding timer going off.
pub(crate) fn main_line(definition: &Definition) -> Vec<bool> {
    let mut seen = vec![false; definition.nodes.len()];
    let mut open = definition.starts();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut seen[node], true) {
            open.extend(definition.next(node).filter(|&next| {
                !matches!(definition.nodes[next].kind, NodeKind::Boundary { interrupting: false, .. })
            }));
        }
    }
    seen
}

/// The sets of flows on which a node can put tokens; none when there are too many.
fn choices(definition: &Definition, index: usize) -> Option<Vec<Vec<usize>>> {
    let node = &definition.nodes[index];
    let mut ends = match node.kind {
        NodeKind::End => vec![Vec::new()],
        NodeKind::Parallel => vec![node.outgoing.clone()],
        NodeKind::Exclusive => node.outgoing.iter().map(|&flow| vec![flow]).collect(),
        _ => combinations(definition, node),
    };
    // A task ends by itself or by one of its interrupting timers; any of the others may have gone off before.
    let mut beside: Vec<Vec<usize>> = vec![Vec::new()];
    let task = matches!(node.kind, NodeKind::UserTask | NodeKind::ServiceTask);
    for &boundary in node.boundaries.iter().filter(|_| task) {
        let edge = &definition.nodes[boundary];
        let ways = combinations(definition, edge);
        if let NodeKind::Boundary { interrupting: true, .. } = edge.kind {
            ends.extend(ways);
        } else if beside.len() * (ways.len() + 1) > MAX_CHOICES {
            return None;
        } else {
            beside.extend(together(&beside, &ways));
        }
    }
    (beside.len() * ends.len() <= MAX_CHOICES).then(|| together(&beside, &ends))
}

/// Every set of the one list with every set of the other.
fn together(these: &[Vec<usize>], those: &[Vec<usize>]) -> Vec<Vec<usize>> {
    these.iter().flat_map(|this| those.iter().map(move |that| this.iter().chain(that).copied().collect())).collect()
}

/// Ways out of an element that sends a token on every way whose condition holds.
fn combinations(definition: &Definition, node: &Node) -> Vec<Vec<usize>> {
    let (free, always): (Vec<usize>, Vec<usize>) = node
        .outgoing
        .iter()
        .copied()
        .filter(|&flow| node.default != Some(flow))
        .partition(|&flow| definition.flows[flow].condition.is_some());
    let with = |chosen: Vec<usize>| -> Vec<usize> {
        node.outgoing.iter().copied().filter(|flow| always.contains(flow) || chosen.contains(flow)).collect()
    };
    let mut sets: Vec<Vec<usize>> = if free.len() <= MAX_COMBINED {
        (0_u32..1 << free.len())
            .map(|mask| {
                with(free.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, flow)| *flow).collect())
            })
            .collect()
    } else {
        let all = free.iter().map(|left| with(free.iter().copied().filter(|flow| flow != left).collect()));
        free.iter().map(|&only| with(vec![only])).chain(all).chain([with(free.clone()), with(Vec::new())]).collect()
    };
    for set in &mut sets {
        if set.is_empty() {
            set.extend(node.default);
        }
    }
    // Without any way the case stops: reported by its own check.
    sets.retain(|set| !set.is_empty());
    sets.sort();
    sets.dedup();
    sets
}
