/** What is started from the trusted copy beside git's hooks: by the settings of coding agents, and by a person in any folder. */
import { join } from 'node:path'
import agentHook from '../../templates/hooks/agent-hook.hbs'
import gitLanekeeper from '../../templates/hooks/git-lanekeeper.hbs'
import { shellQuote } from '../policy/shell-quote.ts'
import { VERSION } from '../policy/version.ts'
import type { Repository } from './repository.ts'

/** What the settings of coding agents start: one name whatever the build, since those settings are committed. */
export function agentHookFile({ stateDir }: Repository): string {
  return join(stateDir, 'agent-hook')
}

/** What the alias `git lanekeeper` starts. */
export function launcherFile({ stateDir }: Repository): string {
  return join(stateDir, 'git-lanekeeper')
}

/**
 * Path and text of each program.
 * @param code directory of the trusted copy
 */
export function programsOf(repository: Repository, code: string): (readonly [string, string])[] {
  const start = { version: VERSION, node: shellQuote(process.execPath), code: shellQuote(join(code, 'cli.cjs')) }
  const installed = shellQuote(join(repository.mainWorktree, 'node_modules', 'lanekeeper', 'dist', 'cli.cjs'))
  return [
    [agentHookFile(repository), agentHook(start)],
    [launcherFile(repository), gitLanekeeper({ ...start, package: installed })],
  ]
}
