import { asProblem, portal } from '@tongban/api'
import type { UploadFile } from '@tongban/ui'

/** Sends a material file; an error carries the server's plain words. */
export const upload: UploadFile = async (file, onShare, signal) => {
  try {
    return await portal.uploadFile(file, { onProgress: onShare, signal })
  } catch (e) {
    const p = asProblem(e)
    throw new Error(p.errors[0]?.message ?? p.title, { cause: e })
  }
}
