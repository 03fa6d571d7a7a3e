/** The arithmetic of port blocks: which blocks a range has, which of them are free, which port a service gets. */

export interface PortSettings {
  /** First and last port of the range. */
  readonly range: readonly [number, number]
  /** Ports in a block. */
  readonly size: number
}

/**
 * First ports of the blocks that nobody has, lowest first. Leases of other repositories may have other sizes: a block is
 * left out when a lease begins inside it; the nearest lease below it is the caller's to look at (only it can reach in).
 * @param taken first ports of all leases
 */
export function* freeBlocks({ range: [first, last], size }: PortSettings, taken: readonly number[]): Generator<number> {
  const sorted = [...taken].sort((a, b) => a - b)
  let index = 0
  for (let block = first; block + size - 1 <= last; block += size) {
    while (index < sorted.length && (sorted[index] as number) < block) index++
    const next = sorted[index]
    if (next === undefined || next >= block + size) yield block
  }
}

/** The highest lease that begins below the block, or null. */
export function leaseBelow(block: number, taken: readonly number[]): number | null {
  const below = taken.filter((first) => first < block)
  return below.length === 0 ? null : Math.max(...below)
}

/** How many blocks a range holds. */
export function blockCount({ range: [first, last], size }: PortSettings): number {
  return Math.floor((last - first + 1) / size)
}

/** Service → port, in the block that begins at `first`. */
export function portsOf(first: number, services: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(services).map(([name, offset]) => [name, first + offset]))
}

/** Service → URL on a host of the worktree's own: cookies are kept per host, not per port (integrations.md section 3.3). */
export function urlsOf(slug: string, ports: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `http://${slug}.localhost:${port}`]))
}
