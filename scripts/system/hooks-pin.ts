/**
 * Pins core.hooksPath twice: in `.git/config`, and in a file included after it. Each `npm install` runs husky, which sets
 * the key back to `.husky/_`; git writes it in place, before the include, and loses (git-hooks.md section 4).
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import { shellQuote } from '../policy/shell-quote.ts'
import { isErrno, readIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'
import { baseHooksDir, hooksConfig, hooksDir } from './trusted-hooks.ts'
import { launcherFile } from './trusted-programs.ts'

const INCLUDE = 'lanekeeper/hooks.config'
/** Another git holds `config.lock` for a few ms at most. */
const LOCK_TRIES = 200
const LOCK_PAUSE_MS = 10

/** What core.hooksPath is now, in the repository's own config and effectively. */
export function hooksPathOf(repository: Repository): { local: string | null; effective: string | null } {
  return { local: localHooksPath(repository), effective: effectiveHooksPath(repository) }
}

function localHooksPath(repository: Repository): string | null {
  return hooksPathIn(repository, ['--local', '--no-includes'])
}

function effectiveHooksPath(repository: Repository): string | null {
  return hooksPathIn(repository, [])
}

function hooksPathIn({ git }: Repository, scope: readonly string[]): string | null {
  return git.attempt(['config', ...scope, '--get', 'core.hooksPath']).stdout.trim() || null
}

/** Who is in charge of hooks when it is neither we, husky nor nobody: the foreign path, else null. */
export function foreignHooksPath(repository: Repository): string | null {
  const local = localHooksPath(repository)
  if (local === null || local === hooksDir(repository)) return null
  const isHusky = local === '.husky' || local === '.husky/_' || local.endsWith('/.husky/_') || local.endsWith('/.husky')
  return isHusky || local.startsWith(repository.stateDir) ? null : local
}

/** Whether both pins hold in this worktree. */
export function isPinned(repository: Repository): boolean {
  const effective = effectiveHooksPath(repository)
  const pinned = effective === hooksDir(repository) || effective === baseHooksDir(repository)
  return pinned && includeComesLast(readFileSync(join(repository.commonDir, 'config'), 'utf8'))
}

/** Whether both pins are written down as `pin` writes them: by the files alone, so false where only git could tell. */
export function holdsPins(repository: Repository, base: string): boolean {
  if (readIfExists(hooksConfig(repository)) !== pinText(repository, base)) return false
  const text = readFileSync(join(repository.commonDir, 'config'), 'utf8')
  const values = [...text.matchAll(/^\s*hookspath\s*=\s*(.*?)\s*$/gim)].map(([, value]) => value)
  return values.length === 1 && values[0] === hooksDir(repository) && includeComesLast(text)
}

/**
 * Pins, if it is not pinned already.
 * @returns whether anything had to be written
 * @throws `foreign-hooks` when the key does not hold after all
 */
export function pin(repository: Repository, base: string): boolean {
  const config = join(repository.commonDir, 'config')
  const wanted = pinText(repository, base)
  const isCurrent = readIfExists(hooksConfig(repository)) === wanted
  if (!isCurrent) writeAtomically(hooksConfig(repository), wanted, { mode: 0o644 })
  const local = localHooksPath(repository)
  if (local !== hooksDir(repository)) setHooksPath(repository)
  const before = readFileSync(config, 'utf8')
  if (!includeComesLast(before))
    rewriteConfig(config, (text) => `${withoutOurInclude(text).trimEnd()}\n[include]\n\tpath = ${INCLUDE}\n`)
  if (!isPinned(repository)) throw notPinned(repository)
  return !isCurrent || local !== hooksDir(repository) || !includeComesLast(before)
}

/** Takes both pins out and gives the key back to husky where `.husky/_` is there. */
export function unpin(repository: Repository): void {
  const { git, commonDir, mainWorktree, stateDir } = repository
  rewriteConfig(join(commonDir, 'config'), withoutOurInclude)
  if (existsSync(join(mainWorktree, '.husky', '_'))) git.text(['config', 'core.hooksPath', '.husky/_'])
  else git.attempt(['config', '--unset', 'core.hooksPath'])
  rmSync(join(stateDir, 'hooks.config'), { force: true })
}

function pinText(repository: Repository, base: string): string {
  const value = (path: string) => `"${path.replace(/[\\"]/g, '\\$&')}"`
  return [
    '# Made by `lanekeeper install`. Included last, so that a later `husky` cannot switch the gate off.',
    '[core]',
    `\thooksPath = ${value(hooksDir(repository))}`,
    `[includeIf ${value(`onbranch:${base}`)}]`,
    '\tpath = hooks-base.config',
    '[alias]',
    `\tlanekeeper = ${value(`!${shellQuote(launcherFile(repository))}`)}`,
    '',
  ].join('\n')
}

/** The file the conditional include names; on the base it adds reference-transaction. */
export function writeBaseConfig(repository: Repository): void {
  const path = baseHooksDir(repository).replace(/[\\"]/g, '\\$&')
  const file = join(repository.stateDir, 'hooks-base.config')
  const text = `[core]\n\thooksPath = "${path}"\n`
  if (readIfExists(file) !== text) writeAtomically(file, text, { mode: 0o644 })
}

function setHooksPath(repository: Repository): void {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const { status, stderr } = repository.git.attempt([
      'config',
      '--replace-all',
      'core.hooksPath',
      hooksDir(repository),
    ])
    if (status === 0) return
    if (!/could not lock/.test(stderr))
      throw new LanekeeperError('git', `core.hooksPath could not be set: ${stderr.trim()}`)
    pause()
  }
  throw locked(join(repository.commonDir, 'config.lock'))
}

/** The pin works only when no `hooksPath` stands after the include. */
function includeComesLast(text: string): boolean {
  const at = text.lastIndexOf(`path = ${INCLUDE}`)
  return at !== -1 && !/^\s*hookspath\s*=/im.test(text.slice(at))
}

function withoutOurInclude(text: string): string {
  const pattern = new RegExp(`(\\[include\\]\\n)?\\tpath = ${INCLUDE.replace('.', '\\.')}\\n?`, 'g')
  return text.replace(pattern, '')
}

/** Edits a git config file the way git does: `<file>.lock` with O_EXCL, then rename. */
function rewriteConfig(file: string, edit: (text: string) => string): void {
  const lock = `${file}.lock`
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    try {
      const handle = openSync(lock, 'wx', 0o644)
      try {
        writeFileSync(handle, edit(readFileSync(file, 'utf8')))
      } finally {
        closeSync(handle)
      }
      renameSync(lock, file)
      return
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
      pause()
    }
  }
  throw locked(lock)
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS)
}

function locked(lock: string): LanekeeperError {
  return new LanekeeperError('locked', `git's configuration is locked (${lock}).`, {
    hint: `If no git is running, a killed one left it: rm ${lock}`,
  })
}

function notPinned(repository: Repository): LanekeeperError {
  const { effective } = hooksPathOf(repository)
  return new LanekeeperError(
    'foreign-hooks',
    `core.hooksPath is ${effective ?? 'unset'} although Lanekeeper pinned it.`,
    {
      hint: 'See where it comes from: git config --show-origin --get-all core.hooksPath',
    },
  )
}
