//! `serve`, `sim`, `migrate`, `demo`, `doctor`, `openapi`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use platform::Db;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};

use super::engines::read;
use super::{Outcome, assemble};
use crate::{App, demo};

pub(super) async fn serve(config: Config) -> Outcome {
    let app = assemble(config).await?;
    println!("通办已启动：{}（工作台 {}/desk/）", app.platform.config.public_url, app.platform.config.public_url);
    app.serve(stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C or the service manager's stop.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

pub(super) async fn simulate(listen: SocketAddr, people: &Path, product: &str) -> Outcome {
    let people = simulators::People::from_yaml(&read(people)?)?;
    println!("外部系统模拟器：http://{listen}");
    simulators::serve(listen, people, product).await?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate(config: Config) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)?;
    let db = Db::open(&config.database()).await?;
    let now = base::clock::Clock::now(&SystemClock);
    let ran = platform::db::migrate::run(&db, &crate::migrations(), now).await?;
    if ran.is_empty() {
        println!("数据库已是最新");
    }
    for step in ran {
        println!("已执行 {step}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn demo(config: Config, cases: usize, password: &str, if_empty: bool) -> Outcome {
    let clock = Arc::new(demo::DemoClock::new(Arc::new(SystemClock)));
    let app = App::assemble(config, clock.clone(), Arc::new(SystemRandomness)).await?;
    if if_empty && demo::has_cases(&app).await? {
        println!("已有办件，不再装入示例数据");
        return Ok(ExitCode::SUCCESS);
    }
    let packs = app.platform.config.packs_dir.clone();
    // The seals of the city were made before its past cases were sealed with them.
    clock.go_back(200);
    let imported = app.load_city(&packs, password).await?;
    println!(
        "已装入示例市：{} 个事项，{} 种证照，{} 份文书模板",
        imported.items.len(),
        imported.licence_types,
        imported.papers
    );
    crate::systems::register_demo(&app).await?;
    let report = demo::play(&app, &clock, &packs, cases).await?;
    println!("已演示 {} 件历史办件：在办 {}，办结 {}，其他 {}", report.cases, report.open, report.closed, report.other);
    println!("工作台账号：clerk reviewer inspector approver supervisor editor sysadmin …，密码 {password}");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn openapi(mut config: Config) -> Outcome {
    // The document depends on no data: an empty database in a folder of its own is enough.
    let folder = std::env::temp_dir().join(format!("tongban-openapi-{}", std::process::id()));
    config.data_dir = folder.clone();
    config.database_url = String::new();
    let app = assemble(config).await?;
    let document = app.openapi().to_pretty_json()?;
    std::fs::remove_dir_all(&folder)?;
    println!("{document}");
    Ok(ExitCode::SUCCESS)
}

/// One check of the doctor: name and what was found.
struct Check(&'static str, Result<String, String>);

pub(super) async fn doctor(config: Config, retry_jobs: bool) -> Outcome {
    let mut checks = vec![Check("配置", Ok(format!("监听 {}，数据目录 {}", config.listen, config.data_dir.display())))];
    match assemble(config).await {
        Err(error) => checks.push(Check("数据库", Err(error.to_string()))),
        Ok(app) => {
            if retry_jobs {
                let revived = platform::work::jobs::revive(&app.platform).await?;
                println!("{revived} 个失败的后台任务将重新执行");
            }
            checks.extend(examine(&app).await);
        }
    }
    let mut healthy = true;
    for Check(name, found) in checks {
        match found {
            Ok(text) => println!("正常  {name}：{text}"),
            Err(text) => {
                healthy = false;
                println!("异常  {name}：{text}");
            }
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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

async fn examine(app: &App) -> Vec<Check> {
    let mut checks = Vec::new();
    let database = app.platform.db.ping().await.map(|()| format!("{:?} 有回应", app.platform.db.backend()));
    checks.push(Check("数据库", database.map_err(|problem| problem.to_string())));
    let calendar = app.casework.calendars.current().await.map_err(|problem| problem.to_string()).and_then(|calendar| {
        let years: Vec<i32> = calendar.years().collect();
        let this = base::zone::china_date(app.platform.now()).year();
        if !years.contains(&this) {
            Err(format!("缺少 {this} 年，时限算不出来。请导入工作日历"))
        } else if !years.contains(&(this + 1)) && base::zone::china_date(app.platform.now()).month() as u8 >= 11 {
            Err(format!("缺少 {} 年，跨年的时限算不出来。请导入工作日历", this + 1))
        } else {
            Ok(format!("{years:?}"))
        }
    });
    checks.push(Check("工作日历", calendar));
    let jobs =
        platform::work::jobs::counts(&app.platform).await.map_err(|problem| problem.to_string()).and_then(|counts| {
            match counts.iter().find(|(state, _)| state == "dead") {
                Some((_, dead)) => Err(format!("{dead} 个后台任务失败，不再重试")),
                None => Ok(format!("{counts:?}")),
            }
        });
    checks.push(Check("后台任务", jobs));
    let probe = app.platform.config.data_dir.join("doctor-probe");
    let files = std::fs::write(&probe, b"ok").and_then(|()| std::fs::remove_file(&probe));
    checks.push(Check("文件", files.map(|()| "可读写".to_owned()).map_err(|error| error.to_string())));
    checks.push(Check("传输", transport(&app.platform.config)));
    let kinds = platform::files::by_key(app.platform.db.read()).await;
    let sealed = kinds.map(|kinds| match kinds.get("") {
        Some(clear) => format!("{clear} 个文件还是加密前存入的，换一次密钥即加密"),
        None => format!("{} 个，全部加密", kinds.values().sum::<i64>()),
    });
    checks.push(Check("文件加密", sealed.map_err(|problem| problem.to_string())));
    for (name, url) in [("身份认证", &app.platform.config.identity_url), ("短信", &app.platform.config.sms_url)] {
        let answer =
            app.platform.http.get(format!("{url}/health")).timeout(std::time::Duration::from_secs(3)).send().await;
        let found = match answer {
            Ok(answer) if answer.status().is_success() => Ok(format!("{url} 有回应")),
            Ok(answer) => Err(format!("{url} 回应 {}", answer.status())),
            Err(_) => Err(format!("{url} 没有回应")),
        };
        checks.push(Check(name, found));
    }
    checks
}
