/** Where the benchmark works: a temporary directory with a HOME of its own, and repositories in pairs: with us and without. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import { aTask } from '../support/tasks.ts'
import type { Arm } from './measure.ts'

/** The built bin, beside the built benchmark. */
export const CLI = join(import.meta.dirname, 'cli.cjs')

export interface Place {
  readonly dir: string
  readonly env: NodeJS.ProcessEnv
  /** Runs a program to its end. Throws with its stderr on a non-zero exit. */
  run(words: readonly string[], cwd: string, input?: string): string
  /** The same without blocking. */
  start(words: readonly string[], cwd: string): Promise<string>
  /** Our bin. */
  lanekeeper(words: readonly string[], cwd: string): string
  write(path: string, text: string): void
  /** The same repository twice: `plain`, and `ours` with Lanekeeper's hooks installed. */
  twins(name: string, make: (root: string) => void, settings?: object): { plain: string; ours: string }
  /** Done when the place is removed. */
  atEnd(work: () => void): void
  remove(): void
}

/** Opens the place. NODE_EXTRA_CA_CERTS is not in its environment: it triples Node's start (performance.md section 0). */
export function openPlace(): Place {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'lanekeeper-bench-')))
  const env = isolatedEnv(dir)
  const ends: (() => void)[] = []
  const run: Place['run'] = (words, cwd, input = '') => {
    const [program = '', ...args] = words
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, input, maxBuffer: 1024 ** 3 })
    if (error) throw error
    if (status !== 0) throw new Error(`${words.join(' ').slice(0, 300)} exited ${status} in ${cwd}\n${stdout}${stderr}`)
    return String(stdout)
  }
  const write: Place['write'] = (path, text) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const lanekeeper: Place['lanekeeper'] = (words, cwd) => run([process.execPath, CLI, ...words], cwd)
  return {
    dir,
    env,
    run,
    start: (words, cwd) => startProgram(words, cwd, env),
    lanekeeper,
    write,
    twins: (name, make, settings = {}) => {
      const [plain, ours] = [join(dir, name, 'plain'), join(dir, name, 'ours')]
      for (const root of [plain, ours]) {
        mkdirSync(root, { recursive: true })
        run(['git', 'init', '-q', '-b', 'main'], root)
        write(join(root, 'lanekeeper.json'), JSON.stringify(settings))
        write(join(root, '.gitignore'), '.env.local\n*.db\n')
        make(root)
        run(['git', 'add', '-A'], root)
        run(['git', 'commit', '-q', '-m', 'start'], root)
      }
      lanekeeper(['install'], ours)
      return { plain, ours }
    },
    atEnd: (work) => void ends.push(work),
    remove: () => {
      for (const end of ends) end()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function isolatedEnv(dir: string): NodeJS.ProcessEnv {
  const home = join(dir, 'home')
  mkdirSync(home)
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Bench\n\temail = bench@example.com\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[protocol "file"]\n\tallow = always\n',
  )
  const { PATH, TMPDIR } = process.env
  return {
    ...(PATH ? { PATH } : {}),
    ...(TMPDIR ? { TMPDIR } : {}),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_EDITOR: 'true',
    NO_COLOR: '1',
  }
}

function startProgram(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (status) =>
      status === 0 ? resolve(stdout) : reject(new Error(`${program} ${args.join(' ')} exited ${status}\n${stderr}`)),
    )
  })
}

/** The yardstick of everything that starts Node. */
export function nodeStart(place: Place): Arm {
  return { run: () => void place.run([process.execPath, '-e', '0'], place.dir) }
}

/**
 * A task and its worktree by plain `git worktree add`; in `ours` the hook provisions it. Gives the worktree.
 * @param root a root that `twins` gave
 */
export function taskWorktree(place: Place, root: string, id: string): string {
  const path = join(`${root}.worktrees`, id)
  if (root.endsWith('ours')) saveTask(openRepository(root, place.env), aTask({ id }), `new-task ${id}`)
  place.run(['git', 'worktree', 'add', '-q', '--no-track', '-b', `task/${id}`, path], root)
  if (root.endsWith('ours')) place.lanekeeper(['setup', path, '--wait'], root)
  return path
}
