/**
 * What git executes: a trusted copy under the common git dir, never a file of a work tree, because at the moment a merge's
 * hooks run the work tree already holds the merged branch's version (git-hooks.md section 0).
 *
 *   <common>/lanekeeper/code-<hash>/     our build, whole
 *   <common>/lanekeeper/husky/<hook>     copies of the base's own .husky/<hook>
 *   <common>/lanekeeper/husky/_/<hook>   what core.hooksPath names: our stubs, and husky's for the base's other hooks
 *   <common>/lanekeeper/husky/base/…     the same and reference-transaction, for worktrees that are on the base
 *   <common>/lanekeeper/agent-hook       what the settings of coding agents start (`init --agents`)
 *   <common>/lanekeeper/git-lanekeeper   what the alias `git lanekeeper` starts, in any worktree and without npx
 *   <common>/lanekeeper/hooks.config     pins core.hooksPath, switches to `base` on the base branch, and has the alias
 */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postCheckout from '../../templates/hooks/post-checkout.hbs'
import preCommit from '../../templates/hooks/pre-commit.hbs'
import preMergeCommit from '../../templates/hooks/pre-merge-commit.hbs'
import prePush from '../../templates/hooks/pre-push.hbs'
import preRebase from '../../templates/hooks/pre-rebase.hbs'
import referenceTransaction from '../../templates/hooks/reference-transaction.hbs'
import { shellQuote } from '../policy/shell-quote.ts'
import { VERSION } from '../policy/version.ts'
import { isCodeCache } from './code-cache.ts'
import { readIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'
import { programsOf } from './trusted-programs.ts'

const STUBS = {
  'post-checkout': postCheckout,
  'pre-commit': preCommit,
  'pre-merge-commit': preMergeCommit,
  'pre-rebase': preRebase,
  'pre-push': prePush,
} as const

export const OUR_HOOKS = [...Object.keys(STUBS), 'reference-transaction']

/** Marks our line in a tracked `.husky/<hook>`. */
export const HUSKY_LINE_MARK = '# lanekeeper'

export interface BaseHook {
  readonly name: string
  readonly text: string
}

/** The directory git's hooks path names in a worktree that is not on the base. */
export function hooksDir(repository: Repository): string {
  return join(repository.stateDir, 'husky', '_')
}

/** The directory for worktrees on the base. */
export function baseHooksDir(repository: Repository): string {
  return join(repository.stateDir, 'husky', 'base')
}

export function hooksConfig(repository: Repository): string {
  return join(repository.stateDir, 'hooks.config')
}

/** The running build's id: names its copy, and tells a newer package from the installed one. */
export function buildId(): string {
  return readFileSync(join(buildDir(), 'build-id'), 'utf8').trim()
}

/** The build that is running: `dist/` of the package, or the trusted copy itself. */
export function buildDir(): string {
  return dirname(fileURLToPath(import.meta.url))
}

/** Where a build's copy is, or would be. */
export function codeDir({ stateDir }: Repository, hash: string): string {
  return join(stateDir, `code-${hash}`)
}

/** Whether a build's copy is there, whole: it comes in one rename. */
export function hasCode(repository: Repository, hash: string): boolean {
  return existsSync(join(codeDir(repository, hash), 'build-id'))
}

/** Copies the running build under the common dir, in one rename; gives its directory. */
export function copyCode(repository: Repository, hash: string): string {
  const target = codeDir(repository, hash)
  if (hasCode(repository, hash)) return target
  const temporary = `${target}.${process.pid}.tmp`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(repository.stateDir, { recursive: true })
  cpSync(buildDir(), temporary, { recursive: true, filter: (source) => !isCodeCache(source) })
  try {
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    // Somebody else was as quick: theirs is the same content.
    if (!hasCode(repository, hash)) throw error
  }
  return target
}

/**
 * Writes stubs and copies of the base's hooks; files that are right already are not touched, since a git may be
 * executing them.
 * @returns the files that changed
 */
export function writeHooks(
  repository: Repository,
  options: { base: string; everywhere: boolean; code: string; baseHooks: readonly BaseHook[] },
): string[] {
  const { baseHooks, everywhere } = options
  const own = baseHooks.filter(({ text }) => hasOwnLines(text))
  const changed = own.map(({ name, text }) => put(join(repository.stateDir, 'husky', name), text))
  for (const dir of [hooksDir(repository), baseHooksDir(repository)]) {
    const withGate = everywhere || dir === baseHooksDir(repository)
    const wanted = stubsOf(repository, options, dir, own, withGate)
    changed.push(put(join(dir, 'h'), readFileSync(join(options.code, 'husky.sh'), 'utf8')))
    for (const [name, text] of wanted) changed.push(put(join(dir, name), text))
    removeOthers(dir, new Set([...wanted.keys(), 'h']))
  }
  for (const [path, text] of programsOf(repository, options.code)) changed.push(put(path, text))
  removeOthers(join(repository.stateDir, 'husky'), new Set([...own.map(({ name }) => name), '_', 'base']))
  return changed.filter((path) => path !== null)
}

/** The base's hooks that were copied as they were before, or not yet taken away. */
export function staleHooks({ stateDir }: Repository, baseHooks: readonly BaseHook[]): string[] {
  const dir = join(stateDir, 'husky')
  const own = baseHooks.filter(({ text }) => hasOwnLines(text))
  const copied = existsSync(dir) ? readdirSync(dir) : []
  const gone = copied.filter((name) => !['_', 'base', ...own.map((hook) => hook.name)].includes(name))
  return [...own.filter(({ name, text }) => readIfExists(join(dir, name)) !== text).map(({ name }) => name), ...gone]
}

function stubsOf(
  repository: Repository,
  { base, code }: { base: string; code: string },
  dir: string,
  own: readonly BaseHook[],
  withGate: boolean,
): Map<string, string> {
  const context = (name: string) => ({
    version: VERSION,
    node: shellQuote(process.execPath),
    code: shellQuote(join(code, 'hook-loader.cjs')),
    state: shellQuote(repository.stateDir),
    baseName: shellQuote(base),
    baseRef: shellQuote(`refs/heads/${base}`),
    husky: shellQuote(join(dir, 'h')),
    chain: own.some((hook) => hook.name === name),
  })
  const stubs = new Map(Object.entries(STUBS).map(([name, render]) => [name, render(context(name))]))
  if (withGate) stubs.set('reference-transaction', referenceTransaction(context('reference-transaction')))
  for (const { name } of own)
    if (!stubs.has(name) && name !== 'reference-transaction')
      stubs.set(name, `#!/usr/bin/env sh\n. ${shellQuote(join(dir, 'h'))}\n`)
  return stubs
}

/** A hook file with nothing but our line, comments and blanks costs 10 ms for nothing: it is not chained. */
function hasOwnLines(text: string): boolean {
  return text.split('\n').some((line) => line.trim() !== '' && !line.startsWith('#') && !line.includes(HUSKY_LINE_MARK))
}

/** Writes an executable if its text differs; gives the path when it did. */
function put(path: string, text: string): string | null {
  if (readIfExists(path) === text && (statSync(path).mode & 0o111) === 0o111) return null
  writeAtomically(path, text, { mode: 0o755 })
  chmodSync(path, 0o755)
  return path
}

function removeOthers(dir: string, wanted: ReadonlySet<string>): void {
  if (!existsSync(dir)) return
  for (const name of readdirSync(dir))
    if (!wanted.has(name) && !name.endsWith('.tmp')) rmSync(join(dir, name), { recursive: true, force: true })
}
