//! `packs/platform/response-targets.yaml`: limits by subsystem and kind of operation, and which request is what.
//! Data, checked when read.

use std::collections::BTreeSet;
use std::path::Path;

use platform::metrics::LIMITS;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kind of operation: a column of OPS-001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OperationKind)]
pub enum Kind {
    /// What a page needs to open.
    Page,
    /// A list, a search.
    Query,
    /// A change: filing, accepting, booking, saving.
    Complex,
    /// Waits for a system of somebody else.
    Third,
    /// Figures, statistics, a list as a file.
    Report,
}

impl Kind {
    /// In the order of the table.
    pub const ALL: [Self; 5] = [Self::Page, Self::Query, Self::Complex, Self::Third, Self::Report];

    /// Key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Query => "query",
            Self::Complex => "complex",
            Self::Third => "third",
            Self::Report => "report",
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Page => 0,
            Self::Query => 1,
            Self::Complex => 2,
            Self::Third => 3,
            Self::Report => 4,
        }
    }
}

/// Limits that hold everywhere (OPS-002), milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct General {
    page: u64,
    query: u64,
    complex: u64,
    third: u64,
    report: u64,
}

impl General {
    fn of(self, kind: Kind) -> u64 {
        match kind {
            Kind::Page => self.page,
            Kind::Query => self.query,
            Kind::Complex => self.complex,
            Kind::Third => self.third,
            Kind::Report => self.report,
        }
    }
}

/// Which requests are of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRules {
    /// Kind.
    pub key: Kind,
    /// Name.
    pub label: String,
    /// Method and path, one by one.
    pub routes: Vec<String>,
    /// Ends of paths.
    #[serde(default)]
    pub ends: Vec<String>,
    /// Methods: with `ends` both have to fit, without them the method alone decides.
    #[serde(default)]
    pub methods: Vec<String>,
}

impl KindRules {
    fn takes(&self, method: &str) -> bool {
        self.methods.iter().any(|one| one == method)
    }
}

/// A subsystem: a row of OPS-001.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subsystem {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Milliseconds, in the order of [`Kind::ALL`].
    pub limits: [u64; 5],
    /// Beginnings of paths.
    #[serde(default)]
    pub routes: Vec<String>,
    /// The subsystem whose requests count for this one too, because both are served by the same.
    #[serde(default)]
    pub shares: Option<String>,
}

impl Subsystem {
    /// Under which key its requests are counted.
    pub fn scope(&self) -> &str {
        self.shares.as_deref().unwrap_or(&self.key)
    }
}

/// A step of OPS-004.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// Milliseconds.
    pub limit: u64,
    /// Method and path; with `*` at the end everything that begins so.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Whole kinds.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// Answers that told of a problem.
    #[serde(default)]
    pub problems: bool,
}

/// A limit while so many are served at once (OPS-003).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadClass {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// At most so many at once.
    pub at_most: u64,
    /// Milliseconds.
    pub limit: u64,
}

/// Limits by load (OPS-003).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loads {
    /// Kinds that are judged.
    pub kinds: Vec<Kind>,
    /// From few to many at once.
    pub classes: Vec<LoadClass>,
    /// Never longer, however many there are; milliseconds.
    pub never: u64,
    /// Mean of the system's own answers, milliseconds.
    pub response_mean_ms: u64,
}

/// People of the reference load (OPS-005).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Who.
    pub label: String,
    /// How many a day.
    pub people: u32,
    /// Pages each looks at.
    pub pages: u32,
    /// How long each stays.
    pub stay_minutes: u32,
    /// Within so many hours.
    pub hours: u32,
}

/// What the installation is made for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Served at once.
    pub at_once: i64,
    /// On line.
    pub online: i64,
}

/// The reference load (OPS-005).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Who comes.
    pub groups: Vec<Group>,
    /// Seconds an answer takes in the reckoning.
    pub response_s: u32,
    /// What it is made for.
    pub capacity: Capacity,
}

/// Which value of a day is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Mean.
    Mean,
    /// The greatest.
    Most,
    /// The least.
    Least,
}

/// A limit of a resource (OPS-008).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Metric of `operations.yaml`.
    pub metric: String,
    /// Name.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// Which value.
    pub by: By,
    /// Wrong side.
    pub when: crate::pack::When,
    /// Limit.
    pub limit: i64,
}

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    schema: String,
    /// Of a hundred so many have to keep the limit, or it is missed.
    pub within_percent: u64,
    /// Mean of anything, milliseconds.
    pub mean_ms: u64,
    general: General,
    /// Kinds, in the order in which their ends are looked at.
    pub kinds: Vec<KindRules>,
    /// Subsystems.
    pub subsystems: Vec<Subsystem>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Limits by load.
    pub loads: Loads,
    /// Reference load.
    pub model: Model,
    /// Resources.
    pub resources: Vec<Resource>,
}

