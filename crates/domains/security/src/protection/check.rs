//! The level-3 self-check (GB/T 22239-2019): each item asks the running system and shows what it saw.

use std::collections::BTreeMap;

use identity::roles;
use platform::Result;
use platform::work::audit::read::{self, Filter};
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};
use time::Duration;

use super::schema;
use crate::Security;
use crate::risks::store::risk;

/// Roles that administer; nobody holds two of them.
const ADMINISTRATORS: [&str; 4] = ["sys_admin", "sec_admin", "key_keeper", "auditor"];

/// How far an item is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Met.
    Met,
    /// In part.
    Partly,
    /// Not met.
    Failed,
}

impl Met {
    /// Key and name.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Met => ("met", "符合"),
            Self::Partly => ("partly", "部分符合"),
            Self::Failed => ("failed", "不符合"),
        }
    }

    pub(super) fn when(good: bool) -> Self {
        if good { Self::Met } else { Self::Failed }
    }
}

/// One control item with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Key.
    pub key: &'static str,
    /// Area of the standard.
    pub area: &'static str,
    /// Clause.
    pub clause: &'static str,
    /// What is asked.
    pub title: &'static str,
    /// How far it is met.
    pub state: Met,
    /// What was seen.
    pub evidence: String,
    /// Numbers behind it.
    pub figures: Value,
}

