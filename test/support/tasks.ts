/** Tasks and provisioned worktrees made directly, for the tests of what comes after provisioning. */

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { MigrationSettings } from '../../scripts/policy/migrations/migration-settings.ts'
import type { Task } from '../../scripts/policy/task.ts'
import { worktreeId } from '../../scripts/system/identity.ts'
import { STEPS, type WorktreeRecord, writeRecord } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import type { TestRepository } from './repository.ts'

/** A task with everything a test does not care about filled in. */
export function aTask(changes: Partial<Task> & { readonly id: string }): Task {
  return {
    title: `Do ${changes.id}`,
    branch: `task/${changes.id}`,
    base: 'main',
    allow: [`src/${changes.id}`],
    deny: [],
    shared: [],
    steps: ['Do it'],
    context: '',
    dependsOn: [],
    migrations: null,
    tables: [],
    agent: 'none',
    state: 'open',
    handoffs: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  }
}

export interface TaskWorktree {
  readonly task: Task
  readonly path: string
}

/** Saves a task and adds its worktree with plain git; nothing is provisioned. */
export function addTask(repository: TestRepository, changes: Partial<Task> & { readonly id: string }): TaskWorktree {
  const task = aTask(changes)
  saveTask(openRepository(repository.root, repository.env), task, `new-task ${task.id}`, { mustBeNew: true })
  const path = repository.path('worktrees', task.id)
  mkdirSync(dirname(path), { recursive: true })
  repository.git(['worktree', 'add', '-q', '--no-track', '-b', task.branch, path, task.base])
  return { task, path }
}

/** Writes the ledger's record of a worktree by hand, every step answered. */
export function markProvisioned(
  repository: TestRepository,
  path: string,
  changes: Partial<WorktreeRecord> = {},
): WorktreeRecord {
  const opened = openRepository(path, repository.env)
  return writeRecord(opened, {
    id: worktreeId(opened.gitDir),
    clone: 'c0ffee',
    path,
    gitDir: opened.gitDir,
    branch: null,
    task: null,
    steps: Object.fromEntries(STEPS.map((name) => [name, { state: 'done' }])),
    ports: null,
    databases: [],
    problems: [],
    worker: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  })
}

/** Ports of a worktree as its record has them. */
export function portBlock(port: number): NonNullable<WorktreeRecord['ports']> {
  return { first: port, size: 10, ports: { PORT: port }, lease: 'none' }
}

/** One entry of the settings' migrations, by no tool in particular unless `more` says so. */
export function migrationsOf(
  database: string,
  paths: readonly string[],
  more: Partial<MigrationSettings> = {},
): MigrationSettings {
  const none = { preset: 'custom', mode: 'lease' as const, editable: [], leaseHours: 24, create: '' }
  return { ...none, database, paths: [...paths], ...more }
}
