/** What a worktree's variables say once its database is there, and whose it is. */
import { shadowNameOf } from '../../../policy/databases/postgres-names.ts'
import { worktreeValue } from '../../../policy/databases/postgres-variables.ts'
import { cloneId } from '../../identity.ts'
import type { Access, FoundVariable, Owner } from '../provider.ts'

export interface Values {
  /** Variable → value, password and all. */
  readonly values: Readonly<Record<string, string>>
  /** The same as the ledger may have it. */
  readonly shown: Readonly<Record<string, string>>
  readonly hasSecret: boolean
}

/** The values of the role's variables for a database. */
export function valuesFor(found: readonly FoundVariable[], database: string): Values {
  const made = found.flatMap((variable) => {
    const value = worktreeValue(variable, database, shadowNameOf(database))
    return value ? [{ name: variable.name, ...value }] : []
  })
  return {
    values: Object.fromEntries(made.map(({ name, value }) => [name, value])),
    shown: Object.fromEntries(made.map(({ name, shown }) => [name, shown])),
    hasSecret: made.some(({ isSecret }) => isSecret),
  }
}

/** Of this clone as it is now: in a copy of a clone, what the ledger brought along is somebody else's. */
export function ownerOf({ owner, repository }: Pick<Access, 'owner' | 'repository'>): Owner {
  return { id: owner.id, clone: cloneId(repository) }
}
