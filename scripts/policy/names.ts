import { LanekeeperError } from './errors.ts'

/** Longest task id. It becomes a directory, a file name, a tmux window and part of a database name (63 bytes in all). */
const TASK_ID_MAX = 48
/** git itself allows more, but a ref is also a path under .git and most file systems stop at 255 bytes a component. */
const BRANCH_MAX_BYTES = 200

/**
 * A slug for file names, database names and tmux windows: lower case `[a-z0-9-]`, never empty, no leading dash.
 * tmux turns `.` and `:` into `_` and then cannot find the window (integrations.md section 2), hence the narrow set.
 */
export function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, TASK_ID_MAX)
    .replace(/-+$/, '')
  return slug === '' ? 'task' : slug
}

/** What is wrong with a task id, or null. The id names files in a git tree and directories beside the repository. */
export function problemWithTaskId(id: string): string | null {
  if (id === '') return 'is empty'
  if (id.length > TASK_ID_MAX) return `is longer than ${TASK_ID_MAX} characters`
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) return 'may hold only a-z, 0-9 and -, and starts with a letter or digit'
  if (id.endsWith('-')) return 'ends with a dash'
  return null
}

/**
 * What is wrong with a branch name, or null: git's own rules (git-check-ref-format(1)), and nothing that a shell would
 * take apart, since people paste our hints.
 */
export function problemWithBranch(branch: string): string | null {
  if (branch === '') return 'is empty'
  if (new TextEncoder().encode(branch).length > BRANCH_MAX_BYTES) return `is longer than ${BRANCH_MAX_BYTES} bytes`
  if (branch.startsWith('-')) return 'starts with a dash, which git reads as an option'
  if (branch.startsWith('/') || branch.endsWith('/') || branch.includes('//')) return 'has an empty path component'
  if (branch === '@' || branch.includes('@{')) return 'holds @{, which git reads as a reflog'
  if (branch.includes('..')) return 'holds .., which git reads as a range'
  if (branch.endsWith('.')) return 'ends with a dot'
  if (branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock')))
    return 'has a component that starts with a dot or ends with .lock'
  const bad = /[\s~^:?*[\\"'`$;&|<>(){}!#\u0000-\u001f\u007f]/u.exec(branch)
  if (bad) return `holds ${JSON.stringify(bad[0])}, which git or a shell would take apart`
  return null
}

/** Throws `bad-name` unless the id can name a task; gives it back. */
export function checkedTaskId(id: string): string {
  const problem = problemWithTaskId(id)
  if (problem === null) return id
  throw new LanekeeperError('bad-name', `The task id ${JSON.stringify(id)} ${problem}.`, {
    hint: `Try: --id ${slugOf(id)}`,
  })
}

/** Throws `bad-name` unless git and a shell both take the branch name as it is; gives it back. */
export function checkedBranch(branch: string): string {
  const problem = problemWithBranch(branch)
  if (problem === null) return branch
  throw new LanekeeperError('bad-name', `The branch name ${JSON.stringify(branch)} ${problem}.`, {
    hint: `Try: --branch task/${slugOf(branch)}`,
  })
}
