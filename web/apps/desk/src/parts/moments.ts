/** Days a person writes, as the moments the server wants. */

/** The first second of a China day. */
export const dayBegins = (day: string): string => new Date(`${day}T00:00:00+08:00`).toISOString().replace('.000Z', 'Z')
/** The last second of a China day: a period names its last day. */
export const dayEnds = (day: string): string => new Date(`${day}T23:59:59+08:00`).toISOString().replace('.000Z', 'Z')
