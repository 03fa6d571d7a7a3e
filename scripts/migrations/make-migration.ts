/** A new migration: the lease first, then a file with the right number, by the project's own tool where it has one. */
import type { Session } from '../command.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { heldHint, heldText } from '../policy/migrations/lease-words.ts'
import { type MigrationFile, type MigrationSet, migrationSets } from '../policy/migrations/migration-set.ts'
import { turnsOf } from '../policy/migrations/ownership.ts'
import { newestOf } from '../policy/migrations/sequence.ts'
import { filesFromTemplate, migrationWord, newVersion } from '../policy/migrations/stamps.ts'
import { literalPrefix } from '../policy/patterns.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Task } from '../policy/task.ts'
import { commandEnvironment } from '../run.ts'
import { runInForeground } from '../system/foreground.ts'
import { migrationsAt, migrationsIn, pathsIn, writeNewFile } from '../system/migration-files.ts'
import type { Repository } from '../system/repository.ts'
import { claimLease, heldAgainst } from './leases.ts'
import { agentsTaskHere } from './task.ts'

export interface MigrationAnswers {
  /** What it does, in a few words. */
  readonly name: string
  /** Where several databases have migrations; default: the task's. */
  readonly database?: string | undefined
  /** Where a database has several sets; default: its only one. */
  readonly preset?: string | undefined
}

export interface MadeMigration {
  readonly database: string
  readonly preset: string
  /** From the worktree's root. */
  readonly files: readonly string[]
  /** The tool's command that made them, or null for our template. */
  readonly command: string | null
  /** What is not right with them yet, each with the way on. */
  readonly warnings: readonly string[]
}

/**
 * Makes a migration in this worktree.
 * @throws `lease-held` while another task has the turn, `refused` for a task that owns none, `usage`, `dependencies`
 */
export async function makeMigration(
  { repository, policy }: { readonly repository: Repository; readonly policy: Policy },
  session: Session,
  answers: MigrationAnswers,
): Promise<MadeMigration> {
  const task = agentsTaskHere(repository, policy)
  const set = setMeant(policy, task, answers)
  const name = migrationWord(answers.name)
  if (name === null)
    throw new LanekeeperError('usage', `"${answers.name}" gives no file name.`, {
      hint: 'Use letters and digits: --name "add tags"',
    })
  if (task !== null) takeTurn(repository, policy, task, set.database)
  const known = knownFiles(repository, policy, set)
  const command = commandOf(set, known, name)
  const before = new Set(pathsIn(repository.git, set))
  if (command === null) writeFromTemplate(repository, set, known, name, task)
  else await runTool(command, repository, session)
  const files = pathsIn(repository.git, set).filter((path) => !before.has(path))
  if (files.length === 0 && command !== null) throw madeNothing(command, set)
  return {
    database: set.database,
    preset: set.preset,
    files,
    command: command === null ? null : commandLine(command),
    warnings: late(set, repository, policy, files),
  }
}

/** The set that is meant: of the task's database, or the one a person names. */
function setMeant(policy: Policy, task: Task | null, { database, preset }: MigrationAnswers): MigrationSet {
  const all = migrationSets(policy.settings)
  if (all.length === 0)
    throw new LanekeeperError('settings', 'lanekeeper.json knows of no migrations.', {
      hint: 'On the base: "migrations": [{ "preset": "prisma", "database": "dev" }] (npx lanekeeper init finds them)',
    })
  if (task !== null && (task.migrations === null || (database ?? task.migrations) !== task.migrations))
    throw new LanekeeperError(
      'refused',
      `Task "${task.id}" owns ${task.migrations === null ? 'no migrations' : `the migrations of "${task.migrations}"`}.`,
      {
        hint: `A person, in the main worktree: ${commandLine(['npx', 'lanekeeper', 'task', 'edit', task.id])}, there: migrations: ${database ?? all[0]?.database ?? 'dev'}`,
      },
    )
  const wanted = database ?? task?.migrations
  const found = all.filter(
    (set) =>
      (wanted === undefined || wanted === null || set.database === wanted) &&
      (preset === undefined || set.preset === preset),
  )
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const names = all.map((set) => `--database ${set.database} --preset ${set.preset}`).join('\n')
  throw new LanekeeperError('usage', found.length === 0 ? 'There are no such migrations.' : 'Which migrations?', {
    hint: names,
  })
}

