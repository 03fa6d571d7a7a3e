/** What every verb does first: open the repository, read the policy, look whether the base moved behind the gate's back. */

import type { Session } from './command.ts'
import { meetRemote } from './contact.ts'
import { type Alarm, alarmsOf } from './gate/alarms.ts'
import { hooksAreLost, hooksAreMissing, refreshHooks } from './install.ts'
import type { Policy } from './policy/policy.ts'
import { isInstalled } from './system/installed.ts'
import { readPolicy } from './system/policy-source.ts'
import { assertGitVersion, openRepository, type Repository } from './system/repository.ts'

export interface Entrance {
  readonly repository: Repository
  readonly policy: Policy
  readonly alarms: readonly Alarm[]
}

/**
 * Opens the repository around the session's directory, says alarms aloud, and refreshes hooks that are out of date.
 * @param alarms false for verbs that must stay quick and silent (`run`, `hook`) or that answer alarms themselves
 * @param remote true for verbs that change or ask what other machines share: they meet the remote first, where there is one
 * @throws what `openRepository` and `readPolicy` throw
 */
export function enter(
  session: Session,
  { alarms = true, remote = false }: { alarms?: boolean; remote?: boolean } = {},
): Entrance {
  const repository = openRepository(session.cwd, session.env)
  // the installation asked already; a process less for every verb
  if (!isInstalled(repository)) assertGitVersion(repository.git)
  const known = readPolicy(repository)
  const hasNews = remote && meetRemote(repository, known.settings, session.out)?.came === true
  const policy = hasNews ? readPolicy(repository, known.base) : known
  if (!alarms || session.env.LANEKEEPER === '0') return { repository, policy, alarms: [] }
  refreshedHooks(repository, policy, session)
  const found = alarmsOf(repository, policy)
  if (!session.out.isJson) for (const { code, message, hint } of found) session.out.error(`${code}: ${message}`, hint)
  return { repository, policy, alarms: found }
}

/** Without hooks nothing is refused, and git does not say so. */
function refreshedHooks(repository: Repository, policy: Policy, { out }: Session): void {
  const wereLost = hooksAreLost(repository)
  const strangers = refreshHooks(repository, policy)
  if (strangers.length > 0)
    out.warn(`Another program had put its hooks in place of ours (${strangers.join(', ')}): ours are installed anew.`)
  if (wereLost && !isInstalled(repository))
    out.warn(
      `${repository.stateDir} was deleted, and every hook with it, so nothing is refused. In the main worktree (${repository.mainWorktree}): npx lanekeeper install`,
    )
  else if (wereLost)
    out.warn(
      `${repository.stateDir} was deleted, and every hook with it: the hooks are installed anew. Worktrees that lost their ports: npx lanekeeper doctor --fix`,
    )
  else if (hooksAreMissing(repository, policy))
    out.warn('The hooks are not installed in this clone, so nothing is refused here: npx lanekeeper install')
}
