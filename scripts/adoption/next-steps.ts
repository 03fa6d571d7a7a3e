/** What is left to do for a person after `init`: commit what was written, and start a task. */
import { ADOPTED_FILES } from '../policy/adoption/adopted-files.ts'
import type { Plan } from '../policy/adoption/init-plan.ts'
import { LOCKFILES } from '../policy/manifests.ts'
import { commandLine } from '../policy/shell-quote.ts'
import type { Repository } from '../system/repository.ts'

/**
 * Settings count once they are on the base, so committing comes first; a lockfile that lags behind breaks frozen
 * installs, and a project's commit-msg hook may want a conventional subject.
 */
export function nextSteps(repository: Repository, plan: Plan, cwd: string): string[] {
  const archive = plan.archive === null || plan.archive.startsWith('../') ? [] : [plan.archive]
  const watched = ['.husky', ...ADOPTED_FILES, ...LOCKFILES, ...archive]
  const changed = repository.git
    .nul(['status', '--porcelain', '-z', '--untracked-files=all', '--', ...watched])
    .map((line) => line.slice(3))
  const paths = [...new Set(changed.map((file) => (file.startsWith('.husky/') ? '.husky' : file)))]
  const git = commandLine(['git', ...(cwd === repository.root ? [] : ['-C', repository.root])])
  const commit = [`${git} ${commandLine(['add', ...paths])}`, `${git} commit -m "chore: adopt Lanekeeper"`]
  // nobody has to leave the folder: npx may find us in no other
  return [...(paths.length === 0 ? [] : commit), plan.newTask]
}
