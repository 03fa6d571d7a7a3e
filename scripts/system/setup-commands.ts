/** The commands of `setup` and of databases in lanekeeper.json, run in a fresh worktree. */
import { rolesToMigrate } from '../policy/databases/database-settings.ts'
import { commandsToRun, type DoneCommands, withDone } from '../policy/databases/migrate-commands.ts'
import { lastWords } from '../policy/last-words.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { InstallOptions } from './dependencies.ts'
import type { Step, WorktreeRecord } from './ledger.ts'
import { withoutHooks } from './no-hooks.ts'
import type { Repository } from './repository.ts'
import { runShellLine } from './shell.ts'
import { reasonNotToRun } from './trust.ts'

const TOLD_LINES = 8

/**
 * Runs the set-up commands one after the other, in the worktree and with its variables; the first that fails ends it.
 * They come from the base's settings, but what they run is the branch's own: so only for a branch that may.
 */
export async function runSetupCommands(
  repository: Repository,
  policy: Policy,
  { trust, log, env }: InstallOptions,
): Promise<Step> {
  const lines = policy.settings.setup
  if (lines.length === 0 || !repository.isLinked) return { state: 'skipped' }
  const reason = reasonNotToRun(repository, policy, { approve: trust })
  if (reason !== null) return { state: 'failed', message: `The set-up commands did not run: ${reason}` }
  return withoutHooks(repository, (hooksPath) =>
    runLines('set-up', lines, { cwd: repository.root, env, log, hooksPath }),
  )
}

/**
 * Brings the databases that are the worktree's own to its branch's state: the `migrate` commands of each, then `seed`
 * where it was made empty. Same rule as for set-up commands, and a failure leaves the database as it is.
 */
export async function runMigrations(
  repository: Repository,
  policy: Policy,
  { trust, log, env, save }: InstallOptions & { readonly save: (done: DoneCommands) => Promise<void> },
  { databases, steps }: Pick<WorktreeRecord, 'databases' | 'steps'>,
): Promise<Step> {
  let done: DoneCommands = steps.migrate?.done ?? {}
  const failed = (message: string): Step => ({ state: 'failed', message, done })
  const roles = rolesToMigrate(policy.settings)
  const reason = roles.length === 0 ? null : reasonNotToRun(repository, policy, { approve: trust })
  if (reason !== null) return failed(`The migrations did not run: ${reason}`)
  for (const [role, { migrate, seed }] of roles) {
    const database = databases.find((one) => one.role === role)
    if (database !== undefined && database.state !== 'ready')
      return failed(`Database ${role} was not migrated: it is ${database.state}.`)
    const been = { isEmpty: database?.isEmpty === true, done: done[role] ?? [] }
    for (const line of commandsToRun({ migrate, seed }, been)) {
      const step = await runLines(`database ${role}`, [line], { cwd: repository.root, env, log })
      if (step.state === 'failed') return failed(step.message ?? '')
      done = withDone(done, role, line)
      await save(done)
    }
  }
  return { state: 'done', done }
}

/** A failed line's message without where its output is: a landing keeps that in a log of its own. */
export function withoutLog(message: string): string {
  return message.replace(/\nThe whole output is in .*$/, '')
}

/** Runs shell lines one after the other; the first that fails ends it. */
export async function runLines(what: string, lines: readonly string[], options: Running): Promise<Step> {
  for (const line of lines) {
    const { status, output } = await runShellLine(line, options)
    if (status === 0) continue
    const said = lastWords(output, TOLD_LINES)
    return {
      state: 'failed',
      message: `The ${what} command ${commandLine([line])} exited ${status}:\n${said}\nThe whole output is in ${options.log}`,
    }
  }
  return { state: 'done' }
}

export interface Running {
  /** See `ProgramOptions`. */
  readonly hooksPath?: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly log: string
}
