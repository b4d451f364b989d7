export const packageIntake = {
  title: '套餐收件', intro: '一件事里的几个事项一次收：申请人认一次，共用的材料收一份，每个事项各成一个办件。', stage_package: '选套餐', stage_applicant: '认申请人', stage_delivery: '怎么领', stage_confirm: '核对提交',
  find: '要办哪一件事', none: '还没有“一件事”套餐', noneText: '套餐由事项管理人员发布。单个事项请到“收件登记”收。', toIntake: '收单个事项', choose: '办这个套餐', change: '换一个套餐', closed: '您的窗口现在收不了', closedWhy: '这些事项不在您的窗口收：', for_person: '个人办', for_enterprise: '企业或其他组织办',
  itemsOf: '里面的事项', required: '必办', optional: '选办', notHere: '您的窗口不收', alsoLabel: '选办的事项，申请人要办的勾上', alsoNotHere: '这几项您的窗口不收，申请人要办的请到：', tooFew: '至少办两件，再勾一件；只办一件的，从“收件登记”收', itemMeta: '{org}，{limit}', chooseFirst: '先选一个套餐', only_person: '这个套餐是给个人办的', only_enterprise: '这个套餐是给企业或其他组织办的',
  partOf: '第 {n} 项，共 {all} 项：{name}', stepOf: '{step}（第 {n} 步，共 {all} 步）', done: '填好了', now: '正在填', open: '还没填', partsTitle: '各个事项', reopen: '打开',
  same: '和“{name}”交的是同一份', carried: '按前面“{name}”填的带过来',
  waysLabel: '各件证照怎么领', each_no: '每一件都这样领', each_yes: '一件一件选', wayOf: '“{name}”怎么领', collectLabel: '什么时候领', collect_ready: '办好一件领一件', collect_readyHint: '哪件先办好，就先领哪件', collect_together: '全部办好一起领', collect_togetherHint: '先办好的等一等，最后一件办好时通知申请人', chooseCollect: '选什么时候领', ofItem: '{name}：{text}',
  confirmIntro: '和申请人一起核对。提交后 {n} 个事项一起登记，有一个登记不成，就都不登记。', one: '交一份就够的材料', oneOf: '{name}（{items}）', warning: '请留意', submit: '提交套餐', next: '保存，下一步',
  filed: '{n} 个事项都已收件，套餐编号 {number}', filedText: '请打印回执交给申请人。', acceptAll: '全部受理', acceptAgain: '再受理没成的', accepting: '正在受理', acceptHint: '逐件受理。有不能受理的，那一件留在已收件，其余照常。', acceptedAll: '{n} 件全部受理', acceptedSome: '受理 {n} 件，还有 {left} 件没有受理', accepted: '已受理', received: '已收件', notAccepted: '没有受理：{why}',
  receiptTitle: '套餐收件回执', number: '套餐编号', caseNumber: '办件编号', queryCode: '查询密码', promise: '承诺时限', state: '情况', department: '办理部门', openCase: '打开办件', receiptOf: '回执',
} as const
export const packageList = {
  title: '套餐件', intro: '按“一件事”套餐一次收的办件，看每一套办到哪里了。', unit: '套', none: '还没有套餐件', noneHint: '到“套餐收件”收第一套。', new: '套餐收件', find: '查找', findHint: '编号、名称、申请人，或完整证件号码', pack: '套餐', state: '状态', all: '全部状态', open: '办理中', done: '都办结了',
  number: '套餐编号', applicant: '申请人', progress: '进度', progressOf: '办结 {n}/{all}', collect: '什么时候领', ready: '办好一件领一件', together: '全部办好一起领', cases: '办件', filed: '收件', due: '{day}前', ticket: '号票 {number}', by: '{at}，{name}',
} as const
