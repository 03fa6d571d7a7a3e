/** May this worktree be taken away? Facts in, every reason against it out: all at once, each with its own way on. */
import { LanekeeperError } from './errors.ts'
import { commandLine } from './shell-quote.ts'

export interface RemovalFacts {
  readonly path: string
  readonly branch: string | null
  readonly base: string
  readonly isMain: boolean
  /** The command was run from inside it. */
  readonly isHere: boolean
  readonly isLocked: boolean
  readonly lockReason: string | null
  /** Changed and untracked files that are neither ignored nor ours, as `git status` letters and path. */
  readonly dirty: readonly string[]
  /** Commits that would be lost: nothing of the base has their content. */
  readonly unmerged: number
  /** Submodules with commits that only this worktree's copy of them has: `lib has 2 commits that no remote of it has`. */
  readonly unpushed: readonly string[]
  /** What still runs in it, in words: `port 20310 (PORT) is in use`. */
  readonly alive: readonly string[]
}

/** What a person may say yes to, each on its own. */
export interface Forced {
  readonly dirty?: boolean
  readonly unmerged?: boolean
  readonly locked?: boolean
  readonly live?: boolean
}

export interface Obstacle {
  readonly kind: 'main' | 'here' | keyof Forced
  readonly message: string
  /** Commands that keep the work, then the flag that gives it up. */
  readonly hint: readonly string[]
}

const MOST_FILES = 5
/** What git writes into the lock of a worktree while it makes it. */
export const HALF_MADE = 'initializing'

/** Every reason why the worktree must stay, given what the person forced; empty when it may go. */
export function obstaclesTo(facts: RemovalFacts, forced: Forced): Obstacle[] {
  if (facts.isMain) return [mainWorktree(facts)]
  const isAskedFor: Required<Forced> = {
    locked: facts.isLocked,
    dirty: facts.dirty.length > 0,
    unmerged: facts.unmerged > 0 || facts.unpushed.length > 0,
    live: facts.alive.length > 0,
  }
  // a flag that gave something up stays in the command, or that would be refused next
  const given = KINDS.filter((kind) => isAskedFor[kind] && forced[kind])
  const missing = new Set(KINDS.filter((kind) => isAskedFor[kind] && !forced[kind]))
  const command = (...more: (keyof Forced)[]) =>
    commandLine(['npx', 'lanekeeper', 'remove', facts.branch ?? facts.path, ...[...given, ...more].map(flagOf)])
  const found: (Obstacle | null)[] = [
    facts.isHere ? standingInIt(command()) : null,
    missing.has('locked') ? locked(facts, command('locked')) : null,
    missing.has('dirty') ? dirty(facts, command('dirty')) : null,
    missing.has('unmerged') && facts.unmerged > 0 ? unmerged(facts, command('unmerged')) : null,
    missing.has('unmerged') && facts.unpushed.length > 0 ? unpushed(facts, command('unmerged')) : null,
    missing.has('live') ? alive(facts, command('live')) : null,
  ]
  return found.filter((obstacle) => obstacle !== null)
}

const KINDS = ['locked', 'dirty', 'unmerged', 'live'] as const

function flagOf(kind: keyof Forced): string {
  return `--force-${kind}`
}

function mainWorktree({ path }: RemovalFacts): Obstacle {
  return { kind: 'main', message: `${path} is the main worktree; it is never removed`, hint: [] }
}

function standingInIt(command: string): Obstacle {
  return { kind: 'here', message: 'you stand in it', hint: [`from another directory: ${command}`] }
}

function locked({ path, lockReason }: RemovalFacts, force: string): Obstacle {
  if (lockReason === HALF_MADE)
    return { kind: 'locked', message: 'git was killed while it made it, or is still at it', hint: [force] }
  const message = lockReason === null ? 'it is locked' : `it is locked: ${lockReason}`
  return { kind: 'locked', message, hint: [commandLine(['git', 'worktree', 'unlock', path]), force] }
}

function dirty({ path, dirty }: RemovalFacts, force: string): Obstacle {
  const rest = dirty.length > MOST_FILES ? ` and ${dirty.length - MOST_FILES} more` : ''
  const message = `it has uncommitted work: ${dirty.slice(0, MOST_FILES).join(', ')}${rest}`
  const keep = `${commandLine(['git', '-C', path, 'add', '-A'])} && ${commandLine(['git', '-C', path, 'commit'])}`
  return { kind: 'dirty', message, hint: [keep, force] }
}

function unmerged({ path, branch, base, unmerged }: RemovalFacts, force: string): Obstacle {
  const commits = unmerged === 1 ? '1 commit' : `${unmerged} commits`
  const message = `${branch ?? 'its detached HEAD'} has ${commits} that ${base} lacks`
  const look = commandLine(['git', '-C', path, 'log', '--oneline', `${base}..HEAD`])
  return { kind: 'unmerged', message, hint: [look, force] }
}

function unpushed({ path, unpushed }: RemovalFacts, force: string): Obstacle {
  const message = `its submodules go with it: ${unpushed.join(', ')}`
  const push = `${commandLine(['git', '-C', path, 'submodule', 'foreach'])} --recursive git push`
  return { kind: 'unmerged', message, hint: [push, force] }
}

function alive({ alive }: RemovalFacts, force: string): Obstacle {
  const message = `something still runs in it: ${alive.join(', ')}`
  return { kind: 'live', message, hint: ['stop it, then repeat', force] }
}

/** What becomes of an open task whose worktree and branch went: `landed` where the base has its work, else `closed`. */
export function taskOutcome({ unmerged }: Pick<RemovalFacts, 'unmerged'>, hasOwnCommits: boolean): 'landed' | 'closed' {
  return unmerged === 0 && hasOwnCommits ? 'landed' : 'closed'
}

/** The refusal: all reasons, and for each what keeps the work and what gives it up. */
export function removalRefused(path: string, obstacles: readonly Obstacle[]): LanekeeperError {
  const reasons = obstacles.map(({ message }) => `  ${message}`)
  return new LanekeeperError('unsafe', [`${path} is not removed:`, ...reasons].join('\n'), {
    hint: obstacles.flatMap(({ hint }) => hint).join('\n'),
  })
}
