/**
 * The branches of open tasks as plain lines, for the hooks' shell filter: it decides without a process whether a commit
 * is a task's, so Node never starts for a person's branch. Derived data: the truth is `refs/lanekeeper/tasks`.
 */
import { join } from 'node:path'
import { writeAtomically } from './files.ts'
import { openTasks, readPolicy } from './policy-source.ts'
import type { Repository } from './repository.ts'

export function taskBranchesFile(repository: Repository): string {
  return join(repository.stateDir, 'task-branches')
}

/** Writes the list anew from the tasks ref; reading it leaves the parsed tasks for the hooks. */
export function writeTaskBranches(repository: Repository): void {
  const lines = openTasks(readPolicy(repository)).map(({ branch }) => `refs/heads/${branch}\n`)
  writeAtomically(taskBranchesFile(repository), lines.join(''))
}
