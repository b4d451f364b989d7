//! Closing a year of cases, and opening it again with a reason (OPS-016).
//!
//! A closed year is only read: the database refuses every change to its cases (`casework::years`). It is closed when
//! nothing of it can change any more and what is kept of it is complete: the year is over, those before it are closed,
//! nothing is open, every ended case has its archivable file, the figures are counted, and a backup holds all of it.
//! Both acts are audited with their reasons and with what was looked at.

pub mod http;

use casework::years::{SetYear, Year};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::{Kind, Line};
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Archive;
use crate::sets::store;

/// Cases whose files are looked for at once.
const AT_ONCE: u64 = 1_000;

/// What is known about backups; answered where they are taken.
pub trait Backups: Send + Sync {
    /// The newest backup that was proven by a drill.
    ///
    /// # Errors
    /// When the place of the backups can't be read.
    fn proven(&self) -> Result<Proven>;
}

/// The newest proven backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// Nobody said where backups are: whoever closes a year says in words how it is kept.
    Unknown,
    /// None was proven yet.
    None,
    /// Taken at this moment.
    Of(OffsetDateTime),
}

/// Where backups are is not known.
pub struct NoBackups;

impl Backups for NoBackups {
    fn proven(&self) -> Result<Proven> {
        Ok(Proven::Unknown)
    }
}

/// One condition of closing a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct YearCheck {
    /// `over`, `earlier`, `open`, `archive`, `figures` or `backup`.
    pub key: &'static str,
    /// In words.
    pub label: &'static str,
    /// Whether it is met.
    pub passed: bool,
    /// What was found.
    pub found: String,
    /// What to do when it is not met.
    pub advice: &'static str,
}

/// A year of cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CaseYear)]
pub struct YearView {
    /// Year.
    pub year: i32,
    /// Cases handed in.
    pub filed: u64,
    /// Of these, still open.
    pub open: u64,
    /// Whether it is closed: its cases can be read and not changed.
    pub closed: bool,
    /// Whether it is over, so that it may be closed once all else is met.
    pub over: bool,
    /// Version to send back.
    pub version: i64,
    /// Why it was closed or opened again, last.
    pub reason: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<OffsetDateTime>,
    /// By whom.
    pub changed_by_name: String,
}

/// A year with what stands between it and its closing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CaseYearChecked)]
pub struct CheckedYear {
    /// The year.
    #[serde(flatten)]
    pub year: YearView,
    /// Conditions of closing it, met or not; empty for one that is closed.
    pub checks: Vec<YearCheck>,
    /// Whether nobody said where backups are: then the closing needs a word about them.
    pub wants_backup_note: bool,
}

/// Which page of the years.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct YearFilter {
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// Closes a year.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = CloseCaseYear)]
pub struct Close {
    /// Version of the year that was read.
    pub version: i64,
    /// Why, 4 to 1000 characters; logged.
    pub reason: String,
    /// Where the backup of the year is and who looked at it; wanted when the product does not know its backups.
    #[serde(default)]
    pub backup_note: String,
}

/// Opens a year again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ReopenCaseYear)]
pub struct Reopen {
    /// Version of the year that was read.
    pub version: i64,
    /// Why, 4 to 1000 characters; logged.
    pub reason: String,
}

/// Who closes or opens a year.
#[derive(Debug, Clone)]
pub struct By {
    /// Staff; absent for the command line.
    pub id: Option<Uuid>,
    /// Name.
    pub name: String,
}

impl By {
    /// A caller.
    pub fn caller(caller: &Principal) -> Self {
        Self { id: Some(caller.id), name: caller.name.clone() }
    }

    /// Somebody with the machine in hand.
    pub fn command() -> Self {
        Self { id: None, name: "系统管理命令".to_owned() }
    }
}

fn said(pointer: &str, text: &str, missing: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        0..4 => Err(Problem::invalid_field(pointer, "required", missing)),
        4..=1_000 => Ok(text.to_owned()),
        _ => Err(Problem::invalid_field(pointer, "too_long", "最多 1000 个字，请写短一些")),
    }
}

