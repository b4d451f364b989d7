export const guide = {
  crumb: '办事指南', save: '收藏', saved: '已收藏', savedToast: '已收藏', unsavedToast: '已取消收藏', apply: '在线办理', book: '预约', judge: '我要评议', consult: '咨询', rate: '评价这项服务',
  promise: '承诺办结', legal: '法定 {limit}', instant: '当场', visits: '到现场', times: '{n} 次', fee: '收费', get: '拿到什么', getNothing: '办理结果', validity: '有效 {v}', ask: '咨询',
  askTitle: '先答 {n} 个问题', askHint: '答完，材料清单只留您用得上的。', which: '办哪一种？', multi: '可以选多项。', stopGo: '去找“{name}”', stillOpen: '还有 {n} 个问题没答，下面列的可能比您要交的多。',
  materials: '您要准备的材料', print: '打印清单', sum: '共 {n} 份，您要准备 {p} 份。', sumGenerated: '{n} 份填完表自动生成', sumExempt: '{n} 份从证照库调取', noMaterials: '不用准备材料。',
  generated: '自动生成', exempt: '免提交', tolerated: '可以后补', necessary: '必要', points: '审查时看什么', sample: '看样例', beside: '对照着看', blank: '空白表', blankName: '空白表：{name}，到窗口领取。', word: 'Word 版', wordOf: 'Word 版：{what}', issuedBy: '由{who}出具。',
  howGenerated: '填完表单后生成，您核对并签名。', howFile: '电子文件 1 份，{types}。', howPaper: '到窗口交的，{copies}。', original: '原件 {n} 份', copy: '复印件 {n} 份', and: '、',
  unused: '您的情况用不到的 {n} 份材料', conditions: '符合这些条件才能办', process: '办理过程', by: '{role}', within: '{limit}内', counts: '{limit}从受理次日起算。材料不齐的，一次告知全部要补的内容。', special: '{name}：{note}',
  booking: '怎么预约', bookWeb: '打开预约网站', noWebBooking: '网上预约还没有开通，可以这样约：', bookHere: '预约：{text}', traffic: '怎么去：{text}', nearby: '就近办理', locate: '按离我远近排', locating: '正在定位', nearRegion: '我所在的地方', anyRegion: '不限', noPosition: '没有取到您的位置。可以选您所在的地方，或者按下面的地址去。', sorted: '已按离您的远近排列，位置没有离开您的设备。', sortedRegion: '已按您选的地方排列。',
  metres: '约 {n} 米', kilometres: '约 {n} 公里', allDay: '24 小时自助', terminal: '自助机', bindAsk: '您从企业专属页来，还没有绑定这里的企业账号。绑定一次，以后直接打开，自动带出企业信息。', bindFailed: '没有绑定：{why}', jumping: '正在打开', jumpNote: '这项在{name}办理，用这里的账号直接打开，不用再注册。', jumpHanded: '打开时告诉{name}您的{list}。', jumpFailed: '没有打开：{why}', bindNow: '现在绑定', bindLater: '以后再说',
  place: '时间与依据', windows: '{list} 号窗口', basis: '设定依据', remedy: '不服怎么办', review: '行政复议：{text}', lawsuit: '行政诉讼：{text}', code: '实施编码', objects: '服务对象', area: '办理范围', ways: '办理途径', complain: '监督电话', quantity: '数量限制', feeBasis: '收费依据和标准', allElements: '全部要素', itemType: '事项类型', caseType: '办件类型', level: '行使层级', joint: '联办机构', acceptance: '受理时限', legalNote: '法定办结时限', promiseNote: '承诺办结时限', depth: '网办深度', forms: '办理形式', approval: '审批服务形式', results: '办理结果', intermediary: '中介服务', system: '业务系统', basicCode: '基本编码', localCode: '地方编码',
  rights: '您的权利和义务', yourRights: '您可以', yourDuties: '您要做到', faq: '常见问题', updated: '指南更新于 {at}', commitment: '可以用告知承诺的方式办：{kind}', tolerance: '主要材料齐全就先受理，其余 {days} 个工作日内补齐。',
  tolerancePlain: '主要材料齐全就先受理，其余约定日期补齐。', offline: '这项服务要到窗口办。',
} as const
