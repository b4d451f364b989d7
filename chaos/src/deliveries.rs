//! What connected systems send comes twice, in another order, and over several connections at once: the answers of a
//! department's own system, and the confirmations of the payment platform.
//!
//! Couriers are asked and send nothing by themselves, so nothing of theirs can come twice.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use base::clock::{Clock, Randomness};
use platform::system::SystemClock;
use serde_json::{Value, json};
use testkit::{Backend, SeededRandomness};
use tokio::task::JoinSet;

use crate::city::{City, application_for};
use crate::node::{Node, Setup, command};
use crate::outside::{Outside, Person, tell, text};
use crate::scenario::{Scale, Told};
use crate::shim::Shim;
use crate::until;

/// The item that a department's own system handles.
const DISPATCHED: &str = app::systems::JUMPING_ITEM;
/// An item that costs something.
const CHARGED: &str = "real-estate-transfer";
/// Messages by which the department answers: two steps, the decision, the result, the closing.
const ANSWERS: usize = 5;
/// Connections of a sender.
const CONNECTIONS: usize = 3;
/// Cases whose messages are under way at the same moment.
const AT_ONCE: usize = 8;
/// How often a sender sends again what was not taken.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(100);
/// When jobs must have been done.
const SOON: Duration = Duration::from_secs(30);
/// Until the product has looked again at what came before its turn, seconds.
const NEXT_LOOK: i64 = 11 * 60;
const SEED: u64 = 20_260_921;

/// Messages twice and out of order, on each kind of database: each case ends as when they come once and in order.
///
/// # Errors
/// What did not hold.
pub async fn twice_and_out_of_order(scale: Scale) -> Told {
    let mut told = Vec::new();
    for backend in testkit::backends() {
        let said = on(backend, scale).await.with_context(|| format!("{backend:?}"))?;
        told.push(format!("{backend:?}: {said}"));
    }
    Ok(told.join("; "))
}

async fn on(backend: Backend, scale: Scale) -> Told {
    let city = City::copy(backend).await?;
    let outside = Outside::start().await?;
    city.connect(&outside.url("identity")).await?;
    let shim = Shim::made_in(&city.folder.join("shim")).await?;
    let setup = Setup { settings: [outside.settings(), shim.settings()].concat(), ..Setup::default() };
    let mut node = Node::start(&city, &setup).await?;
    let dice = Dice(SeededRandomness::new(SEED));
    let paid = payments(&node, &outside, &dice, scale.deliveries).await.context("payments")?;
    let answered = answers(&node, &outside, &shim, &dice, scale.deliveries).await.context("answers")?;
    ensure!(node.runs(), "the server ended");
    node.stop().await?;
    let export = city.folder.join("export.json").display().to_string();
    command(&city.folder, &city.url, &[], &["audit", "export", "-o", &export]).await?;
    command(&city.folder, &city.url, &[], &["audit", "verify", &export]).await?;
    city.close().await;
    Ok(format!("{paid}, {answered}, event log whole"))
}

/// A case and its number.
struct Case {
    id: String,
    number: String,
}

/// So many cases that were filed and accepted.
async fn accepted(citizen: &Person, clerk: &Person, slug: &str, count: usize) -> anyhow::Result<Vec<Case>> {
    let application = application_for(slug)?;
    let mut cases = Vec::new();
    for _ in 0..count {
        let receipt = citizen.post("/my/cases/file", &application).await?;
        let case = Case { id: text(&receipt, "id")?, number: text(&receipt, "case_number")? };
        clerk.accepts(&case.id).await?;
        cases.push(case);
    }
    Ok(cases)
}

/// The events of some kinds as the desk shows them, in their order.
fn timeline(case: &Value, kinds: &[&str]) -> Vec<String> {
    let events = case["events"].as_array().into_iter().flatten();
    let part = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    events
        .filter(|event| kinds.contains(&event["kind"].as_str().unwrap_or_default()))
        .map(|event| format!("{} {}", part(event, "kind"), part(event, "text")))
        .collect()
}

