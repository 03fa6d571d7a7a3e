/** A linked worktree and the ledger record that the provisioning steps work on, without the rest of the provisioner. */

import type { Policy } from '../../scripts/policy/policy.ts'
import type { DatabaseRecord, WorktreeRecord } from '../../scripts/system/ledger.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository, type Repository } from '../../scripts/system/repository.ts'
import type { TestRepository } from './repository.ts'

export interface LinkedWorktree {
  readonly path: string
  readonly repository: Repository
  readonly policy: Policy
  /** A record that knows these databases. */
  record(databases?: readonly DatabaseRecord[]): WorktreeRecord
}

/** Adds a linked worktree `search` on branch `task/search`, beside the project. */
export function linkedWorktree(project: TestRepository, { at = 'search' } = {}): LinkedWorktree {
  const path = project.path(at)
  project.git(['worktree', 'add', '-q', '--no-track', '-b', `task/${at}`, path])
  const repository = openRepository(path, project.env)
  const record = (databases: readonly DatabaseRecord[] = []): WorktreeRecord => ({
    id: 'aaaa',
    clone: 'bbbb',
    path,
    gitDir: repository.gitDir,
    branch: `task/${at}`,
    task: at,
    steps: {},
    ports: null,
    databases,
    problems: [],
    worker: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  })
  return { path, repository, policy: readPolicy(repository), record }
}
