export const amend = {
  add: '补一份文件', replace: '更换文件', remove: '去掉文件', addTitle: '给“{name}”补一份文件？', replaceTitle: '更换“{name}”的文件？', removeTitle: '去掉“{name}”的文件？',
  text: '原来的文件留着，随时可以看。申请人会收到通知，也看得到原因。', which: '换掉哪一份', whichOut: '去掉哪一份', file: '新文件', fileHint: '{types}，最大 {mb} MB', reason: '原因', reasonHint: '写明依据，例：申请人来电同意，换成清晰的扫描件', done: '已改，通知了申请人',
  changes: '受理后改过 {n} 次', before: '改动前：', nothing: '没有文件',
} as const
