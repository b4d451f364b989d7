export const zh = {
  back: '回事项管理', groups: '要素分组', save: '保存草稿', saving: '正在保存', saved: '草稿已保存。', publish: '发布', lint: '检查', linting: '正在检查', unsaved: '有没保存的修改', state: '第 {n} 版，{at}发布', stateNew: '还没有发布过', guide: '看办事指南',
  errorsTitle: '有 {n} 处要改，改完才能保存', errorLine: '{element}：{message}', problemsIn: '，{n} 处要改',
  findings: '检查结果', findingsNone: '没有发现问题。', findingsIntro: '发布前先看这些。', severity_error: '要改', severity_warning: '请看', notChecked: '保存后自动检查，也可以现在检查。',
  versions: '版本', versionLine: '第 {n} 版', current: '现行', noVersions: '还没有发布过的版本。', versionNote: '办件按提交时的版本办到底。',
  publishTitle: '发布“{name}”？', publishText: '发布后，新的申请按第 {n} 版办；在办的按原来的版本办完。', publishErrors: '检查发现 {n} 处要改的问题，改完才能发布。', publishSubmit: '发布', keep: '先不发布', published: '已发布第 {n} 版。',
  leaveTitle: '不保存就离开？', leaveText: '您改的内容还没有保存。', leaveSubmit: '离开', stay: '留在这里',
  newTitle: '新增事项', assemble: '上线步骤', newIntro: '内容齐全、没有要改的地方才能保存为草稿，再检查、发布。', newFrom: '照“{name}”填好了，把名称、标识、编码改成新事项的。', created: '已新增为草稿。', readOnly: '您只能看这个事项，不能改。',
  changes: '改了什么', changesOf: '第 {n} 版改了什么', changesDraft: '没发布的修改', changesNone: '没有不同。', before: '原来', after: '现在', nothing: '没有', close: '关闭',
  cancel: '取消这个事项', cancelTitle: '取消“{name}”？', cancelText: '取消后不再接受新的申请，在办的办完为止。', cancelSubmit: '取消事项', cancelKeep: '不取消', cancelled: '已取消。', cancelReason: '取消的原因',
  addRow: '添加', removeRow: '删除', moveUp: '上移', moveDown: '下移', rowOf: '{action}：{name}', rowNo: '第 {n} 项', noRows: '还没有内容。', linesHint: '一行一条', yes: '是', no: '否', choose: '请选择', allHandleItems: '不选就是适用全部业务办理项', limitNote: '说明', limitValue: '数量', limitUnit: '单位', notSet: '不填', listCount: '{n} 项',
  stale: '别人刚保存过这个事项。请先复制您改的内容，再重新载入。', reload: '重新载入',
} as const
