/** Words for the state of a line. */
export const STATES = { ok: 'stateOk', off: 'stateOff', warn: 'stateWarn', bad: 'stateBad' } as const
