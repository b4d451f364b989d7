export const manual = {
  title: 'User manual', intro: 'How to find, apply, follow and collect. One chapter for each.', find: 'Find in the manual', search: 'Search', all: 'Show all', print: 'Print', contents: 'Contents', found: '{n} chapters', none: 'Not found. Try another word, or write to us.', ask: 'Not clear? Write to us', changes: 'Changes', faqs: 'Frequent questions',
}
