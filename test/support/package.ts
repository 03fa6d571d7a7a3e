/** The packed tarball, installed into a throw-away project as a user would. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPlace, PROJECT_ROOT, type Ran, repositoryAt, type TestRepository } from './repository.ts'

/** npm must find the same registry and cache as the run that installed our own dependencies. */
const NPM_VARIABLES =
  /^(npm_config_|NPM_CONFIG_|NODE_EXTRA_CA_CERTS$|SSL_CERT_|https?_proxy$|HTTPS?_PROXY$|no_proxy$|NO_PROXY$)/
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']

export interface Project extends TestRepository {
  npm(args: readonly string[]): Ran
  /** `npx --no-install lanekeeper …` */
  npx(args: readonly string[], options?: { cwd?: string }): Ran
  /** Installs our tarball and other packages as dev dependencies; throws when npm fails. */
  install(...packages: string[]): void
}

/** A repository with these files in its first commit, where npm works and our package can be installed. */
export function createProject(files: Readonly<Record<string, string>>): Project {
  const place = createPlace()
  const repository = repositoryAt(place, join(place.dir, 'project'))
  const npmEnv = npmEnvironment()
  place.run('git', ['init', '-q', '-b', 'main', repository.root])
  repository.commit(files, 'start')
  const run = (program: string, args: readonly string[], cwd = repository.root) =>
    repository.run(program, args, { cwd, env: npmEnv })
  return {
    ...repository,
    npm: (args) => run('npm', args),
    npx: (args, { cwd } = {}) => run('npx', ['--no-install', 'lanekeeper', ...args], cwd),
    install: (...packages) => {
      const { status, stderr } = run('npm', ['install', '--save-dev', ...QUIET, pack(place.dir), ...packages])
      if (status !== 0) throw new Error(`npm install exited ${status}\n${stderr}`)
    },
  }
}

function npmEnvironment(): NodeJS.ProcessEnv {
  const known = Object.entries(process.env).filter(([name]) => NPM_VARIABLES.test(name))
  const { stdout } = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' })
  return { ...Object.fromEntries(known), npm_config_cache: stdout.trim() }
}

/** The build is there already: `npm test` made it. */
function pack(dir: string): string {
  const { status, stderr } = spawnSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  })
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'))
  if (status !== 0 || tarball === undefined) throw new Error(`npm pack exited ${status}\n${stderr}`)
  return join(dir, tarball)
}
