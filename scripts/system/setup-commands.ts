/** The commands of `setup` in lanekeeper.json, run in a fresh worktree. */
import type { InstallOptions } from './dependencies.ts'
import type { Step } from './ledger.ts'
import type { Policy } from './policy-source.ts'
import type { Repository } from './repository.ts'

/** Runs the set-up commands one after the other, in the worktree; the first that fails ends it. */
export async function runSetupCommands(
  _repository: Repository,
  _policy: Policy,
  _options: InstallOptions,
): Promise<Step> {
  return { state: 'skipped' }
}
