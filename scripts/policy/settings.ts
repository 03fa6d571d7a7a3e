/**
 * `lanekeeper.json`: data, never code, so that it can be read from any commit without running anything.
 * The JSON schema that editors use is generated from this one (`lanekeeper.schema.json`).
 */
import { Database } from './databases/database-settings.ts'
import { LanekeeperError } from './errors.ts'
import { checkedMigrations, Migrations } from './migrations/migration-settings.ts'
import { nearestWord } from './nearest-word.ts'
import { checkedPatterns } from './patterns.ts'
import { problemWithRemote } from './remote-name.ts'
import * as z from './schema.ts'
import { readYaml } from './yaml-text.ts'

export const SETTINGS_FILE = 'lanekeeper.json'

const list = (fallback: readonly string[]) => z._default(z.array(z.string()), [...fallback])

const EnvFile = () =>
  z.strictObject({
    file: z.string(),
    /** Values by template: {{ports.PORT}}, {{url.PORT}}, {{database.dev.url}}, {{slug}}, {{repo}}, {{branch}}, {{task}}. */
    set: z._default(z.record(z.string(), z.string()), {}),
  })

const Agent = () =>
  z.strictObject({
    /** Command line with {{brief}}, {{task}}, {{settingsFile}} and others (policy/agents.ts); split into words, never given to a shell. */
    command: z.string(),
  })

const Settings = z.lazily(() =>
  z.strictObject({
    $schema: z.optional(z.string()),
    /** Branch that tasks start from and land on; default: the remote's default branch, else main or master. */
    base: z.optional(z.string()),
    /** The git remote that tasks and leases travel over to other machines, e.g. `origin`; default: they stay in this clone. */
    remote: z.optional(z.string()),
    /** Where `new-task` puts worktrees, relative to the main worktree; {{repo}} and {{task}} are filled in. */
    worktrees: z._default(z.string(), '../{{repo}}.worktrees/{{task}}'),
    /** Default branch of a new task. */
    branch: z._default(z.string(), 'task/{{task}}'),
    /** Branches that must belong to an open task. */
    taskBranches: list(['task/*']),
    /** No task may change these. */
    protected: list([
      'lanekeeper.json',
      '.husky',
      '.github',
      '.gitlab-ci.yml',
      '.gitlab',
      '.claude',
      '.codex',
      '.cursor',
      '.gemini',
      '.gitattributes',
      '.gitmodules',
      'AGENTS.md',
      'CLAUDE.md',
      '**/CODEOWNERS',
      '**/.env',
      '**/.env.local',
    ]),
    /** Files that a task may list under `shared`. */
    shared: list(['package.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']),
    /** Pattern → who to ask, for the messages. */
    owners: z._default(z.record(z.string(), z.string()), {}),
    migrations: z._default(z.array(Migrations()), []),
    ports: z._default(
      z.strictObject({
        /** First and last port of the range that blocks are taken from. */
        range: z._default(z.tuple([z.number(), z.number()]), [20000, 29999]),
        /** Ports in a block. */
        size: z._default(z.number(), 10),
        /** Variable → offset in the block. */
        services: z._default(z.record(z.string(), z.number()), { PORT: 0 }),
      }),
      { range: [20000, 29999], size: 10, services: { PORT: 0 } },
    ),
    env: z._default(z.array(EnvFile()), [{ file: '.env.local', set: {} }]),
    databases: z._default(z.record(z.string(), Database()), {}),
    /**
     * Docker Compose's project in a worktree: the main worktree's, one of its own, or none of our business. Default:
     * `shared` where the main worktree has a compose file and a database is a Postgres.
     */
    compose: z.optional(z.enum(['shared', 'isolated', 'none'])),
    /** `auto`: the package manager's fastest safe way; `none`: leave node_modules alone. */
    dependencies: z._default(z.enum(['auto', 'install', 'none']), 'auto'),
    /** Commands that make a fresh worktree usable, run in it one after the other. */
    setup: list([]),
    /** What `land` runs on the merged result before the base moves; null: `npm test` where package.json has a test script. */
    test: z._default(z.nullable(z.string()), null),
    agents: z._default(z.record(z.string(), Agent()), {}),
    /** Where `launch` starts agents. */
    terminal: z._default(z.enum(['tmux', 'none']), 'tmux'),
    /** Where the reference-transaction hook is active: only where the base can be moved by accident, or in all worktrees. */
    gate: z._default(z.enum(['base', 'everywhere']), 'base'),
  }),
)

