//! The command line. Each engine can be scripted without the server: results as JSON on request.

mod administration;
mod engines;
mod operate;
mod pack;
mod proof;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

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
    Migrate,
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
    },
    /// Check configuration, database, files, calendars, connected systems.
    Doctor {
        /// Give failed background jobs another round of tries.
        #[arg(long)]
        retry_jobs: bool,
    },
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
        Command::Sim { listen, people, product } => runtime()?.block_on(operate::simulate(listen, &people, &product)),
        Command::Pack(pack::PackCommand::Lint { folder }) => pack::lint(&folder),
        command => {
            let config = Config::load(cli.config.as_deref(), |name| std::env::var(name).ok())?;
            init_log(&config);
            runtime()?.block_on(async move {
                match command {
                    Command::Serve => operate::serve(config).await,
                    Command::Migrate => operate::migrate(config).await,
                    Command::Demo { cases, password, if_empty } => {
                        operate::demo(config, cases, &password, if_empty).await
                    }
                    Command::Doctor { retry_jobs } => operate::doctor(config, retry_jobs).await,
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
    Ok(App::assemble(config, Arc::new(SystemClock), Arc::new(SystemRandomness)).await?)
}

/// Prints a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
