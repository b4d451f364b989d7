export const account = {
  title: '我的账号', profile: '我的资料', name: '姓名', login: '登录名', org: '单位', jobTitle: '职务', roles: '岗位', windows: '窗口', profileText: '资料有错，请找本单位的系统管理员改。',
  password: '密码', passwordUntil: '{day}前要换密码。', passwordText: '换密码后，别处的登录都退出。', change: '修改密码', changeTitle: '修改密码', oldPassword: '现在的密码', newPassword: '新密码', againPassword: '再输一次新密码', passwordHint: '10 位以上，有大小写字母和数字，不含登录名，不和最近用过的一样', different: '两次输入的新密码不一样', changed: '密码已修改', changeSubmit: '修改密码',
  factor: '第二重验证', factorText: '登录时除了密码，再输手机验证器上的六位动态码。', factorOn: '已开启', factorOff: '没有开启', factorRequired: '{roles}岗位必须开启。', factorSince: '{at}开启', recoveryLeft: '恢复码还剩 {n} 个', begin: '开启第二重验证', renew: '换验证器', beginTitle: '开启第二重验证', beginText: '先输一次密码，确认是您本人。', beginSubmit: '下一步', recovery: '换一批恢复码', recoveryTitle: '换一批恢复码？', recoveryText: '换了以后，原来的恢复码都不能用。', recoverySubmit: '换恢复码', remove: '关闭', removeTitle: '关闭第二重验证？', removeText: '关闭后只凭密码登录。', removeSubmit: '关闭验证', removed: '已关闭', keep: '不关闭', code: '动态码', codeHint: '验证器上的六位数字', enrolTitle: '扫码绑定验证器', enrolled: '第二重验证已开启',
  sessions: '正在登录的地方', sessionsText: '不认识的，马上让它退出，再改密码。', current: '就是这里', seen: '最近操作', started: '登录时间', device: '设备', address: '地址', way: '方式', end: '退出', endTitle: '让这个登录退出？', endText: '{device}，{address}。退出后那边要重新登录。', endSubmit: '退出登录', ended: '已退出', endOthers: '别处全部退出', endOthersTitle: '让别处的登录全部退出？', endOthersText: '只留现在这一个。', endOthersSubmit: '全部退出', endedOthers: '别处都已退出', keepSessions: '不退出',
  records: '登录记录', recordsIntro: '您的账号每次登录的时间、地址和结果。', recordUnit: '次', recordsNone: '没有登录记录', at: '时间', system: '登录到', result: '结果', why: '原因', seeRecords: '看登录记录',
} as const
export const steps = {
  codeTitle: '输入动态码', codeText: '打开手机上的验证器，输入六位动态码。手机不在身边，可以用一个恢复码。', code: '动态码或恢复码', codeOnly: '动态码', codeHint: '例：123456', noCode: '填写动态码', submit: '登录', busy: '正在登录', back: '返回重新登录', minutes: '5 分钟内有效。',
  enrolTitle: '先绑定验证器', enrolText: '您的岗位要求第二重验证。用手机验证器扫这个码，再输入它显示的六位数字。', qr: '绑定验证器的二维码', byHand: '扫不了？在验证器里手动输入', account: '账号', secret: '密钥', enrolSubmit: '绑定并登录', bind: '绑定',
  recoveryTitle: '记下恢复码', recoveryText: '只显示这一次。手机丢了，用恢复码登录，每个只能用一次。抄下来或者存好，不要放在手机里。', recoveryList: '恢复码', save: '下载恢复码', recoveryDone: '我已记下', recoveryFile: '恢复码.txt', left: '恢复码还剩 {n} 个，登录后可以换一批。',
  forcedTitle: '先改成自己的密码', forcedText: '您用的是一次性密码，或者密码到期了。改好才能继续。', forcedSubmit: '修改密码并继续', signOut: '退出登录',
} as const
export const reviews = {
  title: '实名审核', intro: '权威部门没有应答的实名申请，由人核对证件后决定。', unit: '件', find: '姓名', findHint: '姓名的一部分', state: '状态', allStates: '全部状态', state_pending: '审核中', state_passed: '已通过', state_failed: '未通过', name: '姓名', number: '证件号码', phone: '手机', says: '权威部门', submitted: '申请时间', decided: '决定', none: '没有要审核的', pass: '通过', passTitle: '{name}的实名通过？', passText: '通过后可以用这个身份办事。请核对证件原件或者照片。', passSubmit: '通过实名', passed: '已通过', keep: '不决定', fail: '不通过', failTitle: '{name}的实名不通过？', failText: '申请人会看到原因。', failSubmit: '不通过', failed: '已写明不通过', withdraw: '撤销实名', withdrawTitle: '撤销{name}的实名？', withdrawText: '撤销后这个账号不能再用实名办事，申请人会看到原因。', withdrawSubmit: '撤销实名',
} as const
export const figures = {
  title: '登录统计', intro: '登录各系统的次数，按系统、用户和日期。', from: '从', to: '到', audience: '用户', allUsers: '全部', portal: '公众', desk: '工作人员', range: '{from}至{to}', total: '登录成功', refused: '没有成功', bySystem: '按系统，单位：次', byUser: '按用户，单位：次', byDay: '每天登录，单位：次', system: '系统', user: '用户', count: '次数', times: '次',
} as const
export const consent = {
  title: '登录其他系统', heading: '用您的工作账号登录{name}？', owner: '{name}负责', as: '您现在的账号：{name}', give: '会把下面的信息给它', required: '登录必须用，不能去掉', backTo: '同意后回到 {host}。', until: '这一页 {at} 前有效。', approve: '同意并登录', approving: '正在登录', refuse: '不同意', refusing: '正在退回',
  gone: '这次登录请求用不了', goneText: '可能已经过了 10 分钟，已经用过，或者是别的账号发起的。请回到原来的系统，重新点登录。', missing: '地址里没有登录请求。请回到原来的系统，重新点登录。', home: '回到工作台', failed: '没有成功：{why}',
} as const
