//! The pages without script, as a browser of 2009 meets them: through the real router, on both databases.

use std::collections::{BTreeSet, HashSet, VecDeque};

use reqwest::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, LOCATION, ORIGIN, RETRY_AFTER,
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use testkit::Backend;

use crate::main_job::{complete, draft_version, filled_draft, progress, sample, solve, version};
use crate::world::World;

/// Pages looked at when following links; the ways to narrow a list down are without end.
const MOST: usize = 160;
/// Tags that have no end.
const VOID: [&str; 4] = ["meta", "link", "input", "br"];
/// What somebody types who means no good.
const EVIL: &str = "\"><script>alert(1)</script>'&";

/// Somebody with an old browser.
struct Old {
    client: Client,
    base: String,
}

impl Old {
    fn at(world: &World) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)");
        Self { client: client.build().unwrap(), base: world.base.clone() }
    }

    async fn ask(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    /// GET, 200, checked.
    async fn page(&self, path: &str) -> String {
        let answer = self.ask(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        plain(path, answer).await
    }

    /// Fills a form in and sends it; an old browser says only which page it comes from.
    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let url = format!("{}{path}", self.base);
        let answer = self.client.post(&url).header("referer", &url).form(fields).send().await.unwrap();
        (answer.status(), plain(path, answer).await)
    }

    /// Sends a file to be verified.
    async fn upload(&self, content: &[u8]) -> (StatusCode, String) {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n";
        let sent = [head.as_bytes(), content, b"\r\n--b--\r\n"].concat();
        let sending = self.client.post(format!("{}/basic/verify", self.base));
        let sending = sending.header(CONTENT_TYPE, "multipart/form-data; boundary=b").body(sent);
        let answer = sending.send().await.unwrap();
        (answer.status(), plain("a file", answer).await)
    }

    /// Opens a page with a question; its id and the answer.
    async fn question(&self, path: &str) -> (String, String) {
        asked(&self.page(path).await)
    }
}

/// The question a page asks: id and answer.
fn asked(page: &str) -> (String, String) {
    let id = between(page, "name=\"captcha_id\" value=\"", "\"").expect("a page with a question");
    (id, solve(&between(page, "<label for=\"captcha\">", "</label>").expect("the question")))
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0.to_owned())
}

/// What every page has to be, whatever it says.
async fn plain(path: &str, answer: reqwest::Response) -> String {
    let header = |name: HeaderName| {
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(header(CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
    let policy = header(CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{path}: {policy}");
    let page = answer.text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"), "{path}");
    let tags = tags(path, &page);
    for (name, count) in [("script", 0), ("style", 0), ("img", 0), ("iframe", 0), ("h1", 1), ("title", 1), ("body", 1)]
    {
        assert_eq!(tags.iter().filter(|tag| tag.name == name).count(), count, "{path}: <{name}>");
    }
    assert!(tags.iter().all(|tag| tag.attributes.iter().all(|(name, _)| !name.starts_with("on"))), "{path}: handlers");
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    let unique: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "{path}: an id stands twice: {ids:?}");
    for tag in &tags {
        let refers = |attribute: &str| tag.get(attribute).into_iter().flat_map(str::split_whitespace);
        for id in refers("for").chain(refers("aria-describedby")) {
            assert!(unique.contains(id), "{path}: nothing has the id {id}");
        }
        if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
            assert!(unique.contains(id), "{path}: no place #{id}");
        }
        let is_field = matches!(tag.name.as_str(), "input" | "textarea" | "select");
        if is_field && !matches!(tag.get("type"), Some("hidden" | "submit")) {
            let id = tag.get("id").unwrap_or_default();
            let labelled = tags.iter().any(|label| label.name == "label" && label.get("for") == Some(id));
            assert!(labelled, "{path}: the field {id:?} has no label");
        }
    }
    page
}

/// A tag with its attributes, unescaped.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The tags of a document; fails where one is not closed in its order.
fn tags(path: &str, page: &str) -> Vec<Tag> {
    let (mut all, mut open) = (Vec::new(), Vec::<String>::new());
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{path}: a bare > in {text:?}");
        let end = end_of_tag(after);
        let inside = &after[..end];
        rest = &after[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{path}: </{name}> closes something else");
            continue;
        }
        let name = inside.split_whitespace().next().unwrap().to_owned();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{path}: <{name}>");
        if !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        all.push(Tag { attributes: attributes(&inside[name.len()..]), name });
    }
    assert!(open.is_empty(), "{path}: {open:?} stay open");
    all
}

fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    text.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    })
    .expect("a tag ends")
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    loop {
        text = text.trim_start();
        let Some(end) = text.find(|c: char| c == '=' || c.is_whitespace()) else {
            if !text.is_empty() {
                all.push((text.to_owned(), String::new()));
            }
            return all;
        };
        let name = text[..end].to_owned();
        text = &text[end..];
        match text.strip_prefix("=\"").and_then(|value| value.split_once('"')) {
            Some((value, rest)) => {
                let value = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
                all.push((name, value.replace("&amp;", "&")));
                text = rest;
            }
            None => all.push((name, String::new())),
        }
    }
}

