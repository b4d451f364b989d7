import type { SituationAnswers } from '@tongban/api'

/** Answers given on a guide go along into the application, so that nobody answers twice. Kept for this tab only. */
export interface GuideAnswers { handle_item: string; situations: SituationAnswers }

const key = (slug: string) => `tb-guide:${slug}`

export function keepAnswers(slug: string, answers: GuideAnswers): void {
  try {
    sessionStorage.setItem(key(slug), JSON.stringify(answers))
  } catch {
    // Nothing depends on it: the questions are asked again in step 2.
  }
}

export function keptAnswers(slug: string): GuideAnswers | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(slug)) ?? 'null') as GuideAnswers | null
  } catch {
    return null
  }
}
