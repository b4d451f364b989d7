export const flows = {
  library: '设计中心', flow: '流程', rules: '规则', paper: '文书模板', settings: '设计设置', formOf: '表单字段取自', formNone: '不选表单', form: '表单', item: '办理项', situation: '情形', applicant: '申请人', today: '今天', outcome: '结果',
  saved: '已自动保存 {time}', saving: '正在保存', waiting: '有改动没有保存', failed: '没有保存成功', meta: '{key}　{org}',
  settingsIntro: '流程设计器的快捷键。改了以后，所有人下次打开设计器时生效。', command: '作用', keys: '按键', change: '改按键', reset: '恢复默认', save: '保存快捷键', settingsSaved: '已保存快捷键', settingsRead: '您可以看，不能改。', changed: '已改', listening: '按下新的按键，Esc 取消',
  loadHandlers: '办理人、服务的清单没有取到',
} as const
