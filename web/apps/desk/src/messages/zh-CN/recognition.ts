export const links = {
  title: '互认设置', none: '还没有互认设置：不能从这里带着登录打开它，它的人也不能直接过来。', setUp: '设置互认', edit: '修改', formTitle: '{name}的互认设置', intro: '登录在两边怎样通行：这边的人过去，那边的人过来，都凭 60 秒内有效、只能用一次的票据。', submit: '保存设置', saved: '已保存互认设置',
  who: '对方是谁', role: '角色', audience: '谁用', portal: '公众', desk: '工作人员', ourId: '本平台在对方的标识', ourIdHint: '对方给的，例：tongban-hall', addresses: '对方的地址', entry: '打开地址', entryHint: '票据送到这里', bind: '绑定地址', bindHint: '对方有自己的账号时填，在那里输一次账号密码', redeem: '核验地址', redeemHint: '对方的人过来时，到这里核验票据', sync: '同步地址', syncHint: '用户信息变了，送到这里', push: '推送地址', pushHint: '叫号和办件数据送到这里',
  rules: '规则', trusted: '对方说的身份', trustedYes: '认，直接登录', trustedNo: '不认，先绑定账号', creates: '第一次打开时', createsYes: '在对方开通或按证件认出账号', createsNo: '让本人在对方登录', network: '票据绑定网络', networkYes: '绑定，换了网络就不能用', networkNo: '不绑定', state: '状态', on: '启用', off: '停用', seeJumps: '看事项跳转', seeTickets: '看票据记录', tabs: '看法', systems: '系统',
} as const
export const jumps = {
  title: '事项跳转', intro: '在别的系统办的事项：点“在线办理”直接打开那个系统，已经登录，参数和身份信息一起带过去。', unit: '个', add: '设置跳转', find: '事项', findHint: '名称或代号', system: '系统应用标识', state: '状态', allStates: '全部状态', enabled: '启用', disabled: '停用', item: '事项', where: '办理系统', target: '打开地址', updated: '最近修改', none: '还没有事项跳转', noneHint: '先给接入系统做互认设置，再设置事项。', slug: '事项代号',
  newTitle: '设置事项跳转', editTitle: '修改跳转：{name}', goal: '打开哪里', systemPick: '办理系统', systemHint: '只列有互认设置的系统', targetHint: '对方办这个事项的页面', params: '地址参数', paramsHint: '一行一个，写成 名称=值；值里可以写 {places}', note: '给申请人的提示', noteHint: '不填就说明去哪个系统办', carry: '带什么过去', mapping: '{field}在对方叫什么', mappingHint: '不带就空着', pushes: '随跳转推送', submit: '保存跳转', saved: '已保存', edit: '修改', paramWrong: '第 {n} 行要写成 名称=值',
  facts: '跳转设置', carried: '带过去的信息', carriedNone: '不带', pushesNone: '不推送', try: '试跑', trying: '正在试跑', trial: '试跑结果', trialOk: '都正常，可以启用', trialBad: '有要处理的地方', trialTarget: '会打开', trialText: '试跑不签发票据，也不推送。', step: '检查', found: '结果', ok: '正常', bad: '要处理', remove: '取消跳转', removeTitle: '取消{name}的跳转？', removeText: '取消后，“在线办理”回到本平台办。', removeSubmit: '取消跳转', removeKeep: '不取消', removed: '已取消跳转',
} as const
export const tickets = {
  title: '票据记录', intro: '每一张登录票据：谁、从哪里到哪里、结果怎样。被拒的写明原因。', unit: '条', find: '系统、人、事项或原因', findHint: '例：重复使用', direction: '方向', allDirections: '全部方向', out: '去对方', in: '来本平台', result: '结果', allResults: '全部结果', issued: '已签发', redeemed: '已核验', arrived: '已登录', asked: '等待绑定', refused: '已拒绝', system: '应用标识', systemHint: '例：province-portal', from: '从', to: '到', at: '时间', party: '系统', person: '人', purpose: '用途', target: '页面', why: '原因', address: '地址', none: '还没有票据', noneHint: '有人带着登录去别的系统，或者从别的门户过来，就有记录。',
} as const
export const bound = {
  title: '绑定的账号', text: '绑定以后，从这里打开业务系统不用再登录。', none: '没有绑定业务系统的账号。', system: '系统', account: '那边的账号', since: '绑定', used: '最近用过', never: '没用过', open: '打开', bind: '绑定', unbind: '解除', unbindTitle: '解除和{name}的绑定？', unbindText: '解除后打开要在那边重新登录。那边的账号和数据不受影响。', unbindSubmit: '解除绑定', unbindKeep: '不解除', unbound: '已解除绑定', others: '还可以绑定', arriving: '正在核对您的登录', refused: '没有登录成功', toSignIn: '去登录页', confirm: '绑定并打开', confirmText: '您从{system}过来，那边的账号“{account}”还没有绑定。登录工作台后绑定一次，以后直接进来。', missing: '这个链接不完整，没有登录。',
} as const
