export const prints = {
  preview: 'Print preview', previewText: 'See how it will print. Go back to change what is wrong, then look again.', print: 'Print', printText: 'Open it to print or save.', open: 'Open', word: 'Download Word', failed: 'The papers can’t be listed now: {why}',
} as const
