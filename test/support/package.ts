/**
 * The packed tarball, installed into a throw-away project as a user would. It is packed once for the tests of a file; the
 * first project is installed from nothing, the others start from its packages, so that npm only has to add what differs.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { copyTree } from './prepared.ts'
import { createPlace, PROJECT_ROOT, type Ran, repositoryAt, type TestRepository } from './repository.ts'

/** npm, ours and the one that a hook starts, must find the same registry and cache as the run that installed our own dependencies. */
const NPM_VARIABLES =
  /^(npm_config_|NPM_CONFIG_|NODE_EXTRA_CA_CERTS$|SSL_CERT_|https?_proxy$|HTTPS?_PROXY$|no_proxy$|NO_PROXY$)/
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

const store = mkdtempSync(join(tmpdir(), 'lanekeeper-package-'))
afterAll(() => rmSync(store, { recursive: true, force: true }))

export interface Project extends TestRepository {
  npm(args: readonly string[]): Ran
  /** `npx --no-install lanekeeper …` */
  npx(args: readonly string[], options?: { cwd?: string }): Ran
  /** The same program without npm's own start before each verb. */
  bin(args: readonly string[], options?: { cwd?: string; input?: string }): Ran
  /** Installs our tarball and other packages as dev dependencies; throws when npm fails. */
  install(...packages: string[]): void
}

/**
 * A repository with these files in its first commit, where npm works and our package can be installed.
 * @param more variables of its environment, for instance a PATH with another Node in front
 */
export function createProject(files: Readonly<Record<string, string>>, more: NodeJS.ProcessEnv = {}): Project {
  const place = createPlace({ ...npmEnvironment(), ...more })
  const repository = repositoryAt(place, join(place.dir, 'project'))
  place.run('git', ['init', '-q', '-b', 'main', repository.root])
  repository.commit(files, 'start')
  const run = (program: string, args: readonly string[], options: { cwd?: string; input?: string } = {}) =>
    repository.run(program, args, { cwd: repository.root, ...options })
  return {
    ...repository,
    npm: (args) => run('npm', args),
    npx: (args, options) => run('npx', ['--no-install', 'lanekeeper', ...args], options),
    bin: (args, options) => run(join(repository.root, 'node_modules/.bin/lanekeeper'), args, options),
    install: (...packages) => {
      const isFirst = !existsSync(join(store, 'package-lock.json'))
      if (!isFirst) copyPackages(store, repository.root)
      const { status, stderr } = run('npm', ['install', '--save-dev', ...QUIET, tarballIn(place.dir), ...packages])
      if (status !== 0) throw new Error(`npm install exited ${status}\n${stderr}`)
      if (isFirst) copyPackages(repository.root, store)
    },
  }
}

function npmEnvironment(): NodeJS.ProcessEnv {
  const known = Object.entries(process.env).filter(([name]) => NPM_VARIABLES.test(name))
  const { stdout } = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' })
  return { ...Object.fromEntries(known), npm_config_cache: stdout.trim() }
}

/** With the lock file: a tree alone does not tell npm where its packages came from. */
function copyPackages(from: string, to: string): void {
  for (const name of ['node_modules', 'package-lock.json']) copyTree(join(from, name), join(to, name))
}

/** Our tarball in a directory. The build is there already: `npm test` made it. */
function tarballIn(dir: string): string {
  const packed = () => readdirSync(store).find((name) => name.endsWith('.tgz'))
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', store]
  const ran = packed() ? null : spawnSync('npm', args, { cwd: PROJECT_ROOT, encoding: 'utf8' })
  const name = packed()
  if (name === undefined) throw new Error(`npm pack exited ${ran?.status}\n${ran?.stderr}`)
  copyFileSync(join(store, name), join(dir, name))
  return join(dir, name)
}
