//! Parts of the running system that the operations domain can't see: calendar, certificate, keys, backups
//! (OPS-033).

use std::path::{Path, PathBuf};

use archive::years::{Backups, Proven};
use async_trait::async_trait;
use casework::calendars::Calendars;
use operations::look::{Finding, State, Watched};
use platform::{Platform, Problem};
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::{backup, tls};

/// Looks at them.
pub struct Parts {
    /// The shell.
    pub platform: Platform,
    /// Working calendars.
    pub calendars: Calendars,
}

/// Days before its end from which on a certificate is to be renewed.
const RENEW: i64 = 30;

#[async_trait]
impl Watched for Parts {
    async fn look(&self, now: OffsetDateTime) -> Vec<Finding> {
        let config = &self.platform.config;
        vec![
            self.calendar(now).await,
            certificate(&config.tls_cert_file, &config.public_url, now),
            self.keys(),
            backups(&config.backup_dir, now),
        ]
    }
}

impl Parts {
    async fn calendar(&self, now: OffsetDateTime) -> Finding {
        let today = base::zone::china_date(now);
        let found = |state, said: String| {
            Finding::new("calendar", "工作日历", "safety", state, said)
                .advise("在“工作日历”里导入国务院公布的放假安排。")
        };
        let calendar = match self.calendars.current().await {
            Ok(calendar) => calendar,
            Err(problem) => return found(State::Bad, format!("读不出工作日历：{}", problem.title())),
        };
        let years: Vec<i32> = calendar.years().collect();
        match (years.contains(&today.year()), years.contains(&(today.year() + 1))) {
            (false, _) => found(State::Bad, format!("没有 {} 年的工作日历，时限算不出来", today.year())),
            (true, false) if today.month() as u8 >= 11 => {
                found(State::Warn, format!("没有 {} 年的工作日历，跨年的时限算不出来", today.year() + 1))
            }
            _ => found(
                State::Ok,
                format!("有 {} 年的安排", years.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")),
            ),
        }
    }

    fn keys(&self) -> Finding {
        match self.platform.crypto.reload() {
            Ok(()) => Finding::new("keys", "密钥", "safety", State::Ok, "密钥文件能读，个人信息能加密"),
            Err(problem) => {
                tracing::error!(cause = %problem, "keys could not be read");
                Finding::new("keys", "密钥", "safety", State::Bad, "读不出密钥文件，个人信息加密不了")
                    .advise("检查数据目录里的 secrets.toml 和主密钥文件是否还在、权限对不对。")
            }
        }
    }
}

/// The folder of the backups; empty when nobody said where it is.
pub struct Vault(pub PathBuf);

impl Backups for Vault {
    fn proven(&self) -> platform::Result<Proven> {
        if self.0.as_os_str().is_empty() {
            return Ok(Proven::Unknown);
        }
        let history = backup::history(&self.0).map_err(|error| Problem::internal(format!("{error:#}")))?;
        let drilled = history.iter().filter(|done| done.act == "drill" && done.problem.is_none());
        Ok(drilled.filter_map(|done| taken_at(&done.name)).max().map_or(Proven::None, Proven::Of))
    }
}

/// When a backup was taken: its name says so.
fn taken_at(name: &str) -> Option<OffsetDateTime> {
    let words = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(name, words).ok().map(PrimitiveDateTime::assume_utc)
}

fn certificate(file: &Path, public_url: &str, now: OffsetDateTime) -> Finding {
    let found = |state, said: String| {
        Finding::new("certificate", "加密传输和证书", "safety", state, said)
            .advise("向证书机构续期，换上新文件后重新启动。")
    };
    if file.as_os_str().is_empty() {
        return if public_url.starts_with("https://") {
            found(State::Ok, "由前置代理加密传输，证书在代理上看".to_owned())
        } else {
            Finding::new("certificate", "加密传输和证书", "safety", State::Warn, "没有加密传输，只适合演示")
                .advise("配置证书（tls_cert_file），或者在前面放支持国密的代理。")
        };
    }
    match tls::ends_at(file) {
        Ok(end) => {
            let days = (end - now).whole_days();
            let state = match days {
                ..0 => State::Bad,
                0..RENEW => State::Warn,
                _ => State::Ok,
            };
            let said =
                if days < 0 { "证书已经过期".to_owned() } else { format!("证书还有 {days} 天到期") };
            found(state, said).value("certificate.days", days)
        }
        Err(problem) => found(State::Bad, format!("读不出证书：{}", problem.title())),
    }
}

fn backups(folder: &Path, now: OffsetDateTime) -> Finding {
    let found = |state, said: String| {
        Finding::new("backup", "备份", "safety", state, said)
            .advise("检查备份任务是否在运行：tongban backups 列出已有的备份。")
    };
    if folder.as_os_str().is_empty() {
        return found(State::Off, "没有登记备份目录（backup_dir），这里看不到备份".to_owned());
    }
    let history = match backup::history(folder) {
        Ok(history) => history,
        Err(error) => return found(State::Bad, format!("读不出备份目录：{error}")),
    };
    let Some(last) = history.iter().rev().find(|done| done.act == "backup") else {
        return found(State::Warn, "还没有备份过".to_owned());
    };
    let at = OffsetDateTime::parse(&last.at, &time::format_description::well_known::Rfc3339);
    let hours = at.map_or(i64::MAX, |at| (now - at).whole_hours().max(0));
    match &last.problem {
        Some(problem) => found(State::Bad, format!("上次备份失败：{problem}")),
        None if hours > 26 => found(State::Warn, format!("上次备份是 {hours} 小时前")).value("backup.hours", hours),
        None => {
            found(State::Ok, format!("{hours} 小时前备份成功，用了 {} 秒", last.seconds)).value("backup.hours", hours)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn done(act: &str, name: &str, problem: Option<&str>) -> backup::Done {
        backup::Done {
            at: "2026-11-01T02:10:00Z".to_owned(),
            act: act.to_owned(),
            name: name.to_owned(),
            seconds: 3,
            problem: problem.map(str::to_owned),
        }
    }

    /// A backup counts when a drill went well, by the moment it was taken.
    ///
    /// req: OPS-016
    #[test]
    fn a_backup_is_proven_by_a_drill_that_went_well() {
        let folder = std::env::temp_dir().join(format!("tongban-vault-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(Vault(PathBuf::new()).proven().unwrap(), Proven::Unknown);
        let vault = Vault(folder.clone());
        assert_eq!(vault.proven().unwrap(), Proven::None);
        backup::note(&folder, &done("backup", "20261101T020000Z", None)).unwrap();
        assert_eq!(vault.proven().unwrap(), Proven::None, "taken and never tried");
        backup::note(&folder, &done("drill", "20261101T020000Z", None)).unwrap();
        backup::note(&folder, &done("drill", "20261108T020000Z", Some("少了一个文件"))).unwrap();
        assert_eq!(vault.proven().unwrap(), Proven::Of(datetime!(2026-11-01 02:00 UTC)));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
