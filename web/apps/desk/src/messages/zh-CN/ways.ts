export const tolerances = {
  title: '容缺台账', intro: '受理时约定后补的材料。没有补齐的不出结果；逾期的先提醒，过了宽限期按规则办结。', unit: '份', none: '没有等待补交的材料', noneHint: '容缺受理的办件，约定后补的材料都在这里。',
  find: '查找', findHint: '办件编号、申请人、证件号码', state: '状态', allStates: '待补交', state_overdue: '逾期未补', state_supplied: '已补交', state_lapsed: '逾期办结', state_all: '全部',
  material: '容缺材料', caseNumber: '办件编号', item: '事项', applicant: '申请人', due: '补交期限', supplied: '补交', org: '办理部门', export: '导出 {n} 条',
} as const
export const bulk = {
  title: '批量件', intro: '一个事项、很多申请人：录入名单，一起生成办件，一起受理、一起办理。每一件都能单独查看。', unit: '个批次', none: '还没有批次', noneHint: '先在“受理方式”里把事项列入批量件清单，再新建批次。', new: '新建批次',
  find: '查找', findHint: '批次名或者事项', name: '批次名', item: '事项', lines: '行数', progress: '进度', failed: '没办成', by: '建立人', at: '建立时间',
  progressOf: '受理 {accepted}，办理 {completed}', busy: '正在处理', free: '空闲',
  newTitle: '新建批次', newIntro: '只有和部门商定过、列入批量件清单的事项才能选。', itemHint: '列入批量件清单的事项', handle: '业务办理项', handleHint: '先选事项', delivery: '结果怎么给', way_electronic: '只要电子证照', way_self: '到窗口领取', materials: '收到的材料', materialsHint: '例如：花名册一份，身份证复印件 320 份', nameHint: '例如：3月高龄津贴第一批', create: '建立', created: '批次已建立，可以录入名单了。', noKinds: '还没有事项列入批量件清单。',
  facts: '批次', department: '办理部门', counts: '名单', total: '{n} 行', draft: '未生成 {n}', filed: '待受理 {n}', accepted: '已受理 {n}', completed: '已办理 {n}', wrong: '没办成 {n}',
  doing: '{what}，办完自动更新。', notDone: '没有办理：{why}',
  add: '录入一行', addTitle: '录入申请人', changeTitle: '修改第 {no} 行', changeText: '证件号码和电话已遮住，请重新填写。', kind: '申请人类型', person: '个人', enterprise: '企业', applicant: '姓名或名称', idNumber: '证件号码', phone: '联系电话', legalPerson: '法定代表人', save: '保存', saved: '已保存',
  import: '导入表格', importTitle: '导入名单', importText: 'Excel 或者 CSV，第一行是列名：姓名或名称、证件号码、联系电话，可以有申请人类型、法定代表人。', file: '文件', importSubmit: '导入', imported: '录入 {n} 行', importProblems: '有 {n} 行没有录入', line: '第 {n} 行', frame: '下载空表',
  remove: '删除所选', removeTitle: '删除 {n} 行？', removeText: '还没有生成办件的行才会删除。', removeDone: '已删除', removeBatch: '删除批次', removeBatchTitle: '删除这个批次？', removeBatchText: '名单一起删除，不能恢复。', keep: '不删',
  register: '生成办件', registerTitle: '给 {n} 个申请人生成办件？', registerText: '材料按整批收齐处理。有问题的行留下来，写明原因。', accept: '批量受理', acceptTitle: '受理 {n} 件？', acceptText: '每一件都生成受理通知书，开始计时。', acceptNote: '受理意见', complete: '批量办理', completeTitle: '办理 {n} 件？', completeText: '把您能办的环节一次办完：审查按通过、决定按准予。要别的岗位办的，留给他们。', opinion: '办理意见', opinionHint: '每一件都记这条意见', started: '已经开始，办完自动更新。',
  no: '行号', number: '办件编号', state: '状态', problem: '没有办成的原因', allStates: '全部', s_draft: '未生成办件', s_filed: '待受理', s_accepted: '已受理', s_completed: '已办理', s_failed: '没办成', lineFind: '姓名、办件编号、完整证件号码', unitLine: '行', noLines: '名单还是空的', noLinesHint: '录入一行，或者导入表格。', change: '修改', export: '导出 {n} 行', choose: '选中第 {no} 行', linesTitle: '名单',
} as const
export const kinds = {
  title: '受理方式', intro: '哪些事项可以批量受理，或者只进不出、只出不进。先和办理部门商定，再在这里勾选。', unit: '个事项', none: '还没有商定的事项', noneHint: '选一个事项，勾选受理方式，写明和谁、什么时候商定的。', find: '查找', findHint: '事项名称',
  item: '事项', bulk: '批量件', inOnly: '只进不出', outOnly: '只出不进', agreement: '商定情况', changed: '最后修改', yes: '可以', no: '—', set: '设置事项', change: '修改', setTitle: '设置受理方式', ways: '可以怎样受理', bulkHint: '录入名单，一起受理、一起办理', inOnlyHint: '窗口收件，别处办理，不在这里出件', outOnlyHint: '别处受理，只在这里出件', agreementHint: '例如：2026-03-05 与区民政局商定', save: '保存', saved: '已保存',
  kind: '受理方式', allKinds: '全部',
} as const
export const records = {
  title: '代收代发', intro: '只进不出件：窗口收件，别处办理，不在这里出件。只出不进件：别处受理，结果在这里领。都计入收件和出件的数量，不计入办理时限。', unit: '件', none: '还没有记录', noneHint: '商定过受理方式的事项，可以在这里登记。', new: '登记',
  find: '查找', findHint: '编号、申请人、完整证件号码', kind: '类型', allKinds: '全部', in_only: '只进不出件', out_only: '只出不进件', state: '状态', allStates: '全部', s_taken: '已收件', s_sent: '已转出', s_resulted: '已有结果', s_received: '待领取', s_delivered: '已领取',
  number: '编号', item: '事项', applicant: '申请人', elsewhere: '办理的地方', received: '收到时间', export: '导出 {n} 条',
  newTitle: '登记代收代发', newIntro: '只有商定过受理方式的事项才能选。', noKinds: '还没有商定过的事项。', what: '类型', inHint: '窗口收件，转到别处办理', outHint: '别处办好的结果，在这里给申请人', handle: '业务办理项', applicantGroup: '申请人', applicantKind: '申请人类型', person: '个人', enterprise: '企业', name: '姓名或名称', idNumber: '证件号码', phone: '联系电话', legalPerson: '法定代表人',
  caseGroup: '办件', elsewhereName: '在哪里办理', elsewhereHint: '例如：省社会保险基金管理局', elsewhereNumber: '那边的编号', materials: '收到的材料', resultGroup: '办理结果', result: '结果', granted: '准予', refused: '不予批准', resultName: '结果名称', resultNameHint: '例如：参保登记通知', resultNumber: '结果编号', resultOn: '作出决定的日期', create: '登记', created: '已登记。',
  facts: '登记内容', steps: '办理记录', receiver: '领取人', delivered: '领取时间', by: '登记人', send: '转出', sendTitle: '转给哪里办理？', sent: '已记下转出。', setResult: '登记结果', setResultTitle: '办理结果是什么？', resultSaved: '结果已登记。', deliver: '登记领取', deliverTitle: '登记领取？', deliverSaved: '已登记领取。', receiverName: '领取人姓名', receiverId: '领取人证件号码', note: '代领说明', noteHint: '领取人不是申请人的，写明凭什么代领',
} as const
export const trace = {
  title: '扫条码', intro: '用扫码枪扫办件上的条码，或者输入办件编号。每扫一次记一次时间。', point: '在哪个环节', receive: '收件', handle: '办理', notify: '通知', code: '条码', codeHint: '办件编号', submit: '记下时间', scanned: '已记下：{point}', print: '打印条码', times: '各环节的时间', when: '时间', who: '经手人', where: '部门', after: '距上一次', minutes: '{n} 分钟', first: '第一次', seeCase: '看这个办件',
} as const
export const figures = {
  title: '受理统计', intro: '各种受理方式的件数。只进不出、只出不进的，计入收件和出件，不计入办理时限。', unit: '行', none: '这段时间没有办件', by: '按什么统计', byItem: '事项', byOrg: '部门', byWindow: '收件窗口', byDay: '日', byMonth: '月', from: '从', to: '到', byWay: '各种受理方式', mostTaken: '收件量', name: '名称', normal: '普通件', bulk: '批量件', inOnly: '只进不出', outOnly: '只出不进', taken: '收件合计', timed: '计入时限', handedOver: '出件合计', export: '导出',
} as const
export const messages = {
  title: '消息记录', caseTitle: '这个办件的消息', intro: '发给申请人和工作人员的短信、站内消息。这里不显示内容；发送失败的可以重发。', unit: '条', none: '还没有消息', state: '状态', allStates: '全部', s_waiting: '等待发送', s_sent: '已发出', s_failed: '发送失败', s_refused: '对方不收短信', channel: '方式', allChannels: '全部', sms: '短信', in_app: '站内消息',
  what: '消息', receiver: '发给', at: '时间', sentAt: '发出时间', why: '没有发出的原因', resend: '重发', resendTitle: '重发这条消息？', resendText: '按原来的内容再发一次，不会重复收到。', resent: '已经安排重发。', seeCase: '看办件', back: '办件',
} as const
