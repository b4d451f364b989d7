//! Makes the folders of the built pages, so that a server built before the pages finds them later: the
//! macro that looks into them resolves their path once, when this crate is compiled.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    for app in ["portal", "desk"] {
        std::fs::create_dir_all(format!("{}/../../web/apps/{app}/dist", env!("CARGO_MANIFEST_DIR")))?;
    }
    Ok(())
}