/// A text as it stands in a page.
fn written(text: &str) -> String {
    text.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[track_caller]
fn says(page: &str, what: &str, text: &Value) {
    let text = text.as_str().unwrap_or_else(|| panic!("{what} is no text: {text}"));
    assert!(page.contains(&written(text)), "{what} is not told: {text}");
}

/// Every element of every guide of the packs stands on its page, and the first page leads to all themes.
///
/// req: OPS-021, PORTAL-009
#[tokio::test(flavor = "multi_thread")]
async fn a_guide_without_script_tells_what_the_portal_tells() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (old, nobody) = (Old::at(&world), world.nobody());
        let first = old.page("/basic").await;
        let themes = nobody.get("/themes").await;
        for theme in themes["natural"].as_array().unwrap().iter().chain(themes["legal"].as_array().unwrap()) {
            let offered = theme["count"].as_u64().unwrap() > 0;
            assert_eq!(first.contains(&format!("theme={}\"", theme["key"].as_str().unwrap())), offered, "{theme}");
        }
        for notice in nobody.get("/site").await["notices"].as_array().unwrap() {
            says(&first, "a notice", &notice["text"]);
        }
        let items = nobody.get("/items?limit=100").await;
        assert!(items["items"].as_array().unwrap().len() >= 12);
        for card in items["items"].as_array().unwrap() {
            let slug = card["slug"].as_str().unwrap();
            let page = old.page(&format!("/basic/items/{slug}")).await;
            let guide = nobody.get(&format!("/items/{slug}/guide")).await;
            for key in ["name", "summary", "complaint_phone", "quantity_limit"] {
                says(&page, key, &guide[key]);
            }
            for (what, text) in [
                ("department", &guide["body"]["name"]),
                ("promise", &guide["facts"]["promise"]["text"]),
                ("legal limit", &guide["facts"]["legal"]["text"]),
                ("acceptance", &guide["acceptance"]["text"]),
                ("fee", &guide["facts"]["fee_text"]),
                ("phone", &guide["facts"]["consult_phone"]),
                ("review", &guide["remedies"]["review"]),
                ("lawsuit", &guide["remedies"]["lawsuit"]),
                ("code", &guide["codes"]["task"]),
            ] {
                says(&page, what, text);
            }
            for (list, keys) in [
                ("places", &["name", "address", "hours", "phone"][..]),
                ("faq", &["q", "a"][..]),
                ("process", &["name", "role"][..]),
                ("booking", &["text"][..]),
                ("special_procedures", &["name"][..]),
            ] {
                for one in guide[list].as_array().unwrap() {
                    for key in keys {
                        says(&page, list, &one[*key]);
                    }
                }
            }
            for list in ["rights", "duties", "service_objects", "channels", "handle_forms"] {
                guide[list].as_array().unwrap().iter().for_each(|one| says(&page, list, one));
            }
            for law in guide["legal_basis"].as_array().unwrap() {
                says(&page, "basis", &json!(law["title"].as_str().unwrap().trim_matches(['《', '》'])));
            }
            let first = guide["handle_items"][0]["key"].as_str().unwrap();
            let own = |one: &&Value| {
                let keys = one["handle_items"].as_array().unwrap();
                keys.is_empty() || keys.iter().any(|key| key == first)
            };
            for material in guide["materials"].as_array().unwrap().iter().filter(own) {
                says(&page, "material", &material["name"]);
            }
            for condition in guide["conditions"].as_array().unwrap().iter().filter(own) {
                says(&page, "condition", &condition["text"]);
            }
        }
        world.close().await;
    }
}

