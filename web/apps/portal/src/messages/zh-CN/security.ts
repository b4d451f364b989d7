export const security = {
  title: '登录和安全', intro: '看您的账号在哪些地方登录过。有不认识的，马上结束它。', account: '账号', failed: '没有成功：{why}',
  sessions: '现在登录着的设备', here: '就是这里', seen: '最近使用 {at}', started: '{at} 登录，{way}', address: '网络地址 {address}', end: '结束登录', endOf: '结束登录：{device}', ended: '已结束', endOthers: '结束其他 {n} 处登录', endedOthers: '已结束其他 {n} 处登录', onlyHere: '只在这里登录着。', unknownDevice: '认不出的设备',
  endAllTitle: '结束其他 {n} 处登录？', endAllText: '那些设备上没保存的内容会丢。这里不受影响。', endAllNo: '不结束', leave: '退出登录',
  signIns: '登录记录', signInsText: '最近的在最上面。有不是您本人的登录，请打 {hotline}。', total: '共 {n} 次', more: '再看 {n} 次', none: '还没有登录记录。', line: '{system}，{way}', notOk: '没有成功：{reason}',
  password: '登录口令', passwordText: '企业账号用统一社会信用代码和口令登录。', changedAt: '上次修改 {at}。', daysLeft: '还有 {n} 天要换。', overdue: '口令用得太久了，请现在修改。', change: '修改口令', oldPassword: '现在的口令', newPassword: '新口令', again: '再输一次新口令', passwordHint: '10 位以上，大写、小写、数字、符号至少三种。', needOld: '填写现在的口令', needNew: '填写新口令', differ: '两次填的新口令不一样', save: '修改口令', saving: '正在修改', saved: '口令已修改，其他设备要重新登录', cancel: '不修改', byProvince: '您用省统一身份认证登录，口令到省统一身份认证修改。',
  real: '实名认证', realNone: '还没有实名认证。办事、授权前要先认证，只用来确认是您本人。', realPending: '正在审核。工作人员核对后发短信告诉您，{at} 提交。', realFailed: '没有通过：{reason}', realFailedText: '请核对后再提交，或者带身份证到政务大厅窗口办。', realPassed: '已实名认证，可以办事。', realName: '姓名', realId: '身份证号码', realNameMissing: '填写身份证上的姓名', realIdWrong: '身份证号码要 18 位，您填了 {n} 位', realSend: '提交认证', realSending: '正在核对', realDone: '实名认证已通过', realWaits: '已提交，等工作人员审核',
  toSecurity: '登录和安全', toSecurityText: '登录着的设备、登录记录、口令。', toPrivacy: '我的个人信息', toPrivacyText: '存了哪些、谁看过、给过谁，要求更正或删除。', toSystems: '接入系统', toSystemsText: '能打开的其他系统，绑定的账号。',
} as const
