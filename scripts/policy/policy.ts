/** Everything that was decided before a change is judged: settings and tasks, as of one commit of each. */
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'

export interface Policy {
  readonly base: string
  /** Tip of the base, or null when the base has no commit yet. */
  readonly baseTip: string | null
  readonly settings: Settings
  /** Where the settings came from: `base`, the main worktree's file, or nowhere (`defaults`). */
  readonly settingsFrom: 'base' | 'worktree' | 'defaults'
  /** Every task, open or not, oldest first. */
  readonly tasks: readonly Task[]
  /** Tree of the base's `.husky`, or null. */
  readonly hooksTree: string | null
}
