/**
 * The door to zod: its small build, with English messages. Everything is exported by name, and the one language by its
 * own path: through a namespace object all 50 languages would come along (530 kB in every hook, 40 ms for a command).
 */
import { config, type core, safeParse } from 'zod/mini'
import en from 'zod/v4/locales/en.js'

export * from 'zod/mini'

config(en())

export interface SchemaProblem {
  /** Where in the data, e.g. `['ports', 'size']`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

export type Checked<T> = { readonly value: T } | { readonly problem: SchemaProblem }

/** Checks data against a schema; gives the value with its defaults or the first problem. */
export function check<T extends core.$ZodType>(schema: T, data: unknown): Checked<core.output<T>> {
  const result = safeParse(schema, data)
  if (result.success) return { value: result.data }
  const issue = result.error.issues[0]
  const path = (issue?.path ?? []).filter((part) => typeof part !== 'symbol')
  if (issue?.code === 'unrecognized_keys')
    return { problem: { path: [...path, issue.keys[0] ?? ''], message: 'is not a known key' } }
  return { problem: { path, message: lowerFirst(issue?.message ?? 'is not valid') } }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/**
 * A schema that is made when it is first asked for: building one of 60 keys takes 5 ms, more than a hook may, and most
 * hooks find their data parsed already.
 */
export function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
