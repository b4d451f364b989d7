export const zh = {
  title: '出件登记', tab_closed: '待领', tab_delivered: '已领', tabs: '按状态', find: '编号、申请人或代码', findHint: '也可以扫申请人的二维码', search: '查询', table: '出件表，可以左右滚动', caption: '{tab}的办件',
  number: '办件编号', item: '事项与办理项', applicant: '申请人', state: '状态', used: '用时', action: '操作', deliver: '登记出件', openCase: '看办件', empty: '没有{tab}的办件', emptyFind: '没有找到“{q}”', clear: '看全部', checkPerson: '先核对领取人证件，再登记。', failed: '没有取到这个办件：{why}', notReady: '现在不能出件：{why}',
  waits: '申请人选了全部办好一起领，还在等：{names}。', release: '申请人要先领', releaseTitle: '改成办好一件领一件？', releaseText: '只在申请人提出时更改。会记下是谁改的、为什么。', releaseReason: '申请人为什么要先领', releaseHint: '例如：急着开业，要先领这一张', released: '已改成办好一件领一件',
} as const
