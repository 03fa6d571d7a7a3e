/** CREATE DATABASE: as a copy of another, or empty. Each call is one effect, whole or not at all. */
import { copyStrategy } from '../../../policy/databases/postgres-strategy.ts'
import { type Connection, codeOf } from './client.ts'
import { LOCALE_COLUMNS, type SourceFacts } from './facts.ts'

/** `exists`: somebody was faster; `busy`: somebody is connected to the source. */
export type Created = 'created' | 'exists' | 'busy'

export interface NewDatabase {
  readonly name: string
  /** Empty: whoever creates it. */
  readonly owner: string
}

/** What a server says to a clause or a setting it does not know. */
const UNKNOWN = new Set(['42601', '22023', '42704', '0A000', '55P02'])

/**
 * Copies an idle database, by the quickest way the server has.
 * @param template its name and size
 * @throws what the server says: 42501 (may not copy it), 53100 (disk), …
 */
export async function createCopy(
  connection: Connection,
  { name, owner }: NewDatabase,
  template: { readonly name: string; readonly bytes: number },
  version: number,
): Promise<Created> {
  const { clause, setting } = copyStrategy(version, template.bytes)
  if (setting !== null) await connection.rows(setting).catch(() => {})
  const words = `TEMPLATE ${connection.identifier(template.name)}${ownerClause(connection, owner)}`
  const made = await create(connection, name, `${words} ${clause}`, clause !== '')
  return made === 'unknown' ? plain(await create(connection, name, words, false)) : made
}

/** Makes an empty database, in the source's encoding and collation where it has a source. */
export async function createEmpty(
  connection: Connection,
  { name, owner }: NewDatabase,
  like: SourceFacts | null,
): Promise<Created> {
  const words = ownerClause(connection, owner)
  if (like === null || (await isLikeTemplate1(connection, like))) {
    const made = plain(await create(connection, name, words, false))
    // somebody is in template1, whatever for
    if (made !== 'busy') return made
  }
  const kind = like === null ? '' : ` ${localeClause(connection, like)}`
  return plain(await create(connection, name, `TEMPLATE template0${kind}${words}`, false))
}

/** Text sorts and compares as it does in the source, whoever of the three provides its locale. */
function localeClause({ literal }: Connection, like: SourceFacts): string {
  const { encoding, collate, ctype, localeProvider, locale, icuRules } = like
  const rules = icuRules === null ? '' : ` ICU_RULES ${literal(icuRules)}`
  const provided =
    locale === null
      ? ''
      : localeProvider === 'b'
        ? ` LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale)}`
        : ` LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale)}${rules}`
  return `ENCODING ${literal(encoding)} LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}${provided}`
}

function ownerClause(connection: Connection, owner: string): string {
  return owner === '' ? '' : ` OWNER ${connection.identifier(owner)}`
}

async function create(
  connection: Connection,
  name: string,
  clauses: string,
  mayBeUnknown: boolean,
): Promise<Created | 'unknown'> {
  try {
    await connection.rows(`CREATE DATABASE ${connection.identifier(name)} ${clauses}`)
    return 'created'
  } catch (error) {
    const code = codeOf(error)
    // of two creators the loser gets the one or the other
    if (code === '42P04' || code === '23505') return 'exists'
    if (code === '55006') return 'busy'
    if (mayBeUnknown && UNKNOWN.has(code)) return 'unknown'
    throw error
  }
}

function plain(made: Created | 'unknown'): Created {
  return made === 'unknown' ? 'busy' : made
}

async function isLikeTemplate1(connection: Connection, like: SourceFacts): Promise<boolean> {
  const [row] = await connection.rows<{ same: boolean }>(
    `SELECT pg_encoding_to_char(encoding) = $1 AND datcollate = $2 AND datctype = $3
       AND ${LOCALE_COLUMNS.localeProvider} IS NOT DISTINCT FROM $4 AND ${LOCALE_COLUMNS.locale} IS NOT DISTINCT FROM $5
       AND ${LOCALE_COLUMNS.icuRules} IS NOT DISTINCT FROM $6 AS same
     FROM pg_database d WHERE datname = 'template1'`,
    [like.encoding, like.collate, like.ctype, like.localeProvider, like.locale, like.icuRules],
  )
  return row?.same ?? false
}
