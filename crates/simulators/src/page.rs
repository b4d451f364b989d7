//! The pages of the outside world: plain HTML that works without script and with a keyboard.

use axum::response::Html;

/// A page that says it is a simulation.
pub(crate) fn page(title: &str, note: &str, body: &str) -> Html<String> {
    Html(format!(
        r#"<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}（模拟）</title>
<style>
body {{ font: 1.125rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1b1f24; background: #fff; max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }}
h1 {{ font-size: 1.6rem; line-height: 1.4 }}
.note {{ border-left: .3rem solid #8a5a00; background: #fff7e6; padding: .6rem 1rem }}
.code {{ font: 1.1rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; border: 1px solid #6b7280; border-radius: .3rem; padding: .6rem 1rem }}
fieldset {{ border: 0; padding: 0; margin: 1.5rem 0 }}
legend {{ font-weight: 600; padding: 0; margin-bottom: .5rem }}
.people {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: .6rem }}
button, .button {{ font: inherit; text-align: left; min-height: 3rem; padding: .5rem 1rem; color: inherit; background: #fff; border: 1px solid #6b7280; border-radius: .3rem; cursor: pointer; text-decoration: none; display: inline-block }}
button:hover {{ background: #f2f5f9 }}
button:focus-visible, a:focus-visible {{ outline: .2rem solid #0b5cad; outline-offset: .15rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="note">{note}</p>
{body}
</main>
</body>
</html>
"#
    ))
}

/// A button that sends `name=value`.
pub(crate) fn button(name: &str, value: &str, label: &str) -> String {
    format!("<button name=\"{}\" value=\"{}\">{}</button>\n", escape(name), escape(value), escape(label))
}

/// Text for HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
