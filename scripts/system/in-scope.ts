/** Keeps the pre-commit filter's quick answer for a task's worktree beside its git dir. Derived data, never a truth. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fastScopeScript } from '../policy/fast-scope.ts'
import type { Settings } from '../policy/settings.ts'
import type { Task } from '../policy/task.ts'
import { readIfExists, writeAtomically } from './files.ts'
import { worktreeStateDir } from './identity.ts'

/** Writes the quick answer for the worktree's task, or takes an old one away when only the judge can tell. */
export function writeInScope(gitDir: string, task: Task | null, settings: Settings): void {
  const file = join(worktreeStateDir(gitDir), 'in-scope')
  const script = task ? fastScopeScript(task, settings) : null
  if (script === null) rmSync(file, { force: true })
  else if (readIfExists(file) !== script) writeAtomically(file, script)
}
