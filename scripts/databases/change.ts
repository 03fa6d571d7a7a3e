/** The `db` actions that change the worktree's own database: `reset`, `snapshot`, `restore`. */
import { flag, type Input, type Result, type Session, textOption, usageError } from '../command.ts'
import { rolesToMigrate } from '../policy/databases/database-settings.ts'
import { reopenedStep } from '../policy/databases/migrate-commands.ts'
import { EXIT, LanekeeperError } from '../policy/errors.ts'
import { provisionTelling, setupDocument } from '../provisioning/provision.ts'
import { inTurn } from '../provisioning/provision-quickly.ts'
import { isLeftOver, makeAside, putAside, requestOf, sweepAside } from '../system/databases/aside.ts'
import { type Content, replaceDatabase } from '../system/databases/replacing.ts'
import {
  type AsideRecord,
  changeRecord,
  type DatabaseRecord,
  readRecord,
  type Step,
  type WorktreeRecord,
} from '../system/ledger.ts'
import { snapshotsOf } from './look.ts'
import { databaseOf, openWorktree, readyDatabaseOf, type WorktreeDatabases, workOn } from './worktree-databases.ts'

/** The state of a new worktree's database once more, migrations and all. */
export async function reset(input: Input, session: Session): Promise<Result> {
  const worktree = openWorktree('db reset', input, session)
  const { role } = databaseOf(worktree, input.positionals[1])
  const isEmpty = flag(input, 'empty') || worktree.policy.settings.databases[role]?.mode === 'empty'
  return replace(worktree, role, { kind: isEmpty ? 'empty' : 'source' }, input, session)
}

/** Back to a snapshot; the newest unless one is named. */
export async function restore(input: Input, session: Session): Promise<Result> {
  const worktree = openWorktree('db restore', input, session)
  const { role } = databaseOf(worktree, textOption(input, 'role'))
  const [, name] = input.positionals
  const all = snapshotsOf(worktree.record, role)
  const snapshot = name === undefined ? all.at(-1) : all.find((one) => one.name === name)
  if (snapshot) return replace(worktree, role, { kind: 'snapshot', snapshot }, input, session)
  throw usageError(
    name === undefined ? `Database ${role} has no snapshot.` : `Database ${role} has no snapshot "${name}".`,
    'All snapshots: npx lanekeeper db snapshots\nMake one: npx lanekeeper db snapshot',
  )
}

async function replace(
  worktree: WorktreeDatabases,
  role: string,
  content: Content,
  input: Input,
  session: Session,
): Promise<Result> {
  const { repository, policy } = worktree
  const database = readyDatabaseOf(worktree, role)
  const what = (one: DatabaseRecord) => `database ${role} (${one.resource}) the content of ${contentName(content, one)}`
  const json = { role, provider: database.provider, content: content.kind }
  if (flag(input, 'dry-run'))
    return { json: { ok: true, dryRun: true, ...json }, text: `Would give ${what(database)}.` }
  await inTurn(repository, () => replaceNow(worktree, role, content), session.out)
  const { record } = await provisionTelling(repository, policy, { wait: true }, session.out)
  const { state, problems, notes } = setupDocument(record, policy)
  const kept = leftOf(record)
  // a server's database is a new one, and what it was forked from may be another than last time
  const now = record.databases.find((one) => one.role === role) ?? database
  return {
    json: {
      ok: state !== 'failed',
      ...json,
      url: now.url,
      state,
      notes,
      problems,
      kept,
    },
    text: [
      `Gave ${what(now)}.`,
      ...(now.resource === database.resource
        ? []
        : [`▲ It is a new database, ${now.resource}: restart what is still connected to the old one.`]),
      ...notes.map((note) => `▲ ${note}`),
      ...problems.flatMap(({ step, message, hint }) => [`✗ ${step}: ${message}`, ...(hint ? [`↳ ${hint}`] : [])]),
      ...kept.map(({ what: thing, why }) => `kept ${thing}: ${withWayOn(why)}`),
    ].join('\n'),
    exit: state === 'failed' ? EXIT.environment : EXIT.ok,
  }
}

