/** A file's tokens cut into statements, where the body of a trigger or a routine is part of the statement that makes it. */
import { depthChange } from './sql-cursor.ts'
import type { SqlToken } from './sql-token.ts'

export type Statement = readonly SqlToken[]

/** What `create`, `alter` and `drop` can be about; the first of these words in a statement tells. */
export const OBJECT_KINDS = new Set(
  (
    'table view index trigger policy rule statistics function procedure routine package event schema type extension domain sequence ' +
    'role user group database collation operator aggregate cast conversion language publication subscription server data text ' +
    'access tablespace transform privileges system large owned'
  ).split(' '),
)

/** How far into a statement its kind may stand: `create definer = a@b sql security definer view`. */
const MAX_WORDS_BEFORE_KIND = 16
const INNER_BLOCKS = new Set(['if', 'loop', 'while', 'repeat', 'for'])
export const HAS_BODY = new Set(['trigger', 'function', 'procedure', 'event', 'rule', 'package'])

/** Which object the statement makes, changes or drops, and where its name may start. */
export function objectKindOf(tokens: Statement): { readonly kind: string; readonly after: number } | null {
  const at = tokens.findIndex(({ kind, text }, index) => index > 0 && kind === 'word' && OBJECT_KINDS.has(text))
  const kind = tokens[at]?.text
  if (kind === undefined || at > MAX_WORDS_BEFORE_KIND) return null
  return kind === 'event' && tokens[at + 1]?.text === 'trigger'
    ? { kind: 'event trigger', after: at + 2 }
    : { kind, after: at + 1 }
}

/** Cuts at every `;` but those within a body. A body that is never closed takes the rest of the file along. */
export function statementsOf(tokens: readonly SqlToken[]): {
  readonly statements: Statement[]
  readonly isCutOff: boolean
} {
  const statements: SqlToken[][] = []
  let current: SqlToken[] = []
  let body = NO_BODY
  for (const token of tokens) {
    body = bodyAfter(body, current, token)
    if (token.kind === 'end' && body.depth === 0) {
      statements.push(current)
      current = []
      body = NO_BODY
    } else if (token.kind !== 'meta') current.push(token)
  }
  if (current.length > 0) statements.push(current)
  return { statements: statements.filter(({ length }) => length > 0), isCutOff: body.depth > 0 }
}

interface Body {
  /** Null until the statement's kind is known. */
  readonly kind: string | null
  readonly depth: number
}
const NO_BODY: Body = { kind: null, depth: 0 }

function bodyAfter(body: Body, before: readonly SqlToken[], token: SqlToken): Body {
  if (before[0]?.text !== 'create') return NO_BODY
  if (body.kind === null)
    return token.kind === 'word' && OBJECT_KINDS.has(token.text) ? { kind: token.text, depth: 0 } : NO_BODY
  if (!HAS_BODY.has(body.kind)) return body
  // a rule's actions stand in parentheses, everybody else's between BEGIN and END
  const change = body.kind === 'rule' ? depthChange(token) : blockChange(body.depth, before.at(-1), token)
  return change === 0 ? body : { ...body, depth: Math.max(0, body.depth + change) }
}

function blockChange(depth: number, previous: SqlToken | undefined, { kind, text }: SqlToken): number {
  if (kind !== 'word') return 0
  // `end if` closes no block: what `end` took is given back
  if (text === 'begin' || (previous?.text === 'end' && INNER_BLOCKS.has(text))) return 1
  if (depth > 0 && text === 'case' && previous?.text !== 'end') return 1
  return depth > 0 && text === 'end' ? -1 : 0
}