/// Method and path of a counted request, as the file writes them; none for a name that is no request. `HEAD` asks
/// for the same as `GET`.
fn split(name: &str) -> Option<(&str, &str)> {
    let (method, path) = name.split_once(' ')?;
    let method = if method == "HEAD" { "GET" } else { method };
    Some((method, path.strip_prefix("/api/v1").unwrap_or(path)))
}

/// Whether a path lies at or below another.
fn below(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Targets {
    /// Reads and checks the file; `metrics` are the keys that have a history.
    ///
    /// # Errors
    /// Names the file and what is wrong.
    pub fn load(path: &Path, metrics: &crate::pack::Pack) -> Result<Self> {
        let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let targets: Self = serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        targets.check(metrics).map_err(wrong)?;
        Ok(targets)
    }

    fn check(&self, metrics: &crate::pack::Pack) -> std::result::Result<(), String> {
        if self.schema != "tongban-response-targets/1" {
            return Err(format!("unknown schema {:?}", self.schema));
        }
        if !(1..=100).contains(&self.within_percent) {
            return Err("within_percent: 1 to 100".to_owned());
        }
        let kinds: BTreeSet<Kind> = self.kinds.iter().map(|one| one.key).collect();
        if kinds.len() != Kind::ALL.len() || self.kinds.len() != Kind::ALL.len() {
            return Err("kinds: each of page, query, complex, third, report once".to_owned());
        }
        // What is promised has to be counted: a limit between two counted lengths could not be judged.
        let general = Kind::ALL.map(|kind| self.general.of(kind));
        let own = self.subsystems.iter().flat_map(|one| one.limits);
        let steps = self.steps.iter().map(|one| one.limit);
        let loads = self.loads.classes.iter().map(|one| one.limit).chain([self.loads.never]);
        if let Some(odd) = general.into_iter().chain(own).chain(steps).chain(loads).find(|one| !LIMITS.contains(one)) {
            return Err(format!("{odd} ms is not counted; limits are one of {LIMITS:?}"));
        }
        let keys: BTreeSet<&str> = self.subsystems.iter().map(|one| one.key.as_str()).collect();
        let steps: BTreeSet<&str> = self.steps.iter().map(|one| one.key.as_str()).collect();
        if keys.len() != self.subsystems.len() || steps.len() != self.steps.len() || keys.contains(STEP) {
            return Err("a key stands twice, or a subsystem is called step".to_owned());
        }
        for one in &self.subsystems {
            let shared = one.shares.as_deref().map(|other| self.subsystems.iter().find(|each| each.key == other));
            match shared {
                Some(_) if !one.routes.is_empty() => {
                    return Err(format!("subsystem {}: either routes of its own or shared ones", one.key));
                }
                Some(None) => return Err(format!("subsystem {}: shares with an unknown one", one.key)),
                Some(Some(other)) if other.shares.is_some() => {
                    return Err(format!("subsystem {}: shares with one that shares itself", one.key));
                }
                _ => {}
            }
        }
        let mut starts: Vec<&String> = self.subsystems.iter().flat_map(|one| &one.routes).collect();
        let all = starts.len();
        starts.sort();
        starts.dedup();
        if starts.len() != all {
            return Err("subsystems: the same beginning of a path twice".to_owned());
        }
        if !self.loads.classes.is_sorted_by(|one, other| one.at_most < other.at_most) {
            return Err("loads: from few to many".to_owned());
        }
        if self.model.groups.iter().any(|group| group.hours == 0) {
            return Err("model: within at least one hour".to_owned());
        }
        match self.resources.iter().find(|one| metrics.metric(&one.metric).is_none()) {
            Some(odd) => Err(format!("resources: no metric {}", odd.metric)),
            None => Ok(()),
        }
    }

    /// The limit of a kind of operation in a subsystem, milliseconds: the stricter of both.
    pub fn limit(&self, subsystem: &Subsystem, kind: Kind) -> u64 {
        let general = self.general.of(kind);
        subsystem.limits.get(kind.place()).map_or(general, |own| general.min(*own))
    }

    /// Name of a kind.
    pub fn kind_label(&self, kind: Kind) -> &str {
        self.kinds.iter().find(|one| one.key == kind).map_or("", |one| one.label.as_str())
    }

    /// What a counted request (`GET /api/v1/cases/{id}`) is: subsystem and kind of operation. None when the file
    /// does not say.
    pub fn classify(&self, name: &str) -> Option<(&Subsystem, Kind)> {
        let (method, path) = split(name)?;
        let subsystem = self
            .subsystems
            .iter()
            .filter_map(|one| {
                let longest = one.routes.iter().filter(|start| below(path, start)).map(String::len).max()?;
                Some((longest, one))
            })
            .max_by_key(|(longest, _)| *longest)?
            .1;
        Some((subsystem, self.kind(method, path)?))
    }

    fn kind(&self, method: &str, path: &str) -> Option<Kind> {
        let whole = format!("{method} {path}");
        let said = |one: &&KindRules| one.routes.contains(&whole);
        let by_end = |one: &&KindRules| {
            one.ends.iter().any(|end| path.ends_with(end.as_str())) && (one.methods.is_empty() || one.takes(method))
        };
        let by_method = |one: &&KindRules| one.ends.is_empty() && one.takes(method);
        let all = || self.kinds.iter();
        let found = all().find(said).or_else(|| all().find(by_end)).or_else(|| all().find(by_method))?;
        Some(found.key)
    }

    /// Steps a counted request belongs to.
    pub fn steps_of<'a>(&'a self, name: &'a str, kind: Option<Kind>) -> impl Iterator<Item = &'a Step> {
        let whole = split(name).map(|(method, path)| format!("{method} {path}")).unwrap_or_default();
        self.steps.iter().filter(move |step| {
            let fits = |route: &String| match route.strip_suffix('*') {
                Some(start) => whole.starts_with(start),
                None => *route == whole,
            };
            step.routes.iter().any(fits) || kind.is_some_and(|kind| step.kinds.contains(&kind))
        })
    }

    /// The class of a minute in which so many were served at once at most.
    pub fn load_class(&self, at_once: u64) -> &str {
        self.loads.classes.iter().find(|one| at_once <= one.at_most).map_or(BEYOND, |one| one.key.as_str())
    }
}

/// Scope under which steps are counted.
pub const STEP: &str = "step";
/// Load beyond every class.
pub const BEYOND: &str = "beyond";

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pack::Pack;

    fn folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform")
    }

    pub(in crate::targets) fn real() -> Targets {
        let pack = Pack::load(&folder().join("operations.yaml")).unwrap();
        Targets::load(&folder().join("response-targets.yaml"), &pack).unwrap()
    }

    /// Every route of the published description is of a subsystem and a kind, and the file names no route that is
    /// not there.
    ///
    /// req: OPS-001
    #[test]
    fn every_route_is_something_and_nothing_is_named_that_is_gone() {
        let targets = real();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/openapi.json");
        let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let mut names = Vec::new();
        for (path, acts) in document["paths"].as_object().unwrap() {
            for method in acts.as_object().unwrap().keys() {
                if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                    names.push(format!("{} {path}", method.to_uppercase()));
                }
            }
        }
        assert!(names.len() > 700, "{}", names.len());
        let odd: Vec<&String> = names.iter().filter(|name| targets.classify(name).is_none()).collect();
        assert!(odd.is_empty(), "packs/platform/response-targets.yaml says nothing of {odd:#?}");
        let known: Vec<String> =
            names.iter().filter_map(|name| split(name)).map(|(method, path)| format!("{method} {path}")).collect();
        let gone: Vec<&String> =
            targets.kinds.iter().flat_map(|one| &one.routes).filter(|route| !known.contains(route)).collect();
        assert!(gone.is_empty(), "kinds name routes that are not there: {gone:?}");
        for start in targets.subsystems.iter().flat_map(|one| &one.routes) {
            let there = known.iter().filter_map(|name| name.split_once(' ')).any(|(_, path)| below(path, start));
            assert!(there, "no route begins with {start}");
        }
        for step in targets.steps.iter().filter(|step| step.kinds.is_empty() && !step.problems) {
            for route in &step.routes {
                let start = route.trim_end_matches('*');
                let there =
                    known.iter().any(|name| if route.ends_with('*') { name.starts_with(start) } else { name == route });
                assert!(there, "step {}: {route}", step.key);
            }
        }
    }

    /// The figures of the register, row by row.
    ///
    /// req: OPS-001
    /// req: OPS-002
    #[test]
    fn the_stricter_limit_wins_and_the_table_is_that_of_the_register() {
        let targets = real();
        let limits = |key: &str| {
            let one = targets.subsystems.iter().find(|one| one.key == key).unwrap();
            Kind::ALL.map(|kind| targets.limit(one, kind))
        };
        assert_eq!(targets.subsystems.len(), 15);
        assert_eq!(limits("portal"), [1_500, 2_000, 2_000, 5_000, 4_000]);
        assert_eq!(limits("acceptance"), [1_500, 2_000, 3_000, 5_000, 5_000]);
        assert_eq!(limits("theme"), [2_000, 2_000, 2_000, 5_000, 4_000]);
        assert_eq!(limits("link"), [2_000, 2_000, 3_000, 5_000, 6_000]);
        assert_eq!(limits("pledge"), [2_000, 2_000, 2_000, 5_000, 6_000]);
        assert_eq!(limits("nocert"), [2_000, 2_000, 2_000, 5_000, 6_000]);
        assert_eq!(limits("multiplan"), [3_000, 2_000, 3_000, 5_000, 5_000]);
        assert_eq!(limits("elder"), [2_000, 2_000, 3_000, 5_000, 4_000]);
        assert_eq!(limits("ai"), [1_500, 2_000, 2_000, 5_000, 6_000]);
        assert_eq!(limits("service"), [2_000, 2_000, 4_000, 5_000, 4_000]);
        assert_eq!(limits("knowledge"), [3_000, 2_000, 3_000, 5_000, 4_000]);
        assert_eq!(limits("code"), [1_500, 2_000, 2_000, 5_000, 4_000]);
        assert_eq!(limits("mobile"), [1_500, 2_000, 2_000, 5_000, 4_000]);
        assert_eq!(limits("evaluation"), [2_000, 2_000, 3_000, 5_000, 4_000]);
        assert_eq!(limits("support"), [2_000, 2_000, 3_000, 5_000, 4_000]);
        let lax = Subsystem {
            key: "lax".to_owned(),
            label: String::new(),
            limits: [15_000; 5],
            routes: Vec::new(),
            shares: None,
        };
        assert_eq!(Kind::ALL.map(|kind| targets.limit(&lax, kind)), [3_000, 2_000, 4_000, 5_000, 6_000]);
    }

    /// req: OPS-001
    #[test]
    fn a_request_is_told_apart_by_path_and_method() {
        let targets = real();
        let is = |name: &str| targets.classify(name).map(|(subsystem, kind)| (subsystem.key.as_str(), kind));
        assert_eq!(is("GET /api/v1/cases"), Some(("acceptance", Kind::Query)));
        assert_eq!(is("HEAD /api/v1/cases/{id}"), Some(("acceptance", Kind::Page)));
        assert_eq!(is("POST /api/v1/cases/{id}/accept"), Some(("acceptance", Kind::Complex)));
        assert_eq!(is("GET /api/v1/cases/export"), Some(("acceptance", Kind::Report)));
        assert_eq!(is("POST /api/v1/my/cases/{id}/fee/pay"), Some(("portal", Kind::Third)));
        assert_eq!(is("GET /api/v1/my/disk/{id}"), Some(("nocert", Kind::Page)), "the longest beginning counts");
        assert_eq!(is("GET /api/v1/my/diskette"), Some(("portal", Kind::Query)), "whole parts of a path only");
        assert_eq!(is("PUT /oauth/authorize"), Some(("support", Kind::Complex)));
        assert_eq!(is("GET /api/v1/casesx"), None);
        assert_eq!(is("OPTIONS /api/v1/cases"), None);
        assert_eq!(is(platform::metrics::OTHER), None);
        assert_eq!(
            [0, 100, 101, 1_000, 1_001].map(|at_once| targets.load_class(at_once)),
            ["low", "low", "high", "high", BEYOND]
        );
        let steps = |name: &str| {
            let kind = targets.classify(name).map(|(_, kind)| kind);
            targets.steps_of(name, kind).map(|step| step.key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(steps("GET /api/v1/captcha"), ["login_page"]);
        assert_eq!(steps("POST /api/v1/my/cases/{id}/submit"), ["step"]);
        assert_eq!(steps("GET /api/v1/cases/export"), ["statistics"]);
        assert!(steps("GET /api/v1/cases").is_empty());
    }

    /// req: OPS-001
    #[test]
    fn a_limit_that_is_not_counted_is_refused() {
        let pack = Pack::load(&folder().join("operations.yaml")).unwrap();
        let broken = |change: &dyn Fn(&mut Targets)| {
            let mut targets = real();
            change(&mut targets);
            targets.check(&pack).unwrap_err()
        };
        assert!(broken(&|targets| targets.subsystems[0].limits[0] = 1_700).contains("1700"));
        assert!(broken(&|targets| targets.steps[0].limit = 1).contains("1 ms"));
        assert!(broken(&|targets| targets.subsystems[1].key = "portal".to_owned()).contains("twice"));
        assert!(broken(&|targets| targets.subsystems[0].shares = Some("link".to_owned())).contains("portal"));
        assert!(broken(&|targets| targets.resources[0].metric = "none".to_owned()).contains("none"));
        assert!(broken(&|targets| targets.loads.classes.reverse()).contains("few"));
        assert!(broken(&|targets| targets.model.groups[0].hours = 0).contains("hour"));
        assert!(broken(&|targets| targets.kinds.truncate(4)).contains("kinds"));
    }
}
