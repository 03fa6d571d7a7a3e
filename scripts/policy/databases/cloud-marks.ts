/** Names of databases at a service, and whose they are: the nonce in the name, and a mark where the service keeps one. */

/** Bytes of the slug that a name keeps; services stop at 63 or 64 with the rest of it. */
const SLUG_MAX = 24
const BASE_MAX = 16

/** Mark on a resource of a service: who it was made for. */
export interface Mark {
  readonly tool: string
  readonly clone: string
  readonly wt: string
  readonly nonce: string
}

interface Owner {
  readonly id: string
  readonly clone: string
}

const TOOL = 'lanekeeper'

/** The mark for a worktree's database. */
export function markOf({ id, clone }: Owner, nonce: string): Mark {
  return { tool: TOOL, clone, wt: id, nonce }
}

/**
 * Name of a worktree's database: `[a-z0-9-]`, at most 54 characters, unlike any other by its nonce.
 * @param base where all databases of an account lie in one list: the name of the source
 */
export function cloudNameOf(slug: string, nonce: string, base = ''): string {
  const cut = (text: string, most: number) => text.slice(0, most).replace(/-+$/, '')
  const prefix = cut(
    base
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, ''),
    BASE_MAX,
  )
  return [...(prefix === '' ? [] : [prefix]), 'wt', cut(slug, SLUG_MAX), nonce].join('-')
}

/** Whether what stands there under a name is what was made under a nonce, by a worktree of this clone. */
export function isMarkedOurs(
  standing: { readonly name: string; readonly mark?: Mark | null | undefined },
  wanted: { readonly name: string; readonly nonce: string },
  owner: Owner,
): boolean {
  const { mark } = standing
  // a service without marks leaves the name, whose nonce nobody else knows
  if (mark === undefined) return standing.name === wanted.name && standing.name.endsWith(`-${wanted.nonce}`)
  return mark !== null && mark.clone === owner.clone && mark.wt === owner.id && mark.nonce === wanted.nonce
}

/** Reads a mark as a service gives it back; null where it is none of ours. */
export function readMark(value: unknown): Mark | null {
  if (typeof value !== 'object' || value === null) return null
  const { tool, clone, wt, nonce } = value as Record<string, unknown>
  if (tool !== TOOL || typeof clone !== 'string' || typeof wt !== 'string' || typeof nonce !== 'string') return null
  return { tool, clone, wt, nonce }
}
