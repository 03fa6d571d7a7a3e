/** Tasks with worktrees and work in them, for stories about landing and removing. */
import type { Task } from '../../scripts/policy/task.ts'
import { readLedger, type WorktreeRecord } from '../../scripts/system/ledger.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import type { TestRepository } from './repository.ts'
import { addTask } from './tasks.ts'

let started = 0

/** A task, younger than those before it, with its branch and worktree; gives the worktree's path. */
export function startTask(project: TestRepository, id: string, more: Partial<Task> = {}): string {
  const createdAt = new Date(Date.UTC(2024, 0, 1) + started++ * 1000).toISOString()
  return addTask(project, { id, createdAt, ...more }).path
}

/** A task with one commit in its scope. */
export function workedTask(project: TestRepository, id: string, more: Partial<Task> = {}): string {
  const path = startTask(project, id, more)
  project.commit({ [`src/${id}/work.txt`]: `${id}\n` }, `work on ${id}`, { cwd: path })
  return path
}

/** What the tasks ref says of a task now. */
export function taskOf(project: TestRepository, id: string): Task | undefined {
  return readPolicy(openRepository(project.root, project.env)).tasks.find((task) => task.id === id)
}

/** Settings that leave dependencies alone; `test` is a shell line, empty for no test. */
export function settings(more: object = {}): Record<string, string> {
  return { 'lanekeeper.json': JSON.stringify({ dependencies: 'none', test: '', ...more }) }
}

export function branchesOf(project: TestRepository): string[] {
  return project.git(['branch', '--format=%(refname:short)']).split('\n')
}

export function worktreesOf(project: TestRepository): string[] {
  const lines = project.git(['worktree', 'list', '--porcelain']).split('\n')
  return lines.filter((line) => line.startsWith('worktree ')).map((line) => line.slice('worktree '.length))
}

export function ledgerOf(project: TestRepository): WorktreeRecord[] {
  return readLedger(openRepository(project.root, project.env))
}
