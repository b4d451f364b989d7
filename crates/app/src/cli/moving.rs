//! `move copy|switch|reopen|state`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use base::clock::Clock;
use clap::Subcommand;
use platform::config::Config;
use platform::system::SystemClock;

use super::Outcome;
use crate::backup::moving::{self, State};

#[derive(Subcommand)]
pub(super) enum MoveCommand {
    /// Copy what the new place lacks while the city works; again and again, the later the less.
    Copy {
        /// Configuration file of the new place; the environment does not count for it.
        #[arg(long)]
        to: PathBuf,
    },
    /// Close the old place, bring what is left, prove all, tell the new address. A refusal leaves the old place working.
    Switch {
        /// Configuration file of the new place; the environment does not count for it.
        #[arg(long)]
        to: PathBuf,
        /// Address the old place tells its callers; the new configuration's `public_url` when absent.
        #[arg(long)]
        address: Option<String>,
        /// Minutes for which nothing may be submitted at most; then the old place works on.
        #[arg(long, default_value_t = 30)]
        within: u64,
    },
    /// Let the old place work again after a switch that was broken off.
    Reopen {
        /// Although the city has moved: only when the new place is stopped and took nothing.
        #[arg(long)]
        moved: bool,
    },
    /// Say whether the city here is closed for a move, and whether one is on its way here.
    State,
}

fn there(path: &Path) -> anyhow::Result<Config> {
    // What is set for this place in the environment is no setting of the other.
    Ok(Config::load(Some(path), |_| None)?)
}

pub(super) async fn run(config: Config, command: MoveCommand) -> Outcome {
    match command {
        MoveCommand::Copy { to } => {
            let round = moving::copy(&config, &there(&to)?, SystemClock.now()).await?;
            println!(
                "已复制：{} 行中写入 {} 行，共 {} 个文件，用时 {} 秒。系统照常办理。",
                round.rows,
                round.written,
                round.files,
                round.took.as_secs()
            );
            println!(
                "切换时停止办理的时间大约也是这么长（只有变动要写入）；现在可以再复制一次，或者运行 tongban move switch。"
            );
        }
        MoveCommand::Switch { to, address, within } => {
            let to = there(&to)?;
            let address = address.unwrap_or_else(|| to.public_url.clone());
            let within = Duration::from_secs(within.saturating_mul(60));
            let stop = async {
                // Without a signal to wait for there is none to obey.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            let moved = moving::switch(&config, &to, &address, Arc::new(SystemClock), within, stop).await?;
            for line in &moved.proved {
                println!("已核对  {line}");
            }
            println!(
                "已搬到 {address}：停止办理 {} 秒，最后写入 {} 行。现在可以用新的配置启动（先运行 tongban doctor）。",
                moved.closed.as_secs(),
                moved.last.written
            );
            println!("原来的系统保持关闭，告诉来的人新的网址；新的系统稳定以后再停掉它。");
        }
        MoveCommand::Reopen { moved } => {
            let was = moving::reopen(&config, moved, SystemClock.now()).await?;
            println!("{}", if was { "已恢复办理" } else { "没有因为搬迁而关闭，不用恢复" });
        }
        MoveCommand::State => {
            match moving::course(&config)? {
                Some(course) if course.state == State::Copying => {
                    println!("正在接收从 {} 搬来的城市，始于 {}", course.from, course.at);
                }
                Some(course) => println!("这个城市 {} 从 {} 搬来", course.at, course.from),
                None => {}
            }
            match moving::look(&config).await? {
                Some(closed) if closed.moved_to.is_empty() => {
                    println!("已为搬迁停止办理；搬迁没有在进行时，运行 tongban move reopen 恢复");
                }
                Some(closed) => println!("已搬到 {}", closed.moved_to),
                None => println!("照常办理"),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
