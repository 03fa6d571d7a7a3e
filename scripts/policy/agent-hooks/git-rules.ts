/**
 * What git commands an agent must leave alone in its task's worktree: the shared stash, the base, other worktrees, the
 * branch it stands on, and whatever would go round the hooks. Everything else is git's business, and the hooks'.
 */
import { type GitCall, optionsOf, positionals, skipsHooks } from './git-command.ts'

/** The lane a command is judged in. */
export interface Lane {
  readonly base: string
  /** The task's branch. */
  readonly branch: string
  /** Whether there is a branch of this name, a local one or a remote's (`origin/x`). */
  readonly isBranch: (name: string) => boolean
}

/** Why a command is refused, and what to do instead. */
export interface Reason {
  readonly why: string
  readonly instead: string
}

type Rule = (call: GitCall, lane: Lane) => Reason | null

const RULES: readonly Rule[] = [goesRoundHooks, stashes, movesWorktrees, movesBase, leavesBranch]

/** The first rule that the command breaks, or null. */
export function refusedGit(call: GitCall, lane: Lane): Reason | null {
  for (const rule of RULES) {
    const reason = rule(call, lane)
    if (reason !== null) return reason
  }
  return null
}

/** Verbs that change a work tree, an index or a branch. */
const WRITERS =
  /^(add|am|apply|branch|checkout|cherry-pick|clean|commit|merge|mv|pull|rebase|reset|restore|revert|rm|stash|switch|tag|update-ref)$/

/** Whether the command changes the worktree it is sent to. */
export function writesIn({ verb }: GitCall): boolean {
  return WRITERS.test(verb)
}

export const GOES_ROUND: Reason = {
  why: 'it goes round the hooks that hold every task in its lane',
  instead: 'the same command without it; a refusal says what to do next',
}

function goesRoundHooks(call: GitCall): Reason | null {
  const isOverride = call.configs.some((config) => /^core\.hookspath(=|$)/i.test(config))
  return isOverride || skipsHooks(call) || (call.verb === 'config' && setsHooksPath(call.args)) ? GOES_ROUND : null
}

/** Looking at it is no override; `--unset` is. */
function setsHooksPath(args: readonly string[]): boolean {
  const words = positionals(args, ['-f', '--file', '--blob', '--type', '--default'])
  const at = words.findIndex((word) => /^core\.hookspath$/i.test(word))
  const isSection = words.some((word) => word === 'core') && /remove-section|rename-section/.test(args.join(' '))
  if (at === -1) return isSection
  if (optionsOf(args).some((option) => /^--get/.test(option)) || words[0] === 'get') return false
  return (
    words.length > at + 1 || /^(set|unset)$/.test(words[0] ?? '') || optionsOf(args).some((one) => /^--unset/.test(one))
  )
}

function stashes({ verb, args }: GitCall): Reason | null {
  if (verb !== 'stash' || /^(list|show|create)$/.test(args[0] ?? '')) return null
  return {
    why: "all worktrees share one stash: another task's agent would pop this, or you pop theirs",
    instead: 'git commit -am "wip" on your own branch keeps it, git commit --amend goes on with it',
  }
}

function movesWorktrees({ verb, args }: GitCall): Reason | null {
  if (verb !== 'worktree' || !/^(add|move|remove|prune)$/.test(args[0] ?? '')) return null
  return {
    why: 'worktrees come and go with their task, ports and databases',
    instead:
      'stay in this worktree; a person makes another with npx lanekeeper new-task and ends one with npx lanekeeper remove',
  }
}

function movesBase(call: GitCall, { base }: Lane): Reason | null {
  const moves = MOVERS[call.verb]
  if (!Object.hasOwn(MOVERS, call.verb) || !moves?.(call.args, base)) return null
  return {
    why: `it could move ${base}, which only landing does`,
    instead: 'commit on your own branch; a person brings it home with npx lanekeeper land',
  }
}

const PUSH_VALUES = ['-o', '--push-option', '--repo', '--receive-pack', '--exec']

const MOVERS: Readonly<Record<string, (args: readonly string[], base: string) => boolean>> = {
  push: (args, base) =>
    args.some((word) => /^--(all|mirror|branches)$/.test(word)) ||
    positionals(args, PUSH_VALUES)
      .slice(1)
      .some((spec) => targetOf(spec) === base),
  fetch: (args, base) => positionals(args).some((spec) => spec.includes(':') && targetOf(spec) === base),
  pull: (args, base) => positionals(args).some((spec) => spec.includes(':') && targetOf(spec) === base),
  branch: (args, base) =>
    optionsOf(args).some((one) => /^-[a-z]*[fdmc]/i.test(one) || /^--(force|delete|move|copy)$/.test(one)) &&
    positionals(args).includes(base),
  // which ref it means may come from stdin
  'update-ref': () => true,
  checkout: (args, base) => optionValue(args, ['-B', '-b']) === base,
  switch: (args, base) => optionValue(args, ['-C', '-c', '--force-create', '--create']) === base,
}

/** `+HEAD:refs/heads/main` → `main`. */
function targetOf(spec: string): string {
  const target = spec.replace(/^\+/, '').split(':').at(-1) ?? ''
  return target.replace(/^refs\/heads\//, '')
}

function optionValue(args: readonly string[], names: readonly string[]): string | null {
  const at = args.findIndex((word) => names.includes(word.split('=')[0] ?? ''))
  if (at === -1) return null
  const word = args[at] ?? ''
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (args[at + 1] ?? '')
}

function leavesBranch(call: GitCall, lane: Lane): Reason | null {
  const leaves = LEAVERS[call.verb]
  if (!Object.hasOwn(LEAVERS, call.verb) || !leaves?.(call.args, lane)) return null
  return {
    why: `this worktree is on its task's branch ${lane.branch} and stays there`,
    instead: 'look without leaving: git show COMMIT:PATH, git diff COMMIT, git log BRANCH',
  }
}

const LEAVERS: Readonly<Record<string, (args: readonly string[], lane: Lane) => boolean>> = {
  switch: (args, { branch }) =>
    !(positionals(args).length === 1 && positionals(args)[0] === branch && optionsOf(args).length === 0),
  checkout: checksOutAnother,
  branch: (args, { branch }) => {
    const renames = optionsOf(args).some((one) => /^-[a-z]*m/i.test(one) || one === '--move')
    return renames && (positionals(args).length < 2 || positionals(args)[0] === branch)
  },
  'symbolic-ref': (args) =>
    positionals(args, ['-m']).length > 1 || optionsOf(args).some((one) => /^(-d|--delete)$/.test(one)),
}

/** `git checkout <word>` is a branch, a commit or a path: what is no branch and does not look like a commit counts as a path. */
function checksOutAnother(args: readonly string[], { base, branch, isBranch }: Lane): boolean {
  if (optionValue(args, ['-b', '-B', '--orphan', '-t', '--track']) !== null) return true
  if (optionsOf(args).some((one) => /^(-d|--detach)$/.test(one))) return true
  const words = positionals(args)
  if (args.includes('--') || words.length !== 1) return false
  const [word = ''] = words
  if (word === branch) return false
  return word === base || word === '-' || isBranch(word) || /^(HEAD[~^@]|@$|@[~^{]|[0-9a-f]{7,64}$)/.test(word)
}
