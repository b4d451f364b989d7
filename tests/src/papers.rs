//! A template somebody brought along is mapped, previewed by the applicant, printed and sealed at the window, and
//! known again when somebody verifies it.

use std::io::{Cursor, Read};

use paper::{Drawn, DrawnBlock, Run};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::designs::defined;
use crate::main_job::{draft_version, filled_draft, version};
use crate::world::{Caller, World};

const ITEM: &str = "food-operation-permit";
const FULL_NUMBER: &str = "449902198803120267";

fn template() -> Vec<u8> {
    let line = |text: &str| DrawnBlock::Text { indent: false, runs: vec![Run::Plain(text.to_owned())] };
    let drawn = Drawn {
        title: "食品经营许可申请书".to_owned(),
        mark: String::new(),
        purpose: None,
        note: None,
        specimen: false,
        blocks: vec![
            line("经营者：{{form.operator_name}}，负责人证件号码：{{form.legal_id_number}}"),
            line("委托办理：{{situation.agent=yes}}是　{{situation.agent=no}}否"),
            DrawnBlock::Table {
                head: vec!["从业人员".to_owned(), "岗位".to_owned()],
                widths: vec![1, 1],
                rows: vec![vec!["{{#form.workers}}{{worker_name}}".into(), "{{worker_post}}{{/form.workers}}".into()]],
            },
            line("{{seal}}"),
        ],
    };
    paper::docx(&drawn, testkit::story_start()).unwrap()
}

