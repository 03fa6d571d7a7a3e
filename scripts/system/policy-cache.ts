/**
 * Policies as they were read before, by the commits they were read from. A commit never changes, so what is here can be
 * old but never wrong. Checking settings costs a hook 8 ms and asking git for them 6; reading them back costs 1.
 */
import { join } from 'node:path'
import type { Policy } from '../policy/policy.ts'
import { RULES_ID } from '../policy/version.ts'
import { readJsonIfExists, writeCache } from './files.ts'
import type { Repository } from './repository.ts'

/** What a policy is read from. */
export interface PolicyKey {
  readonly base: string
  readonly tip: string
  /** The commit of the tasks ref, or null before the first task. */
  readonly tasks: string | null
}

export interface CachedPolicy extends PolicyKey {
  /** Of the settings file at the tip. */
  readonly text: string
  readonly policy: Policy
}

interface CacheFile {
  /** The build that parsed them. */
  readonly rules: string
  readonly policies: readonly CachedPolicy[]
}

/** Bases that tasks start from at the same time. */
const MOST_KEPT = 3

function fileOf({ stateDir }: Repository): string {
  return join(stateDir, 'cache', 'policies.json')
}

/** What is known, the newest first; nothing where another build wrote it, or the sources run without a build. */
export function cachedPolicies(repository: Repository): readonly CachedPolicy[] {
  if (RULES_ID === '') return []
  const file = readJsonIfExists<CacheFile>(fileOf(repository))
  return file?.rules === RULES_ID ? file.policies : []
}

/** Keeps a policy in the place of an older one of its base. */
export function keepPolicy(repository: Repository, entry: CachedPolicy, known: readonly CachedPolicy[]): void {
  if (RULES_ID === '') return
  const others = known.filter(({ base }) => base !== entry.base)
  writeCache(fileOf(repository), {
    rules: RULES_ID,
    policies: [entry, ...others].slice(0, MOST_KEPT),
  } satisfies CacheFile)
}
