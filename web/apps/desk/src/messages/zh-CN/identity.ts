export const orgs = {
  title: '机构', intro: '按层级管理机构。名称、隶属关系和状态的每次变化都留在机构历史里。',
  views: '看法', viewTree: '按层级', viewList: '按条件查', unit: '个', add: '新增机构', addBelow: '新增下级机构',
  find: '名称、简称或代码', findHint: '例：市场监督管理局', kind: '类型', allKinds: '全部类型', state: '状态', allStates: '全部状态',
  kind_government: '政府', kind_department: '部门', kind_section: '科室', kind_hall: '政务大厅', kind_community: '村（社区）', state_active: '在用', state_disabled: '停用', state_merged: '已合并',
  name: '名称', shortName: '简称', path: '隶属', region: '区划', staffCount: '人员', children: '下级', level: '层级', key: '机构代码', uscc: '统一社会信用代码', phone: '电话', sort: '排序',
  none: '还没有机构', noneHint: '从最上级的政府开始新增。', open: '展开{name}的下级', shut: '收起{name}的下级', below: '{children} 个下级，{staff} 人', treeFailed: '下级没有取回来',
  facts: '基本情况', history: '机构历史', historyNone: '还没有变化。', parent: '上级机构', mergedInto: '已并入{name}', windows: '窗口', windowsNone: '没有窗口。', people: '人员', peopleNone: '这个机构还没有人员。', seePeople: '看全部 {n} 人', belowTitle: '下级机构',
  at: '时间', act: '变化', by: '经办', reason: '原因', hall: '大厅', number: '窗口号', items: '事项', itemCount: '{n} 项', login: '登录名', personState: '状态',
  edit: '修改', more: '更多', newTitle: '新增机构', newBelow: '上级是{name}。', editTitle: '修改{name}', save: '保存修改', saved: '已保存', created: '已新增机构',
  basic: '名称和类型', contact: '区划和联系', keyHint: '不填由系统编', keyOf: '机构代码', usccHint: '18 位', regionHint: '12 位行政区划代码，要在上级机构的区划内', sortHint: '数字小的排在前面', reasonHint: '写进机构历史，例：三定方案调整',
  move: '改变隶属', moveTitle: '把{name}移到哪个机构下面？', moveText: '下级机构和人员一起移过去。', moveSubmit: '移动机构', moved: '已移动', to: '新的上级机构',
  merge: '并入其他机构', mergeTitle: '把{name}并入哪个机构？', mergeText: '人员、窗口和下级机构都转到并入的机构，{name}不再使用，历史保留。并入后不能拆回。', mergeSubmit: '并入机构', merged: '已并入', into: '并入的机构',
  disable: '停用', disableTitle: '停用{name}？', disableText: '停用后不能再给它分配人员和办件。还有在岗人员或者在用的下级机构时不能停用。', disableSubmit: '停用机构', disabled: '已停用', keep: '不停用',
  enable: '启用', enableTitle: '启用{name}？', enableSubmit: '启用机构', enabled: '已启用',
  extension: '镇街延伸', extensionText: '上级部门的事项由镇街窗口收件，审批权不变。', extensionNone: '没有延伸的事项。', extensionAdd: '延伸一个事项', extensionItem: '事项', extensionTown: '收件的镇街', extensionWindow: '收件窗口', extensionStaff: '收件人员', extensionState: '状态', extensionOrg: '审批部门', extensionOpen: '延伸中', extensionClosed: '已收回',
  extensionEdit: '调整', extensionEditTitle: '调整“{name}”的镇街收件', extensionEditSubmit: '保存调整', extensionEditDone: '已调整',
  extensionSubmit: '延伸事项', extensionDone: '已延伸', extensionClose: '收回', extensionCloseTitle: '收回“{name}”的镇街收件？', extensionCloseText: '镇街窗口不再收这个事项，已收的办件照常办。', extensionCloseSubmit: '收回事项', extensionCloseDone: '已收回', extensionKeep: '不收回',
} as const

