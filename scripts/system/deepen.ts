/** Completes a shallow clone just so far that a head can be judged against its base. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LanekeeperError } from '../policy/errors.ts'
import {
  depthAt,
  depthNeeded,
  type History,
  missingParents,
  parseHistory,
  type Question,
  stepDepth,
} from '../policy/shallow.ts'
import { fetchFrom, isShallow, noRemote } from './remote.ts'
import type { Repository } from './repository.ts'

type Place = Pick<Repository, 'git' | 'commonDir'>

export interface Deepened {
  /** Fetches that it took. */
  readonly steps: number
  /** The depth that a clone should have had from the start. */
  readonly depth: number
}

/**
 * Fetches history until the question can be answered; null when it was all there.
 * @param remote where the clone is from, or null where it has none
 * @throws `git` when the remote cannot be read, or there is none
 */
export function deepenFor({ git, commonDir }: Place, remote: string | null, question: Question): Deepened | null {
  if (!isShallow(git)) return null
  for (let step = 0; ; step++) {
    const history = historyOf({ git, commonDir }, [question.base, question.head])
    const cut = missingParents(history, question)
    if (cut.length === 0) return step === 0 ? null : { steps: step, depth: depthNeeded(history, question) }
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

/** How to fetch a branch beside this commit: as deep as it is; all there is where the clone is whole. */
export function depthBeside({ git, commonDir }: Place, commit: string): string[] {
  return isShallow(git) ? [`--depth=${depthAt(historyOf({ git, commonDir }, [commit]), [commit])}`] : []
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

function historyOf({ git, commonDir }: Place, tips: readonly string[]): History {
  const listed = git.text(['rev-list', '--timestamp', '--parents', ...tips, '--'])
  return parseHistory(listed, shallowCommits(commonDir))
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
