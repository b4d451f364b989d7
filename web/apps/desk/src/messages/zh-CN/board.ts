export const zh = {
  title: '督办', intro: '按剩余时间分列，每列先急后缓。', overdue: '已超期', today: '今天到期', warning: '明天到期', normal: '时间充足', paused: '停表中', count: '{n} 件', seeAll: '看全部 {n} 件', none: '没有',
  list: '督办清单', listIntro: '在办的办件，按剩余时间从少到多。', table: '督办清单，可以左右滚动', caption: '在办办件，按剩余时间从少到多', item: '事项与办理项', applicant: '申请人', org: '办理部门', step: '环节', used: '已用', left: '剩余时间', action: '操作', urge: '催办', empty: '没有要督办的办件',
  org_all: '全部部门', stateFilter: '看哪些', all: '全部在办',
} as const
