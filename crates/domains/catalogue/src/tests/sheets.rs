//! Empty forms and samples of the guide, booking, places.

use std::process::Command;

use axum::http::StatusCode;

use super::{Desk, folder};
use crate::packs as pack;

const FOOD: &str = "/items/food-operation-permit";

impl Desk {
    /// The text of a PDF at an address, without white space; nothing without `pdftotext`.
    async fn pdf(&self, path: &str) -> Option<String> {
        use tower::ServiceExt;
        let request = axum::http::Request::get(format!("/api/v1{path}")).body(axum::body::Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 24).await.unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        let target = self.test.folder.join("sheet.pdf");
        std::fs::write(&target, &bytes).unwrap();
        if let Ok(folder) = std::env::var("PAPERS_TO") {
            let name = path.replace(['/', '?', '='], "-");
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &bytes).unwrap();
        }
        let out = Command::new("pdftotext").arg(&target).arg("-").output().ok()?;
        Some(String::from_utf8_lossy(&out.stdout).chars().filter(|c| !c.is_whitespace()).collect())
    }
}

/// The guide leads to each material's empty form and filled sample; the sample is clearly made up.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn the_guide_offers_empty_forms_and_samples() {
    for backend in testkit::backends() {
        let desk = Desk::with_packs(backend).await;
        let guide = desk.get(&format!("{FOOD}/guide"), "").await.json();
        let form = &guide["materials"][0];
        let address = |value: &serde_json::Value| value.as_str().unwrap().trim_start_matches("/api/v1").to_owned();
        let (blank, sample) = (address(&form["blank_form"]), address(&form["sample"]));
        if let Some(text) = desk.pdf(&blank).await {
            for wanted in ["食品经营许可申请书", "空白表", "经营者名称", "□企业", "代理人姓名", "经营场所"]
            {
                assert!(text.contains(wanted), "{wanted}: {text}");
            }
            assert!(!text.contains("原食品经营许可证编号"), "a new one has no old licence: {text}");
            assert!(!text.contains("海燕"), "{text}");
        }
        if let Some(text) = desk.pdf(&format!("{blank}?handle_item=change")).await {
            assert!(text.contains("原食品经营许可证编号"), "{text}");
        }
        if let Some(text) = desk.pdf(&sample).await {
            for wanted in ["样表", "均为虚构", "示例区海燕小厨餐饮店", "个体工商户", "热食类食品制售", "四门冷柜"]
            {
                assert!(text.contains(wanted), "{wanted}: {text}");
            }
        }
        if let Some(text) = desk.pdf(&format!("{sample}?handle_item=renew")).await {
            assert!(text.contains("JY24499020000015"), "{text}");
        }
        assert!(form["sampled"].as_array().unwrap().iter().any(|key| key == "renew"), "{form}");
        // A form that is not made from the form: the pack's own, and one that items share.
        if let Some(text) = desk.pdf(&address(&guide["materials"][3]["blank_form"])).await {
            assert!(text.contains("进货查验") && !text.contains("某某"), "{text}");
        }
        if let Some(text) = desk.pdf(&address(&guide["materials"][3]["sample"])).await {
            assert!(text.contains("均为虚构"), "{text}");
        }
        if let Some(text) = desk.pdf(&address(&guide["materials"][4]["blank_form"])).await {
            assert!(text.contains("授权委托书") && text.contains("食品经营许可证核发"), "{text}");
        }
        assert!(guide["materials"][1]["blank_form"].is_null(), "a business licence has no form");
        for (path, status) in [
            ("m02/blank", StatusCode::NOT_FOUND),
            ("m07/sample", StatusCode::NOT_FOUND),
            ("m99/blank", StatusCode::NOT_FOUND),
            ("m01/blank?handle_item=nothing", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            assert_eq!(desk.get(&format!("{FOOD}/materials/{path}"), "").await.status, status, "{path}");
        }
        desk.test.close().await;
    }
}

/// The guide says honestly how to book, and where each place is.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn the_guide_says_how_to_book_and_where_to_go() {
    let desk = Desk::with_packs(testkit::Backend::Sqlite).await;
    for pack in pack::read_set(&folder("items")).unwrap() {
        let slug = &pack.slug;
        let guide = desk.get(&format!("/items/{slug}/guide"), "").await.json();
        // Booking: how, by whom to be reached; no service that is not there.
        let booking = guide["booking"].as_array().unwrap();
        assert!(
            booking.iter().any(|way| way["way"] == "phone" && !way["phone"].as_str().unwrap().is_empty()),
            "{slug}"
        );
        assert!(booking.iter().any(|way| way["way"] == "window"), "{slug}");
        assert!(booking.iter().all(|way| way["way"] != "web"), "{slug}");
        let places = guide["places"].as_array().unwrap();
        assert!(!places.is_empty(), "{slug}");
        for place in places {
            for element in ["location", "traffic", "hours", "phone", "region", "address"] {
                assert!(!place[element].as_str().unwrap_or_default().is_empty(), "{slug} {element} {place}");
            }
            assert_eq!(place["all_day"] == true, place["hours"].as_str().unwrap().contains("24 小时"), "{slug}");
        }
    }
    let senior = desk.get("/items/senior-allowance/guide", "").await.json();
    let names: Vec<&str> =
        senior["places"].as_array().unwrap().iter().map(|place| place["name"].as_str().unwrap()).collect();
    let halls = ["示例区政务服务中心", "示例街道便民服务中心", "青石镇便民服务中心"];
    assert_eq!(names[..3], halls, "the halls whose windows take it");
    assert_eq!(senior["places"][0]["windows"], serde_json::json!(["2", "4"]));
    assert_eq!(senior["places"][3]["all_day"], true, "then the terminals: {names:?}");
}

