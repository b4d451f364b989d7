export const zh = {
  title: '套打{name}', open: '套打', whose: '{holder}，编号 {number}', failed: '没有取到套打的情况',
  stock: '空白证编号', stockHint: '照放进打印机的那张空白证上印的编号填。', printer: '打印机', printerHint: '同一台打印机下次自动带出这次的偏移。',
  right: '向右偏移', down: '向下偏移', mm: '毫米', offsetHint: '负数是向左、向上，最多 30 毫米。', offsetWrong: '偏移填 -30 到 30 毫米，最多一位小数。',
  reason: '再打一次的原因', reasonHint: '这份证照已经打印过 {n} 次，每次都记录在案。', reasonMissing: '写明再打一次的原因', stockMissing: '填写空白证上印的编号',
  preview: '预览', previewTitle: '套打预览', print: '打印', printing: '正在生成', close: '关闭', printed: '已登记空白证 {number}，请在打印窗口里打印。', openSheet: '打印窗口没有弹出，点这里打开。',
  sheets: '用过的空白证', noSheets: '还没有打印过。', sheetLine: '{by}{at}打印，共 {n} 次', spoiledLine: '{by}{at}作废：{reason}', spoil: '作废', spoilReason: '作废空白证 {number} 的原因', spoilDo: '确认作废', cancel: '取消', spoiled: '空白证 {number} 已作废',
} as const
