/** What can be written in an expression: names of values, and the functions of the engine with a word on each. */
export interface FeelName { name: string; label: string; entries?: FeelName[] }
export interface ExpressionCheck { ok: boolean; message: string; at?: number | null }
/** Asks the server; null when it can't be asked now. */
export type CheckExpression = (expression: string) => Promise<ExpressionCheck | null>

export interface FeelFunction { name: string; params: readonly string[]; label: string }
const f = (name: string, params: string, label: string): FeelFunction => ({ name, params: params ? params.split(' ') : [], label })

/** Offered by name; the engine knows a few more, which are seldom needed. */
export const FUNCTIONS: readonly FeelFunction[] = [
  f('abs', '数', '绝对值'), f('ceiling', '数', '向上取整'), f('floor', '数', '向下取整'), f('round half up', '数 位数', '四舍五入'), f('round up', '数 位数', '进位'), f('round down', '数 位数', '舍去'), f('decimal', '数 位数', '保留位数'), f('modulo', '数 除数', '余数'), f('even', '数', '是偶数'), f('odd', '数', '是奇数'), f('sqrt', '数', '平方根'),
  f('number', '文字', '变成数'), f('string', '值', '变成文字'), f('string length', '文字', '字数'), f('substring', '文字 从第几个 几个', '取一段文字'), f('upper case', '文字', '变大写'), f('lower case', '文字', '变小写'), f('contains', '文字 一段', '有没有这段文字'), f('starts with', '文字 开头', '是不是这样开头'), f('ends with', '文字 结尾', '是不是这样结尾'), f('matches', '文字 式样', '合不合式样'), f('replace', '文字 式样 换成', '替换'), f('split', '文字 分隔', '分成几段'), f('string join', '列表 分隔', '连成一段'),
  f('date', '文字', '日期'), f('duration', '文字', '一段时间'), f('years and months duration', '从 到', '相差几年几月'), f('day of week', '日期', '星期几'), f('day of year', '日期', '一年的第几天'), f('month of year', '日期', '几月'),
  f('count', '列表', '几个'), f('sum', '列表', '合计'), f('min', '列表', '最小'), f('max', '列表', '最大'), f('mean', '列表', '平均'), f('list contains', '列表 值', '有没有这个值'), f('distinct values', '列表', '去掉重复'), f('sort', '列表 次序', '排序'), f('append', '列表 值', '加在后面'), f('concatenate', '列表 列表', '接成一个'), f('index of', '列表 值', '第几个'), f('sublist', '列表 从第几个 几个', '取一段列表'), f('flatten', '列表', '展平'), f('reverse', '列表', '倒过来'), f('all', '列表', '全都是'), f('any', '列表', '有一个是'),
  f('not', '条件', '不是'), f('get value', '一组值 名称', '取一项'),
]

/** All names that an expression may begin with, for the check. */
export const topNames = (names: readonly FeelName[]): string[] => names.map((each) => each.name)
