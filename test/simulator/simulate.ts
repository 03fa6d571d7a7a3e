/**
 * Scripted agents on real git, SQLite and Postgres, with a fault injector that kills -9 our commands at any moment and
 * breaks the machine under them; after each round the invariants are checked.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { agentNamed, step } from './agents.ts'
import type { Deed } from './deeds.ts'
import { settled } from './evening.ts'
import { FAULTS } from './faults.ts'
import { brokenNow } from './invariants.ts'
import { type Machine, setUpMachine } from './machine.ts'
import { randomOf } from './random.ts'
import { everybody, type Round, type Schedule } from './schedule.ts'
import { isolatedEnvironment, setStage } from './stage.ts'
import type { Agent } from './work.ts'
import { handsOf, must, type World } from './world.ts'

export interface Simulation {
  readonly agents: readonly string[]
  readonly seed: number
  /** Probability of a command of ours to be killed on its way, and of a fault of the machine in a round. */
  readonly faults: number
  /** When to stop: after so many seconds, or with the schedule. */
  readonly until: { readonly seconds: number } | { readonly schedule: Schedule }
  /** The built bin. */
  readonly cli: string
  /** Our own package, for its SQLite, its Postgres and husky. */
  readonly project: string
  readonly withPostgres: boolean
  /** Ends it after the round that is on. */
  readonly signal?: AbortSignal
}

export interface Outcome {
  readonly broken: readonly string[]
  /** The rounds that were run. */
  readonly schedule: Schedule
  readonly steps: number
  /** Kind → how often; `a command is killed` among them. */
  readonly faults: Readonly<Record<string, number>>
  readonly deeds: readonly Deed[]
  /** Files of the base at the end. */
  readonly baseFiles: readonly string[]
  /** Variables for a script that does it again. */
  readonly places: Readonly<Record<string, string>>
}

/** Runs the agents side by side until the end or until an invariant breaks; takes everything away again. */
export async function simulate(simulation: Simulation): Promise<Outcome> {
  const { agents: names, until, cli, project } = simulation
  const machine = await setUpMachine(simulation)
  try {
    const world = worldOn(machine, simulation)
    await setStage(world)
    const agents = names.map(agentNamed)
    const look = handsOf({ ...world, deeds: [] }, 'look', null)
    const counts: Record<string, number> = {}
    const done: Round[] = []
    const deadline = 'seconds' in until ? Date.now() + until.seconds * 1000 : Number.POSITIVE_INFINITY
    let broken: string[] = []
    for (const round of 'schedule' in until ? until.schedule : everybody(names)) {
      if (Date.now() >= deadline || simulation.signal?.aborted) break
      world.round = round.number
      done.push(round)
      await play(world, agents, round, { ...simulation, machine, counts })
      broken = await brokenNow(world, agents, look)
      if (broken.length > 0) break
    }
    if (broken.length === 0) broken = await settled(world, agents, handsOf(world, 'evening', null))
    const killed = world.deeds.filter(({ killedAfterMs }) => killedAfterMs !== null).length
    return {
      broken: broken.map((line) => line.replaceAll(machine.dir, '')),
      schedule: done,
      steps: done.reduce((sum, { agents }) => sum + agents.length, 0),
      faults: { ...counts, 'a command is killed': killed },
      deeds: world.deeds,
      baseFiles: (await must(look.git(['ls-tree', '-r', '--name-only', 'main']))).trimEnd().split('\n'),
      places: {
        W: machine.dir,
        LANEKEEPER: cli,
        PROJECT: project,
        ...(machine.postgres ? { PG: serverOf(machine.postgres) } : {}),
      },
    }
  } finally {
    await machine.takeDown()
  }
}

/** The world on a machine, before anything is in it. */
export function worldOn(
  { dir, postgres }: Pick<Machine, 'dir' | 'postgres'>,
  { seed, cli, project }: Pick<Simulation, 'seed' | 'cli' | 'project'>,
): World {
  return {
    dir,
    root: join(dir, 'project'),
    worktrees: join(dir, 'project.worktrees'),
    env: isolatedEnvironment(dir),
    cli,
    project,
    postgres: postgres?.replace(/postgres$/, `sim_${seed}`) ?? null,
    hasTmux: spawnSync('tmux', ['-V']).status === 0,
    round: 0,
    isDiskFull: false,
    deeds: [],
    lost: [],
    toTidy: [],
  }
}

const serverOf = (url: string) => url.replace(/\/postgres$/, '')

interface Play extends Simulation {
  readonly machine: Machine
  readonly counts: Record<string, number>
}

/** Every agent one step, all at once; then everything stands still. */
async function play(world: World, agents: readonly Agent[], round: Round, play: Play): Promise<void> {
  clearStaleLocks(world)
  const fault = await beginFault(world, round, play)
  const running = agents.filter(({ name }) => round.agents.includes(name))
  await Promise.all(
    running.map(async (agent) => {
      const name = await step(world, agent, play)
      say(world, agent.name, name)
    }),
  )
  await fault?.()
  await tidy(world)
}

/** Once the machine is well again. */
async function tidy(world: World): Promise<void> {
  const { git } = handsOf(world, 'person', null)
  for (const path of world.toTidy.splice(0).flatMap((own) => [own, 'migrations'])) {
    await git(['reset', '-q', '--', path])
    await git(['checkout', '-q', '--', path])
    await git(['clean', '-fdq', '--', path])
  }
}

/** One kind of fault in a round, as often as a command is killed. */
async function beginFault(
  world: World,
  round: Round,
  { seed, faults, machine, counts }: Play,
): Promise<(() => Promise<void>) | null> {
  const random = randomOf(seed, 'machine', world.round)
  const kinds = Object.keys(FAULTS).filter((name) => machine.hasSmallDisk || !name.includes('disk'))
  const kind = random.pick(kinds)
  if (!round.hasFault || !random.chance(faults)) return null
  const end = (await FAULTS[kind]?.(world, random)) ?? null
  if (end === null) return null
  counts[kind] = (counts[kind] ?? 0) + 1
  say(world, 'machine', kind)
  return end
}

function say({ deeds, round, root }: World, by: string, name: string): void {
  deeds.push({ round, by, cwd: root, words: [':', name], env: {}, killedAfterMs: null, ending: 'noted' })
}

/** Locks that a killed git has left, which a person deletes as git says; nobody of ours is at work now. */
function clearStaleLocks(world: World): void {
  const git = join(world.root, '.git')
  const person = handsOf(world, 'person', null)
  for (const name of readdirSync(git, { recursive: true, encoding: 'utf8' })) {
    const path = join(git, name)
    if (name.endsWith('.lock') && !name.startsWith('lanekeeper') && isOld(path)) person.delete(path)
  }
}

/** A set-up in the background may hold one this very moment. */
function isOld(path: string): boolean {
  return existsSync(path) && Date.now() - statSync(path).mtimeMs > 3000
}
