//! Chinese names of acts. An act without a name here shows its key.

/// Acts and their names.
const NAMES: &[(&str, &str)] = &[
    ("staff.sign_in", "工作人员登录"),
    ("staff.sign_in_failed", "工作人员登录失败"),
    ("account.sign_on", "公众登录"),
    ("account.read", "查看本人账号"),
    ("account.edit", "修改本人账号"),
    ("session.foreign_network", "会话在别处被使用"),
    ("audit.read", "查看审计记录"),
    ("audit.export", "导出审计记录"),
    ("audit.unknown_callers", "未登录的大量访问"),
    ("case.read", "查看办件"),
    ("case.list", "办件清单"),
    ("case.reveal", "查看个人信息原值"),
    ("case.export", "导出办件清单"),
    ("case.accept", "受理"),
    ("case.intake", "窗口收件"),
    ("case.urge", "催办"),
    ("my_case.read", "查看本人办件"),
    ("my_case.create", "新建申请"),
    ("my_case.edit", "填写申请"),
    ("my_case.submit", "提交申请"),
    ("task.list", "待办清单"),
    ("task.complete", "办理待办"),
    ("calendar.read", "查看工作日历"),
    ("calendar.edit", "修改工作日历"),
    ("calendar.delete", "删除工作日历"),
    ("item.read", "查看事项"),
    ("item.edit", "修改事项"),
    ("item.publish", "发布事项"),
    ("my_licence.read", "查看本人证照"),
    ("file.upload", "上传材料"),
    ("risk.read", "查看风险事件"),
    ("risk.handle", "处置风险事件"),
    ("risk.close", "复核风险事件"),
    ("risk.alarm", "产生告警"),
    ("key.read", "查看密钥"),
    ("key.make", "生成密钥"),
    ("key.activate", "启用密钥"),
    ("key.revoke", "吊销密钥"),
    ("key.destroy", "销毁密钥"),
    ("key.reseal", "换密完成"),
    ("retention.edit", "修改日志保存期"),
    ("protection.read", "查看保护情况"),
];

/// Name of an act.
pub(crate) fn action(key: &str) -> String {
    NAMES.iter().find(|(known, _)| *known == key).map_or_else(|| key.to_owned(), |(_, name)| (*name).to_owned())
}
