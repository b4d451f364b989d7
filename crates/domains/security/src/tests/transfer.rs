//! Two installations and a ferry that loses, doubles, delays and reorders what it carries.

use std::path::PathBuf;
use std::sync::Arc;

use base::crypto::{FieldCipher, FieldKey, Sm2Key};
use platform::transfer::{Consumer, Received};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use testkit::{Backend, backends};

use super::{World, packs};
use crate::Security;
use crate::transfer::packet::ZoneKeys;
use crate::transfer::register::PacketFilter;
use crate::transfer::rules::Rules;
use crate::transfer::zone::Zone;
use crate::transfer::{SentFile, Side, Transfer};

/// One side: its installation and its zone.
struct End {
    world: World,
    security: Security,
    zone: PathBuf,
    side: Side,
}

impl End {
    async fn new(backend: Backend, side: Side) -> Self {
        let world = World::new(backend).await;
        let zone = world.test.folder.join("zone");
        let key = |side: Side| Sm2Key::from_bytes(&[if side == Side::Inner { 3 } else { 4 }; 32]).unwrap();
        let cipher = FieldCipher::new("zone", vec![FieldKey::new("zone", &[9; 32]).unwrap()]).unwrap();
        let keys = ZoneKeys { cipher, own: Arc::new(key(side)), peer: key(side.other()).public() };
        let transfer = Transfer {
            rules: Rules::load(&packs().join("platform/transfer.yaml")).unwrap(),
            zone: Zone::new(&zone, side, keys).unwrap(),
        };
        let security = world.security.clone().with_transfer(transfer);
        Self { world, security, zone, side }
    }

    async fn send(&self, kind: &'static str, body: Value, files: Vec<SentFile>) -> platform::Result<i64> {
        let (security, platform) = (self.security.clone(), &self.world.test.platform);
        let body: Map<String, Value> = body.as_object().unwrap().clone();
        let write = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move { security.send_across(tx, kind, &body, &files).await })
        });
        write.await
    }

    /// Something that may go from this side.
    async fn say(&self, text: &str) -> i64 {
        let sent = match self.side {
            Side::Inner => {
                let body = json!({ "topic": "case.accepted", "case_id": text, "state": "accepted", "event_no": 1 });
                self.send("case.progress", body, Vec::new()).await
            }
            Side::Outer => {
                let body =
                    json!({ "case_number": text, "staff": "approver", "outcome": "granted", "decided_at": "now" });
                self.send("approval.opinion", body, Vec::new()).await
            }
        };
        sent.unwrap()
    }

    fn files(&self, part: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.zone.join(part)).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Texts delivered here, in order.
    async fn heard(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for no in 1.. {
            let Ok((body, _)) = self.security.received(no).await else { return texts };
            let text = body.get("case_id").or(body.get("case_number")).unwrap();
            texts.push(text.as_str().unwrap().to_owned());
        }
        texts
    }

    async fn acts(&self, action: &str) -> u64 {
        let filter = platform::work::audit::read::Filter { actions: vec![action.to_owned()], ..Default::default() };
        platform::work::audit::read::count(self.world.test.platform.db.read(), &filter).await.unwrap()
    }
}

/// What happens to one file on its way.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    Lost,
    Doubled,
    Late,
}

/// Carries files of one side to the other in an order and with fates of its own.
fn carry(from: &End, to: &End, picks: &[(usize, Fate)]) {
    let mut names = from.files("out");
    for (at, fate) in picks {
        if names.is_empty() {
            return;
        }
        let name = names.remove(at % names.len());
        let (here, there) = (from.zone.join("out").join(&name), to.zone.join("in").join(&name));
        match fate {
            Fate::Arrives => std::fs::rename(here, there).unwrap(),
            Fate::Lost => std::fs::remove_file(here).unwrap(),
            Fate::Doubled => {
                std::fs::copy(here, there).unwrap();
            }
            Fate::Late => {}
        }
    }
}

