/** What staff bring to a decision besides the case, and supervision: signatures, own files, done tasks, orders, cockpit. All throw `ApiProblem`. */
import { address, newKey } from './transport.ts'
import { ask, said, type Narrow, type QueryFor, type S, type Whole } from './typed.ts'
import type { CaseRow, FileRef, Page } from './types.ts'

export type Drawing = Whole<S['OwnDrawing']>
export type OwnMaterial = Narrow<Whole<S['OwnMaterial']>, { file: FileRef }>
export type HandlingMaterial = Narrow<Whole<S['HandlingMaterial']>, { file: FileRef | null }>
export type DoneRow = Narrow<Whole<S['List_DoneRow']['items'][number]>, { case: CaseRow }>
export type SupervisionStage = S['SupervisionStage']
export type Supervision = Whole<S['Supervision']>
export type SupervisionNote = Whole<S['SupervisionNote']>
export type SupervisionQuery = QueryFor<'/api/v1/supervisions'>
export type SupervisionList = Page<Supervision> & { counts: Partial<Record<SupervisionStage, number>> }
export type LimitWarnings = Whole<S['LimitWarnings']>
export type Standing = Whole<S['Standing']>
export type Cockpit = Narrow<Whole<S['Cockpit']>, { total: Standing; departments: Standing[] }>
export type Activity = Whole<S['Activity']>

const ORDER = '/api/v1/supervisions/{id}'
const HANDLING = '/api/v1/cases/{id}/handling-materials'

export const approval = {
  signatures: () => said<Page<Drawing>>(ask('get', '/api/v1/signatures')),
  addSignature: (body: S['NewSignature'], key = newKey()) => said<Drawing>(ask('post', '/api/v1/signatures', { body, key })),
  changeSignature: (id: string, body: S['ChangeDrawing']) => said<Drawing>(ask('put', '/api/v1/signatures/{id}', { path: { id }, body })),
  switchSignature: (id: string, version: number, on: boolean) => said<Drawing>(on ? ask('post', '/api/v1/signatures/{id}/enable', { path: { id }, body: { version } }) : ask('post', '/api/v1/signatures/{id}/disable', { path: { id }, body: { version } })),
  deleteSignature: (id: string, version: number) => ask('delete', '/api/v1/signatures/{id}', { path: { id }, query: { version } }),
  signaturePicture: (drawing: Drawing) => address(`/api/v1/signatures/${drawing.id}/picture`, { query: { v: drawing.version } }),

  opinions: () => said<Page<Drawing>>(ask('get', '/api/v1/written-opinions')),
  addOpinion: (body: S['NewWrittenOpinion'], key = newKey()) => said<Drawing>(ask('post', '/api/v1/written-opinions', { body, key })),
  changeOpinion: (id: string, body: S['ChangeDrawing']) => said<Drawing>(ask('put', '/api/v1/written-opinions/{id}', { path: { id }, body })),
  deleteOpinion: (id: string, version: number) => ask('delete', '/api/v1/written-opinions/{id}', { path: { id }, query: { version } }),
  opinionPicture: (drawing: Drawing) => address(`/api/v1/written-opinions/${drawing.id}/picture`, { query: { v: drawing.version } }),

  materials: (query: QueryFor<'/api/v1/own-materials'>) => said<Page<OwnMaterial>>(ask('get', '/api/v1/own-materials', { query })),
  addMaterial: (body: S['AddOwnMaterial'], key = newKey()) => said<OwnMaterial>(ask('post', '/api/v1/own-materials', { body, key })),
  changeMaterial: (id: string, body: S['ChangeOwnMaterial']) => said<OwnMaterial>(ask('put', '/api/v1/own-materials/{id}', { path: { id }, body })),
  deleteMaterial: (id: string, version: number) => ask('delete', '/api/v1/own-materials/{id}', { path: { id }, query: { version } }),
  materialAddress: (id: string) => address(`/api/v1/own-materials/${id}/file`),

  handling: (id: string) => said<Page<HandlingMaterial>>(ask('get', HANDLING, { path: { id } })),
  addHandling: (id: string, body: S['AddHandling'], key = newKey()) => said<HandlingMaterial>(ask('post', HANDLING, { path: { id }, body, key })),
  changeHandling: (id: string, material: string, body: S['ChangeHandling']) => said<HandlingMaterial>(ask('put', `${HANDLING}/{material}`, { path: { id, material }, body })),
  deleteHandling: (id: string, material: string, body: S['DeleteHandling']) => ask('post', `${HANDLING}/{material}/delete`, { path: { id, material }, body }),
  handlingAddress: (id: string, material: string) => address(`/api/v1/cases/${id}/handling-materials/${material}/file`),

  done: (query: QueryFor<'/api/v1/done-tasks'>) => said<Page<DoneRow>>(ask('get', '/api/v1/done-tasks', { query })),
  nameDone: (task: string, own_name: string) => ask('put', '/api/v1/done-tasks/{task}/name', { path: { task }, body: { own_name } }),
  hideDone: (task: string, reason: string) => ask('post', '/api/v1/done-tasks/{task}/hide', { path: { task }, body: { reason } }),
  showDone: (task: string) => ask('post', '/api/v1/done-tasks/{task}/show', { path: { task } }),

  supervisions: (query: SupervisionQuery) => said<SupervisionList>(ask('get', '/api/v1/supervisions', { query })),
  supervision: (id: string) => said<Supervision & { notes: SupervisionNote[] }>(ask('get', ORDER, { path: { id } })),
  warnings: () => said<LimitWarnings>(ask('get', '/api/v1/supervisions/warnings')),
  sign: (id: string) => ask('post', `${ORDER}/sign`, { path: { id } }),
  remind: (id: string) => ask('post', `${ORDER}/remind`, { path: { id } }),
  close: (id: string, note: string) => ask('post', `${ORDER}/close`, { path: { id }, body: { note } }),
  addNote: (id: string, text: string, key = newKey()) => ask('post', `${ORDER}/notes`, { path: { id }, body: { text }, key }),
  changeNote: (id: string, note: string, body: S['ChangeSupervisionNote']) => ask('put', `${ORDER}/notes/{note}`, { path: { id, note }, body }),
  deleteNote: (id: string, note: string, version: number) => ask('delete', `${ORDER}/notes/{note}`, { path: { id, note }, query: { version } }),

  cockpit: (query: QueryFor<'/api/v1/cockpit'>) => said<Cockpit>(ask('get', '/api/v1/cockpit', { query })),
  activities: (query: QueryFor<'/api/v1/party-activities'>) => said<Page<Activity>>(ask('get', '/api/v1/party-activities', { query })),
  publishActivity: (body: S['NewActivity'], key = newKey()) => said<Activity>(ask('post', '/api/v1/party-activities', { body, key })),
  changeActivity: (id: string, body: S['ChangeActivity']) => said<Activity>(ask('put', '/api/v1/party-activities/{id}', { path: { id }, body })),
  deleteActivity: (id: string, version: number) => ask('delete', '/api/v1/party-activities/{id}', { path: { id }, query: { version } }),
}
