/**
 * The files that decide what code an install or a set-up command runs. A branch that changes one of them is asked about
 * before any of that happens in its worktree.
 */

/** Git pathspecs, from the top of the worktree, at any depth. */
export const MANIFEST_PATHSPECS: readonly string[] = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  '.pnpmfile.cjs',
  '.pnpmfile.mjs',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'bunfig.toml',
  'lerna.json',
  'rush.json',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  'lanekeeper.json',
]
  .map((name) => `:(top,glob)**/${name}`)
  // yarn runs what lies here, whatever yarn.lock says; patches are part of what pnpm and patch-package install
  .concat(':(top).yarn/releases', ':(top).yarn/plugins', ':(top)patches')

/** Lockfiles by the package manager that writes them. */
export const LOCKFILES: readonly string[] = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
]

const DEPENDENCY_KEYS = ['dependencies', 'devDependencies', 'optionalDependencies', 'workspaces'] as const

/** Whether a package.json asks for any package, or has workspaces that may. A file that is no JSON counts as one that does. */
export function hasDependencies(packageJson: string): boolean {
  try {
    const manifest = JSON.parse(packageJson) as Record<string, unknown>
    return DEPENDENCY_KEYS.some((key) => Object.keys(manifest[key] ?? {}).length > 0)
  } catch {
    return true
  }
}
