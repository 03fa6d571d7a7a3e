/**
 * The tools that `npm run bench` sets side by side, and how each is driven: its quickest documented way to make a worktree
 * with a copy of `.env.local`, and its list of worktrees. None of their code is here; a person brings the programs.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CLI, type Place } from './place.ts'

export interface Tool {
  readonly name: string
  /** What is looked for on the PATH. */
  readonly program: string
  /** What its `--help` says, where another tool's program has the same name. */
  readonly says?: RegExp
  /** Writes its settings: into the repository, before the first commit, or below HOME. */
  configure?(place: Place, root: string): void
  /** The last step, when the repository has its first commit. */
  install?(place: Place, root: string): void
  create(program: string, id: string, path: string): readonly string[]
  /** Its own way to take one away, where git's would leave something of its own behind. */
  remove?(program: string, branch: string): readonly string[]
  list?(program: string): readonly string[]
}

const ENV_FILE = '.env.local'

const GIT: Tool = {
  name: 'git',
  program: 'git',
  create: (_, id, path) => [
    'sh',
    '-ec',
    `git worktree add -q -b "$1" "$2" main && cp ${ENV_FILE} "$2/"`,
    'sh',
    id,
    path,
  ],
  list: (program) => [program, 'worktree', 'list', '--porcelain'],
}

const LANEKEEPER: Pick<Tool, 'program' | 'configure' | 'install' | 'remove'> = {
  program: 'git',
  configure: (place, root) => {
    place.write(join(root, 'lanekeeper.json'), '{ "dependencies": "none" }\n')
    place.write(join(root, '.worktreeinclude'), `${ENV_FILE}\n`)
  },
  install: (place, root) => void place.lanekeeper(['install'], root),
  remove: (_, branch) => [process.execPath, CLI, 'remove', branch],
}

/** Plain git as well: the hook does the rest. */
const HOOK: Tool = {
  ...LANEKEEPER,
  name: 'lanekeeper',
  create: (program, id, path) => [program, 'worktree', 'add', '-q', '-b', id, path, 'main'],
  list: () => [process.execPath, CLI, 'status'],
}

/** Writes a task and its brief besides, and tries again where git 2.39 trips over another `worktree add`. */
const NEW_TASK: Tool = {
  ...LANEKEEPER,
  name: 'new-task',
  create: (_, id) => {
    const words = ['--yes', '--title', id, '--id', id, '--allow', `src/${id}`, '--step', 'x']
    return [process.execPath, CLI, 'new-task', ...words]
  },
}

const GTR: Tool = {
  name: 'gtr',
  program: 'git-gtr',
  configure: (place, root) => void place.run(['git', 'config', 'gtr.copy.include', ENV_FILE], root),
  create: (program, id) => [program, 'new', id, '--from', 'main', '--no-fetch', '--yes'],
  list: (program) => [program, 'list'],
}

const PHANTOM: Tool = {
  name: 'phantom',
  program: 'phantom',
  configure: (place, root) =>
    place.write(join(root, 'phantom.config.json'), JSON.stringify({ postCreate: { copyFiles: [ENV_FILE] } })),
  create: (program, id) => [program, 'create', id, '--base', 'main'],
  list: (program) => [program, 'list'],
}

const AGENT_WORKTREE: Tool = {
  name: 'agent-worktree',
  program: 'wt',
  says: /workflow tool for AI agents/,
  configure: (place, root) => {
    place.write(join(root, '.agent-worktree.toml'), `[general]\ncopy_files = ["${ENV_FILE}"]\n`)
    // else it asks the network for a newer version first
    place.write(join(place.env.HOME ?? '', '.agent-worktree', 'last_update_check'), '')
  },
  create: (program, id) => [program, 'new', id, '--base', 'main'],
  remove: (program, branch) => [program, 'rm', '-f', branch],
  list: (program) => [program, 'ls'],
}

const WORKTRUNK: Tool = {
  name: 'worktrunk',
  program: 'wt',
  says: /Git worktree management/,
  configure: (place, root) => {
    place.write(join(root, '.worktreeinclude'), `${ENV_FILE}\n`)
    place.write(
      join(place.env.XDG_CONFIG_HOME ?? '', 'worktrunk', 'config.toml'),
      'pre-start = "wt step copy-ignored"\n',
    )
  },
  create: (program, id) => [program, 'switch', '--create', id, '--base', 'main', '--no-cd', '--yes'],
  list: (program) => [program, 'list'],
}

const GWQ: Tool = {
  name: 'gwq',
  program: 'gwq',
  configure: (place, root) =>
    place.write(
      join(place.env.XDG_CONFIG_HOME ?? '', 'gwq', 'config.toml'),
      `[[repository_settings]]\nrepository = "${root}"\ncopy_files = ["${ENV_FILE}"]\nbasedir = "${root}.worktrees"\n`,
    ),
  create: (program, id) => [program, 'add', '-b', id],
  list: (program) => [program, 'list'],
}

/** Bare git is first: the others are counted in it. */
export const TOOLS: readonly Tool[] = [GIT, HOOK, NEW_TASK, GTR, PHANTOM, AGENT_WORKTREE, WORKTRUNK, GWQ]

/** Those that no `--peer` can name. */
const OURS = 3

/**
 * The programs that `--peer NAME=PATH` names.
 * @throws for a name that is not in {@link TOOLS}
 */
export function namedPeers(words: readonly string[]): ReadonlyMap<string, string> {
  const peers = new Map(words.map((word) => word.split(/=(.*)/s, 2) as [string, string]))
  const names = TOOLS.slice(OURS).map(({ name }) => name)
  for (const name of peers.keys())
    if (!names.includes(name)) throw new Error(`--peer ${name}: give NAME=PATH with one of ${names.join(', ')}`)
  return peers
}

/** Where a tool's program is: as it was named, else the first of its name on the PATH that is the tool. */
export function programOf(tool: Tool, named: ReadonlyMap<string, string>, place: Place): string | null {
  const given = named.get(tool.name)
  if (given !== undefined) return given
  const paths = (place.env.PATH ?? '').split(delimiter).map((dir) => join(dir, tool.program))
  return paths.find((path) => isExecutable(path) && isTool(tool, path, place)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function isTool({ says }: Tool, path: string, place: Place): boolean {
  if (!says) return true
  try {
    return says.test(place.run([path, '--help'], place.dir))
  } catch {
    return false
  }
}
