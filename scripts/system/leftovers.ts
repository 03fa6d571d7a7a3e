/** Files of ours that nobody needs any more: locks of dead processes, and code copies that no hook starts. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import { isAlive, withLock } from './lock.ts'
import type { Repository } from './repository.ts'
import type { Kept } from './teardown.ts'
import { baseHooksDir, hooksDir } from './trusted-hooks.ts'

/** A set-up that was started from an old copy may still be loading from it. */
const COPY_KEPT_MS = 24 * 60 * 60_000

/** What a lock's taker leaves when it is killed before or after its one rename. */
const HALF_TAKEN = /\.\d+\.[0-9a-f]{8}(\.dead)?$/

/** Takes the locks of dead processes away, each by taking it properly first, so that a new owner never loses one. */
export async function sweepLocks(repository: Repository, dryRun: boolean): Promise<Kept[]> {
  const dir = join(repository.stateDir, 'locks')
  const swept: Kept[] = []
  for (const name of namesIn(dir)) {
    const path = join(dir, name)
    const owner = readIfExists(path)
    if (owner === null || isAlive(owner)) continue
    swept.push({ what: `lock ${path}`, why: `process ${owner.split(' ')[0]} is dead` })
    if (dryRun) continue
    if (HALF_TAKEN.test(name)) rmSync(path, { force: true })
    else await withLock(path, 0, () => {})
  }
  return swept
}

/** Removes code copies that the hooks do not name. */
export function sweepCodeCopies(repository: Repository, dryRun: boolean, now = Date.now()): Kept[] {
  const current = copiesInUse(repository)
  const old = namesIn(repository.stateDir)
    .filter((name) => name.startsWith('code-') && !current.has(name))
    .map((name) => join(repository.stateDir, name))
    .filter((path) => now - statSync(path).mtimeMs > COPY_KEPT_MS)
  if (!dryRun) for (const path of old) rmSync(path, { recursive: true, force: true })
  return old.map((path) => ({ what: `code ${path}`, why: 'no hook starts it any more' }))
}

/** The copies that our stubs name. Without any stub we know nothing, and every copy counts as in use. */
function copiesInUse(repository: Repository): Set<string> {
  const stubs = [hooksDir(repository), baseHooksDir(repository)].flatMap((dir) =>
    namesIn(dir).map((name) => readFileSync(join(dir, name), 'utf8')),
  )
  const named = stubs.flatMap((text) => text.match(/\bcode-[0-9a-f]+\b/g) ?? [])
  return new Set(named.length > 0 ? named : namesIn(repository.stateDir))
}

function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : []
}
