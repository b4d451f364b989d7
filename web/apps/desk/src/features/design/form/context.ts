/** What the designer may ask of the server, as the contract of the library answers it. */
import { design, type DesignHandlers } from '@tongban/api'
import type { DesignerContext } from '@tongban/form-designer'
import type { Form } from '@tongban/form-runtime'

const MOST = 100

export function contextFor(handlers: DesignHandlers | null, own: string, previewPage: string): DesignerContext {
  return {
    roles: handlers?.roles ?? [], steps: handlers?.stages ?? [], orgs: handlers?.orgs ?? [], previewPage,
    findForms: async (q) => {
      const { items } = await design.definitions({ kind: 'form', q, limit: MOST })
      // A form is not put into itself; templates are made for this, so they come first.
      return items.filter((each) => each.id !== own).sort((a, b) => Number(b.template) - Number(a.template)).map((each) => ({ id: each.id, name: each.name, template: each.template }))
    },
    openForm: async (id) => {
      const one = await design.definition(id)
      return { key: one.key, form: JSON.parse(one.content) as Form }
    },
    findShared: async (q) => (await design.fields({ q, limit: MOST })).items,
    checkExpression: (expression, names) => design.checkExpression({ expression, names }),
    evaluate: (ask) => design.evaluateForm(ask),
  }
}
