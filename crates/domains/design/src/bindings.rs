//! Rules bound to forms, items and channels (FORM-016): which published decisions check what is filled in.
//!
//! A rules file says itself where it checks (`tongban:bindings`); publishing writes that into
//! `design_bindings`, which lists and looks up. A file taken out of use checks nothing. Casework asks
//! [`Design::checks`] and then each [`Bound`] in turn; nothing is decided in a browser.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::library::Use;
use crate::store::{bound, entry, taken};
use crate::{DefinitionRef, Design, Kind, Library};

/// A published decision that checks forms.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The rules file.
    pub rules: DefinitionRef,
    /// Where it checks.
    pub binding: rule::Binding,
    decisions: Arc<rule::Decisions>,
}

/// A check that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Names of what the decision reads, for the place of the message.
    pub reads: Vec<String>,
    /// What the person reads.
    pub message: String,
    /// Whether the form may pass all the same.
    pub warns: bool,
}

impl Bound {
    /// Asks the check. One that can't be taken with this data (a table that contradicts itself) is not
    /// held against the person; it is logged for whoever writes rules.
    pub fn unmet(&self, input: &Map<String, Value>) -> Option<Unmet> {
        let message = match self.decisions.unmet(&self.binding, input) {
            Ok(message) => message?,
            Err(error) => {
                tracing::warn!(rules = %self.rules.key, decision = %self.binding.decision, cause = %error, "a check of a form could not be taken");
                return None;
            }
        };
        let reads = self.decisions.reads(&self.binding.decision).into_iter().map(str::to_owned).collect();
        Some(Unmet { reads, message, warns: self.binding.severity == rule::Severity::Warn })
    }
}

/// Writes what a published rules file checks, instead of what its version before did.
pub(crate) async fn keep(tx: &Tx, of: &DefinitionRef, bindings: Vec<rule::Binding>) -> Result<()> {
    bound::Entity::delete_many().filter(bound::Column::RulesKey.eq(&of.key)).exec(tx.conn()).await?;
    taken::Entity::delete_by_id(of.key.clone()).exec(tx.conn()).await?;
    let mark = taken::ActiveModel { rules_key: Set(of.key.clone()), version: Set(of.version) };
    taken::Entity::insert(mark).exec_without_returning(tx.conn()).await?;
    if bindings.is_empty() {
        return Ok(());
    }
    let rows = bindings.into_iter().zip(1i64..).map(|(binding, no)| bound::ActiveModel {
        rules_key: Set(of.key.clone()),
        no: Set(no),
        version: Set(of.version),
        decision: Set(binding.decision),
        form: Set(binding.form),
        item: Set(binding.item),
        channels: Set(marks(&binding.channels)),
        severity: Set(binding.severity.as_str().to_owned()),
        holds_from: Set(binding.from.unwrap_or_default()),
        holds_until: Set(binding.until.unwrap_or_default()),
        message: Set(binding.message),
    });
    bound::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

fn marks(channels: &[String]) -> String {
    if channels.is_empty() { String::new() } else { format!(" {} ", channels.join(" ")) }
}

/// Keys of rules files in use.
fn in_use() -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(entry::Column::Key)
        .from(entry::Entity)
        .and_where(entry::Column::Kind.eq(Kind::Rules.as_str()))
        .and_where(entry::Column::Disabled.eq(false))
        .to_owned()
}

