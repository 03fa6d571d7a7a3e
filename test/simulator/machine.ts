/** The machine under the world: a small disk, a Postgres server of its own, a tmux server. All of it goes with the run. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { kill } from './processes.ts'

export interface Machine {
  /** Where everything of the run lies. */
  readonly dir: string
  /** It lies on a disk that can be filled; not everywhere may one be mounted. */
  readonly hasSmallDisk: boolean
  /** URL of the server as a superuser, or null. */
  readonly postgres: string | null
  takeDown(): Promise<void>
}

const PREFIX = 'lanekeeper-simulation-'
/** Twelve worktrees and the code copies need a tenth of it. */
const DISK = '600m'

export async function setUpMachine({
  project,
  withPostgres,
}: {
  project: string
  withPostgres: boolean
}): Promise<Machine> {
  sweepDeadRuns()
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)))
  const hasSmallDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', dir]).status === 0
  const cluster = withPostgres ? await startCluster(project) : null
  return {
    dir,
    hasSmallDisk,
    postgres: cluster?.url ?? null,
    takeDown: async () => {
      await cluster?.stop()
      spawnSync('tmux', ['-L', 'simulation', 'kill-server'], {
        env: { ...process.env, TMUX_TMPDIR: join(dir, 'home') },
      })
      for (const pid of processesAt(dir)) kill(pid)
      unmount(dir)
      takeAway(dir)
    },
  }
}

/** A run that was killed has left its disk mounted; its name says whose it was. */
function sweepDeadRuns(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^lanekeeper-simulation-(\d+)-/.exec(name)?.[1] ?? 0)
    if (pid === 0 || existsSync(`/proc/${pid}`)) continue
    unmount(join(tmpdir(), name))
    takeAway(join(tmpdir(), name))
  }
}

/** Says nothing where nothing is mounted. */
function unmount(dir: string): void {
  spawnSync('umount', ['--lazy', dir])
}

/** The supervisor that the tests use: it stops the server and deletes the cluster when its stdin ends. */
async function startCluster(project: string): Promise<{ url: string; stop(): Promise<void> }> {
  const supervisor = spawn(process.execPath, [join(project, 'test/support/postgres-cluster.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // a Ctrl-C in the terminal is for us, who look at the server once more before it goes
    detached: true,
  })
  const { url } = JSON.parse(await firstLine(supervisor)) as { url: string }
  return {
    url,
    stop: async () => {
      const ended = once(supervisor, 'exit')
      supervisor.stdin?.end()
      await ended
    },
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout !== null) for await (const line of createInterface({ input: stdout })) return line
  throw new Error('The Postgres for the simulation ended at once.')
}

/**
 * Processes that belong to the run, by their HOME: hooks and set-ups that were left behind count too. Only /proc tells.
 * @param dir as `setUpMachine` gave it
 */
export function processesAt(dir: string): number[] {
  const home = `HOME=${join(dir, 'home')}`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && environmentOf(name).includes(home))
    .map(Number)
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return [] // it has ended
  }
}

/** A set-up that a hook left behind may still write there; what the simulation found matters more. */
function takeAway(dir: string): void {
  try {
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  } catch {
    process.stderr.write(`left behind: ${dir}\n`)
  }
}
