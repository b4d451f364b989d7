export const zh = {
  title: '催办这个办件？', titleMany: '催办这 {n} 件？', text: '{name}，{item}。经办人会立刻收到。', textMany: '每个办件的经办人都会立刻收到。',
  kind: '方式', kindUrge: '催办', kindUrgeHint: '提醒经办人尽快办理', kindOrder: '督办单', kindOrderHint: '要求写明原因和办理时间，必须答复',
  words: '要说的话', wordsMissing: '写明要经办人做什么', phraseToday: '请今天办结，或写明不能办结的原因。', phraseProgress: '请说明审查进度和预计办结时间。',
  submit: '发出催办', cancel: '不催办', done: '已发出，经办人会立刻收到。', doneMany: '已发出 {n} 件。', someFailed: '{n} 件没有发出：{why}',
} as const
