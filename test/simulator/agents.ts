/** Scripted agents: each has a task, does random steps in its worktree, and sometimes strays. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface Agent {
  readonly name: string
  readonly random: Random
  /** Its task now; null between two. */
  task: { readonly id: string; readonly path: string; ownsMigrations: boolean } | null
  /** Commits in scope that it made in tasks which have not ended, oldest first. */
  commits: string[]
  /** How many tasks it has had. */
  tasks: number
  /** Steps it has done. */
  steps: number
}

type Step = (world: World, agent: Agent) => Promise<void>

/** Weight → step. What needs a worktree is only drawn where there is one. */
const IN_WORKTREE: readonly [weight: number, name: string, step: Step][] = [
  [8, 'commit in its lane', commitInLane],
  [3, 'commit out of its lane', commitOutOfLane],
  [2, 'commit out of its lane, --no-verify', commitUnverified],
  [2, 'merge the base in', (world, { task }) => quietly(world.git(['merge', '-q', '--no-edit', 'main'], task?.path))],
  [2, 'stash', stash],
  [4, 'write to its database', writeRow],
  [3, 'add a migration', addMigration],
  [2, 'a person merges it by git', (world, { task }) => onMain(world, () => merge(world, `task/${task?.id}`))],
  [5, 'land', land],
  [1, 'remove', remove],
  [1, 'rm -rf', vanish],
]
const ANYWHERE: readonly [weight: number, name: string, step: Step][] = [
  [1, 'gc', (world) => quietly(world.lanekeeper(['gc'], world.root, { mayDie: true }))],
  [1, 'status', (world) => quietly(world.lanekeeper(['status']))],
  [1, 'a plain worktree comes and goes', plainWorktree],
]

/** One step of an agent; gives its name. */
export async function step(world: World, agent: Agent): Promise<string> {
  agent.steps++
  if (agent.task !== null && !existsSync(agent.task.path)) agent.task = null
  if (agent.task === null) {
    await startTask(world, agent)
    return 'start a task'
  }
  const steps = [...IN_WORKTREE, ...ANYWHERE]
  let at = agent.random.below(steps.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, name, run] of steps) {
    at -= weight
    if (at >= 0) continue
    await run(world, agent)
    return name
  }
  return 'nothing'
}

async function quietly(work: Promise<unknown>): Promise<void> {
  await work
}

async function startTask(world: World, agent: Agent): Promise<void> {
  const id = `${agent.name}-${++agent.tasks}`
  const ownsMigrations = agent.random.chance(0.4)
  const words = ['new-task', '--yes', '--json', '--title', `Work of ${id}`, '--id', id, '--allow', `src/${id}`]
  const made = await world.lanekeeper([...words, ...(ownsMigrations ? ['--migrations', 'dev'] : [])], world.root, {
    mayDie: true,
  })
  const path = join(world.dir, 'project.worktrees', id)
  agent.commits = []
  // killed half-way: the task may be there and the worktree not, or the worktree without its set-up
  agent.task = existsSync(join(path, '.git')) ? { id, path, ownsMigrations } : null
  if (!made.isKilled || !existsSync(path)) return
  const healed = await world.lanekeeper(['setup', path, '--wait'])
  if (healed.status === 0) return
  // git itself was killed while it made the worktree: a person takes it away and gives the task up
  await world.lanekeeper(['remove', path, '--force-locked', '--force-dirty', '--force-unmerged'])
  await world.lanekeeper(['task', 'close', id])
  agent.task = null
}

async function commitInLane(world: World, agent: Agent): Promise<void> {
  const { task, random } = agent
  if (!task) return
  world.write(join(task.path, `src/${task.id}/file-${random.below(5)}.txt`), `${agent.steps}\n`)
  await commit(world, agent, ['commit', '-qm', `${task.id}: step ${agent.steps}`], true)
}

async function commitOutOfLane(world: World, agent: Agent): Promise<void> {
  if (!agent.task) return
  world.write(join(agent.task.path, `shared/stray-of-${agent.task.id}.txt`), 'stray\n')
  await commit(world, agent, ['commit', '-qm', `${agent.task.id}: strays`], false)
  await world.git(['reset', '-q', '--hard'], agent.task.path)
}

