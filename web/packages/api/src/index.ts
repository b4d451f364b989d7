/**
 * The client of the server's `/api/v1`. Start at `desk` (staff; `admin`, `account`, `exchange`, `security` beside it) or `portal` (citizens; `citizen` and `delegation` beside it);
 * `types.ts` names the shapes, `transport.ts` says how a call is made.
 */
export { account } from './account.ts'
export { admin } from './admin.ts'
export { citizen } from './citizen.ts'
export { delegation } from './delegation.ts'
export { desk } from './desk.ts'
export { drawDeadline, drawTimeLeft } from './drawing.ts'
export { exchange } from './exchange.ts'
export { listen, type LiveOptions } from './live.ts'
export { security } from './security.ts'
export { portal, type DraftChange } from './portal.ts'
export { ApiProblem, asProblem, type ProblemBody, type ProblemField } from './problem.ts'
export { address, call, FORGERY_HEADER, newKey, onSignedOut, withoutEmpty } from './transport.ts'
export { sendFile, uploadFile, type UploadOptions } from './upload.ts'
export type * from './account.ts'
export type * from './admin.ts'
export type * from './citizen.ts'
export type * from './delegation.ts'
export type * from './exchange.ts'
export type * from './security.ts'
export type * from './types.ts'
