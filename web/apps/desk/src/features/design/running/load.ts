/** What the pages of a running flow fetch. */
import { design, flowTasks, type DesignDefinition, type DesignVersion, type FlowCase, type FlowCaseQuery, type FlowMonitor } from '@tongban/api'

/** Rows of one call, and how many are fetched for a file at most. */
const PART = 100
const MOST = 5_000

export interface RunningGround { one: DesignDefinition; monitor: FlowMonitor }
export async function runningOf(id: string): Promise<RunningGround> {
  const one = await design.definition(id)
  return { one, monitor: await flowTasks.monitor(one.key) }
}

export interface MigrationGround extends RunningGround { published: DesignVersion[] }
export async function migrationGround(id: string): Promise<MigrationGround> {
  const [ground, published] = await Promise.all([runningOf(id), design.versions(id)])
  return { ...ground, published: published.items }
}

/** The drawing of a published version. The reader of files is fetched with the first one. */
export async function drawingOfVersion(id: string, version: number) {
  const [{ drawingOf }, { content }] = await Promise.all([import('@tongban/flow-designer/drawing'), design.version(id, version)])
  return drawingOf(content)
}

/** Every case of a list, page by page, for a file. */
export async function allCases(key: string, query: FlowCaseQuery): Promise<FlowCase[]> {
  const found: FlowCase[] = []
  let cursor: string | undefined
  do {
    const page = await flowTasks.cases(key, { ...query, limit: PART, cursor })
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor && found.length < MOST)
  return found
}
