/**
 * Whether branches would conflict, foretold by git's own merge without a work tree, for many pairs at once. Uncommitted work
 * counts: it is committed in passing, with an index and an object directory of our own, so that neither the worktree's
 * index nor the repository gets anything of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { changeOf } from '../policy/uncommitted-lines.ts'
import { withoutRepositoryVariables } from './git.ts'
import type { Repository } from './repository.ts'
import { inShells } from './shells.ts'
import type { Uncommitted } from './uncommitted.ts'

/** Something that can be merged. */
export interface Side {
  /** Unlike any other side's text: it names the content, commits and uncommitted work alike. */
  readonly key: string
  readonly tip: string
  /** Where uncommitted work on top of the tip lies; null for none. */
  readonly dirty: string | null
  /** That work, as `git status` tells it. */
  readonly uncommitted: Uncommitted
}

const QUIET = '-c core.hooksPath=/dev/null -c core.fsmonitor=false -c gc.auto=0'
/** Every path is compared with every file of the index: for more of them git looks at all files itself. */
const MOST_PATHS = 100
/**
 * A copy of the index keeps git from hashing what has not changed, and the paths from looking for it. `$1` the worktree, `$2`
 * our index, `$3` a file of paths; an empty one stands for all.
 */
const COMMIT_ALL = `( ${[
  'index=$(git -C "$1" rev-parse --path-format=absolute --git-path index) || exit 1',
  '[ ! -f "$index" ] || cp -p "$index" "$2" || exit 1',
  'export GIT_INDEX_FILE="$2"',
  `git -C "$1" --literal-pathspecs ${QUIET} add -A --pathspec-from-file="$3" --pathspec-file-nul >/dev/null || exit 1`,
  `tree=$(git -C "$1" ${QUIET} write-tree) || exit 1`,
  'git -C "$1" commit-tree "$tree" -p HEAD -m uncommitted',
].join('; ')} )`
const MERGE = 'git merge-tree --write-tree --name-only --no-messages -z "$1" "$2"'

/** Identity and time of commits that nobody ever sees. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'foretold',
  GIT_AUTHOR_EMAIL: 'foretold@localhost',
  GIT_COMMITTER_NAME: 'foretold',
  GIT_COMMITTER_EMAIL: 'foretold@localhost',
}

/**
 * The files that conflict, for each pair.
 * @returns null for a pair that git could not merge at all (unrelated histories, a worktree that went meanwhile)
 */
export async function conflictsOfPairs(
  repository: Repository,
  pairs: readonly (readonly [Side, Side])[],
): Promise<(readonly string[] | null)[]> {
  if (pairs.length === 0) return []
  const place = mkdtempSync(join(tmpdir(), 'lanekeeper-foretold-'))
  try {
    const env = { ...withoutRepositoryVariables(repository.env), ...NOBODY, ...objectsIn(repository, place) }
    const commits = await committed(pairs.flat(), place, env)
    const items = pairs.map((pair) => pair.map(({ key, tip }) => commits.get(key) ?? tip))
    const answers = await inShells(MERGE, items, { cwd: repository.commonDir, env })
    return answers.map((answer) => conflictsIn(answer?.stdout ?? ''))
  } finally {
    rmSync(place, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** New objects go to a directory that is deleted afterwards; those that are there are read where they are. */
function objectsIn({ commonDir }: Repository, place: string): Record<string, string> {
  const objects = join(commonDir, 'objects')
  const quoted = objects.includes(delimiter) || objects.startsWith('"') ? JSON.stringify(objects) : objects
  return { GIT_OBJECT_DIRECTORY: place, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted }
}

/** Commit of what each dirty side holds, by key. What cannot be committed counts as it was committed last. */
async function committed(
  sides: readonly Side[],
  place: string,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, string>> {
  const dirty = [...new Map(sides.map((side) => [side.key, side])).values()].filter((side) => side.dirty !== null)
  const items = dirty.map((side, index) => {
    const paths = join(place, `paths-${index}`)
    writeFileSync(paths, pathsToAdd(side.uncommitted))
    return [side.dirty ?? '', join(place, `index-${index}`), paths]
  })
  const answers = await inShells(COMMIT_ALL, items, { cwd: place, env })
  return new Map(
    dirty.flatMap(({ key }, index) => {
      const oid = answers[index]?.stdout.trim().replace(/\0/g, '') ?? ''
      return answers[index]?.status === 0 && isOid(oid) ? [[key, oid] as const] : []
    }),
  )
}

/** What the index does not hold already: git refuses to add a path that neither it nor the work tree has. */
function pathsToAdd(uncommitted: Uncommitted): string {
  const changes = uncommitted.map(changeOf).filter(({ isStaged }) => !isStaged)
  return changes.length > MOST_PATHS ? '' : changes.map(({ path }) => `${path}\0`).join('')
}

/** The tree comes first, then a name each; git's status is 1 for a conflict and for an unknown revision alike. */
function conflictsIn(output: string): readonly string[] | null {
  const [tree = '', ...names] = output.split('\0').filter((field) => field !== '')
  return isOid(tree) ? names : null
}

function isOid(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}
