/** What we put into package.json's scripts, and how it is taken out again. */
import { removeMember, setMember } from '../json-edit.ts'

const INSTALL = 'lanekeeper install'
/** Scripts that ask: by the names that people type. */
const GENERATORS = { 'new-task': 'lanekeeper new-task', 'new-migration': 'lanekeeper new-migration' } as const
/**
 * `npm ci --omit=dev` runs `prepare` where no dev dependency is installed: a deployment must not fail for our sake.
 * `exit 0` and the parentheses mean the same to sh and to cmd.exe.
 */
const GUARDED = `${INSTALL} || exit 0`
const APPENDED = ` && (${GUARDED})`

export type InstallScript = 'prepare' | 'postinstall'

/** Yarn from version 2 on never runs `prepare` on install; `postinstall` would run for a published package's users. */
export function installScriptOf(manifest: Manifest, isYarnBerry: boolean): InstallScript {
  return isYarnBerry && manifest.private === true ? 'postinstall' : 'prepare'
}

export interface Manifest {
  readonly name?: string
  readonly private?: boolean
  readonly packageManager?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly workspaces?: readonly string[] | { readonly packages?: readonly string[] }
  readonly 'simple-git-hooks'?: unknown
}

/** Whether a script already installs our hooks. */
function installs(script: string | undefined): boolean {
  return script !== undefined && /\blanekeeper install\b/.test(script)
}

/** In our own repository the scripts run the build that was just made: there is no `lanekeeper` to call. */
function isOurself({ name }: Manifest): boolean {
  return name === 'lanekeeper'
}

/**
 * package.json's text with our scripts in it; the project's own come first and stay.
 * @param hasMigrations whether there is anything for `new-migration` to make
 */
export function withScripts(text: string, manifest: Manifest, name: InstallScript, hasMigrations: boolean): string {
  if (isOurself(manifest)) return text
  const scripts = manifest.scripts ?? {}
  const own = scripts[name]
  const isThere = installs(scripts.prepare) || installs(scripts.postinstall)
  const installed = isThere ? text : setMember(text, ['scripts', name], own ? own + APPENDED : GUARDED)
  const wanted = Object.entries(GENERATORS).filter(([script]) => script !== 'new-migration' || hasMigrations)
  return wanted
    .filter(([script]) => scripts[script] === undefined)
    .reduce((now, [script, line]) => setMember(now, ['scripts', script], line), installed)
}

/** package.json's text without what `withScripts` put in; what somebody reworded stays. */
export function withoutScripts(text: string, manifest: Manifest): string {
  const scripts = manifest.scripts ?? {}
  const ours = Object.entries(GENERATORS).filter(([script, line]) => scripts[script] === line)
  let left = ours.reduce((now, [script]) => removeMember(now, ['scripts', script]), text)
  for (const name of ['prepare', 'postinstall']) {
    const script = scripts[name]
    if (script === GUARDED || script === INSTALL) left = removeMember(left, ['scripts', name])
    else if (script !== undefined) left = withoutAppended(left, name, script)
  }
  return left
}

function withoutAppended(text: string, name: string, script: string): string {
  const own = [APPENDED, ` && ${INSTALL}`].reduce((rest, ours) => rest.replace(ours, ''), script)
  return own === script ? text : setMember(text, ['scripts', name], own)
}

/** How the project runs a script of its package.json; its lockfile tells. */
export function scriptRunner(files: readonly string[]): 'pnpm' | 'yarn' | 'bun run' | 'npm run' {
  if (files.includes('pnpm-lock.yaml')) return 'pnpm'
  if (files.includes('yarn.lock')) return 'yarn'
  return usesBun(files) ? 'bun run' : 'npm run'
}

/** By what runs a script. */
const PACKAGE_RUNNERS = { pnpm: 'pnpm exec', yarn: 'yarn', 'bun run': 'bunx', 'npm run': 'npx' } as const

/** How the project runs a program of one of its packages. */
export function packageRunner(files: readonly string[]): 'pnpm exec' | 'yarn' | 'bunx' | 'npx' {
  return PACKAGE_RUNNERS[scriptRunner(files)]
}

function usesBun(files: readonly string[]): boolean {
  return files.includes('bun.lock') || files.includes('bun.lockb')
}

/** Every package the manifest asks for, with its wanted version. */
export function dependenciesOf(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.optionalDependencies, ...manifest.devDependencies, ...manifest.dependencies }
}
