export const stock = {
  title: '空白证', intro: '编了号的空白证纸：哪张印了哪份证照，哪张作废了。没有用过的空白证不在这里，在打印证照时作废。', unit: '张', number: '空白证编号', numberHint: '纸上印的完整编号', state: '状态', allStates: '全部状态', used: '已使用', spoiled: '已作废', type: '证照', licence: '证照编号', noLicence: '没有印', printed: '最近打印', never: '没有打印', prints: '打印次数', printer: '打印机', why: '原因', by: '经办',
  none: '还没有用过空白证', noneHint: '在办件的证照里打印，用掉的空白证会列在这里。', spoil: '作废', spoilTitle: '作废空白证 {number}？', spoilText: '作废后这个编号不能再用。印好的证照要另换一张空白证重印。', spoilSubmit: '作废空白证', spoilDone: '已作废', keep: '不作废', torn: '撕坏了', misprinted: '印偏了',
} as const
