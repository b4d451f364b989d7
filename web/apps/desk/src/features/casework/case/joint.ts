/** Joint review in figures: how many still have to pass it, and whether they can. */
import type { JointReview } from '@tongban/api'

export interface JointStand { left: number; /** So many can't pass it any more. */ lost: boolean }

export function standOf(joint: Pick<JointReview, 'needed' | 'passed' | 'failed' | 'total'>): JointStand {
  return { left: Math.max(0, joint.needed - joint.passed), lost: joint.total - joint.failed < joint.needed }
}