// --- the department's own system -----------------------------------------------------------------------------------

/// Each case is answered in another order: one decision, one result, one closing, as of the two that are answered in
/// order.
async fn answers(node: &Node, outside: &Outside, shim: &Shim, dice: &Dice, count: usize) -> Told {
    let system = outside.url("approval/dept");
    tell(&format!("{system}/hall"), &json!({ "url": node.base })).await?;
    let (citizen, clerk) = (Person::citizen(node, "zhou-qiang").await?, Person::staff(node, "clerk-transport").await?);
    let outcomes = ["granted", "refused"];
    let cases = accepted(&citizen, &clerk, DISPATCHED, outcomes.len() + count).await?;
    for case in &cases {
        until(&format!("{} is sent", case.number), SOON, async || dispatch_is(&clerk, case, "sent").await).await?;
    }
    // The same message has the same content however often it is sent.
    let at = crate::scenario::now();
    let answer = |case: &Case, outcome: &str| json!({ "case_number": case.number, "outcome": outcome, "at": at });
    let (in_order, others) = cases.split_at_checked(outcomes.len()).context("cases to answer in order")?;
    let mut expected = Vec::new();
    for (case, outcome) in in_order.iter().zip(outcomes) {
        send(&system, answer(case, outcome), (0..ANSWERS).collect()).await?;
        expected.push(answered(&clerk, case).await?);
    }
    let mut sent = 0;
    let others: Vec<(&Case, &str)> = others.iter().zip(outcomes.into_iter().cycle()).collect();
    for some in others.chunks(AT_ONCE) {
        let mut senders = JoinSet::new();
        for (case, outcome) in some {
            for order in dice.dealt(&(0..ANSWERS).collect::<Vec<_>>()) {
                sent += order.len();
                let (system, answer) = (system.clone(), answer(case, outcome));
                senders.spawn(async move { send(&system, answer, order).await });
            }
        }
        while let Some(done) = senders.join_next().await {
            done??;
        }
    }
    let mut at_once = 0;
    for (case, _) in &others {
        at_once += usize::from(dispatch_is(&clerk, case, "done").await);
    }
    // What came a moment before its turn is looked at again.
    shim.clock_is_ahead(NEXT_LOOK)?;
    for (place, (case, _)) in others.iter().enumerate() {
        until(&format!("{} is done", case.number), SOON, async || dispatch_is(&clerk, case, "done").await).await?;
        let wanted = expected.get(place % outcomes.len()).context("a case in order")?;
        let got = answered(&clerk, case).await?;
        ensure!(got == *wanted, "{}: {got} instead of {wanted}", case.number);
    }
    shim.clock_is_ahead(0)?;
    Ok(format!("{sent} answers of a department to {count} cases, {at_once} of them done at once"))
}

/// Sends the messages of a case over one connection, and again what was not taken.
async fn send(system: &str, mut answer: Value, mut order: Vec<usize>) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        answer["order"] = json!(order);
        let told = tell(&format!("{system}/answer"), &answer).await?;
        let told = told["told"].as_array().with_context(|| format!("{told}"))?;
        let refused = told.iter().filter(|one| one["status"] != 200);
        let again = refused.filter_map(|one| usize::try_from(one["message"].as_u64()?).ok()).collect::<Vec<_>>();
        if again.is_empty() {
            return Ok(());
        }
        order = again;
        tokio::time::sleep(PAUSE).await;
    }
    bail!("the messages {order:?} of {} were never taken", answer["case_number"])
}

async fn dispatch_is(clerk: &Person, case: &Case, state: &str) -> bool {
    let shown = clerk.get(&format!("/cases/{}/exchange", case.id)).await;
    shown.is_ok_and(|shown| shown["dispatch"]["state"] == state)
}

/// What became of a case.
async fn answered(clerk: &Person, case: &Case) -> anyhow::Result<Value> {
    let shown = clerk.get(&format!("/cases/{}", case.id)).await?;
    Ok(json!({ "state": shown["state"], "events": timeline(&shown, &["review", "result", "close"]) }))
}

