//! Printing on pre-printed stock.

use std::process::Command;

use platform::web::guard::Audience;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FOOD, Office, pack, stranger};

const NURSE: &str = "nurse-certificate";

impl Office {
    async fn with_stock(&self) {
        let template = pack(&format!("licences/{FOOD}/overprint.typ"));
        self.licences.import_overprint(FOOD, &template).await.unwrap();
    }

    async fn clerk(&self) -> String {
        self.cookie(Audience::Desk, Uuid::from_u128(3)).await
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("-v").output().is_ok()
}

/// The text of a PDF without white space.
fn text_of(office: &Office, pdf: &[u8]) -> String {
    let file = office.test.folder.join("sheet.pdf");
    std::fs::write(&file, pdf).unwrap();
    let out = Command::new("pdftotext").arg(&file).arg("-").output().unwrap();
    String::from_utf8_lossy(&out.stdout).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The sheet as grey points at 50 dpi: width, height, points.
fn points_of(office: &Office, pdf: &[u8]) -> (usize, usize, Vec<u8>) {
    let file = office.test.folder.join("sheet.pdf");
    std::fs::write(&file, pdf).unwrap();
    let out = Command::new("pdftoppm").args(["-r", "50", "-gray", "-singlefile"]).arg(&file).output().unwrap();
    let mut lines = out.stdout.splitn(4, |byte| *byte == b'\n');
    assert_eq!(lines.next().unwrap(), b"P5");
    let size = String::from_utf8(lines.next().unwrap().to_vec()).unwrap();
    let mut size = size.split(' ').map(|side| side.parse::<usize>().unwrap());
    let (width, height) = (size.next().unwrap(), size.next().unwrap());
    lines.next();
    (width, height, lines.next().unwrap().to_vec())
}

fn spaceless(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The sheet carries what stands on the electronic licence, at its places, and nothing else: no frame, no
/// title, no seal, because the stock has them.
///
/// req: LIC-028, CASE-027
#[tokio::test]
async fn the_sheet_carries_the_same_texts_and_no_background() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.with_stock().await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        let path = format!("/api/v1/licences/{}/overprint", licence.id);
        let clerk = office.clerk().await;
        let sheet = office.call("POST", &path, &clerk, json!({ "stock_number": "JY0000001" })).await;
        assert_eq!(sheet.status, 200, "{}", String::from_utf8_lossy(&sheet.bytes));
        assert!(sheet.bytes.starts_with(b"%PDF-"));
        if has("pdftotext") && has("pdftoppm") {
            let text = text_of(&office, &sheet.bytes);
            let fields = office.licences.fields_of(licence.id).await.unwrap().unwrap();
            assert!(fields.len() > 7);
            for (key, value) in &fields {
                let wanted = match value {
                    Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
                    other => other.as_str().unwrap_or_default().to_owned(),
                };
                assert!(text.contains(&spaceless(&wanted)), "{key}: {wanted} in {text}");
            }
            for wanted in [licence.number.as_str(), "2031年9月20日", "2026年9月21日", &licence.identifier] {
                assert!(text.contains(wanted), "{wanted} in {text}");
            }
            for printed_already in ["食品经营许可证", "许可证编号", "有效期至", "发证机关", "扫码"]
            {
                assert!(!text.contains(printed_already), "{printed_already} is on the stock: {text}");
            }
            let (width, height, points) = points_of(&office, &sheet.bytes);
            assert!(width > height, "A4 across");
            let dark = points.iter().filter(|point| **point < 250).count();
            assert!(dark * 20 < points.len(), "only texts: {dark} of {}", points.len());
            let edge =
                |at: usize| at / width < 15 || at / width > height - 15 || at % width < 15 || at % width > width - 15;
            assert!(points.iter().enumerate().all(|(at, point)| !edge(at) || *point > 250), "no frame");
            let images = Command::new("pdfimages").arg("-list").arg(office.test.folder.join("sheet.pdf")).output();
            if let Ok(images) = images {
                assert_eq!(String::from_utf8_lossy(&images.stdout).lines().count(), 2, "no picture");
            }
        }
        office.test.close().await;
    }
}

/// What the printer is off by is set in the dialog, and remembered for that printer.
///
/// req: LIC-028, CASE-027
#[tokio::test]
async fn an_offset_moves_every_text_and_is_remembered_per_printer() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.with_stock().await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        let path = format!("/api/v1/licences/{}/overprint", licence.id);
        let clerk = office.clerk().await;
        let preview = |query: &str| format!("{path}/preview{query}");
        let straight = office.get(&preview(""), &clerk).await;
        let moved = office.get(&preview("?x=100&y=-50"), &clerk).await;
        assert_eq!((straight.status.as_u16(), moved.status.as_u16()), (200, 200));
        if has("pdftotext") {
            // Set askew, its characters are found one by one.
            let marked = text_of(&office, &straight.bytes);
            assert!(['预', '览', '照'].iter().all(|c| marked.contains(*c)), "a preview is no licence: {marked}");
            let place = |pdf: &[u8]| {
                let file = office.test.folder.join("place.pdf");
                std::fs::write(&file, pdf).unwrap();
                let out = Command::new("pdftotext").arg("-bbox").arg(&file).arg("-").output().unwrap();
                let out = String::from_utf8_lossy(&out.stdout).into_owned();
                let line = out.lines().find(|line| line.contains(&licence.number)).unwrap().to_owned();
                let side = |name: &str| -> f64 {
                    line.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
                };
                (side("xMin"), side("yMin"))
            };
            let (before, after) = (place(&straight.bytes), place(&moved.bytes));
            let points_per_mm = 72.0 / 25.4;
            assert!((after.0 - before.0 - 10.0 * points_per_mm).abs() < 0.2, "10 mm to the right");
            assert!((after.1 - before.1 + 5.0 * points_per_mm).abs() < 0.2, "5 mm up");
        }
        assert_eq!(office.get(&preview("?x=900"), &clerk).await.status, 422);
        let status = office.get(&path, &clerk).await.json();
        assert_eq!((status["prints"].as_i64(), status["printers"].as_array().unwrap().len()), (Some(0), 0));
        for (number, printer, x) in
            [("JY0000001", "窗口 3", 12), ("JY0000002", "窗口 5", -4), ("JY0000003", "窗口 3", 15)]
        {
            office.test.clock.advance(time::Duration::seconds(1));
            let body =
                json!({ "stock_number": number, "printer": printer, "offset": { "x": x, "y": 2 }, "reason": "副本" });
            assert_eq!(office.call("POST", &path, &clerk, body).await.status, 200, "{number}");
        }
        let status = office.get(&path, &clerk).await.json();
        assert_eq!(
            status["printers"],
            json!([{ "name": "窗口 3", "offset": { "x": 15, "y": 2 } }, { "name": "窗口 5", "offset": { "x": -4, "y": 2 } }])
        );
        office.test.close().await;
    }
}

