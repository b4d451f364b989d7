/** What a description of a component says. One source for panel, property panel, canvas and hints. */
import type { FieldType } from '@tongban/form-runtime'
import type { DesignIcon } from '../icons.ts'

export type NodeType = 'form' | 'section' | FieldType
export type Props = Readonly<Record<string, unknown>>

/** How a property is edited. */
export type PropertyKind =
  | 'text' | 'textarea' | 'number' | 'boolean' | 'choice' | 'key' | 'feel' | 'options' | 'rules' | 'rights'
  | 'bound' | 'pattern' | 'endings' | 'source' | 'value' | 'org'
export type PropertyGroup = 'base' | 'show' | 'check' | 'data' | 'rights'

export interface Property {
  /** Member of the form document. */
  key: string
  label: string
  kind: PropertyKind
  group: PropertyGroup
  hint?: string
  choices?: readonly { value: string; label: string }[]
  min?: number
  max?: number
  unit?: string
  /** What leaving the member out means; a value equal to it is not written. */
  absent?: unknown
  /** Without it the component is not finished: a hint stands at it. */
  must?: boolean
  /** Asked for only while this says yes. */
  when?: (props: Props, around: { parent: NodeType }) => boolean
}

export type Family = 'input' | 'choice' | 'identity' | 'attach' | 'structure' | 'layout'

export interface Description {
  type: NodeType
  label: string
  icon: DesignIcon
  family: Family
  /** One sentence for whoever does not know it yet. */
  intro: string
  /** What may stand inside. */
  holds?: 'sections' | 'fields' | 'columns' | 'tabs'
  /** Its fields make an object or rows of their own in the data. */
  nests?: boolean
  /** Only inside this one. */
  only?: NodeType
  /** Takes no place in the data. */
  valueless?: boolean
  /** Not offered in the component panel. */
  unlisted?: boolean
  /** Members a new one begins with; `label` is its label when left out. */
  starts?: Props
  properties: readonly Property[]
}
