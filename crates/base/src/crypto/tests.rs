use super::*;
use crate::clock::Randomness;
use crate::encoding::{from_hex, to_hex};
use proptest::prelude::*;
use sm4::cipher::BlockCipherEncrypt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// Repeatable bytes for tests.
struct Numbered(AtomicU64);
impl Numbered {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}
impl Randomness for Numbered {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            let digest = sm3(&number.to_be_bytes());
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    }
}

fn cipher(active: &str) -> FieldCipher {
    let keys = ["k1", "k2"].map(|id| FieldKey::new(id, &sm3(id.as_bytes())).unwrap());
    FieldCipher::new(active, keys.to_vec()).unwrap()
}

/// GM/T 0004-2012, appendix A.1.
#[test]
fn sm3_gives_the_standard_digest() {
    let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    assert_eq!(to_hex(&sm3(b"abc")), expected);
    let mut hasher = Sm3Hasher::new();
    hasher.update(b"a");
    hasher.update(b"bc");
    assert_eq!(to_hex(&hasher.finish()), expected);
}

/// GB/T 32907-2016, appendix A.1.
#[test]
fn sm4_gives_the_standard_block() {
    let key: [u8; 16] = from_hex("0123456789abcdeffedcba9876543210").unwrap().try_into().unwrap();
    let mut block = key.into();
    <sm4::Sm4 as sm4::cipher::KeyInit>::new(&key.into()).encrypt_block(&mut block);
    assert_eq!(to_hex(&block), "681edf34d206965e86b3e94f536e4246");
}

#[test]
fn hmac_is_the_textbook_construction_for_short_and_long_keys() {
    for key in [&b"secret"[..], &[7_u8; 64], &[7_u8; 100]] {
        let mut block = [0_u8; 64];
        let short = if key.len() > 64 { sm3(key).to_vec() } else { key.to_vec() };
        block[..short.len()].copy_from_slice(&short);
        let inner = sm3(&[block.map(|b| b ^ 0x36).as_slice(), b"text"].concat());
        let outer = sm3(&[block.map(|b| b ^ 0x5c).as_slice(), &inner].concat());
        assert_eq!(hmac_sm3(key, b"text"), outer);
    }
}

#[test]
fn a_sealed_field_opens_only_in_its_place_and_unchanged() {
    let cipher = cipher("k1");
    let random = Numbered::new(1);
    let sealed = cipher.seal("44010619900307123X", b"accounts.id_number:7", &random);
    assert!(sealed.starts_with("s1.k1.") && !sealed.contains("1990"));
    assert_eq!(cipher.open(&sealed, b"accounts.id_number:7").as_deref(), Ok("44010619900307123X"));
    assert_eq!(cipher.open(&sealed, b"accounts.id_number:8"), Err(FieldError::Tampered));
    assert_eq!(cipher.open(&sealed.replacen("k1", "k2", 1), b"accounts.id_number:7"), Err(FieldError::Tampered));
    assert_eq!(cipher.open("13812341234", b""), Err(FieldError::Format));
    assert_eq!(cipher.open("s1.k9.AAAA", b""), Err(FieldError::Key("k9".into())));
    assert_ne!(sealed, cipher.seal("44010619900307123X", b"accounts.id_number:7", &random), "the nonce differs");
}

#[test]
fn keys_can_be_changed_while_old_values_stay_readable() {
    let sealed = cipher("k1").seal("示例", b"x", &Numbered::new(2));
    let after = cipher("k2");
    assert_eq!(after.open(&sealed, b"x").as_deref(), Ok("示例"));
    assert_eq!(after.is_stale(&sealed), Ok(true));
    assert_eq!(after.is_stale(&after.seal("示例", b"x", &Numbered::new(3))), Ok(false));
    // The key's name is part of what is authenticated, even if the bytes agree.
    let twins = ["a", "b"].map(|id| FieldKey::new(id, &[7; 32]).unwrap());
    let twins = FieldCipher::new("a", twins.to_vec()).unwrap();
    let relabelled = twins.seal("示例", b"x", &Numbered::new(4)).replacen(".a.", ".b.", 1);
    assert_eq!(twins.open(&relabelled, b"x"), Err(FieldError::Tampered));
    assert!(matches!(FieldKey::new("a.b", &[0; 32]), Err(FieldError::KeyId(_))));
    assert!(matches!(FieldCipher::new("k1", vec![]), Err(FieldError::Key(_))));
}