function contentName(content: Content, { source }: DatabaseRecord): string {
  if (content.kind === 'snapshot') return `snapshot ${content.snapshot.name}`
  return content.kind === 'empty' ? 'nothing: it starts empty' : `${source}`
}

/** Some reasons name the command already. */
function withWayOn(why: string): string {
  return why.includes('npx lanekeeper gc') ? why : `${why}; once that is over: npx lanekeeper gc`
}

/** What went away may be in use still, or its server may not answer. */
function leftOf({ aside = [] }: WorktreeRecord): { what: string; why: string }[] {
  return aside
    .filter(isLeftOver)
    .map(({ resource, message }) => ({ what: resource, why: message ?? 'it is still there' }))
}

/** A new content is migrated like a new database; that is written down first, so that a kill does not forget it. */
async function replaceNow(worktree: WorktreeDatabases, role: string, content: Content): Promise<void> {
  const { repository, policy, record: seen } = worktree
  const record = readRecord(repository, seen.id) ?? seen
  const current = readyDatabaseOf({ repository, policy, record }, role)
  const work = await workOn(worktree, role)
  const before = record.steps.migrate
  const isMigrated = content.kind !== 'snapshot' && rolesToMigrate(policy.settings).some(([name]) => name === role)
  if (isMigrated) setMigrate(worktree, reopenedStep(before, [role]))
  try {
    await replaceDatabase(work, current, content)
  } catch (error) {
    if (isMigrated && before) setMigrate(worktree, before)
    await sweepAside(repository, readRecord(repository, seen.id) ?? seen)
    throw error
  }
}

function setMigrate({ repository, record: { id } }: WorktreeDatabases, migrate: Step): void {
  changeRecord(repository, id, (record) => ({ ...record, steps: { ...record.steps, migrate } }))
}

/** Keeps the database as it is now under a name. */
export async function snapshot(input: Input, session: Session): Promise<Result> {
  const worktree = openWorktree('db snapshot', input, session)
  const { role, resource } = readyDatabaseOf(worktree, textOption(input, 'role'))
  const name = nameOf(input.positionals[1], worktree.record, role, flag(input, 'replace'))
  const json = { role, name }
  if (flag(input, 'dry-run'))
    return { json: { ok: true, dryRun: true, ...json }, text: `Would keep database ${role} (${resource}) as ${name}.` }
  const made = await inTurn(worktree.repository, () => keep(worktree, role, name), session.out)
  return {
    json: { ok: true, ...json, resource: made.resource, createdAt: made.createdAt },
    text: `Kept database ${role} as ${name}. Bring it back: npx lanekeeper db restore ${name}`,
  }
}

/** The new one first: a snapshot that is replaced goes once there is another of its name. */
async function keep(worktree: WorktreeDatabases, role: string, name: string): Promise<AsideRecord> {
  const { repository, policy, record: seen } = worktree
  const record = readRecord(repository, seen.id) ?? seen
  const current = readyDatabaseOf({ repository, policy, record }, role)
  const work = await workOn(worktree, role)
  const request = requestOf(work, { from: current, isSnapshot: true, settings: { ...work.settings, mode: 'fork' } })
  try {
    const made = await makeAside(work, request, name)
    const old = snapshotsOf(record, role).find((one) => one.name === name)
    if (old) putAside(repository, record.id, { ...old, state: 'destroying' })
    return made
  } finally {
    await sweepAside(repository, readRecord(repository, seen.id) ?? seen)
  }
}

function nameOf(given: string | undefined, record: WorktreeRecord, role: string, mayReplace: boolean): string {
  const taken = new Set(snapshotsOf(record, role).map(({ name }) => name))
  if (given === undefined) {
    let number = 1
    while (taken.has(`s${number}`)) number++
    return `s${number}`
  }
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(given))
    throw new LanekeeperError('bad-name', `"${given}" is no name for a snapshot.`, {
      hint: 'Letters, digits, and _ . - after the first.',
    })
  if (taken.has(given) && !mayReplace)
    throw usageError(
      `Database ${role} has a snapshot "${given}" already.`,
      `Replace it: npx lanekeeper db snapshot ${given} --role ${role} --replace`,
    )
  return given
}
