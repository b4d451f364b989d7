export const enterprise = {
  title: '激活企业账号', signInTitle: '企业账号登录', intro: '在登记机关登记过、营业执照有效的企业，法定代表人在这里激活一次，以后用信用代码和口令登录。', step: '第 {n} 步，共 2 步', code: '统一社会信用代码', codeHint: '营业执照上的 18 位代码，没有的填注册号。', needCode: '填写统一社会信用代码或注册号', next: '查登记信息', checking: '正在查',
  found: '查到的登记信息', name: '企业名称', uscc: '统一社会信用代码', legal: '法定代表人', licence: '营业执照', licenceNumber: '编号 {n}', validUntil: '有效期到 {day}', forever: '长期有效', sent: '验证码发到了登记的手机 {phone}，10 分钟内有效。', sms: '短信验证码', needSms: '验证码是 6 位数字，您填了 {n} 位', legalId: '法定代表人身份证号码', legalIdHint: '要和登记的一致。', needLegalId: '身份证号码要 18 位，您填了 {n} 位', password: '设一个口令', passwordHint: '10 位以上，大写、小写、数字、符号至少三种。', again: '再输一次口令', needPassword: '填写口令', differ: '两次填的口令不一样', finish: '激活并登录', finishing: '正在激活', done: '企业账号已激活', restart: '从头再来', over: '这次激活已经失效。',
  signInIntro: '激活过的企业账号在这里登录。', signInPassword: '口令', signIn: '登录', signingIn: '正在登录', toActivate: '还没有激活', toActivateText: '法定代表人先激活企业账号', toSignIn: '已经激活过，直接登录', toProvince: '用统一身份认证登录',
} as const
