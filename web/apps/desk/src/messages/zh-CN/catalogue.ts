export const zh = {
  title: '事项管理', tabs: '事项管理', tab_tree: '目录', tab_items: '实施清单', find: '名称或编码', search: '查询', clear: '清空', total: '共 {n} 个',
  kind_catalogue: '通用目录', kind_sub: '子项', kind_item: '实施清单', kind_handle_item: '业务办理项',
  state_published: '已发布', state_draft: '草稿', state_changed: '有未发布的修改', state_suspended: '已暂停', state_cancelled: '已取消',
  expandAll: '全部展开', collapseAll: '全部收起', addCatalogue: '新增通用目录', addSub: '加子项', addItem: '加实施清单', edit: '修改', remove: '删除', open: '编辑要素', of: '{action}：{name}',
  addTitle: '新增{kind}', editTitle: '修改{kind}', name: '名称', code: '编码', codeHint_catalogue: '12 位基本编码，主项后三位是 000', codeHint_sub: '12 位基本编码，后三位是子项号', saved: '已保存。', added: '已新增。',
  removeTitle: '删除“{name}”？', removeText: '删除后不能恢复。下面还有内容的不能删。', removeSubmit: '删除', keep: '不删除', removed: '已删除。',
  leftOut: '还有 {n} 项没有列出，请用名称或编码查。', newItem: '新增事项', assemble: '新事项上线', copy: '照着新增', empty: '目录还是空的', emptyFind: '没有找到“{q}”', itemsTable: '实施清单表，可以左右滚动', org: '实施主体', type: '类型', version: '版本', versionNo: '第 {n} 版', state: '状态', findings: '检查结果', findingsCount: '{n} 处要看', findingsNone: '没有问题', publishedAt: '发布时间', notPublished: '还没发布', allStates: '全部状态', stateFilter: '状态',
} as const
