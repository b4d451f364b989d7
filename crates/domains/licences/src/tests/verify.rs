//! Is it real? Asked by code, by file, offline and by another program.

use std::process::Command;

use platform::web::guard::Audience;

use super::{Office, applicant};
use crate::{Verdict, read_trust, verify_offline};

async fn issued(office: &Office) -> (crate::Licence, Vec<u8>) {
    let licence = office.licences.issue(&office.request(1)).await.unwrap();
    let cookie = office.cookie(Audience::Portal, applicant()).await;
    let file = office.get(&format!("/api/v1/my/licences/{}/file", licence.id), &cookie).await;
    assert_eq!(file.status, 200);
    (licence, file.bytes)
}

/// The QR code names the public page of this very licence, and the code there verifies.
///
/// req: LIC-025
#[tokio::test]
async fn the_code_on_the_licence_verifies() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let (licence, _) = issued(&office).await;
        let url = office.licences.verify_url(&licence.verify_code);
        assert_eq!(url, format!("http://127.0.0.1:8080/verify/{}", licence.verify_code));
        let code = url.rsplit('/').next().unwrap().to_lowercase();
        let answer = office.get(&format!("/api/v1/licences/verify/{code}"), "").await.json();
        assert_eq!((answer["valid"].as_bool(), answer["verdict"].as_str()), (Some(true), Some("有效")));
        assert_eq!(answer["licence"]["holder_masked"], "示例区海燕小厨餐饮店");
        assert_eq!(answer["licence"]["expires_at"], "2031-09-20");
        let unknown = office.get("/api/v1/licences/verify/0000000000", "").await.json();
        assert_eq!((unknown["valid"].as_bool(), unknown["verdict"].as_str()), (Some(false), Some("查无此证")));
        assert!(unknown["licence"].is_null());
        office.test.clock.advance(time::Duration::days(365 * 6));
        let late = office.get(&format!("/api/v1/licences/verify/{code}"), "").await.json();
        assert_eq!((late["valid"].as_bool(), late["verdict"].as_str()), (Some(false), Some("已过期")));
        office.test.close().await;
    }
}

/// People type what they can read: the identifier and the number of a licence issued a minute ago
/// verify too, and say no more than the code does.
///
/// req: LIC-025
#[tokio::test]
async fn identifier_and_number_verify_and_say_no_more_than_the_code() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let mut request = office.request(1);
        request.holder.kind = crate::HolderKind::Person;
        request.holder.name = "王海燕".into();
        request.holder.id = "449902198803120267".into();
        let licence = office.licences.issue(&request).await.unwrap();
        office.test.clock.advance(time::Duration::minutes(1));
        let ask = async |text: &str| office.get(&format!("/api/v1/licences/verify/{text}"), "").await.json();
        let by_code = ask(&licence.verify_code).await;
        assert_eq!(by_code["valid"], true);
        assert_eq!(by_code["licence"]["holder_masked"], base::mask::name("王海燕"));
        let typed = licence.identifier.to_lowercase().replace('.', "%EF%BC%8E");
        for text in [&licence.identifier, &typed, &licence.number, &format!("%20{}%20", licence.number)] {
            let answer = ask(text).await;
            assert_eq!(answer, by_code, "{text}");
            for secret in ["王海燕", "449902198803120267", "海燕小厨", "和平路"] {
                assert!(!answer.to_string().contains(secret), "{secret}: {answer}");
            }
        }
        let mut wrong = licence.identifier.clone();
        wrong.pop();
        for text in [wrong.as_str(), "1.2.156.3005.2.x", "4499022026999999", &"9".repeat(90)] {
            assert_eq!(ask(text).await["verdict"], "查无此证", "{text}");
        }
        // A draft is nobody's licence yet.
        office.licences.issue(&office.incomplete(2)).await.unwrap_err();
        assert_eq!(ask("4499022026000002").await["verdict"], "查无此证");
        office.test.close().await;
    }
}

