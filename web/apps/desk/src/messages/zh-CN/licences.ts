export const stock = {
  title: '空白证', intro: '编了号的空白证纸：哪张印了哪份证照，哪张作废了。没有用过的空白证不在这里，在打印证照时作废。', unit: '张', number: '空白证编号', numberHint: '纸上印的完整编号', state: '状态', allStates: '全部状态', used: '已使用', spoiled: '已作废', type: '证照', licence: '证照编号', noLicence: '没有印', printed: '最近打印', never: '没有打印', prints: '打印次数', printer: '打印机', why: '原因', by: '经办',
  none: '还没有用过空白证', noneHint: '在办件的证照里打印，用掉的空白证会列在这里。', spoil: '作废', spoilTitle: '作废空白证 {number}？', spoilText: '作废后这个编号不能再用。印好的证照要另换一张空白证重印。', spoilSubmit: '作废空白证', spoilDone: '已作废', keep: '不作废', torn: '撕坏了', misprinted: '印偏了',
  receive: '登记领用', receiveTitle: '登记领用空白证', receiveText: '登记以后，只能在登记过的号段里打印，用掉、作废、剩下的张数对得上。', kind: '哪种证照', first: '起始编号', firstHint: '例如 JY0000001', last: '截止编号', note: '说明', noteHint: '例如：省局 9 月发放', receiveDone: '已登记', balance: '结存', received: '领用', usedCount: '已用', spoiledCount: '作废', left: '结存', notRegistered: '没有登记领用', receipts: '领用记录', run: '号段', count: '张数', at: '时间', noReceipts: '还没有登记过领用',
} as const
