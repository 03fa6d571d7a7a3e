/** A folder of the demo's own with HOME, state and git configuration inside, and our packages where Node finds them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { writeAtomically } from './files.ts'

const GIT_CONFIG =
  '[user]\n\tname = You\n\temail = you@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n'

export interface DemoPlace {
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Makes the folder.
 * @param ownPackage the package that runs; the demo's project uses this very one
 * @throws `dependencies` where the SQLite package was not installed
 */
export function makeDemoPlace(ownPackage: string, env: NodeJS.ProcessEnv): DemoPlace {
  const libsql = locate('libsql', ownPackage)
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'lanekeeper-demo-')))
  const home = join(dir, 'home')
  mkdirSync(join(dir, 'node_modules'))
  symlinkSync(ownPackage, join(dir, 'node_modules', 'lanekeeper'))
  symlinkSync(libsql, join(dir, 'node_modules', 'libsql'))
  writeAtomically(join(home, '.gitconfig'), GIT_CONFIG)
  return { dir, env: { ...env, ...isolation(home) } }
}

/** Takes the folder away. */
export function removeDemoPlace(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}

function isolation(home: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    LANEKEEPER: undefined,
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    npm_config_update_notifier: 'false',
  }
}

/** The directory of a package whose entry lies in it; its exports need not name package.json. */
function locate(name: string, ownPackage: string): string {
  try {
    return dirname(createRequire(join(ownPackage, 'package.json')).resolve(name))
  } catch (cause) {
    throw new LanekeeperError('dependencies', `The demo needs the package ${name}, which was not installed.`, {
      hint: `npm install ${name}`,
      cause,
    })
  }
}
