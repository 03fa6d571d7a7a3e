/** The door to package-manager-detector: which package manager a folder uses, and how it installs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LOCKFILES } from '../policy/manifests.ts'
import { readIfExists } from './files.ts'

export interface PackageManager {
  readonly name: string
  /** The lockfile's name, or null where there is none. */
  readonly lockfile: string | null
  /** Command lines to try in this order, each as words. */
  readonly installs: readonly (readonly string[])[]
}

/** What makes an install quicker and quieter, by package manager. */
const FROZEN_FLAGS: Readonly<Record<string, readonly string[]>> = {
  npm: ['--prefer-offline', '--no-audit', '--no-fund'],
  pnpm: ['--prefer-offline'],
  yarn: ['--prefer-offline'],
}

/** A plain install, for a lockfile that the frozen one refuses; it must not leave another lockfile behind. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  npm: ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund'],
  pnpm: ['install', '--no-frozen-lockfile', '--prefer-offline'],
  yarn: ['install', '--pure-lockfile', '--prefer-offline'],
  'yarn@berry': ['install', '--no-immutable'],
  bun: ['install', '--no-save'],
}

/** Without any lockfile a frozen install has nothing to go by, and ours is not the place to introduce one. */
const WITHOUT_LOCKFILE: Readonly<Record<string, readonly string[]>> = {
  npm: ['--no-package-lock'],
  pnpm: ['--no-lockfile'],
  yarn: ['--no-lockfile'],
}

/** Without "packageManager" in package.json only the lockfile tells: yarn 1 understands no lockfile of a newer one. */
function isBerrys(lockfile: string): boolean {
  return /^__metadata:/m.test(readIfExists(lockfile) ?? '')
}

/** The package manager of a folder with a package.json; npm where nothing says another. */
export async function detectPackageManager(folder: string): Promise<PackageManager> {
  const { detect, resolveCommand } = await import('package-manager-detector')
  const detected = (await detect({ cwd: folder, stopDir: folder }))?.agent ?? 'npm'
  const lockfile = LOCKFILES.find((file) => existsSync(join(folder, file))) ?? null
  const agent = detected === 'yarn' && isBerrys(join(folder, 'yarn.lock')) ? 'yarn@berry' : detected
  const name = agent.split('@')[0] ?? agent
  const frozen = resolveCommand(agent, 'frozen', [...(FROZEN_FLAGS[agent] ?? [])])
  const plain = [name, ...(PLAIN[agent] ?? ['install'])]
  if (lockfile === null || frozen === null)
    return { name, lockfile, installs: [[...plain, ...(WITHOUT_LOCKFILE[agent] ?? [])]] }
  const offline = name === 'pnpm' ? [[name, 'install', '--offline', '--frozen-lockfile']] : []
  return { name, lockfile, installs: [...offline, [frozen.command, ...frozen.args], plain] }
}
