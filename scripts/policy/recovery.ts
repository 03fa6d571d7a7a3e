/**
 * What brings the work tree back after git was refused in the middle of a command: measured per command and git version
 * (git-hooks.md section 2, "State after a hook refuses").
 */

/** Files git keeps in the git dir while something waits to be finished. */
export interface Unfinished {
  readonly merge: boolean
  readonly squash: boolean
  readonly cherryPick: boolean
  readonly rebase: boolean
  readonly am: boolean
  /** Several commits are being picked or reverted. */
  readonly sequencer: boolean
}

/**
 * The commands, in order, that leave a clean status after a late refusal.
 * @param subcommand what was run, e.g. `merge`, from the git process itself; empty when it cannot be known
 * @param args its words
 */
export function recoveryOf(subcommand: string, args: readonly string[], unfinished: Unfinished): string[] {
  if (unfinished.am) return ['git am --abort']
  if (unfinished.rebase) return ['git rebase --abort']
  if (unfinished.merge) return ['git merge --abort']
  switch (subcommand) {
    case 'merge':
    case 'pull':
    case 'revert':
      return ['git reset --merge']
    case 'cherry-pick':
      // a single pick that was a fast-forward leaves nothing to abort
      return args.includes('--ff') && !unfinished.sequencer ? ['git reset --merge'] : ['git cherry-pick --abort']
    case 'rebase':
      return ['git rebase --abort']
    case 'am':
      return ['git am --abort']
    case 'reset':
      return recoveryOfReset(args)
    case 'checkout':
    case 'switch':
      return ['git reset --hard HEAD']
    case 'commit':
      return unfinished.cherryPick ? ['git cherry-pick --abort'] : ['git reset --merge']
    default:
      return []
  }
}

/** `reset` has already moved index and work tree when the ref is refused; `--soft` has not. */
function recoveryOfReset(args: readonly string[]): string[] {
  if (args.includes('--soft')) return []
  return args.some((arg) => ['--hard', '--merge', '--keep'].includes(arg)) ? ['git reset --hard HEAD'] : ['git reset']
}
