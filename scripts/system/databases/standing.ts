/** A database that the ledger knows already: whether it stands, and keeping it in order where it does. */
import { LanekeeperError } from '../../policy/errors.ts'
import type { DatabaseRecord, Problem } from '../ledger.ts'
import type { Access, DatabaseProvider, Keeper } from './provider.ts'

export type Standing =
  /** Ready; the problem tells what could not be looked at. */
  | { readonly kind: 'stands'; readonly record: DatabaseRecord; readonly problem?: Problem }
  /** Ours, and a crash came before it was ready. */
  | { readonly kind: 'unfinished'; readonly record: DatabaseRecord }
  /** Somebody else's by now: in a copied clone the ledger names what belongs to the other one. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'open' }

/**
 * Looks at what the ledger calls `ready` or `created`. What is ready stays so while its server is down: the worktree's
 * variables name its own database, and nothing would be safer for taking them away.
 * @throws `database` where a database that is not ready yet cannot be looked at
 */
export async function standingOf(
  provider: DatabaseProvider,
  known: DatabaseRecord,
  access: Access,
  keeper: Keeper,
): Promise<Standing> {
  const isReady = known.state === 'ready'
  if (!(isReady || known.state === 'created') || known.provider !== access.settings.provider) return { kind: 'open' }
  try {
    const found = await provider.inspect(known, access)
    if (found === 'foreign' && isReady) return { kind: 'foreign' }
    // whoever replaced what was ready: it is the worktree's own
    if (found !== 'ours' && !(found === 'replaced' && isReady)) return { kind: 'open' }
    if (!isReady) return { kind: 'unfinished', record: known }
    return { kind: 'stands', record: (await provider.uphold?.(known, access, keeper)) ?? known }
  } catch (error) {
    if (!isReady || !(error instanceof LanekeeperError)) throw error
    const hint = error.hint ? { hint: error.hint } : {}
    return { kind: 'stands', record: known, problem: { step: 'databases', message: error.message, ...hint } }
  }
}
