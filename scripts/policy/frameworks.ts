/**
 * What a dev server needs on its command line to serve on one port and no other. `PORT` alone does nothing for most of
 * them, and on a port that is taken they move to the next without a word (integrations.md section 3): an agent then
 * looks at another worktree's build.
 */

interface Framework {
  readonly name: string
  readonly program: string
  /** Subcommands that serve; `''` where the program serves without one. */
  readonly serves: readonly string[]
  /** Subcommands that do something else; any other first word of a program that serves without one is its root folder. */
  readonly doesElse?: readonly string[]
  flags(port: string): readonly string[]
}

const strict = (port: string) => ['--port', port, '--strictPort']
const plain = (port: string) => ['--port', port]

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Next.js',
    program: 'next',
    serves: ['', 'dev', 'start'],
    doesElse: ['build', 'lint', 'info', 'telemetry', 'typegen', 'upgrade', 'experimental-analyze', 'internal'],
    flags: (port) => ['-p', port],
  },
  {
    name: 'Vite',
    program: 'vite',
    serves: ['', 'dev', 'serve', 'preview'],
    doesElse: ['build', 'optimize'],
    flags: strict,
  },
  { name: 'React Router', program: 'react-router', serves: ['dev'], flags: strict },
  { name: 'Remix', program: 'remix', serves: ['vite:dev'], flags: strict },
  { name: 'Nuxt', program: 'nuxt', serves: ['dev'], flags: strict },
  { name: 'Nuxt', program: 'nuxi', serves: ['dev'], flags: strict },
  // has no strict flag: `run` looks at the port before it starts anything
  { name: 'Astro', program: 'astro', serves: ['dev', 'preview'], flags: plain },
  { name: 'Storybook', program: 'storybook', serves: ['dev'], flags: (port) => ['-p', port, '--exact-port'] },
  { name: 'Angular', program: 'ng', serves: ['serve', 's', 'dev'], flags: plain },
  { name: 'Expo', program: 'expo', serves: ['start'], flags: plain },
]

/** Scripts may call scripts; one that calls itself never ends. */
const MAX_DEPTH = 5
const RUNNERS = ['npm', 'pnpm', 'yarn', 'bun'] as const
/** What npm runs without `run`. */
const NPM_SHORTHANDS = ['start', 'test', 'stop', 'restart']

export interface DevServer {
  /** Name for messages. */
  readonly framework: string
  /** The command line with everything it needs, or as it was where it names a port itself. */
  readonly words: readonly string[]
  /** False where the command line names a port of the user's own choice. */
  readonly isOnOurPort: boolean
}

/**
 * The dev server that a command line starts, with its strict port; null where it starts none that we know.
 * @param scripts `scripts` of the package.json where the command runs
 */
export function devServerOf(
  words: readonly string[],
  port: number,
  scripts: Readonly<Record<string, string>> = {},
): DevServer | null {
  const found = addition(words, String(port), scripts, 0)
  if (!found) return null
  const isOnOurPort = !words.some((word) => /^(--port|-p)(=|$)|^-p\d+$/.test(word))
  return { framework: found.framework, words: isOnOurPort ? [...words, ...found.words] : words, isOnOurPort }
}

interface Addition {
  readonly framework: string
  readonly words: readonly string[]
}

/** What has to stand after the command line. */
function addition(
  words: readonly string[],
  port: string,
  scripts: Readonly<Record<string, string>>,
  depth: number,
): Addition | null {
  const [program = '', ...args] = withoutPrefixes(words)
  const name = program.split(/[/\\]/).at(-1) ?? ''
  const framework = FRAMEWORKS.find((candidate) => candidate.program === name && isServing(candidate, args))
  if (framework) return { framework: framework.name, words: framework.flags(port) }
  const script = scriptOf(name, args)
  const text = script === null ? undefined : scripts[script]
  if (text === undefined || depth === MAX_DEPTH) return null
  const inner = addition(lastCommand(text), port, scripts, depth + 1)
  if (!inner) return null
  // npm alone takes options for itself unless they stand after `--`
  return name === 'npm' && !args.includes('--') ? { ...inner, words: ['--', ...inner.words] } : inner
}

function isServing({ serves, doesElse = [] }: Framework, args: readonly string[]): boolean {
  if (args.some((arg) => ['--help', '-h', '--version', '-v'].includes(arg))) return false
  const [first = ''] = args
  if (serves.includes(first)) return true
  return serves.includes('') && !doesElse.includes(first)
}

/** Without what stands before the program: `A=b`, `env`, `cross-env`, `dotenv … --`, `npx`, `pnpm exec`. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  const [first = '', second = ''] = words
  if (/^[A-Za-z_]\w*=/.test(first)) return withoutPrefixes(words.slice(1))
  if (['env', 'cross-env', 'npx', 'bunx'].includes(first)) {
    const isOption = (word: string) => word === '--' || (first !== 'env' && word.startsWith('-'))
    const start = words.findIndex((word, index) => index > 0 && !isOption(word))
    return start === -1 ? words : withoutPrefixes(words.slice(start))
  }
  if (first === 'dotenv' && words.includes('--')) return withoutPrefixes(words.slice(words.indexOf('--') + 1))
  if (isRunner(first) && ['exec', 'x', 'dlx'].includes(second))
    return withoutPrefixes(words.slice(words[2] === '--' ? 3 : 2))
  // `pnpm vite` and its like run a program of the project
  const isProgram = first !== 'npm' && isRunner(first) && FRAMEWORKS.some(({ program }) => program === second)
  return isProgram ? words.slice(1) : words
}

/** The package.json script that a runner's arguments name, or null. */
function scriptOf(runner: string, args: readonly string[]): string | null {
  if (!isRunner(runner)) return null
  const named = args.filter((arg) => !arg.startsWith('-'))
  const [first = '', second] = named
  if (first === 'run' || first === 'run-script') return second ?? null
  if (runner === 'npm' && !NPM_SHORTHANDS.includes(first)) return null
  return first === '' ? null : first
}

/** Words that are added to a script go to its last command; a pipe or a job in the background has no such end. */
function lastCommand(script: string): string[] {
  const last = script.split(/&&|\|\||;/).at(-1) ?? ''
  return /[|&<>`]|\$\(/.test(last) ? [] : last.trim().split(/\s+/)
}

function isRunner(name: string): name is (typeof RUNNERS)[number] {
  return (RUNNERS as readonly string[]).includes(name)
}
