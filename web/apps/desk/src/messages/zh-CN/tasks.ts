export const zh = {
  mark_mine: '我的', mark_role: '岗位', mark_delegated: '代办', mark_joint: '会签',
  title: '您这一步', behalf: '代{name}办理', dueBy: '这一步{day}前办完', dueOver: '这一步过了{day}，已经超期',
  joint: '会签', jointSum: '共 {total} 人，{passed} 人通过，{failed} 人不通过，{open} 人还没说', jointLeft: '还要 {n} 人通过，这一步才过。', jointEnough: '通过的人够了。', jointLost: '通过的人已经不够了，这一步过不去。', jointOrder: '按次序一个接一个说。', jointVotes: '各人的意见', jointNone: '还没有人说。', vote: '{by}：{outcome}',
  open: '正在办的环节', openNone: '现在没有在办的环节。', step: '环节', handler: '办理人', since: '什么时候到的', due: '到期', late: '超期', noDue: '没有规定',
  backAsk: '您办完了“{step}”，下一步还没有人办，可以收回来。', back: '收回', backTitle: '收回“{step}”？', backText: '收回后这一步回到您这里，您写的意见作废，要重新办。', backSubmit: '收回', backKeep: '不收回', backDone: '已收回，请重新办理。',
  recall: '收回委托', recallTitle: '收回“{step}”的委托？', recallText: '收回后由您自己办。', recallSubmit: '收回委托', recallKeep: '不收回', recallDone: '已收回委托。', recallReason: '收回委托',
  transfer: '转办', delegate: '委托', countersign: '加签', handTitle: '“{step}”给谁办？', transferText: '转办后由对方办，您这里不再有这一步。', delegateText: '对方以您的名义办，办完前您可以收回来。', how: '怎样交', howTransfer: '转办', howDelegate: '委托', who: '给谁', whoHint: '只列出能办这一步的人。', reason: '原因', reasonMissing: '写明为什么交给他', transferSubmit: '转办', delegateSubmit: '委托', handSubmit: '交给他办', transferDone: '已转给他办。', delegateDone: '已委托他办。',
  countersignTitle: '请谁一起看“{step}”？', countersignText: '他们也要写意见，都通过了，这一步才往下走。', others: '请谁', othersMissing: '至少选一个人', order: '次序', together: '同时看', oneByOne: '按选的次序，一个接一个', countersignReason: '请他们看什么', countersignReasonMissing: '写明请他们看什么', countersignSubmit: '加签', countersignDone: '已请他们写意见。',
  jump: '跳转', jumpTitle: '把“{step}”跳到哪一步？', jumpText: '跳过的环节不再办。跳转会记入办理经过，写明原因。', jumpTo: '跳到', jumpReason: '原因', jumpReasonMissing: '写明为什么要跳转', jumpSubmit: '跳转', jumpKeep: '不跳转', jumpDone: '已跳到所选的环节。',
  returnNowhere: '没有可以退回的环节', noRight: '您没有这项权限',
  fill: '这一步要您填', fillHint: '填好后保存，办理时也会自动保存。', fillSave: '保存填写', fillSaved: '已保存填写的内容。', fillDirty: '有填写还没有保存', fillWrong: '有 {n} 处要改，改好再保存。', fillRest: '申请表其他内容', fillTab: '要填',
  leaveTitle: '填写还没有保存，要离开吗？', leaveText: '离开后，没有保存的填写就没有了。', leaveGo: '离开，不保存', leaveStay: '留下',
} as const
