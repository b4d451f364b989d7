import type { samples as zh } from '../zh-CN/samples.ts'

export const samples: Partial<Record<keyof typeof zh, string>> = {
  title: 'Sample forms', intro: 'Find the form: the blank one stands beside one filled in correctly.', label: 'Find a form', find: 'Find', total: '{n} forms', none: 'Nothing found for “{q}”', noneAll: 'No samples yet', clear: 'Show all', which: 'Which kind', blank: 'Blank', filled: 'Filled in', open: 'Open', print: 'Print', notes: 'How to fill it in', apply: 'Go to the service',
}
