/**
 * Many small programs at once: starting one from Node costs twice the program itself, so as many shells as there are
 * cores go through the items, each its share (performance.md section 6: more at once gain nothing).
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** What the body said for one item; null where its shell did not come to it. */
export type Answer = { readonly status: number; readonly stdout: string } | null

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
  const workers = Math.min(availableParallelism(), items.length)
  const width = items[0]?.length ?? 1
  const script = `while [ $# -gt 0 ]; do ${body}; printf '\\000//%d\\000' "$?"; shift ${width}; done`
  const shares = Array.from({ length: workers }, (_, worker) => items.filter((_, index) => index % workers === worker))
  const answers = await Promise.all(shares.map(async (share) => answersOf(await run(script, share.flat(), cwd, env))))
  return items.map((_, index) => answers[index % workers]?.[Math.floor(index / workers)] ?? null)
}

function run(script: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', script, 'sh', ...words], { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(''))
    child.on('close', () => resolve(String(Buffer.concat(chunks))))
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
