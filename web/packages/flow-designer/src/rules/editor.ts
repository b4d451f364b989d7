/** The face of dmn-js: tables are opened, read and saved; what a table reads is declared by itself. */
import Modeler from 'dmn-js/lib/Modeler.js'
import { ref, shallowRef } from 'vue'
import type { Moddle } from '../model/properties.ts'
import { addTable, bindingsOf, casesOf, DMN_EXTENSION, emptyRules, forEditing, forStoring, linkInputs, setBindings, setCases, tablesOf, type BenchCase, type RuleBinding, type RuleTable } from './document.ts'
import { translateRules } from './translate.ts'

export class UnreadableRules extends Error {}

interface View { id: string; type: string; element: { id: string; name?: string } }
const words = { translate: ['value', translateRules] }

export class RuleEditor {
  readonly version = ref(0)
  readonly tables = shallowRef<RuleTable[]>([])
  readonly active = ref('')
  private readonly modeler: Modeler
  private readonly heard = new WeakSet<object>()

  constructor(container: HTMLElement, private readonly changed: () => void) {
    const part = { additionalModules: [words] }
    this.modeler = new Modeler({ container, moddleExtensions: { tongban: DMN_EXTENSION }, drd: part, decisionTable: part, literalExpression: part, boxedExpression: part })
    this.modeler.on('viewer.created', (event) => this.hear((event as { viewer: { on: (name: string, listener: () => void) => void } }).viewer))
    this.modeler.on('views.changed', (event) => {
      const view = (event as { activeView?: View }).activeView
      if (view) this.active.value = view.element.id
    })
  }

  private hear(viewer: { on: (name: string, listener: () => void) => void }): void {
    if (this.heard.has(viewer)) return
    this.heard.add(viewer)
    viewer.on('commandStack.changed', () => this.touched())
  }
  private touched(): void {
    this.read()
    this.changed()
  }
  private read(): void {
    this.tables.value = tablesOf(this.definitions())
    this.version.value += 1
  }
  private definitions(): Moddle {
    return this.modeler.getDefinitions()
  }
  private readonly create = (type: string, values: Record<string, unknown>): Moddle => this.definitions().$model.create(type, values)

  async open(xml: string, name: string): Promise<void> {
    try {
      // A file without a drawing opens on its first table; one without a table opens on nothing.
      await this.modeler.importXML(await forEditing(xml.trim() || emptyRules(name))).catch((thrown: unknown) => {
        if (!this.definitions()) throw thrown
      })
    } catch (thrown) {
      throw new UnreadableRules(thrown instanceof Error ? thrown.message : String(thrown))
    }
    this.read()
    const first = this.tables.value[0]
    if (first) await this.show(first.id)
  }
  async show(id: string): Promise<boolean> {
    const view = this.modeler.getViews().find((each) => each.element.id === id)
    if (!view) return false
    await this.modeler.open(view)
    this.active.value = id
    return true
  }
  /** The drawing of how decisions need each other. */
  async showDiagram(): Promise<void> {
    await this.show(this.definitions().id)
  }
  isDiagram(): boolean {
    return this.active.value === this.definitions()?.id
  }

  /** Opens the table in which an element stands: a cell, a row, a decision; gives the element's place on the page. */
  async locate(at: string, root: HTMLElement): Promise<HTMLElement | null> {
    const [key, row, column] = at.split('/')
    const table = this.tables.value.find((each) => each.id === at || each.key === key || each.id === key || each.rows.some((one) => one.id === at)) ?? this.tables.value.find((each) => this.holds(each.id, at))
    if (!table) return null
    await this.show(table.id)
    const number = row ? Number(row) : 0
    const line = number ? root.querySelectorAll<HTMLElement>('.tjs-table tbody tr')[number - 1] : null
    const cells = line?.querySelectorAll<HTMLElement>('td.input-cell, td.output-cell')
    return cells?.[Math.max(0, Number(column ?? 1) - 1)] ?? line ?? root.querySelector<HTMLElement>(`[data-element-id="${CSS.escape(at)}"], [data-row-id="${CSS.escape(at)}"]`)
  }
  private holds(decision: string, id: string): boolean {
    const logic = this.definitions().drgElement.find((each: Moddle) => each.id === decision)?.decisionLogic
    const parts: Moddle[] = [logic, ...(logic?.input ?? []), ...(logic?.output ?? []), ...(logic?.rule ?? []).flatMap((rule: Moddle) => [rule, ...(rule.inputEntry ?? []), ...(rule.outputEntry ?? [])])]
    return parts.some((each) => each?.id === id)
  }

  async add(key: string, label: string, input: string, output: string): Promise<void> {
    const decision = addTable(this.definitions(), key, label, { input, output }, this.create)
    await this.reload(decision.id)
  }
  async remove(id: string): Promise<void> {
    const definitions = this.definitions()
    definitions.drgElement = definitions.drgElement.filter((each: Moddle) => each.id !== id)
    for (const each of definitions.drgElement) if (each.informationRequirement) each.informationRequirement = each.informationRequirement.filter((need: Moddle) => need.requiredDecision?.href !== `#${id}`)
    const plane = definitions.dmnDI?.diagrams?.[0]
    if (plane) plane.diagramElements = (plane.diagramElements ?? []).filter((each: Moddle) => each.dmnElementRef?.id !== id)
    await this.reload()
  }
  /** What was made past dmn-js is shown by opening the file anew. */
  private async reload(id?: string): Promise<void> {
    await this.open(await this.save(), '')
    if (id) await this.show(id)
    this.changed()
  }
  taken(key: string): boolean {
    return (this.definitions()?.drgElement ?? []).some((each: Moddle) => each.name === key || each.id === key)
  }
  describe(id: string, label: string): void {
    const decision = this.definitions().drgElement.find((each: Moddle) => each.id === id)
    if (!decision) return
    decision.description = label.trim() || undefined
    this.touched()
  }

  bindings(): RuleBinding[] {
    return bindingsOf(this.definitions())
  }
  bind(rows: readonly RuleBinding[]): void {
    setBindings(this.definitions(), rows, this.create)
    this.touched()
  }
  cases(): BenchCase[] {
    return casesOf(this.definitions())
  }
  keep(rows: readonly BenchCase[]): void {
    setCases(this.definitions(), rows, this.create)
    this.touched()
  }
  async save(): Promise<string> {
    linkInputs(this.definitions(), this.create)
    const { xml } = await this.modeler.saveXML({ format: true })
    if (!xml) throw new UnreadableRules('empty')
    return forStoring(xml)
  }
  undo(): void {
    this.modeler.getActiveViewer()?.get('commandStack', false)?.undo()
  }
  redo(): void {
    this.modeler.getActiveViewer()?.get('commandStack', false)?.redo()
  }
  destroy(): void {
    this.modeler.destroy()
  }
}
