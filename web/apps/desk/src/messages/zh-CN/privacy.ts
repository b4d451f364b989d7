export const privacy = {
  title: '个人信息保护', tabs: '个人信息保护', viewRequests: '更正和删除请求', viewPurposes: '用途和同意', viewAssessments: '影响评估',
  introRequests: '个人要求更正或者删除自己的信息，要在期限前答复。依法要保存的，写清依据。', introPurposes: '信息用来做什么、凭什么用、存多久，公众看到的就是这些话。要改，改内容包里的 purposes.yaml。', introAssessments: '处理敏感信息、自动决策、委托或者对外提供以前，先评估，再由另一个人确认。',
  unit: '件', find: '申请人', findHint: '姓名的一部分', state: '状态', allStates: '全部状态', state_open: '待答复', state_granted: '已同意', state_refused: '不予同意', state_overdue: '已超期', applicant: '申请人', kind: '请求', what: '关于', text: '说明', asked: '提出时间', due: '答复期限', overdue: '已超期', none: '没有请求',
  answer: '答复', answerIntro: '先看对方的信息存在哪些地方，逐处决定更正、删除还是保留，答复时一起办。', askedFor: '对方要求', askedHere: '（对方要求的）', place: '存在哪里', things: '条数', since: '从什么时候起', whyKept: '为什么不能改、不能删', fixed: '不能改也不能删的地方', actOf: '{name}怎么办', actKeep: '保留不动', actCorrect: '更正{name}（现在是 {now}）', actCorrectEmpty: '填上{name}', actErase: '删除 {n} 条', rightValue: '正确的内容', placeNote: '给对方的说明', placeNoteHint: '不写的，按依据自动说明。', placeKept: '不能删除：{why}', placeNot: '其余不能更正：{why}', answeredAlready: '这件请求已经答复：{state}。', doneLine: '{place}：{act}', doneValue: '{field}从 {before} 改为 {after}', doneThings: '{n} 条', answerOf: '答复：{name}，{what}', answerTitle: '答复{name}的请求', answerText: '{kind}“{what}”。对方写的：{text}', keptText: '依法要保存，不能删除：{why}', result: '结果', grantDelete: '同意，现在删除', grantCorrect: '同意，现在更正', refuse: '不予同意', words: '告诉对方的话', wordsHint: '同意的写做了什么，不同意的写依据。对方会看到。', submit: '发出答复', answered: '已答复', said: '答复：{text}', erased: '删除了 {n} 条',
  overdueCount: '有 {n} 件请求超过了答复期限。',
  purpose: '用途', basis: '依据', data: '用哪些信息', kept: '存多久', holdings: '存在哪些数据里', decided: '选择', decidedText: '允许 {given} 人，拒绝 {refused} 人', noChoice: '不能选择', version: '第 {n} 版',
  assess: '写一份评估', assessTitle: '个人信息保护影响评估', name: '名称', nameHint: '例：对外提供办件进度', occasion: '为什么要评估', occasion_sensitive: '处理敏感个人信息', occasion_automated: '自动化决策', occasion_entrusted: '委托处理、对外提供、公开', occasion_abroad: '向境外提供', occasion_other: '其他有重大影响的处理', necessity: '是否合法、正当、必要', risks: '对个人权益的影响和安全风险', measures: '保护措施', level: '风险等级', level_high: '高', level_middle: '中', level_low: '低', review: '复评日期', assessSubmit: '提交评估', assessed: '已提交，等另一个人确认',
  made: '经办', confirm: '确认', confirmOf: '确认：{name}', confirmTitle: '确认“{name}”？', confirmText: '确认以后作为处理的依据保存。', confirmSubmit: '确认评估', confirmed: '已确认', assessmentNone: '还没有评估', assessmentUnit: '份', see: '查看', seeOf: '查看：{name}',
} as const
export const transfer = {
  title: '数据摆渡', intro: '内网和外网之间的数据：按规则过滤，编号不断，两侧对账。', off: '没有配置数据交换区', offText: '单独一个网络里用不到。要在内外网之间摆渡，请在配置里填写 zone_dir、zone_side、zone_key_file 和 zone_peer_key_file。',
  side: '本方是{side}', out: '发出', in: '收到', lastNo: '编到第 {n} 包', peer: '对方收到第 {n} 包，{at}', peerNever: '对方还没有回执', agreed: '两侧一致', diverged: '两侧不一致', count: '{label} {n}', chain: '摘要链',
  direction: '方向', state: '状态', allStates: '全部状态', allKinds: '全部种类', kind: '种类', no: '编号', at: '时间', done: '送达时间', size: '大小', bytes: '{n} 字节', times: '次数', note: '说明', none: '没有数据包', unit: '包', digest: '摘要',
  s_waiting: '待发', s_sent: '已发出', s_acknowledged: '对方已收到', s_held: '等前面的包', s_delivered: '已收下', s_refused: '已拒收',
  taken: '处理', allTaken: '处理情况', k_waiting: '待处理', k_done: '已处理', k_failed: '处理不了', k_unclaimed: '没有人接', take: '重新处理', takeOf: '重新处理第 {n} 包', takeTitle: '重新处理第 {n} 包？', takeText: '交给对应的业务再处理一次。处理过的不会重复。', takeSubmit: '重新处理这一包', takenAgain: '正在重新处理', counts: '按种类对账', countsHint: '“两侧都有”这一列，在对方的同一页上应当一样。', packets: '共有', both: '两侧都有',
  resend: '重发', resendOf: '重发第 {n} 包', resendTitle: '重发第 {n} 包？', resendText: '下一轮写到交换区，由摆渡设备带走。对方收过的不会重复。', reason: '原因', resendSubmit: '重发这一包', resent: '下一轮重发',
  rules: '可以过的数据', way: '方向', fields: '字段', files: '文件', most: '最大', kb: '{n} KB',
} as const
export const logs = {
  title: '日志', intro: '应用、访问、审计、设备、接入系统的日志，统一成一种格式，至少保存六个月，改动能发现。', find: '内容', findHint: '消息、事件、人员、来源的一部分', source: '来源类别', allSources: '全部来源', source_application: '应用', source_access: '访问', source_audit: '审计', source_device: '设备', source_system: '接入系统', level: '级别', allLevels: '全部级别', level_error: '错误', level_warn: '警告', level_info: '信息', level_debug: '调试', from: '从', to: '到', at: '时间', origin: '来自', message: '内容', actor: '人员', address: '网络地址', unit: '条', none: '没有找到日志', noneHint: '放宽条件再查。', verify: '校验最近 31 天', whole: '校验一致：{batches} 批，{lines} 条',
} as const
