export const zh = {
  title: '出件登记', tab_closed: '待领', tab_delivered: '已领', tabs: '按状态', find: '编号、申请人或代码', findHint: '也可以扫申请人的二维码', search: '查询', table: '出件表，可以左右滚动', caption: '{tab}的办件',
  number: '办件编号', item: '事项与办理项', applicant: '申请人', state: '状态', used: '用时', action: '操作', deliver: '登记出件', openCase: '看办件', empty: '没有{tab}的办件', emptyFind: '没有找到“{q}”', clear: '看全部', checkPerson: '先核对领取人证件，再登记。', failed: '没有取到这个办件：{why}', notReady: '现在不能出件：{why}',
} as const
