//! `doctor`: everything that can be wrong is looked at, and what to do is said.

use std::process::ExitCode;

use operations::look::{Finding, State};
use platform::config::Config;

use super::{Outcome, assemble};
use crate::App;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Well.
    Well,
    /// The product works, somebody has to look after this.
    Attention,
    /// The product can't work like this.
    Broken,
}

/// One check.
#[derive(Debug)]
struct Check {
    name: String,
    verdict: Verdict,
    said: String,
    /// What to do when it is not well.
    advice: String,
}

impl Check {
    fn new(name: &str, verdict: Verdict, said: impl Into<String>, advice: &str) -> Self {
        Self { name: name.to_owned(), verdict, said: said.into(), advice: advice.to_owned() }
    }

    /// What must not fail.
    fn needed(name: &str, found: Result<String, String>, advice: &str) -> Self {
        Self::of(name, found, Verdict::Broken, advice)
    }

    fn of(name: &str, found: Result<String, String>, failed: Verdict, advice: &str) -> Self {
        match found {
            Ok(said) => Self::new(name, Verdict::Well, said, advice),
            Err(said) => Self::new(name, failed, said, advice),
        }
    }

    fn line(&self) -> String {
        let word = match self.verdict {
            Verdict::Well => "正常",
            Verdict::Attention => "要看",
            Verdict::Broken => "异常",
        };
        let told = format!("{word}  {}：{}", self.name, self.said);
        if self.verdict == Verdict::Well || self.advice.is_empty() {
            return told;
        }
        format!("{told}\n      怎么办：{}", self.advice)
    }
}

/// Whether the machine may work: only what is broken speaks against it.
fn healthy(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.verdict != Verdict::Broken)
}

