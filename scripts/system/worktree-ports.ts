/** The `ports` step: the worktree's block, kept for its life. */
import { dirname, join } from 'node:path'
import { portsOf } from '../policy/ports.ts'
import type { Settings } from '../policy/settings.ts'
import { writeAtomically } from './files.ts'
import { arePortsFree } from './free-port.ts'
import type { PortBlock, WorktreeRecord } from './ledger.ts'
import {
  type LeasedBlock,
  type Leaseholder,
  leasedBlocks,
  leasePorts,
  leaseText,
  portRegistry,
  readLease,
  releasePorts,
  takeBlock,
} from './port-leases.ts'
import type { Repository } from './repository.ts'

/**
 * Leases a block for the worktree, or confirms the one it has.
 * @param isKnown the worktree was provisioned before, perhaps not to the end: a lease of its may be in no record yet
 * @throws `port` when the range is exhausted, `file-system` when the registry cannot be written
 */
export async function provisionPorts(
  settings: Settings,
  record: WorktreeRecord,
  { commonDir, env }: Repository,
  isKnown: boolean,
): Promise<PortBlock> {
  const registry = portRegistry(env)
  const { id: worktree, clone, gitDir, path } = record
  const holder: Leaseholder = { worktree, clone, gitDir, commonDir, path }
  const { services, size } = settings.ports
  const kept = record.ports ?? (isKnown ? ownLease(registry, worktree) : null)
  if (kept && Object.values(services).every((offset) => offset < kept.size) && confirm(kept, holder))
    return { first: kept.first, size: kept.size, lease: kept.lease, ports: portsOf(kept.first, services) }
  if (kept) releasePorts(kept, worktree)
  const isFree = (first: number) => arePortsFree(Object.values(portsOf(first, services)))
  const block = await leasePorts(registry, { range: settings.ports.range, size }, holder, isFree)
  return { ...block, ports: portsOf(block.first, services) }
}

/** Whether the block is (again) ours; a lease that names an old place is brought up to date. */
function confirm(block: LeasedBlock, holder: Leaseholder): boolean {
  const lease = readLease(block.lease)
  if (lease === null) return takeBlock(dirname(block.lease), block.first, block.size, holder) !== null
  if (lease.worktree !== holder.worktree) return false
  if (lease.path !== holder.path || lease.gitDir !== holder.gitDir)
    writeAtomically(block.lease, leaseText(holder, block.size))
  return true
}

function ownLease(registry: string, worktree: string): LeasedBlock | null {
  for (const first of leasedBlocks(registry)) {
    const lease = join(registry, String(first))
    const found = readLease(lease)
    if (found?.worktree === worktree) return { first, size: found.size, lease }
  }
  return null
}
