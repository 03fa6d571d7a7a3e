/** What git has begun in a worktree and waits to be told how to go on with. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Unfinished } from '../policy/recovery.ts'
import { appliedCommit } from './head.ts'
import type { Repository } from './repository.ts'

export function unfinishedIn({ git, gitDir }: Repository): Unfinished {
  const has = (name: string) => existsSync(join(gitDir, name))
  return {
    merge: has('MERGE_HEAD'),
    squash: has('SQUASH_MSG'),
    cherryPick: appliedCommit(git, gitDir, 'CHERRY_PICK_HEAD') !== null,
    rebase: has('rebase-merge') || (has('rebase-apply') && !has('rebase-apply/applying')),
    am: has('rebase-apply/applying'),
    sequencer: has('sequencer'),
  }
}
