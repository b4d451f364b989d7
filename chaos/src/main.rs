//! `chaos [--short] [scenario…]`: breaks the product on purpose and counts afterwards.
//!
//! PostgreSQL for `kill-postgres`, `files-full` and `line` is named by `TONGBAN_TEST_PG`; `clock` and `deliveries` run on it
//! too when it is. `cluster` and `slow-disk-postgres` start servers of their own.

use std::process::ExitCode;
use std::time::Instant;

use chaos::scenario::{self, Scale};
use chaos::{clock, deliveries, disk, network};
use testkit::Backend;

const ALL: [&str; 13] = [
    "kill-sqlite",
    "kill-postgres",
    "disk-full",
    "files-full",
    "slow-disk",
    "slow-disk-postgres",
    "crowd",
    "moment",
    "clock",
    "deliveries",
    "line",
    "neighbours",
    "cluster",
];
/// Scenarios on a PostgreSQL that runs already.
const ON_POSTGRES: [&str; 3] = ["kill-postgres", "files-full", "line"];

#[tokio::main]
async fn main() -> ExitCode {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    let short = wanted.iter().any(|one| one == "--short");
    wanted.retain(|one| one != "--short");
    if let Some(unknown) = wanted.iter().find(|one| !ALL.contains(&one.as_str())) {
        eprintln!("no scenario {unknown}: {}", ALL.join(" "));
        return ExitCode::from(2);
    }
    let scale = if short { Scale::SHORT } else { Scale::FULL };
    let mut well = true;
    for name in ALL.iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| one == *name)) {
        let begun = Instant::now();
        let told = match *name {
            "kill-sqlite" => scenario::kill(Backend::Sqlite, scale).await,
            name if ON_POSTGRES.contains(&name) && !testkit::backends().contains(&Backend::Postgres) => {
                println!("{name}: left out, TONGBAN_TEST_PG names no server");
                continue;
            }
            "kill-postgres" => scenario::kill(Backend::Postgres, scale).await,
            "disk-full" => scenario::disk_full(scale).await,
            "crowd" => scenario::crowd(scale).await,
            "files-full" => network::full_files(scale).await,
            "line" => network::line_to_the_database(scale).await,
            "neighbours" => network::silent_neighbours(scale).await,
            "moment" => scenario::back_to_a_moment(scale).await,
            "slow-disk" => disk::slow(scale).await,
            "slow-disk-postgres" => disk::slow_of_postgres(scale).await,
            "clock" => clock::jumps(scale).await,
            "deliveries" => deliveries::twice_and_out_of_order(scale).await,
            _ => scenario::cluster(scale).await,
        };
        let seconds = begun.elapsed().as_secs();
        match told {
            Ok(text) => println!("{name}: well, {seconds} s: {text}"),
            Err(error) => {
                well = false;
                println!("{name}: FAILED after {seconds} s: {error:#}");
            }
        }
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