export const staff = {
  title: '人员', intro: '工作人员账号：单位、岗位、窗口和状态。', unit: '人', add: '新增人员', import: '导入',
  find: '姓名、登录名或工号', findHint: '可以只输一部分', role: '岗位', allRoles: '全部岗位', state: '状态', allStates: '全部状态', state_active: '在用', state_disabled: '停用', state_locked: '锁定', org: '单位',
  name: '姓名', login: '登录名', number: '工号', roles: '岗位', windows: '窗口', window: '{n} 号', last: '最近登录', never: '没登录过', none: '还没有人员', noneHint: '可以一个个新增，也可以按模板导入。', orgChip: '只看{name}的人员', orgAll: '看全部单位',
  must: '要改密码', lockedUntil: '锁定到 {at}',
  data: '基本资料', jobTitle: '职务', region: '区划', phone: '手机', email: '邮箱', mobileIdentity: '政务移动平台', linked: '已关联', notLinked: '没有关联', sessions: '正在登录', sessionCount: '{n} 处', created: '已新增人员', saved: '已保存',
  duties: '岗位、窗口和事项', change: '调整', items: '可办事项', allItems: '不限', itemCount: '{n} 项', noRoles: '还没有岗位，登录后什么也看不到。', noWindows: '没有窗口', permissions: '权限', permissionCount: '共 {n} 项权限', seePermissions: '看权限', sees: '看得到的单位', seesCount: '共 {n} 个单位',
  policies: '受哪些策略约束', policiesNone: '没有专门的策略，按系统默认的规则。', seePolicies: '看访问策略',
  edit: '修改资料', more: '更多', reveal: '查看', revealTitle: '查看{name}的{field}？', revealText: '查看原值会记进审计。', revealSubmit: '查看原值', revealed: '{field}：{value}', revealReason: '为什么要看',
  reset: '重设密码', resetTitle: '重设{name}的密码？', resetText: '系统给一个一次性密码，只显示一次。{name}的登录马上退出，用一次性密码登录后要改成自己的密码。', resetSubmit: '重设密码', keepPassword: '不重设',
  onceTitle: '{name}的一次性密码', onceText: '只显示这一次。请当面或者打电话告诉本人，不要发在群里。', oncePassword: '一次性密码', onceLogin: '登录名', onceUntil: '{at}前有效。',
  device: '设备', address: '地址', seen: '最近操作', sessionEnd: '让它退出', sessionTitle: '让{name}的这个登录退出？', sessionText: '{device}，{address}。没有保存的内容会丢。', sessionSubmit: '退出登录', sessionDone: '已退出', sessionKeep: '不退出',
  factorReset: '重设第二重验证', factorTitle: '重设{name}的第二重验证？', factorText: '手机丢了或者换了才重设。原来的验证器和恢复码都不能用，现在的登录马上退出，下次登录要重新绑定。', factorSubmit: '重设验证', factorDone: '已重设，下次登录重新绑定', keepFactor: '不重设',
  disable: '停用账号', disableTitle: '停用{name}的账号？', disableText: '停用后不能登录，现在的登录马上退出。手上的办件不变，请另外安排人办。', disableSubmit: '停用账号', disabled: '已停用', keepAccount: '不停用', disabledBecause: '停用原因：{reason}',
  enable: '启用账号', enableTitle: '启用{name}的账号？', enableText: '启用后可以用原来的密码登录。', enableSubmit: '启用账号', enabled: '已启用',
  unlock: '解除锁定', unlockTitle: '解除{name}的锁定？', unlockText: '密码连续输错锁定了账号。确认是本人再解除。', unlockSubmit: '解除锁定', unlocked: '已解除锁定',
  remove: '删除账号', removeTitle: '删除{name}的账号？', removeText: '删除后登录名可以再用，历史记录里的姓名保留。删除后不能恢复。', removeSubmit: '删除账号', removed: '已删除', keepIt: '不删除',
  grantTitle: '调整{name}的岗位、窗口和事项', grantSubmit: '保存岗位', granted: '已保存岗位', grantText: '互斥的岗位不能放在一个人身上，系统会提示。', windowsField: '坐哪些窗口', itemsField: '只办这些事项', itemsHint: '不选就是不限事项',
  newTitle: '新增人员', newIntro: '新增后系统给一个一次性密码，只显示一次。', editTitle: '修改{name}的资料', who: '是谁', where: '在哪里', loginHint: '字母开头，3 到 32 位，字母、数字、点、横线', phoneHint: '11 位手机号码', phoneKept: '留着遮住的号码就是不改', mobileHint: '粤政易等平台的账号标识', submitNew: '新增人员', submitEdit: '保存资料', orgField: '单位', rolesField: '岗位',
  importTitle: '导入人员', importIntro: '先试算，看清楚会新增和修改哪些人，再正式导入。', template: '下载导入模板', file: '人员文件', fileHint: 'XLSX 或 CSV，第一行是表头', trial: '试算', trialAgain: '重新试算', trialTitle: '试算结果', trialText: '还没有导入任何人。', apply: '正式导入 {n} 人', applyTitle: '正式导入 {n} 人？', applyText: '新增 {created} 人，修改 {updated} 人。有错的 {failed} 行不会导入。', keepOut: '不导入', doneTitle: '导入结果', chooseOther: '换一个文件',
  key: '登录名或代码', outcome: '结果', outcome_created: '新增', outcome_updated: '修改', outcome_unchanged: '不变', outcome_failed: '有错', line: '行', why: '原因', rows: '文件行数', reportRows: '逐行结果', passwords: '一次性密码', passwordsText: '只显示这一次。下载后交给本人，不要转发。', passwordsSave: '下载一次性密码（{n} 人）', totals: '数量核对', total: '项目', source: '文件里', target: '系统里', difference: '差',
} as const

