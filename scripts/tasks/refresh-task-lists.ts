/** TASKS.md in every worktree says who owns what; a task that comes, changes or ends is news for all of them. */
import { existsSync } from 'node:fs'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { DOCUMENT_NAMES, writeDocuments } from '../system/documents.ts'
import { readLedger, type WorktreeRecord } from '../system/ledger.ts'
import { allIgnored, openPathStates, worktreesIgnoring } from '../system/path-states.ts'
import { readPolicy } from '../system/policy-source.ts'
import { openRepository, type Repository } from '../system/repository.ts'

/** Writes the documents of all provisioned worktrees anew. What cannot be written now, the next `setup` there writes. */
export async function refreshTaskLists(repository: Repository, policy = readPolicy(repository)): Promise<void> {
  const standing = readLedger(repository).filter(
    ({ removal, path, gitDir }) => !removal && existsSync(path) && existsSync(gitDir),
  )
  const paths = standing.map(({ path }) => path)
  const ignoring = await worktreesIgnoring(DOCUMENT_NAMES, paths, repository.env)
  for (const record of standing) {
    try {
      await refreshOne(repository, policy, record, ignoring.has(record.path))
    } catch (error) {
      if (!(error instanceof LanekeeperError)) throw error
    }
  }
}

async function refreshOne(
  { env }: Repository,
  policy: Policy,
  record: WorktreeRecord,
  isIgnoring: boolean,
): Promise<void> {
  const place = openRepository(record.path, env)
  if (place.gitDir !== record.gitDir) return
  const states = isIgnoring ? allIgnored : openPathStates(place, policy.settings, DOCUMENT_NAMES)
  await writeDocuments(place, policy, record, states)
}
