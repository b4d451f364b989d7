//! Bring accounts and organisations of an earlier system in (IDENT-032), and the plain import of
//! staff (IDENT-025): a table, a mapping of columns and values, a trial run, a report that compares
//! totals and lists every row that failed with the reason.

mod rows;
pub(crate) mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use platform::passwords;
use platform::web::problem::{Problem, Result};
use sea_orm::{EntityTrait, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Giver;
use super::staff::one_time;
use super::store::migration_rows;
use crate::Identity;
use rows::Ready;
use table::Table;

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Organisations.
    Orgs,
    /// Staff accounts.
    Staff,
}

impl Kind {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orgs => "orgs",
            Self::Staff => "staff",
        }
    }

    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Orgs => &["key", "name", "short_name", "kind", "uscc", "parent", "region", "phone"],
            Self::Staff => &[
                "login",
                "name",
                "employee_no",
                "org",
                "title",
                "phone",
                "email",
                "roles",
                "windows",
                "items",
                "region",
                "disabled",
            ],
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Self::Orgs => &["key", "name", "kind", "region"],
            Self::Staff => &["login", "name", "org"],
        }
    }
}

/// How the earlier system's words become ours.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Mapping {
    /// Column of the file → our field.
    pub columns: BTreeMap<String, String>,
    /// Our field → value of the file → our value.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Mapping {
    /// The mapping of our own staff template.
    pub fn staff_template() -> Self {
        let columns = TEMPLATE.iter().map(|(column, field)| ((*column).to_owned(), (*field).to_owned()));
        Self { columns: columns.collect(), values: BTreeMap::new() }
    }
}

/// Columns of our own staff template and their fields.
pub(crate) const TEMPLATE: [(&str, &str); 11] = [
    ("登录名", "login"),
    ("姓名", "name"),
    ("工号", "employee_no"),
    ("机构代码", "org"),
    ("职务", "title"),
    ("手机", "phone"),
    ("邮箱", "email"),
    ("岗位", "roles"),
    ("窗口", "windows"),
    ("事项", "items"),
    ("区划", "region"),
];

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MigrationOutcome)]
pub enum Outcome {
    /// New here.
    Created,
    /// Was here and changed.
    Updated,
    /// Was here like this.
    Unchanged,
    /// Not taken; the reason says why.
    Failed,
}

/// A row of the report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RowReport {
    /// Line of the file.
    pub line: usize,
    /// Login or key.
    pub key: String,
    /// Name.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it failed.
    pub reason: Option<String>,
}

/// Totals compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Total {
    /// What is counted: all rows, or those of one organisation.
    pub name: String,
    /// Rows in the file.
    pub source: u64,
    /// Rows here afterwards.
    pub target: u64,
    /// Missing here.
    pub difference: i64,
}

/// A password for the first sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FirstPassword {
    /// Login.
    pub login: String,
    /// Opens once, for three days.
    pub one_time_password: String,
}

/// The report of an import or a trial run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MigrationReport {
    /// Nothing was written.
    pub trial: bool,
    /// Id of the migration; absent for a trial run.
    pub id: Option<Uuid>,
    /// Rows of the file.
    pub source_rows: u64,
    /// New here.
    pub created: u64,
    /// Changed.
    pub updated: u64,
    /// Left as they were.
    pub unchanged: u64,
    /// Not taken.
    pub failed: u64,
    /// Failed ones first, 500 at most.
    pub rows: Vec<RowReport>,
    /// Passwords of new accounts, told once.
    pub passwords: Vec<FirstPassword>,
    /// Source and target compared.
    pub totals: Vec<Total>,
}

/// What to bring in.
pub struct Source {
    /// What the table holds.
    pub kind: Kind,
    /// Name of the earlier system.
    pub source: String,
    /// Name of the file.
    pub file_name: String,
    /// The table.
    pub table: Table,
    /// Columns and values.
    pub mapping: Mapping,
    /// Whether roles, windows and items may be given along (`staff.grant`).
    pub may_grant: bool,
}

/// A row as our fields.
pub(crate) type Fields = HashMap<&'static str, String>;

