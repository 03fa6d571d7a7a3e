/** An agent says it is done: the verdict, and back to work with the reasons, a few times at most. */
import { join } from 'node:path'
import type { Session } from '../command.ts'
import { judgeBranch } from '../gate/gate.ts'
import { type AgentFormat, type Answer, type Payload, SILENCE, textIn } from '../policy/agent-hooks/payload.ts'
import { MOST_SENT_BACK, type StopCount, timesSentBack } from '../policy/agent-hooks/session-facts.ts'
import { refusalText } from '../policy/refusal.ts'
import { readJsonIfExists, writeAtomically } from '../system/files.ts'
import { treePaths } from '../system/history.ts'
import { worktreeStateDir } from '../system/identity.ts'
import { uncommittedPaths } from '../system/uncommitted-paths.ts'
import { type AgentLane, agentLane } from './lane.ts'
import { judgePaths } from './verdict.ts'

/** Silence lets the agent stop. */
export function stopAnswer(format: AgentFormat, payload: Payload, session: Session): Answer {
  const lane = agentLane(textIn(payload, 'cwd') ?? session.cwd, session.env)
  if (lane === null || isCutShort(payload)) return SILENCE
  const id = textIn(payload, 'session_id', 'sessionId', 'conversation_id') ?? ''
  const file = join(worktreeStateDir(lane.repository.gitDir), 'agent-stops.json')
  const { stop_hook_active: active, loop_count: loops } = payload
  const count = timesSentBack(
    readJsonIfExists<StopCount>(file),
    id,
    typeof active === 'boolean' ? active : null,
    typeof loops === 'number' ? loops : null,
  )
  const reasons = count < MOST_SENT_BACK ? reasonsAgainst(lane) : null
  if (reasons === null) return SILENCE
  writeAtomically(file, JSON.stringify({ session: id, count: count + 1 } satisfies StopCount), { durable: false })
  return format.sendBack(reasons)
}

/** A person or an error ended the turn (Cursor): nobody is there to send back. */
function isCutShort({ status }: Payload): boolean {
  return status === 'aborted' || status === 'error'
}

/** What would be refused at landing, and what lies in the work tree and would be refused at the commit. */
function reasonsAgainst(lane: AgentLane): string | null {
  const { repository, policy, task } = lane
  const branch = judgeBranch(repository, policy, task.branch)
  if (branch.verdict.verdict === 'refuse')
    return refusalText(branch.verdict, branch.facts, { door: 'landing', what: `landing ${task.branch}`, recovery: [] })
  const paths = uncommittedPaths(repository.git)
  const tracked = new Set(paths.length === 0 ? [] : treePaths(repository.git, 'HEAD'))
  const { verdict, facts } = judgePaths(paths, lane, tracked)
  if (verdict.verdict === 'pass') return null
  return refusalText(verdict, facts, { door: 'stop', what: 'what lies in the work tree', recovery: [] })
}
