/** A project whose main worktree names a Postgres database, and linked worktrees that are given theirs. */
import type { DatabaseSettings } from '../../scripts/policy/databases/database-settings.ts'
import { accessTo } from '../../scripts/system/databases/access.ts'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import { readValues } from '../../scripts/system/databases/values.ts'
import { cloneId } from '../../scripts/system/identity.ts'
import type { DatabaseRecord, WorktreeRecord } from '../../scripts/system/ledger.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { randomHex } from '../../scripts/system/random.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createSource, urlOf } from './postgres.ts'
import { linkedWorktree } from './provisioned.ts'
import { createRepository, type TestRepository } from './repository.ts'

export interface ProjectOptions {
  /** The source; by default one that is made. */
  readonly source?: string
  /** Text of the main worktree's `.env`; by default DATABASE_URL names the source. */
  readonly env?: string
  readonly database?: object
  readonly user?: string
}

/** The project and its source. */
export async function postgresProject(options: ProjectOptions = {}) {
  const source = options.source ?? (await createSource())
  const database = { provider: 'postgres', vars: ['DATABASE_URL'], ...options.database }
  const project = createRepository({
    '.gitignore': '.env*\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: database } }),
  })
  const env = options.env ?? `DATABASE_URL='${await urlOf(source, options.user)}'\n`
  project.write(`${project.root}/.env`, env)
  return { project, source }
}

/** A linked worktree of the project with a record of its own, and what can be done with its database. */
export function worktreeOf(project: TestRepository, at = 'search') {
  const worktree = linkedWorktree(project, { at })
  const { repository, policy } = worktree
  const identity = { id: randomHex(8), clone: cloneId(repository) }
  const record = (known: readonly DatabaseRecord[]): WorktreeRecord => ({ ...worktree.record(known), ...identity })
  const saved: DatabaseRecord[] = []
  const save = (list: readonly DatabaseRecord[]) => void saved.push(...list)
  return {
    ...worktree,
    identity,
    saved,
    provide: (known: readonly DatabaseRecord[] = []) => provisionDatabases(repository, policy, record(known), save),
    destroy: (database: DatabaseRecord) => destroyDatabase(repository, identity, database),
    access: () =>
      accessTo(repository, policy.settings, 'dev', policy.settings.databases.dev as DatabaseSettings, identity),
    values: () => readValues(repository, identity.id, saved.at(-1) ?? { role: 'dev', nonce: '' }),
    /** As a process sees it that starts now. */
    reopened: () => readPolicy(openRepository(worktree.path, project.env)),
  }
}

/** Everything for the usual story. */
export async function story(options: ProjectOptions = {}) {
  const made = await postgresProject(options)
  return { ...made, ...worktreeOf(made.project) }
}

/** The record's database name. */
export const nameOf = (record: DatabaseRecord | undefined) => record?.details?.database ?? ''
