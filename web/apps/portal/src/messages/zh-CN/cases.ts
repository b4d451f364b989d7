export const cases = {
  title: '我的办件', together: '几件一起领', tabTodo: '要我办', tabOpen: '办理中', tabDone: '已办结', tabDraft: '草稿', tabs: '按状态', search: '搜索我的办件', searchLabel: '事项名称或办件编号', searchButton: '搜索', total: '共 {n} 件',
  number: '编号后 12 位 {n}', submitted: '{at} 提交', draftAt: '{at} 保存', resume: '接着填', remove: '删除草稿', removeTitle: '删除这份草稿？', removeText: '删除后找不回来，填过的内容和上传的材料都会删掉。', removeNo: '不删除', removed: '草稿已删除', more: '再看 {n} 件', due: '{day}前办结',
  emptyTodo: '没有要您办的事', emptyTodoText: '要您补材料、评价的时候，这里会告诉您，也会发短信。', emptyOpen: '没有在办的事', emptyDone: '还没有办结的事', emptyDraft: '没有草稿', emptyQuery: '没有找到“{q}”', emptyGo: '去办一件事', clear: '看全部', failed: '没有成功：{why}',
} as const
