export const fees = {
  title: '收费管理', intro: '受理后按事项的收费标准算出金额，核价后通知申请人缴费。', unit: '笔', find: '查找', findHint: '办件编号、事项或凭证号', state: '状态', allStates: '全部状态', from: '从', to: '到',
  to_review: '待核价', due: '待缴费', paid: '已缴费', waived: '免缴', refunding: '退费中', refunded: '已退费', cancelled: '已取消',
  number: '办件编号', item: '事项', applicant: '申请人', amount: '金额', way: '缴费方式', paidAt: '缴费时间', receipt: '凭证号', invoice: '票据号码', none: '还没有收费', noneHint: '收费事项的办件受理以后，这里就有了。', export: '导出 {n} 笔', exportTooMany: '超过 5,000 笔，缩小范围再导出', sumOf: '{label} {n} 笔，{amount}', sums: '合计', refundDue: '请决定退不退',
  views: '收费', viewList: '收费', viewStatements: '对账',
  statementsIntro: '把一天的到账和统一支付平台的对账单逐笔比一遍。', statementsUnit: '天', statementsNone: '还没有对过账', day: '日期', matched: '一致', ours: '本系统到账', theirs: '支付平台', differences: '不一致', differencesNone: '没有', madeBy: '对账人', madeAt: '对账时间', reconcile: '对一天的账', reconcileText: '当天没有结束的，可以先对，过后再对一次。', reconciled: '对账完成',
  ours_: '本系统', theirs_: '支付平台', noAmount: '没有',
  free: '这个事项不收费。', notYet: '还没有算出金额', notYetHint: '受理以后自动算。早先受理的，按下面的按钮算。', assess: '按收费标准计算', assessed: '算好了，请核价',
  basis: '收费依据', line: '收费项目', standard: '标准', less: '减免', charged: '应收', total: '合计', byHand: '按标准人工核定', rules: '系统算的是 {amount}', whyChanged: '改动理由', reviewedBy: '核价', reviewed: '{who}，{at}',
  before_decision: '缴清以后才能作出准予决定', before_delivery: '缴清以后才能发放结果',
  review: '核价', reviewAgain: '重新核价', reviewText: '核对收费项目和减免，再发缴费通知。', reductions: '准予的减免', reductionsHint: '看过证明再勾选', fee: '{name}（元）', feeHint: '系统算的是 {amount}', reason: '改动理由', reasonHint: '金额和系统算的不一样才要写', amountWrong: '金额写成数字，最多两位小数，例如 80 或 80.50', reviewDone: '已核价，缴费通知书已发',
  bank: '确认银行缴费', bankText: '回单在手、金额核对无误再确认。网上没付完的订单同时关闭。', receiptNumber: '银行回单号', bankDone: '已确认缴费',
  invoiceAct: '登记票据', invoiceText: '把开给申请人的票据登记下来。', code: '票据代码', invoiceNumber: '票据号码', invoiceDone: '票据已登记',
  refund: '退费', refundText: '按缴费的方式退回 {amount}。', refundReason: '退费理由', refundSlip: '银行退款单号', refundSubmit: '退费', refundDone: '已经提交退费', refundSlipHint: '银行缴的才要填',
  notice: '缴费通知书', receiptPaper: '缴费凭证', orders: '缴费订单', ordersNone: '还没有订单', orderNumber: '订单号', opened: '下单时间', facts: '缴费情况', confirmedBy: '窗口确认', refunded_: '退费', keep: '不退',
} as const

