/** What happens to the machine while everybody works. Each fault begins with a round and is over with it at the latest. */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { processesAt } from './machine.ts'
import { kill } from './processes.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** @returns what ends it, or null where it could not be done here */
type Fault = (world: World, random: Random) => Promise<(() => Promise<void>) | null>

const nothing = async () => {}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'the disk is full': fillDisk,
  'the disk fills up half-way': async (world, random) => {
    const end = later(random, async () => (await fillDisk(world, random)) ?? nothing)
    return async () => (await end())()
  },
  'Postgres refuses connections': refuseConnections,
  'Postgres cuts all connections': cutConnections,
  'a process of Postgres is killed': crashPostgres,
  'stale locks of dead processes': staleLocks,
  'somebody holds .git/config.lock': holdConfigLock,
  'processes are killed wherever they are': killAnybody,
}

/** Runs the work after a part of a round. @returns what waits for it and gives its result */
function later<T>(random: Random, work: () => Promise<T>): () => Promise<T> {
  const done = pause(random.below(1500)).then(work)
  done.catch(() => {}) // whoever ends the fault hears of it
  return () => done
}

/** A filler takes all that is left, but for what a few small files need. */
async function fillDisk(world: World, random: Random): Promise<(() => Promise<void>) | null> {
  const filler = join(world.dir, 'filler')
  world.isDiskFull = true
  const file = openSync(filler, 'w')
  try {
    for (let block: Buffer = Buffer.alloc(4 << 20); block.length >= 4096; )
      block = written(file, block) ? block : half(block)
  } finally {
    closeSync(file)
  }
  if (random.chance(0.5)) truncate(filler, random.below(200_000))
  return async () => {
    rmSync(filler, { force: true })
    world.isDiskFull = false
  }
}

function written(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length
  } catch {
    return false
  }
}

const half = (block: Buffer) => block.subarray(0, block.length >> 1)

function truncate(file: string, bytes: number): void {
  const size = statSync(file).size
  const handle = openSync(file, 'r+')
  try {
    ftruncateSync(handle, Math.max(0, size - bytes))
  } finally {
    closeSync(handle)
  }
}

/** The server's own list of who may come in says nobody; sessions that are in stay. */
async function refuseConnections({ postgres }: World): Promise<(() => Promise<void>) | null> {
  if (postgres === null) return null
  const guard = await superuser(postgres)
  const [{ hba_file: file = '' } = {}] = (await guard.query('SHOW hba_file')).rows as { hba_file?: string }[]
  const before = readFileSync(file, 'utf8')
  const change = async (text: string) => {
    writeFileSync(file, text)
    await guard.query('SELECT pg_reload_conf()')
  }
  await change('host all all 127.0.0.1/32 reject\n')
  return async () => {
    await change(before)
    await guard.end()
    await answering(postgres)
  }
}

async function cutConnections({ postgres }: World, random: Random): Promise<(() => Promise<void>) | null> {
  if (postgres === null) return null
  const cut =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL'
  return later(random, async () => {
    const guard = await superuser(postgres)
    await guard.query(cut)
    await guard.end()
  })
}

/** Killed without a goodbye, one of its processes makes the server throw everybody out and recover. */
async function crashPostgres({ postgres }: World, random: Random): Promise<(() => Promise<void>) | null> {
  if (postgres === null) return null
  const end = later(random, async () => {
    const victim = await superuser(postgres)
    const [{ pid = 0 } = {}] = (await victim.query('SELECT pg_backend_pid() AS pid')).rows as { pid?: number }[]
    kill(pid)
    await victim.end().catch(() => {})
  })
  return async () => {
    await end()
    await answering(postgres)
  }
}

async function superuser(url: string): Promise<pg.Client> {
  const at = new URL(url)
  at.pathname = '/postgres'
  const client = new pg.Client({ connectionString: at.href, application_name: 'simulation' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Waits until the server lets somebody in again. */
async function answering(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++)
    try {
      return await (await superuser(url)).end()
    } catch (error) {
      if (attempt > 300) throw error
      await pause(100)
    }
}

/** The locks we know, as a process would leave them that died while it held them: a pid that nobody has any more. */
async function staleLocks({ root }: World): Promise<(() => Promise<void>) | null> {
  const state = join(root, '.git', 'lanekeeper')
  const linked = join(root, '.git', 'worktrees')
  const setUps = (existsSync(linked) ? readdirSync(linked) : []).map((name) => join(linked, name, 'lanekeeper', 'lock'))
  const locks = ['tasks', 'launch', 'exclude', 'worktree-add', 'land-main', 'template-dev', 'template-app']
  for (const path of [...locks.map((name) => join(state, 'locks', name)), ...setUps]) leaveLock(path)
  return nothing
}

function leaveLock(path: string): void {
  try {
    writeFileSync(path, '4194303 12345 aaaaaaaaaaaa', { flag: 'wx' })
  } catch {
    // somebody holds it, or its directory is not there
  }
}

async function holdConfigLock({ root }: World, random: Random): Promise<(() => Promise<void>) | null> {
  const lock = join(root, '.git', 'config.lock')
  try {
    writeFileSync(lock, '', { flag: 'wx' })
  } catch {
    return null // git holds it just now
  }
  return later(random, async () => rmSync(lock, { force: true }))
}

/** Set-ups that a hook left in the background are nobody's children: only this reaches them. */
async function killAnybody(world: World, random: Random): Promise<(() => Promise<void>) | null> {
  const ends = [1, 2, 3].map(() =>
    later(random, async () => {
      const living = processesAt(world.dir).filter((pid) => !isTmux(pid))
      if (living.length > 0) kill(random.pick(living))
    }),
  )
  return async () => void (await Promise.all(ends.map((end) => end())))
}

function isTmux(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tmux')
  } catch {
    return true
  }
}
