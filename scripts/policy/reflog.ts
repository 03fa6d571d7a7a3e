/**
 * What a worktree's own log of HEAD tells: which commits were made in it, and on which branch. A branch's own log is no
 * witness to that: `git branch -M` and `-C` take it along to another name. But where the other branch stood then, it tells.
 */
import type { BranchTip } from './lineage.ts'

/** What makes a commit, as git writes it there; what only moves HEAD to one (a checkout, a reset, a fast-forward) is left out. */
const MADE =
  /^(?:commit\b|revert\b|am\b|cherry-pick: (?!fast-forward$)|merge .*: Merge made by |[^:]*\((?:pick|reword|edit|squash|fixup|merge|continue)\): (?!fast-forward$))/

/** What copies a commit that was there before. */
const COPIED =
  /^(?:cherry-pick: (?!fast-forward$)|commit \(cherry-pick\): |am\b|[^:]*\((?:pick|reword|edit|squash|fixup|continue)\): (?!fast-forward$))/

/** From which branch to which, a branch's new name included. */
const MOVED = /^(?:checkout: moving from |Branch: renamed refs\/heads\/)(\S+) to (?:refs\/heads\/)?(\S+)$/

interface Entry {
  readonly from: string
  readonly oid: string
  readonly message: string
}

function entriesOf(log: string): Entry[] {
  return [...log.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [^\t\n]*\t(.*)$/gm)].map(
    ([, from = '', oid = '', message = '']) => ({
      from,
      oid,
      message,
    }),
  )
}

/** Ids of the commits that were made in a worktree, whatever branch it stood on then. @param log of its HEAD */
export function madeIn(log: string): string[] {
  return entriesOf(log).flatMap(({ oid, message }) => (MADE.test(message) ? [oid] : []))
}

/**
 * Ids of the commits that copied others, and no more than that: made twice in one second, copy and original are one commit.
 * @param logs of HEADs
 */
export function copiedIn(logs: readonly string[]): Set<string> {
  const made = logs.flatMap(entriesOf).filter(({ message }) => MADE.test(message))
  const isCopied = ({ message }: Entry) => COPIED.test(message)
  const originals = new Set(made.filter((entry) => !isCopied(entry)).map(({ oid }) => oid))
  return new Set(made.filter(isCopied).flatMap(({ oid }) => (originals.has(oid) ? [] : [oid])))
}

/** What was amended: the new commit's id and the old one's, the oldest first. @param log of HEAD */
export function amendedIn(log: string): [oid: string, from: string][] {
  return entriesOf(log).flatMap(({ from, oid, message }): [string, string][] =>
    message.startsWith('commit (amend): ') ? [[oid, from]] : [],
  )
}

/** Where a worktree's HEAD is, or null. @param log of HEAD */
export function lastIn(log: string): string | null {
  return entriesOf(log).at(-1)?.oid ?? null
}

/**
 * Ids of the commits that were made in a worktree on certain branches. What a rebase makes is made on the branch that it
 * ends on.
 * @param log of its HEAD
 * @param now the branch it stands on; null when HEAD is detached
 */
export function madeOn(log: string, isWanted: (branch: string) => boolean, now: string | null): string[] {
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
    else if (MADE.test(message) && rebased !== null) rebased.push(oid)
    else if (MADE.test(message) && isWanted(branch)) made.push(oid)
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
