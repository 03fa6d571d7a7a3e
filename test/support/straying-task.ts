/** The gate's fixture: a base, and a task whose branch left its lane; and what "refused, nothing lost" means. */
import { expect } from 'vitest'
import type { Task } from '../../scripts/policy/task.ts'
import { prepared } from './prepared.ts'
import { createRepository, type Place, type Ran, type TestRepository } from './repository.ts'
import { addTask, type TaskWorktree } from './tasks.ts'

export const BRANCH = 'task/auth'

export interface StrayingTask extends TestRepository {
  /** The base's tip before anything is tried. */
  readonly before: string
  /** The branch's tip: one commit in the lane, one outside. */
  readonly tip: string
  readonly worktree: string
}

/** A task with a worktree and one commit a file, made with the hooks off; gives the branch's tip too. */
export function taskWithWork(
  repository: TestRepository,
  task: Partial<Task> & { readonly id: string },
  files: Readonly<Record<string, string>>,
): TaskWorktree & { readonly tip: string } {
  const added = addTask(repository, task)
  let tip = repository.git(['rev-parse', 'HEAD'], { cwd: added.path })
  for (const [path, text] of Object.entries(files))
    tip = repository.commit({ [path]: text }, `work on ${path}`, { cwd: added.path, env: { LANEKEEPER: '0' } })
  return { ...added, tip }
}

/** main with installed hooks, and a task whose branch has one commit in its lane and one outside. */
function baseAndStrayingTask(place: Place): StrayingTask {
  const files = { 'lib/pool.ts': 'export const max = 1\n', 'src/auth/login.ts': 'old\n' }
  const repository = createRepository(files, place)
  expect(repository.lanekeeper(['install']).stderr).toContain('Hooks installed')
  const work = { 'src/auth/login.ts': 'new\n', 'lib/pool.ts': 'export const max = 99\n' }
  const { path, tip } = taskWithWork(repository, { id: 'auth' }, work)
  return { ...repository, before: repository.git(['rev-parse', 'main']), tip, worktree: path }
}

/** Called beside the tests of a file, it gives what makes them their own copy each. */
export function preparedStrayingTask(): () => StrayingTask {
  return prepared(baseAndStrayingTask)
}

/** Runs the commands of the message's "Back to a clean state" block, as a person would paste them. */
export function recover(repository: StrayingTask, message: string): void {
  const block = /Back to a clean state:\n((?: {2}.+\n)+)/.exec(message)?.[1] ?? ''
  for (const line of block
    .trimEnd()
    .split('\n')
    .filter((text) => text !== ''))
    expect(repository.run('sh', ['-c', line.trim()], { cwd: repository.root }), line).toMatchObject({ status: 0 })
}

/** The base is where it was, on main, with nothing changed and nothing waiting to be finished. */
export function expectClean(repository: StrayingTask): void {
  expect(repository.git(['rev-parse', 'main'])).toBe(repository.before)
  expect(repository.git(['status', '--porcelain'])).toBe('')
  expect(repository.git(['symbolic-ref', 'HEAD'])).toBe('refs/heads/main')
  for (const name of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'SQUASH_MSG', 'rebase-merge', 'rebase-apply', 'sequencer'])
    expect(repository.exists(`project/.git/${name}`), name).toBe(false)
}

/** The command failed with our refusal, and its recovery leaves a clean state. */
export function expectRefused(repository: StrayingTask, ran: Ran): void {
  expect(ran.status, ran.stderr).not.toBe(0)
  expect(ran.stderr).toContain('lanekeeper:')
  expect(ran.stderr).toContain('lib/pool.ts')
  expect(ran.stderr).toContain('task "auth"')
  recover(repository, ran.stderr)
  expectClean(repository)
}
