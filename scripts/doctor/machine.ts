/** Doctor's checks of the machine and the shell. */

import { commandLine } from '../policy/shell-quote.ts'
import { findProgram } from '../system/executables.ts'
import { gitVersion, OLDEST_GIT } from '../system/repository.ts'
import { type Check, type Finding, ok, orOk, problem, type Scene, warning } from './finding.ts'

/** What package.json's `engines` asks for. */
const OLDEST_NODE = [20, 19] as const

export const machineChecks: readonly Check[] = [
  { name: 'git', look: checkGit },
  { name: 'node', look: checkNode },
  { name: 'terminal', look: checkTerminal },
  { name: 'shell', look: checkShell },
]

function checkGit({ repository }: Scene): Finding[] {
  const [major, minor] = gitVersion(repository.git)
  if (isAtLeast([major, minor], OLDEST_GIT)) return [ok(`git ${major}.${minor}`)]
  return [
    problem(`git ${major}.${minor} is older than ${OLDEST_GIT.join('.')}`, 'Update git: https://git-scm.com/downloads'),
  ]
}

function checkNode(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (isAtLeast([major, minor], OLDEST_NODE)) return [ok(`Node ${process.versions.node}`)]
  return [
    problem(`Node ${process.versions.node} is older than ${OLDEST_NODE.join('.')}`, 'Update Node: https://nodejs.org'),
  ]
}

function isAtLeast([major, minor]: readonly [number, number], [least, leastMinor]: readonly [number, number]): boolean {
  return major > least || (major === least && minor >= leastMinor)
}

function checkTerminal({ repository, policy, session }: Scene): Finding[] {
  if (policy === null) return []
  if (policy.settings.terminal !== 'tmux') return [ok('agents are started by hand ("terminal": "none")')]
  if (findProgram('tmux', session.env, repository.root)) return [ok('tmux is there for launch')]
  return [
    warning(
      'tmux is not installed: launch cannot open windows',
      'Install tmux, or set "terminal": "none" in lanekeeper.json',
    ),
  ]
}

/** A variable in the shell beats every env file, so all worktrees would share its database or port. */
function checkShell({ policy, session }: Scene): readonly Finding[] {
  const { env } = session
  const ours = policy
    ? [
        ...Object.keys(policy.settings.ports.services),
        ...Object.values(policy.settings.databases).flatMap(({ vars }) => vars),
      ]
    : []
  const shadowing = ours.filter((name) => env[name] !== undefined)
  const keys = Object.entries(env).filter(([name]) => name.startsWith('GIT_CONFIG_KEY_'))
  const overridesPath =
    keys.some(([, value]) => value?.toLowerCase() === 'core.hookspath') ||
    /core\.hookspath/i.test(env.GIT_CONFIG_PARAMETERS ?? '')
  const findings = [
    ...(shadowing.length > 0
      ? [
          warning(
            `${shadowing.join(', ')} is set in this shell and beats every worktree’s env file`,
            commandLine(['unset', ...shadowing]),
          ),
        ]
      : []),
    ...(env.LANEKEEPER === '0' ? [warning('LANEKEEPER=0 turns all hooks off in this shell', 'unset LANEKEEPER')] : []),
    ...(overridesPath
      ? [
          problem(
            'this shell’s GIT_CONFIG variables set core.hooksPath: no hook of ours runs',
            'unset GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS',
          ),
        ]
      : []),
  ]
  return orOk(findings, 'nothing in this shell overrides a worktree’s variables')
}
