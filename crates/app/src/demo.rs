//! The demo: plays the past of a city through the real services, so that screens look alive.
//!
//! Nothing is written by hand into tables: citizens file the packs' own sample applications,
//! clerks accept, approvers decide, licences are made and sealed, results are handed over. Only
//! the clock is moved. The course of events is drawn from a fixed seed: the same demo each time.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use base::clock::Clock;
use casework::cases::service::correction::{AskCorrection, Defect, SupplyCorrection};
use casework::cases::service::deliver::Deliver;
use casework::cases::service::intake::{Accept, NotAccept};
use casework::cases::service::special::{Resume, Suspend};
use casework::cases::service::withdraw::Withdraw;
use catalogue::packs::{self, Pack};
use identity::Profile;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::App;
use crate::cast::{Cast, Citizen};

/// Password of the demo's staff.
pub const PASSWORD: &str = "Tongban-2026";

/// A clock that can be put somewhere; otherwise the machine's.
pub struct DemoClock {
    real: Arc<dyn Clock>,
    /// Unix milliseconds; 0 = the machine's clock.
    at: AtomicI64,
}

impl DemoClock {
    /// Over the machine's clock.
    pub fn new(real: Arc<dyn Clock>) -> Self {
        Self { real, at: AtomicI64::new(0) }
    }

    fn set(&self, moment: OffsetDateTime) {
        self.at.store(moment.unix_timestamp() * 1000, Ordering::SeqCst);
    }

    /// Goes back so many days, for loading what the past needs (seals, calendars).
    pub fn go_back(&self, days: i64) {
        self.set(self.real_now() - time::Duration::days(days));
    }

    fn release(&self) {
        self.at.store(0, Ordering::SeqCst);
    }

    /// The machine's time.
    fn real_now(&self) -> OffsetDateTime {
        self.real.now()
    }
}

impl Clock for DemoClock {
    fn now(&self) -> OffsetDateTime {
        match self.at.load(Ordering::SeqCst) {
            0 => self.real.now(),
            at => OffsetDateTime::from_unix_timestamp(at / 1000).unwrap_or_else(|_| self.real.now()),
        }
    }
}

/// What was played.
#[derive(Debug, Default, Clone, Copy)]
pub struct Report {
    /// Cases.
    pub cases: usize,
    /// Still open.
    pub open: usize,
    /// Closed or delivered.
    pub closed: usize,
    /// Withdrawn, not accepted.
    pub other: usize,
}

/// Whether anything was filed before.
///
/// # Errors
/// When the database refuses.
pub async fn has_cases(app: &App) -> Result<bool> {
    app.casework.has_any().await
}

/// Xorshift: the course of events, reproducible.
struct Dice(Mutex<u64>);

impl Dice {
    fn roll(&self, below: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % below.max(1)
    }

