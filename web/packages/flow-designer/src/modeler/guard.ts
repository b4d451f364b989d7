/** Nothing is drawn while the guard is up: on a narrow screen, without the right to edit, during a trial run. */
import RuleProvider from 'diagram-js/lib/features/rules/RuleProvider.js'

const ACTIONS = [
  'shape.create', 'shape.append', 'shape.attach', 'shape.replace', 'shape.resize', 'elements.move', 'elements.create', 'elements.delete', 'elements.copy', 'elements.paste',
  'connection.create', 'connection.start', 'connection.reconnect', 'connection.updateWaypoints',
]
const FIRST = 5_000

interface Bus { on: (event: string | string[], priority: number, listener: (event: unknown) => unknown) => void }

export class DrawingGuard extends RuleProvider {
  static override $inject = ['eventBus']
  up = false

  constructor(eventBus: Bus) {
    super(eventBus as never)
    // Renaming in place asks no rule.
    eventBus.on(['element.dblclick', 'create.end', 'autoPlace.end'], FIRST, () => (this.up ? false : undefined))
  }

  override init(): void {
    this.addRule(ACTIONS, FIRST, () => (this.up ? false : undefined))
  }
}
