/** Databases that are nobody's any more: what a killed command left in a living worktree, and marks without a ledger. */
import { existsSync } from 'node:fs'
import { LanekeeperError } from '../policy/errors.ts'
import type { Policy } from '../policy/policy.ts'
import { inTurn } from '../provisioning/provision-quickly.ts'
import { accessTo } from '../system/databases/access.ts'
import { isLeftOver, outcomeOf, sweepAside } from '../system/databases/aside.ts'
import type { Access, DatabaseProvider, Owned } from '../system/databases/provider.ts'
import { providerOf } from '../system/databases/providers.ts'
import { cloneId } from '../system/identity.ts'
import { readLedger, readRecord, type WorktreeRecord } from '../system/ledger.ts'
import { openRepository, type Repository } from '../system/repository.ts'
import type { Kept } from '../system/teardown.ts'
import type { Sweep, Swept } from './sweep.ts'

const NOTHING: Swept = { removed: [], kept: [] }

/** What an interrupted `db reset`, `db restore` or `db snapshot` left; a running one holds the worktree's lock. */
export async function sweepLeftOvers(
  { repository, dryRun }: Sweep,
  path: string,
  record: WorktreeRecord,
): Promise<Swept> {
  const left = (record.aside ?? []).filter(isLeftOver)
  if (left.length === 0 || !existsSync(path)) return NOTHING
  const why = `a command for the database of ${path} was interrupted`
  const removed = left.map(({ role, resource }) => ({ what: `database ${role} (${resource})`, why }))
  if (dryRun) return { removed, kept: [] }
  return inTurn(openRepository(path, repository.env), async () => {
    const { refused } = await sweepAside(repository, readRecord(repository, record.id) ?? record)
    const kept = refused.map(({ database, why: reason }) => ({ what: database.resource, why: reason }))
    return { removed: removed.filter(({ what }) => !kept.some((one) => what.endsWith(`(${one.what})`))), kept }
  })
}

type Load = (id: string) => Promise<DatabaseProvider>

interface Unknown extends Owned {
  readonly provider: DatabaseProvider
  readonly access: Access
}

/**
 * Databases that carry this clone's mark and are in no ledger (it was deleted, or restored from a backup). Listed; taken
 * away only where a person said `--yes`.
 */
export async function sweepUnknown(
  { repository, policy, dryRun }: Pick<Sweep, 'repository' | 'policy' | 'dryRun'>,
  yes: boolean,
  load: Load = providerOf,
): Promise<Swept> {
  const removed: Kept[] = []
  const kept: Kept[] = []
  const seen = new Set<string>()
  for (const role of Object.keys(policy.settings.databases)) {
    const { unknown, failure } = await unknownOf(role, repository, policy, load)
    if (failure !== null) kept.push({ what: `databases like ${role}`, why: `they could not be listed: ${failure}` })
    // two roles on one server see the same ones
    for (const one of unknown.filter(({ record }) => !seen.has(record.resource))) {
      seen.add(one.record.resource)
      const refusal = await goneOrWhyNot(one, yes, dryRun)
      const what = `database ${one.record.resource}`
      if (refusal === null) removed.push({ what, why: UNKNOWN })
      else kept.push({ what, why: refusal })
    }
  }
  return { removed, kept }
}

const UNKNOWN = "it carries this clone's mark, but is in no ledger"

async function goneOrWhyNot(unknown: Unknown, yes: boolean, dryRun: boolean): Promise<string | null> {
  const { provider, access, owner, record, isTemplate } = unknown
  if (isTemplate) return `it is kept to make forks of; drop it: npx lanekeeper db template ${record.role} --drop`
  if (!yes) return `${UNKNOWN}: npx lanekeeper gc --yes`
  if (dryRun) return null
  const outcome = await outcomeOf(() => provider.destroy(record, { ...access, owner }, {}))
  return outcome.result === 'refused' ? outcome.why : null
}

/** The ledger is read last: whatever is made was written there before. */
async function unknownOf(
  role: string,
  repository: Repository,
  { settings }: Policy,
  load: Load,
): Promise<{ unknown: Unknown[]; failure: string | null }> {
  const roleSettings = settings.databases[role]
  if (!roleSettings || roleSettings.provider === 'none') return { unknown: [], failure: null }
  const clone = cloneId(repository)
  const access = accessTo(repository, settings, role, roleSettings, { id: '', clone })
  try {
    const provider = await load(roleSettings.provider)
    const owned = (await provider.listOwned?.(access)) ?? []
    const known = new Set(
      readLedger(repository).flatMap(({ databases, aside = [] }) => [...databases, ...aside].map(({ nonce }) => nonce)),
    )
    const unknown = owned.filter(({ owner, record }) => owner.clone === clone && !known.has(record.nonce))
    return { unknown: unknown.map((one) => ({ ...one, provider, access })), failure: null }
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error
    return { unknown: [], failure: error.message }
  }
}
