/** Libraries without types of their own, as far as they are used here. */
declare module 'diagram-js-minimap' {
  const module: Record<string, unknown>
  export default module
}
declare module 'bpmn-js-i18n/translations/zn.js' {
  const words: Record<string, string>
  export default words
}
declare module 'diagram-js/lib/features/rules/RuleProvider.js' {
  export default class RuleProvider {
    static $inject: string[]
    constructor(eventBus: unknown)
    init(): void
    addRule(actions: string | string[], priority: number, rule: (context: unknown) => boolean | undefined): void
  }
}
declare module 'bpmn-js/lib/Modeler.js' {
  export default class Modeler {
    constructor(options: unknown)
    importXML(xml: string): Promise<{ warnings: unknown[] }>
    saveXML(options: { format?: boolean }): Promise<{ xml?: string }>
    saveSVG(): Promise<{ svg: string }>
    // Services are found by name.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    get(name: string): any
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    getDefinitions(): any
    on(event: string, listener: () => void): void
    destroy(): void
  }
}
declare module 'bpmn-moddle' {
  export class BpmnModdle {
    constructor(packages: Record<string, unknown>)
  }
}
declare module 'dmn-js/lib/Modeler.js' {
  interface View { id: string; name?: string; type: string; element: { id: string; name?: string } }
  export default class Modeler {
    constructor(options: unknown)
    importXML(xml: string): Promise<{ warnings: unknown[] }>
    saveXML(options: { format?: boolean }): Promise<{ xml?: string }>
    getViews(): View[]
    getActiveView(): View | undefined
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    getActiveViewer(): any
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    getDefinitions(): any
    open(view: View): Promise<unknown>
    on(event: string, listener: (event: unknown) => void): void
    destroy(): void
  }
}
declare module 'dmn-moddle' {
  export class DmnModdle {
    constructor(packages: Record<string, unknown>)
  }
}
