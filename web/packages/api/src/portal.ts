/** What citizens and enterprises can ask the server: one function per operation. All throw `ApiProblem`. */
import { address, call, newKey } from './transport.ts'
import { sendFile, uploadFile, type UploadOptions } from './upload.ts'
import type * as T from './types.ts'

const MINE = '/api/v1/my/cases/{id}'
type Captcha = { captcha_id: string; captcha_answer: string }
type RatingBody = { stars: number; reasons: string[]; text: string }
export interface DraftChange {
  version: number; step?: number; conditions?: T.SituationAnswers; situations?: T.SituationAnswers
  consents?: { authorised: boolean; agreed: boolean }; form?: T.FormData; old_licence?: string; delivery?: { way: T.DeliveryWay; address?: T.Address | null }
}

export const portal = {
  // --- site and catalogue ---
  site: () => call<T.Site>('get', '/api/v1/site'),
  items: (query: { q?: string; theme?: string; object?: string; scope?: string; org?: string; region?: string; limit?: number; offset?: number }, signal?: AbortSignal) =>
    call<T.ItemSearch>('get', '/api/v1/items', { query, signal }),
  suggest: (q: string, signal?: AbortSignal) => call<T.ItemSuggestions>('get', '/api/v1/items/suggest', { query: { q }, signal }),
  popular: () => call<{ items: T.ItemCard[] }>('get', '/api/v1/items/popular'),
  themes: () => call<T.Themes>('get', '/api/v1/themes'),
  guide: (slug: string) => call<T.Guide>('get', '/api/v1/items/{slug}/guide', { path: { slug } }),
  resolve: (slug: string, body: T.ResolveRequest) => call<T.Resolution>('post', '/api/v1/items/{slug}/resolve', { path: { slug }, body }),
  form: (slug: string, handleItem: string) => call<T.FormSchema>('get', '/api/v1/items/{slug}/form', { path: { slug }, query: { handle_item: handleItem } }),

  /** Forms with a filled sample (FORM-023). */
  sampleForms: (query: { q?: string; limit?: number; offset?: number }, signal?: AbortSignal) => call<T.SampleForms>('get', '/api/v1/sample-forms', { query, signal }),
  sheetPair: (slug: string, key: string, handleItem?: string) => call<T.SheetPair>('get', '/api/v1/items/{slug}/materials/{key}/pair', { path: { slug, key }, query: { handle_item: handleItem } }),
  sheetAddress: (slug: string, key: string, which: 'blank' | 'sample', query: { handle_item?: string; format?: string }) => address(`/api/v1/items/{slug}/materials/{key}/${which}`, { path: { slug, key }, query }),

  regions: (parent: string | null) => call<{ items: T.Region[] }>('get', '/api/v1/regions', { query: { parent } }),

  // --- account ---
  signOnAddress: (returnTo: string) => address('/api/v1/portal/sign-on', { query: { return_to: returnTo } }),
  signOut: () => call<void>('post', '/api/v1/portal/sign-out'),
  me: () => call<T.PortalMe>('get', '/api/v1/portal/me'),
  updateMe: (body: { display_name: string; email: string; phone: string; version: number }) => call<T.PortalMe>('put', '/api/v1/portal/me', { body }),

  // --- own cases ---
  myCases: (query: { state?: 'open' | 'done' | 'draft' | 'todo'; q?: string; /** `self`, or a grant. */ acting_for?: string; limit?: number; cursor?: string }) =>
    call<T.MyCases>('get', '/api/v1/my/cases', { query }),
  /** `actingFor`: the grant under which it is begun for somebody else. */
  start: (itemSlug: string, handleItem: string, key = newKey(), actingFor: string | null = null) =>
    call<{ id: string }>('post', '/api/v1/my/cases', { body: { item_slug: itemSlug, handle_item: handleItem, ...(actingFor ? { acting_for: actingFor } : {}) }, key }),
  draft: (id: string) => call<T.CaseDraft>('get', `${MINE}/draft`, { path: { id } }),
  saveDraft: (id: string, body: DraftChange) => call<T.CaseDraft>('put', `${MINE}/draft`, { path: { id }, body }),
  check: (id: string) => call<{ problems: T.CheckProblem[] }>('post', `${MINE}/check`, { path: { id } }),
  /** Compares what is filled in with what others know; only after the applicant agreed. */
  compare: (id: string) => call<{ items: T.FieldCheck[] }>('post', `${MINE}/compare`, { path: { id } }),
  uploadFile: (file: File, options?: UploadOptions) => uploadFile(file, options),
  saveMaterial: (id: string, key: string, body: { version: number; files: string[]; handing: T.Handing }) =>
    call<void>('put', `${MINE}/materials/{key}`, { path: { id, key }, body }),
  submit: (id: string, version: number, key = newKey()) => call<T.Receipt>('post', `${MINE}/submit`, { path: { id }, body: { version }, key }),
  remove: (id: string) => call<void>('delete', MINE, { path: { id } }),
  case: (id: string) => call<T.MyCase>('get', MINE, { path: { id } }),
  supplyCorrection: (id: string, body: { version: number; materials: Record<string, string[]>; form: T.FormData }) =>
    call<void>('post', `${MINE}/corrections`, { path: { id }, body }),
  supplyTolerated: (id: string, body: { version: number; materials: Record<string, string[]> }) =>
    call<void>('post', `${MINE}/tolerated`, { path: { id }, body }),
  withdraw: (id: string, body: { version: number; reason: string }) => call<void>('post', `${MINE}/withdraw`, { path: { id }, body }),
  changeDelivery: (id: string, body: { version: number; way: T.DeliveryWay; address?: T.Address | null }) =>
    call<void>('put', `${MINE}/delivery`, { path: { id }, body }),
  /** The licence of a case, for the applicant and whoever acts for him. */
  caseLicenceAddress: (id: string) => address(`${MINE}/licence`, { path: { id } }),
  caseLiveAddress: (id: string) => address(`${MINE}/live`, { path: { id } }),
  documentAddress: (id: string, documentId: string) => address(`${MINE}/documents/{documentId}`, { path: { id, documentId } }),
  fileAddress: (id: string, fileId: string) => address(`${MINE}/files/{fileId}`, { path: { id, fileId } }),
  rating: (id: string) => call<T.CaseRating>('get', `${MINE}/rating`, { path: { id } }),
  rate: (id: string, body: RatingBody) => call<T.Rating>('put', `${MINE}/rating`, { path: { id }, body }),
  ratingReasons: () => call<T.RatingReasons>('get', '/api/v1/ratings/reasons'),
  myLicences: () => call<{ items: T.MyLicence[] }>('get', '/api/v1/my/licences'),
  licenceAddress: (id: string) => address('/api/v1/my/licences/{id}/file', { path: { id } }),
  favourites: () => call<{ items: T.ItemCard[] }>('get', '/api/v1/my/favourites'),
  addFavourite: (slug: string) => call<void>('put', '/api/v1/my/favourites/{slug}', { path: { slug } }),
  removeFavourite: (slug: string) => call<void>('delete', '/api/v1/my/favourites/{slug}', { path: { slug } }),

  // --- without sign-in ---
  captcha: () => call<T.Captcha>('get', '/api/v1/captcha'),
  progress: (body: { case_number: string; proof: string } & Captcha) =>
    call<T.Progress>('post', '/api/v1/progress', { body }),
  rateOpenly: (body: { case_number: string; applicant_name: string; rating?: RatingBody } & Captcha) =>
    call<T.CaseRating>('post', '/api/v1/ratings/open', { body }),
  verifyLicence: (code: string) => call<T.LicenceVerdict>('get', '/api/v1/licences/verify/{code}', { path: { code } }),
  verifyLicenceFile: (file: File, options?: UploadOptions) => sendFile<T.LicenceVerdict>('/api/v1/licences/verify-file', file, options),
}
