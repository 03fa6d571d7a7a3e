/** Which branch is the base: the settings' word, else the remote's default branch, else main or master. */
import type { Git } from './git.ts'

/** The base branch's name without `refs/heads/`. In a repository without any of them: the branch HEAD is on. */
export function detectBase(git: Git): string {
  const remote = git.attempt(['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']).stdout.trim()
  const candidates = [remote.replace(/^origin\//, ''), 'main', 'master'].filter((name) => name !== '')
  const existing = git
    .text(['for-each-ref', '--format=%(refname:short)', ...candidates.map((name) => `refs/heads/${name}`)])
    .split('\n')
  const found = candidates.find((name) => existing.includes(name))
  return found ?? (git.attempt(['symbolic-ref', '--quiet', '--short', 'HEAD']).stdout.trim() || 'main')
}