fn mapped(source: &Source) -> Result<Vec<(usize, Fields)>> {
    let kind = source.kind;
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for name in &source.table.header {
        let field = source.mapping.columns.get(name).map(String::as_str);
        let field = field.or_else(|| kind.fields().iter().copied().find(|field| field == name));
        columns.push(field.and_then(|field| kind.fields().iter().copied().find(|known| *known == field)));
    }
    let missing: Vec<&str> = kind.required().iter().copied().filter(|field| !columns.contains(&Some(field))).collect();
    if !missing.is_empty() {
        let message = format!("对照表里缺少这些字段：{}。请把文件里的列对上", missing.join("、"));
        return Err(Problem::invalid_field("/mapping/columns", "missing", message));
    }
    let read = |(line, cells): &(usize, Vec<String>)| {
        let mut fields = Fields::new();
        for (field, cell) in columns.iter().zip(cells) {
            let Some(field) = field else { continue };
            let values = source.mapping.values.get(*field);
            let value =
                |text: &str| values.and_then(|values| values.get(text)).cloned().unwrap_or_else(|| text.to_owned());
            // Lists are mapped word by word.
            let text = if ["roles", "windows", "items"].contains(field) {
                words(cell).into_iter().map(|word| value(&word)).collect::<Vec<_>>().join(",")
            } else {
                value(cell)
            };
            fields.insert(field, text);
        }
        (*line, fields)
    };
    Ok(source.table.rows.iter().map(read).collect())
}

/// Words of a list cell.
pub(crate) fn words(cell: &str) -> Vec<String> {
    cell.split([',', '，', '、', ';', '；', ' '])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Identity {
    /// Brings a table in, or only tries to (`trial`): then everything is checked as it would be and
    /// nothing is kept.
    ///
    /// # Errors
    /// 422 when the table lacks a needed column, 403 when it gives more than the giver may give.
    /// Single bad rows are in the report and stop nobody else.
    pub async fn run_migration(&self, giver: &Giver, source: Source, trial: bool) -> Result<MigrationReport> {
        let rows = mapped(&source)?;
        let platform = self.platform.clone();
        let passwords =
            if trial || source.kind == Kind::Orgs { HashMap::new() } else { self.first_passwords(&rows).await? };
        let (id, line_id) = (platform.new_id(), platform.new_id());
        let kept: Arc<Mutex<Option<MigrationReport>>> = Arc::default();
        let (slot, who) = (Arc::clone(&kept), giver.clone());
        let outcome = self
            .govern_trial(giver, trial, move |tx, world| {
                Box::pin(async move {
                    let ready = Ready {
                        tx,
                        world,
                        giver: &who,
                        platform: &platform,
                        passwords: &passwords,
                        may_grant: source.may_grant,
                    };
                    let mut report = match source.kind {
                        Kind::Orgs => ready.orgs(rows).await?,
                        Kind::Staff => ready.staff(rows).await?,
                    };
                    report.trial = trial;
                    report.id = (!trial).then_some(id);
                    report.rows.sort_by_key(|row| (row.outcome != Outcome::Failed, row.line));
                    report.rows.truncate(500);
                    let stored = MigrationReport { passwords: Vec::new(), ..report.clone() };
                    migration_rows::Entity::insert(migration_rows::ActiveModel {
                        id: Set(id),
                        kind: Set(source.kind.as_str().to_owned()),
                        source: Set(source.source.clone()),
                        file_name: Set(source.file_name),
                        at: Set(tx.now()),
                        actor_name: Set(who.name()),
                        report: Set(json!(stored)),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    let detail = json!({ "kind": source.kind, "source": source.source, "created": report.created,
                        "updated": report.updated, "failed": report.failed });
                    tx.audit(who.line(line_id, "migration.run", format!("migration:{id}"), detail));
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
                    Ok(())
                })
            })
            .await;
        let report = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (outcome, report) {
            (Ok(()), Some(report)) => Ok(report),
            (Err(problem), Some(report)) if trial && problem.code() == super::TRIAL_OVER => Ok(report),
            (Err(problem), _) => Err(problem),
            (Ok(()), None) => Err(Problem::internal("a migration without a report")),
        }
    }

    /// A one-time password with its hash for every login that is new.
    async fn first_passwords(&self, rows: &[(usize, Fields)]) -> Result<HashMap<String, (String, String)>> {
        let world = self.world().await?;
        let known: std::collections::HashSet<&str> = world.members.iter().map(|one| one.staff.login.as_str()).collect();
        let logins = rows.iter().filter_map(|(_, fields)| super::staff::login(fields.get("login")?).ok());
        let new: Vec<String> = logins.filter(|login| !known.contains(login.as_str())).collect();
        let hashed = futures::stream::iter(new.into_iter().map(|login| async move {
            let password = one_time(self.platform.randomness.as_ref());
            let hash = passwords::hash(password.clone(), self.salt()).await?;
            Ok::<_, Problem>((login, (password, hash)))
        }));
        hashed.buffered(4).collect::<Vec<_>>().await.into_iter().collect()
    }
}
