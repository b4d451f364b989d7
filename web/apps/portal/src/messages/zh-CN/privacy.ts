export const privacy = {
  title: '我的个人信息', intro: '平台存了您的哪些信息、用来做什么、谁看过、给过谁。有不对的可以要求更正，不需要的可以要求删除。', failed: '没有成功：{why}', account: '账号',
  held: '存了哪些', heldText: '按类别列出，点开看来源和用途。', heldNone: '没有存您的信息。', countSince: '{n} 条，从 {day} 起', content: '内容', source: '来源', purposeIs: '用途', whyKept: '为什么保存', correct: '要求更正', correctOf: '要求更正：{name}', erase: '要求删除', eraseOf: '要求删除：{name}', own: '自己删除', ownOf: '自己删除：{name}', kept: '依法保存',
  purposes: '用来做什么', purposesText: '履行法定职责、法律规定必须保存的，不能关闭。', basis: '依据：{basis}', uses: '用哪些：{data}', keeps: '存多久：{kept}', on: '开启着', off: '已关闭', turnOff: '关闭', turnOffOf: '关闭：{name}', turnOn: '开启', turnOnOf: '开启：{name}', decided: '{at} 选择', turnedOff: '已关闭', turnedOn: '已开启', systems: '同意其他系统用您的账号登录，在“系统”里看和撤回。', toSystems: '去看登录授权',
  looks: '谁看过', looksText: '工作人员每次查看都有记录。您自己看的不列。', looksNone: '还没有人看过。', look: '{org}　{who}', raw: '看了完整号码', total: '共 {n} 次', more: '再看 {n} 次',
  given: '给过谁', givenText: '给过平台以外的单位、导出过的清单、用证照代替材料的记录，最近 {n} 条。', givenNone: '没有给过别人。', givenLine: '{what}，{way}',
  requests: '我的请求', requestsNone: '还没有提出过。', requestLine: '{kind}“{what}”', due: '{day} 前答复', answered: '{at} 答复：{text}', erased: '删除了 {n} 条。', doneLine: '{place}：{act}', doneValue: '{field}从 {before} 改为 {after}', doneThings: '{n} 条',
  askCorrect: '要求更正“{name}”', askDelete: '要求删除“{name}”', askText: '工作人员在 {n} 个工作日内答复，结果发站内消息。', keptText: '这类信息依法要保存：{why}提出以后，会书面答复您。', wrong: '哪里不对，应当是什么', why: '为什么要删除', needText: '请写明情况', send: '提出请求', sending: '正在提出', keep: '不提了', sent: '已提出，等待答复',
} as const
