import type { errors as zh } from '../zh-CN/errors.ts'

export const errors: Partial<Record<keyof typeof zh, string>> = {
  notFound: 'Page not found', notFoundText: 'The address may be wrong, or the page is gone. Search for a service or go to the first page.',
  error: 'Not available right now', errorText: 'The server did not answer. Try again later; what you saved is kept. Call {hotline} if it is urgent.', home: 'Home', search: 'Search services', retry: 'Try again',
}