export type Settings = z.infer<ReturnType<typeof Settings>>

/** The settings of a repository that has no `lanekeeper.json`. */
export function defaultSettings(): Settings {
  return parseSettings('{}', SETTINGS_FILE)
}

/** JSON schema (draft 2020-12) of the file, for editors. */
export function settingsJsonSchema(): object {
  return z.toJSONSchema(Settings(), { io: 'input' })
}

/**
 * Settings out of the file's text.
 * @param where how an error names the file, e.g. `lanekeeper.json at main`
 * @throws `settings` with the line and what is wrong there; `bad-pattern` for a pattern we do not have
 */
export function parseSettings(text: string, where: string): Settings {
  // only an error needs to know lines: reading them costs more than all the rest
  const lineOf = (path: readonly (string | number)[]) => readYaml(text).lineOf(path)
  const checked = z.check(Settings(), parseJson(text, where))
  if ('problem' in checked) {
    const { path, message } = checked.problem
    const last = String(path.at(-1))
    const meant = nearestWord(last, keysBeside(path))
    const guess = meant === null || meant === last ? '' : `; did you mean "${meant}"`
    throw broken(where, lineOf(path), `"${path.join('.') || 'the file'}": ${message}${guess}`)
  }
  return checkedSettings(checked.value, where, lineOf)
}

/** The keys that may stand where the last of the path does. */
function keysBeside(path: readonly (string | number)[]): string[] {
  interface Node {
    readonly properties?: Readonly<Record<string, Node>>
    readonly additionalProperties?: Node
    readonly items?: Node
  }
  const child = (node: Node | undefined, key: string | number) =>
    typeof key === 'number' ? node?.items : (node?.properties?.[key] ?? node?.additionalProperties)
  const parent = path.slice(0, -1).reduce<Node | undefined>(child, settingsJsonSchema() as Node)
  return Object.keys(parent?.properties ?? {})
}

function checkedSettings(settings: Settings, where: string, lineOf: (path: string[]) => number): Settings {
  const [first, last] = settings.ports.range
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 1024 && last <= 65535 && first < last))
    throw broken(where, lineOf(['ports', 'range']), `"ports.range" must be two ports from 1024 to 65535, lower first`)
  if (!(Number.isInteger(settings.ports.size) && settings.ports.size >= 1 && settings.ports.size <= last - first + 1))
    throw broken(
      where,
      lineOf(['ports', 'size']),
      `"ports.size" must be a whole number of at least 1 that fits the range`,
    )
  for (const [name, offset] of Object.entries(settings.ports.services))
    if (!(Number.isInteger(offset) && offset >= 0 && offset < settings.ports.size))
      throw broken(
        where,
        lineOf(['ports', 'services', name]),
        `"ports.services.${name}" must be 0 to ${settings.ports.size - 1}`,
      )
  const problem = settings.remote === undefined ? null : problemWithRemote(settings.remote)
  if (problem !== null) throw broken(where, lineOf(['remote']), `"remote" ${problem}`)
  return {
    ...settings,
    protected: checkedPatterns(settings.protected, 'protected'),
    shared: checkedPatterns(settings.shared, 'shared'),
    taskBranches: checkedPatterns(settings.taskBranches, 'taskBranches'),
    migrations: settings.migrations.map(checkedMigrations),
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const position = /position (\d+)/.exec(message)?.[1]
    const line =
      position === undefined
        ? (readYaml(text).error?.line ?? text.split('\n').length)
        : text.slice(0, Number(position)).split('\n').length
    throw broken(where, line, `not JSON (${message.replace(/ in JSON at position \d+.*$/s, '')})`)
  }
}

function broken(where: string, line: number, what: string): LanekeeperError {
  return new LanekeeperError('settings', `${where}, line ${line}: ${what}.`, {
    hint: `Mend ${SETTINGS_FILE} on the base branch and commit it. Every key is described in lanekeeper.schema.json.`,
  })
}
