/** What the person has looked at and written for the task at hand. Kept in this browser tab until it is handed in. */
import type { CheckedPoint, DeskCase, DeskMaterial } from '@tongban/api'
import { caseTexts as t } from '../../../messages/index.ts'
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from 'vue'

export type Checks = Record<string, Record<string, 'yes' | 'no'>>
interface Kept { opinion: string; checks: Checks; at: string }

/** Points about the application as a whole are kept under this key beside the materials' own. */
export const WHOLE = 'application'

/** The application itself, shaped like a material, when the item has points about it for this step. */
export function wholeOf(c: DeskCase, intake: boolean): DeskMaterial | null {
  const whole: DeskMaterial = { key: WHOLE, name: t('wholePoints'), necessity: '1', handing: '', status: 'ok', files: [], changes: 0, review_points: c.review_points, file_types: [], max_mb: 0 }
  return pointsFor(whole, intake).length ? whole : null
}

function reviewed(c: DeskCase | null, intake: boolean): DeskMaterial[] {
  if (!c) return []
  const whole = wholeOf(c, intake)
  return whole ? [...c.materials, whole] : c.materials
}

/**
 * Points of one material that the person's step has to look at; before acceptance these are the window's.
 * A material without points for the step shows all it has; the application as a whole has the step's alone,
 * because the window is not to answer for what the department finds out later.
 */
export function pointsFor(material: DeskMaterial, intake: boolean): CheckedPoint[] {
  const own = material.review_points.filter((point) => point.for === (intake ? 'window' : 'approver'))
  return own.length || material.key === WHOLE ? own : material.review_points
}

export interface Review {
  checks: Checks
  opinion: Ref<string>
  keptAt: Ref<string | null>
  seen: (material: string, point: CheckedPoint) => 'yes' | 'no' | null
  set: (material: string, point: string, value: 'yes' | 'no') => void
  /** How many points are still to be looked at, and how many were found wrong. */
  open: ComputedRef<number>
  wrong: ComputedRef<{ material: DeskMaterial; point: CheckedPoint }[]>
  forget: () => void
}

export function useReview(source: () => DeskCase | null, intake: () => boolean): Review {
  const checks = reactive<Checks>({})
  const opinion = ref('')
  const keptAt = ref<string | null>(null)
  const key = () => {
    const c = source()
    return c ? `tongban.desk.review.${c.id}.${c.my_task?.id ?? 'intake'}` : null
  }

  watch(key, (place) => {
    for (const each of Object.keys(checks)) delete checks[each]
    opinion.value = ''
    keptAt.value = null
    const kept = place ? read(place) : null
    if (!kept) return
    Object.assign(checks, kept.checks)
    opinion.value = kept.opinion
    keptAt.value = kept.at
  }, { immediate: true })

  function keep(): void {
    const place = key()
    if (!place) return
    keptAt.value = new Date().toISOString()
    sessionStorage.setItem(place, JSON.stringify({ opinion: opinion.value, checks, at: keptAt.value } satisfies Kept))
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(opinion, (now, before) => {
    if (now === before || (now === '' && keptAt.value === null)) return
    clearTimeout(timer)
    timer = setTimeout(keep, 500)
  })

  const seen: Review['seen'] = (material, point) => checks[material]?.[point.key] ?? point.checked
  const all = computed(() => reviewed(source(), intake()).flatMap((material) => pointsFor(material, intake()).map((point) => ({ material, point }))))
  // A material that is not there can't be looked at; it is dealt with by correction or tolerance.
  const due = computed(() => all.value.filter(({ material }) => material.status !== 'missing' && material.status !== 'later'))
  return {
    checks,
    opinion,
    keptAt,
    seen,
    set(material, point, value) {
      checks[material] = { ...checks[material], [point]: value }
      keep()
    },
    open: computed(() => due.value.filter(({ material, point }) => seen(material.key, point) === null).length),
    wrong: computed(() => all.value.filter(({ material, point }) => seen(material.key, point) === 'no')),
    forget() {
      const place = key()
      clearTimeout(timer)
      if (place) sessionStorage.removeItem(place)
      keptAt.value = null
    },
  }
}

function read(place: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? 'null') as Kept | null
  } catch {
    return null
  }
}
