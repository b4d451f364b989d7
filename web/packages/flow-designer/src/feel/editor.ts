/** A text box of CodeMirror, with or without FEEL. Fetched when the first one is shown. */
import { autocompletion, closeBrackets, startCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { feel } from '@bpmn-io/lang-feel'
import { tags } from '@lezer/highlight'
import { complete } from './complete.ts'
import { FUNCTIONS, type FeelName } from './names.ts'

export interface TextEditor {
  set: (text: string) => void
  /** Puts text in the place of what is chosen, and the cursor behind it. */
  insert: (text: string) => void
  goToLine: (line: number) => void
  destroy: () => void
}
interface Options { parent: HTMLElement; value: string; attributes: Record<string, string>; readonly: boolean; changed: (text: string) => void }

/** Enough colours to read an expression; their contrast is that of text. */
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--tb-accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--tb-ok)' },
  { tag: tags.number, color: 'var(--tb-warn)' },
  { tag: tags.comment, color: 'var(--tb-ink-3)' },
])

function create(options: Options, extensions: Extension[]): { view: EditorView; editor: TextEditor } {
  /** A text set from outside is not a change of the writer. */
  let given = false
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.value,
      extensions: [
        history(), EditorView.lineWrapping, EditorState.readOnly.of(options.readonly), EditorView.contentAttributes.of(options.attributes),
        EditorView.updateListener.of((update) => { if (update.docChanged && !given) options.changed(update.state.doc.toString()) }),
        ...extensions,
        // Tab leaves the box, as everywhere on the page.
        keymap.of([...defaultKeymap, ...historyKeymap]),
      ],
    }),
  })
  const editor: TextEditor = {
    set(text) {
      if (text === view.state.doc.toString()) return
      given = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
      given = false
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text))
      view.focus()
    },
    goToLine(line) {
      const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines))).from
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
  return { view, editor }
}

/** A text of many lines, numbered. */
export function plainEditor(options: Options): TextEditor {
  return create(options, [lineNumbers(), bracketMatching(), EditorView.theme({ '.cm-content': { minHeight: '320px' } })]).editor
}

const TYPES = { name: 'variable', function: 'function', word: 'keyword' } as const

/** An expression. `names` may change while it is open. */
export function feelEditor(options: Options & { names: readonly FeelName[]; unary: boolean }): TextEditor & { name: (names: readonly FeelName[]) => void } {
  const language = new Compartment()
  let names = options.names
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = complete(context.state.sliceDoc(0, context.pos), names, context.explicit)
    if (!found) return null
    return {
      from: found.from, filter: false,
      options: found.suggestions.map((each) => ({
        label: each.label, detail: each.detail, type: TYPES[each.kind],
        apply: (view: EditorView, _completion: unknown, from: number, to: number) => {
          view.dispatch({ changes: { from, to, insert: each.insert }, selection: { anchor: from + each.cursor } })
          // After a name with parts the next question is which part.
          if (each.kind === 'name' && names.some((name) => name.name === each.insert && name.entries?.length)) {
            view.dispatch({ changes: { from: from + each.cursor, insert: '.' }, selection: { anchor: from + each.cursor + 1 } })
            startCompletion(view)
          }
        },
      })),
    }
  }
  // The parser must know names of two words before it reads them.
  const grammar = () => feel({ dialect: options.unary ? 'unaryTests' : 'expression', context: Object.fromEntries([...FUNCTIONS.map((each) => [each.name, () => null]), ...names.map((each) => [each.name, null])]), completions: [] })
  const { view, editor } = create(options, [language.of(grammar()), syntaxHighlighting(COLOURS), bracketMatching(), closeBrackets(), autocompletion({ override: [source], icons: false })])
  return {
    ...editor,
    name(next) {
      names = next
      view.dispatch({ effects: language.reconfigure(grammar()) })
    },
  }
}
