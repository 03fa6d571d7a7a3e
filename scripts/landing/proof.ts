/**
 * Proves migrations before they land: the whole chain runs on a fork of the base's database and on an empty one, both in
 * the throw-away worktree, and the two must end in one schema. CI sees the second alone, production the first alone
 * (policy.md section 7.2).
 */
import type { Session } from '../command.ts'
import { workOn } from '../databases/worktree-databases.ts'
import type { Change } from '../policy/changes.ts'
import { firstSchemaDifference, type SchemaDifference } from '../policy/databases/schema-difference.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { touchedDatabases } from '../policy/migrations/migration-set.ts'
import type { Policy } from '../policy/policy.ts'
import type { Task } from '../policy/task.ts'
import { inTurn, provisionQuickly } from '../provisioning/provision-quickly.ts'
import { accessTo } from '../system/databases/access.ts'
import { replaceDatabase } from '../system/databases/replacing.ts'
import { worktreeEnvironment } from '../system/env-files.ts'
import { readRecord, type WorktreeRecord } from '../system/ledger.ts'
import { runLines, withoutLog } from '../system/setup-commands.ts'
import type { MergeSetUp } from './test-merge.ts'

export interface Proof {
  readonly role: string
  /** Schema of the fork after the chain ran; null where it cannot be read. */
  readonly ofFork: string | null
}

/**
 * The databases whose migrations the merge changes and that can be proved: they have commands to run.
 * @param say hears of what cannot be proved, and why
 */
export function rolesToProve(policy: Policy, changes: readonly Change[], say: (note: string) => void): string[] {
  return touchedDatabases(policy.settings, changes).filter((role) => {
    const settings = policy.settings.databases[role]
    if (settings === undefined || settings.provider === 'none')
      say(`the migrations of "${role}" are not proved: lanekeeper.json has no database "${role}"`)
    else if (settings.migrate.length === 0)
      say(
        `the migrations of "${role}" are not proved: no command runs them ("databases.${role}.migrate" in lanekeeper.json)`,
      )
    return settings !== undefined && settings.provider !== 'none' && settings.migrate.length > 0
  })
}

/**
 * The first half, before the tests use the fork: the chain has run on it, and its schema is noted.
 * @throws `proof-failed` where it did not run
 */
export async function proveOnForks(
  { place, record, log }: MergeSetUp,
  policy: Policy,
  task: Task,
  roles: readonly string[],
  { out }: Session,
): Promise<Proof[]> {
  const failed = record.steps.migrate?.state === 'failed' ? record.steps.migrate.message : undefined
  if (failed !== undefined && roles.length > 0)
    throw notProved(task, `on a fork of ${task.base}'s database: ${failed}`, log)
  const proofs: Proof[] = []
  for (const role of roles) {
    const database = record.databases.find((one) => one.role === role)
    if (database?.state !== 'ready')
      throw notProved(
        task,
        `no fork of database "${role}" could be made: ${database?.message ?? 'it is not there'}`,
        log,
      )
    const { provider, settings } = await workOn({ repository: place, policy, record }, role)
    const access = accessTo(place, policy.settings, role, settings, record)
    if (database.isEmpty) {
      out.warn(
        `${task.id}: the migrations of "${role}" run on an empty database; no fork of the base's to compare with`,
      )
      continue
    }
    if (provider.schema === undefined)
      out.warn(`${task.id}: the schema of a ${settings.provider} database cannot be read: not compared`)
    proofs.push({ role, ofFork: (await provider.schema?.(database, access)) ?? null })
  }
  return proofs
}

/**
 * The second half, after the tests: the database becomes an empty one, and the chain runs on that.
 * @throws `proof-failed` where it does not run, or ends in another schema than on the fork
 */
export async function proveFromEmpty(
  { place, record, log }: MergeSetUp,
  policy: Policy,
  task: Task,
  { role, ofFork }: Proof,
  { out }: Session,
): Promise<void> {
  out.note(`${task.id}: the migrations of "${role}" once more, on an empty database`)
  const now = await emptied(place, policy, record, role)
  const env = { ...place.env, ...worktreeEnvironment(place, now) }
  const lines = policy.settings.databases[role]?.migrate ?? []
  const { state, message } = await runLines(`database ${role}`, lines, { cwd: place.root, env, log })
  if (state === 'failed') throw notProved(task, `on an empty database: ${message}`, log)
  const database = now.databases.find((one) => one.role === role)
  const { provider, settings } = await workOn({ repository: place, policy, record: now }, role)
  if (ofFork === null || provider.schema === undefined || database === undefined) return
  const ofEmpty = await provider.schema(database, accessTo(place, policy.settings, role, settings, now))
  const difference = firstSchemaDifference(ofFork, ofEmpty)
  if (difference) throw differs(task, role, difference)
}

/** The role's database without anything in it, named by the worktree's variables. */
async function emptied(
  place: MergeSetUp['place'],
  policy: Policy,
  record: WorktreeRecord,
  role: string,
): Promise<WorktreeRecord> {
  await inTurn(place, async () => {
    const current = readRecord(place, record.id) ?? record
    const database = current.databases.find((one) => one.role === role)
    if (database)
      await replaceDatabase(await workOn({ repository: place, policy, record: current }, role), database, {
        kind: 'empty',
      })
  })
  // the new database has another URL where it is on a server: the env files have to say it before anything runs
  return (await provisionQuickly(place, policy, { wait: true, trust: true })).record
}

function notProved(task: Task, what: string, log: string): LanekeeperError {
  return new LanekeeperError('proof-failed', `The migrations of "${task.id}" do not run ${withoutLog(what)}`, {
    hint: `All of it: ${log}\nMend it in the task's worktree, then: npx lanekeeper land ${task.id}`,
  })
}

function differs(task: Task, role: string, { object, first, second }: SchemaDifference): LanekeeperError {
  const lines = [
    `The migrations of "${task.id}" end in two schemas: ${object} of database "${role}" is not the same.`,
    `  on a fork of ${task.base}'s database: ${first ?? 'not there'}`,
    `  from an empty one:  ${second ?? 'not there'}`,
  ]
  return new LanekeeperError('proof-failed', lines.join('\n'), {
    hint: [
      first !== null && second === null
        ? `No migration makes it: was the main worktree's database changed by hand, or has it run another branch's migrations? Make it anew from those of ${task.base}.`
        : `A migration does something else where there are rows or older tables: write it so that both ways end alike. (Or the main worktree's database is not what the migrations of ${task.base} make: npx lanekeeper db diff, in a fresh worktree.)`,
      `Then: npx lanekeeper land ${task.id}`,
      `A person may let it pass: LANEKEEPER=0 npx lanekeeper land ${task.id}`,
    ].join('\n'),
  })
}
