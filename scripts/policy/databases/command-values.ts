/** What goes into the user's own database commands and what comes out of them. */
import { parseServer, partOf, serverUrl } from './server-values.ts'

/** Bytes of the source's name and of the slug; Postgres cuts at 63, MySQL at 64 (databases.md section 2.3). */
const PART_MAX = 24

/** Name of a worktree's database: `[a-z0-9_]`, starts with a letter, needs no quotes anywhere, unlike any other by its nonce. */
export function forkDatabaseName(source: string, slug: string, nonce: string): string {
  const [base, middle] = [source, slug].map((text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^[^a-z]+/, '')
      .slice(0, PART_MAX)
      .replace(/_+$/, ''),
  )
  return [base, 'wt', middle, nonce].filter((part) => part !== '').join('_')
}

/** The URL that a command printed: its last line with something on it. Null where there is none. */
export function urlOf(stdout: string): string | null {
  const lines = stdout.split(/\r?\n/).map((line) => line.trim())
  return lines.findLast((line) => line !== '') ?? null
}

/** Value by variable: the URL just as it is, or the part of it that a variable of this name holds. */
export function valuesFor(names: readonly string[], url: string): Record<string, string> {
  const server = parseServer(url)
  return Object.fromEntries(
    names.map((name) => {
      const part = partOf(name)
      return [name, server && part ? server[part] : url]
    }),
  )
}

/** What may be shown of a URL; nothing of a text that is none. */
export function withoutSecrets(url: string): string {
  const server = parseServer(url)
  return server ? serverUrl({ ...server, password: '', query: '' }) : ''
}

/** A text without these values and the passwords in them. */
export function redacted(text: string, values: readonly string[]): string {
  const secrets = values.flatMap((value) => [value, parseServer(value)?.password ?? ''])
  // what is this short is in every text
  return secrets.filter((secret) => secret.length > 3).reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}
