/** What is asked of a remote. git never prompts here, keeps no FETCH_HEAD, and cleans nothing up in between. */
import { LanekeeperError } from '../policy/errors.ts'
import { lastWords } from '../policy/last-words.ts'
import { cannotReadRemote, withoutCredentials } from '../policy/remote-errors.ts'
import type { Git } from './git.ts'

/** Nobody is there to type a password, and a key that asks for one must not hang the job. */
const QUIET = { GIT_TERMINAL_PROMPT: '0' }
const FETCH = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch', '--quiet']
const FETCH_OPTIONS = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules']

/** Names of the remotes, `origin` first. */
export function remotesOf(git: Git): string[] {
  const names = git.text(['remote']).split('\n')
  return names.filter((name) => name !== '').sort((a, b) => Number(b === 'origin') - Number(a === 'origin'))
}

/**
 * Refs of a remote with what they point at.
 * @param patterns full names, or with a `*` at the end
 * @param what names them in an error
 * @throws `git` where the remote cannot be read
 */
export function remoteRefs(
  git: Git,
  remote: string,
  patterns: readonly string[],
  what: string,
): ReadonlyMap<string, string> {
  const { status, stdout, stderr } = git.attempt(['ls-remote', '--', remote, ...patterns], { env: QUIET })
  if (status !== 0) throw cannotReadRemote(remote, what, stderr)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))]))
}

/**
 * Fetches refs, or commits by their ids.
 * @param depth how deep the fetched history is to be, or how much deeper than it is; none: all that is not there
 * @throws `git` where it fails, saying what was asked for
 */
export function fetchFrom(
  git: Git,
  remote: string,
  refs: readonly string[],
  { what, depth = [] }: { readonly what: string; readonly depth?: readonly string[] },
): void {
  const { status, stderr } = git.attempt([...FETCH, ...FETCH_OPTIONS, ...depth, '--', remote, ...refs], { env: QUIET })
  if (status !== 0) throw cannotReadRemote(remote, what, stderr)
}

/** What a push of one ref came to; `moved`: the remote's is not what we took it for. */
export type Pushed =
  | { readonly kind: 'done' | 'moved' }
  | { readonly kind: 'refused' | 'offline'; readonly said: string }

/** A person waits for the command that asks: better to go on without an answer than to stand still. */
const ANSWER_MS = 15_000
const SLOW = ['-c', 'http.lowSpeedLimit=100', '-c', 'http.lowSpeedTime=10']
/** These refs are ours: neither the gate nor a project's own pre-push checks are about them. */
const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null']
const MOST_LOCKED = 5

/**
 * Fetches refs by forced refspecs; what the remote has no more goes here too. Never throws for a remote that does not answer.
 * @returns null, or why it could not
 */
export function fetchQuietly(git: Git, remote: string, refspecs: readonly string[]): string | null {
  for (let tries = 1; ; tries++) {
    const words = [...NO_HOOKS, ...SLOW, ...FETCH, '--prune', ...FETCH_OPTIONS, '--', remote, ...refspecs]
    const { status, stderr } = git.attempt(words, { env: QUIET, timeoutMs: ANSWER_MS })
    if (status === 0) return null
    // another process of this clone fetches the same
    if (tries >= MOST_LOCKED || !/cannot lock ref/.test(stderr)) return withoutCredentials(lastWords(stderr, 3))
  }
}

/** A remote that loses a race says so in words of its own. */
const LOST_RACE = /lock ref|failed to update ref|incorrect old value|reference already exists|fetch first|stale info/i

/**
 * Puts an object in the place of the remote's ref if that still stands where we think (compare-and-swap).
 * @param from what the remote has, null for nothing
 */
export function pushRef(
  git: Git,
  remote: string,
  ref: string,
  { from, to }: { readonly from: string | null; readonly to: string },
): Pushed {
  const lease = `--force-with-lease=${ref}:${from ?? ''}`
  const words = [
    ...NO_HOOKS,
    ...SLOW,
    'push',
    '--porcelain',
    '--no-verify',
    '--no-follow-tags',
    '--recurse-submodules=no',
    lease,
  ]
  const { status, stdout, stderr } = git.attempt([...words, '--', remote, `${to}:${ref}`], {
    env: QUIET,
    timeoutMs: ANSWER_MS,
  })
  if (status === 0) return { kind: 'done' }
  const refusal = stdout.split('\n').find((line) => line.startsWith('!\t'))
  if (refusal === undefined) return { kind: 'offline', said: withoutCredentials(lastWords(stderr, 3)) }
  if (/\[rejected\]/.test(refusal) || LOST_RACE.test(refusal)) return { kind: 'moved' }
  const told = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice(7).trim())
  const why = /\(([^)]*)\)\s*$/.exec(refusal)?.[1] ?? refusal
  return { kind: 'refused', said: [why, ...told.filter((line) => line !== '')].join(': ') }
}

/** Whether the clone holds only a part of the history. */
export function isShallow(git: Git): boolean {
  return git.text(['rev-parse', '--is-shallow-repository']) === 'true'
}

/** The error for a clone that has no remote to ask. */
export function noRemote(what: string): LanekeeperError {
  return new LanekeeperError('git', `${what} is not in this clone, and it has no remote to fetch it from.`, {
    hint: 'Name the remote: git remote add origin URL',
  })
}
