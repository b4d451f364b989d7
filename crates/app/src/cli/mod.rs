//! The command line. Each engine can be scripted without the server: results as JSON on request.

mod administration;
mod backup;
mod doctor;
mod engines;
mod moving;
mod operate;
mod pack;
mod proof;
mod years;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};
use platform::config::Config;
use platform::system::{SystemClock, SystemRandomness};

use crate::App;

/// Tongban 通办: an integrated government-service platform.
#[derive(Parser)]
#[command(name = "tongban", version, about)]
pub struct Cli {
    /// Configuration file (TOML); environment variables TONGBAN_* come after it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the pages.
    Serve,
    /// Be the outside world: identity, SMS, courier, codes, card reader, mobile platform, on one port.
    Sim {
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: std::net::SocketAddr,
        /// People and enterprises to sign in as.
        #[arg(long, default_value = "packs/city/citizens.yaml")]
        people: PathBuf,
        /// Where the product is, for the mobile platform and the document system.
        #[arg(long, default_value = "http://127.0.0.1:8080", env = "TONGBAN_PUBLIC_URL")]
        product: String,
    },
    /// Bring the database schema up to date.
    Migrate {
        /// Also take away what older releases used: only when no node of an older release runs any more.
        #[arg(long)]
        contract: bool,
    },
    /// Load the demo city and play its past cases.
    Demo {
        /// Cases to play.
        #[arg(long, default_value_t = 500)]
        cases: usize,
        /// Password of every staff login.
        #[arg(long, default_value = crate::demo::PASSWORD)]
        password: String,
        /// Do nothing when the database already holds cases.
        #[arg(long)]
        if_empty: bool,
        /// Add a fictional administration of full size: bureaus, towns, villages and their staff.
        #[arg(long, value_enum)]
        size: Option<crate::scale::Size>,
    },
    /// Check configuration, database, files, calendars, connected systems.
    Doctor {
        /// Give failed background jobs another round of tries.
        #[arg(long)]
        retry_jobs: bool,
    },
    /// Tune the database while it works: statistics of the planner, write-ahead log; best in a quiet hour.
    Tune,
    /// Take a backup of database, files and keys while the server works; the master key stays out.
    Backup {
        /// Folder of the backups, best on another disk.
        vault: PathBuf,
        /// Keep only so many, the newest.
        #[arg(long)]
        keep: Option<usize>,
    },
    /// List the backups of a folder and what was done with them.
    Backups {
        /// Folder of the backups.
        vault: PathBuf,
        /// Prove from digests that each is whole.
        #[arg(long)]
        verify: bool,
    },
    /// Put a backup, or the state of a moment, into the configured place, which must be empty.
    Restore {
        #[command(flatten)]
        wanted: backup::Wanted,
        /// The moment to go back to, from the journal given as folder: 2026-11-26T10:31 in China, or RFC 3339.
        #[arg(long, conflicts_with = "name")]
        at: Option<String>,
    },
    /// Try a restore in a temporary place, look through it and remove it.
    Drill(backup::Wanted),
    /// Move the city to another server, database or schema with little standstill.
    #[command(subcommand)]
    Move(moving::MoveCommand),
    /// Make the folder that testers from outside get: accounts, interfaces, settings, cases, logs, reset. Not in production.
    Testers {
        /// Folder, empty or not there yet.
        folder: PathBuf,
    },
    /// Compare the figures of reports with the cases, count anew what differs, and tell.
    Figures {
        /// Only tell how far counting is and when it was last compared.
        #[arg(long)]
        standing: bool,
    },
    /// Years of cases: list them, close one, open it again.
    #[command(subcommand)]
    Years(years::YearsCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Content packs.
    #[command(subcommand)]
    Pack(pack::PackCommand),
    /// Forms.
    #[command(subcommand)]
    Form(engines::FormCommand),
    /// Rules.
    #[command(subcommand)]
    Rule(engines::RuleCommand),
    /// Flows.
    #[command(subcommand)]
    Flow(engines::FlowCommand),
    /// Working calendar.
    #[command(subcommand)]
    Calendar(engines::CalendarCommand),
    /// Papers.
    #[command(subcommand)]
    Paper(engines::PaperCommand),
    /// Licences.
    #[command(subcommand)]
    Licence(proof::LicenceCommand),
    /// Roles and permissions.
    #[command(subcommand)]
    Roles(administration::RolesCommand),
    /// Accounts and organisations of an earlier system.
    #[command(subcommand)]
    Accounts(administration::AccountsCommand),
    /// The event log.
    #[command(subcommand)]
    Audit(proof::AuditCommand),
    /// Archivable files of cases.
    #[command(subcommand)]
    Archive(proof::ArchiveCommand),
}

/// What a command ends with: a text, or a failure in words.
type Outcome = anyhow::Result<ExitCode>;

/// Runs a command.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tongban: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: Cli) -> Outcome {
    match cli.command {
        Command::Form(command) => engines::form(&command),
        Command::Rule(command) => engines::rule(&command),
        Command::Flow(command) => engines::flow(&command),
        Command::Calendar(command) => engines::calendar(&command),
        Command::Paper(command) => engines::paper(&command),
        Command::Licence(command) => proof::licence(&command),
        Command::Roles(administration::RolesCommand::Matrix) => administration::matrix(),
        Command::Audit(proof::AuditCommand::Verify { file, key }) => proof::verify_audit(&file, key.as_deref()),
        Command::Archive(proof::ArchiveCommand::Verify { file, key }) => proof::verify_archive(&file, key.as_deref()),
        Command::Sim { listen, people, product } => runtime()?.block_on(operate::simulate(listen, &people, &product)),
        Command::Pack(pack::PackCommand::Lint { folder }) => pack::lint(&folder),
        Command::Backups { vault, verify } => backup::list(&vault, verify),
        command => {
            let config = Config::load(cli.config.as_deref(), |name| std::env::var(name).ok())?;
            init_log(&config);
            runtime()?.block_on(async move {
                match command {
                    Command::Serve => operate::serve(config).await,
                    Command::Migrate { contract } => operate::migrate(config, contract).await,
                    Command::Demo { cases, password, if_empty, size } => {
                        operate::demo(config, cases, &password, if_empty, size).await
                    }
                    Command::Doctor { retry_jobs } => doctor::run(config, retry_jobs).await,
                    Command::Tune => operate::tune(config).await,
                    Command::Backup { vault, keep } => backup::take(config, &vault, keep).await,
                    Command::Restore { wanted, at } => backup::restore(config, &wanted, at.as_deref()).await,
                    Command::Drill(wanted) => backup::drill(config, &wanted).await,
                    Command::Move(command) => moving::run(config, command).await,
                    Command::Testers { folder } => operate::testers(config, &folder).await,
                    Command::Figures { standing } => operate::figures(config, standing).await,
                    Command::Years(command) => years::run(config, command).await,
                    Command::Openapi => operate::openapi(config).await,
                    Command::Pack(command) => pack::run(config, command).await,
                    Command::Audit(command) => proof::audit(config, command).await,
                    Command::Accounts(command) => administration::accounts(config, command).await,
                    _ => Ok(ExitCode::from(2)),
                }
            })
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn init_log(config: &Config) {
    use tracing_subscriber::EnvFilter;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    // Logs go to the error stream: the output stream belongs to a command's result.
    let shown = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(shown).with(crate::logs::Gather).try_init();
}

/// The product on the machine's clock.
async fn assemble(config: Config) -> anyhow::Result<App> {
    crate::backup::moving::may_serve(&config)?;
    Ok(App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
}

/// Reads a text file that the command line names.
fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("读不到文件 {}", path.display()))
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