fn carry_all(from: &End, to: &End) {
    for name in from.files("out") {
        std::fs::rename(from.zone.join("out").join(&name), to.zone.join("in").join(&name)).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Step {
    Say(bool),
    Round(bool),
    Carry(bool, Vec<(usize, Fate)>),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate =
        prop_oneof![3 => Just(Fate::Arrives), 2 => Just(Fate::Lost), 2 => Just(Fate::Doubled), 1 => Just(Fate::Late)];
    let step = prop_oneof![
        3 => any::<bool>().prop_map(Step::Say),
        3 => any::<bool>().prop_map(Step::Round),
        4 => (any::<bool>(), prop::collection::vec((any::<usize>(), fate), 1..8)).prop_map(|(way, picks)| Step::Carry(way, picks)),
        1 => (1_i64..15).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 10..40)
}

fn wait(ends: [&End; 2], minutes: i64) {
    ends.iter().for_each(|end| end.world.test.clock.advance(time::Duration::minutes(minutes)));
}

/// Whatever the ferry did, once it works again both sides hold the same, in order, each thing once.
async fn agree(inner: &End, outer: &End, said: &[Vec<String>; 2]) {
    for _ in 0..6 {
        wait([inner, outer], 11);
        inner.security.ferry().await.unwrap();
        outer.security.ferry().await.unwrap();
        carry_all(inner, outer);
        carry_all(outer, inner);
    }
    for (from, to, said) in [(inner, outer, &said[0]), (outer, inner, &said[1])] {
        assert_eq!(&to.heard().await, said);
        let (out, inward) = (from.security.standing("out").await.unwrap(), to.security.standing("in").await.unwrap());
        assert_eq!((out.state.last_no, &out.state.chain), (inward.state.last_no, &inward.state.chain));
        assert!(out.state.agreed && inward.state.agreed);
        assert_eq!(out.state.peer_no, out.state.last_no, "everything is acknowledged");
        assert!(out.counts.keys().all(|state| state == "acknowledged"), "{:?}", out.counts);
        assert!(inward.counts.keys().all(|state| state == "delivered"), "{:?}", inward.counts);
    }
}

/// Lost, doubled, reordered, late, in both directions at once: forty histories on one pair.
///
/// req: DATASEC-013, OPS-029
#[tokio::test]
async fn both_sides_end_equal_whatever_the_ferry_does() {
    for backend in backends() {
        let (inner, outer) = (End::new(backend, Side::Inner).await, End::new(backend, Side::Outer).await);
        let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), seed);
        let mut said = [Vec::new(), Vec::new()];
        for history in 0..40 {
            let script = steps().new_tree(&mut runner).unwrap().current();
            for step in script {
                match step {
                    Step::Say(way) => {
                        let (end, list) = if way { (&inner, 0) } else { (&outer, 1) };
                        let text = format!("{history}-{}", said[list].len());
                        assert_eq!(end.say(&text).await, said[list].len() as i64 + 1, "numbers have no gaps");
                        said[list].push(text);
                    }
                    Step::Round(way) => {
                        let end = if way { &inner } else { &outer };
                        assert_eq!(end.security.ferry().await.unwrap().bad, 0);
                    }
                    Step::Carry(true, picks) => carry(&inner, &outer, &picks),
                    Step::Carry(false, picks) => carry(&outer, &inner, &picks),
                    Step::Wait(minutes) => wait([&inner, &outer], minutes),
                }
            }
            if history % 8 == 7 {
                agree(&inner, &outer, &said).await;
            }
        }
        assert!(said.iter().all(|list| list.len() > 40));
        // Each transfer is in the log of either side.
        assert_eq!(inner.acts("transfer.send").await, said[0].len() as u64);
        assert_eq!(outer.acts("transfer.receive").await, said[0].len() as u64);
        assert!(inner.acts("transfer.resend").await > 0 && inner.acts("transfer.acknowledged").await > 0);
        inner.world.test.close().await;
        outer.world.test.close().await;
    }
}

