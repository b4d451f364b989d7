/** Business tables: those who define them, those who work with them. */
export const tables = {
  title: '业务表', intro: '定义一张表，录入、查询、打印、导入导出、统计和菜单就都有了；发布后马上能用，不用写代码。',
  find: '查表', findHint: '名称或编码', unit: '张', none: '还没有业务表', noneHint: '新建一张，或者挂接系统里已有的数据。',
  name: '名称', key: '编码', keyHint: '小写字母、数字和连字符，建好以后不能改，例如 window-supplies', state: '状态', rows: '行数', changed: '最后修改', changedBy: '{name}，{at}',
  state_draft: '草稿', state_published: '在用', state_disabled: '停用', stateDraftToo: '在用，有未发布的修改', version: '第 {n} 版',
  add: '新建业务表', addSubmit: '新建', addSource: '数据从哪里来', sourceOwn: '自己录入', sourceOf: '挂接：{name}',
  // The builder.
  basics: '基本', fields: '字段', list: '列表', rights: '权限', menu: '菜单',
  formTitle: '名称', purpose: '用途', reach: '能看到哪些行', reachAll: '有权限的人都能看到全部行', reachOrg: '只看到本单位能看的行',
  columns: '列表显示的列', columnsHint: '按勾选的先后排列', filters: '可以筛选的字段', orderBy: '默认排序', orderNewest: '最新录入的在前', orderUp: '{name}，从小到大', orderDown: '{name}，从大到小',
  sensitive: '要加密的字段', sensitiveHint: '身份证号、电话、邮箱总是加密。加密的内容平时遮住，看原文要写原因。', unique: '不能重复的字段',
  right_see: '查看', right_enter: '录入', right_change: '修改', right_delete: '删除', right_export: '导出', role: '岗位', rightOf: '{role}能否{right}',
  menuWhere: '在哪里打开', menuShow: '放进左边的菜单', menuTitle: '菜单上的名称', menuTitleHint: '不写就用表的名称', menuGroup: '菜单分组', menuGroupHint: '例如 大厅管理；不写就放在“业务表”下面', menuSort: '排在第几',
  save: '保存草稿', saved: '已保存', publish: '发布', published: '已发布，现在就能用', disable: '停用', enable: '恢复使用', disabled: '已停用，菜单里不再出现', enabled: '已恢复使用',
  disableTitle: '停用“{name}”', disableText: '停用后谁都打不开它，录入的内容都还在，随时可以恢复。', publishTitle: '发布“{name}”', publishText: '发布后列表、表单和菜单马上按新的来；已经录入的内容不变。',
  open: '打开这张表', findings: '有 {n} 处要改，改完才能发布', noFindings: '没有要改的，可以发布。', stale: '刚才有人改过这张表，请刷新后再改。', attached: '挂接的数据', attachedText: '字段和内容由系统给出，只能看。上次更新：{at}', attachedNever: '还没有更新过', copyNow: '现在更新', copied: '已更新', readOnly: '您只能看，不能改', unsaved: '有没保存的修改',
  unreadable: '字段读不出来，请联系管理员',
} as const
export const rows = {
  q: '搜索', qHint: '在所有没有加密的字段里找', from: '{name}不少于', to: '{name}不多于', since: '{name}从', until: '{name}到', yes: '是', no: '否', yuan: '{name}（元）',
  unit: '行', none: '还没有内容', noneHint: '点“录入”写第一行，或者从表格导入。', enter: '录入', enterTitle: '录入{name}', editTitle: '修改{name}', importRows: '导入', exportRows: '导出', reports: '统计', readOnly: '系统数据，只能看',
  sort: '排序', sortUp: '{name}从小到大', sortDown: '{name}从大到小', sortDefault: '默认',
  template: '查询模板', templateNone: '不用模板', templateActs: '模板操作', saveQuery: '存为查询模板', saveQueryText: '现在的条件和排序会一起存下来。', templateTitle: '模板名称', templateColumns: '显示的列', templateRoles: '共享给岗位', templateRolesHint: '不选就只有自己能用', saved: '模板已保存', using: '正在用模板“{name}”。', dropTemplate: '删除模板', dropped: '模板已删除', dropText: '删除“{name}”后，共享的人也用不了了。',
  save: '保存', again: '保存并录下一行', entered: '已录入', changed: '已保存', remove: '删除', removeTitle: '删除这一行', removeText: '删除后找不回来。', removed: '已删除', change: '修改', print: '打印', back: '返回列表',
  enteredBy: '录入：{name}，{org}，{at}', changedBy: '修改：{name}，{at}', sealed: '加密的内容', reveal: '看完整内容', revealTitle: '看“{name}”的完整内容', revealText: '看了什么、为什么看，都会记入日志。', reason: '原因', kept: '{name}已经填过，内容遮住了。不改就不用动。', rewrite: '重新填写', keepOld: '不改了',
  wrongAbove: '有 {n} 处要改',
  importTitle: '导入{name}', importIntro: '先下载模板填好，再试导。试导不会存任何内容；全部正确才能正式导入。', frame: '下载模板', file: '表格文件', fileHint: 'Excel（.xlsx）或 CSV，一次最多 5000 行', trial: '试导', trialAgain: '再试导', result: '试导结果', done: '导入结果', report: '共 {rows} 行，{right} 行没有问题，{wrong} 处要改。', enteredN: '已导入 {n} 行。', passedOver: '这些列不是表里的字段，没有导入：{names}', mistakes: '要改的地方', mistakesMore: '只列出前 200 处', line: '第几行', lineN: '第 {n} 行', what: '怎么改', apply: '导入 {n} 行', allRight: '没有问题，可以导入。',
} as const
export const reports = {
  title: '{name}：统计', intro: '选分组和统计项，得出表和图；存成模板可以共享给岗位，也可以定时生成。', none: '还没有统计模板', noneHint: '新建一个，选好分组和统计项，存下来就在这里。', add: '新建统计', saved: '存好的统计', shared: '{name}共享', own: '自己的', openOne: '打开', scheduled: '下次生成：{at}', outputs: '定时报表',
  newTitle: '新建统计', what: '统计什么', group: '分组', groupNone: '不分组', group2: '再分组', step: '日期按', step_value: '原样', step_day: '日', step_month: '月', step_year: '年', measures: '统计项', count: '行数', sum: '{name}合计', average: '{name}平均',
  period: '时间范围按', periodNone: '不限时间', span: '哪段时间', span_today: '今天', span_week: '最近 7 天', span_this_month: '本月', span_last_month: '上月', span_this_year: '今年', span_last_year: '去年', span_between: '自己定', from: '开始', to: '结束', onlyField: '只统计', onlyNone: '全部', onlyValue: '等于', chart: '图', chart_none: '不画图', chart_bars: '条形图', chart_columns: '柱形图',
  run: '统计', exportOne: '导出 Excel', result: '结果', total: '合计', empty: '没有符合条件的内容', groupBy: '分组', asOf: '{period}，数据截至 {at}',
  keep: '保存和共享', name: '模板名称', roles: '共享给岗位', rolesHint: '不选就只有自己能用', schedule: '定时生成', schedule_none: '不定时', schedule_day: '每天', schedule_week: '每周', schedule_month: '每月', weekday: '星期几', monthday: '几号', hour: '几点', hourN: '{n} 点', day_1: '星期一', day_2: '星期二', day_3: '星期三', day_4: '星期四', day_5: '星期五', day_6: '星期六', day_7: '星期日', dayN: '{n} 日', scheduleHint: '生成的文件在“定时报表”里，只有您看得到', save: '保存模板', saveNew: '另存为自己的', done: '模板已保存', drop: '删除', dropTitle: '删除“{name}”', dropText: '删除后不再定时生成，已经生成的文件还在。', dropped: '已删除', theirs: '这个统计是{name}建的，您能用，不能改。',
  outTitle: '定时报表', outIntro: '按您定的时间生成的统计，只有您看得到。', outUnit: '份', outNone: '还没有生成过', outNoneHint: '在一张表的统计里选“定时生成”，到时间文件就在这里。', outName: '名称', outAt: '生成时间', outState: '文件', download: '下载', failed: '没有生成：{why}',
} as const
