//! Files made to fill the memory, to run, to walk out of their folder: refused in words, quickly, and the next is taken.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use testkit::Backend;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::raw;
use crate::world::{Caller, World};

/// An archive of parts, really packed.
fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        made.start_file(*name, SimpleFileOptions::default()).unwrap();
        made.write_all(content).unwrap();
    }
    made.finish().unwrap().into_inner()
}

/// The same, saying of every part that it unpacks to ten bytes.
fn lying(mut file: Vec<u8>) -> Vec<u8> {
    for (mark, at) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
        let found: Vec<usize> =
            file.windows(4).enumerate().filter(|(_, four)| four == mark).map(|(at, _)| at).collect();
        for start in found {
            file[start + at..start + at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    file
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;

/// A Word file around the text of its document.
fn word(document: &str, more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut parts = vec![("[Content_Types].xml", TYPES.into()), ("word/document.xml", document.into())];
    parts.extend(more.iter().cloned());
    archive(&parts)
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn jpeg(side: u16) -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xFF\xC0\x00\x11\x08".to_vec();
    bytes.extend_from_slice(&side.to_be_bytes());
    bytes.extend_from_slice(&side.to_be_bytes());
    bytes.extend_from_slice(&[3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    bytes
}

/// A PDF whose packed objects unpack to `zeros` numbers.
fn pdf(zeros: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(format!("2 0 [{}]", "0 ".repeat(zeros)).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let mut file = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 3 0 R>>\nendobj\n".to_vec();
    let at = file.len();
    let head = format!("4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {}>>\nstream\n", packed.len());
    file.extend_from_slice(head.as_bytes());
    file.extend_from_slice(&packed);
    file.extend_from_slice(b"\nendstream\nendobj\n");
    let table = file.len();
    file.extend_from_slice(
        format!(
            "xref\n0 5\n0000000000 65535 f \n0000000009 00000 n \n0000000000 65535 f \n0000000000 65535 f \n{at:010} 00000 n \n\
             trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{table}\n%%EOF"
        )
        .as_bytes(),
    );
    file
}

async fn refused(caller: &Caller, path: &str, name: &str, bytes: Vec<u8>) -> Value {
    let begun = Instant::now();
    let answer = caller.upload(path, name, bytes).await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or(Value::Null);
    assert!(status.is_client_error(), "{name} to {path}: {status} {body}");
    assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{name} to {path}: {body}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{name} to {path} took {:?}", begun.elapsed());
    body
}

/// What runs, lies about its kind, unpacks to a flood or fills the memory as a picture is not stored.
///
/// req: OPS-030, DATASEC-014
#[tokio::test(flavor = "multi_thread")]
async fn dangerous_uploads_are_refused_in_words_and_the_next_is_taken() {
    let world = World::new(Backend::Sqlite).await;
    let citizen = world.citizen("haiyan").await;
    let clerk = world.staff("clerk").await;
    let flood = vec![b' '; 4 << 20];
    let all: [(&str, Vec<u8>, &str); 13] = [
        ("page.pdf", b"<html><script>alert(1)</script></html>".to_vec(), "unsupported_type"),
        (
            "picture.png",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(),
            "unsupported_type",
        ),
        ("setup.pdf", b"MZ\x90\x00\x03".to_vec(), "unsupported_type"),
        ("run.pdf", b"#!/bin/sh\nrm -rf /\n".to_vec(), "unsupported_type"),
        ("elf.jpg", b"\x7fELF\x02\x01\x01".to_vec(), "unsupported_type"),
        ("empty.pdf", Vec::new(), "empty_file"),
        ("bomb.docx", word("<w/>", &[("word/media/a.bin", flood)]), "dangerous_file"),
        ("macro.docx", word("<w/>", &[("word/vbaProject.bin", b"x".to_vec())]), "dangerous_file"),
        ("out.docx", word("<w/>", &[("word/../../../../etc/cron.d/x", b"x".to_vec())]), "dangerous_file"),
        ("program.docx", word("<w/>", &[("word/embeddings/a.exe", b"MZ".to_vec())]), "dangerous_file"),
        ("cut.docx", b"PK\x03\x04 word/ and nothing more".to_vec(), "dangerous_file"),
        ("huge.png", png(60_000, 60_000), "dangerous_file"),
        ("huge.jpg", jpeg(65_000), "dangerous_file"),
    ];
    for (name, bytes, code) in all {
        for (caller, path) in [(&citizen, "/files"), (&clerk, "/desk/files")] {
            let body = refused(caller, path, name, bytes.clone()).await;
            assert_eq!(body["errors"][0]["code"], code, "{name}: {body}");
        }
    }
    // Names that lead away or lie about what runs lose what does.
    for (name, kept) in [("../../etc/x.pdf", "x.pdf"), ("C:\\\\x.pdf", "x.pdf"), ("x.pdf.exe", "x.pdf.exe.file")] {
        let stored = citizen.upload("/files", name, b"%PDF-1.4\n%%EOF".to_vec()).await;
        assert_eq!(stored.status(), StatusCode::CREATED, "{name}");
        assert_eq!(stored.json::<Value>().await.unwrap()["name"], kept);
    }
    citizen.pdf("next.pdf").await;
    world.close().await;
}

/// Templates are opened by the server itself: bombs, lies about their size, entities, links outwards and scripts are
/// refused there too.
///
/// req: OPS-030, FORM-019
#[tokio::test(flavor = "multi_thread")]
async fn templates_that_would_harm_whoever_opens_them_are_refused() {
    let world = World::new(Backend::Sqlite).await;
    let editor = world.staff("editor").await;
    let entity = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w>&x;</w>";
    let laughs =
        "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><w>&b;</w>";
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let link = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="t" Target="http://evil.example/x" TargetMode="External"/></Relationships>"#;
    let spaces = " ".repeat(3 << 20);
    let all = [
        ("bomb.docx", word(&spaces, &[])),
        ("lie.docx", lying(word(&spaces, &[]))),
        ("entity.docx", word(entity, &[])),
        ("laughs.docx", word(laughs, &[])),
        ("deep.docx", word(&deep, &[])),
        ("link.docx", word("<w/>", &[("word/_rels/document.xml.rels", link.into())])),
        ("out.docx", word("<w/>", &[("../../../tmp/x.xml", b"<w/>".to_vec())])),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec()),
        ("flood.pdf", pdf(3_000_000)),
        ("broken.pdf", b"%PDF-1.7\nstartxref\n99999999999\n%%EOF".to_vec()),
        ("none.pdf", b"nothing".to_vec()),
    ];
    for (name, bytes) in all {
        let body = refused(&editor, "/design/definitions/import", name, bytes).await;
        assert!(!body.to_string().contains("root:"), "{name}: {body}");
    }
    world.close().await;
}

/// Anybody may have a file verified. One that unpacks to a flood of objects is told unreadable, whether one or many send
/// it, and the server goes on.
///
/// req: OPS-030, LIC-028
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_unpacks_to_a_flood_is_not_read_by_the_public_verification() {
    let world = World::new(Backend::Sqlite).await;
    let nobody = world.nobody();
    let bomb = pdf(5_000_000);
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    for path in ["/licences/verify-file", "/documents/verify-file"] {
        let begun = Instant::now();
        let sent = (0..8).map(|_| {
            let (nobody, bomb) = (nobody.clone(), bomb.clone());
            tokio::spawn(async move {
                let answer = nobody.upload(path, "a.pdf", bomb).await;
                (answer.status(), answer.text().await.unwrap_or_default())
            })
        });
        for answer in sent.collect::<Vec<_>>() {
            let (status, body) = answer.await.unwrap();
            assert!(!status.is_server_error(), "{path}: {status} {body}");
            assert!(!status.is_success() || !body.contains("\"valid\":true"), "{path}: {body}");
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{path}: {:?}", begun.elapsed());
    }
    for odd in [
        b"%PDF-1.7\nxref\n0 999999999\ntrailer<</Size 999999999/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF".to_vec(),
        format!("%PDF-1.7\n1 0 obj\n{}\nendobj\ntrailer<</Root 1 0 R>>", "[".repeat(100_000)).into_bytes(),
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 1 0 R/AcroForm<</Fields[1 0 R]>>/Kids[1 0 R]>>\nendobj\ntrailer<</Root 1 0 R>>"
            .to_vec(),
    ] {
        let answer = nobody.upload("/licences/verify-file", "odd.pdf", odd).await;
        assert!(!answer.status().is_server_error(), "{}", answer.status());
    }
    assert_eq!(nobody.request(Method::GET, "/health", None).await.status(), StatusCode::OK);
    world.close().await;
}

/// Uploads that never end, have no end, thousands of parts or a name of a megabyte are answered, and quickly.
///
/// req: OPS-030
#[tokio::test(flavor = "multi_thread")]
async fn crooked_uploads_are_refused_and_the_next_is_taken() {
    let world = World::new(Backend::Sqlite).await;
    let citizen = world.citizen("haiyan").await;
    let head = |length: usize| {
        format!(
            "POST /api/v1/files HTTP/1.1\r\nHost: x\r\nX-Tongban-Request: 1\r\nCookie: {}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n",
            citizen.cookie
        )
    };
    let part = |name: &str, body: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.pdf\"\r\n\r\n{body}\r\n")
    };
    let bodies = [
        ("no end", part("file", "%PDF-1.4")),
        ("no file", format!("{}--b--\r\n", part("other", "x"))),
        ("many parts", format!("{}--b--\r\n", part("other", "x").repeat(20_000))),
        ("a long name", format!("{}--b--\r\n", part(&"n".repeat(1 << 20), "x"))),
        ("many headers", format!("--b\r\n{}\r\nx\r\n--b--\r\n", "X-A: 1\r\n".repeat(50_000))),
        ("no parts at all", "x".repeat(1 << 20)),
        ("nothing", String::new()),
    ];
    for (what, body) in bodies {
        let begun = Instant::now();
        let answer = raw(&world, format!("{}{body}", head(body.len())).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{what}: {}", answer.lines().next().unwrap_or_default());
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}: {:?}", begun.elapsed());
    }
    citizen.pdf("next.pdf").await;
    world.close().await;
}
