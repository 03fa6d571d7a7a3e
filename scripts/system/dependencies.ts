/** Dependencies of a fresh worktree. */
import type { Step } from './ledger.ts'
import type { Policy } from './policy-source.ts'
import type { Repository } from './repository.ts'

export interface InstallOptions {
  /** A person said so for what the branch holds now. */
  readonly trust: boolean
  /** File that the programs' output goes to. */
  readonly log: string
  readonly env: NodeJS.ProcessEnv
}

/** Makes node_modules what the worktree's lockfile says. Never throws for an install that fails: the step says so. */
export async function installDependencies(
  _repository: Repository,
  _policy: Policy,
  _options: InstallOptions,
): Promise<Step> {
  return { state: 'skipped' }
}
