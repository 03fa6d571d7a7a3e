/** What the commits that worktrees stand on are: when, what, and how far from the base: three processes for any number. */

import { join } from 'node:path'
import { type Distance, distancesFrom, parseGraph } from '../policy/distance.ts'
import { readJsonIfExists, writeCache } from './files.ts'
import type { Git } from './git.ts'
import type { Repository } from './repository.ts'

export interface Tip {
  readonly subject: string
  /** ISO 8601, UTC. */
  readonly committedAt: string
  /** From the base; null where there is no base yet. */
  readonly distance: Distance | null
}

/** What was found out before, for one base; a commit never changes, nor how far it is from another. */
interface Known {
  readonly base: string | null
  readonly tips: Readonly<Record<string, Tip>>
}

/**
 * The tips by commit id; a commit git does not have is left out.
 * @param base the base's tip, or null when it has no commit yet
 */
export async function describeTips(
  repository: Repository,
  base: string | null,
  commits: readonly string[],
): Promise<Map<string, Tip>> {
  const file = join(repository.stateDir, 'cache', 'tips.json')
  const kept = readJsonIfExists<Known>(file)
  const known = (kept?.base === base ? kept.tips : null) ?? {}
  const wanted = [...new Set(commits)]
  const found = await askedTips(
    repository.git,
    base,
    wanted.filter((commit) => known[commit] === undefined),
  )
  const tips = new Map([
    ...wanted.flatMap((commit) => (known[commit] ? [[commit, known[commit]] as const] : [])),
    ...found,
  ])
  if (found.size > 0) writeCache(file, { base, tips: Object.fromEntries(tips) } satisfies Known)
  return tips
}

async function askedTips(git: Git, base: string | null, tips: readonly string[]): Promise<Map<string, Tip>> {
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
