/** One Turso database: an SQLite file behind SQL over HTTP (`/v2/pipeline`), in the shapes of libsql's HTTP_V2_SPEC.md. */
import { openSqlite } from './sqlite.ts'
import { type StandIn, standIn } from './stand-in.ts'

interface Request {
  readonly type: 'execute' | 'close'
  readonly stmt?: { readonly sql: string }
}

const hranaValue = (value: unknown) => (value === null ? { type: 'null' } : { type: 'text', value: String(value) })

function executed(file: string, { type, stmt }: Request) {
  if (type === 'close') return { type: 'ok', response: { type } }
  const database = openSqlite(file)
  try {
    const rows = database.prepare(stmt?.sql ?? '').all()
    const cols = Object.keys(rows[0] ?? {}).map((name) => ({ name, decltype: 'TEXT' }))
    const result = { cols, rows: rows.map((row) => Object.values(row).map(hranaValue)), affected_row_count: 0 }
    return { type: 'ok', response: { type, result } }
  } catch (error) {
    return { type: 'error', error: { message: (error as Error).message, code: 'SQLITE_ERROR' } }
  } finally {
    database.close()
  }
}

/** Answers whoever has the token. */
export function hranaStandIn(file: string, token: string): Promise<StandIn> {
  return standIn(
    [
      [
        'POST',
        /^\/v2\/pipeline$/,
        (_, { body }) => {
          const results = (body.requests as Request[]).map((request) => executed(file, request))
          return { status: 200, body: { baton: null, base_url: null, results } }
        },
      ],
    ],
    `Bearer ${token}`,
  )
}
