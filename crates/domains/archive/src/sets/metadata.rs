//! `metadata.xml`: what an archive's own system reads of the file, in the words of DA/T 48 and of the archiving rules
//! for government services: where it comes from, what it is about, when, and its list of electronic files.

use std::fmt::Write as _;

use casework::cases::service::record::Record;
use quick_xml::escape::escape;
use time::OffsetDateTime;

use super::package::Content;

/// A moment in China, or nothing.
fn moment(at: Option<OffsetDateTime>) -> String {
    at.map(base::zone::moment_text).unwrap_or_default()
}

/// The description of a case and of its parts.
pub(super) fn xml(record: &Record, uscc: &str, made_at: OffsetDateTime, contents: &[Content]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<电子文件元数据>\n");
    let mut put = |name: &str, value: &str| {
        // Writing into a string never fails.
        let _ = writeln!(text, "  <{name}>{}</{name}>", escape(value));
    };
    put("聚合层次", "件");
    put("来源", "政务服务");
    put("立档单位名称", &record.org_name);
    put("立档单位统一社会信用代码", uscc);
    put("机构路径", &record.org_path);
    put("行政区划", &record.region);
    put("事项名称", &record.item_name);
    put("事项标识", &record.item_slug);
    put("实施清单版本", &record.item_version.to_string());
    put("业务办理项名称", &record.handle_item_name);
    put("办件编号", &record.case_number);
    put("题名", &format!("{}关于{}的办件", record.applicant_name, record.item_name));
    put("申请人类型", if record.applicant_kind == "enterprise" { "法人" } else { "自然人" });
    put("申请人", &record.applicant_name);
    put("申请来源", record.channel_label);
    put("申请时间", &moment(record.submitted_at));
    put("受理时间", &moment(record.accepted_at));
    put("决定时间", &moment(record.decided_at));
    put("办结时间", &moment(record.closed_at));
    put("送达时间", &moment(record.delivered_at));
    put("办件状态", &record.state_label);
    put("办理结果", record.result.as_ref().map_or("", |result| result.label.as_str()));
    put("结果证照编号", record.licence.as_ref().map_or("", |licence| licence.number.as_str()));
    put("归档文件形成时间", &moment(Some(made_at)));
    put("数字摘要算法", "SM3");
    put("数字签名算法", "SM2");
    text.push_str("  <电子文件清单>\n");
    for (no, content) in contents.iter().enumerate() {
        let _ = writeln!(
            text,
            "    <电子文件 序号=\"{}\"><题名>{}</题名><路径>{}</路径><类别>{}</类别><格式>{}</格式><大小>{}</大小><摘要>{}</摘要></电子文件>",
            no + 1,
            escape(&content.title),
            escape(&content.path),
            content.kind,
            escape(&content.media_type),
            content.bytes.len(),
            base::encoding::to_hex(&base::crypto::sm3(&content.bytes)),
        );
    }
    text.push_str("  </电子文件清单>\n</电子文件元数据>\n");
    text
}
