/** The door to zod: its small build (16 kB bundled, the hooks load it), with English messages. */
import * as z from 'zod/mini'

z.config(z.locales.en())

export interface SchemaProblem {
  /** Where in the data, e.g. `['ports', 'size']`. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

export type Checked<T> = { readonly value: T } | { readonly problem: SchemaProblem }

/** Checks data against a schema; gives the value with its defaults or the first problem. */
export function check<T extends z.core.$ZodType>(schema: T, data: unknown): Checked<z.infer<T>> {
  const result = z.safeParse(schema, data)
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

export { z }
