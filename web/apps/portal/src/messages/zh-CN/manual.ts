export const manual = {
  title: '操作手册', intro: '怎样在这里找事、申请、查进度、领结果，一章讲一件事。', revision: '第 {n} 次修改，{day}', fresh: '还没有修改过', find: '在手册里找', findHint: '例如 补正', search: '查找', all: '看全部', print: '打印手册', contents: '目录', found: '找到 {n} 章', none: '手册里没有找到。换一个词再找，或者写下您的问题。', ask: '手册没有写清楚？写下您的问题', changes: '修改记录', changedOn: '{day} 修改', faqs: '常见问题',
} as const
