//! Signing and verifying, with `openssl` as judge.

use std::process::Command;

use base::crypto::Sm2Key;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{Folder, has, options, output, produced_at};
use crate::{
    Fonts, Issuer, Place, Seal, SealedBy, Signer, Subject, Trust, Validity, Verdict, cms, key, make_certificate,
    read_certificate, render, sign, verify,
};

pub(crate) struct Office {
    root: Vec<u8>,
    certificate: Vec<u8>,
    key: Sm2Key,
    seal: Seal,
}

fn validity() -> Validity {
    Validity { from: produced_at() - Duration::days(30), until: produced_at() + Duration::days(3650) }
}

fn office(secret: u8, body: &str) -> Office {
    let root_key = Sm2Key::from_bytes(&[9; 32]).unwrap();
    let named =
        |common_name: &str| Subject { common_name: common_name.to_owned(), organisation: "示例市".to_owned() };
    let root = make_certificate(&named("示例市演示根证书"), &Issuer::Itself(&root_key), validity(), &[1]).unwrap();
    let key = Sm2Key::from_bytes(&[secret; 32]).unwrap();
    let seal = Seal { body: body.to_owned(), kind: "行政审批专用章".to_owned() };
    let issuer = Issuer::Authority { certificate: &root, key: &root_key, subject_key: key.public_key() };
    let certificate = make_certificate(&named(&seal.name()), &issuer, validity(), &[secret, 0x80, 7]).unwrap();
    Office { root, certificate, key, seal }
}

impl Office {
    pub fn seal(&self, pdf: &[u8], place: Option<Place>, at: OffsetDateTime) -> Vec<u8> {
        let fonts = Fonts::built_in();
        let by = SealedBy { seal: &self.seal, certificate: &self.certificate, key: &self.key, place, fonts: &fonts };
        sign(pdf, &by, at).unwrap()
    }

    pub fn trust(&self) -> Trust {
        Trust { certificates: vec![self.root.clone()] }
    }
}

fn licence() -> Vec<u8> {
    render("= 食品经营许可证\n#data.holder", &json!({ "holder": "示例市好味餐饮店" }), &options()).unwrap().bytes
}

pub(crate) fn market() -> Office {
    office(7, "示例市市场监督管理局")
}

/// req: LIC-025
#[test]
fn a_sealed_paper_is_genuine() {
    let office = market();
    let sealed = office.seal(&licence(), Some(Place::default()), produced_at());
    assert!(sealed.starts_with(&licence()), "the old bytes stay");
    let report = verify(&sealed, &office.trust());
    assert_eq!(report.verdict, Verdict::Genuine, "{report:?}");
    let one = &report.signatures[0];
    assert_eq!(one.seal, "示例市市场监督管理局行政审批专用章");
    assert_eq!(one.signer, one.seal);
    assert_eq!(one.signed_at, Some(produced_at()));
    assert!(one.intact && one.trusted && one.covers_whole_file && one.problem.is_none());
    assert_eq!(sealed, office.seal(&licence(), Some(Place::default()), produced_at()), "equal input, equal bytes");
}

#[test]
fn one_flipped_byte_anywhere_in_the_original_is_found() {
    let office = market();
    let original = licence();
    let sealed = office.seal(&original, Some(Place::default()), produced_at());
    for at in (20..original.len()).step_by(original.len() / 23) {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let verdict = verify(&changed, &office.trust()).verdict;
        assert_ne!(verdict, Verdict::Genuine, "byte {at}");
    }
    // Inside the signature value itself.
    let contents = sealed.windows(9).rposition(|window| window == b"/Contents").unwrap();
    let mut changed = sealed.clone();
    changed[contents + 400] ^= 1;
    assert_ne!(verify(&changed, &office.trust()).verdict, Verdict::Genuine);
}

