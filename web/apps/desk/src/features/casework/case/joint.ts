/** Joint review in figures: how many must pass, how many still have to. */
import type { JointReview } from '@tongban/api'

const PERCENT = 100

export interface JointStand { needed: number; left: number; /** The share can't be reached any more. */ lost: boolean }

/** As the flow counts: the smallest number of people that is at least the share. */
export function standOf(joint: Pick<JointReview, 'ratio' | 'passed' | 'failed' | 'total'>): JointStand {
  const needed = Math.ceil((joint.total * joint.ratio) / PERCENT)
  return { needed, left: Math.max(0, needed - joint.passed), lost: joint.total - joint.failed < needed }
}
