export const phone = {
  todo: '待办', find: '查找', findHint: '办件编号、申请人', findDone: '名称、编号、申请人', search: '查找', all: '全部', clear: '看全部',
  stage_intake: '预审受理', stage_review: '审查', stage_inspect: '核查', stage_decide: '决定', stage_make: '制证', stage_deliver: '出件',
  none: '没有待办', noneFind: '没有找到', noneHint: '有新的待办会出现在这里。', total: '共 {n} 件', more: '再看一些',
  cases: '办件', light_overdue: '超承诺时限', light_today: '今天到期', light_warning: '明天到期', light_legal_overdue: '超法定时限', light_legal_warning: '三天内到法定时限',
  tab_handle: '办理', tab_apply: '申请', tab_material: '材料', tab_own: '办理材料', tab_guide: '指南', tab_flow: '流程', tab_papers: '文书', tabs: '办件的内容', back: '回到待办',
  added: '附件', addPhoto: '拍照或选文件', addedHint: '照片、PDF，和意见一起留在办件里。', fromMine: '从我的材料里选', fromMineNone: '“我的材料”里还没有文件。', choose: '选用', remove: '拿掉',
  sign: '签批', signature: '用哪个签名', noSignature: '不签名', noneYet: '还没有启用的签名。', makeOne: '去加一个签名', written: '手写意见', writtenNone: '不用手写意见', writeOne: '写一条', signHint: '签名和手写意见会印在决定书上。',
  nextStep: '办完后到“{step}”。', applicantMaterials: '申请材料', handlingMaterials: '办理材料', handlingHint: '办理中形成的照片、记录，申请人看不到。加的人才能改和删。', handlingNone: '还没有办理材料', addHandling: '加办理材料', handlingName: '名称', handlingText: '说明', handlingFile: '文件（选填）', saved: '已保存', change: '修改', delete: '删除', deleteTitle: '删除“{name}”？', deleteText: '会记录是谁、为什么删的。', reason: '原因', keep: '不删除', deleted: '已删除', open: '打开', download: '下载', by: '{name}，{at}', changed: '改过',
  looking: '正在看', materials: '要交的材料', guide: '办事指南', basis: '依据', limits: '时限', legal: '法定 {limit}', promise: '承诺 {limit}', conditions: '条件', consult: '咨询电话',
  done: '已办', doneNone: '还没有办过', doneIn: '列表里的', doneHidden: '移出的', ownName: '自己起的名称', ownNameHint: '只有自己看得到，写空就是去掉。', rename: '起名', renameTitle: '给这一条起名', hide: '移出', hideTitle: '把这一条移出已办？', hideText: '只是不在您的已办里显示，办件里的记录都在。移出会留下记录。', hideSubmit: '移出', hidden: '已移出', show: '放回', shown: '已放回',
  me: '我的', linked: '已绑定移动政务平台', unlinked: '没有绑定移动政务平台', link: '查看绑定', signatures: '我的签名', opinions: '手写意见', myMaterials: '我的材料', cockpit: '领导驾驶舱', desk: '打开电脑版', signOut: '退出登录',
  materialsNone: '还没有材料', addMaterial: '加一份材料', file: '文件', name: '名称', note: '说明', fileHint: 'PDF、JPG、PNG', materialDeleteText: '办件里用过的不受影响。', preview: '预览',
} as const
export const drawing = {
  signatures: '我的签名', opinions: '手写意见', signatureIntro: '启用的签名可以在办件时签批，会印在决定书上。', opinionIntro: '手写的意见和打字的意见一起留在办件里。', none_signature: '还没有签名', none_opinion: '还没有手写意见',
  add_signature: '加签名', add_opinion: '写一条', title_signature: '加签名', title_opinion: '写一条意见', words_signature: '名称', words_opinion: '写的是什么', wordsHint_signature: '例如“签名一”', wordsHint_opinion: '打一遍字，看不清笔迹的人要靠它。',
  pad: '用手指或鼠标写在框里', clear: '重写', undo: '退一笔', orFile: '不方便手写，上传图片', empty: '写在框里，或者上传一张图片', password: '密码', code: '动态码', codeHint: '开启了第二重验证的才填。', passwordHint: '证明是您本人。', save: '保存', cancel: '不加', saved: '已保存',
  on: '已启用', off: '已停用', enable: '启用', disable: '停用', enabled: '已启用', disabled: '已停用', change: '修改', delete: '删除', deleteTitle: '删除“{name}”？', deleteText: '已经签过的文书不受影响。', keep: '不删除', deleted: '已删除', picture: '{name}的图片', redraw: '重新写（不改就空着）', cancelChange: '不修改',
} as const
export const supervision = {
  title: '催办督办', intro: '发出的催办和督办单，签收、回复、办结都在这里。', phone: '督办', warnings: '时限预警', asOf: '数据截至 {time}', kind: '类型', allKinds: '全部类型', order: '督办单', urge: '催办', stage: '进度', allStages: '全部进度', stage_issued: '待签收', stage_signed: '待回复', stage_answered: '待办结', stage_closed: '已办结', mine: '我发出的', find: '编号、申请人、内容', own: '范围', ownAll: '全部',
  item: '办件', text: '要求', by: '发出人', at: '发出时间', reminders: '提醒', times: '{n} 次', unit: '条', none: '没有催办督办', noneHint: '从办件里选“催办”就能发出。', sign: '签收', signed: '已签收', reply: '回复', remind: '再提醒', reminded: '已提醒经办人', close: '办结', closeTitle: '办结这条督办？', closeText: '办结后不能再回复和补充。', closeNote: '结果', closeKeep: '先不办结', closed: '已办结',
  signedBy: '{name} {at} 签收', repliedBy: '{name} {at} 回复', closedBy: '{name} {at} 办结', remindedAt: '提醒过 {n} 次，最近 {at}', unsigned: '还没有签收', openCase: '打开办件', talk: '进展和反馈', talkNone: '还没有反馈', supervisor: '督办人', handler: '经办', write: '写进展或反馈', send: '发出', sent: '已发出', changed: '改过', deletedNote: '这一条已由 {name} 删除', change: '修改', changeTitle: '修改这一条', delete: '删除', deleteTitle: '删除这一条？', deleteText: '删除后别人看不到内容，审计里有记录。', keep: '不删除', deleted: '已删除', saved: '已保存', words: '内容', need: '写明内容，至少 4 个字',
} as const
export const cockpit = {
  title: '领导驾驶舱', period: '时间', month: '本月', lastMonth: '上月', year: '本年', range: '{from} 至 {to}', filed: '办件量', completion: '办结率', punctuality: '按时办结率', overdue: '超期在办', ratings: '好差评', stars: '{n} 分', good: '好评 {n}', activities: '党建活动', unitCase: '{n} 件', unitTimes: '{n} 次', noData: '没有数据', byDepartment: '各部门办件量（件）', department: '部门', departments: '各部门', openCases: '看办件', rated: '{n} 条评价', none: '您的范围里还没有办件', exception: '{n} 件超期未办结，最多的是{org}。', calm: '没有超期的办件。', publish: '发布活动', heldOn: '日期', name: '活动名称', text: '内容', published: '已发布', change: '修改', delete: '撤下', deleteTitle: '撤下“{name}”？', keep: '不撤下', deleted: '已撤下', saved: '已保存', activitiesNone: '还没有活动', by: '{org}，{day}',
} as const
