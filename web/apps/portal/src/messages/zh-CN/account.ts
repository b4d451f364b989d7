export const account = {
  title: '账号', facts: '实名信息', factsText: '来自统一身份认证，有变化请到认证网站改。', name: '姓名', id: '证件号码', enterprise: '单位', uscc: '统一社会信用代码', legal: '法定代表人',
  contact: '怎么联系您', display: '怎么称呼您', displayHint: '显示在页面右上角。', phone: '手机号码', phoneHint: '现在是 {masked}。要换就填新号码，不换不用填。', email: '电子邮箱', save: '保存', saving: '正在保存', saved: '已保存', signOut: '退出登录', signedOut: '已退出登录', stale: '账号信息在别处改过了，已换成最新的，请再改一次。', phoneWrong: '手机号码要 11 位，您填了 {n} 位',
  favourites: '我的收藏', favEmpty: '还没有收藏', favEmptyText: '看指南时点“收藏”，下次从这里直接进。', favRemove: '取消收藏', favRemoveOf: '取消收藏：{name}', favRemoved: '已取消收藏', find: '去找事项',
  signOn: '登录', signOnText: '用统一身份认证登录，个人和企业都可以。登录后回到刚才那一页。', signOnGo: '去登录', signOnWait: '正在打开统一身份认证……', signOnBack: '没有登录成功，可以再试一次。', signOnOver: '这次登录已经失效。登录要在 10 分钟内、在同一个浏览器里完成，请重新登录。', without: '不登录也能办：', home: '回首页', enterpriseWay: '企业账号：', enterpriseSignIn: '用信用代码和口令登录', enterpriseActivate: '第一次用，先激活', signOnFailed: '没有登录成功：{why}',
} as const