/// Every sheet is accounted for: a blank bears one licence, printing again is counted with its reason, a
/// spoiled one is written off and not used again.
///
/// req: LIC-028, CASE-027
#[tokio::test]
async fn each_blank_is_recorded_and_printing_again_is_counted_and_logged() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.with_stock().await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        let other = office.licences.issue(&office.request(2)).await.unwrap();
        let clerk = office.clerk().await;
        let path = format!("/api/v1/licences/{}/overprint", licence.id);
        let print = async |licence: Uuid, number: &str, reason: &str| {
            let body = json!({ "stock_number": number, "reason": reason });
            office.call("POST", &format!("/api/v1/licences/{licence}/overprint"), &clerk, body).await
        };
        assert_eq!(print(licence.id, " jy0000001 ", "").await.status, 200);
        let again = print(licence.id, "JY0000001", "").await;
        assert_eq!((again.status.as_u16(), again.json()["errors"][0]["pointer"].as_str()), (422, Some("/reason")));
        assert_eq!(print(licence.id, "JY0000001", "没有进纸").await.status, 200, "the same blank, the same licence");
        let taken = print(other.id, "JY0000001", "").await;
        assert_eq!((taken.status.as_u16(), taken.json()["code"].as_str()), (409, Some("stock_used")));
        let spoil = async |number: &str, reason: &str| {
            let body = json!({ "type_key": FOOD, "stock_number": number, "reason": reason });
            office.call("POST", "/api/v1/licence-stock/spoil", &clerk, body).await
        };
        assert_eq!(spoil("JY0000001", "").await.status, 422);
        assert_eq!(spoil("JY0000001", "墨迹模糊").await.json()["state_label"], "已作废");
        assert_eq!(spoil("JY0000001", "再来一次").await.json()["code"], "stock_spoiled");
        assert_eq!(print(licence.id, "JY0000001", "再打").await.json()["code"], "stock_used");
        assert_eq!(print(licence.id, "JY0000002", "上一张墨迹模糊").await.status, 200);
        assert_eq!(spoil("JY0000009", "开箱破损").await.status, 200, "torn before it was printed on");
        let status = office.get(&path, &clerk).await.json();
        assert_eq!((status["prints"].as_i64(), status["sheets"].as_array().unwrap().len()), (Some(3), 2));
        let list = office.get(&format!("/api/v1/licence-stock?type_key={FOOD}"), &clerk).await.json();
        assert_eq!(list["total"], 3, "{list}");
        let spoiled = office.get("/api/v1/licence-stock?state=spoiled&limit=1", &clerk).await.json();
        assert_eq!((spoiled["total"].as_i64(), spoiled["items"].as_array().unwrap().len()), (Some(2), 1));
        assert_eq!(spoiled["items"][0]["spoiled_by"], "陈志远");
        let found = office.get("/api/v1/licence-stock?number=jy0000002", &clerk).await.json();
        assert_eq!(found["items"][0]["licence_number"], licence.number.as_str());
        let lines = platform::work::audit::about(office.test.platform.db.read(), &format!("licence:{}", licence.id))
            .await
            .unwrap();
        let prints = lines.iter().filter(|(action, by)| action == "licence.overprint" && by == "陈志远").count();
        assert_eq!(prints, 3, "{lines:?}");
        office.test.close().await;
    }
}

