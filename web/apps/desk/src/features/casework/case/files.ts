import type { RoundFile } from '@tongban/api'

/** Files of one material, those of the last round of correction first; within a round as they were handed in. */
export function newestFirst(files: readonly RoundFile[]): RoundFile[] {
  return [...files].sort((a, b) => (b.version_no ?? 1) - (a.version_no ?? 1))
}