async function commitUnverified(world: World, agent: Agent): Promise<void> {
  if (!agent.task) return
  world.write(join(agent.task.path, `shared/stray-of-${agent.task.id}.txt`), 'stray\n')
  await commit(world, agent, ['commit', '-qm', `${agent.task.id}: strays past the hook`, '--no-verify'], false)
  // it mends that in half of the cases; else the task can never land
  if (agent.random.chance(0.5)) return
  const file = `shared/stray-of-${agent.task.id}.txt`
  await world.git(['rm', '-q', '--', file], agent.task.path)
  await world.git(['commit', '-qm', `${agent.task.id}: takes it back`], agent.task.path)
}

async function commit(world: World, agent: Agent, words: readonly string[], isKept: boolean): Promise<void> {
  const path = agent.task?.path ?? ''
  await world.git(['add', '-A'], path)
  const { status, isKilled } = await world.git(words, path, { mayDie: true })
  if (isKilled) rmSync(join(await gitDirOf(world, path), 'index.lock'), { force: true })
  if (status !== 0 || !isKept) return
  agent.commits.push((await world.git(['rev-parse', 'HEAD'], path)).stdout.trim())
}

async function gitDirOf(world: World, path: string): Promise<string> {
  return (await world.git(['rev-parse', '--absolute-git-dir'], path)).stdout.trim() || path
}

async function stash(world: World, { task, steps }: Agent): Promise<void> {
  if (!task) return
  world.write(join(task.path, `src/${task.id}/stashed.txt`), `${steps}\n`)
  await world.git(['stash', '-q', '-u'], task.path)
  await world.git(['stash', 'pop', '-q'], task.path)
  await world.git(['clean', '-qfd', `src/${task.id}`], task.path)
}

/** Its rows carry its name: a row of another's in its database would show a shared one. */
async function writeRow(world: World, { task }: Agent): Promise<void> {
  const file = task && join(task.path, 'dev.db')
  if (!file || !existsSync(file)) return
  world.sql(file, 'CREATE TABLE IF NOT EXISTS who (name TEXT)')
  world.sql(file, `INSERT INTO who VALUES ('${task.id}')`)
}

async function addMigration(world: World, agent: Agent): Promise<void> {
  const { task } = agent
  if (!task?.ownsMigrations) return
  const made = await world.lanekeeper(
    ['new-migration', '--name', `t ${agent.name} ${agent.steps}`, '--json'],
    task.path,
    {
      mayDie: true,
    },
  )
  const files = made.status === 0 ? (JSON.parse(made.stdout) as { files: string[] }).files : []
  for (const file of files)
    world.write(join(task.path, file), `CREATE TABLE t_${agent.name}_${agent.steps} (id INTEGER);\n`)
  if (files.length > 0) await commit(world, agent, ['commit', '-qm', `${task.id}: a migration`], true)
}

/** git locks the main worktree's index: people do one thing at a time there. */
let mainIsFree: Promise<unknown> = Promise.resolve()
function onMain(_world: World, work: () => Promise<void>): Promise<void> {
  const turn = mainIsFree.then(work, work)
  mainIsFree = turn.catch(() => {})
  return turn
}

async function merge(world: World, branch: string): Promise<void> {
  const { status } = await world.git(['merge', '-q', '--no-edit', branch])
  if (status !== 0) await world.git(['merge', '--abort'])
}

async function land(world: World, agent: Agent): Promise<void> {
  const { task } = agent
  if (!task) return
  await onMain(world, async () => {
    const landed = await world.lanekeeper(['land', task.id, '--json'], world.root, { mayDie: true })
    if (landed.status === 1 && landed.stdout.includes('migration-order'))
      await world.lanekeeper(['migration', 'renumber', '--reset'], task.path)
  })
  if (!existsSync(task.path)) agent.task = null
}

async function remove(world: World, agent: Agent): Promise<void> {
  if (!agent.task) return
  await world.lanekeeper(['remove', agent.task.id, '--force-dirty', '--force-unmerged'], world.root, { mayDie: true })
  if (existsSync(agent.task.path)) return
  agent.task = null
  agent.commits = []
}

/** Somebody deletes the directory by hand; its branch stays. */
async function vanish(_world: World, agent: Agent): Promise<void> {
  if (!agent.task) return
  rmSync(agent.task.path, { recursive: true, force: true })
  agent.task = null
}

async function plainWorktree(world: World, agent: Agent): Promise<void> {
  const name = `plain-${agent.name}-${agent.steps}`
  const path = join(world.dir, 'project.worktrees', name)
  await world.git(['worktree', 'add', '-q', '-b', name, path], world.root, { mayDie: true })
  if (agent.random.chance(0.5)) await world.git(['worktree', 'remove', '--force', path])
  else rmSync(path, { recursive: true, force: true })
}