pub(super) async fn run(config: Config, retry_jobs: bool) -> Outcome {
    let settings = format!("监听 {}，数据目录 {}", config.listen, config.data_dir.display());
    let mut checks = vec![Check::new("配置", Verdict::Well, settings, "")];
    match assemble(config).await {
        Err(error) => checks.push(Check::new(
            "启动",
            Verdict::Broken,
            error.to_string(),
            "先看是哪一项：数据库地址能不能连上、数据目录能不能读写、内容包是否齐全、主密钥是否在原处。",
        )),
        Ok(app) => {
            if retry_jobs {
                let revived = platform::work::jobs::revive(&app.platform).await?;
                println!("{revived} 个失败的后台任务将重新执行");
            }
            checks.extend(examine(&app).await);
        }
    }
    for check in &checks {
        println!("{}", check.line());
    }
    Ok(if healthy(&checks) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A part as the pages tell of it. Systems of others, work that waits and backups can be bad while the product works,
/// and a missing calendar is brought in on its pages: a start must not fail because of them.
fn part(found: Finding) -> Option<Check> {
    let beside = found.kind == "connector" || ["jobs", "backup", "calendar"].contains(&found.key.as_str());
    let verdict = match found.state {
        State::Off => return None,
        State::Ok => Verdict::Well,
        State::Bad if !beside => Verdict::Broken,
        State::Warn | State::Bad => Verdict::Attention,
    };
    Some(Check::new(&found.label, verdict, found.said, &found.advice))
}

async fn examine(app: &App) -> Vec<Check> {
    let config = &app.platform.config;
    let mut checks = Vec::new();
    if let Some(server) = app.platform.db.server() {
        let schema = app.platform.db.schema();
        let said = if schema.is_empty() { server } else { format!("{server}，模式 {schema}") };
        checks.push(Check::new("主库", Verdict::Well, said, ""));
    }
    if let Some(check) = moving(app).await {
        checks.push(check);
    }
    let left = platform::db::migrate::pending(&app.platform.db, &crate::migrations()).await;
    let left = left.map_err(|problem| problem.to_string()).map(|left| match left.len() {
        0 => "已是最新".to_owned(),
        more => format!("{more} 步等所有节点换成新版以后再做（tongban migrate --contract）"),
    });
    checks.push(Check::needed("数据库结构", left, "运行 tongban migrate。"));
    if config.keeps_journal() {
        let reach = crate::backup::journal::reach(&config.journal_dir);
        let advice = "检查 journal_dir 所在的磁盘；没有基础备份时先运行 tongban backup。";
        checks.push(Check::of("日志归档", reach, Verdict::Attention, advice));
    }
    checks.extend(app.operations.look_now().await.into_iter().filter_map(part));
    let probe = config.data_dir.join("doctor-probe");
    let files = std::fs::write(&probe, b"ok").and_then(|()| std::fs::remove_file(&probe));
    let files = files.map(|()| "可读写".to_owned()).map_err(|error| error.to_string());
    checks.push(Check::needed("数据目录", files, "检查数据目录的属主和权限，磁盘是否只读。"));
    checks.push(Check::needed("传输", transport(config), "证书和 public_url 要一致，见 docs/operations/tls.md。"));
    let kinds = platform::files::by_key(app.platform.db.read()).await;
    let sealed = kinds.map(|kinds| match kinds.get("") {
        Some(clear) => format!("{clear} 个文件还是加密前存入的，换一次密钥即加密"),
        None => format!("{} 个，全部加密", kinds.values().sum::<i64>()),
    });
    checks.push(Check::needed("文件加密", sealed.map_err(|problem| problem.to_string()), ""));
    let asked = addresses(config).into_iter().map(|(name, key, url)| async move {
        let found = answers(app, url, ["identity_url", "sms_url"].contains(&key)).await;
        let advice = format!("检查配置里的 {key}、两边的防火墙，联系对方；恢复后积压的会自动补发。");
        Check::of(name, found, Verdict::Attention, &advice)
    });
    checks.extend(futures::future::join_all(asked).await);
    checks
}

/// A city that is closed because it moves.
async fn moving(app: &App) -> Option<Check> {
    let closed = platform::db::closing::look(&app.platform.db).await.ok()??;
    let advice = if closed.moved_to.is_empty() {
        "搬迁没有在进行时，运行 tongban move reopen 恢复办理。"
    } else {
        "新的系统稳定以后停掉这里。"
    };
    Some(Check::new("搬迁", Verdict::Attention, closed.title(), advice))
}

/// What protects the way to the browser.
fn transport(config: &Config) -> Result<String, String> {
    let https = config.public_url.starts_with("https://");
    if config.serves_tls() {
        crate::tls::settings(&config.tls_cert_file, &config.tls_key_file).map_err(|problem| problem.to_string())?;
        return if https {
            Ok("由本程序提供 TLS（国际算法）；要用国密套件，请在前面放支持 TLCP 的代理".to_owned())
        } else {
            Err("配置了证书，但 public_url 不是 https".to_owned())
        };
    }
    Ok(match (https, config.trusted_proxies.is_empty()) {
        (true, false) => "由前置代理提供 TLS，国密套件在代理上选".to_owned(),
        (true, true) => "public_url 是 https，但没有登记前置代理（trusted_proxies），也没有配置证书".to_owned(),
        (false, _) => "没有 TLS，只适合演示".to_owned(),
    })
}

/// Addresses of other systems: name, setting, address.
fn addresses(config: &Config) -> Vec<(&'static str, &'static str, &str)> {
    let all = [
        ("身份认证", "identity_url", &config.identity_url),
        ("短信", "sms_url", &config.sms_url),
        ("寄递", "courier_url", &config.courier_url),
        ("支付", "payment_url", &config.payment_url),
        ("企业登记", "registry_url", &config.registry_url),
        ("居民码和企业码", "code_url", &config.code_url),
        ("数据共享", "sharing_url", &config.sharing_url),
        ("移动政务", "mobile_url", &config.mobile_url),
        ("上级平台", "upper_url", &config.upper_url),
    ];
    all.into_iter().filter(|(.., url)| !url.is_empty()).map(|(name, key, url)| (name, key, url.as_str())).collect()
}

/// Whether a system answers at all. Only the first two tell whether they are well; of the others any answer will do.
async fn answers(app: &App, url: &str, told: bool) -> Result<String, String> {
    // Without what follows the host: it may hold a key.
    let bare = |url: reqwest::Url| {
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
    };
    let shown = reqwest::Url::parse(url).ok().and_then(bare).unwrap_or_else(|| "写的地址".to_owned());
    let wait = std::time::Duration::from_secs(3);
    match app.platform.http.get(format!("{url}/health")).timeout(wait).send().await {
        Ok(answer) if answer.status().is_success() || !told => Ok(format!("{shown} 有回应")),
        Ok(answer) => Err(format!("{shown} 回应 {}", answer.status())),
        Err(_) => Err(format!("{shown} 没有回应")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-032
    #[test]
    fn only_what_is_broken_keeps_the_machine_from_starting() {
        let found =
            |key: &str, kind: &str, state| part(Finding::new(key, "部分", kind, state, "情况").advise("处理。"));
        let mut checks: Vec<Check> = [
            found("connector:sms", "connector", State::Bad),
            found("jobs", "application", State::Bad),
            found("disk", "server", State::Warn),
            found("backup", "safety", State::Off),
        ]
        .into_iter()
        .flatten()
        .collect();
        checks.push(Check::of("短信", Err("没有回应".to_owned()), Verdict::Attention, "联系对方。"));
        assert!(healthy(&checks), "{checks:?}");
        assert_eq!(checks.len(), 4, "what is not in use is not told");
        assert_eq!(checks[3].line(), "要看  短信：没有回应\n      怎么办：联系对方。");
        checks.extend(found("disk", "server", State::Bad));
        assert!(!healthy(&checks));
        assert!(checks[4].line().starts_with("异常  部分：情况"));
    }
}
