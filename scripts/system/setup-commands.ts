/** The commands of `setup` in lanekeeper.json, run in a fresh worktree. */
import { lastWords } from '../policy/last-words.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { InstallOptions } from './dependencies.ts'
import type { Step } from './ledger.ts'
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
  for (const line of lines) {
    const { status, output } = await runShellLine(line, { cwd: repository.root, env, log })
    if (status === 0) continue
    const said = lastWords(output, TOLD_LINES)
    return {
      state: 'failed',
      message: `The set-up command ${commandLine([line])} exited ${status}:\n${said}\nThe whole output is in ${log}`,
    }
  }
  return { state: 'done' }
}
