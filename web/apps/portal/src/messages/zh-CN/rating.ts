export const rating = {
  title: '评价这次服务', question: '您对这次服务满意吗？', reasons: '哪些方面？', reasonsBad: '哪里做得不好？', reasonsHint: '可以选多项。', reasonsHintBad: '选一项，或者在下面写一句话，我们要回访改进。', text: '还想说的话', textHint: '最多 500 字。', submit: '提交评价', sending: '正在提交', change: '修改评价',
  needStars: '选择满意程度', needReason: '不满意的，选一项原因，或者写一句话', done: '谢谢您的评价', failed: '没有提交成功：{why}', closedAt: '{at} 办结', back: '回到办件', anonymous: '评价不会影响以后办事。',
  openTitle: '服务评价', openIntro: '办完事不登录也能评。登录后可以在“我的办件”里直接评。', caseNumber: '办件编号', caseNumberHint: '在受理通知书、申请回执或者短信里。', name: '申请人姓名或单位名称', nameHint: '和申请时填的一样。', find: '查找办件', finding: '正在查找', needNumber: '填写办件编号', needName: '填写申请人姓名或单位名称', already: '这个办件评过了，可以修改。', another: '评别的办件',
} as const
