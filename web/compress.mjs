/** Puts a smaller copy beside every built page: the server sends it to browsers that take it, so nobody compresses at run time. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const WORTH_BYTES = 1_024
const ways = {
  br: (data) => brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } }),
  gz: (data) => gzipSync(data, { level: 9 }),
}
let [before, after, files] = [0, 0, 0]
for (const app of ['portal', 'desk']) {
  const dist = join(import.meta.dirname, 'apps', app, 'dist')
  for (const name of readdirSync(dist, { recursive: true })) {
    if (!/\.(js|css|html|svg|json|webmanifest|txt)$/.test(name)) continue
    const data = readFileSync(join(dist, name))
    if (data.length < WORTH_BYTES) continue
    const made = Object.entries(ways).map(([ending, way]) => {
      const small = way(data)
      writeFileSync(join(dist, `${name}.${ending}`), small)
      return small.length
    })
    before += data.length
    after += made[0] ?? data.length
    files += 1
  }
}
console.log(`compressed ${files} files: ${Math.round(before / 1_024)} KB to ${Math.round(after / 1_024)} KB`)
