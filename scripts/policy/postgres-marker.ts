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

/** The comment's text. */
export function markText(marker: Marker): string {
  const { clone, wt, role, nonce, src, at, of, filling } = marker
  return JSON.stringify({
    tool: 'lanekeeper',
    v: 1,
    clone,
    wt,
    role,
    nonce,
    src,
    at,
    of,
    filling: filling || undefined,
  })
}

/** Reads a comment; null where it is not ours, or was edited into something else. */
export function readMark(comment: string | null): Marker | null {
  if (comment === null || !comment.startsWith(MARK_START)) return null
  try {
    const { clone, wt, role, nonce, src, at, of, filling } = JSON.parse(comment)
    if (![clone, wt, role, nonce, src, at].every((one) => typeof one === 'string')) return null
    return {
      clone,
      wt,
      role,
      nonce,
      src,
      at,
      ...(typeof of === 'string' ? { of } : {}),
      ...(filling === true ? { filling } : {}),
    }
  } catch {
    return null
  }
}

/** Whether a mark says that this clone made it for this worktree, under this nonce. */
export function isMarkOf(
  marker: Marker | null,
  owner: { readonly clone: string; readonly id: string },
  nonce: string,
): boolean {
  return marker !== null && marker.clone === owner.clone && marker.wt === owner.id && marker.nonce === nonce
}
