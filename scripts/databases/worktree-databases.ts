/** What every `db` action starts from: one linked worktree, one of its roles, and that role's database as the ledger has it. */
import { basename } from 'node:path'
import { type Input, type Session, textOption, usageError } from '../command.ts'
import { enter } from '../entrance.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { findWorktree } from '../remove.ts'
import type { RoleWork } from '../system/databases/aside.ts'
import { providerOf } from '../system/databases/providers.ts'
import { knownWorktreeId } from '../system/identity.ts'
import { type DatabaseRecord, readRecord, type WorktreeRecord } from '../system/ledger.ts'
import { openPathStates } from '../system/path-states.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { worktreeSlug } from '../system/worktree-facts.ts'

export interface WorktreeDatabases {
  readonly repository: Repository
  readonly policy: Policy
  readonly record: WorktreeRecord
}

/**
 * The worktree that is meant: the one around, or the one of `--worktree`.
 * @param verb as a person would repeat it, for the messages
 * @throws `usage` for the main worktree, whose databases nothing here touches; `set-up` where nothing is provisioned
 */
export function openWorktree(verb: string, input: Input, session: Session, { alarms = true } = {}): WorktreeDatabases {
  const entrance = enter(session, { alarms })
  const { policy } = entrance
  const repository = meantBy(textOption(input, 'worktree'), entrance.repository, policy, session)
  if (!repository.isLinked) throw keepsItsOwn(repository, verb)
  const id = knownWorktreeId(repository.gitDir)
  const record = id === null ? null : readRecord(repository, id)
  if (record) return { repository, policy, record }
  throw new LanekeeperError('set-up', `${repository.root} has no database of its own yet.`, {
    hint: `Provision it: ${commandLine(['npx', 'lanekeeper', 'setup', repository.root])}`,
  })
}

function meantBy(named: string | undefined, repository: Repository, policy: Policy, { cwd, env }: Session): Repository {
  if (named === undefined) return repository
  return openRepository(findWorktree(repository, policy, named, cwd).path, env)
}

function keepsItsOwn({ root }: Repository, verb: string): LanekeeperError {
  return usageError(
    `${root} is the main worktree: its databases are its own, and no command of ours touches them.`,
    `Name a linked worktree: npx lanekeeper ${verb} --worktree <task|path|branch>\nAll of them: npx lanekeeper status`,
  )
}

/** The role that is meant: the only one, or `dev`, unless it is named. Throws `usage`. */
export function databaseOf({ record }: WorktreeDatabases, named: string | undefined): DatabaseRecord {
  const { databases } = record
  const [only] = databases
  const wanted = named ?? (databases.length === 1 ? only?.role : 'dev')
  const found = databases.find(({ role }) => role === wanted)
  if (found) return found
  const roles = databases.map(({ role }) => role).join(', ')
  if (roles === '')
    throw usageError('This worktree has no database.', 'Give it one on the base: "databases" in lanekeeper.json')
  throw usageError(
    named === undefined ? 'Which database? This worktree has several.' : `This worktree has no database "${named}".`,
    `It has: ${roles}`,
  )
}

/** As `databaseOf`, and it can be worked with. Throws `database` where it is not ready. */
export function readyDatabaseOf(worktree: WorktreeDatabases, named: string | undefined): DatabaseRecord {
  const database = databaseOf(worktree, named)
  if (database.state === 'ready') return database
  const { role, state, message } = database
  throw new LanekeeperError('database', `Database ${role} is ${state}${message ? `: ${message}` : '.'}`, {
    hint: `Make it: ${commandLine(['npx', 'lanekeeper', 'setup', worktree.record.path, '--wait'])}`,
  })
}

/** What is needed to work on a role's database. Throws `settings` where the settings know it no more, or as another kind. */
export async function workOn({ repository, policy, record }: WorktreeDatabases, role: string): Promise<RoleWork> {
  const settings = policy.settings.databases[role]
  const kind = record.databases.find((database) => database.role === role)?.provider
  if (settings === undefined || settings.provider === 'none' || settings.provider !== kind)
    throw new LanekeeperError(
      'settings',
      `Database "${role}" is not in the settings any more as it was made (${kind}).`,
      {
        hint: 'Look at "databases" in lanekeeper.json on the base, then: npx lanekeeper setup',
      },
    )
  const slug = worktreeSlug(record) || basename(record.path)
  const states = openPathStates(repository, policy.settings, [])
  return {
    repository,
    policy,
    owner: record,
    slug,
    states,
    role,
    settings,
    provider: await providerOf(settings.provider),
  }
}
