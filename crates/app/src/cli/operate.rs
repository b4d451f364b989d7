//! `serve`, `sim`, `migrate`, `tune`, `figures`, `demo`, `testers`, `openapi`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use platform::Db;
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};

use super::{Outcome, assemble, read};
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

pub(super) async fn migrate(config: Config, contract: bool) -> Outcome {
    use platform::db::migrate;
    std::fs::create_dir_all(&config.data_dir)?;
    let db = Db::open_at(config.place()).await?;
    let now = base::clock::Clock::now(&SystemClock);
    let steps = crate::migrations();
    let ran = if contract { migrate::run_all(&db, &steps, now).await? } else { migrate::run(&db, &steps, now).await? };
    if ran.is_empty() {
        println!("数据库已是最新");
    }
    for step in ran {
        println!("已执行 {step}");
    }
    let left = migrate::pending(&db, &steps).await?;
    if !left.is_empty() {
        println!(
            "还有 {} 步要等所有节点都换成新版以后再做（tongban migrate --contract）：{}",
            left.len(),
            left.join("、")
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn tune(config: Config) -> Outcome {
    let db = Db::open_at(config.place()).await?;
    db.tune(base::clock::Clock::now(&SystemClock)).await?;
    println!("查询统计信息已更新");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn figures(config: Config, standing: bool) -> Outcome {
    let app = assemble(config).await?;
    if !standing {
        let found = app.casework.check_figures().await?;
        println!("核对了 {} 件办件：{} 件统计不符，{} 个数字不符，都已改正", found.cases, found.differing, found.cells);
        for month in &found.months {
            println!("  {} 年 {} 月的数字重新算过", month / 100, month % 100);
        }
    }
    match app.casework.figures_standing().await? {
        None => println!("还没有开始统计，服务启动后一分钟内开始"),
        Some(now) => println!(
            "{}，统计到 {}，最近一次核对{}",
            if now.ready { "统计已齐" } else { "首次统计还没有完成" },
            base::zone::moment_text(now.until),
            now.checked_at.map_or_else(
                || "还没有做过".to_owned(),
                |at| format!("在 {}，不符 {} 处", base::zone::moment_text(at), now.differing)
            ),
        ),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn demo(
    config: Config,
    cases: usize,
    password: &str,
    if_empty: bool,
    size: Option<crate::scale::Size>,
) -> Outcome {
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
    if let Some(size) = size {
        let begun = std::time::Instant::now();
        let made = app.load_scale(size, password).await?;
        println!(
            "已装入{}的机构和人员：{} 个区划，{} 个机构，{} 人，用时 {:.1} 秒",
            size.label(),
            made.regions,
            made.orgs,
            made.staff,
            begun.elapsed().as_secs_f64()
        );
    }
    crate::systems::register_demo(&app).await?;
    let report = demo::play(&app, &clock, &packs, cases).await?;
    crate::systems::register_exchange(&app).await?;
    // Their events lie in the past, where the minute's count does not look.
    app.casework.check_figures().await?;
    println!("已演示 {} 件历史办件：在办 {}，办结 {}，其他 {}", report.cases, report.open, report.closed, report.other);
    println!("工作台账号：clerk reviewer inspector approver supervisor editor sysadmin …，密码 {password}");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn testers(config: Config, folder: &Path) -> Outcome {
    let app = assemble(config).await?;
    let made = crate::testers::bundle(&app, folder).await?;
    println!(
        "测试资料包在 {}：{} 个文件，{} 个账号，{} 件办件，{} 行日志",
        folder.display(),
        made.files.len(),
        made.accounts,
        made.cases,
        made.lines
    );
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
