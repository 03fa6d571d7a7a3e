/**
 * Names of databases that we make (databases.md section 2.3). Postgres cuts a name at 63 bytes without an error, in
 * CREATE and in a connection alike, so two worktrees with long branches would silently share one database: every name
 * fits, and its nonce is never what is cut.
 */

const MAX_BYTES = 63
/** Of the source's name, and of the worktree's. */
const PART_MAX = 24
const SHADOW = '_shadow'

export interface NameParts {
  /** The source database's name. */
  readonly base: string
  readonly slug: string
  readonly nonce: string
  readonly isSnapshot?: boolean
}

/** `<base>_wt_<slug>_<nonce>`; `…_snap_<nonce>` for a snapshot. Short enough that its shadow database's name fits too. */
export function databaseNameOf({ base, slug, nonce, isSnapshot = false }: NameParts): string {
  const tail = `${isSnapshot ? '_snap' : ''}_${words(nonce)}`
  const room = Math.floor((MAX_BYTES - '_wt_'.length - tail.length - SHADOW.length) / 2)
  const most = Math.min(room, PART_MAX)
  return `${startingWithLetter(words(base)).slice(0, most)}_wt_${words(slug).slice(0, most)}${tail}`
}

/** The empty database beside it that a migration tool uses up. */
export function shadowNameOf(name: string): string {
  return `${name}${SHADOW}`
}

/** The kept idle template of a source, one a clone; `isNext`: the one being made to take its place. */
export function templateNameOf(source: string, clone: string, isNext = false): string {
  const tail = `_wt_template_${words(clone).slice(0, 8)}`
  const next = '_next'
  const base = startingWithLetter(words(source)).slice(0, MAX_BYTES - tail.length - next.length)
  return `${base}${tail}${isNext ? next : ''}`
}

function words(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return plain === '' ? 'db' : plain
}

function startingWithLetter(text: string): string {
  return /^[a-z]/.test(text) ? text : `db_${text}`
}