/// Answers stand in the address, and come to what the interface says they come to.
///
/// req: OPS-021, ITEM-039
#[tokio::test(flavor = "multi_thread")]
async fn answers_without_script_make_the_same_list() {
    let world = World::new(Backend::Sqlite).await;
    let (old, nobody, sample) = (Old::at(&world), world.nobody(), sample());
    let situations = sample["situations"].as_object().unwrap();
    let body = json!({ "handle_item": sample["handle_item"], "situations": situations, "conditions": {} });
    let resolved = nobody.post("/items/food-operation-permit/resolve", body).await;
    let mut address =
        format!("/basic/items/food-operation-permit?handle_item={}", sample["handle_item"].as_str().unwrap());
    for (key, answer) in situations {
        let many = answer.as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
        many.iter().for_each(|one| address.push_str(&format!("&s.{key}={}", one.as_str().unwrap())));
    }
    let page = old.page(&address).await;
    let counts = &resolved["counts"];
    assert!(page.contains(&format!("共 {} 份，您要准备 {} 份。", counts["needed"], counts["prepare"])), "{counts}");
    assert_eq!(page.contains("上面还有问题没答"), resolved["answered"] == false);
    let cards: BTreeSet<String> = page.split("<h3>").filter_map(|part| between(part, ". ", "</h3>")).collect();
    let needed = resolved["materials"].as_array().unwrap().iter().filter(|one| one["needed"] == true);
    for material in needed {
        assert!(cards.contains(&written(material["name"].as_str().unwrap())), "{material} {cards:?}");
        if let Some(why) = material["because"].as_str() {
            assert!(page.contains(&written(why)), "{why}");
        }
    }
    assert!(page.contains("checked"), "what was answered stays answered");
    // Made-up answers are no answers.
    let made_up = old.page("/basic/items/food-operation-permit?handle_item=nothing&s.nothing=x&s.agent=x").await;
    assert!(made_up.contains("上面还有问题没答"));
    let sheet = "href=\"/api/v1/items/";
    let sheet = page.split(sheet).nth(1).map(|rest| format!("/api/v1/items/{}", rest.split('"').next().unwrap()));
    let sheet = old.ask(&sheet.expect("an empty form to print").replace("&amp;", "&")).await;
    assert_eq!(sheet.status(), StatusCode::OK);
    world.close().await;
}

