/** The comment that makes a database provably ours (databases.md section 2.4). */

/** What every comment of ours begins with; the server finds ours by it. */
export const MARK_START = '{"tool":"lanekeeper"'

/** What a kept template's mark has in place of a worktree's id. */
export const TEMPLATE_OWNER = 'template'

export interface Marker {
  readonly clone: string
  /** Id of the worktree, or `TEMPLATE_OWNER`. */
  readonly wt: string
  readonly role: string
  readonly nonce: string
  /** Name of the database it was forked from. */
  readonly src: string
  /** When, ISO 8601. */
  readonly at: string
  /** Name of the database whose shadow it is. */
  readonly of?: string
  /** Its content is still being written: after a crash it is of no use. */
  readonly filling?: boolean
}

/** A mark's fields in the order of its text, and what a comment must have there to be one. */
const FIELDS: { readonly [Field in keyof Marker]-?: 'text' | 'text or nothing' | 'true or nothing' } = {
  clone: 'text',
  wt: 'text',
  role: 'text',
  nonce: 'text',
  src: 'text',
  at: 'text',
  of: 'text or nothing',
  filling: 'true or nothing',
}

/** The comment's text. */
export function markText(marker: Marker): string {
  return JSON.stringify({ tool: 'lanekeeper', v: 1, ...markOf(marker) })
}

/** Reads a comment; null where it is not ours, or was edited into something else. */
export function readMark(comment: string | null): Marker | null {
  if (comment === null || !comment.startsWith(MARK_START)) return null
  try {
    return markOf(JSON.parse(comment))
  } catch {
    return null
  }
}

/** The fields alone; throws where one is missing. What is nothing is left out. */
function markOf(data: Readonly<Record<string, unknown>> | Marker): Marker {
  const values = new Map<string, unknown>(Object.entries(data))
  const fields = Object.entries(FIELDS).flatMap(([field, kind]) => {
    const value = values.get(field)
    if (kind === 'true or nothing' ? value === true : typeof value === 'string') return [[field, value]]
    if (kind === 'text') throw new TypeError(`no ${field}`)
    return []
  })
  return Object.fromEntries(fields)
}

/** Whether a mark says that this clone made it for this worktree, under this nonce. */
export function isMarkOf(
  marker: Marker | null,
  owner: { readonly clone: string; readonly id: string },
  nonce: string,
): boolean {
  return marker !== null && marker.clone === owner.clone && marker.wt === owner.id && marker.nonce === nonce
}
