/** What the designer asks of the page around it: who may be named, what the server knows. All of it may be missing. */
import { inject, provide, type InjectionKey } from 'vue'
import type { Form, FormValues } from '@tongban/form-runtime'
import type { SharedField } from './model/index.ts'

export interface Named { key: string; label: string }
export interface Source { id: string; name: string; template: boolean }
export interface ServerJudgement { visible: string[]; required: string[]; errors: { pointer: string; message: string }[] }

export interface DesignerContext {
  roles: readonly Named[]
  steps: readonly Named[]
  orgs: readonly { id: string; name: string }[]
  /** Templates and forms that may be composed in. */
  findForms?: (q: string) => Promise<Source[]>
  openForm?: (id: string) => Promise<{ key: string; form: Form }>
  findShared?: (q: string) => Promise<SharedField[]>
  checkExpression?: (expression: string, names: readonly string[]) => Promise<{ ok: boolean; message?: string | null }>
  evaluate?: (ask: { content: string; data: FormValues; role?: string; step?: string; channel?: string }) => Promise<ServerJudgement>
  /** Address of the page that shows a form on its own, in a frame. */
  previewPage?: string
}
const key: InjectionKey<() => DesignerContext> = Symbol('designer')
export const provideContext = (context: () => DesignerContext): void => provide(key, context)
export function useContext(): () => DesignerContext {
  return inject(key, () => ({ roles: [], steps: [], orgs: [] }))
}