/// req: DATASEC-013
/// req: DATASEC-005
#[tokio::test]
async fn a_changed_cut_or_strange_packet_is_set_aside_logged_and_sent_again() {
    for backend in backends() {
        let (inner, outer) = (End::new(backend, Side::Inner).await, End::new(backend, Side::Outer).await);
        inner.say("one").await;
        inner.security.ferry().await.unwrap();
        let name = inner.files("out").remove(0);
        let whole = std::fs::read(inner.zone.join("out").join(&name)).unwrap();
        let text = String::from_utf8(whole.clone()).unwrap();
        assert!(!text.contains("accepted"), "nothing of it is in clear on the ferry");
        for harm in
            [text.replace("\"no\":1", "\"no\":2").into_bytes(), whole[..whole.len() - 20].to_vec(), b"{}".to_vec()]
        {
            std::fs::write(outer.zone.join("in").join(&name), harm).unwrap();
            let round = outer.security.ferry().await.unwrap();
            assert_eq!((round.bad, round.delivered), (1, 0));
            assert_eq!(outer.files("bad"), std::slice::from_ref(&name));
        }
        // Its own packet brought back is not taken either.
        std::fs::write(inner.zone.join("in").join(&name), &whole).unwrap();
        assert_eq!(inner.security.ferry().await.unwrap().bad, 1);
        assert_eq!(outer.acts("transfer.refused").await, 3);
        outer.world.security.watch().await.unwrap();
        let (alarms, ..) = {
            let officer = outer.world.staff("secadmin").await;
            let filter = crate::risks::service::RiskFilter {
                kind: Some("alarm".into()),
                state: None,
                level: None,
                assignee: None,
                q: None,
            };
            outer.security.risks(&officer, &filter, None, 20).await.unwrap()
        };
        assert!(alarms.iter().any(|alarm| alarm.rule_key.as_deref() == Some("transfer_refused")), "{alarms:?}");
        agree(&inner, &outer, &[vec!["one".into()], Vec::new()]).await;
        inner.world.test.close().await;
        outer.world.test.close().await;
    }
}

/// What a rule does not name stays here; what arrives against the rules is refused there, and the
/// numbers go on.
///
/// req: DATASEC-013
#[tokio::test]
async fn both_ends_filter() {
    for backend in backends() {
        let (inner, outer) = (End::new(backend, Side::Inner).await, End::new(backend, Side::Outer).await);
        let body = json!({ "topic": "case.closed", "case_id": "1", "state": "closed", "event_no": 9,
            "id_number": "440106199003071234" });
        inner.send("case.progress", body, Vec::new()).await.unwrap();
        let (rows, _) = inner.security.packets(&PacketFilter::default(), None, 10).await.unwrap();
        assert_eq!(rows[0].note, "滤掉的字段：id_number");
        let refused = inner.send("approval.opinion", json!({}), Vec::new()).await.unwrap_err();
        assert!(refused.title().contains("只能从外网到内网"), "{}", refused.title());

        // A file crosses and is stored there, sealed like any other.
        let pdf = SentFile { name: "材料.pdf".into(), bytes: b"%PDF-1.4 hello".to_vec() };
        let body = json!({ "case_number": "A1", "material_key": "m03" });
        outer.send("case.material", body.clone(), vec![pdf]).await.unwrap();
        let program = SentFile { name: "材料.pdf".into(), bytes: b"MZ\x90\x00".to_vec() };
        let refused = outer.send("case.material", body, vec![program]).await.unwrap_err();
        assert!(refused.title().contains("类型不允许"), "{}", refused.title());
        for _ in 0..2 {
            outer.security.ferry().await.unwrap();
            carry_all(&outer, &inner);
            inner.security.ferry().await.unwrap();
        }
        let (body, files) = inner.security.received(1).await.unwrap();
        assert_eq!(body["material_key"], "m03");
        let (file, bytes) = platform::files::read(&inner.world.test.platform, files[0]).await.unwrap();
        assert_eq!((file.name.as_str(), bytes.as_ref()), ("材料.pdf", b"%PDF-1.4 hello".as_slice()));

        // The sender's rules were loosened; ours were not.
        let mut loose = std::fs::read_to_string(packs().join("platform/transfer.yaml")).unwrap();
        loose = loose.replace("outcome: {type: text, max: 32,", "outcome: {type: text, max: 3200,");
        let path = outer.world.test.folder.join("loose.yaml");
        std::fs::write(&path, loose).unwrap();
        let transfer = outer.security.transfer.as_ref().unwrap();
        let keys = ZoneKeys {
            cipher: transfer.zone.keys.cipher.clone(),
            own: Arc::clone(&transfer.zone.keys.own),
            peer: transfer.zone.keys.peer.clone(),
        };
        let zone = Zone::new(&outer.zone, Side::Outer, keys).unwrap();
        let loose = outer.security.clone().with_transfer(Transfer { rules: Rules::load(&path).unwrap(), zone });
        let body = json!({ "case_number": "A1", "staff": "x", "outcome": "g".repeat(40), "decided_at": "now" });
        let map = body.as_object().unwrap().clone();
        let platform = &outer.world.test.platform;
        let write = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move { loose.send_across(tx, "approval.opinion", &map, &[]).await })
        });
        write.await.unwrap();
        outer.say("after").await;
        outer.security.ferry().await.unwrap();
        carry_all(&outer, &inner);
        inner.security.ferry().await.unwrap();
        let filter = PacketFilter { inward: true, ..PacketFilter::default() };
        let (rows, total) = inner.security.packets(&filter, None, 10).await.unwrap();
        let states: Vec<&str> = rows.iter().map(|row| row.state.as_str()).collect();
        assert_eq!((total, states), (3, vec!["delivered", "refused", "delivered"]));
        assert!(rows[1].note.contains("outcome"), "{}", rows[1].note);
        inner.world.test.close().await;
        outer.world.test.close().await;
    }
}

