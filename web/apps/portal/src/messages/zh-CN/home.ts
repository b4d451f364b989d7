export const home = {
  title: '', question: '今天要办什么事？', searchLabel: '搜索事项、证照或问题', searchExample: '例如：开饭店', search: '搜索',
  suggestions: '搜索建议', suggested: '有 {n} 条建议，按上下键选', often: '常办',
  doorProgress: '查进度', doorVerify: '验证照', doorRate: '评服务', doorCall: '打 {hotline}',
  elderAllowance: '领津贴补贴', elderRetire: '养老与退休', elderMedical: '看病报销', elderMine: '我的办件', elderFamily: '请家人帮我办', elderCall: '打电话找人帮忙：{hotline}',
  resume: '接着办', all: '全部 {n} 件', draftAt: '没填完，{at} 保存', noCases: '您还没有在办的事。', signInTitle: '办过的事', signInText: '登录后，没填完的、在办的都在这里，接着办。', signIn: '登录',
  byTheme: '按对象和主题找事项', byThemeLabel: '办事对象', person: '个人办事', enterprise: '企业办事', org: '部门服务',
  count: '{n} 项', allThemes: '全部 {n} 个主题', popular: '大家常办', popularNote: '时限为承诺办结时间，自受理起算', instant: '即办',
  byScope: '按经营范围找', byScopeText: '开店办厂，先看这一行要办什么。', updated: '{at} 有新进展', goDo: '去办', notices: '通知',
} as const
