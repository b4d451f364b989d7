export const zh = {
  cancel: '取消', close: '关闭', exportN: '导出 {n} 条', exportTooMany: '一次最多导出 {n} 条，请加上筛选条件', save: '保存', busy: '正在提交', remove: '删除', edit: '修改', add: '添加', retry: '重试', print: '打印', search: '查询',
  stale: '这一页旧了：别人刚办过这个办件。已换成最新的内容，请看过再提交。',
  reason: '原因', reasonMissing: '写明原因', asOf: '数据截至 {time}', live: '实时更新', notLive: '已断开，正在重连',
  total: '共 {n} 件', range: '第 {from}–{to} 件，共 {total} 件', previous: '上一页', next: '下一页', pages: '分页', dayCount: '{n} 日',
  none: '无', yes: '是', no: '否', all: '全部', reasonFor: '写明“{name}”要补的原因', atLeast: '{name}至少 {n}', atMost: '{name}不超过 {n}', phrases: '插入常用语', amount: '数量', unit: '单位', required: '填写{name}', choose: '请选择{name}',
  totalOf: '共 {n} {unit}', rangeOf: '第 {from}–{to} {unit}，共 {total} {unit}', filters: '筛选', more: '更多', fewer: '收起', chosen: '已选条件', removeChip: '去掉', clear: '清空条件', chipOf: '{name}：{value}',
  noMatch: '{name}里没有符合条件的', noMatchHint: '去掉一些条件再试。', tableOf: '{name}，可以左右滚动', acts: '操作', place: '位置', showPassword: '显示密码',
  found: '找到 {n} 个', nothingFound: '没有找到，换个词再试', taken: '已选 {name}', pickHint: '输入名称查找', copy: '复制', copyOf: '复制{name}', copied: '已复制', copyByHand: '已经选中，按 Ctrl 和 C 复制', kept: '我已记下',
  staleThing: '这一页旧了：别人刚改过。请返回再打开，看过最新的内容再改。', asTable: '看数字', peak: '最多的一天是{day}，{n}', day: '日期',
  working_day: '个工作日', natural_day: '日', hour: '小时', minute: '分钟', month: '个月',
} as const