export const shipments = {
  title: '寄递管理', intro: '寄给申请人的结果和寄给档案馆的箱子都在这里，一个包裹一个运单号。', unit: '个', find: '查找', findHint: '办件编号、内容或运单号', state: '状态', allStates: '全部状态', kind: '种类', allKinds: '全部种类', kind_result: '办理结果', kind_archive: '归档材料',
  ordering: '下单中', failed: '下单失败', ordered: '待揽收', collected: '已揽收', on_the_way: '运输中', delivered: '已签收', cancelled: '已取消',
  number: '寄件单号', waybill: '运单号', what: '内容', caseNumber: '办件编号', receiver: '收件人', sender: '寄件人', cost: '费用', costOf: '{amount}，{payer}（{rule}）', when: '下单时间', delivered_: '签收时间', none: '还没有寄过包裹', noneHint: '在“寄结果”里选要寄的办件，或者寄档案。', export: '导出 {n} 个', exportTooMany: '超过 5,000 个，缩小范围再导出', failedCount: '有 {n} 个下单失败，请打开看原因，改好再下单。', see: '去看', noWaybill: '还没有运单号',
  send: '寄结果', sendTitle: '寄出办理结果', sendText: '已办结、选了邮寄、还没寄的办件。下单后快递上门取件。', sendCases: '要寄的办件', sendNone: '没有等着寄的办件', sendWeight: '每件重量', gram: '克', ownSender: '寄件人', ownSenderHint: '用办理地点', sender_place: '办理地点', sender_own: '另外填写', name: '姓名或单位', phone: '电话', region: '所在区划', address: '地址', sent: '已下单 {n} 件', leftOut: '没有寄的', leftOutOf: '…{number}：{reason}', weightWrong: '重量填 1 到 50,000 克',
  archive: '寄档案', archiveIntro: '一箱一个运单号，一起下单。', archiveTitle: '寄什么', archiveTitleHint: '例：2026 年第三季度办件档案', boxes: '箱子', boxesHint: '一行一箱，写箱号和重量（克），用逗号隔开，例：第 1 箱，2500', archiveSubmit: '下单', archiveDone: '已下单 {n} 箱', boxWrong: '第 {n} 行看不懂，写成“第 1 箱，2500”', back: '寄递管理',
  facts: '包裹', way: '物流', noTrack: '快递还没有消息', attempts: '试过 {n} 次', refresh: '查最新物流', refreshed: '已经查过', retry: '重新下单', retryText: '上次没下成：{error}。地址不对的，改好再下。', retryKeep: '收件人', keep: '不改', change: '改收件人', retryDone: '已重新下单', cancel: '取消寄件', cancelText: '快递员取走以前可以取消。', reason: '理由', cancelDone: '已取消', cancelKeep: '不取消', by: '下单人', weight: '重量', seeCase: '看办件', masked: '收件人的姓名、电话和地址打了码。',
} as const

export const handovers = {
  title: '材料交接', intro: '窗口和部门之间交接纸质材料：列清单、扫码签出、扫码签收。', unit: '份', find: '查找', findHint: '交接单号或机构', state: '状态', allStates: '全部状态', side: '方向', allSides: '交出和收到', out: '交出的', in: '收到的', overdue: '逾期没签收',
  prepared: '待签出', sent: '待签收', received: '已签收', missing: '签收有缺', cancelled: '已取消',
  number: '交接单号', from: '移交方', to: '接收方', sentAt: '签出时间', receivedAt: '签收时间', expected: '应签收', none: '还没有交接过材料', noneHint: '按“新交接单”列出要交的材料。', export: '导出 {n} 份', exportTooMany: '超过 5,000 份，缩小范围再导出', late: '{n} 份逾期没签收。', lack: '{n} 份签收有缺。', see: '去看',
  add: '新交接单', addTitle: '新交接单', addText: '列出材料，交接单打印出来随材料走，签出、签收都扫单上的码。', toOrg: '接收机构', cases: '办件', pieces: '材料', piecesHint: '一行一份，写名称和份数，用逗号隔开；选了几件，每件都按这个清单', pieceWrong: '第 {n} 行看不懂，写成“营业执照正本，1”', note: '备注', courier: '怎么送', courier_no: '自己送', courier_yes: '叫快递', addDone: '交接单列好了，打印出来随材料走', senderName: '寄件人', senderPhone: '寄件电话', senderAddress: '寄件地址', receiverName: '收件人', receiverPhone: '收件电话', receiverAddress: '收件地址', weight: '重量', gram: '克',
  back: '材料交接', facts: '交接', by: '{who}，{at}', listedBy: '列单人', sentBy: '签出', receivedBy: '签收', remark: '签收备注', parcel: '快递包裹', seeParcel: '看物流', list: '材料清单', caseNumber: '办件编号', name: '材料', copies: '份数', came: '实收', sheet: '打印交接单', send: '签出', sendText: '材料交给送的人了再签出，对方两个工作日内签收。', sendDone: '已签出', cancel: '取消', cancelText: '还没签出的交接单可以取消。', cancelDone: '已取消', keep: '不取消', receive: '签收', isOverdue: '逾期没签收，请催一催',
  receiveTitle: '扫码签收', receiveIntro: '用扫码枪扫交接单上的码，或者输入交接单号。', code: '码或交接单号', notFound: '没有找到交给您这边的这份交接单，请核对单号。', look: '下一步', fewer: '少了的材料', fewerHint: '齐的不用填；少了的填实收份数', remarkHint: '少了材料的，写明缺什么、怎么办', receiveDone: '已签收', whole: '材料齐', short: '有少的', isWhole: '材料齐不齐', pieceOf: '{no}. {name}（{n} 份）实收',
} as const
