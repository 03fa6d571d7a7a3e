/** What an agent is told when its session starts in a worktree: short, since it is read before every task. */
import { commandLine, shellQuote } from '../shell-quote.ts'
import type { Task } from '../task.ts'

export interface SessionFacts {
  readonly path: string
  readonly branch: string | null
  readonly base: string
  /** The open task here; null: the worktree is nobody's lane. */
  readonly task: Task | null
  readonly ports: Readonly<Record<string, number>>
  readonly urls: Readonly<Record<string, string>>
  readonly databases: Readonly<Record<string, { readonly provider: string; readonly url: string }>>
  readonly state: 'pending' | 'ready' | 'failed'
  readonly problems: readonly { readonly step: string; readonly message: string }[]
}

/** The facts, one a line. */
export function sessionText(facts: SessionFacts): string {
  const { path, branch, task, ports, urls, databases } = facts
  return [
    task === null
      ? `Lanekeeper: this is the worktree ${path}${branch === null ? '' : `, branch ${branch}`}. It has no task, so no scope.`
      : `Lanekeeper: this is the worktree of task "${task.id}" (${task.title}): ${path}, branch ${task.branch}, base ${facts.base}.`,
    ...(task === null ? ['WORKTREE.md has its ports, database and rules.'] : laneLines(task)),
    ...Object.entries(ports).map(([name, port]) => `${name}=${port}${urls[name] ? ` ${urls[name]}` : ''}`),
    ...Object.entries(databases).map(([role, { provider, url }]) => `Database ${role} (${provider}): ${url}`),
    'Start servers with: git lanekeeper run -- <command>',
    ...(task === null ? [] : ['Before you say you are done: git lanekeeper check']),
    ...stateLines(facts),
  ].join('\n')
}

function laneLines({ allow, deny, shared, migrations }: Task): string[] {
  const also = [
    ...(shared.length > 0 ? [`shared with others: ${shared.join(', ')}`] : []),
    ...(migrations === null ? [] : [`the migrations of ${migrations}`]),
    ...(deny.length > 0 ? [`not ${deny.join(', ')}`] : []),
  ]
  return [
    'Read TASK.md (the brief) and WORKTREE.md (ports, database, rules) first.',
    `You may change: ${[allow.join(', ') || 'nothing yet', ...also].join('; ')}. Anything else is refused.`,
    'Commit on this branch only: no git stash, no move of the base, no --no-verify, no worktree commands.',
  ]
}

function stateLines({ path, state, problems }: SessionFacts): string[] {
  if (state === 'ready') return []
  const wait = commandLine(['npx', 'lanekeeper', 'setup', path, '--wait'])
  return [
    ...problems.map(({ step, message }) => `NOT ready (${step}): ${message}`),
    state === 'failed'
      ? `The set-up failed. Once mended: ${wait}`
      : `Dependencies or set-up commands are still at work in the background; to wait for them: ${wait}`,
  ]
}

/** Lines for a shell that export variables. */
export function exportLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join('')
}

/** How often a stop is sent back before the agent may end all the same: a person is to read it then. */
export const MOST_SENT_BACK = 2

export interface StopCount {
  readonly session: string
  readonly count: number
}

/**
 * How often this stop was sent back already.
 * @param isGoingOn the agent's own word for "I only go on because a hook said so"; null where it has none
 * @param loops the agent's own count (Cursor); null where it has none
 */
export function timesSentBack(
  known: StopCount | null,
  session: string,
  isGoingOn: boolean | null,
  loops: number | null,
): number {
  if (loops !== null) return loops
  if (isGoingOn === false || known?.session !== session) return 0
  return known.count
}
