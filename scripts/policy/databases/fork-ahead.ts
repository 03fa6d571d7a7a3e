/** Whether a fork has migrations that the branch does not have (databases.md section 5.3). */
import type { Matcher } from '../patterns.ts'

/** What a migration is written in; locks and snapshots of the tools are none. */
const MIGRATION = /\.(sql|[cm]?[jt]s|py|rb|php|exs)$/

/**
 * D1: the warning, or null where the branch has every migration that the source has.
 * @param isMigration matches paths of the database's migrations
 * @param source paths in the main worktree
 * @param branch paths in the worktree
 */
export function forkAheadWarning(
  role: string,
  isMigration: Matcher,
  source: readonly string[],
  branch: readonly string[],
): string | null {
  const has = new Set(branch)
  const missing = source.filter((path) => MIGRATION.test(path) && isMigration(path) !== null && !has.has(path)).sort()
  const [first] = missing
  if (first === undefined) return null
  return `The fork has ${missing.length} migration(s) this branch lacks (${first}…). Your migration tool may ask to reset. Start clean with: npx lanekeeper db reset ${role} --empty`
}
