/** What is asked of a remote. git never prompts here, keeps no FETCH_HEAD, and cleans nothing up in between. */
import { LanekeeperError } from '../policy/errors.ts'
import { cannotReadRemote } from '../policy/remote-errors.ts'
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
