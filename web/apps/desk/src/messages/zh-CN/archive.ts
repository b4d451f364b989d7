export const library = {
  title: '办件库', intro: '一个办件一份记录：申请、材料、受理、办理过程、特别程序、办结，全在这里。只查不办，个人信息已遮住。', unit: '件', none: '办件库里还没有办件', noneHint: '提交过的办件都会在这里。', earlier: '历史办件',
  find: '查找', findHint: '办件编号、申请人、完整证件号码', state: '状态', allStates: '全部状态', open: '办理中', closed: '已办结', delivered: '已领取', not_accepted: '不予受理', withdrawn: '已撤回', voided: '已作废', channel: '来源', allChannels: '全部来源', web: '网上', window: '窗口', mobile: '移动端', terminal: '自助终端', region: '地区', allRegions: '全部地区', from: '申请日期从', to: '到',
  number: '办件编号', item: '事项', applicant: '申请人', org: '办理部门', submitted: '申请时间', export: '导出 {n} 条',
  caseTitle: '办件全记录', seeCase: '打开办件', facts: '申请信息', idNumber: '证件号码', phone: '联系电话', legalPerson: '法定代表人', agent: '经办人', path: '办理机构', handleItem: '业务办理项', delivery: '领取方式', accepted: '受理时间', decided: '决定时间', closedAt: '办结时间', deliveredAt: '领取时间', due: '承诺办结', result: '办理结果', licence: '结果证照',
  form: '申请表', materials: '材料', material: '材料名称', handing: '提交方式', files: '文件', acceptance: '受理', none_yet: '还没有受理', steps: '办理过程', step: '环节', by: '经办人', outcome: '结果', opinion: '意见', at: '时间', special: '特别程序', reason: '原因', ended: '结束', extensions: '延期', urges: '催办和督办', documents: '文书', docNumber: '文号', events: '办理记录', event: '事件', what: '内容', archived: '归档文件', noArchive: '还没有归档文件。办结后的当天夜里生成。',
  h_upload: '上传', h_paper: '窗口收取', h_licence: '电子证照免交', h_later: '容缺后补', h_window: '到窗口交', h_space: '从我的材料选用',
} as const
export const sets = {
  title: '归档文件', intro: '办结的办件，每件一个可归档电子文件：申请表、材料、文书、结果、办理记录和元数据，带摘要和签名。脱离平台也能核对真假。', unit: '个', none: '还没有归档文件', noneHint: '办件办结后，当天夜里自动生成。', find: '查找', findHint: '办件编号、事项', ended: '办件状态', allEnded: '全部', closed: '已办结', delivered: '已领取', not_accepted: '不予受理', withdrawn: '已撤回', voided: '已作废', from: '生成日期从', to: '到',
  number: '办件编号', item: '事项', org: '办理部门', made: '生成时间', parts: '文件数', size: '大小', download: '下载', downloadTitle: '下载归档文件？', downloadText: '文件里有没有遮住的个人信息。写明用途，会记入日志，申请人能看到。', reason: '用途', reasonHint: '例如：移交区档案馆', downloaded: '已下载', export: '导出目录',
  missing: '补做归档文件', missingTitle: '给没有归档文件的办件补做？', missingText: '办结了但还没有归档文件的办件，逐个补做，在后台进行。已有的不会重做。', missingDone: '已经开始补做，稍后刷新查看。', digest: 'SM3 摘要', replaces: '接续的文件', covers: '办理记录 {n} 条', setTitle: '归档文件', list: '文件清单', part: '名称', path: '路径', kind: '类别', k_metadata: '元数据', k_record: '全记录', k_form: '申请表', k_material: '材料', k_step: '办理过程', k_document: '文书', k_result: '办理结果', k_log: '办理记录', k_guide: '说明',
} as const
export const earlier = {
  title: '历史办件', intro: '从原来的业务系统迁入的办件，只供查询。', unit: '件', none: '还没有历史办件', noneHint: '系统管理员可以从表格导入原系统的办件。', find: '查找', findHint: '原编号、事项、申请人、完整证件号码', result: '办理结果', allResults: '全部结果', granted: '准予', refused: '不予批准', not_accepted: '不予受理', withdrawn: '撤回', other: '其他',
  source: '原系统', number: '原编号', item: '事项', applicant: '申请人', org: '办理部门', submitted: '申请时间', closed: '办结时间', export: '导出 {n} 条', library: '办件库', reveal: '看完整信息', revealTitle: '看哪一项完整信息？', field: '看哪一项', idNumber: '证件号码', phone: '联系电话', remarks: '备注', more: '表里的其他内容', reason: '为什么要看', reasonHint: '会记入日志', show: '查看', shown: '{name}：{value}', empty: '原表没有填',
} as const
export const legacy = {
  title: '历史办件导入', intro: '把原系统的办件从表格导入办件库。先试运行，改好再导入；导入后自动核对件数和内容。机构和账号在“账号迁移”里导入。', unit: '次', none: '还没有导入过', start: '导入一个文件', accounts: '账号迁移',
  source: '原系统', sourceHint: '例如：原食药监局审批系统', file: '文件', fileHint: 'CSV 或 Excel，第一行是列名', mapping: '列的对照', mappingText: '左边是文件里的列，右边选它是什么。没有对上的列原样留着备查。', skip: '原样留着', kept: '用上次这个系统的对照', values: '值的对照', valuesHint: '一行一条，写成：项目：原值=现值。例如：办理部门：原食药监局=qscj', valuesWrong: '第 {n} 行读不出来，写成“项目：原值=现值”', trial: '试运行', apply: '正式导入', applyTitle: '正式导入 {n} 件？', applyText: '试运行里有问题的行不会导入，改好文件后可以再导一次，同一个原编号只有一件。', keepOut: '先不导入', started: '已经开始，页面会自动更新。', tooFew: '还没有哪一列对上：{names}', twice: '有两列都对到了：{names}', unreadable: '读不到列名。请确认第一行是列名',
  kind: '方式', trialKind: '试运行', realKind: '正式导入', state: '状态', rows: '行数', created: '新增', updated: '更新', unchanged: '没有变', failed: '没有导入', by: '操作人', at: '开始时间', progress: '{done} / {total} 行',
  runTitle: '一次导入', wouldText: '这是试运行，没有写入任何办件。', stopped: '停下的原因：{why}', goOn: '继续导入', goOnDone: '已经继续。', report: '核对', reportSame: '文件和办件库一致。', reportDiffers: '有 {n} 行不一致，见下面的清单。', sourceRows: '文件行数', targetRows: '导入件数', sourceSum: '文件摘要合计', targetSum: '办件库摘要合计', org: '部门', fileRows: '文件', hereRows: '办件库',
  problems: '没有导入的行', differences: '不一致的行', noProblems: '每一行都可以导入', line: '行号', number: '原编号', what: '问题', digest: '文件摘要',
} as const
