/** Marks on databases: the comment that says whose it is, read and written. */
import { isMarkOf, MARK_START, type Marker, markText, readMark } from '../../../policy/databases/postgres-marker.ts'
import type { Owner } from '../provider.ts'
import type { Connection } from './client.ts'

export interface Standing {
  readonly name: string
  readonly marker: Marker | null
  /** It has a comment that is no mark of ours: somebody else's, or one that was edited. */
  readonly hasOtherComment: boolean
  readonly owner: string
  readonly isTemplate: boolean
}

/** What a database of this name is to a worktree. */
export type Claim = 'missing' | 'ours' | 'filling' | 'unmarked' | 'foreign'

interface DatabaseRow extends Record<string, unknown> {
  readonly name: string
  readonly comment: string | null
  readonly owner: string
  readonly template: boolean
}

const SELECT = `SELECT d.datname AS name, shobj_description(d.oid, 'pg_database') AS comment,
  pg_get_userbyid(d.datdba) AS owner, d.datistemplate AS template FROM pg_database d`

/** The database of this name, or null. */
export async function standing(connection: Connection, name: string): Promise<Standing | null> {
  const [row] = await connection.rows<DatabaseRow>(`${SELECT} WHERE d.datname = $1`, [name])
  return row ? standingOf(row) : null
}

/** Every database that carries a mark of this clone. */
export async function markedBy(connection: Connection, clone: string): Promise<(Standing & { marker: Marker })[]> {
  const rows = await connection.rows<DatabaseRow>(
    `${SELECT} WHERE starts_with(shobj_description(d.oid, 'pg_database'), $1) ORDER BY 1`,
    [MARK_START],
  )
  return rows.map(standingOf).flatMap(({ marker, ...rest }) => (marker?.clone === clone ? [{ ...rest, marker }] : []))
}

function standingOf({ name, comment, owner, template }: DatabaseRow): Standing {
  const marker = readMark(comment)
  return { name, marker, hasOtherComment: comment !== null && marker === null, owner, isTemplate: template }
}

/** What it is to the worktree that planned a database under this nonce. */
export function claimOn(found: Standing | null, owner: Owner, nonce: string): Claim {
  if (!found) return 'missing'
  if (isMarkOf(found.marker, owner, nonce)) return found.marker?.filling ? 'filling' : 'ours'
  return found.marker === null && !found.hasOtherComment ? 'unmarked' : 'foreign'
}

/** Writes the mark. A COMMENT takes no parameters. */
export async function mark(connection: Connection, name: string, marker: Marker): Promise<void> {
  await connection.rows(`COMMENT ON DATABASE ${connection.identifier(name)} IS ${connection.literal(markText(marker))}`)
}

/** What the ledger writes down once the database has its mark. */
export function markOf({ nonce }: { readonly nonce: string }): string {
  return `comment:${nonce}`
}
