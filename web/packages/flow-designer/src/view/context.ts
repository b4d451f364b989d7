/** What the parts of the designer share: the drawing, what can be chosen from, whether it may be changed. */
import { inject, type InjectionKey, type Ref } from 'vue'
import type { CheckExpression, FeelName } from '../feel/names.ts'
import type { Vocabulary } from '../model/types.ts'
import type { Designer } from '../modeler/designer.ts'

export interface DesignerContext {
  designer: Designer
  vocabulary: Ref<Vocabulary>
  /** Properties may be changed. */
  edits: Ref<boolean>
  /** Elements may be added, moved, connected and removed. */
  draws: Ref<boolean>
  names: Ref<readonly FeelName[]>
  check: CheckExpression
  /** Said to a screen reader after something was done. */
  say: (text: string) => void
}
export const CONTEXT: InjectionKey<DesignerContext> = Symbol('designer')

export function useContext(): DesignerContext {
  const found = inject(CONTEXT)
  if (!found) throw new Error('a part of the designer stands outside of it')
  return found
}
