//! The only binary: `tongban`. Everything is in the library; see `cli`.

use clap::Parser;

fn main() -> std::process::ExitCode {
    // Two TLS providers are compiled in; the one we mean must be named before the first client.
    let _ = rustls::crypto::ring::default_provider().install_default();
    app::cli::run(app::cli::Cli::parse())
}
