/** What a sweep starts from and what it comes to. */
import type { Session } from '../command.ts'
import type { Policy } from '../policy/policy.ts'
import type { Repository } from '../system/repository.ts'
import type { Kept } from '../system/teardown.ts'
import type { Worktree } from '../system/worktrees.ts'

export interface Swept {
  readonly removed: readonly Kept[]
  readonly kept: readonly Kept[]
}

export interface Sweep {
  readonly repository: Repository
  readonly policy: Policy
  /** As git lists them, before anything is swept. */
  readonly worktrees: readonly Worktree[]
  readonly session: Session
  readonly dryRun: boolean
}