/// req: LIC-028
#[tokio::test]
async fn only_a_valid_licence_in_reach_with_a_template_is_printed() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        let path = format!("/api/v1/licences/{}/overprint", licence.id);
        let clerk = office.clerk().await;
        let body = json!({ "stock_number": "JY0000001" });
        assert_eq!(office.call("POST", &path, &clerk, body.clone()).await.json()["code"], "no_overprint");
        assert!(office.get(&path, &clerk).await.json()["why_not"].as_str().unwrap().contains("套打模板"));
        office.with_stock().await;
        assert!(office.get(&path, &clerk).await.json()["why_not"].is_null());
        let elsewhere = office.cookie(Audience::Desk, stranger()).await;
        for (method, path) in [("GET", path.clone()), ("GET", format!("{path}/preview")), ("POST", path.clone())] {
            assert_eq!(office.call(method, &path, &elsewhere, body.clone()).await.status, 404, "{method} {path}");
            assert_eq!(office.call(method, &path, "", body.clone()).await.status, 401, "{method} {path}");
        }
        assert_eq!(office.get("/api/v1/licence-stock", &elsewhere).await.json()["total"], 0);
        office.licences.issue(&office.incomplete(2)).await.unwrap_err();
        let draft = office.licences.of_case(Uuid::from_u128(2)).await.unwrap()[0].id;
        let draft = format!("/api/v1/licences/{draft}/overprint");
        assert_eq!(office.call("POST", &draft, &clerk, body.clone()).await.status, 404, "a draft is no licence");
        office.licences.abolish(licence.id, "申请人注销经营", None).await.unwrap();
        assert_eq!(office.call("POST", &path, &clerk, body.clone()).await.json()["code"], "licence_not_valid");
        assert_eq!(office.get(&format!("{path}/preview"), &clerk).await.status, 409);
        office.test.close().await;
    }
}

