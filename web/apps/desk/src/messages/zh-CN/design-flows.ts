export const flows = {
  formOf: '表单字段取自', formNone: '不选表单', form: '表单', item: '办理项', situation: '情形', applicant: '申请人', today: '今天', outcome: '结果', running: '运行情况', noHandlers: '办理人、服务和快捷键的清单没有取到',
} as const
export const papers = {
  groupForm: '表单字段', groupCase: '办件', groupApplicant: '申请人', groupPaper: '文书', groupLicence: '证照', caseNumber: '申办流水号', caseItem: '事项名称', caseHandleItem: '办理项名称', submitted: '提交日期', accepted: '受理日期', due: '承诺办结日期', promiseLimit: '承诺办结时限', legalLimit: '法定办结时限', queryCode: '查询码', applicantName: '申请人姓名或名称', applicantNumber: '申请人证件号码', issuer: '发文机关', number: '文号', date: '落款日期', phone: '联系电话', basis: '依据', review: '复议机关', lawsuit: '诉讼法院', licenceNumber: '证照编号', licenceName: '证照名称', licenceIdentifier: '电子证照标识',
} as const
export const shortcuts = {
  title: '设计快捷键', intro: '流程设计的快捷键。改了以后，大家下次打开设计器时生效。', command: '作用', keys: '按键', state: '说明', changed: '已改，原来是{keys}', change: '改按键', resetAll: '全部恢复默认', save: '保存快捷键', saved: '已保存快捷键', readOnly: '您可以看，不能改。', listening: '按下新的按键，按 Esc 不改', none: '没有按键', dirty: '有改动没有保存',
} as const