impl Security {
    /// Asks everything now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn self_check(&self) -> Result<Vec<Item>> {
        let mut items = self.who_may().await?;
        items.extend(self.sessions_and_transport());
        items.extend(self.log().await?);
        items.extend(self.data().await?);
        items.extend(self.graded().await?);
        items.extend(self.keys_in_order().await?);
        items.extend(self.operation().await?);
        Ok(items)
    }

    async fn who_may(&self) -> Result<Vec<Item>> {
        let staff = self.identity.staff_holding("staff.me").await?;
        let mut logins: BTreeMap<&str, usize> = BTreeMap::new();
        staff.iter().for_each(|one| *logins.entry(&one.login).or_default() += 1);
        let twice = logins.values().filter(|count| **count > 1).count();
        let several: Vec<&str> = staff
            .iter()
            .filter(|one| one.roles.iter().filter(|role| ADMINISTRATORS.contains(&role.as_str())).count() > 1)
            .map(|one| one.login.as_str())
            .collect();
        let vacant: Vec<&str> = ADMINISTRATORS
            .into_iter()
            .filter(|role| !staff.iter().any(|one| one.roles.iter().any(|held| held == role)))
            .collect();
        let holders = |key: &str| -> Vec<&str> {
            roles::all()
                .iter()
                .filter(|(_, role)| role.permissions.iter().any(|held| held == key))
                .map(|(name, _)| name.as_str())
                .collect()
        };
        let readers = holders("audit.read");
        let (makers, approvers) = (holders("key.make"), holders("key.approve"));
        let all: std::collections::BTreeSet<&String> =
            roles::all().values().flat_map(|role| &role.permissions).collect();
        let widest = roles::all().values().map(|role| role.permissions.len()).max().unwrap_or(0);
        let apart = makers.iter().all(|role| !approvers.contains(role));
        Ok(vec![
            Item {
                key: "unique_users",
                area: "身份鉴别",
                clause: "8.1.4.1 a)",
                title: "用户标识唯一",
                state: Met::when(twice == 0 && !staff.is_empty()),
                evidence: format!("在用工作人员账号 {} 个，重复的登录名 {twice} 个。", staff.len()),
                figures: json!({ "accounts": staff.len(), "twice": twice }),
            },
            Item {
                key: "separated_administrators",
                area: "访问控制",
                clause: "8.1.4.2 d)",
                title: "系统、安全、审计管理员分设",
                state: match () {
                    () if !several.is_empty() => Met::Failed,
                    () if !vacant.is_empty() => Met::Partly,
                    () => Met::Met,
                },
                evidence: if several.is_empty() && vacant.is_empty() {
                    "四类管理岗位都有人，没有人兼任。".to_owned()
                } else {
                    format!("兼任的账号：{}；没有人的岗位：{}。", list(&several), list(&vacant))
                },
                figures: json!({ "several": several.len(), "vacant": vacant.len() }),
            },
            Item {
                key: "audit_reader_alone",
                area: "访问控制",
                clause: "8.1.4.3 d)",
                title: "审计记录只有审计员能看",
                state: Met::when(readers == ["auditor"]),
                evidence: format!("有审计查看权限的岗位：{}。", list(&readers)),
                figures: json!({ "roles": readers.len() }),
            },
            Item {
                key: "least_privilege",
                area: "访问控制",
                clause: "8.1.4.2 d)",
                title: "按岗位授予最小权限",
                state: Met::when(widest * 2 < all.len()),
                evidence: format!("共有权限 {} 项，权限最多的岗位有 {widest} 项。", all.len()),
                figures: json!({ "permissions": all.len(), "widest": widest }),
            },
            Item {
                key: "two_for_keys",
                area: "密码管理",
                clause: "GB/T 39786 8.6",
                title: "密钥由两个岗位分管",
                state: Met::when(apart && !makers.is_empty() && !approvers.is_empty()),
                evidence: format!("生成和销毁：{}；启用和吊销：{}。", list(&makers), list(&approvers)),
                figures: json!({}),
            },
        ])
    }

    fn sessions_and_transport(&self) -> Vec<Item> {
        let config = &self.platform.config;
        let minutes = config.session_idle_minutes;
        let tls = config.public_url.starts_with("https://");
        vec![
            Item {
                key: "session_timeout",
                area: "身份鉴别",
                clause: "8.1.4.1 b)",
                title: "登录会话超时自动退出",
                state: if minutes <= 30 { Met::Met } else { Met::Partly },
                evidence: format!("空闲 {minutes} 分钟退出。"),
                figures: json!({ "minutes": minutes }),
            },
            Item {
                key: "session_binding",
                area: "身份鉴别",
                clause: "8.1.4.1 c)",
                title: "登录凭证离开登录时的网络即失效",
                state: match config.bind_sessions.as_str() {
                    "all" => Met::Met,
                    "desk" => Met::Partly,
                    _ => Met::Failed,
                },
                evidence: match config.bind_sessions.as_str() {
                    "all" => "公众和工作人员的会话都绑定网络。".to_owned(),
                    "desk" => "只有工作人员的会话绑定网络。".to_owned(),
                    _ => "会话不绑定网络。".to_owned(),
                },
                figures: json!({ "bind_sessions": config.bind_sessions }),
            },
            Item {
                key: "transport",
                area: "数据保密性",
                clause: "8.1.4.8 a)",
                title: "传输加密",
                state: match (tls, config.secure_cookies) {
                    (true, true) => Met::Met,
                    (true, false) => Met::Partly,
                    _ => Met::Failed,
                },
                evidence: format!(
                    "访问地址{} https；会话凭证{}只经加密连接发送；{}。",
                    if tls { "是" } else { "不是" },
                    if config.secure_cookies { "" } else { "没有" },
                    match (config.serves_tls(), tls) {
                        (true, _) => "由本程序提供 TLS（国际算法）",
                        (false, true) => "由前置代理提供 TLS，国密套件在代理上选",
                        (false, false) => "没有 TLS",
                    }
                ),
                figures: json!({ "https": tls, "secure_cookies": config.secure_cookies }),
            },
        ]
    }

    async fn log(&self) -> Result<Vec<Item>> {
        let conn = self.platform.db.read();
        let now = self.platform.now();
        let day = Filter { from: Some(now - Duration::days(1)), ..Filter::default() };
        let lines = read::count(conn, &day).await?;
        let guarded = self.log_is_guarded().await?;
        let verdict = self.verify_days(1).await?;
        let last = crate::audit::roots::last_day(conn).await?;
        let yesterday = (base::zone::china_date(now - Duration::minutes(15)) - Duration::days(1)).to_string();
        let first = read::first_at(conn, true).await?.map(|at| base::zone::china_date(at).to_string());
        // Nothing to root before the first whole day is over.
        let rooted = last.as_deref() == Some(yesterday.as_str()) || first.is_none_or(|first| first > yesterday);
        let kept = self.retention().await?;
        let rules = self.alarms.iter().filter(|rule| rule.enabled).count();
        Ok(vec![
            Item {
                key: "audit_on",
                area: "安全审计",
                clause: "8.1.4.3 a)",
                title: "审计覆盖每个用户的重要行为",
                state: Met::when(lines > 0),
                evidence: format!("最近 24 小时记录 {lines} 条。"),
                figures: json!({ "lines": lines }),
            },
            Item {
                key: "audit_guarded",
                area: "安全审计",
                clause: "8.1.4.3 c)",
                title: "审计记录不能修改、删除",
                state: Met::when(guarded),
                evidence: if guarded {
                    "数据库触发器在位，拒绝修改和删除。".to_owned()
                } else {
                    "数据库里缺少保护审计记录的触发器。".to_owned()
                },
                figures: json!({ "guarded": guarded }),
            },
            Item {
                key: "audit_intact",
                area: "数据完整性",
                clause: "8.1.4.7 b)",
                title: "审计记录完整",
                state: Met::when(verdict.faults.is_empty()),
                evidence: match verdict.faults.first() {
                    None => format!("核对最近一天 {} 条记录、{} 条链，没有发现改动。", verdict.lines, verdict.chains),
                    Some(fault) => format!("发现 {} 处不符：{fault}", verdict.faults.len()),
                },
                figures: json!({ "lines": verdict.lines, "faults": verdict.faults.len() }),
            },
            Item {
                key: "audit_rooted",
                area: "数据完整性",
                clause: "8.1.4.7 b)",
                title: "每天的审计记录签名封存",
                state: Met::when(rooted),
                evidence: last.as_ref().map_or_else(
                    || "还没有封存过（第一个整天结束后开始）。".to_owned(),
                    |day| format!("最近封存到 {day}。"),
                ),
                figures: json!({ "last": last }),
            },
            Item {
                key: "retention",
                area: "安全审计",
                clause: "8.1.4.3 c)",
                title: "审计记录保存不少于六个月",
                state: Met::when(kept.months >= crate::settings::LEAST_MONTHS),
                evidence: format!("保存期 {} 个月，现有 {} 条。", kept.months, kept.lines),
                figures: json!({ "months": kept.months, "lines": kept.lines }),
            },
            Item {
                key: "alarms",
                area: "入侵防范",
                clause: "8.1.4.4 f)",
                title: "异常行为告警",
                state: Met::when(rules > 0),
                evidence: format!("启用的告警规则 {rules} 条。"),
                figures: json!({ "rules": rules }),
            },
        ])
    }

    async fn data(&self) -> Result<Vec<Item>> {
        let all = self.protected().await?;
        let (files, all): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.what == super::report::FILES);
        let (passwords, fields): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.algorithm == "argon2id");
        let open = |list: &[super::report::Protected]| -> (i64, i64) {
            list.iter().fold((0, 0), |(rows, covered), one| (rows + one.rows, covered + one.covered))
        };
        let ((rows, covered), (hashes, good)) = (open(&fields), open(&passwords));
        let (stored, sealed) = open(&files);
        let bad: Vec<&str> = fields.iter().filter(|one| one.covered < one.rows).map(|one| one.what.as_str()).collect();
        let samples: [(&str, &[u8]); 4] = [
            ("可执行文件", b"MZ\x90\x00\x03\x00"),
            ("脚本", b"#!/bin/sh\necho"),
            ("网页", b"<html><script>"),
            ("压缩包", b"PK\x03\x04\x14\x00 malware.exe"),
        ];
        let taken: Vec<&str> = samples
            .iter()
            .filter(|(_, bytes)| platform::files::sniff(bytes).is_some())
            .map(|(name, _)| *name)
            .collect();
        Ok(vec![
            Item {
                key: "fields_sealed",
                area: "数据保密性",
                clause: "8.1.4.8 b)",
                title: "个人信息加密存储",
                state: Met::when(bad.is_empty()),
                evidence: format!(
                    "加密字段 {} 个，共 {rows} 个值，其中已加密 {covered} 个。{}",
                    fields.len(),
                    not_all(&bad)
                ),
                figures: json!({ "columns": fields.len(), "values": rows, "sealed": covered }),
            },
            Item {
                key: "files_sealed",
                area: "数据保密性",
                clause: "8.1.4.8 b)",
                title: "文件加密存储，改动能发现",
                state: if stored == sealed { Met::Met } else { Met::Partly },
                evidence: if stored == sealed {
                    format!("文件 {stored} 个，全部加密并带完整性校验。")
                } else {
                    format!("文件 {stored} 个，其中 {} 个是加密前存入的明文，换一次密钥即全部加密。", stored - sealed)
                },
                figures: json!({ "files": stored, "sealed": sealed }),
            },
            Item {
                key: "passwords_hashed",
                area: "身份鉴别",
                clause: "8.1.4.8 b)",
                title: "口令不存明文",
                state: Met::when(hashes == good && hashes > 0),
                evidence: format!("口令 {hashes} 个，以 argon2id 保存的 {good} 个。"),
                figures: json!({ "passwords": hashes, "argon2id": good }),
            },
            Item {
                key: "uploads_checked",
                area: "恶意代码防范",
                clause: "8.1.4.5",
                title: "上传文件按内容识别",
                state: Met::when(taken.is_empty()),
                evidence: format!("刚才用 {} 种危险样本试验，收下的：{}。", samples.len(), list(&taken)),
                figures: json!({ "samples": samples.len(), "taken": taken.len() }),
            },
        ])
    }

    async fn keys_in_order(&self) -> Result<Vec<Item>> {
        let about = self.platform.crypto.provider().describe();
        let keys = self.keys().await?;
        let active = keys.iter().filter(|key| key.row.state == "active").count();
        let stale = self.stale_values().await?;
        let folder = &self.platform.config.data_dir;
        let (open, seen) = open_files(folder, &self.platform.config.master_key());
        Ok(vec![
            Item {
                key: "crypto_module",
                area: "密码应用",
                clause: "GB/T 39786 7",
                title: "使用认证合格的密码模块",
                state: if about.certified { Met::Met } else { Met::Partly },
                evidence: format!(
                    "{}（{}），{}。",
                    about.name,
                    about.algorithms.join("、"),
                    if about.certified { "有认证" } else { "没有认证，正式运行前应换成认证设备" }
                ),
                figures: json!({ "certified": about.certified }),
            },
            Item {
                key: "master_key_apart",
                area: "密码管理",
                clause: "GB/T 39786 8.6",
                title: "主密钥与数据分开存放",
                state: if about.master_key_apart { Met::Met } else { Met::Partly },
                evidence: if about.master_key_apart {
                    "主密钥不在数据目录。".to_owned()
                } else {
                    "主密钥和数据在同一个目录，请用 master_key_file 移到别处。".to_owned()
                },
                figures: json!({}),
            },
            Item {
                key: "key_files_private",
                area: "密码管理",
                clause: "GB/T 39786 8.6",
                title: "密钥文件只有运行用户可读",
                state: Met::when(open.is_empty()),
                evidence: format!(
                    "检查 {seen} 个密钥文件，别人可读的：{}。",
                    list(&open.iter().map(String::as_str).collect::<Vec<_>>())
                ),
                figures: json!({ "files": seen, "open": open.len() }),
            },
            Item {
                key: "one_active_key",
                area: "密码管理",
                clause: "GB/T 39786 8.6",
                title: "密钥有生命周期，换密完成",
                state: match (active, stale) {
                    (1, 0) => Met::Met,
                    (1, _) => Met::Partly,
                    _ => Met::Failed,
                },
                evidence: format!("字段密钥 {} 把，使用中 {active} 把；还用旧密钥的值 {stale} 个。", keys.len()),
                figures: json!({ "keys": keys.len(), "active": active, "stale": stale }),
            },
        ])
    }

    async fn operation(&self) -> Result<Vec<Item>> {
        let conn = self.platform.db.read();
        let dead = platform::work::jobs::counts(&self.platform)
            .await?
            .into_iter()
            .find(|(state, _)| state == "dead")
            .map_or(0, |(_, count)| count);
        let year = self.platform.now() - Duration::days(365);
        let closed = |kind: &'static str| async move {
            risk::Entity::find()
                .filter(risk::Column::Kind.eq(kind))
                .filter(risk::Column::ClosedAt.gte(year))
                .count(conn)
                .await
        };
        let (drills, assessments) = (closed("drill").await?, closed("assessment").await?);
        let overdue = risk::Entity::find()
            .filter(risk::Column::State.ne("closed"))
            .filter(risk::Column::DueOn.lt(base::zone::china_date(self.platform.now()).to_string()))
            .count(conn)
            .await?;
        let columns = schema::columns(conn).await?.len();
        Ok(vec![
            Item {
                key: "failures_seen",
                area: "软件容错",
                clause: "8.1.4.6",
                title: "后台任务没有失败堆积",
                state: Met::when(dead == 0),
                evidence: format!("失败且不再重试的后台任务 {dead} 个；数据库共 {columns} 个字段可访问。"),
                figures: json!({ "dead": dead }),
            },
            Item {
                key: "drills",
                area: "安全管理",
                clause: "8.1.10.13",
                title: "一年内做过应急演练",
                state: Met::when(drills > 0),
                evidence: format!("一年内登记并关闭的应急演练 {drills} 次。"),
                figures: json!({ "drills": drills }),
            },
            Item {
                key: "assessments",
                area: "安全管理",
                clause: "8.1.10.5",
                title: "一年内做过风险评估",
                state: Met::when(assessments > 0),
                evidence: format!("一年内登记并关闭的风险评估 {assessments} 次。"),
                figures: json!({ "assessments": assessments }),
            },
            Item {
                key: "events_in_time",
                area: "安全管理",
                clause: "8.1.10.12",
                title: "安全事件按期处置",
                state: Met::when(overdue == 0),
                evidence: format!("过期未关闭的事件和问题 {overdue} 件。"),
                figures: json!({ "overdue": overdue }),
            },
        ])
    }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

fn not_all(bad: &[&str]) -> String {
    if bad.is_empty() { String::new() } else { format!("有明文的字段：{}。", bad.join("、")) }
}

/// Key files that others may read, and how many were looked at.
fn open_files(folder: &std::path::Path, master: &std::path::Path) -> (Vec<String>, usize) {
    let mut files = vec![folder.join("secrets.toml"), master.to_owned()];
    if let Ok(entries) = std::fs::read_dir(folder) {
        files.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|kind| kind == "pem")),
        );
    }
    let mut open = Vec::new();
    let mut seen = 0;
    for path in files {
        let Ok(about) = std::fs::metadata(&path) else { continue };
        seen += 1;
        #[cfg(unix)]
        let private = std::os::unix::fs::MetadataExt::mode(&about) & 0o077 == 0;
        #[cfg(not(unix))]
        let private = about.permissions().readonly();
        if !private {
            open.push(path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default());
        }
    }
    (open, seen)
}