#[test]
fn an_update_after_the_last_signature_is_found() {
    let office = market();
    let sealed = office.seal(&licence(), Some(Place::default()), produced_at());
    let document = lopdf::Document::load_mem(&sealed).unwrap();
    let page = document.get_pages()[&1];
    let mut update = lopdf::IncrementalDocument::create_from(sealed.clone(), document);
    update.opt_clone_object_to_new_document(page).unwrap();
    let fake = update.new_document.add_object(lopdf::Stream::new(lopdf::Dictionary::new(), b"0 0 99 99 re f".to_vec()));
    update.new_document.get_dictionary_mut(page).unwrap().set("Contents", fake);
    let mut forged = Vec::new();
    update.save_to(&mut forged).unwrap();
    let report = verify(&forged, &office.trust());
    assert_eq!(report.verdict, Verdict::Altered);
    assert!(!report.signatures[0].covers_whole_file && !report.signatures[0].intact);

    // A further signature over the forgery does not heal the first.
    let other = office_of_health();
    let report = verify(&other.seal(&forged, None, produced_at()), &office.trust());
    assert_eq!(report.verdict, Verdict::Altered);
    assert!(!report.signatures[0].intact && report.signatures[1].intact);

    // Even bytes that change nothing are told.
    let mut longer = sealed;
    longer.extend(b"% note\n");
    assert_eq!(verify(&longer, &office.trust()).verdict, Verdict::Altered);
}

fn office_of_health() -> Office {
    office(8, "示例市卫生健康委员会")
}

#[test]
fn a_second_seal_keeps_the_first_valid() {
    let (market, health) = (market(), office_of_health());
    let first = market.seal(&licence(), Some(Place::default()), produced_at());
    let at = produced_at() + Duration::hours(1);
    let both = health.seal(&first, Some(Place { x: 60.0, ..Place::default() }), at);
    let report = verify(&both, &market.trust());
    assert_eq!(report.verdict, Verdict::Genuine, "{report:?}");
    let covers: Vec<bool> = report.signatures.iter().map(|one| one.covers_whole_file).collect();
    assert_eq!(covers, [false, true]);
    assert_eq!(report.signatures[1].seal, "示例市卫生健康委员会行政审批专用章");
}

#[test]
fn a_stranger_and_a_lapsed_certificate_are_not_trusted() {
    let office = market();
    let sealed = office.seal(&licence(), None, produced_at());
    let report = verify(&sealed, &Trust::default());
    assert_eq!(report.verdict, Verdict::Untrusted);
    assert!(report.signatures[0].problem.as_deref().unwrap().contains("受信任"));
    let late = office.seal(&licence(), None, validity().until + Duration::days(1));
    let report = verify(&late, &office.trust());
    assert_eq!(report.verdict, Verdict::Untrusted);
    assert!(report.signatures[0].problem.as_deref().unwrap().contains("有效期"));

    // A seal's certificate is no authority: what it issues is not trusted.
    let stranger = Sm2Key::from_bytes(&[5; 32]).unwrap();
    let issuer =
        Issuer::Authority { certificate: &office.certificate, key: &office.key, subject_key: stranger.public_key() };
    let subject = Subject { common_name: "假冒".to_owned(), organisation: "无".to_owned() };
    let certificate = make_certificate(&subject, &issuer, validity(), &[3]).unwrap();
    let fake = Office { root: office.root.clone(), certificate, key: stranger, seal: office.seal.clone() };
    assert_eq!(verify(&fake.seal(&licence(), None, produced_at()), &office.trust()).verdict, Verdict::Untrusted);
}

#[test]
fn what_is_no_sealed_paper_is_told() {
    let trust = market().trust();
    assert_eq!(verify(&licence(), &trust).verdict, Verdict::Unsigned);
    assert_eq!(verify(b"not a file", &trust).verdict, Verdict::Unreadable);
    let office = market();
    let fonts = Fonts::built_in();
    let place = Some(Place { page: 3, ..Place::default() });
    let by = SealedBy { seal: &office.seal, certificate: &office.certificate, key: &office.key, place, fonts: &fonts };
    assert!(sign(&licence(), &by, produced_at()).unwrap_err().message.contains("没有第 3 页"));
    let other = Sm2Key::from_bytes(&[6; 32]).unwrap();
    let by = SealedBy { key: &other, place: None, ..by };
    assert!(sign(&licence(), &by, produced_at()).unwrap_err().message.contains("不匹配"));
}

