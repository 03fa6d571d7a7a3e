/** How tasks and worktrees come and go, and what people do in the main worktree. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Agent, endTask, forgetServer, type Step, type Work } from './work.ts'
import type { World } from './world.ts'

export const LIFE_STEPS: readonly Step[] = [
  { weight: 2, name: 'a person merges it by git', run: mergedByGit },
  { weight: 5, name: 'land', run: land },
  { weight: 1, name: 'launch', run: launch },
  { weight: 1, name: 'remove', run: remove },
  { weight: 1, name: 'rm -rf', run: vanish },
]

/** What needs no worktree. */
export const ANYWHERE_STEPS: readonly Step[] = [
  { weight: 1, name: 'gc', run: ({ hands }) => hands.lanekeeper(['gc'], undefined, { mayDie: true }) },
  { weight: 1, name: 'status', run: ({ hands }) => hands.lanekeeper(['status'], undefined, { mayDie: true }) },
  { weight: 2, name: 'a plain worktree comes and goes', run: plainWorktree },
]

const ALL_FORCED = ['--force-locked', '--force-dirty', '--force-unmerged', '--force-live']

/** Creates a task and its worktree; what a kill left half-made is put right as a person would. */
export async function startTask({ world, agent, hands, random }: Omit<Work, 'task'>): Promise<void> {
  const id = `${agent.name}-${world.round}`
  const ownsMigrations = random.chance(0.4)
  const words = ['new-task', '--yes', '--json', '--title', `Work of ${id}`, '--id', id, '--allow', `src/${id}`]
  const more = ownsMigrations ? ['--migrations', 'dev'] : []
  const made = await hands.lanekeeper([...words, ...more], world.root, { mayDie: true })
  const path = join(world.worktrees, id)
  agent.commits = []
  agent.drafts = new Map()
  // killed half-way: the task may be there and the worktree not, or the worktree without its set-up
  agent.task = existsSync(join(path, '.git')) ? { id, path, ownsMigrations } : null
  if (!existsSync(path) || (made.status === 0 && !made.isKilled)) return
  if ((await hands.lanekeeper(['setup', path, '--wait'])).status === 0) return
  if (world.isDiskFull || !made.isKilled) return // it may be tried again later
  // git itself was killed while it made the worktree: a person takes it away and gives the task up
  await hands.lanekeeper(['remove', path, ...ALL_FORCED])
  await hands.lanekeeper(['task', 'close', id])
  agent.task = null
}

/** git locks the main worktree's index: people do one thing at a time there. */
let mainIsFree: Promise<unknown> = Promise.resolve()
function inMainWorktree(work: () => Promise<void>): Promise<void> {
  const turn = mainIsFree.then(work, work)
  mainIsFree = turn.catch(() => {})
  return turn
}

/** A git that was killed, or found the disk full, leaves files in the work tree: the person takes back what is no work of his. */
async function mergedByGit({ world, hands, task }: Work): Promise<void> {
  await inMainWorktree(async () => {
    const { status } = await hands.git(['merge', '-q', '--no-edit', `task/${task.id}`], undefined, { mayDie: true })
    if (status === 0) return
    await hands.git(['merge', '--abort'])
    world.toTidy.push(`src/${task.id}`)
  })
}

async function land({ world, agent, hands, task, random }: Work): Promise<void> {
  if (random.chance(0.7)) await forgetServer(agent)
  await inMainWorktree(async () => {
    const landed = await hands.lanekeeper(['land', task.id, '--json'], undefined, { mayDie: true })
    if (landed.status === 1 && landed.stdout.includes('migration-order'))
      await hands.lanekeeper(['migration', 'renumber', '--reset'], task.path)
  })
  if (existsSync(task.path)) return
  await expectDraftsOnBase(world, agent, hands)
  endTask(agent)
}

/** Unforced, a worktree may only go with what the base has. */
async function expectDraftsOnBase({ lost }: World, { task, drafts }: Agent, hands: Work['hands']): Promise<void> {
  for (const [name, text] of drafts) {
    const { stdout } = await hands.git(['show', `main:${name}`])
    if (stdout !== text) lost.push(`${name} of ${task?.id} went with its worktree`)
  }
}

async function remove({ world, agent, hands, task, random }: Work): Promise<void> {
  if (random.chance(0.7)) await forgetServer(agent)
  const forced = random.pick([[], ['--force-dirty', '--force-unmerged'], ALL_FORCED])
  await hands.lanekeeper(['remove', task.id, ...forced], undefined, { mayDie: true })
  if (existsSync(task.path)) return
  if (forced.length === 0) await expectDraftsOnBase(world, agent, hands)
  endTask(agent)
}

/** Somebody deletes the directory by hand; its branch stays, and what runs there runs on. */
async function vanish({ agent, hands, task }: Work): Promise<void> {
  hands.delete(task.path)
  endTask(agent)
}

async function launch({ world, hands, task }: Work): Promise<void> {
  if (world.hasTmux) await hands.lanekeeper(['launch', task.id, '--agent', 'sleeper'], undefined, { mayDie: true })
}

/** By every form that git has, from where people and agents stand. */
async function plainWorktree({ world, agent, hands, task, random }: Work): Promise<void> {
  const name = `plain-${agent.name}-${world.round}`
  const inside = random.chance(0.3)
  const path = inside ? join(world.root, '.claude', 'worktrees', name) : join(world.worktrees, name)
  const form = random.below(5)
  if (form === 3) await hands.git(['branch', '-q', name, 'main'])
  const add = [
    ['-b', name, path],
    ['--detach', path],
    ['--no-checkout', '-b', name, path],
    [path, name],
    ['-b', name, path, 'main'],
  ][form] as string[]
  const from = form === 4 ? task.path : world.root
  await hands.git(['worktree', 'add', '-q', ...add], from, { mayDie: true })
  if (form === 2 && existsSync(path)) await hands.lanekeeper(['setup', path], undefined, { mayDie: true })
  if (random.chance(0.4)) await hands.git(['worktree', 'remove', '--force', path])
  else if (random.chance(0.5)) hands.delete(path)
  else await hands.lanekeeper(['remove', path, ...ALL_FORCED], undefined, { mayDie: true })
}