/// Numbers run per kind of licence, and a changed licence keeps its number: each kind answers with its
/// latest version.
///
/// req: LIC-025
#[tokio::test]
async fn a_number_answers_with_the_latest_version_of_every_kind_that_bears_it() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let old = office.licences.issue(&office.request(1)).await.unwrap();
        let mut change = office.request(2);
        change.replaces = Some(crate::Replaces { licence: old.id, keep_term: true });
        office.test.clock.advance(time::Duration::seconds(1));
        let new = office.licences.issue(&change).await.unwrap();
        let answer = office.get(&format!("/api/v1/licences/verify/{}", old.number), "").await.json();
        assert_eq!(answer["licence"]["identifier"], new.identifier.as_str());
        assert_eq!((answer["valid"].as_bool(), answer["others"].as_array().unwrap().len()), (Some(true), 0));
        let answer = office.get(&format!("/api/v1/licences/verify/{}", old.identifier), "").await.json();
        assert_eq!(answer["verdict"], "已废止");
        office.test.close().await;
    }
}

/// What a phone reads from the printed QR code is that address.
///
/// req: LIC-025
#[tokio::test]
async fn the_printed_code_leads_to_the_public_page() {
    let missing = |program: &str| Command::new(program).arg("--version").output().is_err();
    if missing("pdftoppm") || missing("zbarimg") {
        return;
    }
    let office = Office::new(testkit::Backend::Sqlite).await;
    let (licence, file) = issued(&office).await;
    let pdf = office.test.folder.join("licence.pdf");
    std::fs::write(&pdf, file).unwrap();
    let page = office.test.folder.join("page");
    Command::new("pdftoppm").args(["-r", "150", "-png", "-singlefile"]).arg(&pdf).arg(&page).output().unwrap();
    let read = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(page.with_extension("png")).output().unwrap();
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert_eq!(read.trim(), office.licences.verify_url(&licence.verify_code));
}

/// req: LIC-025
#[tokio::test]
async fn a_tampered_file_is_told() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let (licence, file) = issued(&office).await;
        let answer = office.check(&file).await.json();
        assert_eq!((answer["valid"].as_bool(), answer["verdict"].as_str()), (Some(true), Some("有效")), "{answer}");
        let signature = &answer["signatures"][0];
        assert_eq!(signature["seal"], "示例区市场监督管理局电子证照专用章");
        assert!(signature["intact"].as_bool().unwrap() && signature["trusted"].as_bool().unwrap());
        assert_eq!(answer["licence"]["number"], licence.number.as_str());

        let mut changed = file.clone();
        let middle = changed.len() / 3;
        changed[middle] ^= 1;
        let answer = office.check(&changed).await.json();
        assert_eq!(answer["valid"], false);
        assert_eq!(answer["verdict"], "被改动", "{answer}");
        assert_eq!(answer["licence"]["number"], licence.number.as_str(), "whose it claims to be");

        let mut longer = file.clone();
        longer.extend_from_slice(b"\n% one more line\n");
        assert_eq!(office.check(&longer).await.json()["verdict"], "被改动");

        assert_eq!(office.check(b"not a licence at all").await.json()["verdict"], "不是可读的 PDF");
        assert_eq!(office.check(b"").await.status, 422);
        office.test.close().await;
    }
}

/// req: LIC-025
#[tokio::test]
async fn an_abolished_licence_says_so_by_code_and_by_file() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let (licence, file) = issued(&office).await;
        assert_eq!(office.licences.abolish(licence.id, " ", None).await.unwrap_err().status(), 422);
        office.licences.abolish(licence.id, "申请人注销经营", None).await.unwrap();
        office.licences.abolish(licence.id, "再来一次", None).await.unwrap();
        let answer = office.get(&format!("/api/v1/licences/verify/{}", licence.verify_code), "").await.json();
        assert_eq!((answer["valid"].as_bool(), answer["verdict"].as_str()), (Some(false), Some("已废止")));
        assert!(!answer.to_string().contains("注销经营"), "the reason is the holder's affair: {answer}");
        let cookie = office.cookie(Audience::Portal, applicant()).await;
        let own = office.get("/api/v1/my/licences", &cookie).await.json();
        assert_eq!(own["items"][0]["abolish_reason"], "申请人注销经营");
        let answer = office.check(&file).await.json();
        assert_eq!((answer["valid"].as_bool(), answer["verdict"].as_str()), (Some(false), Some("已废止")));
        office.test.close().await;
    }
}

