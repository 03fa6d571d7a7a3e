/** Which command tells whether a tree is good. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJsonIfExists } from './files.ts'

const RUNNERS = [
  ['pnpm-lock.yaml', 'pnpm test'],
  ['yarn.lock', 'yarn test'],
  ['bun.lock', 'bun run test'],
  ['bun.lockb', 'bun run test'],
] as const

/** What `npm init` writes; running it would refuse every landing. */
const PLACEHOLDER = /no test specified/

/**
 * The test command of a tree as a shell line.
 * @param configured `test` of the settings: a line, empty for none, null to look at package.json
 * @returns null when there is nothing to run
 */
export function testCommandOf(root: string, configured: string | null): string | null {
  if (configured !== null) return configured.trim() || null
  const manifest = readJsonIfExists<{ scripts?: Record<string, unknown> }>(join(root, 'package.json'))
  const script = manifest?.scripts?.test
  if (typeof script !== 'string' || script.trim() === '' || PLACEHOLDER.test(script)) return null
  const locked = RUNNERS.find(([lockfile]) => existsSync(join(root, lockfile)))
  return locked?.[1] ?? 'npm test'
}
