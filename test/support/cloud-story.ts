/** What the stories of database services share: a project with a linked worktree, the driver, and a pace without waits. */
import { join } from 'node:path'
import { accessTo } from '../../scripts/system/databases/access.ts'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import type { DatabaseProvider, DatabaseRequest, Keeper } from '../../scripts/system/databases/provider.ts'
import type { Pace } from '../../scripts/system/databases/services/pace.ts'
import { readValues, writeValues } from '../../scripts/system/databases/values.ts'
import type { DatabaseRecord } from '../../scripts/system/ledger.ts'
import { type LinkedWorktree, linkedWorktree } from './provisioned.ts'
import { createRepository, type TestRepository } from './repository.ts'

export interface TestPace extends Pace {
  /** Seconds that were waited, in order. */
  readonly waits: number[]
  time: number
}

/** A clock that moves only when somebody waits. */
export function testPace(time = Date.UTC(2026, 0, 1)): TestPace {
  const waits: number[] = []
  const pace = {
    waits,
    time,
    callMs: 300,
    readyMs: 60_000,
    now: () => pace.time,
    wait: async (ms: number) => {
      waits.push(ms / 1000)
      pace.time += ms
    },
  }
  return pace
}

/** For a call that is to write nothing down. */
export const NO_KEEPER: Keeper = {
  save: () => {
    throw new Error('nothing was to be saved')
  },
  keepValues: () => {
    throw new Error('no values were to be kept')
  },
}

export interface CloudStory {
  readonly project: TestRepository
  readonly worktree: LinkedWorktree
  /** Every state of the ledger's record that was saved. */
  readonly saved: DatabaseRecord[]
  /** Through the driver, at the real pace. */
  provide(known?: readonly DatabaseRecord[], limit?: { bytes?: number }): ReturnType<typeof provisionDatabases>
  /** Plan and make by a provider at a pace of the test's. */
  make(provider: DatabaseProvider, request?: Partial<DatabaseRequest>): Promise<DatabaseRecord>
  request(more?: Partial<DatabaseRequest>): DatabaseRequest
  destroy(record: DatabaseRecord): ReturnType<typeof destroyDatabase>
  values(): Readonly<Record<string, string>>
  /** Writes other values down for the database that was saved last. */
  keepValues(values: Readonly<Record<string, string>>): void
}

/**
 * A project with one database `dev`.
 * @param settings of the database, without its variables
 * @param env lines of the main worktree's `.env`
 */
export function cloudStory(
  settings: Record<string, unknown>,
  env: Record<string, string>,
  vars = ['DATABASE_URL'],
): CloudStory {
  const project = createRepository({
    '.gitignore': '.env\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars, ...settings } } }),
  })
  const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'\n`)
  project.write(join(project.root, '.env'), lines.join(''))
  const worktree = linkedWorktree(project)
  const { repository, policy } = worktree
  const owner = worktree.record()
  const saved: DatabaseRecord[] = []
  const dev = policy.settings.databases.dev
  if (!dev) throw new Error('no settings')
  const request = (more: Partial<DatabaseRequest> = {}): DatabaseRequest => ({
    ...accessTo(repository, policy.settings, 'dev', dev, owner),
    slug: 'search',
    nonce: '0a1b2c3d',
    states: () => new Map(),
    ...more,
  })
  const keeperOf = (planned: DatabaseRecord): Keeper => ({
    save: (record) => void saved.push(record),
    keepValues: (values) => writeValues(repository, owner.id, planned, values),
  })
  return {
    project,
    worktree,
    saved,
    request,
    provide: (known = [], limit = {}) =>
      provisionDatabases(repository, policy, worktree.record(known), (list) => void saved.push(...list), limit),
    make: async (provider, more = {}) => {
      const asked = request(more)
      const plan = await provider.plan(asked)
      if (plan.kind !== 'make') throw new Error(plan.note)
      const keeper = keeperOf(plan.record)
      keeper.save(plan.record)
      return provider.make(plan.record, asked, keeper)
    },
    destroy: (record) => destroyDatabase(repository, owner, record),
    values: () => readValues(repository, owner.id, saved.at(-1) ?? request()),
    keepValues: (values) => writeValues(repository, owner.id, saved.at(-1) ?? request(), values),
  }
}
