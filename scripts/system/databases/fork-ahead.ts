/** Compares the migrations on the disks of the main worktree and of this one, for the databases that were forked. */
import { forkAheadWarning } from '../../policy/databases/fork-ahead.ts'
import { matcherOf } from '../../policy/patterns.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Git } from '../git.ts'
import type { DatabaseRecord } from '../ledger.ts'
import type { Repository } from '../repository.ts'

/** D1 for each database that is ahead of the branch. Asks git only where migrations are in the settings. */
export function forksAhead(
  { git, root, mainWorktree }: Repository,
  { settings }: Policy,
  databases: readonly DatabaseRecord[],
): string[] {
  return databases.flatMap(({ role, state, isEmpty, message }) => {
    const paths = settings.migrations.filter(({ database }) => database === role).flatMap((set) => set.paths)
    // one with a message was there first, or there was nothing to fork
    if (
      state !== 'ready' ||
      isEmpty ||
      message !== undefined ||
      paths.length === 0 ||
      settings.databases[role]?.mode !== 'fork'
    )
      return []
    const warning = forkAheadWarning(
      role,
      matcherOf(paths),
      filesIn(git.at(mainWorktree), paths),
      filesIn(git.at(root), paths),
    )
    return warning === null ? [] : [warning]
  })
}

/** Tracked and new files; a pattern's fixed beginning is enough for git. None where it cannot tell: it is only a warning. */
function filesIn(git: Git, patterns: readonly string[]): string[] {
  const places = patterns.map((pattern) => `:(top,literal)${fixedBeginning(pattern)}`)
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...places]
  return git.attempt(words).stdout.split('\0').slice(0, -1)
}

function fixedBeginning(pattern: string): string {
  const parts = pattern.split('/')
  const end = parts.findIndex((part) => /[*?]/.test(part))
  return (end === -1 ? parts : parts.slice(0, end)).join('/') || '.'
}
