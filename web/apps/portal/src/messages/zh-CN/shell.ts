export const shell = {
  skip: '跳到正文',
  elderOn: '长辈版', elderOff: '回到普通版', access: '无障碍', english: 'English', chinese: '中文',
  signIn: '登录', mySpace: '{name}',
  brand: '通办', navLabel: '栏目', menu: '栏目',
  navServices: '网上办事', navCases: '我的办件', navLicences: '我的证照', navProgress: '查进度', navVerify: '证照验真', navRate: '服务评价',
  myNav: '我的', myCases: '办件', myLicences: '证照', myFavourites: '收藏', myGrants: '授权', mySystems: '系统', myPrivacy: '个人信息', myAccount: '账号',
  accessTitle: '无障碍工具', sizeUp: '放大字', sizeDown: '缩小字', sizeNow: '字号 {n}%', contrast: '加强对比', dark: '深色', reset: '恢复', closeBar: '收起',
  trouble: '遇到困难？', call: '拨打', always: '，24 小时有人接听。', host: '主办：{name}', run: '承办：{name}',
  samples: '填表样表', accessibility: '无障碍声明', family: '请家人帮我办',
  endedTitle: '登录已经过期。', endedText: '重新登录后回到这一页，已保存的内容都在。', endedGo: '重新登录',
  brokenTitle: '这一页出了问题', brokenText: '已经记录。您保存过的内容都在，可以重新打开这一页，或者先回首页。', brokenReload: '重新打开', brokenHome: '回首页',
  home: '首页', actingSelf: '替谁办：本人', actingFor: '替谁办：{name}',
} as const
