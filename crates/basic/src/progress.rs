//! Progress of a case, by number and code, after a question in words (ADR 0014).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casework::cases::service::public_progress::Progress;
use maud::{Markup, html};
use platform::{Platform, Result, captcha};

use crate::fields::Fields;
use crate::layout::{Line, Page, Wrong, line, moment, phone, question, rows, send_once, summary};
use crate::sent::{Sent, at_fields};
use crate::{Basic, sent};

const HERE: &str = "/basic/progress";
const TITLE: &str = "查进度";
const NEEDED: [(&str, &str); 2] = [("number", "填写办件编号"), ("proof", "填写查询码，或者申请人姓名、单位名称")];

/// The form.
pub(crate) async fn ask(State(basic): State<Basic>) -> Result<Response> {
    form(&basic, StatusCode::OK, &Fields::default(), &[]).await
}

/// What the case has come to, or the form again with what is wrong.
pub(crate) async fn answer(State(basic): State<Basic>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let Sent { fields, answer } = sent::read(&basic.platform, &headers, &body, &NEEDED)?;
    let answered = match answer {
        Ok(answered) => answered,
        Err(wrong) => return form(&basic, StatusCode::UNPROCESSABLE_ENTITY, &fields, &wrong).await,
    };
    let (number, proof) = (fields.text("number"), fields.text("proof"));
    match basic.casework.progress_by_proof(number, proof, &answered).await {
        Ok(progress) => {
            let site = basic.site.site().await?;
            send_once(StatusCode::OK, Page::new(TITLE, HERE, "/progress", result(&progress)).draw(&site))
        }
        Err(problem) => {
            let (status, wrong) = at_fields(problem, "number")?;
            form(&basic, status, &fields, &wrong).await
        }
    }
}

async fn form(basic: &Basic, status: StatusCode, typed: &Fields, wrong: &[Wrong]) -> Result<Response> {
    let site = basic.site.site().await?;
    let platform: &Platform = &basic.platform;
    let captcha = captcha::ask(platform).await?;
    let body = html! {
        (summary(wrong))
        p { "凭办件编号查，不用登录。查询码在申请回执和短信里。" }
        form method="post" action=(HERE) accept-charset="utf-8" {
            (line(&Line {
                id: "number",
                label: "办件编号",
                hint: "写在申请回执、受理通知书和短信里。",
                value: typed.text("number"),
            }, wrong))
            (line(&Line {
                id: "proof",
                label: "查询码，或者申请人姓名、单位名称",
                hint: "写一样就行。姓名、单位名称要和申请时填的一样。",
                value: typed.text("proof"),
            }, wrong))
            (question(&captcha, wrong))
            p { input type="submit" class="button" value="查询"; }
        }
    };
    let page = Page { title: TITLE, here: HERE, full: "/progress", wrong: !wrong.is_empty(), body };
    send_once(status, page.draw(&site))
}

fn result(progress: &Progress) -> Markup {
    html! {
        div id="result" {
            h2 { "查询结果" }
            (rows(&[
                ("事项", html! { (progress.item_name) }),
                ("现在", html! { strong { (progress.state_label) } }),
                ("办结时间", html! { (progress.deadline_text.as_deref().unwrap_or_default()) }),
                ("办理部门", html! { (progress.org_name) }),
                ("咨询电话", phone(&progress.org_phone)),
                ("更新时间", html! { @if let Some(at) = progress.brought_at { (moment(at)) } }),
            ]))
            @if progress.brought_at.is_some() {
                p { "这件办件在政务内网办理，这里只显示最新进度。要看办理过程，请问办理部门。" }
            }
            @if !progress.events.is_empty() {
                h2 { "办理进度" }
                ol { @for event in &progress.events { li { (moment(event.at)) " " (event.text) } } }
            }
        }
        p { a href=(HERE) { "查别的办件" } }
    }
}
