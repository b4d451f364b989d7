/**
 * Cities for the journeys. Data of the demo city is loaded once for each worker; every file of journeys begins with a copy
 * of it, a server and simulators of its own, so that no journey finds what another left. Everything ends by its own process id.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdtemp, open, readFile, rm } from 'node:fs/promises'
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
  /** The folder of this worker: the loaded data, the copy in use, the log, the processes begun. */
  folder: string
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

function settings(city: City, data: string): NodeJS.ProcessEnv {
  const { base, outside } = city
  return environment({
    TONGBAN_DATA_DIR: data,
    TONGBAN_PACKS_DIR: join(ROOT, 'packs'),
    TONGBAN_LISTEN: new URL(base).host,
    TONGBAN_PUBLIC_URL: base,
    TONGBAN_IDENTITY_URL: `${outside}/identity`,
    TONGBAN_SMS_URL: `${outside}/sms`,
    TONGBAN_COURIER_URL: `${outside}/courier`,
    TONGBAN_PAYMENT_URL: `${outside}/payment`,
    TONGBAN_REGISTRY_URL: `${outside}/registry`,
    TONGBAN_CODE_URL: `${outside}/codes`,
    TONGBAN_MATERIALS_URL: `${outside}/materials`,
    TONGBAN_MOBILE_URL: `${outside}/mobile`,
    TONGBAN_DEVICE_GATEWAY_URL: `${outside}/reader`,
    TONGBAN_REQUIRE_SECOND_FACTOR: '0',
  })
}

const loaded = (city: City) => join(city.folder, 'loaded')
const log = (city: City) => join(city.folder, 'log.txt')
/** What was begun, so that nothing outlives a run whose worker broke. */
const begun = (city: City) => join(city.folder, 'pids')

async function start(city: City, data: string, ...args: string[]): Promise<ChildProcess> {
  const file = await open(log(city), 'a')
  const child = spawn(binary(), args, { cwd: ROOT, env: settings(city, data), stdio: ['ignore', file.fd, file.fd] })
  await file.close()
  if (child.pid) await appendFile(begun(city), `${child.pid}\n`)
  return child
}

async function told<T>(city: City, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    console.error((await readFile(log(city), 'utf8').catch(() => '')).split('\n').slice(-30).join('\n'))
    throw thrown
  }
}

/** Loads the data of one worker's city. */
async function load(): Promise<City> {
  const folder = await mkdtemp(join(tmpdir(), 'tongban-e2e-'))
  const [port, outside] = [await freePort(), await freePort()]
  const city: City = { base: `http://127.0.0.1:${port}`, outside: `http://127.0.0.1:${outside}`, folder }
  await told(city, async () => {
    const code = await ended(await start(city, loaded(city), 'demo', '--cases', CASES, '--password', PASSWORD))
    if (code !== 0) throw new Error(`the demo city was not loaded (${code})`)
  })
  return city
}

/** Opens a worker's city as it was loaded; gives the way to end it. */
export async function opened(city: City): Promise<() => Promise<void>> {
  const data = join(city.folder, 'data')
  await rm(data, { recursive: true, force: true })
  await cp(loaded(city), data, { recursive: true })
  const started: ChildProcess[] = []
  const end = async () => {
    await Promise.all(started.map(stop))
  }
  try {
    await told(city, async () => {
      started.push(await start(city, data, 'sim', '--listen', new URL(city.outside).host))
      const server = await start(city, data, 'serve')
      started.push(server)
      await healthy(city.base, server)
    })
  } catch (thrown) {
    await end()
    throw thrown
  }
  return end
}

async function leave(city: City): Promise<void> {
  const pids = (await readFile(begun(city), 'utf8').catch(() => '')).split('\n').filter(Boolean).map(Number)
  for (const pid of pids) {
    const name = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (name.startsWith(binary())) process.kill(pid, 'SIGKILL')
  }
  if (process.env.KEEP) console.log(`kept: ${city.folder}`)
  else await rm(city.folder, { recursive: true, force: true })
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  binary()
  for (const app of ['portal', 'desk']) {
    if (!existsSync(join(ROOT, `web/apps/${app}/dist/index.html`))) throw new Error(`the pages are not built: npm run build --prefix web`)
  }
  // One journey needs one city.
  const workers = Math.min(project.vitest.config.maxWorkers, project.vitest.state.getPaths().length)
  const tried = await Promise.allSettled(Array.from({ length: Math.max(workers, 1) }, load))
  const cities = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const end = async () => {
    for (const each of cities) await leave(each)
  }
  const failed = tried.find((each) => each.status === 'rejected')
  if (failed) {
    await end()
    throw failed.reason
  }
  project.provide('cities', cities)
  return end
}
