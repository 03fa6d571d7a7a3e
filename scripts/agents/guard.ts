/**
 * The guard at edit time: what an agent is about to write or run in its task's worktree, asked of the one judge. It is
 * early advice, not the wall: what a program writes it does not see, and the gate at commit and merge does.
 */
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { ToolCall } from '../policy/agent-hooks/payload.ts'
import { commandsRefused, type OutsideWrite, outsideRefused } from '../policy/agent-hooks/refusal-texts.ts'
import { type DoubtfulCommand, doubtfulCommands } from '../policy/agent-hooks/shell-rules.ts'
import { problemWithBranch } from '../policy/names.ts'
import { refusalText } from '../policy/refusal.ts'
import { forgetNote } from '../system/agent-state.ts'
import { placeInside, realPlace, worktreeRootAbove } from '../system/edit-place.ts'
import { refTip } from '../system/refs.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import { type AgentLane, agentLane } from './lane.ts'
import { judgePaths } from './verdict.ts'

/** Where Claude Code keeps its own plans and notes; no repository's business. */
const AGENT_NOTES = ['.claude/plans', '.claude/projects']
/**
 * Why a tool call is refused, or null.
 * @param cwd where the agent stands
 * @throws what reading the policy throws: the caller blocks then
 */
export function refusedCall(call: ToolCall, cwd: string, env: NodeJS.ProcessEnv): string | null {
  if (call.paths.length === 0 && call.command === null) return null
  const lane = agentLane(cwd, env)
  if (lane === null) return null
  forgetNote(lane.repository.gitDir)
  const refusals = [
    commandRefusal(call.command, cwd, lane),
    ...pathRefusals(
      call.tool,
      call.paths.map((path) => resolve(cwd, path)),
      lane,
    ),
  ].filter((text) => text !== null)
  return refusals.length === 0 ? null : refusals.join('\n\n')
}

function commandRefusal(command: string | null, cwd: string, lane: AgentLane): string | null {
  const { policy, task } = lane
  const rules = { base: policy.base, branch: task.branch, isBranch: branchesOf(lane.repository) }
  const doubtful = command === null ? [] : doubtfulCommands(command, rules)
  const refused = doubtful.filter((one) => isOurs(one, resolve(cwd, ...one.dirs), lane))
  return refused.length === 0 ? null : commandsRefused(refused, task.id)
}

function branchesOf(repository: Repository): (name: string) => boolean {
  const isRef = (ref: string) => refTip(repository, ref) !== null
  return (name) => isPlainName(name) && (isRef(`refs/heads/${name}`) || isRef(`refs/remotes/${name}`))
}

/** What git would not take for a branch must not become a path to look for either. */
function isPlainName(name: string): boolean {
  return problemWithBranch(name) === null
}

/** A command in some other repository is no business of ours. */
function isOurs({ onlyElsewhere }: DoubtfulCommand, dir: string, { repository }: AgentLane): boolean {
  const other = sameRepositoryAt(dir, repository)
  return other !== null && !(onlyElsewhere && other.gitDir === repository.gitDir)
}

/** The worktree of our repository that a directory lies in, or null. */
function sameRepositoryAt(dir: string, { commonDir, env }: Repository): Repository | null {
  const root = worktreeRootAbove(dir)
  if (root === null) return null
  const found = openRepository(root, env)
  return found.commonDir === commonDir ? found : null
}

function pathRefusals(tool: string, paths: readonly string[], lane: AgentLane): (string | null)[] {
  const { root } = lane.repository
  const places = paths.map((path) => ({ path: realPlace(path), inside: placeInside(root, realPlace(path)) }))
  const outside = places
    .filter(({ inside }) => inside === null)
    .map(({ path }) => outsideWrite(path, lane))
    .filter((write) => write !== null)
  return [
    outside.length === 0 ? null : outsideRefused(outside, tool, lane.task.id, root),
    scopeRefusal(
      tool,
      places.map(({ inside }) => inside).filter((path) => path !== null),
      lane,
    ),
  ]
}

/** Null for what may be written anyway: scratch files and the agent's own notes. */
function outsideWrite(path: string, { repository }: AgentLane): OutsideWrite | null {
  const other = sameRepositoryAt(path, repository)
  if (other !== null) {
    const where = other.isLinked ? "in another task's worktree" : "in the main worktree, which is a person's"
    return { path, where, ownPath: join(repository.root, relative(other.root, path)) }
  }
  const isBelow = (dir: string) => placeInside(realPlace(dir), path) !== null
  const home = repository.env.HOME
  if (isBelow(tmpdir()) || (home && AGENT_NOTES.some((dir) => isBelow(join(home, dir))))) return null
  return { path, where: 'outside every worktree of this repository', ownPath: null }
}

function scopeRefusal(tool: string, paths: readonly string[], lane: AgentLane): string | null {
  if (paths.length === 0) return null
  const { verdict, facts } = judgePaths(paths, lane)
  if (verdict.verdict === 'pass') return null
  const what = paths.length === 1 ? `${tool} ${paths[0]}` : tool
  return refusalText(verdict, facts, { door: 'edit', what, recovery: [] })
}