impl Design {
    /// Decisions that check this, in the order of their files.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn checks(&self, filled: &rule::Filled<'_>) -> Result<Vec<Bound>> {
        let all = match self.bound.get(&()).await {
            Some(all) => all,
            None => {
                // On the heap: seldom needed, and it would make every caller's future larger.
                let all = Arc::new(Box::pin(self.all_bound()).await?);
                self.bound.insert((), Arc::clone(&all)).await;
                all
            }
        };
        Ok(all.iter().filter(|one| one.binding.asks(filled)).cloned().collect())
    }

    async fn all_bound(&self) -> Result<Vec<Bound>> {
        let rows = bound::Entity::find()
            .filter(bound::Column::RulesKey.in_subquery(in_use()))
            .order_by_asc(bound::Column::RulesKey)
            .order_by_asc(bound::Column::No)
            .all(self.platform.db.read())
            .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let rules = DefinitionRef { kind: Kind::Rules, key: row.rules_key.clone(), version: row.version };
            // Parsed once and kept: a published version never changes.
            let decisions = self.decisions(&rules).await?;
            all.push(Bound { rules, binding: binding_of(row), decisions });
        }
        Ok(all)
    }

    pub(crate) async fn bindings_changed(&self, kind: Kind) {
        if kind == Kind::Rules {
            self.bound.invalidate(&()).await;
        }
    }

    /// Takes the bindings out of rules files that were published before they were kept apart.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_bindings(&self) -> Result<()> {
        let conn = self.platform.db.read();
        let published: Vec<(String, i64)> = entry::Entity::find()
            .select_only()
            .columns([entry::Column::Key, entry::Column::Version])
            .filter(entry::Column::Kind.eq(Kind::Rules.as_str()))
            .filter(entry::Column::Version.gt(0))
            .into_tuple()
            .all(conn)
            .await?;
        let known: BTreeMap<String, i64> =
            taken::Entity::find().all(conn).await?.into_iter().map(|row| (row.rules_key, row.version)).collect();
        for (key, version) in published.into_iter().filter(|(key, version)| known.get(key) != Some(version)) {
            let of = DefinitionRef { kind: Kind::Rules, key, version };
            let bindings = self.decisions(&of).await?.bindings().to_vec();
            self.platform
                .db
                .write(self.platform.now(), move |tx| Box::pin(async move { keep(tx, &of, bindings).await }))
                .await?;
        }
        self.bindings_changed(Kind::Rules).await;
        Ok(())
    }
}

fn binding_of(row: bound::Model) -> rule::Binding {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    rule::Binding {
        decision: row.decision,
        form: row.form,
        item: row.item,
        channels: row.channels.split_whitespace().map(str::to_owned).collect(),
        severity: if row.severity == "warn" { rule::Severity::Warn } else { rule::Severity::Stop },
        from: some(row.holds_from),
        until: some(row.holds_until),
        message: row.message,
    }
}

/// Which checks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct BindingFilter {
    /// Part of a message, or of the name or key of a decision or rules file.
    pub q: Option<String>,
    /// Key of the form; checks of every form count too.
    pub form: Option<String>,
    /// Key of the item; checks of every item count too.
    pub item: Option<String>,
    /// `web`, `mobile`, `kiosk`, `window`; checks of every channel count too.
    pub channel: Option<String>,
    /// `stop` or `warn`.
    pub severity: Option<String>,
    /// `in_force` on the day, `coming`, `past`; all when absent.
    pub time: Option<String>,
    /// China date, `YYYY-MM-DD`; today when absent.
    pub day: Option<String>,
}

/// A check as the list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleBinding {
    /// Entry of the rules file.
    pub rules_id: Uuid,
    /// Its key.
    pub rules_key: String,
    /// Its name.
    pub rules_name: String,
    /// Published version that checks.
    pub version: i64,
    /// Place in the file, from 1.
    pub no: i64,
    /// Name of the decision.
    pub decision: String,
    /// Key of the form; absent for every one.
    pub form: Option<String>,
    /// Its name, when the library has it.
    pub form_name: Option<String>,
    /// Key of the item; absent for every one.
    pub item: Option<String>,
    /// Empty for every one.
    pub channels: Vec<String>,
    /// `stop` or `warn`.
    pub severity: String,
    /// First China date.
    pub from: Option<String>,
    /// Last China date.
    pub until: Option<String>,
    /// What the person reads.
    pub message: String,
    /// `in_force`, `coming`, `past` on the day asked for; `off` for a rules file taken out of use.
    pub state: &'static str,
}