    fn chance(&self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

struct Player<'a> {
    app: &'a App,
    clock: &'a DemoClock,
    now: OffsetDateTime,
    dice: Dice,
    cast: Cast<'a>,
    citizens: Vec<Citizen>,
}

/// Plays `count` cases.
///
/// # Errors
/// What a service refuses: a demo that can't be played is a fault of the packs.
pub async fn play(app: &App, clock: &DemoClock, folder: &Path, count: usize) -> Result<Report> {
    let now = clock.real_now();
    let people = std::fs::read_to_string(folder.join("city/citizens.yaml")).map_err(Problem::internal)?;
    let people = simulators::People::from_yaml(&people).map_err(Problem::internal)?;
    let cast = Cast::new(app);
    let mut citizens = Vec::new();
    let keys = people.persons.iter().map(|one| &one.key).chain(people.enterprises.iter().map(|one| &one.key));
    for login in keys.filter_map(|key| people.login(key)).filter(|login| login.real_name) {
        let profile: Profile = serde_json::from_value(serde_json::to_value(&login)?)?;
        citizens.push(cast.citizen(profile).await?);
    }
    let packs = packs::read_set(&folder.join("items")).map_err(Problem::internal)?;
    let samples: Vec<(&Pack, &Value)> = packs
        .iter()
        .flat_map(|pack| {
            pack.samples.iter().filter(|(name, _)| !name.starts_with("invalid")).map(move |(_, sample)| (pack, sample))
        })
        .collect();
    let player = Player { app, clock, now, dice: Dice(Mutex::new(0x5EED_2026_0924)), cast, citizens };
    let mut report = Report::default();
    for number in 0..count {
        // Half of the plays are the deep item, the others share the rest.
        let at = player.dice.roll(samples.len() as u64);
        let (pack, sample) = samples[usize::try_from(at).unwrap_or(0)];
        match player.one(pack, sample, number, count).await? {
            Ending::Open => report.open += 1,
            Ending::Closed => report.closed += 1,
            Ending::Other => report.other += 1,
        }
        report.cases += 1;
        if (number + 1) % 100 == 0 {
            println!("  已演示 {} / {count} 件", number + 1);
        }
    }
    clock.release();
    crate::grants::play(app, &player.cast, &people, folder).await?;
    app.settle(&player.cast.handlers).await?;
    Ok(report)
}

enum Ending {
    Open,
    Closed,
    Other,
}

impl Player<'_> {
    /// One case from filing to wherever the present stops it.
    async fn one(&self, pack: &Pack, sample: &Value, number: usize, count: usize) -> Result<Ending> {
        let text = |pointer: &str| sample.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = text("/applicant/kind");
        let pool: Vec<&Citizen> =
            self.citizens.iter().filter(|one| one.account.enterprise.is_some() == (kind == "enterprise")).collect();
        let Some(citizen) = pool.get(usize::try_from(self.dice.roll(pool.len() as u64)).unwrap_or(0)) else {
            return Ok(Ending::Other);
        };
        // The last fifth falls into the last days, so that lists of open cases are full.
        let days_ago = if number * 5 >= count * 4 { self.dice.roll(6) } else { 6 + self.dice.roll(90) };
        let mut at = self.working_moment(self.now - time::Duration::days(i64::try_from(days_ago).unwrap_or(0))).await?;
        if !self.go(&mut at, 0).await? {
            return Ok(Ending::Other);
        }
        let form = self.form(sample, citizen)?;
        let way = if self.dice.chance(40) { "self" } else { "electronic" };
        let whole = self.cast.application(pack, sample, form, citizen, way).await?;
        let receipt = match self.app.casework.file_whole(&citizen.principal, whole, None).await {
            Ok(receipt) => receipt,
            // A sample of the future may not fit today's date any more; the demo goes on without it.
            Err(problem) if problem.status().is_client_error() => {
                tracing::warn!(item = %pack.slug, cause = %problem, "a sample could not be filed");
                return Ok(Ending::Other);
            }
            Err(problem) => return Err(problem),
        };
        let mut play = Play { id: receipt.id, at };
        if self.dice.chance(3) {
            if !self.later(&mut play, 3).await? {
                return Ok(Ending::Open);
            }
            let withdraw =
                Withdraw { version: self.version(play.id).await?, reason: "信息填错了，重新申请".into() };
            self.app.casework.withdraw(&citizen.principal, play.id, withdraw).await?;
            return Ok(Ending::Other);
        }
        if !self.later(&mut play, 6).await? {
            return Ok(Ending::Open);
        }
        if let Some(ending) = self.intake(&mut play, citizen, sample).await? {
            return Ok(ending);
        }
        self.examine(&mut play, sample).await?;
        self.finish(&mut play, citizen).await
    }

    /// Acceptance, with a correction or a refusal now and then. `None` when it was accepted.
    async fn intake(&self, play: &mut Play, citizen: &Citizen, sample: &Value) -> Result<Option<Ending>> {
        let casework = &self.app.casework;
        let Some(clerk) = self.cast.actor(play.id, "clerk").await? else { return Ok(Some(Ending::Open)) };
        if self.dice.chance(2) {
            let refusal = NotAccept {
                version: self.version(play.id).await?,
                reason: "申请的经营场所不在本辖区，请到场所所在区的窗口申请".into(),
            };
            casework.not_accept(&clerk, play.id, refusal).await?;
            return Ok(Some(Ending::Other));
        }
        let asked = sample
            .get("materials")
            .and_then(Value::as_array)
            .and_then(|keys| keys.iter().rev().find_map(Value::as_str));
        if let Some(key) = asked.filter(|_| self.dice.chance(9)) {
            let defect = Defect {
                material_key: Some(key.to_owned()),
                field_key: None,
                reason: "盖章不清楚，请重新扫描后上传".into(),
            };
            let ask = AskCorrection { version: self.version(play.id).await?, items: vec![defect], until_days: None };
            casework.request_correction(&clerk, play.id, ask).await?;
            if self.dice.chance(25) || !self.later(play, 30).await? {
                return Ok(Some(Ending::Open));
            }
            let file = self.cast.file(citizen, "补正后的材料", false).await?;
            let supply = SupplyCorrection {
                version: self.version(play.id).await?,
                materials: [(key.to_owned(), vec![file])].into(),
                form: Map::new(),
            };
            if let Err(problem) = casework.supply_correction(&citizen.principal, play.id, supply).await {
                tracing::warn!(cause = %problem, "a correction was not taken");
                return Ok(Some(Ending::Open));
            }
            if !self.later(play, 8).await? {
                return Ok(Some(Ending::Open));
            }
        }
        let accept = Accept { version: self.version(play.id).await?, note: String::new(), tolerated: Vec::new() };
        casework.accept(&clerk, play.id, accept).await?;
        Ok(None)
    }

    /// The item's flow, step by step, as far as the present allows.
    async fn examine(&self, play: &mut Play, sample: &Value) -> Result<()> {
        let casework = &self.app.casework;
        for _ in 0..12 {
            let Some((_, _, role)) = casework.open_flow_task(play.id).await? else { return Ok(()) };
            if !self.later(play, 10).await? {
                return Ok(());
            }
            let Some(handler) = self.cast.actor(play.id, &role).await? else { return Ok(()) };
            if self.dice.chance(5) && self.pause(play, &handler).await? {
                return Ok(());
            }
            self.cast.do_task(play.id, sample).await?;
        }
        Ok(())
    }

