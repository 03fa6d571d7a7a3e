/**
 * The tip of the base that the gate last judged. Prevention cannot see plumbing from a task's worktree, an overridden
 * hooks path or a ref written by hand; comparing this with the base's tip does.
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIfExists, writeAtomically } from './files.ts'
import type { Git } from './git.ts'
import { presentCommits } from './history.ts'
import { refTip } from './refs.ts'
import type { Repository } from './repository.ts'

/** Some 80 kB: read only when the base has moved since the last verdict. */
const MOST_MOVES = 1000

function verifiedRef(base: string): string {
  return `refs/lanekeeper/verified/${base}`
}

/** The last verified tip, or null before the first verdict. */
export function verifiedTip(repository: Repository, base: string): string | null {
  return refTip(repository, verifiedRef(base))
}

/** Records a tip as verified. Never fails a hook: a lost record only means that an entrance judges once more. */
export function markVerified(git: Git, base: string, tip: string): boolean {
  return git.attempt(['update-ref', verifiedRef(base), tip]).status === 0
}

/**
 * The verified tip and every tip of the base that the hooks saw follow it. A task may have merged such a commit since,
 * and nothing in the history tells then that it was on the base first. A move that no hook saw breaks the chain.
 */
export function seenTips(repository: Repository, verified: string): string[] {
  const seen = new Set([verified])
  for (const move of movesIn(repository)) {
    const [from = '', to] = move.split(' ')
    if (to !== undefined && seen.has(from)) seen.add(to)
  }
  // of an amended commit git has nothing after a while
  return seen.size === 1 ? [verified] : presentCommits(repository.git, [...seen])
}

/** The tip that the base had when the hooks last saw it, following their moves from the verified one. */
export function lastSeenTip(repository: Repository, verified: string): string {
  const moves = movesIn(repository).map((move) => move.split(' '))
  const last = moves.reduce((at, [from, to = at]) => (from === at ? to : at), verified)
  return presentCommits(repository.git, [last])[0] ?? verified
}

/** Writes down a move that a hook let pass. Never fails a hook. */
export function noteSeenMove(repository: Repository, from: string, to: string): void {
  try {
    appendFileSync(seenMoves(repository), `${from} ${to}\n`)
  } catch {
    // an entrance judges once more, and may take a person's commit for a task's
  }
}

/**
 * After a verdict on the tip they led to. Old moves do no harm and hooks write without a lock, so that they are only cleared
 * away once in many: one that is written just then may be lost, and what it brought is then judged as any other.
 */
export function forgetSeenMoves(repository: Repository, tip: string): void {
  const moves = movesIn(repository)
  if (moves.length < MOST_MOVES) return
  const next = moves.findIndex((move) => move.startsWith(`${tip} `))
  const since = next === -1 ? [] : moves.slice(next)
  writeAtomically(seenMoves(repository), since.map((move) => `${move}\n`).join(''), { durable: false })
}

function movesIn(repository: Repository): string[] {
  return (readIfExists(seenMoves(repository)) ?? '').split('\n').filter((move) => move !== '')
}

/** `<old> <new>` a line; reference-transaction writes it in the shell for what it lets pass without asking us. */
function seenMoves({ stateDir }: Repository): string {
  return join(stateDir, 'seen-moves')
}
