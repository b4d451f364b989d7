/** Chinese words of bpmn-js: the published list, and over it what we call things and what the list lacks. */
import published from 'bpmn-js-i18n/translations/zn.js'

const OURS: Record<string, string> = {
  'Append task': '在后面加办理环节',
  'Append gateway': '在后面加网关',
  'Append end event': '在后面加结束',
  'Add text annotation': '加标签',
  'Connect to other element': '连到别的元素',
  'Connect using sequence/message flow or association': '连到别的元素',
  'Connect using association': '连到标签',
  'Delete': '删除',
  'Remove': '删除',
  'Search in diagram': '在图里找',
  'Open minimap': '打开缩略图',
  'Close minimap': '收起缩略图',
  'Toggle minimap': '缩略图',
  'Toggle Minimap': '缩略图',
  'Activate hand tool': '拖动画布',
  'flow elements must be children of pools/participants': '流程的元素要放在泳池里',
}

export function translate(template: string, replacements: Record<string, string> = {}): string {
  const text = OURS[template] ?? (published as Record<string, string>)[template] ?? template
  return text.replace(/\{([^}]+)\}/g, (whole, name: string) => replacements[name] ?? whole)
}
