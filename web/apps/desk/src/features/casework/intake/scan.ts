/** Pages from the document camera: turned, put in order, thrown away, made into files. */
import { camera, CameraProblem, type PageSize, type ScannedPage } from '@tongban/api'

export interface Sheet { no: number; page: ScannedPage; turn: 0 | 90 | 180 | 270 }
/** Pages one row may have: a forgotten feeder must not fill the browser. */
export const MOST = 100
/** Longest side of an uploaded page: A4 at 300 dots per inch. */
const LONGEST = 3508
const QUALITY = 0.82

export const turned = (sheet: Sheet): Sheet => ({ ...sheet, turn: ((sheet.turn + 90) % 360) as Sheet['turn'] })
export function moved(sheets: readonly Sheet[], no: number, by: -1 | 1): Sheet[] {
  const at = sheets.findIndex((sheet) => sheet.no === no)
  const to = at + by
  const list = [...sheets]
  const [sheet] = list.splice(at, 1)
  if (at < 0 || to < 0 || to >= sheets.length || !sheet) return [...sheets]
  list.splice(to, 0, sheet)
  return list
}

/** Takes one page, or page after page until the paper is out. What was taken before something breaks stays with `take`. */
export async function scan(url: string, size: PageSize, row: boolean, take: (page: ScannedPage) => void, stop: () => boolean = () => false): Promise<void> {
  for (let n = 0; n < MOST && !stop(); n++) {
    try {
      take(await camera.page(url, size))
    } catch (thrown) {
      // The end of the paper is the end of a row, not a failure.
      if (row && n > 0 && thrown instanceof CameraProblem && thrown.code === 'no_paper') return
      throw thrown
    }
    if (!row) return
  }
}

export const addressOf = (page: ScannedPage) => `data:${page.type};base64,${page.data}`

/** A page as a file, the way it was turned and no larger than needed. */
export async function fileOf(sheet: Sheet, name: string): Promise<File> {
  const image = new Image()
  image.src = addressOf(sheet.page)
  await image.decode()
  const share = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight))
  const [w, h] = [Math.round(image.naturalWidth * share), Math.round(image.naturalHeight * share)]
  const across = sheet.turn === 90 || sheet.turn === 270
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = across ? [h, w] : [w, h]
  const draw = canvas.getContext('2d')
  if (!draw) throw new Error('canvas')
  draw.translate(canvas.width / 2, canvas.height / 2)
  draw.rotate((sheet.turn * Math.PI) / 180)
  draw.drawImage(image, -w / 2, -h / 2, w, h)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  if (!blob) throw new Error('blob')
  return new File([blob], name, { type: 'image/jpeg' })
}
