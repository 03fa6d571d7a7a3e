/** What a port lease costs, and that fifty processes at once get fifty different blocks. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { leasePorts, portRegistry } from '../../scripts/system/port-leases.ts'
import type { Measured, Row } from './measure.ts'
import type { Place } from './place.ts'

const SETTINGS = { range: [20000, 29999] as [number, number], size: 10, services: { PORT: 0 } }
const PROCESSES = 50
/** All processes are up by then, and go for the registry in the same millisecond. */
const START_TOGETHER_MS = 6000

function lease(registry: string): Promise<{ first: number }> {
  const id = randomBytes(8).toString('hex')
  const holder = { worktree: id, clone: 'bench', gitDir: registry, commonDir: registry, path: registry }
  return leasePorts(registry, SETTINGS, holder, async () => true)
}

/** One lease in a registry that holds others already. */
export function leaseRow(place: Place): Row {
  const registry = portRegistry({ ...place.env, XDG_STATE_HOME: join(place.dir, 'leases') })
  return {
    name: 'port lease',
    limit: 1,
    unit: 'ms',
    arms: { lease: { run: () => lease(registry).then(() => {}) } },
    value: (round) => round.lease ?? 0,
  }
}

/** Fifty processes at once; the value counts those that share a block with another. */
export async function distinctLeases(place: Place): Promise<Measured> {
  const registry = join(place.dir, 'crowd')
  const at = String(Date.now() + START_TOGETHER_MS)
  const words = [process.execPath, join(import.meta.dirname, 'bench.mjs'), '--lease', registry, at]
  const blocks = await Promise.all(Array.from({ length: PROCESSES }, () => place.start(words, place.dir)))
  const sharing = PROCESSES - new Set(blocks).size
  return {
    name: `port leases of ${PROCESSES} processes at once`,
    value: sharing,
    limit: 0,
    unit: 'shared',
    ok: sharing === 0,
    arms: {},
    rounds: 1,
  }
}

/** What each of the fifty does: waits for the moment, leases, says which block. */
export async function leaseAt(registry: string, time: number): Promise<string> {
  while (Date.now() < time) await new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now() - 2)))
  return String((await lease(registry)).first)
}
