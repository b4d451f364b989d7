export const consent = {
  title: '登录其他系统', heading: '用您的账号登录{name}？', owner: '{name}负责', as: '您现在的账号：{name}', give: '会把下面的信息给它', giveHint: '不想给的，去掉勾选。身份证件号码要您自己勾选才给。', required: '登录必须用，不能去掉', backTo: '同意后回到 {host}。', later: '以后可以在“接入系统”里收回同意。', approve: '同意并登录', approving: '正在登录', refuse: '不同意', until: '这一页 {at} 前有效。',
  gone: '这次登录请求用不了', goneText: '可能已经过了 10 分钟，已经用过，或者是别的账号发起的。请回到原来的系统，重新点登录。', home: '回首页', failed: '没有成功：{why}', missing: '地址里没有登录请求', other: '不是您的账号？先退出，再回到原来的系统登录。', systems: '看接入系统',
} as const
