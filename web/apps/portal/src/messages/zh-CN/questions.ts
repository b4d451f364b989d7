export const questions = {
  title: '问题和意见', intro: '用这个网站遇到问题，或者觉得哪里不方便，写在这里。答复在这一页和消息里看。对办件结果有意见，请在办件里评价或者打热线。', faqs: '先看看常见问题', account: '我的账号',
  ask: '写下问题或意见', kind: '是什么', problem: '遇到问题', opinion: '提建议', category: '哪一方面', c_find: '找不到要办的事', c_fill: '填写和上传', c_process: '办理进度和结果', c_account: '登录和账号', c_speed: '打不开、太慢、出错', c_simple: '步骤太多、看不懂', c_other: '其他', text: '写下来', textHint: '不要写身份证号码、银行卡号', needKind: '请选择是遇到问题还是提建议', needCategory: '请选择哪一方面', needText: '请写下遇到的问题或者您的建议', page: '已记下您从哪一页来：{page}', send: '提交', sending: '正在提交', sent: '已提交，谢谢您', failed: '没有提交成功：{why}',
  mine: '我反映过的', none: '还没有反映过。', open: '待答复', answered: '已答复', answer: '答复', at: '{time} 反映', manualOpen: '已转给改手册的同事', manualDone: '已写进操作手册“{title}”',
  faqTitle: '常见问题', faqIntro: '别人问过、也许您也想问的。', faqNone: '还没有常见问题。', faqAsk: '没有找到？写下您的问题',
} as const
