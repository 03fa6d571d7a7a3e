/** A Postgres that env files give in parts (DB_HOST, DB_NAME, …) and in no URL: Laravel, Django, Rails, libpq. */
import { isRemote } from '../databases/postgres-url.ts'
import { kindOfVariable, urlFromParts } from '../databases/postgres-variables.ts'

/** Where a framework says which kind of server its DB_… variables mean. */
const KIND = /^(?:DB|DATABASE)_(?:CONNECTION|ENGINE|DIALECT|CLIENT|ADAPTER|TYPE|DRIVER)$/
const POSTGRES = /postgres|pgsql|^pg$/i
/** databases.md section 5.4; another environment's is none that anybody develops on. */
const NAME =
  /^(?:PGDATABASE|PG_TEST_DATABASE|(?:TEST_)?(?:DB|DATABASE|POSTGRES)_(?:NAME|DB|DATABASE)(?:_(?:DEVELOPMENT|DEV|LOCAL|TEST))?)$/
const USUAL_PORT = '5432'

export interface NamedInPart {
  readonly variable: string
  readonly database: string
}

/**
 * Variables that hold the name of a Postgres database on this machine. Names alone prove nothing (MySQL has the same):
 * there has to be a host, and a word that it is Postgres.
 * @param variables of one directory
 */
export function postgresParts(variables: Readonly<Record<string, string>>): NamedInPart[] {
  const [server] = urlFromParts(variables, '').hosts
  if (!server?.host || isRemote([server])) return []
  const saysKind = Object.entries(variables).filter(([name, value]) => KIND.test(name) && value !== '')
  const isPostgres =
    saysKind.length > 0 ? saysKind.some(([, value]) => POSTGRES.test(value)) : server.port === USUAL_PORT
  return Object.entries(variables).flatMap(([variable, database]) => {
    const isName = NAME.test(variable) && kindOfVariable(variable, database) === 'name'
    const isSure = isPostgres || /^(?:PG|POSTGRES_)/.test(variable)
    return isName && isSure ? [{ variable, database }] : []
  })
}
