/** A new service step by step, in English: navigation, headings and buttons. */
export const en = {
  title: 'New service', titleOf: '{name}: going live', back: 'Items', backTo: 'Back to the new service', steps: 'Steps', start: 'New service', open: 'Steps', step_item: 'Item', step_form: 'Form', step_flow: 'Flow', step_rules: 'Rules', step_papers: 'Papers', step_try: 'Try it', step_publish: 'Publish', next: 'Next: {name}', previous: 'Back', done: ', done',
  from: 'Like which item', name: 'Name', slug: 'Key', code: 'Basic code', begin: 'Create and go on to the form', itemOpen: 'Open the item', pick: 'Choose from the library', make: 'New', change: 'Choose another', edit: 'Open', without: 'No rules', using: 'In use', publish: 'Publish', guide: 'See the guide', toPublish: 'Publish it', goStep: 'Show',
} as const
