export const case_ = {
  crumb: '我的办件', number: '办件编号', code: '查询码', until: '{day}前补齐。', dueIntake: '什么时候告诉您受理不受理', duePromise: '什么时候能办好', doCorrection: '现在补交', doRating: '去评价', deliverySelf: '到窗口自己取', deliveryPost: '寄给我', deliveryElectronic: '只要电子的',
  progress: '办理进度', next: '接下来：{list}', nextDelivery: '您选了“{way}”。', notify: '办好了发短信告诉您。', byWhom: '办理部门：{org}',
  result: '办理结果', resultReason: '理由：{reason}', documents: '文书', docNumber: '文号 {n}', licence: '您的证照', licenceNumber: '编号 {n}', licenceGet: '下载电子证照', at: '{at}',
  youCan: '您可以', changeDelivery: '改领取方式', content: '看我提交的内容', rate: '评价这次服务', withdraw: '撤回申请', withdrawNote: '作出决定前都可以撤回。', again: '重新申请', print: '打印这一页',
  contact: '联系', askOrg: '咨询', supervise: '监督', withdrawTitle: '撤回这个申请？', withdrawText: '撤回后不再办理，以后可以重新申请。', withdrawReason: '为什么撤回', withdrawNo: '不撤回', withdrawing: '正在撤回', withdrawn: '申请已撤回', failed: '没有成功：{why}', live: '有新进展，已更新',
  contentTitle: '我提交的内容', materials: '材料', noFiles: '没有文件', handLicence: '从电子证照库调取', handLater: '以后补交', handWindow: '到窗口交', handGenerated: '自动生成', applicant: '申请人',
  later: '约定后补的材料', tolerance: '补交容缺材料', toleranceIntro: '受理时说好后补的材料。审查照常进行，补齐以后才出结果。', toleranceSubmit: '提交', toleranceDone: '已补交',
  correctionTitle: '补交材料', correctionIntro: '只要补下面这些，补齐后接着办。', correctionReason: '要补的原因：{reason}', correctionSubmit: '提交补正', correctionSending: '正在提交', correctionDone: '已补交，窗口会接着办', correctionNone: '现在没有要补的材料。', needFile: '上传{name}', needField: '修改{name}', backToCase: '回到办件', fileHint: 'PDF 或图片，每个不超过 {mb} MB。', formIntro: '要改的内容', replaced: '原来交的文件：{names}',
  deliveryTitle: '改领取方式', deliverySave: '保存', deliverySaving: '正在保存', deliverySaved: '领取方式已改',
} as const
