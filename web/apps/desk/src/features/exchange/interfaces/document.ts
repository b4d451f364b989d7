/**
 * Reads the OpenAPI document for people: which interfaces other systems may call, which fields each wants, what an
 * example looks like. Pure, so that a document of any shape can be tried.
 */
import type { InterfaceDocument, InterfaceOperation, InterfaceSchema } from '@tongban/api'

/** One interface: an operation that a signed call opens. */
export interface Interface { operation: string; method: string; path: string; grant: string; about: InterfaceOperation }
/** A field of a body; `depth` counts the fields around it. */
export interface Field { name: string; depth: number; kind: string; must: boolean; text: string }

const REF = '#/components/schemas/'
/** A schema may name itself; nobody reads deeper. */
const DEEPEST = 4

/** All operations that are opened by a signature, by grant and path. */
export function interfacesOf(document: InterfaceDocument): Interface[] {
  return Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).flatMap(([method, about]) => {
    const grant = about.security?.map((each) => each.gateway).find((each) => each !== undefined)?.[0]
    return grant === undefined ? [] : [{ operation: about.operationId, method, path, grant, about }]
  })).sort((a, b) => a.grant.localeCompare(b.grant) || a.path.localeCompare(b.path))
}

/** The schema itself: a name is looked up, of alternatives the one that is not null is taken. */
export function resolved(document: InterfaceDocument, schema: InterfaceSchema | undefined): InterfaceSchema {
  let found = schema ?? {}
  for (let steps = 0; steps < 8; steps += 1) {
    if (found.$ref?.startsWith(REF)) found = document.components.schemas[found.$ref.slice(REF.length)] ?? {}
    else if (found.oneOf) found = { ...found.oneOf.find((each) => each.type !== 'null') }
    else if (found.allOf) found = merged(document, found.allOf)
    else break
  }
  return found
}

function merged(document: InterfaceDocument, parts: readonly InterfaceSchema[]): InterfaceSchema {
  const all = parts.map((part) => resolved(document, part))
  return { type: 'object', required: all.flatMap((each) => each.required ?? []), properties: Object.assign({}, ...all.map((each) => each.properties ?? {})) as Record<string, InterfaceSchema> }
}

const kinds = (schema: InterfaceSchema): string[] => [schema.type ?? []].flat().filter((each) => each !== 'null')

/** Type in a word: `string`, `string (uuid)`, `array<object>`. */
export function kindOf(document: InterfaceDocument, schema: InterfaceSchema): string {
  const whole = resolved(document, schema)
  const kind = kinds(whole)[0] ?? 'object'
  if (kind === 'array') return `array<${kindOf(document, whole.items ?? {})}>`
  return whole.format ? `${kind} (${whole.format})` : kind
}

/** The fields of a body in the order of the document, those of objects below them. */
export function fieldsOf(document: InterfaceDocument, schema: InterfaceSchema | undefined, depth = 0): Field[] {
  if (depth > DEEPEST) return []
  const whole = resolved(document, schema)
  const inner = kinds(whole)[0] === 'array' ? resolved(document, whole.items) : whole
  return Object.entries(inner.properties ?? {}).flatMap(([name, field]) => [
    { name, depth, kind: kindOf(document, field), must: inner.required?.includes(name) ?? false, text: field.description ?? resolved(document, field).description ?? '' },
    ...fieldsOf(document, field, depth + 1),
  ])
}

/** What a body may look like: only what must be there, with values of the right kind. */
export function exampleOf(document: InterfaceDocument, schema: InterfaceSchema | undefined, depth = 0): unknown {
  const whole = resolved(document, schema)
  if (whole.enum?.length) return whole.enum[0]
  switch (kinds(whole)[0]) {
    case 'integer': case 'number': return 1
    case 'boolean': return true
    case 'array': return depth > DEEPEST ? [] : [exampleOf(document, whole.items, depth + 1)]
    case 'string': return whole.format === 'uuid' ? '00000000-0000-0000-0000-000000000000' : whole.format === 'date-time' ? '2026-09-21T09:30:00+08:00' : ''
    default: {
      if (depth > DEEPEST) return {}
      const must = Object.entries(whole.properties ?? {}).filter(([name]) => whole.required?.includes(name))
      return Object.fromEntries(must.map(([name, field]) => [name, exampleOf(document, field, depth + 1)]))
    }
  }
}

/** Bodies that say more than a schema can; the others are made from the schema. */
const WRITTEN: Record<string, unknown> = {
  submit_exchange_event: { event: 'accept', case_number: '', sequence: 1, version: 1, at: '2026-09-21T09:30:00+08:00', operator: '林晓', data: { note: '材料齐全' } },
  query_case_library: { limit: 20 },
  query_materials: { holder_kind: 'person', number: '' },
  issue_staff_ticket: { to: '/desk/tasks' },
}

/** A description in its parts: what stands between backquotes is written as code. */
export function marked(text: string): { code: boolean; text: string }[] {
  return text.split('`').map((part, at) => ({ code: at % 2 === 1, text: part })).filter((part) => part.text)
}

/** The schema of a request's or an answer's body. */
export const bodyOf = (content: Record<string, { schema: InterfaceSchema }> | undefined): InterfaceSchema | undefined => content?.['application/json']?.schema ?? content?.['application/problem+json']?.schema

/** The example of an interface as text; empty when it takes no body. */
export function exampleText(document: InterfaceDocument, one: Interface): string {
  const schema = bodyOf(one.about.requestBody?.content)
  if (!schema) return ''
  return JSON.stringify(WRITTEN[one.operation] ?? exampleOf(document, schema), null, 2)
}

/** The same call for a command line; whoever uses it signs anew. */
export function commandOf(origin: string, one: Pick<Interface, 'method' | 'path'>, headers: readonly { name: string; value: string }[], body: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
  return [
    `curl -X ${one.method.toUpperCase()} ${quoted(`${origin}${one.path}`)}`,
    ...headers.map((each) => `-H ${quoted(`${each.name}: ${each.value}`)}`),
    ...(body ? ["-H 'content-type: application/json'", `--data-binary ${quoted(body)}`] : []),
  ].join(' \\\n  ')
}