/// An item may still say itself where it is handled, and a guide without any word on booking names the
/// telephone.
///
/// req: PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn own_places_stay_and_a_silent_guide_names_the_telephone() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let pack = pack::read(&folder("items/senior-allowance")).unwrap();
    let mut item = pack.item.clone().unwrap();
    item.places.truncate(1);
    item.places[0].name = "本镇社区服务站".to_owned();
    item.places[0].booking.clear();
    desk.catalogue.publish(&item, &pack.sources, "内容包").await.unwrap();
    let silent = desk.get("/items/senior-allowance/guide", "").await.json();
    assert_eq!(silent["places"][0]["name"], "本镇社区服务站");
    assert_eq!(silent["booking"].as_array().unwrap().len(), 1);
    assert!(silent["booking"][0]["text"].as_str().unwrap().contains("暂时不能网上预约"));
    assert_eq!(silent["booking"][0]["phone"], silent["places"][0]["phone"]);
}

/// A template that neither the pack nor the platform has is a mistake of the pack.
///
/// req: PORTAL-009
#[tokio::test]
async fn an_empty_form_that_is_not_there_is_refused() {
    let desk = Desk::new(testkit::Backend::Sqlite).await;
    let mut pack = pack::read(&folder("items/food-operation-permit")).unwrap();
    assert!(!pack::has_errors(&desk.catalogue.lint_pack(&pack)), "{:?}", desk.catalogue.lint_pack(&pack));
    pack.content["materials"][3]["blank_form"] = "papers/unheard-of.typ".into();
    let found = desk.catalogue.lint_pack(&pack);
    assert!(found.iter().any(|one| one.is_error() && one.pointer == "/materials/3/blank_form"), "{found:?}");
    pack.content["materials"][3]["blank_form"] = "papers/unheard-of.yaml".into();
    let found = desk.catalogue.lint_pack(&pack);
    assert!(found.iter().any(|one| one.is_error() && one.pointer == "/materials/3/blank_form"), "{found:?}");
}

/// Searching a form by its name, by its item or its initials; beside the blank the filled sample, and what
/// is only a file is offered as a file.
///
/// req: FORM-023
#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_found_and_shown_beside_the_blank() {
    for backend in testkit::backends() {
        let desk = Desk::with_packs(backend).await;
        let find = async |q: &str| desk.get(&format!("/sample-forms?q={q}&limit=100"), "").await.json();
        let all = find("").await;
        let total = all["total"].as_u64().unwrap();
        assert!(total > 10 && all["items"].as_array().unwrap().len() as u64 == total.min(100), "{all}");
        // 授权委托书, 食品经营, spjy
        let letters = find("%E6%8E%88%E6%9D%83%E5%A7%94%E6%89%98%E4%B9%A6").await;
        assert!(letters["items"][0]["name"].as_str().unwrap().contains("授权委托书"), "{letters}");
        let food = find("%E9%A3%9F%E5%93%81%E7%BB%8F%E8%90%A5").await;
        assert!(food["items"].as_array().unwrap().iter().any(|one| one["slug"] == "food-operation-permit"), "{food}");
        let typed = find("spjy").await;
        assert!(
            typed["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["item_name"].as_str().unwrap().contains("食品经营")),
            "{typed}"
        );
        assert_eq!(find("zzzzqq").await["total"], 0);
        let page = desk.get("/sample-forms?limit=1&offset=1", "").await.json();
        assert_eq!(page["items"][0], all["items"][1]);

        let pair = desk.get(&format!("{FOOD}/materials/m01/pair"), "").await.json();
        let (blank, sample) = (pair["blank"].to_string(), pair["sample"].to_string());
        assert!(blank.contains("经营者名称") && !blank.contains("海燕小厨"), "{blank}");
        assert!(sample.contains("示例区海燕小厨餐饮店") && sample.contains("均为虚构"), "{sample}");
        assert_eq!(
            (pair["handle_item"].as_str(), pair["blank_formats"].clone()),
            (Some("new-catering"), serde_json::json!(["pdf", "docx"]))
        );
        let renew = desk.get(&format!("{FOOD}/materials/m01/pair?handle_item=renew"), "").await.json();
        assert!(renew["sample"].to_string().contains("JY24499020000015"));
        let licence = desk.get(&format!("{FOOD}/materials/m02/pair"), "").await.json();
        assert!(licence["blank"].is_null() && licence["sample"].is_object(), "somebody else issues it");
        for (path, status) in [
            ("m07/pair", StatusCode::NOT_FOUND),
            ("m99/pair", StatusCode::NOT_FOUND),
            ("m01/pair?handle_item=nothing", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            assert_eq!(desk.get(&format!("{FOOD}/materials/{path}"), "").await.status, status, "{path}");
        }
    }
}
