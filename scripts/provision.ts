/** The one provisioner; every entrance calls it. */

import type { WorktreeRecord } from './system/ledger.ts'
import type { Output } from './system/output.ts'
import type { Policy } from './system/policy-source.ts'
import type { Repository } from './system/repository.ts'

export interface ProvisionOptions {
  /** true: stay until every step is answered; false: leave slow steps to a detached process. */
  readonly wait: boolean
  /** A person said that this branch's set-up commands and dependencies may run. */
  readonly trust?: boolean
}

/** Provisions the worktree the repository was opened in. Idempotent, resumable, safe to run twice at once; never throws for a step that fails: the record says so. */
export async function provision(
  _repository: Repository,
  _policy: Policy,
  _options: ProvisionOptions,
  _out: Output,
): Promise<WorktreeRecord> {
  throw new Error('not written yet')
}
