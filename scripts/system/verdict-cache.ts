/**
 * Verdicts that were reached before. A verdict on a branch depends on the policy, the base's tip, the branch's tip and who
 * holds the leases on migrations; while none of them moves, `status` need not ask again. Only for showing: what refuses (hooks, `check`, `land`) always judges.
 */
import { join } from 'node:path'
import type { Lease } from '../policy/migrations/lease.ts'
import type { Policy } from '../policy/policy.ts'
import type { Verdict } from '../policy/verdict.ts'
import { readJsonIfExists, writeCache } from './files.ts'
import { openTasks } from './policy-source.ts'
import type { Repository } from './repository.ts'

export type CachedVerdict = Verdict['verdict']

export interface VerdictCache {
  /** The verdict on a branch at a tip; reached with `judge` where it is not known. */
  get(branch: string, tip: string, judge: () => CachedVerdict): CachedVerdict
  /** Writes down what was asked this time, and forgets the rest. */
  save(): void
}

interface CacheFile {
  /** Everything a verdict depends on beside the branch. */
  readonly rules: string
  readonly verdicts: Readonly<Record<string, CachedVerdict>>
}

/** Opens the cache of a repository under a policy. @param leases by database */
export function openVerdictCache(
  repository: Repository,
  policy: Policy,
  leases: ReadonlyMap<string, Lease>,
): VerdictCache {
  const file = join(repository.stateDir, 'cache', 'verdicts.json')
  const holders = [...leases].map(([database, { holder, fence }]) => [database, holder?.task, fence])
  // as text: a hash of it would load `node:crypto`, which costs more than all else here
  const rules = JSON.stringify([policy.baseTip, policy.settings, openTasks(policy), holders])
  const kept = readJsonIfExists<CacheFile>(file)
  const known = kept?.rules === rules ? kept.verdicts : {}
  const asked: Record<string, CachedVerdict> = {}
  return {
    get: (branch, tip, judge) => {
      const key = `${tip} ${branch}`
      const verdict = known[key] ?? judge()
      asked[key] = verdict
      return verdict
    },
    save: () => {
      const [before, after] = [known, asked].map((verdicts) => JSON.stringify(verdicts))
      if (after !== before) writeCache(file, { rules, verdicts: asked } satisfies CacheFile)
    },
  }
}
