/**
 * Whether a worktree's own install scripts and set-up commands may run. They may where everything that decides them is
 * as on the base (at its tip, or where the branch left it); else a person has to have approved just this content.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { MANIFEST_PATHSPECS } from '../policy/manifests.ts'
import type { Policy } from '../policy/policy.ts'
import { commandLine } from '../policy/shell-quote.ts'
import { readIfExists, writeAtomically } from './files.ts'
import type { Repository } from './repository.ts'

/**
 * Why the branch's code may not run yet, with the command that allows it; null where it may.
 * @param approve a person said yes to what the worktree holds now: the answer is kept for just this content
 */
export function reasonNotToRun(repository: Repository, policy: Policy, { approve = false } = {}): string | null {
  const changed = changedManifests(repository, policy)
  if (changed.length === 0) return null
  const approved = join(repository.stateDir, 'trusted')
  const known = readIfExists(approved) ?? ''
  const digest = digestOf(repository, changed)
  if (known.split('\n').includes(digest)) return null
  if (approve) {
    writeAtomically(approved, `${known}${digest}\n`)
    return null
  }
  const look = commandLine(['git', 'diff', policy.base, '--', ...changed.slice(0, 5)])
  return `${changed.join(', ')} ${changed.length === 1 ? 'is' : 'are'} not as on ${policy.base}, and nothing of this branch runs before a person has looked. Look: ${look}, then: npx lanekeeper setup --trust`
}

/** Manifests in the worktree, committed or not, that differ from the base's tip and from where the branch left it. */
function changedManifests({ git }: Repository, { baseTip }: Policy): string[] {
  const differing = (commit: string) =>
    git.nul(['diff', '--no-ext-diff', '--no-renames', '--name-only', '-z', commit, '--', ...MANIFEST_PATHSPECS])
  const added = git.nul(['ls-files', '-z', '--others', '--exclude-standard', '--', ...MANIFEST_PATHSPECS])
  if (baseTip === null) return added
  const fromTip = differing(baseTip)
  if (fromTip.length === 0) return added
  const fork = git.attempt(['merge-base', baseTip, 'HEAD']).stdout.trim()
  return [...(fork === '' ? fromTip : differing(fork)), ...added]
}

function digestOf({ root }: Repository, paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of [...paths].sort()) {
    const content = readIfExists(join(root, path))
    hash.update(`${path}\0${content === null ? 'gone' : content.length}\0${content ?? ''}\0`)
  }
  return hash.digest('hex')
}