/// An event of a case goes by its rule; asked for, a packet goes again until it is acknowledged.
///
/// req: DATASEC-013
#[tokio::test]
async fn events_go_by_rule_and_a_packet_goes_again_when_asked() {
    for backend in backends() {
        let (inner, outer) = (End::new(backend, Side::Inner).await, End::new(backend, Side::Outer).await);
        let event = json!({ "topic": "case.accepted", "case_id": "c1", "case_number": "A1", "account_id": "secret",
            "state": "accepted", "event_no": 4 });
        inner.security.forward(event.clone()).await.unwrap();
        outer.security.forward(event.clone()).await.unwrap();
        inner.world.security.forward(event).await.unwrap();
        assert_eq!(inner.security.standing("out").await.unwrap().state.last_no, 1);
        assert_eq!(outer.security.standing("out").await.unwrap().state.last_no, 0, "only the inner side may");
        assert_eq!(inner.security.ferry().await.unwrap().sent, 1);
        carry(&inner, &outer, &[(0, Fate::Lost)]);
        assert_eq!(inner.security.ferry().await.unwrap().sent, 0, "not before its time");
        let admin = inner.world.staff("sysadmin").await;
        assert_eq!(inner.security.send_again(&admin, 1, " ").await.unwrap_err().status(), 422);
        assert_eq!(inner.security.send_again(&admin, 9, "x").await.unwrap_err().status(), 404);
        inner.security.send_again(&admin, 1, "摆渡盘坏了").await.unwrap();
        assert_eq!(inner.security.ferry().await.unwrap().sent, 1);
        for (from, to) in [(&inner, &outer), (&outer, &inner)] {
            carry_all(from, to);
            to.security.ferry().await.unwrap();
        }
        let (body, _) = outer.security.received(1).await.unwrap();
        assert_eq!((body.get("account_id"), body["state"].as_str()), (None, Some("accepted")));
        assert_eq!(inner.security.send_again(&admin, 1, "再发").await.unwrap_err().code(), "acknowledged");
        assert_eq!(inner.world.security.send_again(&admin, 1, "x").await.unwrap_err().code(), "transfer_off");
        inner.world.test.close().await;
        outer.world.test.close().await;
    }
}

/// Counts what it takes; refuses what it is told to.
#[derive(Default)]
struct Counter {
    taken: std::sync::Mutex<Vec<i64>>,
    broken: std::sync::atomic::AtomicBool,
}

#[async_trait::async_trait]
impl Consumer for Counter {
    fn kinds(&self) -> &'static [&'static str] {
        &["case.progress"]
    }

    async fn take(&self, tx: &platform::Tx, received: &Received) -> platform::Result<String> {
        if received.text("state") == "nonsense" {
            return Err(platform::Problem::invalid_field("/state", "format", "不认得这个状态"));
        }
        // A row of its own, so that what is undone can be seen.
        let (no, id) = (received.no, uuid::Uuid::from_u128(received.no as u128));
        platform::work::idempotency::remember(tx, id, "taken", &format!("{no}-taken"), id).await?;
        if self.broken.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(platform::Problem::unavailable("稍后再试", "broken"));
        }
        self.taken.lock().unwrap().push(no);
        Ok(format!("第 {no} 包"))
    }
}

