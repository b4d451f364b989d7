export const run = {
  title: '运行情况', intro: '每台服务器每分钟看一遍自己和连着的数据库、文件、外部系统。', views: '看什么', viewParts: '现状', viewMap: '拓扑图', viewCurves: '曲线', refresh: '刷新',
  ok: '正常', off: '没有启用', warn: '要注意', bad: '异常', allWell: '各部分都正常。', someWarn: '有需要注意的地方，见下面。', someBad: '有异常，请先看标着“异常”的部分。', nothing: '还没有数据：启动一分钟后才有。',
  alarms: '未解除的告警', faults: '未恢复的故障', asOf: '数据时间', node: '服务器 {name}', nodeMeta: '版本 {version}，{since} 启动，{seen} 更新', silent: '几分钟没有消息了，请检查这台服务器上的程序是否在运行。',
  part: '部分', state: '状态', said: '情况', advice: '怎么办', zone: '在哪一边', inside: '内网', outside: '外网', mapTitle: '系统拓扑', mapText: '连线从每台服务器到它用的数据库、文件和外部系统。', links: '连接', linkFrom: '从', linkTo: '到',
  group: '看哪一组', span: '多长时间', hour: '最近 1 小时', day: '最近 24 小时', month: '最近 30 天', noPoints: '这段时间还没有数据', onePoint: '只有 {at} 一个数，过一会再看曲线。', at: '时间', value: '数值', last: '最近 {value} {unit}，最高 {most}',
} as const
export const alarms = {
  title: '运行告警', intro: '指标连续几分钟超过界限就告警，恢复几分钟后解除。告警自动生成故障单，通知值班人员。', unit: '条', none: '还没有告警', noneHint: '各项指标都在界限以内。', views: '看什么', viewList: '告警', viewRules: '阈值', viewDuties: '值班',
  state: '状态', allStates: '全部', lasting: '没有解除', over: '已解除', grade: '等级', allGrades: '全部等级', major: '重大', severe: '严重', general: '一般',
  name: '告警', value: '数值', worst: '最坏', limit: '界限', node: '服务器', raised: '开始', cleared: '解除', notCleared: '没有解除', fault: '故障单', seeFault: '看故障单',
  metric: '指标', condition: '条件', above: '高于 {limit} {unit}，连续 {minutes} 分钟', below: '低于 {limit} {unit}，连续 {minutes} 分钟', clearAt: '恢复到 {clear} {unit} 解除', enabled: '启用', on: '启用', offWord: '停用', part: '部分', changed: '改过', change: '修改', changeTitle: '修改“{name}”的阈值', limitField: '告警的值', clearField: '解除的值', minutesField: '连续几分钟', gradeField: '故障等级', enabledField: '是否启用', reason: '为什么修改', save: '保存阈值', saved: '阈值已修改，下一分钟起按新的判断',
  dutyIntro: '告警和故障通知当天值班的人；没有排班时通知全部运维人员。', staff: '值班人', from: '从', until: '到', today: '今天值班', add: '排值班', addTitle: '排值班', fromField: '第一天', untilField: '最后一天', submit: '排上', added: '已排上', remove: '取消', removeTitle: '取消 {name} 的值班？', keep: '保留', removed: '已取消', noDuty: '没有排班', noDutyHint: '现在通知全部运维人员。',
} as const
export const faults = {
  title: '故障单', intro: '先恢复、后修复；先核心、后边缘；先内网、后外网。到时间没有恢复的，自动升一级。', unit: '张', none: '没有故障单', noneHint: '告警会自动生成故障单，也可以自己报告。', views: '看什么', viewList: '故障单', viewFigures: '统计',
  find: '查找', findHint: '编号、标题', state: '状态', allStates: '全部状态', down: '没有恢复', unfinished: '没有修复', open: '待响应', working: '处理中', restored: '已恢复', closed: '已修复', grade: '等级', allGrades: '全部等级', major: '重大', severe: '严重', general: '一般', part: '部分', allParts: '全部部分', from: '从', to: '到',
  number: '编号', name: '故障', due: '恢复时限', assignee: '处理人', nobody: '还没有人', opened: '报告时间', late: '超时', raised: '已升级',
  report: '报告故障', reportTitle: '报告故障', titleField: '出了什么故障', descriptionField: '看到了什么、从什么时候开始', partField: '在哪一部分', gradeField: '等级', majorHint: '全部停止，1 小时内恢复', severeHint: '变慢或者部分停止，2 小时内恢复', generalHint: '影响不大，24 小时内恢复', extentField: '影响范围', warning: '告警', partial: '部分故障', system: '系统故障', warningHint: '2 小时内到场', partialHint: '1 小时内到场', systemHint: '30 分钟内到场', submit: '报告故障', reported: '已报告，已通知值班人员',
  facts: '故障情况', by: '报告人', cause: '原因和修复', marks: '时限', mark: '事项', markDue: '要求', markDone: '完成', markState: '状态', inTime: '按时', running: '还没到时间', overdue: '超时', steps: '处理过程',
  acknowledge: '响应', acknowledged: '已响应，由您处理', arrive: '到场', arrived: '已记下到场时间', note: '写记录', noteTitle: '处理记录', noteText: '做了什么、看到什么', noteSubmit: '保存记录', noted: '已保存', raise: '提高等级', raiseTitle: '提高等级', raiseTo: '提高为', raiseText: '为什么', raiseSubmit: '提高等级', raisedDone: '已提高等级',
  restore: '已恢复运行', restoreTitle: '登记恢复运行', restoreText: '怎样恢复的', restoreSubmit: '登记恢复', restoredDone: '已登记恢复，接着查原因、修复', reopen: '又中断了', reopenTitle: '登记再次中断', reopenText: '出了什么情况', reopenSubmit: '登记中断', reopened: '已登记，重新计时', close: '修复完成', closeTitle: '登记修复完成', closeText: '原因、怎样修复、怎样避免再发生', closeSubmit: '登记修复', closedDone: '已登记修复',
  figures: '统计', figureFrom: '从', figureTo: '到', tickets: '故障单', ackInTime: '按时响应', arriveInTime: '按时到场', restoreInTime: '按时恢复', meanAck: '平均响应（分钟）', meanRestore: '平均恢复（分钟）', downNow: '没有恢复', raisedCount: '升级过', byAlarm: '告警产生', between: '系统故障平均间隔', hours: '{n} 小时', tooFew: '系统故障不到两次，算不出', noFigures: '这段时间没有故障',
} as const
export const traces = {
  title: '调用链', intro: '一次访问引起的全部查询、写入、后台任务和对外调用，用同一个编号串起来。慢的、出错的一定留下，其他的抽样。', unit: '条', none: '还没有调用链', noneHint: '启动一分钟后才有。', views: '看什么', viewList: '访问和任务', viewWeakest: '薄弱环节',
  find: '查找', findHint: '追踪编号、接口或任务名称的一部分', kind: '种类', allKinds: '全部', request: '访问', job: '后台任务', call: '对外调用', why: '为什么留下', allWhys: '全部', slow: '慢', error: '出错', sample: '抽样', chain: '同一条链', least: '至少用时', leastAll: '不限', ms: '{n} 毫秒以上', from: '从', to: '到',
  name: '接口或任务', took: '用时', waited: '等数据库', statements: '查询', status: '结果', at: '时间', node: '服务器', failed: '出错', done: '正常', msOf: '{n} 毫秒',
  chainTitle: '一条调用链', chainMeta: '{n} 个环节，共 {ms}', own: '自身用时', part: '步骤', start: '开始', length: '用时', waterfall: '瀑布图', more: '还有 {n} 步没有留下', read: '查询', write: '写入', noParts: '没有查询和调用', table: '用表格看', logs: '看这次的日志',
  hours: '多长时间', h1: '最近 1 小时', h24: '最近 24 小时', h168: '最近 7 天', weakIntro: '按总用时排列，每种最多 20 个：先改排在前面的，收益最大。', count: '次数', errors: '出错', total: '总用时', mean: '平均', p95: '95% 不超过', most: '最长', over: '超过 1 秒', noWeak: '这段时间还没有数据',
} as const
export const inspections = {
  title: '巡检和报告', intro: '每天定时自动巡检；每周、每月、每季度自动出报告；演练在这里登记。', unit: '次', none: '还没有巡检', noneHint: '到了设定的时间自动进行，也可以现在巡检。', views: '看什么', viewList: '巡检和报告', viewDrills: '应急演练',
  kind: '种类', allKinds: '全部', spot: '定时巡检', manual: '手动巡检', day: '响应和资源日报', week: '周巡检报告', month: '月度运行报告', quarter: '季度巡检报告', drill: '应急演练', found: '结果', foundAll: '全部', foundProblems: '发现问题', name: '名称', at: '时间', verdict: '结果', ok: '没有问题', problems: '{n} 个问题', by: '执行', now: '现在巡检', nowTitle: '现在巡检一遍？', nowText: '把各部分看一遍，记下结果。', nowSubmit: '开始巡检', inspected: '巡检完成', export: '导出', item: '项目', result: '情况', state: '状态', nothing: '没有',
  stateOk: '正常', stateOff: '没有启用', stateWarn: '要注意', stateBad: '异常', period: '时间', note: '登记演练', noteTitle: '登记演练', drillField: '种类', dayField: '哪一天', minutesField: '用时', minutes: '分钟', passedField: '结果', passed: '通过', notPassed: '没有通过', textField: '经过、发现的问题、改进办法', submit: '登记演练', noted: '已登记', stand: '演练的情况', records: '看演练记录',
} as const
export const years = {
  title: '年度', titleOf: '{year} 年', intro: '办完、归档、备份都齐了的年度可以封存：封存以后只能查看，谁也改不了。办件查询默认只查没有封存的年度。', unit: '年', none: '还没有办件',
  year: '年度', filed: '办件', open: '在办', state: '状态', closed: '已封存', hot: '在用', changed: '最近一次封存或解封', by: '{name}，{time}', reason: '原因', see: '看条件',
  checks: '封存条件', check: '条件', found: '查到的情况', advice: '怎么办', met: '已满足', unmet: '还没有满足', written: '封存时写明', notOver: '这一年过完以后才能封存。', closedText: '这一年的办件只能查看。确需改动，写明原因先解除封存，改完再封存。',
  close: '封存', closeTitle: '封存 {year} 年', closeText: '封存以后，这一年的 {n} 件办件只能查看，不能再改。', reasonField: '为什么封存', backupField: '备份在哪里、谁核对过', submitClose: '封存', closedDone: '已封存',
  reopen: '解除封存', reopenTitle: '解除封存 {year} 年', reopenText: '解除以后，这一年的办件又能改动。原因会记入审计。', reopenField: '为什么解除、要改什么', submitReopen: '解除封存', reopened: '已解除封存',
} as const
export const conformity = {
  title: '标准符合性', intro: '各项国家、省里的标准，由哪些功能落实、哪些测试证明。没有证明的如实列为缺口。', kind: '种类', allKinds: '全部', find: '看哪一类', summary: '{met} 个要点有证明，{partly} 个部分有，{gaps} 个还没有', point: '要点', stand: '情况', rows: '条目和测试', met: '有测试证明', partly: '部分有证明', gap: '还没有证明', noRows: '没有对应的条目', tests: '{n} 个测试文件', files: '看测试文件', noTests: '还没有测试', export: '导出',
} as const
export const targets = {
  title: '响应达标', intro: '每个子系统、每类操作承诺多久以内有回应，实际用了多久。每天早上出前一天的日报，有未达标的就告警。', export: '导出', day: '哪一天', range: '多长时间', d1: '当天', d7: '这天起往前 7 天', d31: '这天起往前 31 天', subsystem: '子系统', allSubsystems: '全部子系统',
  summary: '达标 {met} 项，个别超时 {few} 项，未达标 {missed} 项。', asOf: '数据时间', rule: '一次都没有超过限值是达标；在限值以内的不少于 {percent}% 是个别超时；再少或者平均太慢，是未达标。',
  subsystems: '子系统响应', operation: '操作', limit: '限值', worst: '最慢', within99: '99% 不超过', mean: '平均', share: '在限值以内', count: '次数', late: '超过的', verdict: '结果', none: '没有访问', met: '达标', few: '个别超时', missed: '未达标', curve: '看曲线', shares: '和“{name}”共用接口，按同样的访问算', unserved: '产品里还没有这个子系统的接口', untouched: '这段时间没有人用过：{names}。', showAll: '没有访问的也列出', hideEmpty: '只列有访问的',
  steps: '登录和步骤', step: '步骤', loads: '同时访问和负荷', load: '同时访问', crowd: '人数', crowdWhat: '项目', actual: '最多', model: '参考负荷', capacity: '设计容量', atOnce: '同时处理的访问', online: '在线人数', resources: '资源使用', resource: '资源', value: '实际', above: '不高于 {limit} {unit}', below: '不低于 {limit} {unit}', noValue: '没有数据',
  nothing: '这段时间还没有数据', nothingHint: '启动一分钟后开始记录；也可以换一天看。', curveTitle: '{name}，每天', close: '收起曲线',
} as const
export const questions = {
  title: '问题和意见', intro: '公众和工作人员反映的问题、对简便好用的意见。答复后本人收到消息；对大家都有用的，收进常见问题。', unit: '条', none: '还没有人反映', noneHint: '公众端页脚和工作台右上角的菜单里都可以反映。', views: '看什么', viewList: '反映', viewFaqs: '常见问题', viewFigures: '汇总',
  find: '查找', findHint: '编号、页面地址', state: '状态', allStates: '全部状态', open: '待答复', answered: '已答复', kind: '种类', allKinds: '全部', problem: '问题', opinion: '意见建议', category: '方面', allCategories: '全部方面', c_find: '找不到要办的事', c_fill: '填写和上传', c_process: '办理进度和结果', c_account: '登录和账号', c_speed: '打不开、太慢、出错', c_simple: '步骤太多、看不懂', c_other: '其他', side: '来自', allSides: '全部', portal: '公众端', desk: '工作台', from: '从', to: '到',
  text: '内容', number: '编号', asker: '反映人', page: '在哪一页', asked: '反映时间', outcome: '处理结果', explained: '已解答', mended: '已改好', planned: '列入改进', declined: '不作修改', answer: '答复', answeredBy: '答复人', answeredAt: '答复时间', answerTitle: '答复', answerText: '给用户的答复', answerSubmit: '发出答复', answerDone: '已答复，本人会收到消息', again: '修改答复', toFaq: '收进常见问题',
  faqTitle: '常见问题', faqText: '公众端的在“问题和意见”页面显示，工作台的在这里显示。', faqAdd: '新增常见问题', faqChange: '修改', question: '问题', faqAnswer: '答案', whom: '给谁看', both: '都看', published: '显示', yes: '显示', no: '不显示', save: '保存', saved: '已保存', noFaqs: '还没有常见问题',
  figures: '汇总', problems: '问题', opinions: '意见建议', figureFrom: '从', figureTo: '到',
  reportTitle: '反映问题和意见', reportIntro: '遇到问题、觉得哪里不方便，写在这里。运维人员会答复，答复在这一页和工作台的消息里看。', kindField: '是什么', categoryField: '哪一方面', textField: '写下来', textHint: '不要写身份证号码等个人信息', submit: '提交', sent: '已提交，谢谢', mine: '我反映过的', mineNone: '还没有反映过', pageNoted: '已记下您从哪一页来：{page}',
} as const
export const settings = {
  title: '系统配置', intro: '启动时用的全部设置。要改，改配置文件或者环境变量，重新启动后生效；密钥和数据库地址只显示有没有设置。', find: '查找设置', findHint: '名称、用途、变量名', key: '设置', says: '用途', value: '现在的值', default: '默认', origin: '从哪里来', kind: '写法', variable: '环境变量', fromDefault: '默认', fromFile: '配置文件', fromEnvironment: '环境变量', empty: '没有设置', same: '相同', none: '没有这样的设置', noneHint: '换一个词试试。', count: '{n} 项',
  others: '其他地方的配置', othersText: '机构、岗位、日历、接口和业务参数在各自的页面改，改完马上生效。',
} as const
