/**
 * Port blocks, one file each, in a directory that all repositories of this user share. Guarantees: a block has one
 * holder, because its file is linked into place complete and only one link() of a name succeeds; no lock exists while
 * leasing, so a kill -9 leaves nothing to break; a lease lives as long as its worktree and names it, so what vanished
 * worktrees left is recognised.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { blockCount, freeBlocks, leaseBelow, type PortSettings } from '../policy/ports.ts'
import { createExclusively, fileSystemError, isErrno, readJsonIfExists } from './files.ts'
import { dropLease, sweepLeases } from './stale-leases.ts'

/** What a lease file says. */
export interface Lease {
  readonly worktree: string
  readonly clone: string
  readonly gitDir: string
  readonly commonDir: string
  readonly path: string
  readonly size: number
  /** ISO 8601, UTC. */
  readonly leasedAt: string
}

export type Leaseholder = Omit<Lease, 'size' | 'leasedAt'>

export interface LeasedBlock {
  readonly first: number
  readonly size: number
  /** The lease file. */
  readonly lease: string
}

/** Where the leases are: one registry per user, because two repositories share one machine's ports. */
export function portRegistry(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME
  const home = state && isAbsolute(state) ? state : join(env.HOME || homedir(), '.local', 'state')
  return join(home, 'lanekeeper', 'ports')
}

/** First ports of all leases. Makes the registry where there is none; throws `file-system` where it cannot. */
export function leasedBlocks(registry: string): number[] {
  return leaseNames(registry, () => {
    mkdirSync(registry, { recursive: true, mode: 0o700 })
    return []
  })
}

function leaseNames(registry: string, onMissing: () => number[]): number[] {
  try {
    const names = readdirSync(registry)
    return names.filter((name) => /^\d+$/.test(name)).map(Number)
  } catch (cause) {
    if (!isErrno(cause, 'ENOENT')) throw fileSystemError('read', registry, cause)
  }
  try {
    return onMissing()
  } catch (cause) {
    throw fileSystemError('make', registry, cause)
  }
}

/**
 * Leases the lowest free block, about 0.2 ms. Nothing is reclaimed on the way, unless the range is exhausted.
 * @param isFree asked once a block is ours; a block somebody listens on anyway is given back and the next one tried
 * @throws `port` when every block of the range is held by a living worktree or in use
 */
export async function leasePorts(
  registry: string,
  settings: PortSettings,
  holder: Leaseholder,
  isFree: (first: number) => Promise<boolean>,
): Promise<LeasedBlock> {
  const leased = await leaseOne(registry, settings, holder, isFree)
  if (leased) return leased
  await sweepLeases(registry)
  const second = await leaseOne(registry, settings, holder, isFree)
  if (second) return second
  throw exhausted(registry, settings)
}

async function leaseOne(
  registry: string,
  settings: PortSettings,
  holder: Leaseholder,
  isFree: (first: number) => Promise<boolean>,
): Promise<LeasedBlock | null> {
  for (const first of freeBlocks(settings, leasedBlocks(registry))) {
    const block = takeBlock(registry, first, settings.size, holder)
    if (!block) continue
    if (await isFree(first)) return block
    dropLease(block.lease, holder.worktree)
  }
  return null
}

/**
 * Takes one block, or null when somebody has it or reaches into it. Leases of other sizes are looked for after ours is in
 * place: of two that overlap at least one sees the other, and gives way.
 */
export function takeBlock(registry: string, first: number, size: number, holder: Leaseholder): LeasedBlock | null {
  const lease = join(registry, String(first))
  // also makes the registry
  if (leasedBlocks(registry).includes(first) || !createExclusively(lease, leaseText(holder, size))) return null
  const taken = leasedBlocks(registry)
  const below = leaseBelow(first, taken)
  const reachesIn = below !== null && below + (readLease(join(registry, String(below)))?.size ?? 0) > first
  if (!reachesIn && !taken.some((other) => other > first && other < first + size)) return { first, size, lease }
  dropLease(lease, holder.worktree)
  return null
}

export function leaseText(holder: Leaseholder, size: number): string {
  return `${JSON.stringify({ ...holder, size, leasedAt: new Date().toISOString() } satisfies Lease, null, 2)}\n`
}

/** The lease a file holds, or null where there is none or it is not ours to read. */
export function readLease(file: string): Lease | null {
  const lease = readJsonIfExists<Lease>(file)
  return lease && typeof lease.worktree === 'string' && typeof lease.gitDir === 'string' ? lease : null
}

/**
 * Gives a worktree's block back.
 * @returns false where the lease is gone already or another worktree's by now; nothing is removed then
 */
export function releasePorts(block: { readonly lease: string }, worktreeId: string): boolean {
  return dropLease(block.lease, worktreeId)
}

function exhausted(registry: string, settings: PortSettings): LanekeeperError {
  const [first, last] = settings.range
  return new LanekeeperError(
    'port',
    `All ${blockCount(settings)} port blocks from ${first} to ${last} are taken by living worktrees or in use.`,
    {
      hint: `See who has them: grep -h path ${join(registry, '*')}\nFree some: npx lanekeeper gc\nOr widen "ports.range" in lanekeeper.json.`,
    },
  )
}
