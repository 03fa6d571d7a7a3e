/** Which branch is the base: the settings' word, else the remote's default branch, else main or master. */
import { join } from 'node:path'
import { readIfExists } from './files.ts'
import type { Git } from './git.ts'
import { readRef } from './refs.ts'

/**
 * The base branch's name without `refs/heads/`. In a repository without any of them: the branch HEAD is on.
 * @param commonDir where the refs may lie as plain files: two processes less for every verb, when they do
 */
export function detectBase(git: Git, commonDir?: string): string {
  return (commonDir === undefined ? null : baseInFiles(commonDir)) ?? baseByGit(git)
}

/** The first candidate, when files alone prove that it is there; null in any doubt. */
function baseInFiles(commonDir: string): string | null {
  const remote = readIfExists(join(commonDir, 'refs/remotes/origin/HEAD'))
  const name = remote === null ? 'main' : /^ref: refs\/remotes\/origin\/(.+)\n?$/.exec(remote)?.[1]
  return name !== undefined && typeof readRef(commonDir, `refs/heads/${name}`) === 'string' ? name : null
}

function baseByGit(git: Git): string {
  const remote = git.attempt(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']).stdout.trim()
  const candidates = [remote.replace(/^origin\//, ''), 'main', 'master'].filter((name) => name !== '')
  const existing = git
    .text(['for-each-ref', '--format=%(refname:short)', ...candidates.map((name) => `refs/heads/${name}`)])
    .split('\n')
  const found = candidates.find((name) => existing.includes(name))
  return found ?? (git.attempt(['symbolic-ref', '--quiet', '--short', 'HEAD']).stdout.trim() || 'main')
}
