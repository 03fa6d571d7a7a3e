/**
 * The part of a scope that a shell can decide from the names git lists, so that an in-scope commit passes pre-commit
 * without starting Node (26 times the cost, performance.md section 1). It may only say yes where the judge would: what is
 * guarded is matched too widely, what is allowed too narrowly, and whatever is left is the judge's.
 */
import { normalised } from './patterns.ts'
import type { Settings } from './settings.ts'
import { commandLine, shellQuote } from './shell-quote.ts'
import type { Task } from './task.ts'

/**
 * Shell lines to be sourced by the pre-commit stub: success means "all that is staged is in the lane". `$head` is what
 * `.git/HEAD` holds.
 * @returns null when no pattern of the scope is plain enough
 */
export function fastScopeScript(task: Task, settings: Settings): string | null {
  // its owner's migrations too: their order and their lease are the judge's
  const migrations = settings.migrations.flatMap((set) => set.paths)
  const shared = task.shared.filter((pattern) => settings.shared.includes(pattern))
  const allowed = [...task.allow, ...shared].flatMap(allowedCases)
  const guarded = [...settings.protected, ...task.deny, ...migrations].flatMap(guardedCases)
  if (allowed.length === 0) return null
  return [
    `[ "$head" = ${commandLine([`ref: refs/heads/${task.branch}`])} ] &&`,
    '  names=$(git diff-index --cached --name-only --no-renames --no-ext-diff HEAD --) && {',
    '  answer=0',
    "  IFS='\n'",
    '  set -f',
    '  for name in $names; do',
    '    case $name in',
    "    '\"'*) answer=1 ;; # git quotes names that only the judge should read",
    ...(guarded.length > 0 ? [`    ${guarded.join(' | ')}) answer=1 ;;`] : []),
    `    ${allowed.join(' | ')}) ;;`,
    '    *) answer=1 ;;',
    '    esac',
    '  done',
    '  unset IFS',
    '  set +f',
    '  [ "$answer" = 0 ]',
    '}',
    '',
  ].join('\n')
}

/** Only plain paths and `dir/**`: a shell's `*` also crosses `/`, which would allow too much. */
function allowedCases(pattern: string): string[] {
  const path = normalised(pattern).replace(/(\/\*\*)+$/, '')
  if (/[*?]/.test(path)) return []
  const isSubtreeOnly = path !== normalised(pattern)
  return isSubtreeOnly ? [`${shellQuote(path)}/*`] : [shellQuote(path), `${shellQuote(path)}/*`]
}

/** Wide on purpose: any letter in any case, `*` across directories, and everything below. */
function guardedCases(pattern: string): string[] {
  const path = normalised(pattern)
  const anywhere = path.startsWith('**/')
  const glob = wideGlob(anywhere ? path.slice(3) : path)
  return anywhere ? [glob, `${glob}/*`, `*/${glob}`, `*/${glob}/*`] : [glob, `${glob}/*`]
}

function wideGlob(pattern: string): string {
  return pattern.replace(/\/\*\*\/|\*+|\?|[\s\S]/g, (part) => {
    if (part === '?' || part === '/') return part
    if (part.startsWith('*') || part === '/**/') return '*'
    return /[a-z]/i.test(part) ? `[${part.toLowerCase()}${part.toUpperCase()}]` : shellQuote(part)
  })
}