    /// A special procedure; true when it is still running at present.
    async fn pause(&self, play: &mut Play, handler: &Principal) -> Result<bool> {
        let casework = &self.app.casework;
        let case = casework.desk_case(handler, play.id).await?;
        let Some(procedure) = case.procedures.first() else { return Ok(false) };
        if !handler.may("case.suspend") {
            return Ok(false);
        }
        let suspend = Suspend {
            version: case.version,
            procedure: procedure.key.clone(),
            reason: format!("需要进行{}，已经书面告知申请人", procedure.name),
            expected: None,
        };
        casework.suspend(handler, play.id, suspend).await?;
        if !self.later(play, 40).await? {
            return Ok(true);
        }
        let resume = Resume { version: self.version(play.id).await?, result: "符合要求，恢复办理".into() };
        casework.resume(handler, play.id, resume).await?;
        Ok(!self.later(play, 4).await?)
    }

    /// Hand-over and rating.
    async fn finish(&self, play: &mut Play, citizen: &Citizen) -> Result<Ending> {
        let casework = &self.app.casework;
        let case = casework.my_case(&citizen.principal, play.id).await?;
        if case.result.is_none() {
            return Ok(Ending::Open);
        }
        if case.delivery.way == "self"
            && self.dice.chance(75)
            && self.later(play, 30).await?
            && let Some(clerk) = self.cast.actor(play.id, "delivery").await?
        {
            let deliver = Deliver {
                version: case.version,
                receiver_name: citizen.account.name.clone(),
                receiver_id_number: citizen.account.id_number.clone(),
                way: "self".into(),
                waybill: String::new(),
                note: String::new(),
                identification: None,
            };
            casework.deliver(&clerk, play.id, deliver).await?;
        }
        if self.dice.chance(60) && self.later(play, 20).await? {
            let stars = [5, 5, 5, 5, 5, 5, 4, 4, 3, 2][usize::try_from(self.dice.roll(10)).unwrap_or(0)];
            crate::ratings::rate(self.app, &citizen.principal, play.id, stars).await?;
        }
        Ok(Ending::Closed)
    }

    async fn version(&self, id: Uuid) -> Result<i64> {
        self.app.casework.version_of(id).await
    }

    /// Moves on by up to so many working hours; false when that would be after the present.
    async fn later(&self, play: &mut Play, hours: u64) -> Result<bool> {
        self.go(&mut play.at, 1 + self.dice.roll(hours)).await
    }

    async fn go(&self, at: &mut OffsetDateTime, hours: u64) -> Result<bool> {
        let next = *at + time::Duration::minutes(i64::try_from(hours * 150 + self.dice.roll(50)).unwrap_or(0));
        let next = self.working_moment(next).await?;
        if next >= self.now {
            return Ok(false);
        }
        *at = next;
        self.clock.set(next);
        Ok(true)
    }

    /// The moment itself, or the next office hour.
    async fn working_moment(&self, at: OffsetDateTime) -> Result<OffsetDateTime> {
        let calendar = self.app.casework.calendars.current().await?;
        let date = calendar.working_day_from(base::zone::china_date(at))?;
        let spans = calendar.office_spans(date)?;
        if let Some((from, _)) = spans.iter().find(|(from, until)| at < *until && (*from <= at || at < *from)) {
            return Ok(if at < *from {
                *from + time::Duration::minutes(i64::try_from(self.dice.roll(60)).unwrap_or(0))
            } else {
                at
            });
        }
        let next = calendar.working_day_from(date.next_day().unwrap_or(date))?;
        let morning = calendar.office_spans(next)?.first().map_or(at, |(from, _)| *from);
        Ok(morning + time::Duration::minutes(i64::try_from(self.dice.roll(150)).unwrap_or(0)))
    }

    /// The sample's form with the citizen's own names and numbers.
    fn form(&self, sample: &Value, citizen: &Citizen) -> Result<Value> {
        let mut text = serde_json::to_string(sample.get("form").unwrap_or(&Value::Null))?;
        let old = |key: &str| {
            sample.pointer(&format!("/applicant/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let account = &citizen.account;
        let mut swap = |old: String, new: &str| {
            if !old.is_empty() && !new.is_empty() {
                text = text.replace(&old, new);
            }
        };
        match &account.enterprise {
            Some(enterprise) => {
                swap(old("name"), &enterprise.name);
                swap(old("uscc"), &enterprise.uscc);
            }
            None => {
                swap(old("name"), &account.name);
                swap(old("id_number"), &account.id_number);
            }
        }
        swap(old("phone"), account.phone.as_deref().unwrap_or_default());
        Ok(serde_json::from_str(&text)?)
    }
}

struct Play {
    id: Uuid,
    at: OffsetDateTime,
}