export const roles = {
  title: '岗位和权限', intro: '岗位决定能用哪些功能、看到哪些单位。一个人可以有几个岗位，互斥的不能放在一起。', add: '新增岗位', unit: '个', views: '看法', viewList: '岗位', viewMatrix: '权限对照表', viewExclusions: '互斥规则',
  name: '岗位', key: '标识', audience: '给谁', audience_desk: '工作人员', audience_portal: '公众', sees: '看得到', count: '权限', holders: '在岗', people: '{n} 人', builtIn: '内置', own: '自建', origin: '来源', scope: '适用单位', everywhere: '全部单位', none: '没有岗位',
  matrix: '权限对照表', matrixCaption: '每项权限由哪些岗位持有', permission: '权限', held: '有', notHeld: '没有', pick: '对照的岗位', pickHint: '选几个岗位比一比，不选就是全部。',
  exclusions: '互斥规则', exclusionsText: '一个账号不能同时有左边一项和右边一项。', rule: '规则', left: '有了这些', right: '就不能有这些', reason: '理由', exclusionsNone: '没有互斥规则。', rolePrefix: '岗位“{name}”',
  permissions: '权限', permissionsOf: '{menu}：{n} 项', excluded: '互斥的岗位和权限', excludedNone: '没有和它互斥的。', holdersTitle: '谁在这个岗位', seeHolders: '看全部 {n} 人', holdersNone: '没有人在这个岗位。', edit: '修改岗位', remove: '删除岗位', removeTitle: '删除岗位“{name}”？', removeText: '没有人在岗才能删除。删除后不能恢复。', removeSubmit: '删除岗位', keep: '不删除', removed: '已删除', builtInText: '内置岗位，不能删除。',
  newTitle: '新增岗位', editTitle: '修改岗位“{name}”', basic: '基本情况', keyHint: '小写字母和下划线，定了不能改', nameHint: '例：夜间收件', seesField: '看得到哪些单位的办件', sees_body: '本单位和所在窗口连着的单位', sees_region: '本机构所在区划内的全部单位', sees_items: '只看分配的事项', notYours: '（您自己没有，不能给）', submit: '保存岗位', saved: '已保存', orgField: '只给这个机构用', orgHint: '不选就是全部单位都能用',
  addRule: '新增规则', newRule: '新增互斥规则', newRuleText: '一个账号不能同时有两边的任何一项。已经有人两边都占的，规则加不上，先调整人员的岗位。', ruleName: '规则名称', ruleHint: '例：收件和审批分开', reasonHint: '例：同一个人不能既收件又决定', sideHint: '岗位或权限，可以选几项', ruleSubmit: '保存规则', ruleSaved: '已保存规则',
  removeRule: '删除', removeRuleTitle: '删除互斥规则“{name}”？', removeRuleText: '删除后，两边的岗位和权限可以给同一个人。', removeRuleSubmit: '删除规则',
} as const

