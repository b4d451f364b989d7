export const zh = {
  title: '用高拍仪扫{name}', open: '用高拍仪扫', size: '纸张', one: '扫一页', row: '连续扫', stop: '停', scanning: '正在扫', hint: '把纸放平放正，一页一页扫。连续扫时翻页就行，没有纸了自动停。', pageN: '第 {n} 页（{size}）', pageOf: '第 {n} 页', turn: '转 90 度', earlier: '往前', later: '往后', drop: '不要', dropped: '已去掉一页', taken: '扫了 {n} 页，共 {all} 页', upload: '上传 {n} 页', uploading: '正在上传', uploaded: '已上传 {n} 页',
  kept: '{why}已扫的 {n} 页都在，接着扫就行。', uploadStopped: '上传停了：{why}还有 {n} 页没有上传，请再点一次上传。', camera_down: '高拍仪断开了，或者没有应答。请检查连线和设备网关。', camera_no_camera: '没有接高拍仪。请接好后再扫，也可以直接上传文件。', camera_no_paper: '高拍仪下面没有纸。请放好再扫。', camera_busy: '高拍仪正在扫另一页，请稍等再扫。', camera_blurred: '纸动了，没有扫清楚。请放平再扫。',
} as const
