/** What every verb does first: open the repository, read the policy, look whether the base moved behind the gate's back. */
import type { Session } from './command.ts'
import { type Policy, readPolicy } from './system/policy-source.ts'
import { assertGitVersion, openRepository, type Repository } from './system/repository.ts'

/** A thing that is wrong with the repository as a whole; `status --json` lists them. */
export interface Alarm {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export interface Entrance {
  readonly repository: Repository
  readonly policy: Policy
  readonly alarms: readonly Alarm[]
}

/**
 * Opens the repository around the session's directory.
 * @param alarms false for verbs that must stay quick and silent (`run`, `hook`)
 * @throws what `openRepository` and `readPolicy` throw
 */
export function enter(session: Session, { alarms = true }: { alarms?: boolean } = {}): Entrance {
  const repository = openRepository(session.cwd, session.env)
  assertGitVersion(repository.git)
  const policy = readPolicy(repository)
  void alarms
  return { repository, policy, alarms: [] }
}
