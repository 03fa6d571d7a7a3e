/** A migration that is on the base has run somewhere: it is never edited, renamed or taken away (policy.md section 7.3). */
import { matcherOf } from '../patterns.ts'
import { commandLine, fromTop } from '../shell-quote.ts'
import type { Brought, Finding } from './brought.ts'
import { migrationFileOf } from './migration-set.ts'

const DID = { A: 'brings another file of that name', M: 'edits it', D: 'takes it away', T: 'changes its type' }

/** Changes of migrations that the base has. knex, typeorm and drizzle say nothing of an edited one (measured). */
export function immutable(brought: Brought): Finding[] {
  const { set, base, changes, facts } = brought
  const isEditable = matcherOf(set.editable)
  const isTools = (path: string) => set.tool.editable?.test(path) ?? false
  return changes
    .filter(({ path }) => facts.atBase.has(path) && migrationFileOf(set, path) !== null)
    .filter(({ path }) => isEditable(path) === null && !isTools(path))
    .map(({ path, status }) => ({
      path,
      message: `on ${base} already, and this branch ${renamedTo(brought, path) ?? DID[status]}: what has run is never changed`,
      ways: [
        commandLine(['git', 'restore', `--source=${base}`, '--staged', '--worktree', '--', fromTop(path)]),
        'then say it in a new migration: npx lanekeeper new-migration',
      ],
    }))
}

/** A rename is two changes to git's diff: one goes, one of the same content comes. */
function renamedTo({ changes, facts }: Brought, path: string): string | null {
  if (changes.find((change) => change.path === path)?.status !== 'D') return null
  const oid = facts.atBase.get(path)
  const twin = changes.find((change) => change.oid === oid && change.path !== path)
  return twin ? `renames it to ${twin.path}` : null
}
