export const prints = {
  preview: '打印件预览', previewText: '看看打印出来的样子。有误就回到前面改，再回来看。', print: '打印', printText: '打开后可以打印或保存。', open: '打开', word: '下载 Word', failed: '暂时列不出打印件：{why}',
} as const