/// A delivered packet is taken by its domain, once, however often it is brought, delivered or handed
/// on; what nobody declares and what the domain refuses is listed and can be taken again. The counts of
/// both sides say the same.
///
/// req: DATASEC-013
#[tokio::test]
async fn a_packet_is_taken_once_by_the_domain_that_declares_its_kind() {
    for backend in backends() {
        let (inner, mut outer) = (End::new(backend, Side::Inner).await, End::new(backend, Side::Outer).await);
        let counter = Arc::new(Counter::default());
        outer.security = outer.security.clone().with_consumers(vec![counter.clone()]);
        inner.say("one").await;
        let nonsense = json!({ "topic": "case.accepted", "case_id": "two", "state": "nonsense", "event_no": 1 });
        inner.send("case.progress", nonsense, Vec::new()).await.unwrap();
        inner.say("three").await;
        outer.say("four").await;
        let rows = async |end: &End, inward: bool| {
            let filter = PacketFilter { inward, ..PacketFilter::default() };
            let (mut rows, _) = end.security.packets(&filter, None, 10).await.unwrap();
            rows.sort_by_key(|row| row.no);
            rows.into_iter().map(|row| (row.taken, row.note)).collect::<Vec<_>>()
        };
        for _ in 0..3 {
            wait([&inner, &outer], 11);
            inner.security.ferry().await.unwrap();
            outer.security.ferry().await.unwrap();
            // The ferry brings everything twice.
            for name in inner.files("out") {
                std::fs::copy(inner.zone.join("out").join(&name), outer.zone.join("in").join(&name)).unwrap();
            }
            carry_all(&outer, &inner);
        }
        assert_eq!(rows(&outer, true).await.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["waiting"; 3]);
        assert_eq!(rows(&inner, true).await[0].0, "unclaimed", "nobody takes opinions here");

        // While the domain is down the packet waits; afterwards it is taken once, though told four times.
        counter.broken.store(true, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(outer.security.consume(json!({ "no": 1 })).await.unwrap_err().status(), 503);
        assert_eq!(rows(&outer, true).await[0].0, "waiting");
        counter.broken.store(false, std::sync::atomic::Ordering::SeqCst);
        let consume = |no: i64| outer.security.consume(json!({ "no": no }));
        let (a, b, c, d) = tokio::join!(consume(1), consume(3), consume(1), consume(2));
        for done in [a, b, c, d] {
            done.unwrap();
        }
        for no in [3, 1, 2, 1] {
            consume(no).await.unwrap();
        }
        let mut taken = counter.taken.lock().unwrap().clone();
        taken.sort_unstable();
        assert_eq!(taken, [1, 3], "{backend:?}");
        let after = rows(&outer, true).await;
        assert_eq!(after[0], ("done".to_owned(), "第 1 包".to_owned()));
        assert_eq!((after[1].0.as_str(), after[1].1.contains("不认得这个状态")), ("failed", true), "{after:?}");
        assert_eq!(outer.acts("transfer.take").await, 2);

        // People have it taken again, with a reason; what is taken is not taken twice.
        let admin = outer.world.staff("sysadmin").await;
        assert_eq!(outer.security.take_again(&admin, 1, "再来").await.unwrap_err().code(), "taken");
        assert_eq!(outer.security.take_again(&admin, 2, " ").await.unwrap_err().status(), 422);
        outer.security.take_again(&admin, 2, "核对后重新处理").await.unwrap();
        outer.security.consume(json!({ "no": 2 })).await.unwrap();
        assert_eq!(rows(&outer, true).await[1].0, "failed", "its content has not changed");
        let nobody = inner.security.take_again(&inner.world.staff("sysadmin").await, 1, "再试一次").await.unwrap_err();
        assert_eq!(nobody.code(), "nobody");
        inner.security.consume(json!({ "no": 1 })).await.unwrap();
        assert!(rows(&inner, true).await[0].1.contains("升级"), "the way out is told");

        // Both sides count the same.
        carry_all(&outer, &inner);
        inner.security.ferry().await.unwrap();
        let (out, inward) =
            (inner.security.standing("out").await.unwrap(), outer.security.standing("in").await.unwrap());
        assert_eq!(out.kinds.len(), 1);
        assert_eq!((out.kinds[0].packets, out.kinds[0].both), (3, 3), "{:?}", out.kinds);
        assert_eq!((inward.kinds[0].packets, inward.kinds[0].both), (3, 3), "{:?}", inward.kinds);
        assert_eq!(inward.kinds[0].taken, [("done".to_owned(), 2), ("failed".to_owned(), 1)].into());
        outer.world.security.watch().await.unwrap();
        inner.world.test.close().await;
        outer.world.test.close().await;
    }
}