#[test]
fn equal_values_have_equal_blind_indexes_under_one_key_only() {
    let (one, two) = (sm3(b"one"), sm3(b"two"));
    assert_eq!(blind_index(&one, "13812341234"), blind_index(&one, "13812341234"));
    assert_ne!(blind_index(&one, "13812341234"), blind_index(&two, "13812341234"));
    assert_eq!(blind_index(&one, "13812341234").len(), 43);
}

#[test]
fn a_signature_verifies_and_any_change_breaks_it() {
    let key = Sm2Key::generate(&Numbered::new(4));
    let signature = key.sign("准予许可".as_bytes()).unwrap();
    let public = Sm2PublicKey::from_pem(&key.public().to_pem().unwrap()).unwrap();
    assert_eq!(public.verify("准予许可".as_bytes(), &signature), Ok(()));
    assert_eq!(public.verify("不予许可".as_bytes(), &signature), Err(SignError::Mismatch));
    assert_eq!(public.verify("准予许可".as_bytes(), b"no"), Err(SignError::Format));
    let other = Sm2Key::generate(&Numbered::new(5)).public();
    assert_eq!(other.verify("准予许可".as_bytes(), &signature), Err(SignError::Mismatch));
    let again = Sm2Key::from_pem(&key.to_pem().unwrap()).unwrap();
    assert_eq!(again.public().to_sec1(), key.public().to_sec1());
    assert_eq!(Sm2PublicKey::from_sec1(&key.public().to_sec1()).unwrap().to_sec1().len(), 65);
    assert_eq!(Sm2Key::from_pem("x").unwrap_err(), SignError::Key);
    assert!(!format!("{key:?}").contains("secret"));
}

/// A second opinion: the same digest and signatures from OpenSSL, where it is
/// installed with SM2 and SM3.
#[test]
fn openssl_agrees_with_our_digests_and_signatures() {
    use std::io::Write;
    let openssl = |arguments: &[&str], input: &[u8]| -> Option<std::process::Output> {
        let mut command = Command::new("openssl");
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        child.stdin.take()?.write_all(input).ok()?;
        child.wait_with_output().ok()
    };
    let Some(digest) = openssl(&["dgst", "-sm3", "-binary"], b"tongban").filter(|output| output.status.success())
    else {
        return; // OpenSSL is not here: nothing to compare with.
    };
    assert_eq!(digest.stdout, sm3(b"tongban"));

    let folder = std::env::temp_dir().join(format!("tongban-base-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let key = Sm2Key::generate(&Numbered::new(6));
    std::fs::write(path("key.pem"), key.to_pem().unwrap()).unwrap();
    std::fs::write(path("public.pem"), key.public().to_pem().unwrap()).unwrap();
    std::fs::write(path("signature"), key.sign(b"tongban").unwrap()).unwrap();
    let id = format!("distid:{SIGNER_ID}");
    let verified = openssl(
        &["dgst", "-sm3", "-verify", &path("public.pem"), "-sigopt", &id, "-signature", &path("signature")],
        b"tongban",
    )
    .unwrap();
    let signed = openssl(&["dgst", "-sm3", "-sign", &path("key.pem"), "-sigopt", &id], b"tongban").unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(verified.status.success(), "OpenSSL refuses our signature");
    assert_eq!(key.public().verify(b"tongban", &signed.stdout), Ok(()), "we refuse OpenSSL's signature");
}

proptest! {
    #[test]
    fn every_text_comes_back_and_every_changed_character_is_noticed(text in "\\PC{0,60}", at in any::<prop::sample::Index>(), seed: u64) {
        let cipher = cipher("k2");
        let sealed = cipher.seal(&text, b"place", &Numbered::new(seed));
        prop_assert_eq!(cipher.open(&sealed, b"place"), Ok(text));
        let mut changed = sealed.into_bytes();
        let at = at.index(changed.len());
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        prop_assert!(cipher.open(&String::from_utf8(changed).unwrap(), b"place").is_err());
    }
}
