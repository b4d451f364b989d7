//! Every shipped item is proved fileable from guide to result: its samples run through the services.

use app::packs::{entries, test};
use platform::config::Config;

use crate::world::packs_dir;

/// req: CASE-007, ITEM-003, ITEM-004, ITEM-040, LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn every_sample_of_every_pack_ends_as_it_expects() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folders: Vec<_> =
        entries(&packs_dir().join("items")).into_iter().filter(|path| path.join("item.yaml").exists()).collect();
    assert_eq!(folders.len(), 12);
    let config = Config { packs_dir: packs_dir(), ..Config::default() };
    let reports = test(config, &folders).await.unwrap();
    let failed: Vec<String> = reports
        .iter()
        .filter_map(|report| Some(format!("{}/{}: {}", report.pack, report.sample, report.problem.as_ref()?)))
        .collect();
    assert!(failed.is_empty(), "{} of {} samples:\n{}", failed.len(), reports.len(), failed.join("\n"));
    assert!(reports.len() >= 60);
}
