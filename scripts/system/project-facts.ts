/** Looks at a project for `init`: which files are there, which packages, which env files. Reads, never runs anything. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ADOPTED_FILES } from '../policy/adoption/adopted-files.ts'
import { projectsBelow } from '../policy/adoption/detect-setup.ts'
import { GITLAB_MAIN_FILE } from '../policy/adoption/init-ci.ts'
import type { Manifest } from '../policy/adoption/package-scripts.ts'
import { type EnvFileFact, IN_NODE_MODULES, type Package, type ProjectFacts } from '../policy/adoption/project-facts.ts'
import { workspaceDirs, workspacePatterns } from '../policy/adoption/workspaces.ts'
import { AGENT_FILES } from '../policy/agent-hooks/settings-files.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { filesToPeekAt } from '../policy/migrations/detect-migrations.ts'
import { detectBase } from './base.ts'
import { userVariables } from './env-files.ts'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import type { Repository } from './repository.ts'

/** Weakest first. Those that provisioning reads a main worktree's values from, and no others. */
const ENV_FILES = ['.env', '.env.local']
/** A tool's mark stands at the top of a migration, below a comment at most. */
const HEAD_BYTES = 2048

/**
 * The facts about the main worktree.
 * @throws `usage` for a package.json that is not JSON
 */
export function readProjectFacts(repository: Repository): ProjectFacts {
  const { git, root } = repository
  const read = (path: string) => readIfExists(join(root, path))
  const texts = [...ADOPTED_FILES, GITLAB_MAIN_FILE].flatMap((file): [string, string][] => {
    const text = read(file)
    return text === null ? [] : [[file, text]]
  })
  const tracked = new Set(git.nul(['ls-files', '-z']))
  const untracked = git.nul(['ls-files', '-z', '--others', '--exclude-standard'])
  const files = [...new Set([...tracked, ...untracked])]
  const packages = readPackages(root, files)
  const envPaths = ['', ...packages.map(({ dir }) => dir).filter((dir) => dir !== '')].flatMap((dir) =>
    ENV_FILES.map((name) => (dir === '' ? name : `${dir}/${name}`)),
  )
  return {
    texts: new Map(texts),
    files,
    heads: new Map(filesToPeekAt(files).map((file) => [file, headOf(join(root, file))])),
    untracked,
    packages,
    envFiles: envPaths
      .filter((path) => existsSync(join(root, path)))
      .map((path): EnvFileFact => ({ path, variables: userVariables(join(root, path)), isTracked: tracked.has(path) })),
    ignored: ignoredOf(git, [...envPaths, IN_NODE_MODULES, ...AGENT_FILES]),
    base: baseOf(git),
    usesYarnBerry: existsSync(join(root, '.yarnrc.yml')),
    usesPlugAndPlay: existsSync(join(root, '.pnp.cjs')),
    // a worktree below .claude/worktrees is no setting of the project's
    usesClaude: namesIn(join(root, '.claude')).some((name) => name !== 'worktrees'),
  }
}

/** The start of a file; empty for one that is gone from the work tree, or no file. */
function headOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(HEAD_BYTES)
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, HEAD_BYTES, 0))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

function readPackages(root: string, files: readonly string[]): Package[] {
  const manifest = readManifest(root, '')
  const patterns = workspacePatterns(
    manifest,
    readIfExists(join(root, 'pnpm-workspace.yaml')),
    readIfExists(join(root, 'lerna.json')),
  )
  const dirs = files
    .filter((file) => basename(file) === 'package.json' && file.includes('/'))
    .map((file) => dirname(file))
  // without a package.json at the top, the projects below it are what there is
  const below = manifest ? [] : projectsBelow(files).map(({ dir }) => dir)
  const members = [...new Set([...workspaceDirs(dirs, patterns), ...below])].sort().flatMap((dir): Package[] => {
    const own = readManifest(root, dir)
    return own ? [{ dir, manifest: own }] : []
  })
  return [...(manifest ? [{ dir: '', manifest }] : []), ...members]
}

/** A package.json, or null where there is none. */
export function readManifest(root: string, dir: string): Manifest | null {
  const path = join(root, dir, 'package.json')
  const text = readIfExists(path)
  if (text === null) return null
  try {
    const data: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error('it is no JSON object')
    return data as Manifest
  } catch (cause) {
    throw new LanekeeperError('usage', `${path} cannot be read: ${(cause as Error).message}.`, {
      hint: `Mend it, then repeat. Nothing was changed.`,
    })
  }
}

function ignoredOf(git: Git, paths: readonly string[]): Set<string> {
  const found = git.attempt(['check-ignore', '--no-index', '-z', '--stdin'], {
    input: paths.map((path) => `${path}\0`).join(''),
  })
  return new Set(found.stdout.split('\0').filter((path) => path !== ''))
}

/** Sure where the remote or one of the usual names tells; else it is only the branch somebody is on now. */
function baseOf(git: Git): { name: string; isSure: boolean } {
  const name = detectBase(git)
  const remote = git.attempt(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']).stdout.trim()
  return { name, isSure: ['main', 'master', remote.replace(/^origin\//, '')].includes(name) }
}

/** Files in a directory, or none where it is not there. */
export function namesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).sort() : []
}
