/**
 * What a worktree's own log of HEAD tells: which commits were made in it, and on which branch. A branch's own log is no
 * witness to that: `git branch -M` and `-C` take it along to another name. But where the other branch stood then, it tells.
 */
import type { BranchTip } from './lineage.ts'

/** What makes a commit, as git writes it there; what only moves HEAD to one (a checkout, a reset, a fast-forward) is left out. */
const MADE =
  /^(?:commit\b|revert\b|am\b|cherry-pick: (?!fast-forward$)|merge .*: Merge made by |[^:]*\((?:pick|reword|edit|squash|fixup|merge|continue)\): (?!fast-forward$))/

/** What is new: no copy of a commit that was there before, as a pick or a rebase makes one. */
export const WRITTEN = /^commit(?: \(initial\))?: /

/** The same, and what was amended, be it a copy. */
export const WRITTEN_OR_AMENDED = /^commit(?: \((?:initial|amend)\))?: /

/** From which branch to which, a branch's new name included. */
const MOVED = /^(?:checkout: moving from |Branch: renamed refs\/heads\/)(\S+) to (?:refs\/heads\/)?(\S+)$/

interface Entry {
  readonly oid: string
  readonly message: string
}

function entriesOf(log: string): Entry[] {
  return [...log.matchAll(/^[0-9a-f]+ ([0-9a-f]+) [^\t\n]*\t(.*)$/gm)].map(([, oid = '', message = '']) => ({
    oid,
    message,
  }))
}

/**
 * Ids of the commits that were made in a worktree, whatever branch it stood on then.
 * @param log of its HEAD
 * @param what of what makes a commit
 */
export function madeIn(log: string, what: RegExp = MADE): string[] {
  return entriesOf(log).flatMap(({ oid, message }) => (what.test(message) ? [oid] : []))
}

/**
 * Ids of the commits that were made in a worktree on certain branches. What a rebase makes is made on the branch that it
 * ends on.
 * @param log of its HEAD
 * @param now the branch it stands on; null when HEAD is detached
 * @param what of what makes a commit
 */
export function madeOn(
  log: string,
  isWanted: (branch: string) => boolean,
  now: string | null,
  what: RegExp = MADE,
): string[] {
  const entries = entriesOf(log)
  const first = entries.map(({ message }) => MOVED.exec(message)).find((moved) => moved !== null)
  let branch = first?.[1] ?? now ?? ''
  let rebased: string[] | null = null
  const made: string[] = []
  for (const { oid, message } of entries) {
    const ended = /\((finish|abort)\): returning to refs\/heads\/(.+)$/.exec(message)
    if (ended) {
      branch = ended[2] ?? ''
      if (ended[1] === 'finish' && isWanted(branch)) made.push(...(rebased ?? []))
      rebased = null
    } else if (/^[^:]*\(start\): /.test(message)) rebased = []
    else if (MOVED.test(message)) [branch, rebased] = [MOVED.exec(message)?.[2] ?? '', null]
    else if (what.test(message) && rebased !== null) rebased.push(oid)
    else if (what.test(message) && isWanted(branch)) made.push(oid)
  }
  return made
}

/** What git writes into the log of a branch that was made of another: by a new name, by a copy, or from where it stood. */
const TAKEN_FROM =
  /^(?:Branch: (?:renamed|copied) refs\/heads\/(\S+) to |branch: Created from (?:refs\/heads\/)?(\S+)$)/

/** Where other branches stood when this one was made of them. @param log of a branch */
export function stoodAt(log: string): BranchTip[] {
  return entriesOf(log).flatMap(({ oid, message }) => {
    const [, renamed, from = renamed] = TAKEN_FROM.exec(message) ?? []
    return from === undefined ? [] : [{ branch: from, tip: oid }]
  })
}