export const access = {
  title: '访问控制', tabs: '访问控制', policies: '访问策略', crossRegion: '跨域账号', intro: '限制谁、用什么终端、从什么网络登录，多久不操作退出，最多几处登录。几条策略同时管一个人时，取最严的。',
  unit: '条', add: '新增策略', find: '策略名称或对象', kind: '管谁', allKinds: '全部', kind_user: '一个人', kind_role: '一个岗位', kind_area: '一个区划', name: '名称', subject: '对象', terminals: '终端', networks: '网络', idle: '空闲退出', sessionsMax: '同时登录', quota: '每分钟请求', state: '状态', on: '启用', off: '停用', any: '不限', minutes: '{n} 分钟', places: '{n} 处', times: '{n} 次', terminal_desktop: '电脑', terminal_mobile: '手机', terminal_kiosk: '自助终端',
  none: '还没有策略，按系统默认的规则', edit: '修改', remove: '删除', removeTitle: '删除策略“{name}”？', removeText: '删除后，{subject}按其他策略或者默认规则。', removeSubmit: '删除策略', removed: '已删除', keep: '不删除', newTitle: '新增访问策略', editTitle: '修改策略“{name}”', submit: '保存策略', saved: '已保存', person: '人员', role: '岗位', area: '区划代码', areaHint: '12 位，管这个区划和下级的全部人员', terminalsField: '只许用这些终端', terminalsHint: '不选就是不限', networksField: '只许从这些网络', networksHint: '一行一段，例：10.0.0.0/8。不填就是不限。', idleField: '多少分钟不操作退出', sessionsField: '最多几处同时登录', quotaField: '每分钟最多多少次请求', enabledField: '状态',
  crossIntro: '给外地工作人员临时的办件权限：限事项、限时间，到期自己失效，可以随时收回。', crossUnit: '个', crossAdd: '授权跨域账号', crossFind: '姓名、登录名或单位', crossState: '状态', allStates: '全部状态', state_active: '有效', state_waiting: '未到时间', state_expired: '已到期', state_recalled: '已收回', staff: '人员', from: '所在单位', org: '办哪个单位的', items: '事项', itemCount: '{n} 项', period: '时间', periodOf: '{from}至{until}', by: '授权人', crossNone: '没有跨域账号', recall: '收回', recallTitle: '收回{name}的跨域授权？', recallText: '收回后{name}马上看不到{org}的办件。', recallSubmit: '收回授权', recalled: '已收回', keepGrant: '不收回', crossTitle: '授权跨域账号', crossSubmit: '授权', granted: '已授权', itemsField: '只办这些事项', untilField: '到哪一天', fromField: '从哪一天', fromHint: '不填就是马上', reason: '原因',
} as const

export const migration = {
  title: '账号迁移', intro: '从原来的系统搬机构和人员。先对好列名，再试算，看过差异报告才正式搬。', unit: '次', start: '新的迁移', none: '还没有迁移过', source: '原系统', kind: '内容', kind_orgs: '机构', kind_staff: '人员', file: '文件', at: '时间', by: '经办', rows: '行数', created: '新增', updated: '修改', failed: '有错',
  sourceHint: '例：旧审批系统', fileField: '导出的文件', fileHint: 'CSV，第一行是表头', mapping: '列名对照', mappingText: '左边是文件里的列，右边选对应的字段。不用的列选“不搬”。', skip: '不搬', column: '文件里的列', field: '对应字段', trial: '试算', trialTitle: '试算结果', trialText: '还没有搬任何数据。', apply: '正式搬 {n} 行', applyTitle: '正式搬 {n} 行？', applyText: '新增 {created} 行，修改 {updated} 行。有错的 {failed} 行不搬。搬过的可以再搬一次，不会重复。', keepOut: '不搬', doneTitle: '迁移结果', unreadable: '这个文件没有表头，请换一个。', needFile: '先选文件', needSource: '填写原系统的名称', tooFew: '至少要对上{names}', twice: '{names}对了两列，只留一列',
  f_key: '机构代码', f_name: '名称', f_short_name: '简称', f_kind: '类型', f_uscc: '统一社会信用代码', f_parent: '上级代码', f_region: '区划', f_phone: '电话', f_login: '登录名', f_employee_no: '工号', f_org: '机构代码', f_title: '职务', f_email: '邮箱', f_roles: '岗位', f_windows: '窗口', f_items: '事项', f_disabled: '停用',
} as const

