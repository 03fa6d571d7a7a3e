/** Which command tells whether a tree is good. */
import { join } from 'node:path'
import { readJsonIfExists } from './files.ts'
import { detectPackageManager } from './package-manager.ts'

/** What `npm init` writes; running it would refuse every landing. */
const PLACEHOLDER = /no test specified/

/**
 * The test command of a tree as a shell line.
 * @param configured `test` of the settings: a line, empty for none, null to look at package.json
 * @returns null when there is nothing to run
 */
export async function testCommandOf(root: string, configured: string | null): Promise<string | null> {
  if (configured !== null) return configured.trim() || null
  const manifest = readJsonIfExists<{ scripts?: Record<string, unknown> }>(join(root, 'package.json'))
  const script = manifest?.scripts?.test
  if (typeof script !== 'string' || script.trim() === '' || PLACEHOLDER.test(script)) return null
  const { name } = await detectPackageManager(root)
  return name === 'bun' ? 'bun run test' : `${name} test`
}
