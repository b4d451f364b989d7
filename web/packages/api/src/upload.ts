/** Uploading one file with progress. XHR, because `fetch` does not report what has been sent. */
import { asProblem, problemOf } from './problem.ts'
import { address, FORGERY_HEADER, newKey } from './transport.ts'
import type { FileRef } from './types.ts'

export interface UploadOptions {
  /** Called with 0…1 while bytes leave. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
  /** Form field values sent beside the file. */
  fields?: Record<string, string>
}

/** Sends `file` as `multipart/form-data` to any path that answers JSON. Throws `ApiProblem`. */
export function sendFile<T>(path: string, file: Blob & { name?: string }, options: UploadOptions = {}): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.responseType = 'text'
    for (const [name, value] of Object.entries(FORGERY_HEADER)) request.setRequestHeader(name, value)
    request.setRequestHeader('Idempotency-Key', newKey())
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total)
    }
    request.onerror = () => reject(problemOf(0, null))
    request.onabort = () => reject(asProblem(new DOMException('aborted', 'AbortError')))
    request.onload = () => {
      const body = parse(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as T)
      else reject(problemOf(request.status, body))
    }
    options.signal?.addEventListener('abort', () => request.abort(), { once: true })
    const form = new FormData()
    for (const [name, value] of Object.entries(options.fields ?? {})) form.append(name, value)
    form.append('file', file, file.name ?? 'file')
    request.send(form)
  })
}

/** Uploads a material file and gives its reference, to be attached to a case afterwards. */
export function uploadFile(file: File, options: UploadOptions = {}): Promise<FileRef> {
  return sendFile<FileRef>(address('/api/v1/files', { query: { purpose: 'material' } }), file, options)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
