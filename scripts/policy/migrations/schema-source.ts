/** A model or schema file changed and no migration made from it: what the code expects, no database will have. */
import type { Brought, Finding } from './brought.ts'

/** Worth a word, not a refusal: a comment or a format change needs no migration. */
export function schemaSource({ schema, added, changes }: Brought): Finding[] {
  const [first] = schema
  if (first === undefined || added.length > 0 || changes.length > 0) return []
  return [{ path: first.path, message: 'changed, and no migration with it', ways: ['npx lanekeeper new-migration'] }]
}
