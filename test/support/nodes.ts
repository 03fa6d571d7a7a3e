/**
 * The Nodes that the package promises to run on, as binaries from npm: the floor of its `engines`, and one of each later
 * line. They have a package and a lock file of their own, in `nodes/`: among the project's dependencies they would be
 * first on the PATH of every npm script (`node_modules/.bin/node`), and half a gigabyte in every worktree.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const HOME = join(import.meta.dirname, 'nodes')
const PLATFORM = `${process.platform}-${process.arch}`

export interface SupportedNode {
  readonly major: number
  /** As `nodes/package.json` pins it for this platform; null where npm has no binary for it. */
  readonly version: string | null
  /** The directory to put first on a PATH: it holds `node` and nothing else. */
  readonly bin: string
}

/** Every major version in `nodes/package.json`, oldest first. */
export function supportedNodes(): SupportedNode[] {
  const { optionalDependencies } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  const majors = new Set(Object.keys(optionalDependencies).map((name) => Number(name.split('-')[1])))
  return [...majors]
    .sort((a, b) => a - b)
    .map((major) => {
      const name = `node-${major}-${PLATFORM}`
      return {
        major,
        version: optionalDependencies[name]?.split('@').at(-1) ?? null,
        bin: join(HOME, 'node_modules', name, 'bin'),
      }
    })
}

/** Has npm fetch what is missing. An optional dependency that npm could not get is no failure to npm, but it is to us. */
export function installNodes(nodes: readonly SupportedNode[]): void {
  if (nodes.every(isInstalled)) return
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const { status, stderr } = spawnSync('npm', words, { cwd: HOME, encoding: 'utf8' })
  const missing = nodes.filter((node) => !isInstalled(node)).map(({ major }) => major)
  if (status !== 0 || missing.length > 0)
    throw new Error(`npm ci in ${HOME} exited ${status}, Node ${missing.join(', ')} not there\n${stderr}`)
}

function isInstalled({ bin, version }: SupportedNode): boolean {
  if (version === null) return true
  return String(spawnSync(join(bin, 'node'), ['--version']).stdout).trim() === `v${version}`
}
