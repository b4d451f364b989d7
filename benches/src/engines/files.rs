//! Sealing files: what it costs beside the digest that a file needed before, too.

use anyhow::ensure;
use base::clock::Randomness;
use base::crypto::{FieldCipher, FieldKey, sm3};

use platform::system::SystemRandomness;

use crate::measure::{Set, Workload};

/// Content of one file, MB.
const MB: usize = 4;

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let content: Vec<u8> = (0..MB << 20).map(|at| (at % 251) as u8).collect();
    let cipher = FieldCipher::new("k1", vec![FieldKey::new("k1", &[7; 32])?])?;
    let randomness: &'static dyn Randomness = &SystemRandomness;
    let sealed = cipher.seal_file(&content, b"file:bench", randomness);
    ensure!(cipher.open_file(&sealed, b"file:bench")? == content, "a sealed file opens");
    let (plain, to_seal, sealing) = (content.clone(), content, cipher.clone());
    let (before, each) = ("store, before: SM3 digest of the content", MB as f64);
    let after = Workload::repeated("store, now: SM3 digest, SM4 and HMAC-SM3", "MB/s", each, move || {
        std::hint::black_box(sm3(&to_seal));
        std::hint::black_box(sealing.seal_file(&to_seal, b"file:bench", randomness));
        Ok(())
    });
    Ok(vec![Set::of(vec![
        Workload::repeated(before, "MB/s", each, move || {
            std::hint::black_box(sm3(&plain));
            Ok(())
        }),
        after.floor(before),
        Workload::repeated(
            "read, now: every tag proven, SM4 opened (before: the disk alone)",
            "MB/s",
            each,
            move || {
                std::hint::black_box(cipher.open_file(&sealed, b"file:bench")?);
                Ok(())
            },
        ),
    ])])
}
