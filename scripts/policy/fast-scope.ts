/**
 * The part of a scope that git itself can decide, as one `git diff-index` with pathspecs: "nothing is staged outside
 * these". It lets the pre-commit filter pass an in-scope commit without starting Node. It may only ever say yes where the
 * judge would: where allow could meet deny, protected or somebody's migrations there is no fast part.
 */
import { patternsMeet } from './patterns.ts'
import type { Settings } from './settings.ts'
import { commandLine } from './shell-quote.ts'
import type { Task } from './task.ts'

/** The shell line for a task's worktree, or null when only the judge can tell. `$head` is what `.git/HEAD` holds. */
export function fastScopeScript(task: Task, settings: Settings): string | null {
  const allowed = [
    ...task.allow,
    ...task.shared.filter((pattern) => settings.shared.includes(pattern)),
    ...migrations(settings, task, true),
  ]
  const guarded = [...task.deny, ...settings.protected, ...migrations(settings, task, false)]
  if (allowed.length === 0 || guarded.some((guard) => allowed.some((pattern) => mayMeet(guard, pattern)))) return null
  const words = [
    'git',
    'diff-index',
    '--cached',
    '--quiet',
    '--no-ext-diff',
    'HEAD',
    '--',
    '.',
    ...allowed.flatMap(pathspecsOf),
  ]
  return `[ "$head" = ${commandLine([`ref: refs/heads/${task.branch}`])} ] && ${commandLine(words)}\n`
}

function migrations(settings: Settings, task: Task, own: boolean): string[] {
  return settings.migrations.filter((set) => (set.database === task.migrations) === own).flatMap((set) => set.paths)
}

/** deny and protected are case-blind, so the question is too. */
function mayMeet(guard: string, pattern: string): boolean {
  return patternsMeet(guard.toLowerCase(), pattern.toLowerCase())
}

/** Our pattern as git pathspecs that exclude it and all below it; brackets are literal in our language. */
function pathspecsOf(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [`:(top,exclude,literal)${pattern}`]
  const glob = pattern.replace(/[[\]\\]/g, '\\$&')
  return [`:(top,exclude,glob)${glob}`, `:(top,exclude,glob)${glob}/**`]
}
