export const collections = {
  title: '一起领取', intro: '申请人把几件放在一组，选办好一件领一件，还是全部办好一起领。', unit: '组', none: '没有一起领取的', noneHint: '申请人在“我的办件”里选。', find: '查找', findHint: '办件编号、事项或申请人', state: '状态', all: '全部', waiting: '在等别的', free: '可以领', applicant: '申请人', cases: '办件', mode: '怎么领', ready: '办好一件领一件', together: '全部办好一起领', made: '选的时间',
  readyOf: '办好 {n}/{all}', isReady: '办好了', notReady: '在办', handed: '{at}领取', self: '窗口领取', post: '邮寄', electronic: '电子证照',
  release: '申请人要先领', releaseTitle: '改成办好一件领一件？', releaseText: '只在申请人提出时更改。会记下是谁改的、为什么。', reason: '申请人为什么要先领', reasonHint: '例如：急着开业，要先领这一张', released: '已改成办好一件领一件',
} as const
