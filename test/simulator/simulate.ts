/**
 * Scripted agents on real git and real SQLite, with a fault injector that kills -9 our commands at any moment; after each
 * round the invariants are checked. `npm run simulate -- --agents 12 --minutes 20 --seed 7`.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Agent, step } from './agents.ts'
import { brokenAtEnd, brokenNow } from './invariants.ts'
import { openPrograms } from './processes.ts'
import { randomFrom } from './random.ts'
import { makeWorld, must, type World } from './world.ts'

export interface Simulation {
  readonly agents: number
  readonly seconds: number
  readonly seed: number
  /** Of a command of ours to be killed on its way. */
  readonly faults: number
  /** The built bin. */
  readonly cli: string
  /** Our own package, for its SQLite. */
  readonly project: string
}

export interface Outcome {
  readonly broken: readonly string[]
  readonly steps: number
  readonly faults: number
  /** The commands in the order they ended. */
  readonly trace: readonly string[]
}

/** Runs the agents side by side until the time is over or an invariant breaks; takes everything away again. */
export async function simulate({ agents: count, seconds, seed, faults, cli, project }: Simulation): Promise<Outcome> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'lanekeeper-simulation-')))
  const trace: string[] = []
  const random = randomFrom(seed)
  const programs = openPrograms(isolated(dir), random.fork('faults'), faults, (line) =>
    trace.push(line.replaceAll(dir, '')),
  )
  try {
    const world = await makeWorld({ dir, programs, random, cli, project })
    const agents = Array.from({ length: count }, (_, index): Agent => {
      const name = `agent${index + 1}`
      return { name, random: random.fork(name), task: null, commits: [], tasks: 0, steps: 0 }
    })
    const deadline = Date.now() + seconds * 1000
    let broken: string[] = []
    while (Date.now() < deadline && broken.length === 0) {
      // a round: every agent one step, all at once; then everything stands still and is looked at
      await Promise.all(agents.map(async (agent) => void trace.push(`# ${agent.name}: ${await step(world, agent)}`)))
      broken = await brokenNow(world, agents)
    }
    if (broken.length === 0) broken = await settled(world, agents)
    return { broken, steps: agents.reduce((sum, { steps }) => sum + steps, 0), faults: programs.faults, trace }
  } finally {
    takeAway(dir)
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

/** What a person does in the evening; then nothing may be left over. */
async function settled(world: World, agents: readonly Agent[]): Promise<string[]> {
  const listed = await must(world.git(['worktree', 'list', '--porcelain']))
  for (const path of listed
    .split('\n')
    .filter((line) => line.startsWith('worktree '))
    .slice(1)
    .map((line) => line.slice(9)))
    if ((await world.lanekeeper(['setup', path, '--wait'])).status !== 0)
      await world.lanekeeper(['remove', path, '--force-locked', '--force-dirty', '--force-unmerged'])
  await world.git(['worktree', 'prune'])
  await world.lanekeeper(['gc'])
  await world.lanekeeper(['doctor', '--fix'])
  return [...(await brokenNow(world, agents)), ...(await brokenAtEnd(world))]
}

function isolated(dir: string): NodeJS.ProcessEnv {
  const home = join(dir, 'home')
  mkdirSync(home)
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n',
  )
  return {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    NO_COLOR: '1',
    LANG: 'C.UTF-8',
  }
}
