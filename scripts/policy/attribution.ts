/**
 * Whose work is a commit? A squash, a cherry-pick, a rebase or `am` brings a task's work to the base under new commit ids.
 * What survives them: the author's name, address, time and the
 * subject (cherry-pick, rebase, am), and the blobs (squash,
 * `cherry-pick -n`, a copied file). Pure: `git log` output in, owners out.
 */
import { type Change, parseRawDiff } from './changes.ts'

export interface Commit {
  readonly oid: string
  readonly parents: readonly string[]
  /** Author name, address, time (seconds) and subject as one key: the time alone is no proof, agents commit as the person. */
  readonly signature: string
  readonly subject: string
  /** Of a merge: only what differs from every parent, i.e. what a hand or a conflict resolution made. */
  readonly changes: readonly Change[]
}

/** `git log` options that `parseLog` reads; `-c` shows of a merge what was made by hand. */
export const LOG_OPTIONS = [
  '-c',
  '--raw',
  '-z',
  '--no-renames',
  '--no-abbrev',
  '--no-ext-diff',
  '--format=%x01%H%x02%P%x02%an <%ae> %at%x02%s%x02',
] as const

/** Commits out of `git log` with LOG_OPTIONS. */
export function parseLog(output: string): Commit[] {
  return output
    .split('\u0001')
    .slice(1)
    .map((record) => {
      const [oid = '', parents = '', author = '', subject = '', raw = ''] = record.split('\u0002')
      const text = raw.replace(/^[\0\n]+/, '')
      const changes = text.startsWith('::') ? parseCombinedDiff(text) : parseRawDiff(text)
      const signature = `${author} ${subject}`
      return { oid, parents: parents.split(' ').filter((parent) => parent !== ''), signature, subject, changes }
    })
}

/** `::mode mode mode oid oid oid MM NUL path NUL` …: one more column for each parent. */
function parseCombinedDiff(output: string): Change[] {
  const fields = output.split('\0')
  const changes: Change[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const header = fields[index] ?? ''
    const columns = header.replace(/^\n?:+/, '').split(' ')
    const parents = (columns.length - 3) / 2
    const letters = columns.at(-1) ?? 'M'
    changes.push({
      path: fields[index + 1] ?? '',
      status: (letters.includes('D') ? 'D' : letters.includes('A') ? 'A' : 'M') as Change['status'],
      oldMode: columns[0] ?? '',
      newMode: columns[parents] ?? '',
      oid: columns.at(-2) ?? '',
    })
  }
  return changes
}

/** The empty file is everybody's. */
const EMPTY_BLOBS = new Set([
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
])

/** What of a commit is whose. */
export interface Part {
  /** The branch's name. */
  readonly owner: string
  readonly changes: readonly Change[]
}

export interface Authorship {
  /** What is a task's of a commit that has another id than the original, or null. */
  partOf(commit: Pick<Commit, 'oid' | 'signature' | 'changes'>): Part | null
  /**
   * The same by content alone: the task's whose branch made this very content at one of these paths. What that branch never
   * touched is no part of it: a person who takes over a file may change others with it.
   */
  partOfContent(changes: readonly Change[]): Part | null
}

/**
 * Knows every commit that only a task has, by owner (its branch's name), newest first.
 * @param isCopied whether a person wrote this commit: where a task has the like, the task's is the copy
 */
export function authorshipOf(
  commitsByOwner: ReadonlyMap<string, readonly Commit[]>,
  isCopied: (commit: Pick<Commit, 'oid' | 'signature'>) => boolean = () => false,
): Authorship {
  const bySignature = new Map<string, string>()
  const byContent = new Map<string, string>()
  const found = new Map([...commitsByOwner].map(([owner, commits]) => [owner, foundBy(commits)]))
  for (const [owner, commits] of commitsByOwner)
    for (const commit of commits) {
      bySignature.set(commit.signature, owner)
      for (const change of commit.changes)
        if (isTelling(change) && found.get(owner)?.get(change.path) !== change.oid)
          byContent.set(contentKey(change), owner)
    }
  const partOfContent = (changes: readonly Change[]) => {
    const owners = changes.filter(isTelling).map((change) => byContent.get(contentKey(change)))
    const owner = owners.find((one) => one !== undefined)
    if (owner === undefined) return null
    return { owner, changes: changes.filter(({ path }) => found.get(owner)?.has(path)) }
  }
  return {
    partOfContent,
    partOf: ({ oid, signature, changes }) => {
      const owner = bySignature.get(signature)
      if (owner !== undefined && isCopied({ oid, signature })) return null
      return owner === undefined ? partOfContent(changes) : { owner, changes }
    },
  }
}

/** Path → what it held before the first of these commits: a task that puts that back has not made it. */
function foundBy(newestFirst: readonly Commit[]): ReadonlyMap<string, string | undefined> {
  return new Map(newestFirst.flatMap(({ changes }) => changes.map(({ path, oldOid }) => [path, oldOid] as const)))
}

function isTelling({ status, oid }: Change): boolean {
  return status !== 'D' && !EMPTY_BLOBS.has(oid) && !/^0+$/.test(oid)
}

function contentKey({ path, oid }: Change): string {
  return `${oid} ${path}`
}
