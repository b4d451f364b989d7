export const cityWide = {
  title: '市内通办', intro: '标进来的事项，全市每个大厅的综合窗口都能收，办件转给申请人所在地的主管部门办。', unit: '个', none: '还没有市内通办的事项', noneHint: '从“设置事项”开始。', find: '事项名称', findHint: '可以只输一部分', state: '状态', open: '通办中', all: '连同已停的', batch: '批次',
  item: '事项', places: '主管部门', released: '发布日期', standard: '统一标准', changed: '最近修改', placeN: '{n} 个地方', placeOf: '{region}：{org}', days: '{n} 个工作日', ended: '已停', set: '设置事项', change: '修改', figures: '看统计',
  editTitle: '市内通办：{name}', what: '哪一批，什么标准', batchHint: '例：市内通办第一批', standardHint: '各级都照办的指南、表单、材料和流程', releasedOn: '发布日期', on: '现在通办', onHint: '取消后不再收新的，收了的照常办', who: '哪里由谁办', whoHint: '申请人所在地按最近的一级找：写了镇的归镇，没写的归区县，再归市。', region: '地方（12 位区划代码）', regionHint: '要在部门管的范围里', org: '主管部门', promise: '承诺几个工作日', promiseHint: '不填就是事项自己的时限', addPlace: '再加一个地方', removePlace: '去掉第 {n} 个地方', save: '保存', saved: '已保存市内通办设置', choose: '选择要通办的事项', chooseSubmit: '下一步',
} as const
export const placeFigures = {
  title: '通办统计', intro: '市内通办的办件在哪里收、归哪里办，和各大厅的覆盖率。', by: '分段', whole: '不分段', byDay: '按日', byMonth: '按月', from: '从', to: '到', period: '时间', accept: '收件地', competent: '主管地', item: '事项', count: '件数', crossed: '跨区', yes: '是', no: '否', none: '这段时间没有通办的办件', unit: '行', export: '导出',
  total: '共 {n} 件，其中跨区 {m} 件', chart: '各收件地的件数', coverage: '覆盖率', coverageIntro: '已开通的事项占全市全部事项的比例，目标是全部。', byHall: '各大厅', byDepartment: '各部门', city: '全市', open: '已开通', all: '全部', share: '覆盖率', name: '名称', exportCoverage: '导出覆盖率', coverageFailed: '覆盖率没有取回来',
} as const
export const instant = {
  title: '即办件', intro: '选一个即办的事项，收件、审核、出证、发放在这一页办完。', settings: '即办事项', settingsIntro: '标进来的事项在综合窗口当场办完，超过设的分钟数会提醒。', unit: '个', none: '还没有即办的事项', noneHint: '从“设置事项”开始。', find: '事项名称', findHint: '可以只输一部分', item: '事项', active: '状态', on: '即办', off: '停用', minutes: '限时', minutesN: '{n} 分钟', frequent: '高频', yes: '是', no: '否', changed: '最近修改', set: '设置事项', change: '修改', setTitle: '设置即办事项', isOn: '当场办', isOnHint: '在“即办件”一页里能选到', isFrequent: '高频事项', isFrequentHint: '不是即办件，但申请人多、能当场办', how: '怎么办', minutesField: '几分钟内办完', save: '保存', saved: '已保存即办设置',
  stand: '这一件办到哪里了', left: '还剩 {n} 分钟', over: '已超过 {n} 分钟', opinion: '审查意见', opinionDefault: '材料齐全，符合规定，同意办理。', goOn: '审核并办结', going: '正在办', waits: '下一步“{step}”不在您的岗位，请转给有这个岗位的同事。', making: '决定已经作出，正在出具结果。', finished: '已办结，可以发放', delivered: '已发放', receiver: '领取人', receiverName: '领取人姓名', receiverId: '领取人身份证号码', hand: '发放给申请人', papers: '文书和证照', open: '打开办件', another: '办下一件', state: '状态', again: '再看一次', failed: '没有办成：{why}', elsewhere: '没有能在您的窗口当场办的事项。', toSettings: '看即办事项',
} as const
export const instantFigures = {
  title: '即办统计', intro: '窗口一件件收的办件里，当场办完的有多少。', by: '统计口径', byWindow: '按窗口', byOrg: '按部门', byDay: '按日', byMonth: '按月', from: '从', to: '到', name: '名称', all: '窗口收件', instant: '即办件', share: '占比', inTime: '按时办完', late: '超过时间', export: '导出', unit: '行', none: '这段时间窗口没有收件', chart: '即办件数',
} as const
export const caseFigures = {
  title: '办件统计', intro: '申请、受理、办结、领取各有多少件，按时率是多少。数字来自专门的统计表，随时准确，不影响办件。',
  by: '统计口径', byItem: '按事项', byOrg: '按部门', byArea: '按地区', byChannel: '按渠道', byState: '按现在的状态', byResult: '按办结结果', byDay: '按日', byMonth: '按月', from: '从', to: '到',
  name: '名称', filed: '申请', ended: '其中已结束', accepted: '受理', closed: '办结', onTime: '按时办结', punctuality: '按时率', delivered: '领取', none: '这段时间没有办件', unit: '行', export: '导出', chart: '申请件数',
  checked: '{time} 和办件核对过，{result}', same: '没有差异', differing: '有 {n} 处不符，已改正', notChecked: '还没有和办件核对过，每天夜里核对一次',
} as const
export const accepting = {
  title: '受理工作台', intro: '收件、预审、补正、核验都从这里走。', take: '收件', takeOne: '收单个事项', takeOneHint: '问情形、填表、收材料', takePackage: '套餐收件', takePackageHint: '一件事里的几个事项，一次收齐', takeInstant: '办即办件', takeInstantHint: '申请人等着，当场办完', takeBulk: '收批量件', takeBulkHint: '一份名单，一起办', takeRecord: '代收代发', takeRecordHint: '别处办理，这里收或者发', scan: '扫条码', scanHint: '登记办件走到哪里',
  preReview: '等预审和受理', corrections: '补正已回', promised: '容缺待补', late: '即办超时', noneOf: '没有', more: '看全部 {n} 件', askData: '数据共享查询', askDataText: '登记身份后，可以从共享数据核对申请人的情况，每次查询都留记录。', askDataGo: '去核验身份', systems: '专业系统', systemsText: '用通办账号直接打开，不用再登录。', systemsNone: '没有接入的专业系统。', points: '收件要点', pointsText: '选一个事项，看每份材料收的时候要看什么。', pointsPick: '事项', pointsNone: '这个事项的材料没有写要点。', open: '打开{name}', failed: '没有取回来',
} as const
export const settings = {
  title: '系统设置', intro: '后台的设置都从这里进，只列出您有权看的。', none: '您的岗位没有可以设置的内容',
  people: '人和岗位', staff: '用户', staffHint: '账号、单位、岗位、窗口、停用和口令', roles: '岗位和权限', rolesHint: '每个岗位能做什么，哪些不能兼', mandates: '管理授权', mandatesHint: '下级管理员能管哪里、能授什么',
  places: '机构和地方', orgs: '机构', orgsHint: '部门、科室、大厅，隶属和历史', regions: '辖区', regionsHint: '区划和每个地方的机构', windows: '窗口', windowsHint: '分类、事项、人员、服务的部门', townships: '乡镇延伸', townshipsHint: '在镇街的机构页里，把上级事项延伸下去',
  items: '事项', catalogue: '事项库', catalogueHint: '事项要素、版本、发布和同步', itemSync: '事项同步', itemSyncHint: '从上级事项库取来比较、采用', messageTexts: '消息模板', messageTextsHint: '短信和站内消息的说法', citywide: '市内通办', citywideHint: '哪些事项每个大厅都能收', instant: '即办事项', instantHint: '哪些事项当场办，限多少分钟', kinds: '受理方式', kindsHint: '批量、代收、代发', papers: '告知文书', papersHint: '受理通知、补正告知等文书的内容和用章', calendars: '工作日', calendarsHint: '节假日和调休，所有时限照它算',
} as const
export const regions = {
  title: '辖区', intro: '从本市往下的区划，和在那里的机构。区划跟国家和本市发布的代码走，不在这里改。', below: '下级区划', here: '这里的机构', name: '名称', code: '代码', none: '下面没有区划了', up: '回上一级', hereNone: '这里没有您管理的机构。', more: '还有，到机构页按条件查',
} as const
