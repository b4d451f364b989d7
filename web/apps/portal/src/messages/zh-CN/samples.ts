export const samples = {
  title: '填表样表', intro: '找到要填的表，左边是空白的，右边是填好的样子，照着填。', label: '找一张表', example: '例：授权委托书、食品经营', find: '找', total: '共 {n} 张', none: '没有找到“{q}”', noneAll: '还没有样表', tip: '换一个说法，写表的名字或者事项的名字；也可以拨打 {hotline} 问。', clear: '看全部样表',
  which: '办哪一种', blank: '空白表', filled: '填好的样子', blankFile: '空白表是一个文件，打开看。', sampleFile: '样表是一个文件，打开看。', noBlank: '这份材料没有空白表，由别处出具。', noSample: '这一种还没有样表，换一种看看，或者问窗口。', open: '打开', openOf: '打开{what}', word: 'Word 版', wordOf: '{what} Word 版', print: '打印', notes: '怎么填', apply: '去办这件事', line: '待填', picked: '选中', notPicked: '没有选', empty: '空', plan: '平面图见文件：{caption}', signHere: '签名或盖章', onDay: '日期：{day}',
} as const