/// The text of a Word file.
fn words(file: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Brings the template, maps it to the item's form and publishes it; its key.
async fn brought(editor: &Caller) -> String {
    let made = editor.upload("/design/definitions/import", "申请书.docx", template()).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let mut content: Value = serde_json::from_str(made["content"].as_str().unwrap()).unwrap();
    content["form"] = json!(ITEM);
    let path = format!("/design/definitions/{}", made["id"].as_str().unwrap());
    let draft =
        json!({ "revision": made["revision"], "name": "食品经营许可申请书（纸质）", "content": content.to_string() });
    let saved = editor.put(&format!("{path}/draft"), draft).await;
    assert_eq!(saved["findings"], json!([]), "every place has its source");
    editor.post(&format!("{path}/publish"), json!({ "revision": saved["revision"] })).await;
    made["key"].as_str().unwrap().to_owned()
}

/// What the item prints, tells and seals.
async fn papers(editor: &Caller) -> (Value, Value) {
    let key = brought(editor).await;
    defined(editor, "paper", "food-notice", "办理告知书", None).await;
    let print = json!({ "item_slug": ITEM, "title": "食品经营许可申请书（纸质）", "kind": "print", "paper_key": key,
        "purpose": "print", "situation": { "agent": "yes" }, "seal": "acceptance", "stamp_at": "window" });
    let (status, problem) = editor
        .refused(
            Method::POST,
            "/item-papers",
            Some(json!({ "item_slug": ITEM, "title": "", "kind": "paper", "paper_key": "no-such", "purpose": "print",
                "situation": { "agent": "perhaps" }, "handle_item": "gone", "moment": "accepted", "seal": "notice" })),
        )
        .await;
    let wrong: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(
        (status, wrong),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            vec!["/title", "/handle_item", "/situation", "/paper_key", "/moment", "/stamp_at"]
        )
    );
    let made = editor.post("/item-papers", print.clone()).await;
    let (status, twice) = editor.refused(Method::POST, "/item-papers", Some(print)).await;
    assert_eq!(
        (status, twice["errors"][0]["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("taken")),
        "the same paper stands once"
    );
    let notice = json!({ "item_slug": ITEM, "title": "办理告知书", "kind": "paper", "paper_key": "food-notice",
        "purpose": "notice", "moment": "accepted", "seal": "notice", "stamp_at": "made" });
    (made, editor.post("/item-papers", notice).await)
}

async fn verify(world: &World, file: Vec<u8>) -> Value {
    world.nobody().upload("/documents/verify-file", "文书.pdf", file).await.json().await.unwrap()
}

/// req: FORM-019, FORM-020, FORM-021, FORM-022
#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_previewed_printed_sealed_and_known_again() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let editor = world.staff("editor").await;
        let (print, _) = papers(&editor).await;
        let paper = print["id"].as_str().unwrap();

        // The applicant sees the paper as it will print, marked as a preview, and goes back to change it.
        let citizen = world.citizen("haiyan").await;
        let id = filled_draft(&citizen).await;
        let menu = citizen.get(&format!("/my/cases/{id}/prints")).await;
        let titles: Vec<&str> = menu.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap()).collect();
        assert_eq!(titles.len(), 2, "the application and the paper of this situation: {titles:?}");
        assert_eq!(menu[1]["formats"], json!(["pdf", "docx"]));
        let preview = citizen.bytes(&format!("/my/cases/{id}/prints/application")).await;
        assert!(preview.starts_with(b"%PDF"));
        let docx = words(&citizen.bytes(&format!("/my/cases/{id}/prints/{paper}?format=docx")).await);
        assert!(docx.contains("示例区海燕小厨餐饮店") && docx.contains(FULL_NUMBER) && docx.contains("林娜"), "{docx}");
        assert!(docx.contains("☑是") && docx.contains("□否"), "{docx}");
        let stranger = world.citizen("zhao-jianguo").await;
        let (status, _) = stranger.refused(Method::GET, &format!("/my/cases/{id}/prints/{paper}"), None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let draft = citizen.get(&format!("/my/cases/{id}/draft")).await;
        let mut form = draft["form"].clone();
        form["workers"][0]["worker_name"] = json!("林小娜");
        citizen.put(&format!("/my/cases/{id}/draft"), json!({ "version": draft["version"], "form": form })).await;
        let docx = words(&citizen.bytes(&format!("/my/cases/{id}/prints/{paper}?format=docx")).await);
        assert!(docx.contains("林小娜"), "what was corrected prints");

        let body = json!({ "version": draft_version(&citizen, &id).await });
        citizen.post(&format!("/my/cases/{id}/submit"), body).await;

        // The clerk prints with numbers masked; in full only with a reason.
        let clerk = world.staff("clerk").await;
        let at = format!("/cases/{id}/prints/{paper}?format=docx");
        assert!(!words(&clerk.bytes(&at).await).contains(FULL_NUMBER));
        let (status, problem) = clerk.refused(Method::GET, &format!("{at}&full=true"), None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        let full =
            clerk.bytes(&format!("{at}&full=true&reason=%E7%94%B3%E8%AF%B7%E4%BA%BA%E8%A6%81%E7%AD%BE%E5%AD%97")).await;
        assert!(words(&full).contains(FULL_NUMBER));
        let (status, problem) =
            clerk.refused(Method::GET, &format!("/cases/{id}/prints/{paper}?values_only=true"), None).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some("/values_only"))
        );
        let (status, problem) = clerk.refused(Method::GET, &format!("/cases/{id}/prints/{paper}?x=900"), None).await;
        assert_eq!((status, problem["errors"][0]["pointer"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("/x")));

        sealed_at_the_window(&world, &clerk, &editor, &id, paper).await;

        // Accepting tells the applicant in writing what the item says, sealed when it is made.
        let body = json!({ "version": version(&clerk, &id).await });
        clerk.post(&format!("/cases/{id}/accept"), body).await;
        world.settle().await;
        let case = clerk.get(&format!("/cases/{id}")).await;
        let notice = document(&case, "办理告知书");
        assert!(notice["number"].as_str().unwrap().contains('告'), "{notice}");
        let file = clerk.bytes(&format!("/cases/{id}/documents/{}", notice["id"].as_str().unwrap())).await;
        let answer = verify(&world, file).await;
        assert_eq!((answer["genuine"].as_bool(), answer["seals"].as_array().unwrap().len()), (Some(true), 1));

        // The application carries no seal; its copy is known all the same.
        let application = document(&citizen.get(&format!("/my/cases/{id}")).await, "申请书");
        let path = format!("/my/cases/{id}/documents/{}", application["id"].as_str().unwrap());
        let answer = verify(&world, citizen.bytes(&path).await).await;
        assert_eq!((answer["genuine"].as_bool(), answer["seals"].as_array().unwrap().len()), (Some(true), 0));
        assert!(!answer.to_string().contains("海燕"), "nothing of the person: {answer}");

        // A paper taken off the list is offered no more.
        editor.request(Method::DELETE, &format!("/item-papers/{paper}"), None).await;
        let menu = clerk.get(&format!("/cases/{id}/prints")).await;
        assert_eq!((menu["papers"].as_array().unwrap().len(), menu["stamps"].as_array().unwrap().len()), (1, 1));
        world.close().await;
    }
}

