export const fields = {
  title: '分类分级', intro: '数据库里每一列是什么、有多敏感。系统按规则提出，人来确认；确认前按严的一级管。', unit: '列', none: '还没有盘点', noneHint: '点“重新盘点”，系统会把每一列列出来。',
  find: '表或列', findHint: '例：phone', domain: '所属', allDomains: '全部', class: '分类', allClasses: '全部分类', level: '级别', allLevels: '全部级别', state: '状态', allStates: '全部状态', state_proposed: '待确认', state_confirmed: '已确认', state_unprotected: '应加密而没有加密',
  column: '列', protection: '存放', masking: '脱敏', export: '导出', source: '来源', needs: '要整改',
  byDomain: '各领域的列数，按级别', domainHead: '领域', total: '合计', proposedCount: '{n} 列等人确认', seeProposed: '只看等确认的', unprotectedCount: '{n} 列应加密而没有加密', seeUnprotected: '看是哪些', allProtected: '三级和四级的文字列都已加密或者只存摘要', standard: '按{standard}分四级',
  inventory: '重新盘点', inventoryTitle: '重新盘点全部数据列？', inventoryText: '新的列按规则提出分级，没有了的列不再显示，人确认过的不变。', inventorySubmit: '开始盘点', inventoryDone: '盘点完了', report: '导出 {n} 列',
  confirm: '确认', confirmTitle: '确认{name}的分级？', confirmText: '{class}，{level}。提出的人不能自己确认。', confirmSubmit: '确认分级', confirmed: '已确认', keep: '不确认', note: '意见',
  confirmMany: '确认这一页的 {n} 列', confirmManyTitle: '确认这一页的 {n} 列？', confirmManyText: '请先逐列看过分类和级别。您自己提出的不在其中。', confirmManySubmit: '确认 {n} 列',
  edit: '改分级', editTitle: '改{name}的分级', editText: '提出后由另一位有权限的人确认。调高马上生效，调低等确认后生效。', editSubmit: '提出分级', edited: '已提出，等另一个人确认',
  reject: '不同意', rejectTitle: '不同意{name}的分级？', rejectText: '不同意后，恢复到确认过的上一版。', rejectWhy: '为什么', rejectSubmit: '退回分级', rejected: '已退回', keepIt: '不退回',
  history: '版本', historyTitle: '{name}的版本', version: '版本', by: '提出', decided: '确认', at: '时间', reason: '原因',
} as const
export const discovery = {
  title: '敏感数据扫描', intro: '不看列名看内容：抽样检查存着的数据，认出身份证号码、电话、银行卡、住址等，提出级别，由人确认。只记个数，不留原文。', unit: '项', state: '状态', none: '没有要确认的发现', noneHint: '扫描后，级别不够的列会出现在这里。', tab_open: '待确认', tab_accepted: '已采纳', tab_dismissed: '不是', tab_covered: '级别已够',
  start: '开始扫描', startTitle: '开始扫描敏感数据？', startText: '每一列最多看 400 个值，在后台进行，不影响办事。', startSubmit: '开始扫描', started: '已开始扫描',
  last: '最近一次扫描', never: '还没有扫描过', running: '正在扫描：{done} / {total} 张表', done: '扫描完成：{total} 张表，看了 {values} 个值，{found} 项待确认', startedBy: '{name}，{at}',
  column: '列', content: '内容', share: '占样本', shareOf: '{hits} / {sampled}', example: '举例（已遮住）', now: '现在', proposed: '建议', decidedBy: '经办',
  accept: '采纳', acceptTitle: '采纳：{name}里有{content}？', acceptText: '这一列改为{class}，{level}，马上生效。', acceptSubmit: '采纳建议', accepted: '已采纳', keep: '不采纳',
  dismiss: '不是', dismissTitle: '{name}里的不是{content}？', dismissText: '以后扫描不再提这一项。', dismissWhy: '为什么不是', dismissSubmit: '标为不是', dismissed: '已标为不是', keepOpen: '先不标',
} as const
export const copies = {
  title: '脱敏副本', intro: '给测试、统计和对外提供用的数据副本，每一列按分级规定的办法脱敏。原来的数据只读不改，到期自动删除。', unit: '份', none: '还没有生成过副本', noneHint: '需要给测试或统计用数据时，在这里生成。',
  purpose: '用途', purposeHint: '例：给测试环境核对报表', kind: '给谁用', kind_test: '测试', kind_statistics: '统计', kind_outside: '对外提供', kind_outside_hint: '不能导出的列不放进副本', format: '格式', format_csv: 'CSV 表格', format_jsonl: 'JSON，一行一条', tables: '表', tablesMissing: '选至少一张表', tablesHint: '输入表名的一部分，例：cases', days: '保留', daysUnit: '天', state: '状态', rows: '行数', masked: '脱敏的列', by: '经办', at: '生成', until: '到期',
  start: '生成副本', startTitle: '生成一份脱敏副本', startText: '在后台生成，完成后由有权限的人下载。', startSubmit: '开始生成', started: '已开始生成', tableCount: '{n} 张表',
  one: '脱敏副本', facts: '基本情况', files: '文件', file: '文件', size: '大小', digest: '摘要（SM3）', download: '下载', columns: '每一列怎样脱敏', columnOf: '{table} 的列', level: '级别', levelOf: '{n} 级', masking: '办法', masking_cover: '遮盖', masking_replace: '替换', masking_hash: '散列', masking_shuffle: '打乱', masking_truncate: '截断', masking_none: '不脱敏，只去掉号码', noFiles: '还没有文件', gone: '文件已删除，这里只留记录。', mayNot: '下载要有“下载脱敏副本”权限。',
  discard: '删除副本', discardTitle: '删除这份副本？', discardText: '文件马上删除，记录保留。', discardWhy: '为什么删除', discardSubmit: '删除副本', discarded: '已删除', keep: '不删除',
} as const
export const grades = {
  title: '人员数据级别', intro: '各岗位最高能看到几级数据的原值。没有列出的岗位、新建的岗位都是一级，一律遮住。调整要由两个人办。', caption: '岗位和人员的数据级别', who: '岗位或人员', level: '现在', pending: '等复核', by: '提出', at: '最近调整', basis: '依据', basis_set: '已调整', basis_pack: '规则',
  chart: '各级别能看到的岗位和人员，单位：个', chartHead: '最高级别', chartValue: '个数',
  edit: '调整', editTitle: '调整{name}的数据级别', editText: '提出后由另一位有权限的人复核，复核前仍按现在的级别。', levelField: '最高看到几级', reason: '为什么调整', editSubmit: '提出调整', edited: '已提出，等另一个人复核',
  person: '给个人定级', personTitle: '给一个人单独定级', personField: '人员', personHint: '姓名的一部分', personText: '单独定级的人不再按岗位算。',
  confirm: '同意', confirmTitle: '同意{name}调整为{level}？', confirmText: '提出的人是{by}，原因：{reason}', confirmSubmit: '同意调整', confirmed: '已生效', keep: '先不办', note: '意见', reject: '不同意', rejectTitle: '不同意{name}的调整？', rejectWhy: '为什么', rejectSubmit: '退回调整', rejected: '已退回', fourHint: '身份证号码、银行卡', threeHint: '电话、住址', twoHint: '姓名和一般业务内容', oneHint: '只看公开内容',
} as const
