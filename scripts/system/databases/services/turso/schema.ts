/** The schema of a Turso database, by SQL over HTTP: `POST /v2/pipeline` of the database itself, with its own token. */
import { refusedBy, wordsOf } from '../../../../policy/databases/cloud-errors.ts'
import { type SchemaObject, schemaText } from '../../../../policy/databases/sqlite-statements.ts'
import { tursoAccess } from '../../../../policy/databases/turso-url.ts'
import type { DatabaseRecord } from '../../../ledger.ts'
import type { Access } from '../../provider.ts'
import { askByPost, isOk, type Service } from '../http.ts'
import type { Pace } from '../pace.ts'
import { noWay, valuesOf } from '../role-values.ts'

const NAME = 'Turso'
const QUERY = 'SELECT type, name, sql FROM sqlite_master'

/** The part of Hrana's answer that we read (libsql's HTTP_V2_SPEC.md). */
interface Pipeline {
  readonly results?: readonly {
    readonly type: 'ok' | 'error'
    readonly error?: { readonly message?: string }
    readonly response?: { readonly result?: { readonly rows?: readonly (readonly Value[])[] } }
  }[]
}

/** Text, or null. */
interface Value {
  readonly value?: string | null
}

/** Of a worktree's database, or of the main worktree's where `record` is null. Throws `database`. */
export async function tursoSchema(record: DatabaseRecord | null, access: Access, pace: Pace): Promise<string> {
  const way = tursoAccess(valuesOf(record, access), access.variables)
  if (way === null) throw noWay(record, access)
  const { url, token } = way
  const service: Service = { name: NAME, url, authorization: `Bearer ${token}`, secrets: [token], pace }
  const requests = [{ type: 'execute', stmt: { sql: QUERY } }, { type: 'close' }]
  const answer = await askByPost(service, '/v2/pipeline', { requests })
  const what = 'read the schema'
  if (!isOk(answer)) throw refusedBy(NAME, what, answer)
  const [result] = (answer.body as Pipeline).results ?? []
  const rows = result?.response?.result?.rows
  if (result?.type !== 'ok' || rows === undefined)
    throw refusedBy(NAME, what, { status: answer.status, said: wordsOf(result?.error ?? answer.body, [token]) })
  return schemaText(rows.map(objectOf))
}

function objectOf([type, name, sql]: readonly Value[]): SchemaObject {
  return { type: type?.value as SchemaObject['type'], name: name?.value ?? '', sql: sql?.value ?? null }
}