// --- the payment platform ------------------------------------------------------------------------------------------

/// An order that was paid at the payment platform, which has not told us yet.
struct Paid {
    case: Case,
    order: String,
    /// What the first confirmation is answered: `paid`, or `late` when the fee was paid at a bank before.
    first: &'static str,
}

/// Each payment is confirmed several times, in no order: booked once; one that came late is given back once; both sides
/// have the same in their books.
async fn payments(node: &Node, outside: &Outside, dice: &Dice, count: usize) -> Told {
    let platform = outside.url("payment");
    let (citizen, clerk) = (Person::citizen(node, "li-ming").await?, Person::staff(node, "clerk-estate").await?);
    let mut all = Vec::new();
    // The first two are confirmed once each, in order.
    for (place, case) in accepted(&citizen, &clerk, CHARGED, 2 + count).await?.into_iter().enumerate() {
        let first = if place % 2 == 0 { "paid" } else { "late" };
        all.push(paid(&platform, &citizen, &clerk, case, first).await?);
    }
    let (in_order, others) = all.split_at_checked(2).context("payments to confirm in order")?;
    let mut expected = Vec::new();
    for one in in_order {
        let said = confirm(&platform, &one.order).await?;
        ensure!(said == one.first, "the first confirmation was answered {said}");
        until("the fee is settled", SOON, async || settled(&clerk, one).await).await?;
        expected.push(booked(&clerk, one).await?);
    }
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut sent = 0;
    for some in others.chunks(AT_ONCE) {
        let mut senders = JoinSet::new();
        for orders in dice.dealt(&some.iter().map(|one| one.order.clone()).collect::<Vec<_>>()) {
            sent += orders.len();
            let platform = platform.clone();
            senders.spawn(async move {
                let mut said = Vec::new();
                for order in orders {
                    said.push((confirm(&platform, &order).await?, order));
                }
                Ok::<_, anyhow::Error>(said)
            });
        }
        while let Some(done) = senders.join_next().await {
            for (said, order) in done?? {
                answers.entry(order).or_default().push(said);
            }
        }
    }
    for (place, one) in others.iter().enumerate() {
        let said = answers.get(&one.order).context("an answer")?;
        let firsts = said.iter().filter(|said| *said == one.first).count();
        let repeats = said.iter().filter(|said| *said == "repeated").count();
        ensure!(firsts == 1 && repeats + 1 == said.len(), "{} was answered {said:?}", one.order);
        until("the fee is settled", SOON, async || settled(&clerk, one).await).await?;
        let (got, wanted) = (booked(&clerk, one).await?, expected.get(place % 2).context("a payment in order")?);
        ensure!(got == *wanted, "{}: {got} instead of {wanted}", one.case.number);
    }
    balance(&platform, node, &all).await?;
    Ok(format!("{sent} confirmations of {count} payments, each booked once"))
}

/// Opens an order and has it paid over there; before that the fee is paid at a bank when the confirmation is to be late.
async fn paid(
    platform: &str,
    citizen: &Person,
    clerk: &Person,
    case: Case,
    first: &'static str,
) -> anyhow::Result<Paid> {
    let page = format!("/cases/{}/fee", case.id);
    until(&format!("the fee of {} is computed", case.number), SOON, async || {
        clerk.get(&page).await.is_ok_and(|shown| shown["fee"]["state"] == "to_review")
    })
    .await?;
    let version = |shown: &Value| json!({ "version": shown["fee"]["version"] });
    clerk.act(&page, &format!("{page}/review"), version).await?;
    let open = citizen.post(&format!("/my/cases/{}/fee/pay", case.id), &Value::Null).await?;
    let order = text(&open, "order_number")?;
    if first == "late" {
        let receipt = format!("YH{}", case.id.replace('-', ""));
        let body = |shown: &Value| json!({ "version": shown["fee"]["version"], "receipt_number": receipt });
        clerk.act(&page, &format!("{page}/confirm-bank"), body).await?;
    }
    tell(&format!("{platform}/orders/{order}/pay"), &json!({ "silent": true })).await?;
    Ok(Paid { case, order, first })
}