/// Whoever follows links comes to pages that are there, well-formed and without script.
///
/// req: OPS-021
#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_the_plain_pages_leads_somewhere() {
    let world = World::new(Backend::Sqlite).await;
    let old = Old::at(&world);
    let mut seen = HashSet::from(["/basic".to_owned()]);
    let mut next = VecDeque::from(["/basic".to_owned()]);
    let mut looked = 0;
    while let Some(path) = next.pop_front().filter(|_| looked < MOST) {
        looked += 1;
        let page = old.page(&path).await;
        for href in tags(&path, &page).iter().filter_map(|tag| tag.get("href")) {
            assert!(
                ["#", "/", "tel:", "https://"].iter().any(|start| href.starts_with(start)),
                "{path} leads to {href}"
            );
            let href = href.split('#').next().unwrap();
            // A page with a question writes a row each time: one look is enough.
            let is_page = href.starts_with("/basic") && !href.ends_with(".css");
            if is_page && seen.insert(href.to_owned()) {
                next.push_back(href.to_owned());
            }
        }
    }
    assert!(looked > 40, "{looked} pages were found");
    let ways = ["items", "progress", "verify", "ratings", "halls", "help", "notices", "faqs", "accessibility"];
    for way in ways {
        assert!(seen.contains(&format!("/basic/{way}")), "no link leads to {way}");
    }
    let style = old.ask("/basic/style.css").await;
    assert_eq!(style.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    let stroke = old.ask("/basic/").await;
    assert_eq!(stroke.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(stroke.headers()[LOCATION], "/basic");
    let halls = old.page("/basic/halls").await;
    assert!(halls.contains("示例区政务服务中心") && halls.contains("综合窗口（长者、残障优先）"), "{halls}");
    assert!(halls.contains("href=\"/basic/items/senior-allowance\""), "what a window handles");
    world.close().await;
}

/// req: OPS-021, PORTAL-008
#[tokio::test(flavor = "multi_thread")]
async fn searching_without_script_finds_pages_and_repeats_nothing_dangerous() {
    let world = World::new(Backend::Sqlite).await;
    let old = Old::at(&world);
    let found = old.page("/basic/items?q=spjyxk").await;
    assert!(found.contains("href=\"/basic/items/food-operation-permit\"") && found.contains("value=\"spjyxk\""));
    let evil: String = EVIL.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for address in [format!("/basic/items?q={evil}"), format!("/basic/items?theme={evil}&page={evil}")] {
        let page = old.page(&address).await;
        assert!(!page.contains("<script") && page.contains("找到 0 项"), "{address}");
    }
    assert!(old.page(&format!("/basic/items?q={evil}")).await.contains(&format!("value=\"{}\"", written(EVIL))));
    assert!(old.page("/basic/items?page=99").await.contains("没有第 99 页"));
    let (status, page) = old.send("/basic/progress", &[("number", EVIL), ("proof", EVIL)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(&format!("value=\"{}\"", written(EVIL))), "what was typed stays");
    // The list is told once and then only that it is the same.
    let first = old.ask("/basic/items").await;
    let etag = first.headers()[ETAG].clone();
    let again = old.client.get(format!("{}/basic/items", old.base)).header(IF_NONE_MATCH, etag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert!(again.bytes().await.unwrap().is_empty());
    world.close().await;
}

async fn query(old: &Old, number: &str, proof: &str, question: &(String, String)) -> (StatusCode, String) {
    let (captcha, answer) = question;
    let fields = [("number", number), ("proof", proof), ("captcha_id", captcha.as_str()), ("captcha", answer.as_str())];
    old.send("/basic/progress", &fields).await
}

/// Number and code tell the progress and no more; each mistake is told beside its field, and rating waits for the end.
///
/// req: OPS-021, PORTAL-025, FEEDBACK-001
#[tokio::test(flavor = "multi_thread")]
async fn progress_and_rating_without_script() {
    for backend in testkit::backends() {
        let world = World::new(backend).await;
        let (old, citizen) = (Old::at(&world), world.citizen("haiyan").await);
        let id = filled_draft(&citizen).await;
        let body = json!({ "version": draft_version(&citizen, &id).await });
        let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
        let (number, code) = (receipt["case_number"].as_str().unwrap(), receipt["query_code"].as_str().unwrap());

        let (status, page) = old.send("/basic/progress", &[]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("<title>错误：查进度"), "{page}");
        for field in ["number", "proof", "captcha"] {
            assert!(page.contains(&format!("<a href=\"#{field}\">")), "the summary leads to {field}");
            assert!(page.contains(&format!("id=\"{field}-error\"")), "{field} says what is wrong");
        }
        let question = old.question("/basic/progress").await;
        let (status, page) = query(&old, number, "000000", &question).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(page.contains("id=\"number-error\"") && page.contains(number), "{page}");
        // A question is answered once.
        let (status, page) = query(&old, number, code, &question).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("id=\"captcha-error\""));

        let (status, page) = query(&old, number, code, &asked(&page)).await;
        assert_eq!(status, StatusCode::OK);
        let told = progress(&world.nobody(), number, code).await;
        for key in ["item_name", "state_label", "org_name", "org_phone"] {
            says(&page, key, &told[key]);
        }
        assert!(!told["events"].as_array().unwrap().is_empty());
        told["events"].as_array().unwrap().iter().for_each(|event| says(&page, "event", &event["text"]));
        for secret in ["王海燕", "海燕小厨"] {
            assert!(!page.contains(secret), "no personal data");
        }

        let mine = citizen.get(&format!("/my/cases/{id}")).await;
        let name = mine["applicant_name"].as_str().unwrap();
        let (captcha, answer) = old.question("/basic/ratings").await;
        let rated = [
            ("number", number),
            ("name", name),
            ("stars", "5"),
            ("captcha_id", captcha.as_str()),
            ("captcha", answer.as_str()),
        ];
        let (status, page) = old.send("/basic/ratings", &rated).await;
        assert_eq!(status, StatusCode::CONFLICT, "what is not finished is not rated");
        assert!(page.contains("id=\"number-error\"") && page.contains("value=\"5\" checked"), "{page}");
        let (status, page) = old.send("/basic/ratings", &[("number", number)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("选择满意程度") && page.contains("id=\"stars-error\""));
        world.close().await;
    }
}

/// A case that has come to its end is rated, and its licence verified: by number, and by its file.
///
/// req: OPS-021, FEEDBACK-001, LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn a_finished_case_is_rated_and_its_licence_verified_without_script() {
    let world = World::new(Backend::Sqlite).await;
    let (old, citizen, clerk) = (Old::at(&world), world.citizen("haiyan").await, world.staff("clerk").await);
    let id = filled_draft(&citizen).await;
    let body = json!({ "version": draft_version(&citizen, &id).await });
    let receipt = citizen.post(&format!("/my/cases/{id}/submit"), body).await;
    let accept = json!({ "version": version(&clerk, &id).await, "note": "", "tolerated": [] });
    clerk.post(&format!("/cases/{id}/accept"), accept).await;
    for (login, outcome) in [("reviewer", "pass"), ("inspector", "pass"), ("approver", "granted")] {
        complete(&world.staff(login).await, &id, outcome, "同意").await;
    }
    world.settle().await;

    let mine = citizen.get(&format!("/my/cases/{id}")).await;
    let (number, name) = (receipt["case_number"].as_str().unwrap(), mine["applicant_name"].as_str().unwrap());
    let (captcha, answer) = old.question("/basic/ratings").await;
    let bad = [("number", number), ("name", name), ("stars", "1"), ("reasons_5", "510")];
    let with = |captcha: &str, answer: &str| [("captcha_id", captcha.to_owned()), ("captcha", answer.to_owned())];
    let asked_with = with(&captcha, &answer);
    let sent: Vec<(&str, &str)> =
        bad.into_iter().chain(asked_with.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let (status, page) = old.send("/basic/ratings", &sent).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a reason of another grade is none");
    assert!(page.contains("id=\"reasons-error\"") && page.contains("value=\"1\" checked"), "{page}");
    let (captcha, answer) = asked(&page);
    let asked_with = with(&captcha, &answer);
    let good = [("number", number), ("name", name), ("stars", "5"), ("reasons_5", "510"), ("text", "很快")];
    let sent: Vec<(&str, &str)> =
        good.into_iter().chain(asked_with.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let (status, page) = old.send("/basic/ratings", &sent).await;
    assert!(status == StatusCode::OK && page.contains("谢谢您的评价"), "{status} {page}");
    let rated = citizen.get(&format!("/my/cases/{id}/rating")).await;
    assert_eq!((&rated["rating"]["stars"], &rated["rating"]["text"]), (&json!(5), &json!("很快")));

    let licence = mine["licence"]["id"].as_str().unwrap();
    let held = citizen.get("/my/licences").await;
    let page = old.page(&format!("/basic/verify?code={}", held["items"][0]["number"].as_str().unwrap())).await;
    says(&page, "name", &held["items"][0]["name"]);
    assert!(page.contains("<h3>有效</h3>"), "{page}");
    let file = citizen.bytes(&format!("/my/licences/{licence}/file")).await;
    let (status, page) = old.upload(&file).await;
    assert!(status == StatusCode::OK && page.contains("<h3>有效</h3>") && page.contains("文件没有被改过"), "{page}");
    let mut forged = file.clone();
    let at = forged.len() / 3;
    forged[at] ^= 1;
    let (_, page) = old.upload(&forged).await;
    assert!(!page.contains("<h3>有效</h3>"), "a changed byte is told");
    let document = mine["documents"].as_array().unwrap().iter().find(|one| one["kind"] == "acceptance").unwrap();
    let document = citizen.bytes(&format!("/my/cases/{id}/documents/{}", document["id"].as_str().unwrap())).await;
    let (_, page) = old.upload(&document).await;
    assert!(page.contains("<h3>真实有效</h3>") && page.contains("食品经营许可证核发"), "{page}");
    world.close().await;
}

/// What is not known, not said or no PDF is told so.
///
/// req: OPS-021, LIC-025
#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_verified_is_told_without_script() {
    let world = World::new(Backend::Sqlite).await;
    let old = Old::at(&world);
    let unknown = old.page("/basic/verify?code=JY99999999999999").await;
    assert!(unknown.contains("查无此证") && unknown.contains("JY99999999999999"));
    let empty = old.ask("/basic/verify?code=").await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(plain("verify", empty).await.contains("id=\"code-error\""));
    let (status, page) = old.upload(b"no PDF at all").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<h3>不是可读的 PDF</h3>"), "{page}");
    let (status, page) = old.upload(b"").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("id=\"file-error\""), "{page}");
    world.close().await;
}

/// Whatever refuses a request, an old browser is shown a page and no file to save.
///
/// req: OPS-021
#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_a_page() {
    let world = World::new(Backend::Sqlite).await;
    let old = Old::at(&world);
    for path in ["/basic/no/such/page", "/basic/items/no-such-item", "/basic/items/%FF"] {
        let answer = old.ask(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(plain(path, answer).await.contains("href=\"/basic\""), "{path} shows a way out");
    }
    let wrong_way = old.client.post(format!("{}/basic/items", old.base)).send().await.unwrap();
    assert_eq!(wrong_way.status(), StatusCode::METHOD_NOT_ALLOWED);
    plain("a post to a page", wrong_way).await;
    let elsewhere = old.client.post(format!("{}/basic/progress", old.base)).header(ORIGIN, "https://evil.example");
    let elsewhere = elsewhere.form(&[("number", "1")]).send().await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    assert!(plain("a form of elsewhere", elsewhere).await.contains("不是从本站页面提交的"));
    let nul = old.ask("/basic/items?q=%00").await;
    assert_eq!(nul.status(), StatusCode::BAD_REQUEST);
    plain("nul", nul).await;
    // Pages that ask a question count as captchas; the clock stands still, and the machine itself is never counted.
    let rate = world.app.platform.config.captcha_per_minute;
    let mut refused = None;
    for _ in 0..=rate {
        let asking = old.client.get(format!("{}/basic/ratings", old.base)).header("x-forwarded-for", "203.0.113.9");
        let answer = asking.send().await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("an address may not ask without end");
    assert!(refused.headers().contains_key(RETRY_AFTER));
    assert!(plain("too often", refused).await.contains("操作太频繁了"));
    old.page("/basic/items").await;
    world.close().await;
}