async fn sealed_at_the_window(world: &World, clerk: &Caller, editor: &Caller, id: &str, paper: &str) {
    let ask = json!({ "version": version(clerk, id).await, "paper_id": paper });
    let stamp = clerk.post(&format!("/cases/{id}/stamps"), ask).await;
    assert_eq!((stamp["state"].as_str(), stamp["place"].as_str()), (Some("done"), Some("窗口盖章")));
    assert!(stamp["seal_name"].as_str().unwrap().ends_with("业务受理专用章"), "{stamp}");
    let again = json!({ "version": version(clerk, id).await, "document_id": stamp["document_id"] });
    let (status, problem) = clerk.refused(Method::POST, &format!("/cases/{id}/stamps"), Some(again)).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("stamped")));

    let file = clerk.bytes(&format!("/cases/{id}/documents/{}", stamp["document_id"].as_str().unwrap())).await;
    let answer = verify(world, file.clone()).await;
    assert_eq!((answer["genuine"].as_bool(), answer["verdict"].as_str()), (Some(true), Some("真实有效")), "{answer}");
    assert_eq!(answer["seals"][0]["seal"], stamp["seal_name"]);
    assert_eq!(
        (answer["seals"][0]["intact"].as_bool(), answer["seals"][0]["trusted"].as_bool()),
        (Some(true), Some(true))
    );
    let mut changed = file;
    let at = changed.len() / 3;
    changed[at] ^= 1;
    let answer = verify(world, changed).await;
    assert_eq!(answer["genuine"], false, "{answer}");

    let log = editor.get("/paper-stamps?state=done").await;
    assert_eq!((log["total"].as_u64(), log["items"][0]["id"].clone()), (Some(1), stamp["id"].clone()));
    let file = String::from_utf8(editor.bytes("/paper-stamps/export?state=done").await).unwrap();
    assert_eq!(file.lines().count(), 2, "{file}");
    assert!(file.contains("业务受理专用章") && file.contains(stamp["digest"].as_str().unwrap()), "{file}");
    let events = clerk.get(&format!("/cases/{id}")).await["events"].to_string();
    assert!(events.contains("业务受理专用章"), "the stamp stands in the log of the case: {events}");
}

/// The document of that name among a case's events.
fn document(case: &Value, name: &str) -> Value {
    let all = case["documents"].as_array().into_iter().flatten();
    let events = case["events"].as_array().into_iter().flatten().map(|event| &event["document"]);
    all.chain(events).find(|one| one["name"] == name).cloned().unwrap_or_else(|| panic!("no {name} in {case}"))
}

/// req: FORM-021
#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_sets_papers_of_items() {
    let world = World::new(testkit::Backend::Sqlite).await;
    let editor = world.staff("editor").await;
    let (print, notice) = papers(&editor).await;
    let clerk = world.staff("clerk").await;
    let (status, _) = clerk.refused(Method::GET, "/item-papers", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let list = editor.get("/item-papers?sealed=yes&q=%E5%91%8A%E7%9F%A5").await;
    assert_eq!((list["total"].as_u64(), list["items"][0]["title"].as_str()), (Some(1), Some("办理告知书")));
    // The list that is asked for goes out as a file, and nothing beside it.
    let file = String::from_utf8(editor.bytes("/item-papers/export?sealed=yes&q=%E5%91%8A%E7%9F%A5").await).unwrap();
    assert!(file.starts_with('\u{feff}') && file.lines().count() == 2, "{file}");
    assert!(file.contains("\"办理告知书\"") && file.contains("受理时"), "{file}");
    let (status, _) = clerk.refused(Method::GET, "/item-papers/export", None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let path = format!("/item-papers/{}", notice["id"].as_str().unwrap());
    let mut changed = notice.clone();
    changed["title"] = json!("受理后告知书");
    let saved = editor.put(&path, changed.clone()).await;
    assert_eq!((saved["title"].as_str(), saved["version"].as_i64()), (Some("受理后告知书"), Some(2)));
    let (status, problem) = editor.refused(Method::PUT, &path, Some(changed)).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("stale_version")));
    let mut elsewhere = print.clone();
    elsewhere["item_slug"] = json!("senior-allowance");
    let at = format!("/item-papers/{}", print["id"].as_str().unwrap());
    let (status, _) = editor.refused(Method::PUT, &at, Some(elsewhere)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    world.close().await;
}