/// PEM of DER for `openssl`.
fn pem(label: &str, der: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in der.chunks(3) {
        let bits = chunk.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            text.push(if place <= chunk.len() {
                char::from(alphabet[(bits >> (18 - 6 * place) & 63) as usize])
            } else {
                '='
            });
        }
    }
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[test]
fn openssl_agrees_with_digest_signature_and_certificates() {
    if !has("openssl") {
        return;
    }
    let office = market();
    let folder = Folder::new("openssl");
    let sealed = office.seal(&licence(), Some(Place::default()), produced_at());
    let document = lopdf::Document::load_mem(&sealed).unwrap();
    let contents = document
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"Contents").ok()?.as_str().ok())
        .next()
        .unwrap();
    let signed = cms::Signed::read(contents).unwrap_or_else(|problem| panic!("{problem}"));
    let root = folder.put("root.pem", pem("CERTIFICATE", &office.root).as_bytes());
    let certificate = folder.put("seal.pem", pem("CERTIFICATE", &office.certificate).as_bytes());
    let attributes = folder.put("attributes", &signed.attributes);
    let signature = folder.put("signature", signed.signature);
    let (fine, public) = output(Command::new("openssl").args(["x509", "-noout", "-pubkey", "-in"]).arg(&certificate));
    assert!(fine, "{public}");
    let public = folder.put("public.pem", public.as_bytes());
    let (fine, said) = output(
        Command::new("openssl")
            .args(["dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify"])
            .arg(&public)
            .arg("-signature")
            .args([&signature, &attributes]),
    );
    assert!(fine && said.contains("Verified OK"), "{said}");
    let (fine, said) = output(
        Command::new("openssl")
            .args(["verify", "-vfyopt", "distid:1234567812345678", "-attime", "1772677230", "-CAfile"])
            .args([&root, &certificate]),
    );
    assert!(fine, "{said}");
    let (fine, said) = output(Command::new("openssl").args(["dgst", "-sm3", "-r"]).arg(&attributes));
    let hex: String = key::sm3(&[&signed.attributes]).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(fine && said.starts_with(&hex), "{said}");
}

#[test]
fn the_seal_shows_red_on_the_page() {
    if !has("pdftoppm") {
        return;
    }
    let folder = Folder::new("red");
    let sealed = market().seal(&licence(), Some(Place::default()), produced_at());
    let file = folder.put("sealed.pdf", &sealed);
    let picture = folder.0.join("page");
    let (fine, said) = output(Command::new("pdftoppm").args(["-r", "50", "-singlefile"]).arg(&file).arg(&picture));
    assert!(fine, "{said}");
    let pixels = std::fs::read(picture.with_extension("ppm")).unwrap();
    let red = pixels.chunks(3).filter(|rgb| rgb.len() == 3 && rgb[0] > 180 && rgb[1] < 120 && rgb[2] < 120).count();
    assert!(red > 200, "{red} red pixels");
}

#[test]
fn broken_files_are_judged_without_panic() {
    let office = market();
    let sealed = office.seal(&licence(), Some(Place::default()), produced_at());
    for part in 0..60 {
        let cut = sealed.len() * part / 60;
        assert_ne!(verify(&sealed[..cut], &office.trust()).verdict, Verdict::Genuine);
        let mut changed = sealed.clone();
        changed[cut..].iter_mut().step_by(97).for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
        assert_ne!(verify(&changed, &office.trust()).verdict, Verdict::Genuine);
    }
}

#[test]
fn a_certificate_reads_back() {
    let office = market();
    let info = read_certificate(&office.certificate).unwrap();
    assert_eq!(info.name, office.seal.name());
    assert_eq!((info.validity, info.serial.as_str()), (validity(), "078007"));
    assert_eq!(info.public_key, office.key.public_key());
    assert!(read_certificate(b"0").is_none());
}
