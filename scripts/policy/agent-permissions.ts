/**
 * A task's lane in the words of agents that have permissions of their own. It is advice to them and comfort for the person
 * who would be asked: the guard and the gate decide, and read the lane from git.
 */
import { HOOKS_FILES } from './agent-hooks/settings-files.ts'
import { gitignoreOf, normalised } from './patterns.ts'
import type { Settings } from './settings.ts'
import type { Task } from './task.ts'

interface LanePatterns {
  readonly allow: readonly string[]
  /** Wins over `allow`. */
  readonly deny: readonly string[]
}

/** The same order as scope.ts has: protected, other tasks' migrations and `deny` before anything allowed. */
function lanePatterns(task: Task, settings: Settings): LanePatterns {
  const own = settings.migrations.filter(({ database }) => database === task.migrations)
  const foreign = settings.migrations.filter(({ database }) => database !== task.migrations)
  return {
    allow: [
      ...task.allow,
      ...task.shared.filter((pattern) => settings.shared.includes(pattern)),
      ...own.flatMap(({ paths }) => paths),
    ],
    deny: [...settings.protected, ...foreign.flatMap(({ paths }) => paths), ...task.deny],
  }
}

/** What an agent does all day in its own worktree. */
const DAILY = [
  'git status',
  'git diff',
  'git log',
  'git add',
  'git commit',
  'git lanekeeper check',
  'git lanekeeper run',
  'npx lanekeeper check',
  'npx lanekeeper run',
]
/** What it must not; the guard knows more spellings. */
const NEVER = [
  'git stash',
  'git update-ref',
  ...['add', 'move', 'remove', 'prune'].map((verb) => `git worktree ${verb}`),
]

/**
 * The file for `claude --settings`: edits inside the lane need no question, those under protected or denied paths are
 * refused, and our hooks hold the agent although the project's settings have none. Claude Code runs a hook that stands in
 * both only once.
 * @param root the worktree, absolute
 */
export function claudeSettings(task: Task, settings: Settings, root: string): object {
  const { deny } = lanePatterns(task, settings)
  // not those that make and take away worktrees: this one is made
  const { WorktreeCreate: _, WorktreeRemove: __, ...hooks } = HOOKS_FILES.claude.entries
  return {
    permissions: {
      allow: claudeAllowRules(task, settings, root),
      deny: [...editsOf(root, deny), ...NEVER.map((line) => `Bash(${line}:*)`)],
    },
    hooks: Object.fromEntries(Object.entries(hooks).map(([event, entry]) => [event, [entry]])),
  }
}

/**
 * The same allow rules for `claude --allowedTools`, as one comma-separated word. They weaken nothing: a deny of any settings
 * wins over every allow, and the denies stand in the file. The flag splits its value at commas and spaces outside of
 * parentheses and closes at the first `)`: a rule that it would tear apart stands in the file alone.
 */
export function claudeAllowedTools(task: Task, settings: Settings, root: string): string {
  return claudeAllowRules(task, settings, root)
    .filter((rule) => !/\).*[\s,]/.test(rule))
    .join(',')
}

function claudeAllowRules(task: Task, settings: Settings, root: string): string[] {
  return [...editsOf(root, lanePatterns(task, settings).allow), ...DAILY.map((line) => `Bash(${line}:*)`)]
}

function editsOf(root: string, patterns: readonly string[]): string[] {
  return [...new Set(patterns.flatMap((one) => editRules(root, one)))]
}

/** `//` is Claude Code's anchor for an absolute path; its patterns are gitignore's, as ours are. */
function editRules(root: string, pattern: string): string[] {
  const path = `/${gitignoreOf(root.replace(/^\/+/, ''))}${gitignoreOf(pattern)}`
  return path.endsWith('/**') ? [`Edit(${path})`] : [`Edit(${path})`, `Edit(${path}/**)`]
}

/** For opencode's OPENCODE_PERMISSION: the last match wins, and `*` goes across directories. */
export function opencodePermission(task: Task, settings: Settings): object {
  const { allow, deny } = lanePatterns(task, settings)
  const rules = (patterns: readonly string[], answer: 'allow' | 'deny') =>
    patterns.flatMap(wideGlobs).map((glob): [string, string] => [glob, answer])
  const edit = Object.fromEntries([['*', 'deny'], ...rules(allow, 'allow')])
  // a key that is set again keeps its old place, and would lose
  for (const [glob, answer] of rules(deny, 'deny')) {
    delete edit[glob]
    edit[glob] = answer
  }
  return { edit, external_directory: 'deny' }
}

function wideGlobs(pattern: string): string[] {
  const glob = normalised(pattern)
    .replace(/(^|\/)\*\*(\/|$)/g, '$1*$2')
    .replace(/^\*\//, '*')
  return glob.endsWith('*') ? [glob] : [glob, `${glob}/*`]
}

/** For `codex -c`: commits go into the git dir that all worktrees share, which its sandbox keeps shut. */
export function codexWritableRoots(commonDir: string): string {
  return `sandbox_workspace_write.writable_roots=${JSON.stringify([commonDir])}`
}