export const windows = {
  title: '窗口', intro: '每个窗口收哪些事项、替哪些单位收、谁坐在那里。人员的岗位在人员页面给。', unit: '个', add: '新增窗口', find: '窗口名称、窗口号或代码', findHint: '例：市场监管', window: '窗口', named: '{number} 号 {name}', hall: '大厅', kind: '类别', org: '单位', items: '事项', staff: '人员',
  kind_handle: '收件', kind_guide: '导办', kind_delivery: '出件', kind_feedback: '反映问题', anyItem: '所在大厅的全部事项', itemsMore: '{first}等 {n} 项', nobody: '没有人', none: '还没有窗口', noneHint: '新增后，再安排收件的人。',
  class: '分类', classHint: '综合受理的窗口收全部市内通办的事项', allClasses: '全部分类', noClass: '没有分类', class_general: '综合受理（无差别）', class_construction: '建设项目类', class_enterprise: '企业设立类', class_social: '社会事务类', class_business_registration: '商事登记', class_investment: '投资审批', class_real_estate: '不动产登记', class_social_security: '社会保障', class_tax: '税务服务', class_housing_fund: '公积金服务', class_transport: '交通运输服务',
  name: '名称', newTitle: '新增窗口', editTitle: '修改{name}', what: '窗口', serves: '收什么、谁来收', servesText: '有的事项现在还没有单位负责，不能选。', number: '窗口号', numberHint: '例：6', nameHint: '例：市场监管综合窗口', hallName: '所在大厅', hallKey: '大厅代码', hallKeyHint: '同一个大厅的窗口用同一个代码，例：district-hall', orgField: '哪个单位的窗口', region: '区划', regionHint: '12 位行政区划代码，要在单位的区划内',
  itemsField: '收哪些事项', itemsHint: '不选就服务整个大厅，出件和导办的窗口一般不选', orgsField: '还替哪些单位收', orgsHint: '选了就能看到这些单位的办件，请按需要选', staffField: '窗口人员', submit: '保存窗口', saved: '已保存窗口',
  remove: '删除', removeTitle: '删除{name}？', removeText: '窗口的 {n} 位人员不再坐在这里，由它收的事项也收不了。已收的办件照常办。', removeSubmit: '删除窗口', removed: '已删除', keep: '不删除',
} as const

export const mandates = {
  title: '管理授权', intro: '谁能在哪些机构里给人分配哪些权限。下级管理员只能管自己的机构，只能给自己有的权限。', unit: '项', add: '授出管理权', state: '看哪些', standing: '状态', now: '现在有效的', past: '连同已经结束的', staff: '管理员', org: '管哪里', what: '能授予', further: '再往下授', until: '到期', by: '谁授的', always: '不限',
  mayDelegate: '可以', mayNot: '不可以', partOf: '{menu} {n} 项', count: '{n} 项', everything: '全部权限', state_active: '有效', state_expired: '已到期', state_revoked: '已收回', none: '没有管理授权', noneHint: '本区划的系统管理员和安全管理员凭岗位管理，不在这里列出。',
  mine: '您自己：管{orgs}及其下级，能授予{what}。', mineNone: '您自己没有授予权限的权力。', newTitle: '授出管理权', newIntro: '把自己的一部分管理权交给下级管理员。您的管理权结束时，交出去的一起结束。', mayNothing: '您没有可以往下授的管理权', who: '给谁、管哪里', orgField: '管理哪个机构', orgHint: '包括它的全部下级', untilField: '有效到', untilHint: '不填就不限，当天 24 时前有效', furtherField: '能不能再往下授', furtherHint: '他也可以把这些交给更下级的管理员',
  permissions: '能授予哪些权限', permissionsHint: '只列出您自己能授予的。', submit: '授出管理权', given: '已授出', revoke: '收回', revokeTitle: '收回{name}对{org}的管理权？', revokeText: '由它再授出去的一起收回。已经分给工作人员的岗位不变。', revokeSubmit: '收回管理权', revoked: '已收回', keep: '不收回',
} as const
