//! Whether a licence or a document is genuine: by the code beside its QR code, its identifier or its number,
//! or by its file.

use axum::body::Bytes;
use axum::extract::{Multipart, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casework::cases::service::authenticity::DocumentAnswer;
use licences::{FileCheck, FileVerdict, Licence, Standing};
use maud::{Markup, html};
use platform::Result;

use crate::fields::Fields;
use crate::layout::{Line, Page, Wrong, beside, day, line, moment, rows, send_once, summary};
use crate::{Basic, same_site};

/// Bytes of the largest file, as the interface takes it.
pub(crate) const LARGEST: usize = 8 << 20;
const HERE: &str = "/basic/verify";
const TITLE: &str = "证照验真";

/// What was asked, and what it comes to.
#[derive(Default)]
struct Shown {
    code: String,
    result: Option<Markup>,
    wrong: Vec<Wrong>,
}

/// The forms, and what the code asked for comes to.
pub(crate) async fn show(State(basic): State<Basic>, RawQuery(query): RawQuery) -> Result<Response> {
    let fields = Fields::of_query(query.as_deref());
    let Some(code) = fields.given("code").map(str::to_owned) else {
        let sent = fields.all("code").next().is_some();
        let wrong = if sent { vec![Wrong::new("code", "填写证照编号或验证码")] } else { Vec::new() };
        return draw(&basic, Shown { wrong, ..Shown::default() }).await;
    };
    let found = basic.licences.by_text(&code).await?;
    let result = html! {
        @for licence in &found { (licence_of(licence, basic.licences.standing(licence))) }
        @if found.is_empty() {
            div class="card bad" {
                h3 { (FileVerdict::Unknown.text()) }
                p { "没有查到“" (code) "”。请对照证照再看一遍，或者打签发机关的电话问。" }
            }
        }
    };
    draw(&basic, Shown { code, result: Some(result), wrong: Vec::new() }).await
}

/// What a file comes to: a licence of ours, or else a document of a case.
pub(crate) async fn check(
    State(basic): State<Basic>,
    headers: HeaderMap,
    sent: std::result::Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response> {
    same_site::check(&headers, &basic.platform.config)?;
    let file = match sent {
        Ok(sent) => read(sent).await,
        Err(_) => None,
    };
    let Some(file) = file else {
        let message = format!("选择要验证的 PDF 文件，不超过 {} MB", LARGEST >> 20);
        return draw(&basic, Shown { wrong: vec![Wrong::new("file", message)], ..Shown::default() }).await;
    };
    let checked = basic.licences.check_file(file.clone()).await?;
    let result = match &checked.licence {
        Some(licence) => file_of(&checked, licence),
        // No licence of ours: it may be a notice, a decision or an application.
        None => document_of(&basic.casework.check_document(file).await?),
    };
    draw(&basic, Shown { result: Some(result), ..Shown::default() }).await
}

/// The part named `file`; none when it is absent, empty, too large or broken off.
async fn read(mut sent: Multipart) -> Option<Bytes> {
    while let Some(part) = sent.next_field().await.ok()? {
        if part.name() == Some("file") {
            return part.bytes().await.ok().filter(|bytes| !bytes.is_empty() && bytes.len() <= LARGEST);
        }
    }
    None
}

async fn draw(basic: &Basic, shown: Shown) -> Result<Response> {
    let site = basic.site.site().await?;
    let Shown { code, result, wrong } = shown;
    let body = html! {
        (summary(&wrong))
        p { "输入证照编号或验证码，或者上传电子证照、文书的文件，看是不是真的、现在还有没有效。" }
        @if let Some(result) = &result {
            div id="result" {
                h2 { "验证结果" }
                (result)
                p class="soft" { (moment(basic.platform.now())) " 查询" }
            }
        }
        h2 { "按编号验证" }
        form method="get" action=(HERE) accept-charset="utf-8" {
            (line(&Line {
                id: "code",
                label: "证照编号或验证码",
                hint: "编号写在证照上，验证码是二维码网址的最后一段。",
                value: &code,
            }, &wrong))
            p { input type="submit" class="button" value="验证编号"; }
        }
        h2 { "验证文件" }
        form method="post" action=(HERE) enctype="multipart/form-data" accept-charset="utf-8" {
            div class="field" {
                label for="file" { "电子证照或文书" }
                span class="hint" id="file-hint" { "PDF 文件，不超过 " (LARGEST >> 20) " MB。文件只用来验证，不会留下。" }
                (beside("file", &wrong))
                input type="file" id="file" name="file" aria-describedby="file-hint";
            }
            p { input type="submit" class="button" value="验证文件"; }
        }
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page { title: TITLE, here: HERE, full: "/verify", wrong: !wrong.is_empty(), body };
    send_once(status, page.draw(&site))
}

fn verdict(good: bool, text: &str, facts: &Markup) -> Markup {
    html! {
        div class=(if good { "card good" } else { "card bad" }) {
            h3 { (text) }
            (facts)
        }
    }
}

fn licence_of(licence: &Licence, standing: Standing) -> Markup {
    verdict(standing == Standing::Valid, standing.text(), &facts(licence))
}

/// What the public learns of a licence: as much as the interface tells.
fn facts(licence: &Licence) -> Markup {
    rows(&[
        ("证照名称", html! { (licence.name) }),
        ("编号", html! { (licence.number) }),
        ("电子证照标识", html! { (licence.identifier) }),
        ("持有人", html! { (licence.holder_masked()) }),
        ("签发机关", html! { (licence.issuer_name) }),
        ("签发日期", html! { (day(licence.issued_on)) }),
        ("有效期到", html! { @if let Some(last) = licence.expires_on { (day(last)) } @else { "长期有效" } }),
    ])
}

fn file_of(checked: &FileCheck, licence: &Licence) -> Markup {
    let seals = html! {
        (facts(licence))
        ul {
            @for one in &checked.report.signatures { (seal(&one.seal, one.intact, one.trusted, one.problem.as_deref())) }
        }
    };
    verdict(checked.verdict == FileVerdict::Ours(Standing::Valid), checked.verdict.text(), &seals)
}

fn document_of(answer: &DocumentAnswer) -> Markup {
    let told = html! {
        @if let Some(document) = &answer.document {
            (rows(&[
                ("文书", html! { (document.name) }),
                ("文号", html! { (document.number.as_deref().unwrap_or_default()) }),
                ("事项", html! { (document.item_name) }),
                ("出具机关", html! { (document.issuer) }),
                ("出具日期", html! { (moment(document.made_at)) }),
            ]))
            @if document.latest {
                p { "和本平台留存的文书完全一样，没有改动。" }
            } @else {
                p { "和本平台留存的文书一样，后来又加盖了印章，请以最新一份为准。" }
            }
        }
        @if !answer.seals.is_empty() {
            ul { @for one in &answer.seals { (seal(&one.seal, one.intact, one.trusted, one.problem.as_deref())) } }
        }
    };
    verdict(answer.genuine, answer.verdict, &told)
}

fn seal(name: &str, intact: bool, trusted: bool, problem: Option<&str>) -> Markup {
    html! {
        li {
            "印章：" (name) "，" @if intact { "文件没有被改过" } @else { "文件被改过" }
            "，" @if trusted { "证书可信" } @else { "证书不可信" } "。"
            (problem.unwrap_or_default())
        }
    }
}
