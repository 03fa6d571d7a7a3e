/**
 * Which Docker Compose project a worktree's containers belong to. Compose takes COMPOSE_PROJECT_NAME, else `name:` of the
 * compose file, else the directory's name: so a plain `docker compose up` in a linked worktree starts a second stack, on
 * ports that are taken or with a database that is empty (databases.md section 5.2). We write the variable and run nothing.
 */
import { readYaml } from '../yaml-text.ts'

export const COMPOSE_VARIABLE = 'COMPOSE_PROJECT_NAME'

/** The one env file that Compose reads by itself; `.env.local` it does not. */
export const COMPOSE_ENV_FILE = '.env'

/** In Compose's order: the first that is there is the project's, and an override beside it is laid over it. */
const COMPOSE_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const
const OVERRIDE_FILES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const

/** A person's word, or the default: shared where there is a Postgres that a stack of the project's may be serving. */
export type ComposeMode = 'shared' | 'isolated' | 'none'

type Variables = Readonly<Record<string, string>>

/** What Compose sees in a directory where somebody types `docker compose up`. */
export interface ComposePlace {
  /** The directory's own name. */
  readonly directory: string
  /** What its `.env` says. */
  readonly env: Variables
  /** Texts of its compose files, the one that wins first. */
  readonly files: readonly string[]
}

/** How compose projects are given out; `none` writes nothing. */
export function composeMode(
  settings: {
    readonly compose?: ComposeMode | undefined
    readonly databases: Readonly<Record<string, { readonly provider: string }>>
  },
  hasComposeFile: () => boolean,
): ComposeMode {
  if (settings.compose !== undefined) return settings.compose
  const hasPostgres = Object.values(settings.databases).some(({ provider }) => provider === 'postgres')
  return hasPostgres && hasComposeFile() ? 'shared' : 'none'
}

/**
 * The compose files that count in a directory, the one that wins first; empty where there are none.
 * @param env of its `.env`, which may name others
 */
export function composeFilesOf(env: Variables, exists: (file: string) => boolean): string[] {
  const named = env.COMPOSE_FILE?.split(env.COMPOSE_PATH_SEPARATOR ?? ':').filter((file) => file !== '') ?? []
  if (named.length > 0) return named.filter(exists).reverse()
  const found = [COMPOSE_FILES, OVERRIDE_FILES].map((names) => names.find(exists))
  return found[0] === undefined ? [] : found.filter((file) => file !== undefined).reverse()
}

/** The project a plain `docker compose` takes there; null where Compose would refuse, or only it could tell. */
export function plainProjectName({ directory, env, files }: ComposePlace): string | null {
  const named = env[COMPOSE_VARIABLE] || files.map((text) => nameIn(text, env)).find((name) => name !== undefined)
  if (named === null) return null
  const name = named || normalized(directory)
  return /^[a-z0-9][a-z0-9_-]*$/.test(name) ? name : null
}

/**
 * The project of a linked worktree; null where nothing can be said.
 * @param main the main worktree's
 * @param own words that no other worktree has: its slug and its id
 */
export function worktreeProjectName(
  mode: ComposeMode,
  main: string | null,
  own: { readonly slug: string; readonly id: string },
): string | null {
  if (mode === 'none' || main === null) return null
  // two worktrees may have one slug, and a later one of the same name must not find the volumes of the one before
  return mode === 'shared' ? main : `${main}-${own.slug}-${own.id.slice(0, 4)}`
}

/** As compose-go has it: lower case, nothing but letters, digits, `_` and `-`, the first of them a letter or a digit. */
function normalized(directory: string): string {
  return directory
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
}

/** `name:` of a compose file: undefined where it has none, null where only Compose knows what it stands for. */
function nameIn(text: string, env: Variables): string | null | undefined {
  // most have none, and reading all of it for that costs as much as the rest of the step
  if (!/^\s*(?:\{|["']?name["']?\s*:)/m.test(text)) return undefined
  const { data } = readYaml(text)
  if (typeof data !== 'object' || data === null || !('name' in data)) return undefined
  return typeof data.name === 'string' ? interpolated(data.name, env) : null
}

/** `$X`, `${X}`, `${X:-default}` and `${X-default}` by what `.env` says; null for what else Compose knows. */
function interpolated(text: string, env: Variables): string | null {
  const filled = text.replace(
    /\$(?:(\w+)|\{(\w+)(?:(:?)-([^${}]*))?\})/g,
    (_whole, bare?: string, braced?: string, colon?: string, fallback?: string) => {
      const value = env[bare ?? braced ?? '']
      return value === undefined || (colon === ':' && value === '') ? (fallback ?? '') : value
    },
  )
  return filled.includes('$') ? null : filled
}
