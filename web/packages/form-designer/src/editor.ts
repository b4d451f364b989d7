/** What the panes of the designer share: the document, the selection, the steps, what is being carried, what is said aloud. */
import { computed, inject, nextTick, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { describe, type NodeType, type Props } from './describe/index.ts'
import { t } from './messages/index.ts'
import {
  adopted, begin, below, compose, copied, fresh, hints, insert, keyOf, move, nameOf, node, nodeAt, pasted, placeAfter, placeOf, placesFor, record, redo, referencesTo, remove, rename, retype,
  samePlace, sayPlace, setProps, tops, treesOf, undo, type Doc, type Finding, type Hint, type Moment, type NodeId, type Place, type Tree,
} from './model/index.ts'

export interface Carrying {
  /** Nodes on the way; none for a new component. */
  ids: readonly NodeId[]
  trees: readonly Tree[]
  place: Place | null
  /** Where arrow keys lead; empty while a pointer leads. */
  places: readonly Place[]
  /** Where the keys were: the focus comes back there. */
  pane: Pane
}
export type Pane = 'canvas' | 'tree' | 'panel'

/** The last copy, for the buttons of the toolbar: pages may not read the machine's clipboard unasked. */
let kept = ''

export interface EditorOptions {
  now?: () => number
  /** Looking only: everything can be opened, nothing changed. */
  readonly?: boolean
}

export function createEditor(start: Doc, { now = Date.now, readonly = false }: EditorOptions = {}) {
  const history = shallowRef(begin(start))
  const doc = computed(() => history.value.now.doc)
  const selection = computed(() => history.value.now.selection.filter((id) => doc.value.nodes.has(id)))
  const current = computed<NodeId | null>(() => selection.value.at(-1) ?? null)
  const carrying = shallowRef<Carrying | null>(null)
  const folded = shallowRef<ReadonlySet<NodeId>>(new Set())
  const said = ref('')
  const root = shallowRef<HTMLElement | null>(null)
  /** What the server said of the draft it saved last, at the components it meant. */
  const judged = shallowRef<readonly Hint[]>([])
  const findings = computed<readonly Hint[]>(() => {
    const kept = judged.value.filter((each) => doc.value.nodes.has(each.node))
    const told = new Set(kept.map((each) => `${each.node}.${each.member}`))
    return [...kept, ...hints(doc.value).filter((each) => !told.has(`${each.node}.${each.member}`))]
  })
  const counts = computed(() => {
    const found = new Map<NodeId, number>()
    for (const each of findings.value) found.set(each.node, (found.get(each.node) ?? 0) + 1)
    return found
  })
  /** Findings of the server, whose places are pointers into the form that was judged. */
  function judge(list: readonly Finding[], form: Doc = doc.value): void {
    judged.value = list.map((each) => {
      const { id, member } = nodeAt(form, each.at)
      return { ...each, node: id, member }
    })
  }

  /** Told to whoever can't see what moved. The same sentence twice would be silent. */
  function say(text: string): void {
    said.value = said.value === text ? `${text}\u00a0` : text
  }
  function commit(next: Doc, label: string, select?: readonly NodeId[], merge?: string): void {
    if (readonly) return
    history.value = record(history.value, { doc: next, selection: select ?? history.value.now.selection }, label, now(), merge)
  }
  function select(ids: readonly NodeId[]): void {
    history.value = { ...history.value, now: { ...history.value.now, selection: ids } }
  }
  function focus(id: NodeId | null, pane: Pane): void {
    void nextTick(() => root.value?.querySelector<HTMLElement>(id === null ? `[data-pane="${pane}"] [data-grip]` : `[data-pane="${pane}"] [data-grip="${id}"]`)?.focus())
  }

  function add(type: NodeType, at?: Place): NodeId | null {
    const bare: Tree = { type, props: {}, children: [] }
    const place = at ?? placeAfter(doc.value, current.value, bare)
    if (!place) {
      say(t('noPlace', { name: describe(type).label }))
      return null
    }
    return put([fresh(doc.value, place.parent, type)], place, t('stepAdd', { name: describe(type).label }))
  }
  function put(trees: readonly Tree[], place: Place, label: string): NodeId | null {
    if (readonly) {
      say(t('readOnlyForm'))
      return null
    }
    const done = insert(doc.value, place.parent, place.index, ...trees)
    commit(done.doc, label, done.ids)
    say(t('added', { name: trees.map(nameOf).join('、'), place: sayPlace(done.doc, place) }))
    return done.ids[0] ?? null
  }
  /** A component that exists elsewhere: a shared field, a copy. Keys give way to those that are there. */
  function addTrees(trees: readonly Tree[], label: string, at?: Place): boolean {
    let done = false
    // Sections stand in the form, all others in what is selected: both kinds may come together.
    for (const group of [trees.filter((each) => each.type === 'section'), trees.filter((each) => each.type !== 'section')]) {
      const [first] = group
      const place = first && (at ?? placeAfter(doc.value, current.value, first))
      if (!first || !place) continue
      put(adopted(doc.value, place.parent, group), place, label)
      done = true
    }
    if (!done && trees.length) say(t('noPlace', { name: trees.map(nameOf).join('、') }))
    return done
  }

  function removeSelected(pane: Pane): void {
    const ids = tops(doc.value, selection.value)
    const [first] = ids
    if (first === undefined) return
    if (readonly) return say(t('readOnlyForm'))
    const names = ids.map((id) => nameOf(node(doc.value, id))).join('、')
    const used = referencesTo(doc.value, ids).length
    const { parent, index } = placeOf(doc.value, first, ids)
    const next = remove(doc.value, ids)
    const siblings = node(next, parent).children
    const then = siblings[index] ?? siblings[index - 1] ?? (parent === next.root ? null : parent)
    commit(next, t('stepRemove', { name: names }), then === null ? [] : [then])
    say(used ? t('removedUsed', { name: names, n: used }) : t('removed', { name: names }))
    focus(then, pane)
  }

  function copy(): string {
    const ids = tops(doc.value, selection.value)
    if (!ids.length) return ''
    kept = copied(doc.value, ids)
    say(t('copiedOf', { name: ids.map((id) => nameOf(node(doc.value, id))).join('、') }))
    return kept
  }
  function paste(text: string = kept): boolean {
    const trees = pasted(text)
    return trees.length > 0 && addTrees(trees, t('stepPaste'))
  }
  function duplicate(): void {
    const ids = tops(doc.value, selection.value)
    const last = ids.at(-1)
    if (last === undefined) return
    const { parent, index } = placeOf(doc.value, last, [])
    const trees = treesOf(doc.value, ids)
    put(adopted(doc.value, parent, trees), { parent, index: index + 1 }, t('stepPaste'))
  }

  function moveTo(ids: readonly NodeId[], place: Place): boolean {
    const next = move(doc.value, ids, place)
    if (next === doc.value || readonly) return false
    commit(next, t('stepMove', { name: ids.map((id) => nameOf(node(doc.value, id))).join('、') }), ids)
    say(t('movedTo', { name: ids.map((id) => nameOf(node(next, id))).join('、'), place: sayPlace(next, place, []) }))
    return true
  }
  /** One place up or down, without picking up first. */
  function nudge(direction: -1 | 1): void {
    const ids = tops(doc.value, selection.value)
    const [first] = ids
    if (first === undefined) return
    const places = placesFor(doc.value, treesOf(doc.value, ids), ids)
    const here = places.findIndex((each) => samePlace(each, placeOf(doc.value, first, ids)))
    const to = places[here + direction]
    if (to) moveTo(ids, to)
  }

  function pickUp(pane: Pane): void {
    if (readonly) return say(t('readOnlyForm'))
    const ids = tops(doc.value, selection.value)
    const [first] = ids
    if (first === undefined) return
    const trees = treesOf(doc.value, ids)
    const places = placesFor(doc.value, trees, ids)
    carrying.value = { ids, trees, places, place: placeOf(doc.value, first, ids), pane }
    say(t('pickedUp', { name: trees.map(nameOf).join('、') }))
  }
  function step(by: (at: number, places: readonly Place[]) => number): void {
    const now = carrying.value
    if (!now?.place) return
    const { place, places } = now
    const to = places[Math.max(0, Math.min(by(places.findIndex((each) => samePlace(each, place)), places), places.length - 1))]
    if (!to) return
    carrying.value = { ...now, place: to }
    say(sayPlace(doc.value, to, now.ids))
    // The line that shows the place may lie outside what is seen.
    void nextTick(() => root.value?.querySelector(`[data-pane="${now.pane}"] :is(.is-line, .is-end)`)?.scrollIntoView?.({ block: 'nearest' }))
  }
  const depth = (place: Place): number => {
    let n = 0
    for (let at: NodeId | null = place.parent; at !== null; at = node(doc.value, at).parent) n += 1
    return n
  }
  const carry = {
    up: () => step((at) => at - 1),
    down: () => step((at) => at + 1),
    first: () => step(() => 0),
    last: (): void => step((_, places) => places.length - 1),
    /** Into the holder that comes next. */
    into: () => step((at, places) => {
      const here = places[at]
      const deeper = here ? places.findIndex((each, i) => i > at && depth(each) > depth(here)) : -1
      return deeper < 0 ? at : deeper
    }),
    /** Out of the holder, to just after it. */
    out: () => step((at, places) => {
      const here = places[at]
      const after = here ? places.findIndex((each, i) => i > at && depth(each) < depth(here)) : -1
      return after < 0 ? at : after
    }),
    drop(): void {
      const now = carrying.value
      carrying.value = null
      if (!now?.place) return
      if (now.ids.length) {
        if (!moveTo(now.ids, now.place)) say(t('putBack'))
        focus(now.ids[0] ?? null, now.pane)
      } else put(now.trees.map((tree) => (Object.keys(tree.props).length ? (adopted(doc.value, now.place!.parent, [tree])[0] ?? tree) : fresh(doc.value, now.place!.parent, tree.type))), now.place, t('stepAdd', { name: now.trees.map(nameOf).join('、') }))
    },
    cancel(): void {
      if (!carrying.value) return
      const { ids, pane } = carrying.value
      carrying.value = null
      say(t('putBack'))
      if (ids.length) focus(ids[0] ?? null, pane)
    },
  }

  function set(id: NodeId, change: Props): void {
    const [member = ''] = Object.keys(change)
    commit(setProps(doc.value, id, change), t('stepSet', { name: nameOf(node(doc.value, id)) }), undefined, `${id}.${member}`)
  }
  function setKey(id: NodeId, key: string): void {
    if (key === keyOf(node(doc.value, id))) return
    if (readonly) return
    const done = rename(doc.value, id, key)
    commit(done.doc, t('stepRename', { name: key }))
    say(done.followed ? t('renamedFollowed', { key, n: done.followed }) : t('renamed', { key }))
  }
  function setType(id: NodeId, type: NodeType): void {
    commit(retype(doc.value, id, type), t('stepType', { name: describe(type).label }))
  }
  function composeFrom(...args: Parameters<typeof compose> extends [Doc, ...infer Rest] ? Rest : never) {
    const done = compose(doc.value, ...args)
    commit(done.doc, t('stepCompose'), done.ids)
    return done
  }
  /** What others saved takes the place of what is here; the way back stays. */
  function replace(next: Doc): void {
    commit(next, t('stepTheirs'), [])
  }
  function back(): void {
    const [label] = history.value.past.slice(-1).map((each) => each.label)
    history.value = undo(history.value)
    if (label) say(t('undone', { step: label }))
  }
  function forth(): void {
    const [next] = history.value.future
    history.value = redo(history.value)
    if (next) say(t('redone', { step: next.label }))
  }
  function fold(id: NodeId, closed: boolean): void {
    const next = new Set(folded.value)
    if (closed) next.add(id)
    else next.delete(id)
    folded.value = next
  }
  /** Nodes in page order; what lies in folded holders is left out for the tree. */
  function order(pane: Pane): NodeId[] {
    const all = [doc.value.root, ...[...below(doc.value, doc.value.root)].map((each) => each.id)]
    if (pane !== 'tree') return all
    const hidden = new Set<NodeId>()
    for (const id of all) {
      const { parent } = node(doc.value, id)
      if (parent !== null && (folded.value.has(parent) || hidden.has(parent))) hidden.add(id)
    }
    return all.filter((id) => !hidden.has(id))
  }

  return {
    readonly, history, doc, selection, current, carrying, folded, said, root, findings, counts,
    judge, say, select, focus, add, addTrees, removeSelected, copy, paste, duplicate, moveTo, nudge, pickUp, carry, set, setKey, setType, composeFrom, replace, undo: back, redo: forth, fold, order,
  }
}
export type Editor = ReturnType<typeof createEditor>
export type { Moment }

const editorKey: InjectionKey<Editor> = Symbol('editor')
export const provideEditor = (editor: Editor): void => provide(editorKey, editor)
export function useEditor(): Editor {
  const editor = inject(editorKey)
  if (!editor) throw new Error('a pane stands outside the designer')
  return editor
}
