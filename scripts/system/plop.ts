/**
 * The door to Plop: asks a generator's questions at the terminal. Plop's runner is `node-plop`, which plop brings along;
 * it is found through plop, since a package manager with strict folders does not put it where we could see it.
 */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { LanekeeperError } from '../policy/errors.ts'

interface Generator {
  readonly prompts: readonly { readonly name: string }[]
  runPrompts(bypass: readonly string[]): Promise<Record<string, string>>
}

type NodePlop = (plopfile: string) => Promise<{ getGenerator(name: string): Generator }>

/** In the place of an answer: ask. */
const ASK = '_'

/** The plopfile that the build puts beside the bin. */
export function plopfilePath(): string {
  return fileURLToPath(new URL('plopfile.mjs', import.meta.url))
}

/**
 * Asks the questions of a generator of ours.
 * @param known answers there are already, by question; null asks
 * @returns the answers by question, or null when the person stopped with Ctrl-C
 * @throws `usage` with what is wrong when a known answer does not pass the question's own check
 */
export async function askGenerator(
  name: string,
  known: Readonly<Record<string, string | null>>,
): Promise<Record<string, string> | null> {
  const generator = (await nodePlop()).getGenerator(name)
  const bypass = generator.prompts.map((prompt) => known[prompt.name] ?? ASK)
  const stop = interruption()
  try {
    return await Promise.race([generator.runPrompts(bypass), stop.happened])
  } catch (cause) {
    // node-plop throws a plain Error with the words of the check that a known answer did not pass
    throw new LanekeeperError('usage', (cause as Error).message, { cause })
  } finally {
    stop.forget()
  }
}

async function nodePlop() {
  const plop = plopFile()
  const module = (await import(pathToFileURL(createRequire(plop).resolve('node-plop')).href)) as { default: NodePlop }
  return module.default(plopfilePath())
}

/** The trusted copy, which `git lanekeeper` starts where the package is not installed, has no packages beside it. */
function plopFile(): string {
  try {
    return createRequire(import.meta.url).resolve('plop')
  } catch (cause) {
    throw new LanekeeperError(
      'dependencies',
      'Nobody can ask you here: the package "plop" is not installed beside us.',
      {
        cause,
        hint: 'Give the answers as flags (--help lists them), or install your dependencies first.',
      },
    )
  }
}

/**
 * Ctrl-C and Ctrl-D: inquirer closes its prompt, for Ctrl-C it signals the process, and the promise of the answers never
 * settles. `beforeExit` is when nobody is left who could answer.
 */
function interruption(): { happened: Promise<null>; forget: () => void } {
  let stop = () => {}
  const happened = new Promise<null>((resolve) => {
    stop = () => resolve(null)
  })
  const events = ['SIGINT', 'beforeExit'] as const
  for (const event of events) process.once(event, stop)
  return { happened, forget: () => events.forEach((event) => void process.removeListener(event, stop)) }
}