impl Archive {
    fn year_view(&self, year: Year) -> YearView {
        let this = base::zone::china_date(self.platform.now()).year();
        YearView {
            over: year.year < this,
            year: year.year,
            filed: year.filed,
            open: year.open,
            closed: year.closed,
            version: year.version,
            reason: year.reason,
            changed_at: year.changed_at,
            changed_by_name: year.changed_by_name,
        }
    }

    /// Years with cases, the newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_years(&self, filter: &YearFilter) -> Result<List<YearView>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut all: Vec<YearView> =
            self.casework.years().await?.into_iter().map(|year| self.year_view(year)).collect();
        let total = all.len() as u64;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: i32 =
                parts.first().and_then(|part| part.parse().ok()).ok_or_else(crate::sets::list::bad_cursor)?;
            all.retain(|one| one.year < before);
        }
        all.truncate(usize::try_from(page.limit() + 1).unwrap_or(101));
        Ok(List::cut(all, page.limit(), total, self.platform.now(), |one| vec![one.year.to_string()]))
    }

    /// A year with the conditions of closing it, each looked at now. Reads every ended case of the year.
    ///
    /// # Errors
    /// 404 for a year without cases.
    pub async fn checked_year(&self, year: i32) -> Result<CheckedYear> {
        let found = self.casework.year(year).await?;
        let proven = self.backups.proven()?;
        let checks = if found.closed { Vec::new() } else { self.year_checks(year, &proven).await? };
        Ok(CheckedYear {
            wants_backup_note: !found.closed && proven == Proven::Unknown,
            year: self.year_view(found),
            checks,
        })
    }

    async fn year_checks(&self, year: i32, proven: &Proven) -> Result<Vec<YearCheck>> {
        let today = base::zone::china_date(self.platform.now());
        let over = YearCheck {
            key: "over",
            label: "年度已经过完",
            passed: today.year() > year,
            found: if today.year() > year {
                format!("{year} 年已经过完")
            } else {
                format!("{year} 年还没有过完")
            },
            advice: "等到第二年再封存。",
        };
        let left: Vec<String> = self
            .casework
            .years()
            .await?
            .into_iter()
            .filter(|one| one.year < year && one.filed > 0 && !one.closed)
            .map(|one| format!("{} 年", one.year))
            .collect();
        let earlier = YearCheck {
            key: "earlier",
            label: "以前的年度都已封存",
            passed: left.is_empty(),
            found: if left.is_empty() {
                "没有更早的在用年度".to_owned()
            } else {
                format!("还有 {} 没有封存", left.join("、"))
            },
            advice: "从最早的一年起，一年一年封存。",
        };
        let open = self.casework.open_in_year(year).await?;
        let opened = YearCheck {
            key: "open",
            label: "办件都已办完",
            passed: open == 0,
            found: if open == 0 { "没有在办的办件".to_owned() } else { format!("还有 {open} 件在办") },
            advice: "在“办件”里按申请日期找出这一年在办的，办完或者依法终止。",
        };
        let (ended, missing) = self.without_file(year).await?;
        let archived = YearCheck {
            key: "archive",
            label: "归档文件齐全",
            passed: missing == 0,
            found: if missing == 0 {
                format!("{ended} 件办结的办件都有归档文件")
            } else {
                format!("{ended} 件里有 {missing} 件还没有归档文件")
            },
            advice: "在“归档文件”里按“补做归档文件”，第二天再来看。",
        };
        let counted = self.casework.figures_standing().await?.is_some_and(|standing| standing.ready);
        let figures = YearCheck {
            key: "figures",
            label: "统计已经算齐",
            passed: counted,
            found: if counted { "统计已齐".to_owned() } else { "首次统计还没有完成".to_owned() },
            advice: "等几分钟再看，或者运行 tongban figures。",
        };
        Ok(vec![over, earlier, opened, archived, figures, self.backup_check(year, proven).await?])
    }

    async fn backup_check(&self, year: i32, proven: &Proven) -> Result<YearCheck> {
        let changed = self.casework.last_change_in_year(year).await?;
        let (passed, found) = match proven {
            Proven::Unknown => (true, "没有登记备份目录，封存时请写明备份在哪里、谁核对过".to_owned()),
            Proven::None => (false, "还没有演练过的备份".to_owned()),
            Proven::Of(at) if changed.is_some_and(|changed| *at < changed) => {
                (false, format!("最近演练过的备份是 {}，在这一年最后一次改动之前", base::zone::moment_text(*at)))
            }
            Proven::Of(at) => (true, format!("{} 的备份演练通过，这一年都在里面", base::zone::moment_text(*at))),
        };
        Ok(YearCheck {
            key: "backup",
            label: "备份经过验证",
            passed,
            found,
            advice: "运行 tongban backup，再运行 tongban drill。",
        })
    }

    /// Ended cases of a year, and how many of them have no archivable file of their end.
    async fn without_file(&self, year: i32) -> Result<(u64, u64)> {
        let (mut ended, mut missing, mut after) = (0, 0, None);
        loop {
            let part = self.casework.ended_in_year(year, after, AT_ONCE).await?;
            let Some((last, _)) = part.last() else { return Ok((ended, missing)) };
            after = Some(*last);
            let ids: Vec<Uuid> = part.iter().map(|(id, _)| *id).collect();
            let known: std::collections::HashSet<(Uuid, String)> =
                store::known(self.platform.db.read(), &ids).await?.into_iter().collect();
            ended += part.len() as u64;
            missing +=
                part.iter().filter(|(id, state)| !known.contains(&(*id, state.as_str().to_owned()))).count() as u64;
        }
    }

    /// Closes a year.
    ///
    /// # Errors
    /// 404 for a year without cases, 409 for an old page, one that is closed or a condition that is not met, 422
    /// without a reason.
    pub async fn close_year(&self, by: By, year: i32, close: Close) -> Result<CheckedYear> {
        let reason = said("/reason", &close.reason, "写明为什么封存，至少 4 个字")?;
        let checked = self.checked_year(year).await?;
        if checked.year.closed {
            return Err(Problem::conflict("year_closed_already", "这一年已经封存了。"));
        }
        let left: Vec<&YearCheck> = checked.checks.iter().filter(|check| !check.passed).collect();
        if let Some(first) = left.first() {
            let found: Vec<&str> = left.iter().map(|check| check.found.as_str()).collect();
            return Err(Problem::conflict("year_not_ready", format!("{year} 年还不能封存：{}。", found.join("；")))
                .detail(first.advice));
        }
        let note = if checked.wants_backup_note {
            said("/backup_note", &close.backup_note, "写明这一年的备份在哪里、谁核对过，至少 4 个字")?
        } else {
            String::new()
        };
        let checks = json!({ "checks": checked.checks, "backup_note": note });
        self.set_year(
            by,
            "year.close",
            SetYear { year, version: close.version, closed: true, reason, checks, by: None, by_name: String::new() },
        )
        .await
    }

    /// Opens a closed year again.
    ///
    /// # Errors
    /// 404 for a year without cases, 409 for an old page or a year that is not closed, 422 without a reason.
    pub async fn reopen_year(&self, by: By, year: i32, reopen: Reopen) -> Result<CheckedYear> {
        let reason = said("/reason", &reopen.reason, "写明为什么解除封存、要改什么，至少 4 个字")?;
        if !self.casework.year(year).await?.closed {
            return Err(Problem::conflict("year_not_closed", "这一年没有封存，可以照常办理。"));
        }
        self.set_year(
            by,
            "year.reopen",
            SetYear {
                year,
                version: reopen.version,
                closed: false,
                reason,
                checks: json!({}),
                by: None,
                by_name: String::new(),
            },
        )
        .await
    }

    async fn set_year(&self, by: By, act: &'static str, set: SetYear) -> Result<CheckedYear> {
        let year = set.year;
        let line = Line {
            id: self.platform.new_id(),
            actor_id: by.id,
            actor_name: by.name.clone(),
            action: act,
            subject: format!("year:{year}"),
            detail: json!({ "reason": set.reason, "looked_at": set.checks }),
        };
        let line =
            line.entry().kind(Kind::Change).changed(json!({ "closed": !set.closed }), json!({ "closed": set.closed }));
        let set = SetYear { by: by.id, by_name: by.name, ..set };
        let casework = self.casework.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    casework.set_year(tx, set).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.checked_year(year).await
    }
}
