export const acting = {
  seeGrant: '看我收到的授权', myCases: '回到我的办件', call: '打电话问 {hotline}',
  band: '您正在替{name}办', bandRole: '以{role}的身份，授权到{day}。', bandGrant: '看授权', byOther: '{name}（{role}）在替您办这件事', byOtherText: '对方做的每一步都记在下面的“谁办了哪一步”里。',
  who: '替谁办', whoHint: '申请人是您选的这一位，每一步都记下是您办的。', self: '我自己', selfHint: '{name}', otherHint: '{role}，授权到{day}', otherItem: '授权里没有这个事项，不能替办。', chooseOther: '这个事项不在授权里。选别的人，或者请{name}把它加进授权。',
  steps: '谁办了哪一步', stepLine: '{who}（{role}）', agentRow: '{agent}替{applicant}办', filter: '替谁办的', filterAll: '全部', filterSelf: '我自己的', forName: '替{name}', checkOther: '{name}，由您以{role}的身份替办',
} as const
