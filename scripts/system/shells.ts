/** Many small programs at once: starting one from Node costs twice the program itself, so one shell starts them, in loops. */
import { spawn } from 'node:child_process'
import { withoutRepositoryVariables } from './git.ts'

/** What the body said for one item; null where its shell did not come to it. */
export type Answer = { readonly status: number; readonly stdout: string } | null

/** After stdin, stdout and stderr. */
const FIRST_PIPE = 3
/**
 * More than there are cores: each loop has its share from the start, and with one a core, the loop beside our own work ends
 * last and alone (`status` of 50 on two cores: 108 ms by two loops, 97 by seven). dash cannot name a pipe by two digits.
 */
const LOOPS = 7

/** No path that git knows and no line of its output starts so, and NUL stands around it. */
const END = /^\/\/(\d+)$/

/**
 * Runs a shell body for each item.
 * @param body finds the item's words as `$1`, `$2` …: no value is ever part of the text. It reads no stdin, and its stderr
 *   goes nowhere. Best a single command, which dash starts without a copy of itself; what exits or exports needs brackets.
 * @param items all of one length, at least one word each
 */
export async function inShells(
  body: string,
  items: readonly (readonly string[])[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Answer[]> {
  if (items.length === 0) return []
  const loops = Math.min(LOOPS, items.length)
  const script = `${loopOver(body, loops, items[0]?.length ?? 1)}; ${startOf(loops)}`
  const answers = (await run(['sh', '-c', script, 'sh', ...items.flat()], loops, { cwd, env })).map(answersOf)
  return items.map((_, index) => answers[index % loops]?.[Math.floor(index / loops)] ?? null)
}

/**
 * git in many worktrees: its answer for each.
 * @param words of the command, which the shell reads: nothing in them may mean anything to it
 * @param dirs roots of worktrees, absolute
 */
export function gitInEach(
  words: readonly string[],
  dirs: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Answer[]> {
  const items = dirs.map((dir) => [dir])
  return inShells(`git -C "$1" ${words.join(' ')}`, items, { cwd: '/', env: withoutRepositoryVariables(env) })
}

/** A function that goes through the items and does every so-many-th, from the one that is its first word. */
function loopOver(body: string, loops: number, width: number): string {
  const turn = `[ "$mine" != $((at % ${loops})) ] || { ${body}; printf '\\000//%d\\000' "$?"; }`
  return `loop() { mine=$1; at=0; shift; while [ $# -gt 0 ]; do ${turn}; at=$((at + 1)); shift ${width}; done; }`
}

/** Each loop writes to a pipe of its own, or one would write into the other's answers. */
function startOf(loops: number): string {
  return Array.from({ length: loops }, (_, loop) => `loop ${loop} "$@" >&${FIRST_PIPE + loop} &`)
    .concat('wait')
    .join(' ')
}

/** What each of the pipes was told; nothing where no shell can be started. */
function run(
  [program = '', ...words]: readonly string[],
  pipes: number,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string[]> {
  return new Promise((resolve) => {
    const stdio = ['ignore', 'ignore', 'ignore', ...Array.from({ length: pipes }, () => 'pipe' as const)] as const
    const child = spawn(program, words, { cwd, env, stdio: [...stdio] })
    const told = child.stdio.slice(FIRST_PIPE).map((pipe) => {
      const chunks: Buffer[] = []
      pipe?.on('data', (chunk: Buffer) => chunks.push(chunk))
      return chunks
    })
    child.on('error', () => resolve([]))
    child.on('close', () => resolve(told.map((chunks) => String(Buffer.concat(chunks)))))
  })
}

function answersOf(output: string): Answer[] {
  const answers: Answer[] = []
  let fields: string[] = []
  for (const field of output.split('\0')) {
    const status = END.exec(field)?.[1]
    if (status === undefined) fields.push(field)
    else {
      answers.push({ status: Number(status), stdout: fields.join('\0') })
      fields = []
    }
  }
  return answers
}
