export const arrive = {
  title: '从别的门户过来', going: '正在核对您的登录', goingText: '核对好就打开您要的页面，不用再登录。',
  refused: '没有登录成功', missing: '这个链接不完整，没有登录。', missingText: '请回到原来的门户，重新点一次。不要把链接复制到别处打开。', signIn: '用省统一身份认证登录', home: '回首页', down: '没有打开，网络断了或者对方没有回应。', again: '再试一次',
  ask: '先绑定一次账号', askText: '您从{system}过来，那边的账号“{account}”还没有绑定这里的账号。绑定一次，以后直接打开。', askEnterprise: '企业账号', code: '统一社会信用代码', codeHint: '18 位，也可以填营业执照上的注册号', password: '办事账号的口令', bind: '登录并绑定', binding: '正在绑定', needCode: '填写统一社会信用代码', needPassword: '填写口令', forgot: '还没有激活企业账号？先激活，再回到原来的页面重新点一次。', activate: '激活企业账号',
  otherwise: '用别的方式', otherwiseText: '个人，或者平常用省统一身份认证登录的企业，先登录再绑定。', signInFirst: '登录后绑定', me: '您现在登录的是{name}。', confirm: '就绑定这个账号', confirming: '正在绑定', over: '这次绑定已经失效', done: '已绑定，以后从{system}过来直接打开',
} as const