impl BindingFilter {
    fn condition(&self, caller: &Principal, today: &str) -> Condition {
        use bound::Column;
        let files = |more: Condition| {
            Query::select()
                .column(entry::Column::Key)
                .from(entry::Entity)
                .cond_where(Condition::all().add(entry::Column::Kind.eq(Kind::Rules.as_str())).add(more))
                .to_owned()
        };
        let mine = Condition::any()
            .add(entry::Column::OrgId.is_null())
            .add(entry::Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        let text =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut wanted = Condition::all().add(Column::RulesKey.in_subquery(files(mine)));
        if let Some(q) = text(&self.q) {
            let named = files(Condition::all().add(entry::Column::Name.contains(&q)));
            wanted = wanted.add(
                Condition::any()
                    .add(Column::Message.contains(&q))
                    .add(Column::Decision.contains(&q))
                    .add(Column::RulesKey.contains(&q))
                    .add(Column::RulesKey.in_subquery(named)),
            );
        }
        if let Some(form) = text(&self.form) {
            wanted = wanted.add(Condition::any().add(Column::Form.is_null()).add(Column::Form.eq(form)));
        }
        if let Some(item) = text(&self.item) {
            wanted = wanted.add(Condition::any().add(Column::Item.is_null()).add(Column::Item.eq(item)));
        }
        if let Some(channel) = text(&self.channel) {
            wanted = wanted.add(
                Condition::any().add(Column::Channels.eq("")).add(Column::Channels.contains(format!(" {channel} "))),
            );
        }
        if let Some(severity) = text(&self.severity) {
            wanted = wanted.add(Column::Severity.eq(severity));
        }
        let day = text(&self.day).unwrap_or_else(|| today.to_owned());
        let used = || Column::RulesKey.in_subquery(in_use());
        let not_over = || Condition::any().add(Column::HoldsUntil.eq("")).add(Column::HoldsUntil.gte(&day));
        match self.time.as_deref() {
            Some("in_force") => wanted.add(used()).add(Column::HoldsFrom.lte(&day)).add(not_over()),
            Some("coming") => wanted.add(used()).add(Column::HoldsFrom.gt(&day)),
            Some("past") => wanted.add(Column::HoldsUntil.ne("")).add(Column::HoldsUntil.lt(&day)),
            _ => wanted,
        }
    }

    fn checked(&self) -> Result<()> {
        let one_of = |pointer: &str, text: &Option<String>, known: &[&str], message: &str| {
            let wrong = text.as_deref().is_some_and(|text| !text.is_empty() && !known.contains(&text));
            wrong.then(|| FieldProblem::new(pointer, "option", message))
        };
        let errors: Vec<FieldProblem> = [
            one_of("/severity", &self.severity, &["stop", "warn"], "严重程度请选“不能提交”或“只提醒”"),
            one_of(
                "/channel",
                &self.channel,
                &["web", "mobile", "kiosk", "window"],
                "渠道只有网页、手机、自助机、窗口四种",
            ),
            one_of("/time", &self.time, &["in_force", "coming", "past"], "时间请选在用、还没开始或已经结束"),
            self.day
                .as_deref()
                .filter(|day| !day.is_empty() && !rule::is_day(day))
                .map(|_| FieldProblem::new("/day", "format", "日期写成 2026-12-01 这样")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }
}

impl Library {
    /// Checks in view, by rules file.
    ///
    /// # Errors
    /// 422 for a condition nobody knows, 400 for a made-up cursor.
    pub(crate) async fn bindings(
        &self,
        caller: &Principal,
        filter: &BindingFilter,
        page: &PageQuery,
    ) -> Result<List<RuleBinding>> {
        filter.checked()?;
        let conn = self.platform.db.read();
        let as_of = self.platform.now();
        let today = base::zone::china_date(as_of).to_string();
        let mut wanted = filter.condition(caller, &today);
        let total = bound::Entity::find().filter(wanted.clone()).count(conn).await?;
        if let Some(after) = page.cursor_parts(2)? {
            let (key, no) =
                (after.first().cloned().unwrap_or_default(), after.get(1).and_then(|no| no.parse::<i64>().ok()));
            wanted = wanted.add(
                Condition::any().add(bound::Column::RulesKey.gt(&key)).add(
                    Condition::all()
                        .add(bound::Column::RulesKey.eq(&key))
                        .add(bound::Column::No.gt(no.unwrap_or_default())),
                ),
            );
        }
        let rows = bound::Entity::find()
            .filter(wanted)
            .order_by_asc(bound::Column::RulesKey)
            .order_by_asc(bound::Column::No)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let day = filter.day.clone().filter(|day| !day.is_empty()).unwrap_or(today);
        let items = self.shown(rows, &day).await?;
        Ok(List::cut(items, page.limit(), total, as_of, |row| vec![row.rules_key.clone(), row.no.to_string()]))
    }

    async fn shown(&self, rows: Vec<bound::Model>, day: &str) -> Result<Vec<RuleBinding>> {
        let files: BTreeSet<String> = rows.iter().map(|row| row.rules_key.clone()).collect();
        let forms: BTreeSet<String> = rows.iter().filter_map(|row| row.form.clone()).collect();
        let named = |kind: Kind, keys: BTreeSet<String>| {
            entry::Entity::find()
                .filter(entry::Column::Kind.eq(kind.as_str()))
                .filter(entry::Column::Key.is_in(keys))
                .all(self.platform.db.read())
        };
        let files: BTreeMap<String, entry::Model> =
            named(Kind::Rules, files).await?.into_iter().map(|row| (row.key.clone(), row)).collect();
        let forms: BTreeMap<String, String> =
            named(Kind::Form, forms).await?.into_iter().map(|row| (row.key, row.name)).collect();
        let shown = rows.into_iter().filter_map(|row| {
            let file = files.get(&row.rules_key)?;
            let (version, no, key) = (row.version, row.no, row.rules_key.clone());
            let binding = binding_of(row);
            let state = match &binding {
                _ if file.disabled => "off",
                one if one.in_force(day) => "in_force",
                one if one.from.as_deref().is_some_and(|from| from > day) => "coming",
                _ => "past",
            };
            Some(RuleBinding {
                rules_id: file.id,
                rules_key: key,
                rules_name: file.name.clone(),
                version,
                no,
                decision: binding.decision,
                form_name: binding.form.as_ref().and_then(|form| forms.get(form).cloned()),
                form: binding.form,
                item: binding.item,
                channels: binding.channels,
                severity: binding.severity.as_str().to_owned(),
                from: binding.from,
                until: binding.until,
                message: binding.message,
                state,
            })
        });
        Ok(shown.collect())
    }

    /// Checks as uses: where a rules file checks, and which rules files check a form.
    pub(crate) async fn bound_uses(&self, row: &entry::Model) -> Result<Vec<Use>> {
        let conn = self.platform.db.read();
        let mut uses = Vec::new();
        if row.kind == Kind::Rules.as_str() {
            for (place, version) in self.places(&row.key).await? {
                uses.push(Use { kind: "binding".to_owned(), key: row.key.clone(), name: place, version });
            }
        } else if row.kind == Kind::Form.as_str() {
            let rows = bound::Entity::find()
                .filter(bound::Column::Form.eq(&row.key))
                .filter(bound::Column::RulesKey.in_subquery(in_use()))
                .order_by_asc(bound::Column::RulesKey)
                .limit(100)
                .all(conn)
                .await?;
            let day = base::zone::china_date(self.platform.now()).to_string();
            for one in self.shown(rows, &day).await? {
                uses.push(Use {
                    kind: "binding".to_owned(),
                    key: one.rules_key,
                    name: one.rules_name,
                    version: one.version,
                });
            }
        }
        Ok(uses)
    }

    /// Where a rules file checks or will, in words.
    async fn places(&self, key: &str) -> Result<Vec<(String, i64)>> {
        let today = base::zone::china_date(self.platform.now()).to_string();
        let rows = bound::Entity::find()
            .filter(bound::Column::RulesKey.eq(key))
            .filter(Condition::any().add(bound::Column::HoldsUntil.eq("")).add(bound::Column::HoldsUntil.gte(&today)))
            .order_by_asc(bound::Column::No)
            .all(self.platform.db.read())
            .await?;
        let shown = self.shown(rows, &today).await?;
        Ok(shown.iter().map(|one| (place(one), one.version)).collect())
    }

    /// Refuses to take rules out of use that still check forms, saying where.
    pub(crate) async fn refuse_while_bound(&self, key: &str) -> Result<()> {
        let places: Vec<String> = self.places(key).await?.into_iter().map(|(place, _)| place).collect();
        if places.is_empty() {
            return Ok(());
        }
        Err(Problem::conflict("in_use", format!("这份规则还在 {} 处检查填写的内容，不能停用。", places.len()))
            .detail(format!("在用的地方：{}。先发布一版去掉这些绑定，或者给它们写上结束日期。", places.join("；")))
            .errors(
                places
                    .iter()
                    .enumerate()
                    .map(|(at, place)| FieldProblem::new(format!("/bindings/{at}"), "in_use", place))
                    .collect(),
            ))
    }
}

fn place(one: &RuleBinding) -> String {
    let form = match (&one.form_name, &one.form) {
        (Some(name), _) => format!("表单“{name}”"),
        (None, Some(key)) => format!("表单“{key}”"),
        (None, None) => "所有表单".to_owned(),
    };
    let item = one.item.as_ref().map_or_else(|| "所有事项".to_owned(), |item| format!("事项“{item}”"));
    format!("{form}、{item}（决策“{}”）", one.decision)
}

/// Channels as people read them.
pub(crate) fn channel_names(channels: &[String]) -> String {
    let name = |channel: &String| match channel.as_str() {
        "web" => "网页",
        "mobile" => "手机",
        "kiosk" => "自助机",
        "window" => "窗口",
        _ => "其他",
    };
    if channels.is_empty() {
        "全部渠道".to_owned()
    } else {
        channels.iter().map(name).collect::<Vec<_>>().join("、")
    }
}
