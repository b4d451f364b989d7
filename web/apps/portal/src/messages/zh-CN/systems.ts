export const systems = {
  title: '接入系统', intro: '用这里的账号直接打开，不用再登录一次。', empty: '还没有接入的系统', emptyText: '部门的系统接入以后，会出现在这里。', find: '去找事项', open: '打开', openOf: '打开：{name}', opening: '正在打开', opened: '最近 {days} 天打开 {n} 次', owner: '{name}负责', notice: '{name}：{text}', failed: '没有打开：{why}', refused: '没有成功：{why}',
  bound: '已绑定账号“{name}”，{day}绑定', bind: '绑定那边的账号', bindOf: '绑定那边的账号：{name}', bindText: '到那边登录一次，以后不用再登录。', unbind: '解除绑定', unbindOf: '解除绑定：{name}', unbindTitle: '解除和{name}的绑定？', unbindText: '解除后从这里打开，要在那边重新登录。那边的账号和数据不受影响。', unbindNo: '不解除', unbound: '已解除绑定',
  bindings: '绑定的账号', bindingsNone: '没有绑定别的系统的账号。', bindingLine: '账号“{name}”，{day}绑定，{way}',
  consents: '同意过的登录', consentsText: '下面的系统可以取得您同意的信息。不想再给的，收回同意。', consentsNone: '还没有同意过别的系统。', consentLine: '{day}同意：{list}', lastUsed: '最近用过：{at}', withdraw: '收回同意', withdrawOf: '收回同意：{name}', withdrawTitle: '收回给{name}的同意？', withdrawText: '收回后它不能再取您的信息，您在那边要重新登录。以前已经取走的信息，请找{owner}删除。', withdrawNo: '不收回', withdrawn: '已收回同意', usage: '最近 {days} 天', usageText: '一共登录 {n} 次：{list}。', usageOne: '{name} {n} 次',
} as const
