/** The questions the gate asks about commits, each one git process. */
import { type Commit, LOG_OPTIONS, parseLog } from '../policy/attribution.ts'
import { type Change, parseRawDiff, RAW_DIFF_OPTIONS } from '../policy/changes.ts'
import { LanekeeperError } from '../policy/errors.ts'
import type { Git } from './git.ts'

/** The commit a name stands for, or null. */
export function commitOf(git: Git, name: string): string | null {
  const { status, stdout } = git.attempt(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  return status === 0 ? stdout.trim() : null
}

/** Those of these commits that git still has: what nothing refers to any more, `git gc` deletes. */
export function presentCommits(git: Git, oids: readonly string[]): string[] {
  if (oids.length === 0) return []
  const { stdout } = git.attempt(['rev-list', '--no-walk=unsorted', '--ignore-missing', ...oids])
  return stdout.split('\n').filter((oid) => oid !== '')
}

/** The commit where two histories part, or null. */
export function mergeBaseOf(git: Git, a: string, b: string): string | null {
  return git.attempt(['merge-base', a, b]).stdout.trim() || null
}

/** The error for a name that stands for nothing. */
export function noSuchCommit(name: string): LanekeeperError {
  return new LanekeeperError('git', `There is no branch or commit "${name}".`, {
    hint: 'All branches: git branch --list\nAll tasks: npx lanekeeper task list',
  })
}

/** Whether `ancestor` is contained in `tip`. */
export function isAncestor(git: Git, ancestor: string, tip: string): boolean {
  return ancestor === tip || git.test(['merge-base', '--is-ancestor', ancestor, tip])
}

/**
 * What merging `tip` into a base that holds `landed` would change: the three-dot diff; with several merge bases
 * (criss-cross) the diff of the merge git would make, since no single base tells it (policy.md section 4).
 * @param landed the base's tip first; empty for a base without a commit
 */
export function changesOfMerge(git: Git, landed: readonly string[], tip: string): Change[] {
  const [into] = landed
  if (into === undefined) return changesBetween(git, emptyTree(git), tip)
  if (landed.length === 1) {
    const diff = git.attempt(['diff-tree', '-r', ...RAW_DIFF_OPTIONS, '--merge-base', into, tip])
    // it refuses when there is not exactly one merge base
    if (diff.status === 0) return parseRawDiff(diff.stdout)
  }
  const oid = commitOf(git, tip)
  if (oid === null) throw noSuchCommit(tip.replace(/^refs\/heads\//, ''))
  const bases = git
    .attempt(['merge-base', '--all', oid, ...landed])
    .stdout.split('\n')
    .filter((line) => line !== '')
  if (bases.includes(oid)) return []
  if (bases.length > 1) {
    const merged = git.attempt(['merge-tree', '--write-tree', into, oid]).stdout.split('\n')[0] ?? ''
    if (/^[0-9a-f]{40,}$/.test(merged)) return changesBetween(git, into, merged)
  }
  return changesBetween(git, bases[0] ?? emptyTree(git), oid)
}

/** The plain diff of two commits or trees. */
export function changesBetween(git: Git, from: string, to: string): Change[] {
  return parseRawDiff(git.bytes(['diff-tree', '-r', ...RAW_DIFF_OPTIONS, from, to]).toString('utf8'))
}

/**
 * The files of a commit with their blobs.
 * @param below only what lies at or below these paths; none for all
 */
export function treeFiles(git: Git, commit: string, below: readonly string[]): { path: string; oid: string }[] {
  const entries = git.nul(['ls-tree', '-r', '-z', '--full-tree', commit, ...(below.length > 0 ? ['--', ...below] : [])])
  return entries.flatMap((entry) => {
    const [, type, oid] = /^\d+ (\w+) ([0-9a-f]+)\t/.exec(entry) ?? []
    return type === 'blob' && oid ? [{ path: entry.slice(entry.indexOf('\t') + 1), oid }] : []
  })
}

/** Path → `<mode> <oid>` of all that a commit holds. */
export function entriesAt(git: Git, commit: string): Map<string, string> {
  const entries = git.nul(['ls-tree', '-r', '-z', '--full-tree', commit]).map((entry) => entry.split('\t'))
  return new Map(entries.map(([meta = '', ...path]) => [path.join('\t'), meta.replace(/ \w+ /, ' ')]))
}

/** The paths of a commit's files, submodules included. */
export function treePaths(git: Git, commit: string): string[] {
  return git.nul(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit])
}

/** What the index holds that `commit` does not. */
export function stagedChanges(git: Git, commit: string): Change[] {
  return parseRawDiff(git.bytes(['diff-index', '--cached', ...RAW_DIFF_OPTIONS, commit, '--']).toString('utf8'))
}

/** The commits that `tips` have and `excluded` do not, newest first, with what each changed. */
export function commitsOf(git: Git, tips: readonly string[], excluded: readonly string[]): Commit[] {
  if (tips.length === 0) return []
  return parseLog(git.bytes(['log', ...LOG_OPTIONS, ...tips, '--not', ...excluded, '--']).toString('utf8'))
}

/** Ids of the commits that `tip` has and `excluded` do not. */
export function commitIds(git: Git, tip: string, excluded: readonly string[]): Set<string> {
  const ids = git.text(['rev-list', tip, '--not', ...excluded, '--']).split('\n')
  return new Set(ids.filter((id) => id !== ''))
}

/** A commit on the base's own line. */
export interface MainlineCommit {
  readonly oid: string
  readonly parents: readonly string[]
  /** The parent that is on the line: not the first where the base was moved to a branch that had merged it. */
  readonly onto: string
  readonly author: string
  readonly subject: string
}

/**
 * The line that led from one tip of the base (excluded) to another, newest first: at each merge on to the side that holds
 * the older tip. Where the base was moved aside, so that none does, its first parents.
 */
export function mainline(git: Git, from: string, to: string): MainlineCommit[] {
  const since = new Map(logOf(git, ['--ancestry-path', `${from}..${to}`]).map((commit) => [commit.oid, commit]))
  if (!since.has(to)) return logOf(git, ['--first-parent', `${from}..${to}`])
  const line: MainlineCommit[] = []
  for (let at = since.get(to); at !== undefined; at = since.get(line.at(-1)?.onto ?? '')) {
    const onto = at.parents.find((parent) => parent === from || since.has(parent)) ?? from
    line.push({ ...at, onto })
  }
  return line
}

function logOf(git: Git, range: readonly string[]): MainlineCommit[] {
  return git.nul(['log', '-z', '--format=%H%x02%P%x02%an%x02%s', ...range, '--']).map((record) => {
    const [oid = '', parents = '', author = '', subject = ''] = record.split('\u0002')
    const all = parents.split(' ').filter((parent) => parent !== '')
    return { oid, parents: all, onto: all[0] ?? '', author, subject }
  })
}

/** Branch → tip for every local branch. */
export function branchTips(git: Git): Map<string, string> {
  const lines = git.text(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/']).split('\n')
  return new Map(
    lines
      .filter((line) => line !== '')
      .map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  )
}

/** Whether anything was ever committed on the branch; a branch without a commit of its own only looks merged. */
export function hasOwnCommits(git: Git, branch: string): boolean {
  const subjects = git.attempt(['reflog', 'show', '--format=%gs', `refs/heads/${branch}`, '--']).stdout
  return /^(commit|cherry-pick|merge|rebase|am|revert)\b/m.test(subjects)
}

/** The base's upstream tip on a remote, or null: what is there has been let through by the remote's own rules. */
export function upstreamTip(git: Git, base: string): string | null {
  const { stdout } = git.attempt(['for-each-ref', '--format=%(upstream)', `refs/heads/${base}`])
  return stdout.startsWith('refs/remotes/') ? commitOf(git, stdout.trim()) : null
}

function emptyTree(git: Git): string {
  return git.text(['hash-object', '-t', 'tree', '--stdin'], { input: '' })
}
