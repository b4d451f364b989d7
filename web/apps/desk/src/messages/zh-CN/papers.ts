/** 打印模板、字段映射、事项文书、窗口打印和盖章。 */
export const prints = {
  file: '模板文件', fileHint: 'Word（.docx）或 PDF，不超过 1.4 兆字节。Word 里用 {{form.字段}} 标出要填的位置，表格行前后写 {{#表}}、{{/表}}。', replace: '换一个文件', pick: '选择文件', now: '正在用：{name}', noFile: '还没有上传文件。',
  typeBad: '请选 .docx 或 .pdf 文件；旧版 .doc 和带宏的 .docm 请先另存为 .docx。', sizeBad: '文件超过 1.4 兆字节，请压缩里面的图片再上传。', readBad: '文件读不出来，请重新选择。',
  form: '取自哪份表单', formNone: '不取表单，只取办件信息', places: '要填的位置', placesNone: '模板里还没有要填的位置。', place: '模板里的位置', from: '取自', unset: '还没有选', fixed: '固定文字…', fixedText: '固定文字', table: '（表格）', column: '列：{name}',
  spots: 'PDF 上放置的位置', spotsHint: '单位毫米，从页面左上角量起。名称写 seal 的位置用来盖章。', picHint: '拖动方框放到要填的地方；也可以选中后用方向键移动，每次 1 毫米，按住 Shift 10 毫米。', picPage: '第 {n} 页', picSpot: '{name}，第 {page} 页，左 {x} 上 {y} 毫米', picFailed: '这个 PDF 的页面画不出来，请在下面填数字。', spotName: '名称', page: '页', x: '左', y: '上', width: '宽', size: '字高', addSpot: '加一个位置', removeSpot: '删除', pageSize: '第 {n} 页 {w} × {h} 毫米',
  sample: '试填数据', sampleHint: '用这些内容试填，不会保存。', sampleBad: '试填数据不是正确的 JSON，请检查括号和引号。', preview: '预览', download: '下载 Word', valuesOnly: '只看填写的值（套打）', shown: '预览', loading: '正在生成……',
} as const

export const mappings = {
  system: '对方系统', form: '取自哪份表单', formNone: '请选择', fields: '对方系统的字段', fieldsNone: '还没有字段。按对方的接口说明，一行一个加进来。', key: '对方字段', label: '含义', type: '类型', type_text: '文字', type_number: '数字', type_date: '日期', type_boolean: '是否', type_code: '代码', required: '必填', length: '最长', codes: '对方的代码', codesHint: '用顿号分开，例：1、2',
  from: '取自', unset: '还没有选', fixed: '固定值…', fixedText: '固定值', feel: '算式…', feelText: '算式', translate: '代码对照', translateHint: '每行一条：本表单的值=对方的代码', add: '加一个字段', remove: '删除', run: '试运行', runHint: '用下面的内容试一次，看对方会收到什么。不会真的发送。', sampleBad: '试运行的内容不是正确的 JSON，请检查括号和引号。', sample: '试运行的内容', result: '对方会收到', value: '值', nothing: '没有值', problems: '对方不会接受', fine: '全部字段都合格。',
} as const

export const itemPapers = {
  title: '事项文书', intro: '每个事项打印什么、告知什么、盖哪枚章。', unit: '份', none: '还没有事项文书', noneHint: '先在定义里发布打印模板或文书，再在这里给事项配上。', add: '加事项文书', find: '文书或事项名称', findHint: '例：申请书', purpose: '用途', allPurposes: '全部用途', purpose_print: '打印件', purpose_notice: '告知文书', sealed: '用章', allSealed: '不限', sealedYes: '要盖章', sealedNo: '不盖章',
  name: '文书名称', item: '事项', scope: '适用', allCases: '全部情形', paper: '模板', seal: '印章', noSeal: '不盖章', seal_notice: '政务服务专用章', seal_acceptance: '业务受理专用章', stampAt: '什么时候盖', stamp_made: '出具时自动盖', stamp_window: '窗口盖', stamp_step: '流程环节盖', step: '流程环节标识', stepHint: '流程图里环节的标识，例：decide', moment: '什么时候出具', moment_none: '需要时由人出具', moment_submitted: '提交申请时', moment_accepted: '受理时', moment_decided: '作出决定时', handleItem: '业务办理项标识', handleItemHint: '不填就是全部办理项', situation: '情形', situationHint: '每行一条：问题标识=选项标识，例：agent=yes。不填就是全部情形', situationBad: '每行写成“问题标识=选项标识”。', disabled: '状态', on: '使用', off: '停用', changed: '最近修改', changedBy: '{name}，{at}',
  addTitle: '加事项文书', addSubmit: '加上', addDone: '已加上', edit: '改', editTitle: '改“{name}”', editSubmit: '保存', editDone: '已保存', remove: '删除', removeTitle: '删除“{name}”？', removeText: '以后不再提供这份文书。已经打印和盖章的不受影响。', removeSubmit: '删除', removeKeep: '先不删', removeDone: '已删除',
  stamps: '用章记录', stampsIntro: '每一次盖章：谁、什么时候、在哪份文书上盖了哪枚章。', stampUnit: '条', stampsNone: '还没有盖过章', stampsNoneHint: '在窗口或流程里盖章后，这里会有记录。', stampFind: '流水号、文书或事项', state: '状态', allStates: '全部状态', state_done: '已盖', state_waiting: '正在盖', case: '办件', document: '文书', by: '谁盖的', at: '时间', place: '在哪里', digest: '文件指纹',
} as const

export const printing = {
  title: '打印', paper: '打印什么', way: '怎么打', way_whole: '整份打印', way_values: '套打：只打填写的内容', x: '打印机向右偏', y: '打印机向下偏', mm: '毫米', full: '证件号码', full_no: '遮住（默认）', full_yes: '打印完整号码', reason: '为什么要完整号码', reasonHint: '会记入日志', print: '打开打印件', word: '下载 Word', none: '没有可打印的内容。', stamps: '盖章', stamp: '盖章', stampOf: '在“{name}”上盖章', stampText: '盖章后不能撤回。', stampDone: '已盖章', waiting: '正在盖章', stamped: '{seal}　{who}　{at}', failed: '没有打印出来：{why}',
} as const