/// Four kinds of licence of the packs can be printed on stock; a template with a background is refused.
///
/// req: LIC-028
#[tokio::test]
async fn the_packs_bring_overprints_and_a_background_is_refused() {
    let office = Office::without_seal(testkit::Backend::Sqlite).await;
    for key in [FOOD, NURSE, "ride-hailing-driver-certificate", "business-licence"] {
        let yaml = pack(&format!("licences/{key}/licence.yaml"));
        office.licences.import_type(&yaml, &pack(&format!("licences/{key}/licence.typ"))).await.unwrap();
        let template = pack(&format!("licences/{key}/overprint.typ"));
        office.licences.import_overprint(key, &template).await.unwrap_or_else(|problem| panic!("{key}: {problem}"));
    }
    for wrong in ["#set page(background: rect())", "#seal-place()", "#unheard-of"] {
        let problem = office.licences.import_overprint(FOOD, wrong).await.unwrap_err();
        assert_eq!(problem.field_errors()[0].pointer, format!("/licence/{FOOD}/overprint"), "{wrong}");
    }
    assert_eq!(office.licences.import_overprint("unheard-of", "").await.unwrap_err().code(), "licence_type_missing");
}

/// Blanks are received in runs; from then on only these are printed on, what is left of them adds up, and the ledger
/// goes out as a file.
///
/// req: CASE-027
#[tokio::test]
async fn received_blanks_are_accounted_for_to_the_last_one() {
    for backend in testkit::backends() {
        let office = Office::new(backend).await;
        office.with_stock().await;
        let licence = office.licences.issue(&office.request(1)).await.unwrap();
        let clerk = office.clerk().await;
        let receive = async |first: &str, last: &str| {
            let body = json!({ "type_key": FOOD, "first": first, "last": last, "note": "省局 9 月发放" });
            office.call("POST", "/api/v1/licence-blanks", &clerk, body).await
        };
        let print = async |number: &str, reason: &str| {
            let body = json!({ "stock_number": number, "reason": reason });
            office.call("POST", &format!("/api/v1/licences/{}/overprint", licence.id), &clerk, body).await
        };
        assert_eq!(print("XX1", "").await.status, 200, "nothing was written down yet, any blank will do");
        office.test.clock.advance(time::Duration::seconds(1));
        let made = receive("jy0000001", "JY0000010").await;
        assert_eq!((made.status.as_u16(), made.json()["count"].as_i64()), (201, Some(10)));
        let again = receive("JY0000010", "JY0000020").await;
        assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (409, Some("blanks_received")));
        assert_eq!(receive("JY0000011", "JY01").await.json()["errors"][0]["pointer"], "/last");
        for number in ["JY0000011", "JY1", "JZ0000001"] {
            let refused = print(number, "重打").await;
            assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (409, Some("stock_not_received")));
        }
        assert_eq!(print("JY0000010", "换正式空白证").await.status, 200);
        let spoil = json!({ "type_key": FOOD, "stock_number": "JY0000003", "reason": "受潮" });
        assert_eq!(office.call("POST", "/api/v1/licence-stock/spoil", &clerk, spoil).await.status, 200);
        let balance = office.get("/api/v1/licence-stock/balance", &clerk).await.json();
        let own = ["received", "used", "spoiled", "left"].map(|key| balance[0][key].as_i64().unwrap());
        assert_eq!(own, [10, 2, 1, 8], "{balance}");
        let kinds = office.get("/api/v1/licence-stock/kinds", &clerk).await.json();
        assert_eq!(kinds, json!([{ "key": FOOD, "name": "食品经营许可证" }]), "only what has a template");
        let list = office.get("/api/v1/licence-blanks", &clerk).await.json();
        assert_eq!((&list["total"], &list["items"][0]["last"]), (&json!(1), &json!("JY0000010")));
        let csv = String::from_utf8(office.get("/api/v1/licence-stock/export", &clerk).await.bytes).unwrap();
        assert!(csv.contains("JY0000003") && csv.contains("受潮") && csv.contains("换正式空白证"), "{csv}");
        assert_eq!(csv.lines().count(), 4, "{csv}");
        let elsewhere = office.cookie(Audience::Desk, stranger()).await;
        assert_eq!(office.get("/api/v1/licence-blanks", &elsewhere).await.json()["total"], 0);
        assert_eq!(office.get("/api/v1/licence-stock/balance", &elsewhere).await.json(), json!([]));
        office.test.close().await;
    }
}
