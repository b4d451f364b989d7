export const zh = {
  title: '登录工作台',
  hall: '{region}政务服务',
  ended: '您有一段时间没操作，已退出。重新登录后回到刚才那一页。',
  login: '登录名', password: '密码', showPassword: '显示密码', submit: '登录', busy: '正在登录',
  noLogin: '填写登录名', noPassword: '填写密码',
  help: '忘了密码，或者账号锁定了，请找本单位的系统管理员重设。',
} as const
