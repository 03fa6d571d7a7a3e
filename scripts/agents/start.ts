/** An agent's session starts in a worktree: what is missing there is provisioned, and the agent gets its facts and variables. */
import { appendFileSync, existsSync } from 'node:fs'
import type { Session } from '../command.ts'
import { type AgentFormat, type Answer, type Payload, SILENCE, textIn } from '../policy/agent-hooks/payload.ts'
import { exportLines, sessionText } from '../policy/agent-hooks/session-facts.ts'
import type { Policy } from '../policy/policy.ts'
import { setupDocument } from '../provisioning/provision.ts'
import { provisionQuickly } from '../provisioning/provision-quickly.ts'
import { forgetNote } from '../system/agent-state.ts'
import { worktreeEnvironment } from '../system/env-files.ts'
import type { WorktreeRecord } from '../system/ledger.ts'
import { openTasks, readPolicy } from '../system/policy-source.ts'
import type { Repository } from '../system/repository.ts'
import { linkedWorktreeAt } from './lane.ts'

/** The facts of the worktree an agent starts in; silence in the main worktree and where Lanekeeper is not adopted. */
export async function startAnswer(format: AgentFormat, payload: Payload, session: Session): Promise<Answer> {
  const repository = linkedWorktreeAt(textIn(payload, 'cwd') ?? rootIn(payload) ?? session.cwd, session.env)
  if (repository === null || !existsSync(repository.stateDir)) return SILENCE
  forgetNote(repository.gitDir)
  const policy = readPolicy(repository)
  const { record } = await provisionQuickly(repository, policy, { wait: false, trust: false })
  const env = variablesOf(repository, record)
  // Claude Code reads this file before every command it runs
  if (session.env.CLAUDE_ENV_FILE) appendFileSync(session.env.CLAUDE_ENV_FILE, exportLines(env))
  return format.context(textOf(record, policy), env)
}

function rootIn({ workspace_roots: roots }: Payload): string | null {
  return Array.isArray(roots) && typeof roots[0] === 'string' ? roots[0] : null
}

function variablesOf(repository: Repository, record: WorktreeRecord): Record<string, string> {
  const ports = Object.entries(record.ports?.ports ?? {}).map(([name, port]) => [name, String(port)])
  return { ...Object.fromEntries(ports), ...worktreeEnvironment(repository, record) }
}

function textOf(record: WorktreeRecord, policy: Policy): string {
  const task = openTasks(policy).find(({ branch }) => branch === record.branch) ?? null
  const { worktree, ...document } = setupDocument(record, policy)
  return sessionText({ ...document, ...worktree, base: task?.base ?? policy.base, task })
}
