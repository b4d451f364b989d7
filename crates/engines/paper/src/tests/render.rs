//! What a template can and cannot do.

use serde_json::json;

use super::{codes_of, has, options, text_of};
use crate::{Fonts, check, render};

/// req: LIC-028
#[test]
fn chinese_text_of_the_data_is_in_the_paper() {
    let pdf =
        render("你好，#data.name。共 #yuan(123450) 元", &json!({ "name": "示例市政务服务中心" }), &options()).unwrap();
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    assert_eq!((pdf.pages, pdf.archival), (1, true));
    if has("pdftotext") {
        let text = text_of(&pdf.bytes, "chinese");
        assert!(text.contains("你好，示例市政务服务中心"), "{text}");
        assert!(text.contains("1,234.50"), "{text}");
    }
}

#[test]
fn the_file_claims_pdf_a_2b() {
    let pdf = render("正文", &json!({}), &options()).unwrap();
    let text = String::from_utf8_lossy(&pdf.bytes);
    assert!(
        text.contains("<pdfaid:part>2</pdfaid:part>") && text.contains("<pdfaid:conformance>B</pdfaid:conformance>")
    );
}

#[test]
fn equal_input_gives_equal_bytes() {
    let make = || render("#datetime.today().display() #data.a", &json!({ "a": "甲" }), &options()).unwrap().bytes;
    assert_eq!(make(), make());
    let other = render("#datetime.today().display() #data.a", &json!({ "a": "乙" }), &options()).unwrap().bytes;
    assert_ne!(make(), other);
}

#[test]
fn qr_code_reads_back() {
    let link = "https://zwfw.example.cn/q/11440300MB2D12345X?case=粤A20260305001";
    let pdf = render("#qr(data.link, width: 40mm)", &json!({ "link": link }), &options()).unwrap();
    if has("zbarimg") && has("pdftoppm") {
        assert_eq!(codes_of(&pdf.bytes, "qr"), link);
    }
    let long = check("#qr(data.link)", &json!({ "link": "长".repeat(2000) }), &options());
    assert!(long[0].message.contains("二维码放不下"), "{long:?}");
}

#[test]
fn files_and_packages_are_refused() {
    for (template, message) in [
        ("#read(\"/etc/passwd\")", "模板不能读取文件"),
        ("#image(\"seal.png\")", "模板不能读取文件"),
        ("#include \"../other.typ\"", "模板不能读取文件"),
        ("#include \"other.typ\"", "模板不能读取文件"),
        ("#import \"@preview/tablex:0.0.9\": *", "模板不能引用外部包"),
        ("#plugin(\"x.wasm\")", "模板不能读取文件"),
    ] {
        let error = render(template, &json!({}), &options()).unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (Some(1), message), "{template}");
    }
}

#[test]
fn mistakes_name_their_line() {
    let problems = check("第一行\n\n#data.missing\n", &json!({}), &options());
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].line, problems[0].message.as_str()), (Some(3), "数据里没有「missing」"));
    assert_eq!(problems[0].to_string(), "第 3 行：数据里没有「missing」");
    let problems = check("= 标题\n#(1 +\n", &json!({}), &options());
    assert!(problems[0].line.is_some_and(|line| line >= 2), "{problems:?}");
    // A mistake inside a helper points to the line that called it.
    let problems = check("\n#yuan(\"甲\")", &json!({}), &options());
    assert_eq!(problems[0].line, Some(2), "{problems:?}");
    assert!(check("好", &json!({}), &options()).is_empty());
}

#[test]
fn endless_loops_and_recursion_end_with_an_error() {
    let endless = render("#let n = 0\n#while n >= 0 { n += 1 }", &json!({}), &options()).unwrap_err();
    assert_eq!(endless.message, "循环没有尽头");
    let deep = render("#let f(x) = f(x + 1)\n#f(0)", &json!({}), &options()).unwrap_err();
    assert_eq!(deep.message, "函数调用层数过多");
}

#[test]
fn a_character_no_face_has_does_not_stop_the_paper() {
    let pdf = render("#data.name", &json!({ "name": "张\u{20BB7}" }), &options()).unwrap();
    assert!(!pdf.archival);
}

#[test]
fn extra_faces_must_be_faces() {
    assert!(Fonts::with_extra(vec![vec![1, 2, 3]]).is_err());
    let extra = include_bytes!("../../fonts/NotoSansSC-Regular.otf").to_vec();
    assert!(Fonts::with_extra(vec![extra]).is_ok());
}

#[test]
fn a_template_says_where_the_seal_goes() {
    let pdf =
        render("#pagebreak()\n#place(top + left, dx: 50mm, dy: 80mm, seal-place())", &json!({}), &options()).unwrap();
    let place = pdf.seal.unwrap();
    assert_eq!(place.page, 2);
    // Typst's own A4 margins are 2.5/21 of the width.
    assert!((place.x - 75.0).abs() < 0.1 && (place.y - 105.0).abs() < 0.1, "{place:?}");
    assert!(render("无", &json!({}), &options()).unwrap().seal.is_none());
}
