export const fee = {
  title: '缴费', toReview: '这件要收费，金额核定后通知您。现在不用缴。', due: '请缴 {amount}', paid: '已缴 {amount}', waived: '免缴费用', refunding: '{amount} 正在退，按您缴费的方式退回。', refunded: '{amount} 已经退了，按您缴费的方式退回。', cancelled: '办件已经结束，不用缴费。',
  before_decision: '缴清以后继续办理。', before_delivery: '缴清以后发放结果。', pay: '去缴费', paying: '正在打开缴费页面', otherWay: '也可以拿缴费通知书到银行或者窗口缴。', offline: '请拿缴费通知书到银行或者窗口缴，把银行回单交给窗口。', lines: '怎么算的', total: '合计', less: '{name}，减 {amount}', basis: '依据：{basis}', paidOn: '{day}　{way}　凭证号 {number}', invoice: '票据号码 {number}', notice: '缴费通知书', receipt: '缴费凭证', failed: '没有打开缴费页面：{why}', changed: '金额改动的理由：{reason}', loadFailed: '暂时看不到缴费信息：{why}',
} as const

export const shipment = { title: '寄给您的包裹', pays: '邮费 {amount}，收件时付给快递员。' } as const
