/** 表单数据、数据项、本部门流程。 */
export const formData = {
  title: '表单数据', intro: '按表单、事项和时间查填报的内容。个人信息遮住显示。', unit: '份', none: '还没有填报的数据', noneHint: '有人提交申请后，这里会有记录。',
  q: '办件编号或申请人', qHint: '也可以用完整的证件号码', form: '表单', allForms: '全部表单', item: '事项', allItems: '全部事项', from: '提交从', to: '提交到', code: '数据项', anyCode: '不按数据项查', value: '数据项的内容', valueHint: '明文存放的可以填一部分，加密存放的要填完整',
  number: '办件编号', applicant: '申请人', state: '状态', submitted: '提交时间', version: '第 {n} 版', formOf: '{title}（第 {n} 版）', corrected: '更正 {n} 次', org: '办理部门',
  exportSome: '导出 {n} 份', exportWhole: '导出完整内容', exportFirst: '选一份表单后可以导出', exportWholeTitle: '导出 {n} 份完整内容？', exportWholeText: '文件里有完整的个人信息。谁、什么时候、为什么导出都会记入日志，申请人也看得到。', exportWholeWhy: '为什么要完整内容', exportWholeSubmit: '导出完整内容', exportFile: '表单数据.csv',
  facts: '这份表单', handleItem: '业务办理项', formVersion: '表单版本', seeCase: '看办件',
  items: '填报的内容', name: '数据项', text: '内容', stored: '存放', codeOf: '代码', empty: '没有填', correct: '更正', correctMany: '更正选中的 {n} 项', choose: '选中“{name}”', reveal: '查看', revealTitle: '查看完整的“{name}”？', revealText: '查看会记入日志。', revealWhy: '为什么要看', revealSubmit: '查看',
  correcting: '更正填报的内容', correctHint: '改动前后都会留下，办件里会有记录，申请人也会收到消息。办好的证照和文书不会跟着变。', masked: '“{name}”现在是“{old}”，请填完整的新内容。', reason: '更正的原因和依据', reasonHint: '4 到 500 个字，申请人看得到', save: '保存更正', cancel: '不更正', saved: '已更正', nothing: '还没有改动。', reasonMissing: '写明更正的原因和依据，至少 4 个字',
  history: '更正记录', historyNone: '没有更正过。', historyOf: '{name}，{at}', before: '更正前', after: '更正后', field: '哪一项', itemsOf: '这份表单的数据项',
} as const

export const dataItems = {
  title: '数据项', intro: '填报的每一项叫什么、怎么查、存在哪里。改了以后新的申请马上按新的存，以前的数据稍后也能按新的查到。', back: '表单', field: '字段', code: '代码', codeOf: '“{name}”的代码', name: '名称', nameOf: '“{name}”的名称', store: '存放', storeOf: '“{name}”的存放',
  store_plain: '单独存放，可以查', store_sealed: '加密存放，按完整内容查', store_form: '随表单加密存放，不能查', store_nowhere: '不存：只在提交时核对', personal: '个人信息', save: '保存', saved: '已保存，以前的数据稍后也能查到', changed: '最近由{name}在 {at} 修改', never: '还没有设过，全部随表单加密存放。', nowhereNote: '选了“不存”的，提交后查不到，也不能在流程条件和文书里用。', readOnly: '您只能看。要改，请找事项管理员。', none: '这份表单还没有要填的字段。', fix: '有 {n} 处要改',
} as const

export const ownFlows = {
  title: '本部门流程', tab: '本部门流程', intro: '本部门办的事项，可以在事项规定的范围里用自己的内部流程。', unit: '个事项', none: '本部门没有在办的事项', noneHint: '事项发布后，这里可以设本部门自己的流程。', find: '事项名称', findHint: '例：食品经营',
  item: '事项', org: '部门', limits: '事项的限制', days: '{n} 个工作日内办结', noDays: '没有时限', visits0: '不用到现场', visits: '最多到现场 {n} 次', flow: '用的流程', ownNone: '事项流程', state_draft: '本部门流程（没有发布）', state_published: '本部门流程第 {n} 版', state_disabled: '已停用，用事项流程', outdated: '事项有变化，先用事项流程。打开核对后重新发布', changed: '最近修改', changedBy: '{name}，{at}',
  begin: '复制事项流程', beginTitle: '为“{name}”设本部门流程？', beginText: '先复制一份事项流程，您再改。发布前，办件照旧用事项流程；发布后，新受理的办件用本部门流程，正在办的不变。', beginRules: '只能用本部门的人、科室和岗位；各环节加起来{days}；{visits}；事项流程里的决定和结果一个都不能少。', beginSubmit: '复制并打开', open: '打开', disable: '停用', disableTitle: '停用本部门流程？', disableText: '新受理的办件用事项流程，正在办的不变。', disableSubmit: '停用', disableKeep: '先不停用', disableDone: '已停用', enable: '启用', enableTitle: '启用本部门流程？', enableText: '新受理的办件用本部门流程。', enableSubmit: '启用', enableDone: '已启用', reason: '停用的原因',
  bounds: '“{item}”的本部门流程：{days}，{visits}；只用本部门的人和岗位；结果和事项流程一样。',
} as const
