export const zh = {
  morning: '{name}，上午好', afternoon: '{name}，下午好', evening: '{name}，晚上好',
  intake: '收件登记',
  toAccept: '待受理', toReview: '待审查', correctionBack: '补正已回', overdue: '已超期', paused: '停表中',
  hintAccept: '等您决定是否受理', hintReview: '等您审查', hintCorrection: '等您看', hintOverdue: '请今天办结', hintPaused: '不计时',
  mine: '我的待办', mineCount: '共 {n} 件，按剩余时间排', seeAll: '看全部', mineTable: '我的待办表，可以左右滚动',
  item: '事项', applicant: '申请人', step: '环节', state: '状态', left: '剩余时间', action: '操作', handle: '办理',
  mineEmpty: '您手上没有待办的办件', mineEmptyGo: '去办件查询看看',
  week: '本周我的办件', weekUnit: '{from}至{to}，单位：件', date: '日期', received: '收件', accepted: '受理', closed: '办结', onTime: '按时办结', today: '（今天）', weekday: '周{d}',
  reminders: '提醒', noReminders: '没有新的提醒。',
  entries: '常用', toDeliver: '{n} 件待领', catalogue: '事项管理', board: '督办', calendars: '工作日历', delivery: '出件登记', cases: '办件查询',
} as const
