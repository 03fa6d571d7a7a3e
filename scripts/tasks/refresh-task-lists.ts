/** TASKS.md in every worktree says who owns what; a task that comes, changes or ends is news for all of them. */
import { existsSync } from 'node:fs'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { DOCUMENT_NAMES, writeDocuments } from '../system/documents.ts'
import { readLedger, type WorktreeRecord } from '../system/ledger.ts'
import { openPathStates } from '../system/path-states.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'

/** Writes the documents of all provisioned worktrees anew. What cannot be written now, the next `setup` there writes. */
export async function refreshTaskLists(repository: Repository, policy = readPolicy(repository)): Promise<void> {
  const standing = readLedger(repository).filter(
    ({ removal, path, gitDir }) => !removal && existsSync(path) && existsSync(gitDir),
  )
  for (const record of standing) {
    try {
      await refreshOne(repository, policy, record)
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
    }
  }
}

async function refreshOne({ env }: Repository, policy: Policy, record: WorktreeRecord): Promise<void> {
  const place = openRepository(record.path, env)
  if (place.gitDir !== record.gitDir) return
  await writeDocuments(place, policy, record, openPathStates(place, policy.settings, DOCUMENT_NAMES))
}