/// Has the payment platform confirm an order until that is taken; what it was answered.
async fn confirm(platform: &str, order: &str) -> anyhow::Result<String> {
    for _ in 0..TRIES {
        let told = tell(&format!("{platform}/orders/{order}/tell"), &json!({})).await?;
        if told["status"] == 200 {
            return text(&told["answer"], "result");
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("no confirmation of {order} was taken")
}

fn states(fee: &Value) -> Vec<String> {
    let orders = fee["orders"].as_array().into_iter().flatten();
    orders.map(|order| order["state"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Paid, and what came late given back.
async fn settled(clerk: &Person, paid: &Paid) -> bool {
    let shown = clerk.get(&format!("/cases/{}/fee", paid.case.id)).await;
    shown.is_ok_and(|shown| {
        let back = states(&shown["fee"]).iter().any(|state| state == "refunded");
        shown["fee"]["state"] == "paid" && back == (paid.first == "late")
    })
}

/// How a fee stands, and how often the case tells of it.
async fn booked(clerk: &Person, paid: &Paid) -> anyhow::Result<Value> {
    let fee = clerk.get(&format!("/cases/{}/fee", paid.case.id)).await?["fee"].clone();
    let case = clerk.get(&format!("/cases/{}", paid.case.id)).await?;
    Ok(json!({
        "state": fee["state"], "way": fee["way_label"], "amount": fee["amount_fen"], "orders": states(&fee),
        "events": timeline(&case, &["fee_order", "fee_detail"]).len(),
    }))
}

/// Money went back once for each that came late and for no other, and the day is the same in both books.
async fn balance(platform: &str, node: &Node, all: &[Paid]) -> anyhow::Result<()> {
    let listed = crate::node::client().get(format!("{platform}/orders")).send().await?.text().await?;
    let listed: Value = serde_json::from_str(&listed)?;
    for one in all {
        let mut there = listed["items"].as_array().into_iter().flatten();
        let there = there.find(|there| there["number"] == one.order.as_str()).context("an order over there")?;
        let backs = there["refunds"].as_array().map_or(0, Vec::len);
        ensure!(backs == usize::from(one.first == "late"), "{}: given back {backs} times", one.order);
    }
    let approver = Person::staff(node, "approver-estate").await?;
    let day = base::zone::china_date(SystemClock.now()).to_string();
    let compared = approver.post("/fee-statements", &json!({ "day": day })).await?;
    let matched = compared["matched"].as_u64().and_then(|matched| usize::try_from(matched).ok());
    ensure!(matched == Some(all.len()) && compared["differences"] == json!([]), "the day differs: {compared}");
    Ok(())
}

/// Chance, the same in each run.
struct Dice(SeededRandomness);

impl Dice {
    fn below(&self, most: usize) -> usize {
        let mut bytes = [0_u8; 4];
        self.0.fill(&mut bytes);
        usize::try_from(u32::from_le_bytes(bytes)).unwrap_or_default() % most.max(1)
    }

    /// Each one to three times, in any order, dealt to the connections of a sender.
    fn dealt<T: Clone>(&self, all: &[T]) -> Vec<Vec<T>> {
        let mut copies: Vec<T> = Vec::new();
        for one in all {
            copies.extend(std::iter::repeat_n(one.clone(), 1 + self.below(3)));
        }
        for place in (1..copies.len()).rev() {
            copies.swap(place, self.below(place + 1));
        }
        let mut hands = vec![Vec::new(); CONNECTIONS];
        for (hand, copy) in (0..CONNECTIONS).cycle().zip(copies) {
            if let Some(hand) = hands.get_mut(hand) {
                hand.push(copy);
            }
        }
        hands.retain(|hand| !hand.is_empty());
        hands
    }
}