/** @throws `lease-held` with the task's place in line */
function takeTurn(repository: Repository, policy: Policy, task: Task, database: string): void {
  if (turnsOf(policy.settings, database)?.mode !== 'lease') return
  const held = heldAgainst(claimLease(repository, policy, task, database), task.id)
  if (held !== null) throw new LanekeeperError('lease-held', heldText(held), { hint: heldHint(held) })
}

/** Those of the base's tip count as well: the branch may be older. */
function knownFiles({ git }: Repository, { baseTip }: Policy, set: MigrationSet): MigrationFile[] {
  const here = migrationsIn(git, set)
  const atBase = baseTip === null ? [] : migrationsAt(git, baseTip, set)
  const all = [...here, ...atBase.filter(({ path }) => here.every((file) => file.path !== path))]
  return all.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Where the newest one is; a project's first goes where the settings or the tool want it. */
function unitOf(set: MigrationSet, known: readonly MigrationFile[]): string {
  const newest = newestOf(set, known)
  if (newest) return newest.unit
  const [path = ''] = set.paths
  const isDefault = set.paths.join() === set.tool.paths.join()
  return isDefault ? set.tool.directory : literalPrefix(path)
}

/** Words of the tool's own command, or null for our template. */
function commandOf(
  set: MigrationSet,
  known: readonly MigrationFile[],
  name: string,
): readonly [string, ...string[]] | null {
  const filled = (word: string) => word.replaceAll('{{name}}', name).replaceAll('{{unit}}', unitOf(set, known))
  const words = set.create === '' ? set.tool.create : set.create.trim().split(/\s+/)
  const [program, ...rest] = (words ?? []).map(filled)
  return program === undefined ? null : [program, ...rest]
}

/** It may ask, so it has the terminal; its output is narration. */
async function runTool(words: readonly [string, ...string[]], repository: Repository, session: Session): Promise<void> {
  session.out.note(commandLine(words))
  const env = commandEnvironment(session, repository)
  const status = await runInForeground(words, { cwd: repository.root, env, isNarration: true })
  if (status === 0) return
  throw new LanekeeperError('dependencies', `${commandLine(words)} exited ${status}; nothing of ours was changed.`, {
    hint: `The lease is yours all the same. Repeat when it is mended, or make the file by hand. Another command: "create" of "migrations" in lanekeeper.json`,
  })
}

function writeFromTemplate(
  { root }: Repository,
  set: MigrationSet,
  known: readonly MigrationFile[],
  name: string,
  task: Task | null,
): void {
  const unit = unitOf(set, known)
  const own = known.filter((file) => file.unit === unit)
  const version = newVersion(set.tool, own, new Date())
  for (const { path, text } of filesFromTemplate(set.tool, own, { unit, version, name, task: task?.id ?? '' }))
    writeNewFile(root, path, text)
}

function madeNothing(command: readonly string[], set: MigrationSet): LanekeeperError {
  return new LanekeeperError('dependencies', `${commandLine(command)} made no file below ${set.paths.join(', ')}.`, {
    hint: 'Was there nothing to generate? Else name the directory it writes to: "paths" of "migrations" in lanekeeper.json',
  })
}

/** A tool whose clock or counter is behind what the base has. */
function late(set: MigrationSet, { git }: Repository, { baseTip, base }: Policy, files: readonly string[]): string[] {
  const newest = baseTip === null ? null : newestOf(set, migrationsAt(git, baseTip, set))
  const made = newestOf(
    set,
    migrationsIn(git, set).filter(({ path }) => files.includes(path)),
  )
  if (newest === null || made === null || newestOf(set, [newest, made]) === made) return []
  return [`${made.path} comes before ${newest.path}, which is on ${base}: npx lanekeeper migration renumber`]
}
