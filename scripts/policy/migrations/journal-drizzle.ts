/**
 * Drizzle's `meta/_journal.json`: the migrator runs what is younger than the last it ran, by the `when` of the journal
 * and nothing else; an older one is skipped in silence, and `drizzle-kit check` says that everything is fine (measured).
 */
import { type Brought, type Finding, filesAfter, pathsAfter } from './brought.ts'

interface Entry {
  readonly idx: number
  readonly when: number
  readonly tag: string
}

/** A renumbered one would keep a snapshot of another past: the command prints the way to make it anew. */
const WAYS = ['npx lanekeeper migration renumber']
const SNAPSHOT = /(?:^|\/)\d+_snapshot\.json$/

/** Entries of the base stay as they are and come first; what is added has a file, a later `when` and a chained snapshot. */
export function drizzleJournal(brought: Brought): Finding[] {
  const journals = pathsAfter(brought).filter((path) => brought.set.tool.journal?.file.test(path))
  return journals.flatMap((path) => {
    const message = firstBroken(brought, path)
    return message === null ? [] : [{ path, message, ways: WAYS }]
  })
}

/** What `generate` compares the schema with: changed, the next migration would take back what it does not show. */
function firstChangedSnapshot({ changes, facts, base }: Brought): string | null {
  const changed = changes.find(({ path }) => SNAPSHOT.test(path) && facts.atBase.has(path))
  return changed ? `${changed.path} belongs to a migration that is on ${base}, and this branch changes it` : null
}

function firstBroken(brought: Brought, path: string): string | null {
  const before = entriesOf(brought.baseText(path) ?? '{"entries":[]}') ?? []
  const after = entriesOf(brought.text(path) ?? '')
  if (after === null) return 'no journal that drizzle could read'
  const lost = before.find((entry, index) => JSON.stringify(after[index]) !== JSON.stringify(entry))
  if (lost)
    return `entry ${lost.tag} of ${brought.base} is changed, moved or missing: entries are only ever added at the end`
  return (
    firstChangedSnapshot(brought) ??
    firstLate(after, Math.max(before.length, 1), brought.base) ??
    firstWithoutPartner(brought, path, after, new Set(before.map(({ tag }) => tag))) ??
    firstUnchained(brought, path, after.slice(before.length), before.at(-1))
  )
}

function entriesOf(text: string): Entry[] | null {
  try {
    const { entries } = JSON.parse(text) as { entries?: unknown }
    return Array.isArray(entries) ? (entries as Entry[]) : null
  } catch {
    return null
  }
}

function firstLate(entries: readonly Entry[], from: number, base: string): string | null {
  const late = entries.find((entry, index) => index >= from && entry.when <= (entries[index - 1]?.when ?? 0))
  return late
    ? `entry ${late.tag} is not younger ("when") than the one before it: where ${base} has run that one, drizzle skips this one in silence`
    : null
}

/** Tags and files, one to one; what the base has broken already is not this task's. */
function firstWithoutPartner(
  brought: Brought,
  journal: string,
  entries: readonly Entry[],
  known: ReadonlySet<string>,
): string | null {
  const folder = journal.replace(/\/?meta\/_journal\.json$/, '')
  const files = new Set(
    filesAfter(brought)
      .filter(({ unit }) => unit === folder)
      .map(({ name }) => name),
  )
  const tags = new Set(entries.map(({ tag }) => tag))
  const without = entries.find(({ tag }) => !known.has(tag) && !files.has(tag))
  if (without) return `entry ${without.tag} has no file ${without.tag}.sql`
  const unlisted = brought.added.find(({ unit, name }) => unit === folder && !tags.has(name))
  return unlisted ? `${unlisted.path} is not in it: drizzle would never run that file` : null
}

/** Each snapshot names the one before it; two made from the same one lose what the other knew. */
function firstUnchained(
  brought: Brought,
  journal: string,
  added: readonly Entry[],
  last: Entry | undefined,
): string | null {
  let previous = last ? idsOf(brought.text(snapshotOf(journal, last))) : null
  for (const entry of added) {
    const own = idsOf(brought.text(snapshotOf(journal, entry)))
    if (own !== null && previous !== null && own.prevId !== previous.id)
      return `the snapshot of ${entry.tag} was not made from the one before it: what that one added would be taken for removed`
    previous = own ?? previous
  }
  return null
}

function snapshotOf(journal: string, { tag, idx }: Entry): string {
  const number = /^\d+/.exec(tag)?.[0] ?? String(idx).padStart(4, '0')
  return journal.replace(/_journal\.json$/, `${number}_snapshot.json`)
}

function idsOf(text: string | null): { id?: string; prevId?: string } | null {
  try {
    return text === null ? null : (JSON.parse(text) as { id?: string; prevId?: string })
  } catch {
    return null
  }
}
