export const prints = { file: 'Template file', form: 'Form', places: 'Places', place: 'Place in the template', from: 'Takes', preview: 'Preview', download: 'Download Word', valuesOnly: 'Values only' } as const
export const mappings = { system: 'Other system', form: 'Form', fields: 'Fields', run: 'Test run' } as const
export const itemPapers = { title: 'Papers of items', add: 'Add a paper', edit: 'Change', remove: 'Remove', stamps: 'Stamps' } as const
export const printing = { title: 'Print', print: 'Print', stamp: 'Stamp' } as const
