/** What an agent reads when a shell command or a path outside its worktree is refused; paths inside have refusal.ts. */
import { printable } from '../printable.ts'
import type { DoubtfulCommand } from './shell-rules.ts'

/** A write that would land outside the task's worktree. */
export interface OutsideWrite {
  /** Absolute and real. */
  readonly path: string
  /** Whose place that is, as the end of a sentence. */
  readonly where: string
  /** The same file in the task's own worktree, absolute; null where there is no such thing. */
  readonly ownPath: string | null
}

/** The refusal of shell commands. */
export function commandsRefused(commands: readonly DoubtfulCommand[], task: string): string {
  const count = commands.length === 1 ? '1 command' : `${commands.length} commands`
  return [
    `lanekeeper: ${count} refused in the worktree of task "${task}"`,
    '',
    ...commands.flatMap(({ what, why, instead }) => [`  ${what}`, `     ${why}`, `     → ${instead}`]),
    '',
    'A person may run it in a terminal of their own.',
  ].join('\n')
}

/** The refusal of writes outside the worktree. @param root the worktree's root */
export function outsideRefused(writes: readonly OutsideWrite[], tool: string, task: string, root: string): string {
  const count = writes.length === 1 ? '1 file' : `${writes.length} files`
  return [
    `lanekeeper: ${tool} refused: ${count} outside the worktree of task "${task}"`,
    '',
    ...writes.flatMap(({ path, where, ownPath }) => [
      `  ${printable(path)}`,
      `     it is ${where}`,
      ...(ownPath === null ? [] : [`     → this task's own is ${printable(ownPath)}`]),
    ]),
    '',
    `An agent: work below ${root}; what is needed elsewhere, say in your answer.`,
  ].join('\n')
}
