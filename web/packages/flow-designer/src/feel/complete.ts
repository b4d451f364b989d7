/** What can follow at a place of an expression. Pure, so that it is the same in every editor. */
import { FUNCTIONS, type FeelName } from './names.ts'

export interface Suggestion { label: string; detail: string; kind: 'name' | 'function' | 'word'; insert: string; /** Where the cursor stands afterwards, from the beginning of `insert`. */ cursor: number }
export interface Completion { /** Where the word begins that is replaced. */ from: number; suggestions: Suggestion[] }

const WORDS: readonly [string, string][] = [['and', '并且'], ['or', '或者'], ['if', '如果'], ['then', '那么'], ['else', '否则'], ['true', '是'], ['false', '否'], ['null', '没有值'], ['in', '在其中'], ['between', '在之间'], ['some', '有一个'], ['every', '每一个'], ['satisfies', '满足'], ['for', '逐个'], ['return', '得出']]

/** Names with the dots between them, up to the cursor; letters of any script. */
const PATH = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]*)*$/u

/** Whether the cursor stands inside quotes, where nothing is completed. */
function quoted(before: string): boolean {
  return (before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1
}

function nested(names: readonly FeelName[], path: readonly string[]): readonly FeelName[] {
  return path.reduce<readonly FeelName[]>((list, part) => list.find((each) => each.name === part)?.entries ?? [], names)
}

/** Null when there is nothing to say; `asked` when the writer wants to see everything. */
export function complete(before: string, names: readonly FeelName[], asked: boolean): Completion | null {
  if (quoted(before)) return null
  const written = PATH.exec(before)?.[0] ?? ''
  if (!written && !asked) return null
  const parts = written.split('.')
  const last = parts.pop() ?? ''
  const from = before.length - last.length
  const name = (each: FeelName): Suggestion => ({ label: each.name, detail: each.label, kind: 'name', insert: each.name, cursor: each.name.length })
  const fits = (each: Suggestion) => last === '' || each.label.toLowerCase().includes(last.toLowerCase()) || each.detail.includes(last)
  const suggestions = parts.length
    ? nested(names, parts).map(name)
    : [
        ...names.map(name),
        ...FUNCTIONS.map((each): Suggestion => ({ label: `${each.name}(${each.params.join(', ')})`, detail: each.label, kind: 'function', insert: `${each.name}()`, cursor: each.name.length + 1 })),
        ...WORDS.map(([word, detail]): Suggestion => ({ label: word, detail, kind: 'word', insert: word, cursor: word.length })),
      ]
  const found = suggestions.filter(fits)
  return found.length ? { from, suggestions: found } : null
}
