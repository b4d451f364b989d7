/** 新事项上线：从事项到表单、流程、规则、文书、试办、发布，一步一步做。 */
export const zh = {
  title: '新事项上线', titleOf: '{name}：上线', intro: '从事项开始，配好表单、流程、规则和文书，试一遍，就能发布。随时可以离开，做好的都存着。', back: '回事项管理', backTo: '回到新事项上线', steps: '上线的步骤', start: '新事项上线', open: '上线步骤',
  step_item: '事项', step_form: '表单', step_flow: '流程', step_rules: '规则', step_papers: '文书', step_try: '试办', step_publish: '发布', next: '下一步：{name}', previous: '上一步', done: '，已完成',
  from: '照着哪个事项', fromMissing: '选一个事项，照着它开始', fromHint: '实施主体、法律依据、办理地点、时限先照着它，以后可以改', name: '事项名称', slug: '事项标识', slugHint: '小写英文、数字和短横线，建好以后不能改，例如 stall-filing', code: '基本编码', codeHint: '目录里给这个事项的编码，12 位数字', codeBad: '基本编码要 12 位数字，您填了 {n} 位', slugBad: '事项标识以小写英文开头，只用小写英文、数字和短横线',
  what: '带过来什么', what_bare: '只带基本信息', what_bareHint: '情形、条件从空白开始，材料只有申请表', what_whole: '全部带过来', what_wholeHint: '情形、条件、材料和结果都照着它', begin: '建好，去配表单', begun: '事项已建好，现在还是草稿。',
  itemText: '事项已经建好。法律依据、时限、地点是照着别的事项带过来的，请打开核对。', itemOpen: '打开事项要素', findings: '检查结果：{n} 处要改', findingsNone: '检查结果：没有要改的地方',
  formText: '申请人填的就是这张表。选一张已经发布的，或者新建一张。', flowText: '受理以后按这个流程办。选一个已经发布的，或者照着别的流程新建。', rulesText: '规则替人检查和判断，不是每个事项都要。没有就直接下一步。',
  pick: '从库里选', pickTitle: '选一个已经发布的', pickSubmit: '就用它', pickField: '名称或标识', pickMissing: '请选一个', make: '新建', change: '换一个', edit: '打开修改', without: '不用规则', none_form: '还没有选表单', none_flow: '还没有选流程', none_rules: '还没有选规则', noneHint: '先选一个，或者新建。', using: '正在用', own: '随事项带来的文件', taken: '已选用“{name}”', notPublished: '“{name}”还没有发布，发布以后才能用。', toPublish: '去发布', newer: '有没发布的修改，发布以后申请人才看得到',
  papersText: '申请表打印件、告知书、要盖的章，在这里给事项配上。没有就直接下一步。', papersNone: '还没有配文书', papersNoneHint: '申请表的打印件系统会自动生成；要告知书或盖章，在这里加。',
  tryText: '看看这张表在电脑、手机、自助机和长辈版上的样子，换一个岗位看看能看到什么。', tryNone: '先选好表单，才能试。', tryFlow: '到流程里试走一遍',
  publishText: '发布以后，办事指南马上能查到，申请人马上能办。', publish: '发布上线', need_form: '还没有选表单', need_flow: '还没有选流程', fix: '事项里有 {n} 处要改', goStep: '去看', ready: '都齐了，可以发布。', published: '已上线，第 {n} 版。申请人现在就能办。', guide: '看办事指南', whoTitle: '谁来办', who: '窗口和审批人员有这个事项的权限，才看得到它的办件。请安全管理员在“人员”里给他们加上。', again: '有修改还没有发布。',
} as const
