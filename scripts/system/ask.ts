/** A yes-or-no question at the terminal. Called only when a person sits there. */
import { createInterface } from 'node:readline/promises'

/** True for y or yes; everything else, end of input included, is no. */
export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const reply = await terminal.question(`${question} [y/N] `)
    return /^y(es)?$/i.test(reply.trim())
  } finally {
    terminal.close()
  }
}
