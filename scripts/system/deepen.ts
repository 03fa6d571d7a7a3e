/** Completes a shallow clone just so far that two commits can be compared. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Graph, parseGraph } from '../policy/distance.ts'
import { LanekeeperError } from '../policy/errors.ts'
import { cutCommits, depthNeeded, stepDepth } from '../policy/shallow.ts'
import { fetchFrom, isShallow, noRemote } from './remote.ts'
import type { Repository } from './repository.ts'

export interface Deepened {
  /** Fetches that it took. */
  readonly steps: number
  /** The depth that a clone should have had from the start. */
  readonly depth: number
}

/**
 * Fetches history until the two commits can be compared; null when it was all there.
 * @param remote where the clone is from, or null where it has none
 * @throws `git` when the remote cannot be read, or there is none
 */
export function deepenUntilTheyMeet(
  { git, commonDir }: Pick<Repository, 'git' | 'commonDir'>,
  remote: string | null,
  base: string,
  head: string,
): Deepened | null {
  if (!isShallow(git)) return null
  for (let step = 0; ; step++) {
    const graph = oneSided({ git }, base, head)
    const cut = cutCommits(graph, shallowCommits(commonDir))
    if (cut.length === 0) return step === 0 ? null : { steps: step, depth: depthNeeded(graph, [base, head]) }
    if (remote === null) throw noRemote('The history where the branch left the base')
    const depth = stepDepth(step)
    if (depth === null && stepDepth(step - 1) === null) throw cutAtTheRemote(remote)
    // the cut commits themselves came from the remote: it knows them, whatever HEAD was made of here
    fetchFrom(git, remote, cut, {
      what: 'the history that this shallow clone lacks',
      depth: [depth === null ? '--unshallow' : `--deepen=${depth}`],
    })
  }
}

/** All that the remote has is here, and it is not enough. */
function cutAtTheRemote(remote: string): LanekeeperError {
  return new LanekeeperError(
    'git',
    `${remote} is a shallow clone itself: it does not hold where the branch left the base.`,
    {
      hint: `Fetch from a whole repository: git remote set-url ${remote} URL`,
    },
  )
}

function oneSided({ git }: Pick<Repository, 'git'>, base: string, head: string): Graph {
  return parseGraph(git.text(['rev-list', '--parents', `${base}...${head}`]))
}

function shallowCommits(commonDir: string): Set<string> {
  try {
    const lines = readFileSync(join(commonDir, 'shallow'), 'utf8').split('\n')
    return new Set(lines.filter((line) => line !== ''))
  } catch {
    // the last step took the file away: the clone is whole
    return new Set()
  }
}
