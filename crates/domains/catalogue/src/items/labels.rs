//! Code lists of the national standards (standards 01, GB/T 39046) with their Chinese names.

/// A code list: code and name.
pub type CodeList = &'static [(&'static str, &'static str)];

/// 事项类型: the seven types on application (国发〔2022〕5号). Filing is the eighth, see [`item_type`].
pub const ITEM_TYPES: CodeList = &[
    ("01", "行政许可"),
    ("05", "行政给付"),
    ("07", "行政确认"),
    ("08", "行政奖励"),
    ("09", "行政裁决"),
    ("10", "其他行政权力"),
    ("20", "公共服务"),
];
/// Fields of a public service.
pub const SERVICE_FIELDS: CodeList = &[
    ("公共教育", "公共教育"),
    ("劳动就业", "劳动就业"),
    ("社会保险", "社会保险"),
    ("医疗卫生", "医疗卫生"),
    ("养老服务", "养老服务"),
    ("社会服务", "社会服务"),
    ("住房保障", "住房保障"),
    ("文化体育", "文化体育"),
    ("残疾人服务", "残疾人服务"),
];
/// What a handling item does to the licence held so far.
pub const OLD_LICENCE: CodeList =
    &[("replace", "换发，保留有效期"), ("renew", "换发，重新计算有效期"), ("revoke", "注销")];
/// By when a fee has to be paid.
pub const FEES_BEFORE: CodeList = &[("decision", "作出决定前"), ("delivery", "发放结果前")];
/// Ways to book a time.
pub const BOOKING_WAYS: CodeList = &[("phone", "电话预约"), ("window", "到窗口预约"), ("web", "网上预约")];
/// 行使层级.
pub const LEVELS: CodeList = &[
    ("1", "国家级"),
    ("2", "省级"),
    ("3", "市级"),
    ("4", "县级"),
    ("5", "镇（乡、街道）级"),
    ("6", "村（社区）级"),
    ("7", "分级管理"),
];
/// 事项状态.
pub const STATES: CodeList = &[("1", "在用"), ("2", "暂停"), ("3", "取消"), ("4", "草稿")];
/// 实施主体性质.
pub const NATURES: CodeList = &[("1", "法定机关"), ("2", "授权组织"), ("3", "受委托组织"), ("9", "其他")];
/// 服务对象.
pub const OBJECTS: CodeList = &[
    ("1", "自然人"),
    ("2", "企业法人"),
    ("3", "事业法人"),
    ("4", "社会组织法人"),
    ("5", "行政机关"),
    ("6", "其他组织"),
];
/// 办件类型.
pub const CASE_TYPES: CodeList = &[("1", "即办件"), ("2", "承诺件")];
/// 办件在哪里办.
pub const DISPATCH_MODES: CodeList =
    &[("internal", "本平台办理"), ("department", "部门自建系统办理"), ("upper", "上级系统办理")];
/// 分发送不到时.
pub const FALLBACKS: CodeList = &[("manual", "转为人工办理"), ("hold", "等人处理")];
/// 时限单位.
pub const TIME_UNITS: CodeList =
    &[("working_day", "工作日"), ("natural_day", "自然日"), ("hour", "小时"), ("minute", "分钟"), ("month", "月")];
/// 网办深度.
pub const ONLINE_DEPTHS: CodeList = &[("Ⅰ", "网上咨询"), ("Ⅱ", "网上收件"), ("Ⅲ", "网上预审、受理"), ("Ⅳ", "全程网办")];
/// 审批服务办理形式.
pub const APPROVAL_FORMS: CodeList = &[("independent", "独立办理"), ("joint", "联合办理")];
/// 办理形式.
pub const HANDLE_FORMS: CodeList =
    &[("1", "窗口办理"), ("2", "电脑端网上办理"), ("3", "移动端办理"), ("4", "快递申请"), ("9", "其他")];
/// 通办范围.
pub const HANDLE_AREAS: CodeList = &[
    ("全国", "全国"),
    ("跨省", "跨省"),
    ("全省", "全省"),
    ("跨市", "跨市"),
    ("全市", "全市"),
    ("跨县", "跨县"),
    ("本县区", "本县区"),
    ("本镇街", "本镇街"),
];
/// Channels.
pub const CHANNELS: CodeList =
    &[("web", "网上"), ("mobile", "手机"), ("window", "窗口"), ("post", "邮寄"), ("terminal", "自助终端")];
/// 材料类型.
pub const MATERIAL_KINDS: CodeList = &[("1", "原件"), ("2", "复印件"), ("3", "原件和/或复印件")];
/// 材料形式.
pub const MATERIAL_FORMS: CodeList = &[("1", "纸质"), ("2", "电子"), ("3", "纸质或电子")];
/// 来源渠道.
pub const SOURCES: CodeList =
    &[("10", "申请人自备"), ("20", "政府部门核发"), ("30", "中介机构或法定机构出具"), ("99", "其他")];
/// 必要性.
pub const NECESSITIES: CodeList = &[("1", "必要"), ("2", "非必要"), ("3", "容缺后补")];
/// File types the file store takes.
pub const FILE_TYPES: CodeList = &[("pdf", "PDF"), ("jpg", "JPG"), ("png", "PNG"), ("docx", "DOCX"), ("xlsx", "XLSX")];
/// Ways to hand a material in.
pub const HAND_INS: CodeList = &[("online", "网上上传"), ("window", "窗口提交"), ("post", "邮寄")];
/// 审批结果类型.
pub const RESULT_KINDS: CodeList = &[("10", "证照"), ("20", "批文"), ("99", "其他")];
/// How an acceptance condition is checked.
pub const CHECKS: CodeList = &[("manual", "本人回答"), ("data", "数据核验")];
/// Situation questions.
pub const SITUATION_KINDS: CodeList = &[("single", "单选"), ("multi", "多选")];
/// What an option does.
pub const EFFECTS: CodeList = &[("stop", "不办这个事项")];
/// Kinds of review points.
pub const POINT_KINDS: CodeList = &[("formal", "形式审查"), ("substantive", "实质审查")];
/// Who looks at a review point.
pub const POINT_FOR: CodeList = &[("window", "窗口"), ("approver", "审批人员")];

/// Name of a code; the code itself when it is not on the list.
pub fn label(list: CodeList, code: &str) -> String {
    list.iter().find(|(known, _)| *known == code).map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
}

/// Names of several codes.
pub fn labels(list: CodeList, codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| label(list, code)).collect()
}

/// Name of an item type; filing (行政备案) is named as such although its code is 10.
pub fn item_type(code: &str, filing: bool) -> String {
    if filing { "行政备案".to_owned() } else { label(ITEM_TYPES, code) }
}
