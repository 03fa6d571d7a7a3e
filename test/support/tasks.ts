/** Tasks and branches for tests, made with plain git and the task store. */
import { join } from 'node:path'
import type { Task } from '../../scripts/policy/task.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import type { TestRepository } from './repository.ts'

/** A complete task; only what a test is about need be given. */
export function taskWith(part: Partial<Task> & { id: string }): Task {
  return {
    title: `The task ${part.id}`,
    branch: `task/${part.id}`,
    base: 'main',
    allow: [`src/${part.id}`],
    deny: [],
    shared: [],
    steps: ['do it'],
    context: '',
    dependsOn: [],
    migrations: null,
    agent: 'none',
    state: 'open',
    createdAt: '2026-01-01T00:00:00.000Z',
    ...part,
  }
}

/** Records a task in refs/lanekeeper/tasks. */
export function recordTask(repository: TestRepository, part: Partial<Task> & { id: string }): Task {
  const task = taskWith(part)
  saveTask(openRepository(repository.root, repository.env), task, `new-task ${task.id}`)
  return task
}

/**
 * A task with a branch and a linked worktree beside the repository, its files committed one commit each.
 * @returns the worktree's path and the branch's tip
 */
export function taskWithWork(
  repository: TestRepository,
  part: Partial<Task> & { id: string },
  files: Readonly<Record<string, string>>,
): { task: Task; worktree: string; tip: string } {
  const task = recordTask(repository, part)
  const worktree = join(repository.dir, `wt-${task.id}`)
  repository.git(['worktree', 'add', '-q', '-b', task.branch, worktree, task.base], { env: { LANEKEEPER: '0' } })
  let tip = repository.git(['rev-parse', 'HEAD'], { cwd: worktree })
  for (const [path, text] of Object.entries(files))
    tip = repository.commit({ [path]: text }, `work on ${path}`, { cwd: worktree, env: { LANEKEEPER: '0' } })
  return { task, worktree, tip }
}
