//! The software key store: nothing in clear, bound to its master key, changed in place.

use std::sync::Arc;

use platform::crypto::{Crypto, CryptoProvider};
use platform::secrets::{SoftKeys, write_private};
use testkit::{SeededRandomness, unique};

fn folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(unique("tongban_keys"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn has_clear_key(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() == 64)
}

/// req: IDENT-033
/// req: DATASEC-005
#[test]
fn no_key_lies_in_clear_and_the_file_opens_under_its_own_master_key_only() {
    let (folder, randomness) = (folder(), SeededRandomness::new(1));
    let (keys, master) = (folder.join("secrets.toml"), folder.join("apart/master.key"));
    let first = SoftKeys::load_or_create(&keys, &master, &randomness).unwrap();
    assert!(first.describe().master_key_apart);
    let text = std::fs::read_to_string(&keys).unwrap();
    assert!(!has_clear_key(&text), "{text}");
    #[cfg(unix)]
    for path in [&keys, &master] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    let sealed = Crypto::new(Arc::new(first)).unwrap().seal("440106199003071234", "account:1:id_number", &randomness);
    let again = Crypto::new(Arc::new(SoftKeys::load_or_create(&keys, &master, &randomness).unwrap())).unwrap();
    assert_eq!(again.open(&sealed, "account:1:id_number").unwrap(), "440106199003071234");
    assert!(again.open(&sealed, "account:2:id_number").is_err(), "moved to another row it does not open");
    let other = folder.join("other.key");
    assert!(SoftKeys::load_or_create(&keys, &other, &randomness).is_err(), "another master key opens nothing");
    std::fs::remove_dir_all(folder).unwrap();
}

/// An installation of before goes on: its keys are sealed when first read, its values still open.
///
/// req: IDENT-033
#[test]
fn keys_written_in_clear_by_an_older_version_are_sealed_at_the_first_start() {
    let (folder, randomness) = (folder(), SeededRandomness::new(2));
    let (keys, master) = (folder.join("secrets.toml"), folder.join("master.key"));
    let old = format!(
        "active_field_key = \"k1\"\nindex_key = \"{}\"\n[field_keys]\nk1 = \"{}\"\n",
        "ab".repeat(32),
        "cd".repeat(32)
    );
    write_private(&keys, old.as_bytes()).unwrap();
    let key = base::crypto::FieldKey::new("k1", &[0xcd; 32]).unwrap();
    let before = base::crypto::FieldCipher::new("k1", vec![key]).unwrap().seal("x", b"place", &randomness);
    let crypto = Crypto::new(Arc::new(SoftKeys::load_or_create(&keys, &master, &randomness).unwrap())).unwrap();
    assert_eq!(crypto.open(&before, "place").unwrap(), "x");
    assert!(!has_clear_key(&std::fs::read_to_string(&keys).unwrap()));
    assert_eq!(crypto.blind_index("v"), base::crypto::blind_index(&[0xab; 32], "v"));
    std::fs::remove_dir_all(folder).unwrap();
}

/// Two nodes that start for the first time at the same moment: one makes the keys, both use them. Otherwise what one of
/// them sealed would never open again.
///
/// req: IDENT-033, OPS-020
#[test]
fn nodes_that_start_at_once_on_an_empty_folder_agree_on_the_keys() {
    for round in 0..20 {
        let folder = folder();
        let (keys, master) = (folder.join("secrets.toml"), folder.join("master.key"));
        let together = std::sync::Barrier::new(2);
        let start = |seed: u64| {
            let randomness = SeededRandomness::new(seed);
            together.wait();
            Crypto::new(Arc::new(SoftKeys::load_or_create(&keys, &master, &randomness).unwrap())).unwrap()
        };
        let (one, two) = std::thread::scope(|nodes| {
            let other = nodes.spawn(|| start(100 + round));
            let one = start(200 + round);
            (one, other.join().unwrap())
        });
        let sealed = one.seal("440106199003071234", "account:1:id_number", &SeededRandomness::new(1));
        assert_eq!(two.open(&sealed, "account:1:id_number").unwrap(), "440106199003071234");
        assert_eq!(one.blind_index("v"), two.blind_index("v"));
        let left = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(left, 2, "nothing is left beside the keys");
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// Two nodes on one key file: what one seals with a key made a moment ago the other opens.
///
/// req: DATASEC-006
#[test]
fn another_node_learns_of_a_new_key_when_it_meets_it() {
    let (folder, randomness) = (folder(), SeededRandomness::new(3));
    let (keys, master) = (folder.join("secrets.toml"), folder.join("master.key"));
    let node = || Crypto::new(Arc::new(SoftKeys::load_or_create(&keys, &master, &randomness).unwrap())).unwrap();
    let (one, two) = (node(), node());
    let old = two.seal("x", "p", &randomness);
    one.provider().make_field_key("k2", &randomness).unwrap();
    one.provider().activate_field_key("k2").unwrap();
    one.reload().unwrap();
    let new = one.seal("y", "p", &randomness);
    assert!(new.starts_with("s1.k2."));
    assert_eq!((two.open(&new, "p").unwrap(), one.open(&old, "p").unwrap()), ("y".to_owned(), "x".to_owned()));
    assert!(two.seal("z", "p", &randomness).starts_with("s1.k2."), "and seals with it from then on");
    assert_eq!(one.provider().destroy_field_key("k2").unwrap_err().code(), "key_in_use");
    one.provider().destroy_field_key("k1").unwrap();
    one.reload().unwrap();
    assert!(one.open(&old, "p").is_err(), "what a destroyed key sealed is gone");
    std::fs::remove_dir_all(folder).unwrap();
}
