/** What the commits that worktrees stand on are: when, what, and how far from the base. Three processes for any number. */
import { type Distance, distancesFrom, parseGraph } from '../policy/distance.ts'
import type { Git } from './git.ts'

export interface Tip {
  readonly subject: string
  /** ISO 8601, UTC. */
  readonly committedAt: string
  /** From the base; null where there is no base yet. */
  readonly distance: Distance | null
}

/**
 * The tips by commit id; a commit git does not have is left out.
 * @param base the base's tip, or null when it has no commit yet
 */
export async function describeTips(
  git: Git,
  base: string | null,
  commits: readonly string[],
): Promise<Map<string, Tip>> {
  const tips = [...new Set(commits)]
  if (tips.length === 0) return new Map()
  const format = '--format=%H%x09%ct%x09%s'
  const [log, distances] = await Promise.all([
    git.later(['rev-list', '--ignore-missing', '--no-walk=unsorted', '--no-commit-header', format, ...tips]),
    base === null ? new Map<string, Distance>() : distancesOf(git, base, tips),
  ])
  return new Map(
    log.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [commit = '', seconds = '', ...subject] = line.split('\t')
        const committedAt = new Date(Number(seconds) * 1000).toISOString()
        return [commit, { subject: subject.join('\t'), committedAt, distance: distances.get(commit) ?? null }]
      }),
  )
}

/** Only what not all have is listed: the history before the commit they all descend from stays unread. */
async function distancesOf(git: Git, base: string, tips: readonly string[]): Promise<Map<string, Distance>> {
  const common = (await git.later(['merge-base', '--octopus', base, ...tips])).stdout.trim()
  const listed = await git.later(['rev-list', '--parents', base, ...tips, ...(common ? [`^${common}`] : [])])
  return listed.status === 0 ? distancesFrom(base, tips, parseGraph(listed.stdout)) : new Map()
}
