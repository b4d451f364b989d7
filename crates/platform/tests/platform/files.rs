//! Files on the disk: sealed, proven when read, sealed anew with another key.

use std::path::PathBuf;

use bytes::Bytes;
use platform::files;
use testkit::{TestPlatform, backends};

use super::fresh;

const PDF: &[u8] = b"%PDF-1.4 \xe7\x8e\x8b\xe6\xb5\xb7\xe7\x87\x95 440106199003071234 %%EOF";

/// Where the one file of a test lies.
fn on_disk(test: &TestPlatform) -> Vec<PathBuf> {
    fn below(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { below(path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    below(test.folder.join("files"), &mut found);
    found
}

async fn store(test: &TestPlatform, bytes: Vec<u8>) -> files::FileRef {
    files::store(&test.platform, None, "material", "身份证.pdf", Bytes::from(bytes)).await.unwrap()
}

/// req: DATASEC-005
#[tokio::test]
async fn a_file_lies_sealed_on_the_disk_and_comes_back_as_it_was() {
    for backend in backends() {
        let test = fresh(backend).await;
        let large: Vec<u8> = PDF.iter().copied().chain((0..300_000).map(|at| (at % 253) as u8)).collect();
        for content in [PDF.to_vec(), large] {
            let stored = store(&test, content.clone()).await;
            let (again, bytes) = files::read(&test.platform, stored.id).await.unwrap();
            assert_eq!((again.size, bytes.as_ref()), (content.len() as i64, content.as_slice()));
        }
        // The same bytes twice are one file on the disk.
        store(&test, PDF.to_vec()).await;
        let paths = on_disk(&test);
        assert_eq!(paths.len(), 2);
        for path in paths {
            let raw = std::fs::read(path).unwrap();
            assert!(!raw.windows(18).any(|part| part == b"440106199003071234"), "nothing of it is in clear");
            assert!(!raw.windows(5).any(|part| part == b"%PDF-"));
        }
        test.close().await;
    }
}

/// What somebody with the disk in hand changes, cuts or exchanges is never shown as the file.
///
/// req: DATASEC-005
#[tokio::test]
async fn a_file_changed_cut_or_exchanged_on_the_disk_is_refused() {
    for backend in backends() {
        let test = fresh(backend).await;
        let one = store(&test, PDF.to_vec()).await;
        let path = on_disk(&test).remove(0);
        let whole = std::fs::read(&path).unwrap();
        let other = store(&test, b"%PDF-1.4 another".to_vec()).await;
        let others = on_disk(&test).into_iter().find(|found| *found != path).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let harms =
            [flipped, whole[..whole.len() - 1].to_vec(), std::fs::read(others).unwrap(), b"%PDF-1.4 plain".to_vec()];
        for harm in harms {
            std::fs::write(&path, harm).unwrap();
            let refused = files::read(&test.platform, one.id).await.unwrap_err();
            assert!(refused.status().is_server_error() && !refused.title().contains("file"), "{refused}");
        }
        files::read(&test.platform, other.id).await.unwrap();
        std::fs::write(&path, whole).unwrap();
        files::read(&test.platform, one.id).await.unwrap();
        test.close().await;
    }
}

/// An installation of before goes on: its files open, and the next change of keys seals them.
///
/// req: DATASEC-005
/// req: DATASEC-006
#[tokio::test]
async fn files_of_before_open_and_a_new_key_seals_every_file_but_a_broken_one() {
    for backend in backends() {
        let test = fresh(backend).await;
        let (old, broken) = (store(&test, PDF.to_vec()).await, store(&test, b"%PDF-1.4 broken".to_vec()).await);
        // As an older version left them.
        let clear = "UPDATE files SET key_id = ''".to_owned();
        test.platform.db.execute_batch(test.platform.now(), vec![clear]).await.unwrap();
        for path in on_disk(&test) {
            let size = std::fs::metadata(&path).unwrap().len();
            let is_old = size as usize > PDF.len() + 90;
            std::fs::write(&path, if is_old { PDF } else { b"not what its name says" }).unwrap();
        }
        let (_, bytes) = files::read(&test.platform, old.id).await.unwrap();
        assert_eq!(bytes.as_ref(), PDF);
        files::read(&test.platform, broken.id).await.unwrap_err();
        let provider = test.platform.crypto.provider();
        provider.make_field_key("k2", test.platform.randomness.as_ref()).unwrap();
        provider.activate_field_key("k2").unwrap();
        test.platform.crypto.reload().unwrap();
        let (sealed, unopened) = files::reseal(&test.platform, 10, &[]).await.unwrap();
        assert_eq!((sealed.len(), unopened.len()), (1, 1));
        let counts = files::by_key(test.platform.db.read()).await.unwrap();
        assert_eq!((counts.get("k2"), counts.get("")), (Some(&1), Some(&1)));
        let again = files::reseal(&test.platform, 10, &unopened).await.unwrap();
        assert!(again.0.is_empty() && again.1.is_empty(), "what can't be opened is not tried for ever");
        let (_, bytes) = files::read(&test.platform, old.id).await.unwrap();
        assert_eq!(bytes.as_ref(), PDF);
        test.close().await;
    }
}
