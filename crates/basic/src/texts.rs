//! Pages of words: notices, frequent questions, help, accessibility.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;
use platform::Result;

use crate::Basic;
use crate::layout::{Page, phone, send};

/// Notices of the city.
pub(crate) async fn notices(State(basic): State<Basic>, headers: HeaderMap) -> Result<Response> {
    let site = basic.site.site().await?;
    let body = html! {
        @if site.notices.is_empty() { p { "现在没有通知。" } }
        @for notice in &site.notices { h2 { (notice.title) } p { (notice.text) } }
    };
    send(&headers, Page::new("通知", "/basic/notices", "/", body).draw(&site))
}

/// Frequent questions as the desk keeps them.
pub(crate) async fn faqs(State(basic): State<Basic>, headers: HeaderMap) -> Result<Response> {
    let site = basic.site.site().await?;
    let known = basic.operations.portal_faqs().await?;
    let body = html! {
        @if known.is_empty() { p { "还没有整理常见问题，请拨打 " (phone(&site.hotline)) " 问。" } }
        @for one in &known { h2 { (one.question) } p { (one.answer) } }
    };
    send(&headers, Page::new("常见问题", "/basic/faqs", "/help/faqs", body).draw(&site))
}

/// Who helps, and what this version can do.
pub(crate) async fn help(State(basic): State<Basic>, headers: HeaderMap) -> Result<Response> {
    let site = basic.site.site().await?;
    let body = html! {
        h2 { "打电话" }
        p { "拨打 " (phone(&site.hotline)) "，24 小时有人接听。说您要办什么事，工作人员告诉您带什么、去哪里。" }
        h2 { "到窗口" }
        p {
            "带身份证和材料到" a href="/basic/halls" { "办事大厅" } "，工作人员帮您填。行动不便的，可以请工作人员上门。"
        }
        h2 { "请家人帮您办" }
        p { "让家人在旁边，用您自己的账号登录，一步一步填；或者到窗口办委托，家人用自己的账号替您办，每一步都有记录。" }
        h2 { "简易版能做什么" }
        ul {
            li { "能做：" a href="/basic/items" { "找事项、看办事指南" } "，" a href="/basic/progress" { "查进度" } "，"
                a href="/basic/verify" { "验证照" } "，" a href="/basic/ratings" { "评服务" } "，看大厅和电话。" }
            li { "要用普通版：登录、网上填表、上传材料、下载证照。请换新一些的浏览器，例如手机自带的浏览器，或者新版的 360、火狐、谷歌浏览器。" }
        }
        h2 { "遇到办不成的事" }
        p { "窗口不收、说不清缺什么、跑了好几次，都可以打 " (phone(&site.hotline)) "，或者到大厅的“办不成事”反映窗口。" }
    };
    send(&headers, Page::new("帮助", "/basic/help", "/help/family", body).draw(&site))
}

/// What everybody can count on, and what is not there yet.
pub(crate) async fn accessibility(State(basic): State<Basic>, headers: HeaderMap) -> Result<Response> {
    let site = basic.site.site().await?;
    let body = html! {
        p { "这个网站尽量让每个人都能用，不管您用什么设备、看得清不清、用不用鼠标。" }
        h2 { "简易版怎么用" }
        ul {
            li { "不用脚本，不用鼠标：按 Tab 键往下走，按回车打开；每页第一个链接跳到正文。" }
            li { "读屏软件、文字浏览器都能读：标题、表格、表单、错误都有名字。" }
            li { "用浏览器放大，字会变大，内容不会少。打印时只印正文。" }
            li { "出错时，页面最上面列出每一处要改的地方，点一下就到，旁边也写着怎么改。" }
            li { "验证题是一道文字算式，不用看图。" }
        }
        h2 { "依据的标准" }
        p { "《信息技术 互联网内容无障碍可访问性技术要求与测试方法》（GB/T 37668—2019）和 WCAG 2.2 AA 级。" }
        h2 { "还没有做到的" }
        p { "登录和网上申请只有普通版有。有些部门上传的样例和文书是扫描件，读屏软件读不出。需要的话打 " (phone(&site.hotline)) "，我们读给您听，或者另给一份能读的。" }
        h2 { "用不了怎么办" }
        p { "打 " (phone(&site.hotline)) " 告诉我们是哪一页、哪一步。三个工作日内答复。" }
    };
    send(&headers, Page::new("无障碍声明", "/basic/accessibility", "/accessibility", body).draw(&site))
}
