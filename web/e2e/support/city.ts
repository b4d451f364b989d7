/** Starts the demo city for the journeys: data, simulators, server. Everything ends by its own process id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** One for each worker: journeys that run side by side share nothing. */
    cities: City[]
  }
}

export interface City {
  /** Where the server answers. */
  base: string
  /** Where the systems around the hall answer. */
  outside: string
}

const ROOT = resolve(import.meta.dirname, '../../..')
const PASSWORD = 'Tongban-2026'
const CASES = '30'
const START_MS = 180_000

function binary(): string {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target')
  const found = process.env.TONGBAN_BIN ? resolve(ROOT, process.env.TONGBAN_BIN) : join(target, 'debug/tongban')
  if (!existsSync(found)) throw new Error(`no server at ${found}: cargo build -p app, or name one in TONGBAN_BIN`)
  return found
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.on('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => done(port))
    })
  })
}

/** Local addresses never go through a proxy. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name))
  return { ...Object.fromEntries(kept), NO_PROXY: '*', no_proxy: '*', ...more }
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  return new Promise((done) => child.once('exit', (code) => done(code)))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = ended(child)
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(hard)
}

async function healthy(base: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
    try {
      if ((await fetch(`${base}/api/v1/health`)).ok) return
    } catch {
      // Not listening yet.
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`the server did not answer at ${base} within ${START_MS / 1000} s`)
}

/** One city with its own data, server and simulators; gives the way to end it. */
async function found(tongban: string, started: (child: ChildProcess) => void): Promise<{ city: City; leave: () => Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'tongban-e2e-'))
  const [port, outside] = [await freePort(), await freePort()]
  const base = `http://127.0.0.1:${port}`
  const env = environment({
    TONGBAN_DATA_DIR: join(data, 'data'),
    TONGBAN_PACKS_DIR: join(ROOT, 'packs'),
    TONGBAN_LISTEN: `127.0.0.1:${port}`,
    TONGBAN_PUBLIC_URL: base,
    TONGBAN_IDENTITY_URL: `http://127.0.0.1:${outside}/identity`,
    TONGBAN_SMS_URL: `http://127.0.0.1:${outside}/sms`,
    TONGBAN_COURIER_URL: `http://127.0.0.1:${outside}/courier`,
    TONGBAN_REGISTRY_URL: `http://127.0.0.1:${outside}/registry`,
    TONGBAN_CODE_URL: `http://127.0.0.1:${outside}/codes`,
    TONGBAN_MOBILE_URL: `http://127.0.0.1:${outside}/mobile`,
    TONGBAN_DEVICE_GATEWAY_URL: `http://127.0.0.1:${outside}/reader`,
    TONGBAN_REQUIRE_SECOND_FACTOR: '0',
  })
  const log = await open(join(data, 'log.txt'), 'a')
  const run = (...args: string[]) => {
    const child = spawn(tongban, args, { cwd: ROOT, env, stdio: ['ignore', log.fd, log.fd] })
    started(child)
    return child
  }
  const leave = async () => {
    await log.close()
    if (process.env.KEEP) console.log(`kept: ${data}`)
    else await rm(data, { recursive: true, force: true })
  }
  try {
    const code = await ended(run('demo', '--cases', CASES, '--password', PASSWORD))
    if (code !== 0) throw new Error(`the demo city was not loaded (${code})`)
    run('sim', '--listen', `127.0.0.1:${outside}`)
    await healthy(base, run('serve'))
  } catch (thrown) {
    console.error((await readFile(join(data, 'log.txt'), 'utf8')).split('\n').slice(-30).join('\n'))
    await leave()
    throw thrown
  }
  return { city: { base, outside: `http://127.0.0.1:${outside}` }, leave }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const tongban = binary()
  for (const app of ['portal', 'desk']) {
    if (!existsSync(join(ROOT, `web/apps/${app}/dist/index.html`))) throw new Error(`the pages are not built: npm run build --prefix web`)
  }
  const started: ChildProcess[] = []
  const end = () => Promise.all([...started].reverse().map(stop))
  // One journey needs one city.
  const workers = Math.min(project.vitest.config.maxWorkers, project.vitest.state.getPaths().length)
  const founded = await Promise.allSettled(Array.from({ length: Math.max(workers, 1) }, () => found(tongban, (child) => started.push(child))))
  const cities = founded.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const leave = async () => {
    await end()
    for (const each of cities) await each.leave()
  }
  const failed = founded.find((each) => each.status === 'rejected')
  if (failed) {
    await leave()
    throw failed.reason
  }
  project.provide('cities', cities.map((each) => each.city))
  return leave
}
