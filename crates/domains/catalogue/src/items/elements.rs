//! The elements of an item one by one (ITEM-002, ITEM-003, ITEM-004): name, group, type, length,
//! code list, whether it must be there. [`super::shape`] checks by this table; the rules between elements are in
//! [`super::rules`].

use serde_json::Value;

use super::labels::{self, CodeList};

/// What an element may hold.
pub(super) enum Kind {
    /// Text, at most so many characters.
    Text(usize),
    /// List of texts, each at most so many characters.
    Texts(usize),
    /// Whole number between the two.
    Whole(u64, u64),
    /// Yes or no.
    Flag,
    /// One code of the list.
    Code(CodeList),
    /// Several codes of the list.
    Codes(CodeList),
    /// Elements of its own.
    Group,
    /// List of groups.
    Rows,
}

/// How an element must be there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    /// Present; a list may be empty.
    Present,
    /// Present and with content.
    Filled,
    /// May be missing.
    Free,
}

/// Path, name, what it may hold, how it must be there.
pub(super) struct Element(pub(super) &'static str, pub(super) &'static str, pub(super) Kind, pub(super) Need);

use Kind::{Code, Codes, Flag, Group, Rows, Text, Texts, Whole};
use Need::{Filled, Free, Present};

/// `*` stands for any row of a list. A path's parent must be in the table too.
pub(super) static ELEMENTS: &[Element] = &[
    Element("/schema", "结构版本", Text(32), Filled),
    Element("/slug", "事项标识", Text(64), Filled),
    Element("/name", "事项名称", Text(100), Filled),
    Element("/summary", "一句话说明", Text(200), Filled),
    Element("/keywords", "别名和关键词", Texts(30), Free),
    Element("/catalogue", "通用目录", Group, Filled),
    Element("/catalogue/code", "目录编码", Text(12), Filled),
    Element("/catalogue/name", "目录名称", Text(100), Filled),
    Element("/catalogue/sub", "子项", Group, Free),
    Element("/catalogue/sub/code", "子项编码", Text(12), Filled),
    Element("/catalogue/sub/name", "子项名称", Text(100), Filled),
    Element("/codes", "编码", Group, Filled),
    Element("/codes/basic", "基本编码", Text(12), Filled),
    Element("/codes/task", "实施编码", Text(31), Filled),
    Element("/codes/local", "地方编码", Text(50), Free),
    Element("/item_type", "事项类型", Code(labels::ITEM_TYPES), Filled),
    Element("/filing", "属于行政备案", Flag, Free),
    Element("/service_field", "公共服务领域", Code(labels::SERVICE_FIELDS), Free),
    Element("/level", "行使层级", Code(labels::LEVELS), Filled),
    Element("/region", "行政区划", Text(12), Filled),
    Element("/state", "事项状态", Code(labels::STATES), Filled),
    Element("/version", "事项版本", Whole(1, 1_000_000), Filled),
    Element("/body", "实施主体", Group, Filled),
    Element("/body/name", "实施主体名称", Text(100), Filled),
    Element("/body/uscc", "实施主体统一社会信用代码", Text(18), Filled),
    Element("/body/nature", "实施主体性质", Code(labels::NATURES), Filled),
    Element("/joint_bodies", "联办机构", Rows, Free),
    Element("/joint_bodies/*/name", "名称", Text(100), Filled),
    Element("/joint_bodies/*/uscc", "统一社会信用代码", Text(18), Filled),
    Element("/joint_bodies/*/nature", "性质", Code(labels::NATURES), Filled),
    Element("/legal_basis", "设定依据", Rows, Filled),
    Element("/legal_basis/*/title", "依据名称", Text(200), Filled),
    Element("/legal_basis/*/doc_no", "文号", Text(100), Free),
    Element("/legal_basis/*/article", "条款", Text(2000), Free),
    Element("/legal_basis/*/kind", "依据种类", Text(30), Filled),
    Element("/objects", "服务对象", Codes(labels::OBJECTS), Filled),
    Element("/themes", "主题", Group, Filled),
    Element("/themes/natural", "面向个人的主题", Texts(40), Free),
    Element("/themes/legal", "面向法人的主题", Texts(40), Free),
    Element("/scopes", "经营范围", Texts(50), Free),
    Element("/case_type", "办件类型", Code(labels::CASE_TYPES), Filled),
    Element("/legal_limit", "法定办结时限", Group, Filled),
    Element("/legal_limit/value", "数值", Whole(0, 9999), Filled),
    Element("/legal_limit/unit", "单位", Code(labels::TIME_UNITS), Filled),
    Element("/legal_limit/note", "说明", Text(500), Free),
    Element("/promise_limit", "承诺办结时限", Group, Filled),
    Element("/promise_limit/value", "数值", Whole(0, 9999), Filled),
    Element("/promise_limit/unit", "单位", Code(labels::TIME_UNITS), Filled),
    Element("/promise_limit/note", "说明", Text(500), Free),
    Element("/acceptance_limit", "受理时限", Group, Filled),
    Element("/acceptance_limit/value", "数值", Whole(0, 9999), Filled),
    Element("/acceptance_limit/unit", "单位", Code(labels::TIME_UNITS), Filled),
    Element("/acceptance_limit/note", "说明", Text(500), Free),
    Element("/on_site_times", "到办事现场次数", Whole(0, 99), Filled),
    Element("/on_site_reason", "必须现场办理原因", Text(500), Free),
    Element("/online_depth", "网办深度", Code(labels::ONLINE_DEPTHS), Filled),
    Element("/approval_form", "审批服务办理形式", Code(labels::APPROVAL_FORMS), Filled),
    Element("/handle_forms", "办理形式", Codes(labels::HANDLE_FORMS), Filled),
    Element("/handle_area", "通办范围", Code(labels::HANDLE_AREAS), Filled),
    Element("/channels", "服务渠道", Codes(labels::CHANNELS), Filled),
    Element("/business_system", "使用的业务系统", Text(100), Free),
    Element("/places", "办理地点", Rows, Present),
    Element("/places/*/name", "名称", Text(100), Filled),
    Element("/places/*/address", "地址", Text(200), Filled),
    Element("/places/*/hours", "办公时间", Text(200), Filled),
    Element("/places/*/phone", "电话", Text(50), Filled),
    Element("/places/*/windows", "窗口号", Texts(20), Free),
    Element("/places/*/terminal", "有自助终端", Flag, Free),
    Element("/places/*/region", "行政区划", Text(12), Free),
    Element("/places/*/all_day", "24 小时开放", Flag, Free),
    Element("/places/*/location", "经纬度", Text(40), Free),
    Element("/places/*/traffic", "怎么去", Text(200), Free),
    Element("/places/*/booking", "预约方式", Rows, Free),
    Element("/places/*/booking/*/way", "方式", Code(labels::BOOKING_WAYS), Filled),
    Element("/places/*/booking/*/text", "怎么预约", Text(200), Filled),
    Element("/places/*/booking/*/phone", "预约电话", Text(30), Free),
    Element("/places/*/booking/*/url", "预约网址", Text(300), Free),
    Element("/booking", "预约方式", Rows, Free),
    Element("/booking/*/way", "方式", Code(labels::BOOKING_WAYS), Filled),
    Element("/booking/*/text", "怎么预约", Text(200), Filled),
    Element("/booking/*/phone", "预约电话", Text(30), Free),
    Element("/booking/*/url", "预约网址", Text(300), Free),
    Element("/consult_phone", "咨询电话", Text(50), Filled),
    Element("/complaint_phone", "监督投诉电话", Text(50), Filled),
    Element("/rights", "申请人权利", Texts(500), Free),
    Element("/duties", "申请人义务", Texts(500), Free),
    Element("/remedies", "救济途径", Group, Filled),
    Element("/remedies/review", "行政复议", Text(500), Filled),
    Element("/remedies/lawsuit", "行政诉讼", Text(500), Filled),
    Element("/fees", "收费", Group, Filled),
    Element("/fees/charge", "是否收费", Flag, Filled),
    Element("/fees/basis", "收费依据", Text(500), Free),
    Element("/fees/items", "收费项目", Rows, Free),
    Element("/fees/items/*/name", "名称", Text(100), Filled),
    Element("/fees/items/*/standard", "标准", Text(500), Filled),
    Element("/fees/items/*/fen", "金额（分）", Whole(0, 1_000_000_000_000), Free),
    Element("/fees/items/*/when", "收取条件", Text(500), Free),
    Element("/fees/items/*/amount", "金额算法", Text(500), Free),
    Element("/fees/reductions", "减免", Rows, Free),
    Element("/fees/reductions/*/name", "减免情形", Text(100), Filled),
    Element("/fees/reductions/*/basis", "减免依据", Text(500), Filled),
    Element("/fees/reductions/*/percent", "减免比例（%）", Whole(1, 100), Filled),
    Element("/fees/reductions/*/fees", "减免的收费项目", Texts(100), Free),
    Element("/fees/reductions/*/when", "减免条件", Text(500), Free),
    Element("/fees/before", "缴清期限", Code(labels::FEES_BEFORE), Free),
    Element("/quantity_limit", "数量限制", Text(500), Filled),
    Element("/commitment", "告知承诺", Group, Filled),
    Element("/commitment/supported", "支持告知承诺", Flag, Filled),
    Element("/commitment/kind", "承诺的内容", Text(200), Free),
    Element("/tolerance", "容缺受理", Group, Filled),
    Element("/tolerance/supported", "支持容缺受理", Flag, Filled),
    Element("/tolerance/days", "补交天数（工作日）", Whole(1, 365), Free),
    Element("/tolerance/grace_days", "逾期后几个工作日办结", Whole(0, 60), Free),
    Element("/special_procedures", "特别程序", Rows, Free),
    Element("/special_procedures/*/key", "标识", Text(40), Filled),
    Element("/special_procedures/*/name", "名称", Text(100), Filled),
    Element("/special_procedures/*/limit", "时限", Group, Free),
    Element("/special_procedures/*/limit/value", "数值", Whole(0, 9999), Filled),
    Element("/special_procedures/*/limit/unit", "单位", Code(labels::TIME_UNITS), Filled),
    Element("/special_procedures/*/limit/note", "说明", Text(500), Free),
    Element("/special_procedures/*/counts_in_limit", "计入办理时限", Flag, Filled),
    Element("/special_procedures/*/note", "说明", Text(500), Free),
    Element("/dispatch", "分发方式", Group, Free),
    Element("/dispatch/mode", "办理方式", Code(labels::DISPATCH_MODES), Filled),
    Element("/dispatch/system", "对方系统", Text(64), Free),
    Element("/dispatch/mapping", "字段映射", Text(64), Free),
    Element("/dispatch/answer_hours", "几小时内要有回音", Whole(1, 720), Free),
    Element("/dispatch/fallback", "送不到时", Code(labels::FALLBACKS), Free),
    Element("/intermediary", "中介服务", Texts(200), Free),
    Element("/handle_items", "业务办理项", Rows, Filled),
    Element("/handle_items/*/key", "标识", Text(40), Filled),
    Element("/handle_items/*/name", "名称", Text(100), Filled),
    Element("/handle_items/*/code", "业务办理项编码", Text(33), Filled),
    Element("/handle_items/*/old_licence", "原证照怎么办", Code(labels::OLD_LICENCE), Free),
    Element("/situations", "情形", Rows, Free),
    Element("/situations/*/key", "标识", Text(40), Filled),
    Element("/situations/*/question", "问题", Text(200), Filled),
    Element("/situations/*/hint", "提示", Text(500), Free),
    Element("/situations/*/kind", "单选或多选", Code(labels::SITUATION_KINDS), Filled),
    Element("/situations/*/handle_items", "适用的业务办理项", Texts(40), Free),
    Element("/situations/*/visible_when", "出现条件", Text(500), Free),
    Element("/situations/*/options", "选项", Rows, Filled),
    Element("/situations/*/options/*/key", "标识", Text(40), Filled),
    Element("/situations/*/options/*/label", "文字", Text(100), Filled),
    Element("/situations/*/options/*/effect", "作用", Code(labels::EFFECTS), Free),
    Element("/situations/*/options/*/reason", "不办的原因", Text(500), Free),
    Element("/situations/*/options/*/goto", "去办什么", Text(100), Free),
    Element("/conditions", "受理条件", Rows, Free),
    Element("/conditions/*/key", "标识", Text(40), Filled),
    Element("/conditions/*/text", "条件", Text(500), Filled),
    Element("/conditions/*/necessary", "必要", Flag, Filled),
    Element("/conditions/*/check", "核查方式", Code(labels::CHECKS), Filled),
    Element("/conditions/*/question", "问题", Text(200), Free),
    Element("/conditions/*/options", "选项", Rows, Free),
    Element("/conditions/*/options/*/key", "标识", Text(40), Filled),
    Element("/conditions/*/options/*/label", "文字", Text(100), Filled),
    Element("/conditions/*/options/*/met", "满足条件", Flag, Filled),
    Element("/conditions/*/options/*/note", "说明", Text(500), Free),
    Element("/conditions/*/handle_items", "适用的业务办理项", Texts(40), Free),
    Element("/materials", "申请材料", Rows, Present),
    Element("/materials/*/key", "标识", Text(40), Filled),
    Element("/materials/*/name", "材料名称", Text(100), Filled),
    Element("/materials/*/order", "排序", Whole(1, 999), Filled),
    Element("/materials/*/kind", "材料类型", Code(labels::MATERIAL_KINDS), Filled),
    Element("/materials/*/form", "材料形式", Code(labels::MATERIAL_FORMS), Filled),
    Element("/materials/*/original_copies", "原件份数", Whole(0, 99), Filled),
    Element("/materials/*/photo_copies", "复印件份数", Whole(0, 99), Filled),
    Element("/materials/*/source", "来源渠道", Code(labels::SOURCES), Filled),
    Element("/materials/*/source_note", "来源说明", Text(200), Free),
    Element("/materials/*/producer", "出具单位", Text(100), Free),
    Element("/materials/*/necessity", "必要性", Code(labels::NECESSITIES), Filled),
    Element("/materials/*/paper_spec", "规格", Text(30), Filled),
    Element("/materials/*/file_types", "文件格式", Codes(labels::FILE_TYPES), Present),
    Element("/materials/*/max_mb", "文件大小上限（MB）", Whole(0, 200), Filled),
    Element("/materials/*/licence_type", "关联的电子证照", Text(60), Free),
    Element("/materials/*/exempt_note", "免交说明", Text(200), Free),
    Element("/materials/*/generated", "由表单生成", Flag, Free),
    Element("/materials/*/blank_form", "空白表格", Text(200), Free),
    Element("/materials/*/sample", "示例样表", Text(200), Free),
    Element("/materials/*/fill_notes", "填报须知", Text(1000), Free),
    Element("/materials/*/hand_in", "提交方式", Codes(labels::HAND_INS), Filled),
    Element("/materials/*/handle_items", "适用的业务办理项", Texts(40), Free),
    Element("/materials/*/when", "适用的情形", Text(500), Free),
    Element("/materials/*/review_points", "审查要点", Rows, Free),
    Element("/materials/*/review_points/*/key", "标识", Text(40), Filled),
    Element("/materials/*/review_points/*/text", "要点", Text(500), Filled),
    Element("/materials/*/review_points/*/kind", "形式或实质", Code(labels::POINT_KINDS), Filled),
    Element("/materials/*/review_points/*/for", "谁来审", Code(labels::POINT_FOR), Filled),
    Element("/process", "办理流程", Rows, Filled),
    Element("/process/*/name", "环节名称", Text(50), Filled),
    Element("/process/*/role", "办理人", Text(100), Filled),
    Element("/process/*/limit", "时限", Group, Free),
    Element("/process/*/limit/value", "数值", Whole(0, 9999), Filled),
    Element("/process/*/limit/unit", "单位", Code(labels::TIME_UNITS), Filled),
    Element("/process/*/limit/note", "说明", Text(500), Free),
    Element("/process/*/output", "结果", Text(200), Free),
    Element("/process/*/case_event", "办件环节", Text(50), Free),
    Element("/results", "办理结果", Rows, Filled),
    Element("/results/*/kind", "结果类型", Code(labels::RESULT_KINDS), Filled),
    Element("/results/*/name", "结果名称", Text(100), Filled),
    Element("/results/*/licence_type", "电子证照", Text(60), Free),
    Element("/results/*/validity", "有效期", Text(100), Free),
    Element("/results/*/paper", "文书模板", Text(60), Free),
    Element("/results/*/replaces_decision", "证照代替准予决定书", Flag, Free),
    Element("/review_points", "审查要点", Rows, Free),
    Element("/review_points/*/key", "标识", Text(40), Filled),
    Element("/review_points/*/text", "要点", Text(500), Filled),
    Element("/review_points/*/kind", "形式或实质", Code(labels::POINT_KINDS), Filled),
    Element("/review_points/*/for", "谁来审", Code(labels::POINT_FOR), Filled),
    Element("/faq", "常见问题", Rows, Free),
    Element("/faq/*/q", "问题", Text(200), Filled),
    Element("/faq/*/a", "回答", Text(2000), Filled),
    Element("/form", "表单文件", Text(60), Filled),
    Element("/flow", "流程文件", Text(60), Filled),
    Element("/rules", "规则文件", Text(60), Free),
];

pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(head, _)| head)
}

fn find(path: &str) -> Option<&'static Element> {
    ELEMENTS.iter().find(|element| element.0 == path)
}

/// Name of the element at a pointer, with the row: `/materials/2/name` → `申请材料 第 3 项 材料名称`.
pub fn name_of(pointer: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if let Ok(row) = part.parse::<usize>() {
            path.push_str("/*");
            words.push(format!("第 {} 项", row + 1));
            continue;
        }
        path.push('/');
        path.push_str(part);
        match (find(&path), path.as_str()) {
            (Some(element), _) => words.push(element.1.to_owned()),
            (None, "/samples") => words.push("示例".to_owned()),
            (None, _) => words.push(part.to_owned()),
        }
    }
    if words.is_empty() { "事项".to_owned() } else { words.join(" ") }
}

/// An item without elements that are not in the table, so that one stray key does not hide
/// what the rules between elements have to say.
pub(crate) fn without_unknown(item: &Value) -> Value {
    known_only("", item)
}

fn known_only(pattern: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, inner)| (format!("{pattern}/{key}"), key, inner))
            .filter(|(path, ..)| find(path).is_some())
            .map(|(path, key, inner)| (key.clone(), known_only(&path, inner)))
            .collect(),
        Value::Array(rows) => rows.iter().map(|row| known_only(&format!("{pattern}/*"), row)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_hangs_on_a_group_or_list_of_the_table() {
        for element in ELEMENTS {
            let above = parent(element.0);
            let above = above.strip_suffix("/*").unwrap_or(above);
            assert!(above.is_empty() || find(above).is_some_and(|up| matches!(up.2, Group | Rows)), "{}", element.0);
        }
    }

    #[test]
    fn an_element_is_named_with_its_row() {
        assert_eq!(name_of("/materials/2/name"), "申请材料 第 3 项 材料名称");
        assert_eq!(name_of("/promise_limit"), "承诺办结时限");
    }
}
