/**
 * How many uncommitted changes each worktree has. `git status` needs a process per worktree, and starting one from Node
 * costs twice the process itself; so as many shells as there are cores go through the worktrees, each its share
 * (performance.md section 6: more at once gain nothing). No index lock is taken: an agent may be committing.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { withoutRepositoryVariables } from './git.ts'

const STATUS = ['--no-optional-locks', 'status', '--porcelain=v2', '-z', '--no-renames', '--untracked-files=normal']
/** Directories arrive as arguments, never as text; `=<exit status>` ends each answer, and no status line starts with `=`. */
const THROUGH_ALL = `for dir do git -C "$dir" ${STATUS.join(' ')} 2>/dev/null; printf '=%d\\000' "$?"; done`

/**
 * Changed and untracked paths per directory; null where git could not tell.
 * @param dirs roots of worktrees, absolute; what is no worktree (any more) is null
 */
export async function countUncommitted(
  dirs: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, number | null>> {
  const workers = Math.min(availableParallelism(), dirs.length)
  const shares = Array.from({ length: workers }, (_, worker) => dirs.filter((_, index) => index % workers === worker))
  const counted = await Promise.all(shares.map(async (share) => countsOf(share, await run(share, env))))
  return new Map(counted.flat())
}

function run(dirs: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', THROUGH_ALL, 'sh', ...dirs], {
      env: withoutRepositoryVariables(env),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(''))
    child.on('close', () => resolve(String(Buffer.concat(chunks))))
  })
}

function countsOf(dirs: readonly string[], output: string): [string, number | null][] {
  const answers: (number | null)[] = []
  let changes = 0
  for (const record of output.split('\0')) {
    if (record.startsWith('=')) {
      answers.push(record === '=0' ? changes : null)
      changes = 0
    } else changes += 1
  }
  return dirs.map((dir, index) => [dir, answers[index] ?? null])
}