/// The check is open to everybody: made-up files must not bring the server down.
#[tokio::test]
async fn a_hostile_file_is_answered() {
    let office = Office::new(testkit::Backend::Sqlite).await;
    let (_, file) = issued(&office).await;
    let nested = |opening: &str, closing: &str| {
        let mut pdf = b"%PDF-1.7\n1 0 obj\n".to_vec();
        for _ in 0..200_000 {
            pdf.extend_from_slice(opening.as_bytes());
        }
        for _ in 0..200_000 {
            pdf.extend_from_slice(closing.as_bytes());
        }
        let end = pdf.len();
        pdf.extend_from_slice(
            format!("\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer<</Size 2/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", end + 8)
                .as_bytes(),
        );
        pdf
    };
    let hostile = [
        nested("[", "]"),
        nested("<</A", ">>"),
        nested("(", ")"),
        b"%PDF-1.7\n".to_vec(),
        [b"%PDF-1.7\n".to_vec(), vec![0xff; 1 << 20]].concat(),
        file[..file.len() / 2].to_vec(),
        file[..file.len() - 200].to_vec(),
    ];
    for (at, pdf) in hostile.iter().enumerate() {
        let answer = office.check(pdf).await;
        assert_eq!(answer.status, 200, "{at}");
        assert_eq!(answer.json()["valid"], false, "{at}");
    }
    let large = office.check(&vec![b'%'; 9 << 20]).await;
    assert!(large.status.is_client_error(), "{}", large.status);
}

/// With the exported anchors alone, without database and network.
///
/// req: LIC-025
#[tokio::test]
async fn a_licence_verifies_offline_with_the_exported_anchors() {
    let office = Office::new(testkit::Backend::Sqlite).await;
    let (_, file) = issued(&office).await;
    let pem = String::from_utf8(office.get("/api/v1/licences/trust.pem", "").await.bytes).unwrap();
    let trust = read_trust(&pem).unwrap();
    assert_eq!(verify_offline(&file, &trust).verdict, Verdict::Genuine);
    let other = Office::new(testkit::Backend::Sqlite).await;
    let elsewhere = read_trust(&other.licences.trust_pem().await.unwrap()).unwrap();
    assert_eq!(verify_offline(&file, &elsewhere).verdict, Verdict::Untrusted);
    assert!(read_trust("nothing here").is_err());
    assert!(read_trust(&pem.replace("-----END CERTIFICATE-----", "")).is_err());
}

/// The file is an ordinary PDF signature: another program reads certificate chain and signed text.
#[tokio::test]
async fn openssl_reads_the_anchors() {
    if Command::new("openssl").arg("version").output().is_err() {
        return;
    }
    let office = Office::new(testkit::Backend::Sqlite).await;
    let seal = office.licences.ensure_seal(office.org).await.unwrap();
    let root = office.test.folder.join("root.pem");
    let leaf = office.test.folder.join("seal.pem");
    std::fs::write(&root, office.licences.trust_pem().await.unwrap()).unwrap();
    std::fs::write(&leaf, crate::write_trust(&[seal.certificate])).unwrap();
    let shown = Command::new("openssl")
        .args(["x509", "-noout", "-subject", "-nameopt", "utf8", "-in"])
        .arg(&leaf)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("示例区市场监督管理局电子证照专用章"), "{shown}");
    // The signer id of GM/T 0009 is what SM2 certificates are signed with.
    let checked = Command::new("openssl")
        .args(["verify", "-no_check_time", "-vfyopt", "distid:1234567812345678", "-CAfile"])
        .arg(&root)
        .arg(&leaf)
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(checked.status.success(), "{text}");
}
