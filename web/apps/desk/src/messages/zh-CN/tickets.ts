export const called = {
  title: '叫到您窗口的号', all: '看全部号票', waiting: '有 {n} 个号叫到您的窗口', none: '现在没有叫到您窗口的号。', noWindow: '您没有分到窗口，叫号叫不到您这里。请找管理员把您排到窗口。',
  calledAt: '{time}叫号', calls: '叫了 {n} 次', ticketedAt: '{time}取号', noName: '没有登记姓名', priority: '优先', servedBy: '{name}正在接待', cases: '已登记的办件',
  take: '接待', taking: '正在接待', goOn: '继续办', finish: '办完了', finishing: '正在办结', finished: '{number} 已办完', of: '{number} 号',
  finishTitle: '这个号还没有登记办件', finishText: '{number} 没有登记过办件。只是咨询，或者不办了，就可以结束。', finishCancel: '先不结束', failed: '{number} 没有办成：{why}',
  underWayTitle: '收件登记里还有一份没有提交', underWayText: '接待 {number} 会清掉那一份填好的内容，不能恢复。', underWaySee: '去看那一份', underWayTake: '清掉，接待 {number}',
  byHand: '叫号系统没有连上的，手工登记号票', number: '号码', numberHint: '照号票填，例：A012', window: '窗口', register: '登记号票', registering: '正在登记', registered: '已登记 {number}', numberMissing: '填写号码', windowMissing: '选择窗口',
} as const
export const hallTickets = {
  title: '号票', intro: '各窗口叫过的号：谁接待的、办了哪些件、什么时候办完。', unit: '张', none: '还没有号票', noneHint: '叫号系统叫到窗口的号，和手工登记的号，都列在这里。',
  find: '号码', findHint: '例：A012', hall: '大厅', state: '状态', allStates: '全部状态', on: '哪一天', s_waiting: '等候', s_called: '已叫号', s_serving: '接待中', s_held: '挂起', s_missed: '过号', s_transferred: '转窗口', s_done: '办完', s_cancelled: '作废',
  number: '号码', visitor: '来人', noName: '没有登记姓名', business: '业务', window: '窗口', ticketed: '取号时间', called: '叫号时间', ended: '结束时间', takenBy: '接待人', source: '来源', calls: '叫号次数', callsN: '{n} 次', priority: '优先', identified: '实名取号', yes: '是', no: '否', item: '事项',
  facts: '号票情况', steps: '经过', noSteps: '还没有经过。', cases: '登记的办件', noCases: '没有登记办件。',
} as const
