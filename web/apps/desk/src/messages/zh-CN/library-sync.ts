export const librarySync = {
  title: '事项同步', intro: '每天从上级事项库取一次，和本地的比。采用的内容进草稿，检查、发布由本地定；表单、流程、窗口不受影响。', unit: '个', none: '和上级一致', never: '还没有同步过', noneHint: '换一个条件可以看全部。', find: '事项或实施编码', findHint: '例：食品经营', difference: '和本地比', differing: '不一致的', changed: '有变更', added: '本地没有', removed: '上级已取消', same: '一致', all: '全部', item: '事项', elements: '不一样的内容', version: '上级版本', changedAt: '变更时间',
  pull: '立即同步', pullOne: '同步这一个', pullTitle: '现在同步全部事项？', pullOneTitle: '现在同步这一个事项？', pullText: '取到的放在这里比较，不直接改本地事项。', pulling: '已排队，取完刷新就能看到', off: '还没有设上级平台的地址，不能同步。', last: '上次同步：{at}，{by}。收到 {received} 个，新增 {added}，变更 {changed}，取消 {removed}。', failed: '上次同步没有成功（{at}）：{reason}。原来的数据没有动。',
  take: '采用', takeTitle: '采用上级的内容？{name}', takeText: '放进本地事项的草稿，和编辑时一样检查。发布前，网上看到的不变。', which: '采用哪些', fromTo: '本地：{ours}　上级：{theirs}', nothing: '没有', taken: '已放进草稿，检查后发布', runs: '同步记录', done: '成功', notDone: '没有成功', everything: '全部事项', counts: '收到 {received}，新增 {added}，变更 {changed}，取消 {removed}',
} as const
