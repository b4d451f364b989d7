export const messageTexts = {
  title: '消息模板', intro: '办件每一步发给申请人的短信和站内消息。改了从下一条起用，发出去的不变。', unit: '条', none: '没有消息模板', find: '名称或内容', findHint: '例：补正', state: '内容', all: '全部', edited: '改过', asPack: '原来的', when: '什么时候发', channels: '方式', sms: '短信', inApp: '站内消息', changed: '最近修改',
  editIntro: '只改说法。什么时候发、发给谁由系统定。', smsHint: '最多 130 字，连签名尽量不超过 70 字', smsUnused: '这一步现在只发站内消息，短信备用', inAppHint: '最多 500 字', reason: '为什么改', reasonHint: '例：办事大厅搬到新址', save: '保存模板', saved: '已保存，下一条消息起用',
  values: '能填入的内容', valuesText: '照样写进内容里，发的时候换成办件的。后面是示例办件里的样子。', preview: '预览', previewNow: '看看效果', previewText: '用示例办件填好，看看申请人读到什么。不保存，也不发送。', smsSays: '短信，{n} 字', previewCase: '用一个办件来看', previewCaseHint: '填办件号、事项或者申请人。姓名和查询密码不显示；不选就用示例办件。', previewSamples: '这个办件现在还没有的内容按示例填：{names}。',
  versions: '修改记录', versionsNone: '没有改过，用的是原来的内容。', version: '第 {n} 次', packWords: '恢复原来的内容', reset: '恢复原来的内容', resetTitle: '“{name}”恢复原来的内容？', resetText: '下一条消息起用系统原来的内容，改过的留在记录里。', resetDone: '已恢复',
} as const
