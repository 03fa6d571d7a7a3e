/** The packed tarball under each Node that it promises to run on: a task's whole life, by the verbs and by plain git. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { installNodes, type SupportedNode, supportedNodes } from '../support/nodes.ts'
import { createProject, type Project } from '../support/package.ts'
import { PROJECT_ROOT, type Ran } from '../support/repository.ts'

const NODES = supportedNodes()
const NODE_WARNING = /^\(node:\d+\)|Warning: /m
const FILES = {
  'package.json': '{\n  "name": "small",\n  "scripts": { "test": "node --test" }\n}\n',
  '.gitignore': 'node_modules\n.env.local\n*.db\n',
  'src/index.js': 'export const one = 1\n',
  'src/index.test.js': "import test from 'node:test'\ntest('one', () => {})\n",
}

beforeAll(() => installNodes(NODES))

test('the oldest is the floor that `engines` promises, the others are one of each later line', () => {
  const { engines } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'))
  const pins = readFileSync(join(PROJECT_ROOT, 'test/support/nodes/package.json'), 'utf8')
  expect(NODES.map(({ major }) => major)).toEqual([20, 22, 24])
  expect(pins).toContain(`@${engines.node.replace('>=', '')}.0"`)
})

for (const node of NODES) {
  const lack = node.version === null ? ` (npm has no binary for ${process.platform}-${process.arch})` : ''
  test.skipIf(lack !== '')(`Node ${node.major}: a task’s whole life${lack}`, () => wholeLife(under(node)))
}

/** A project where every program finds this Node first, and where whatever ours says on stderr is kept. */
function under({ bin, version }: SupportedNode) {
  const project = createProject(FILES, { PATH: `${bin}${delimiter}${process.env.PATH}` })
  const said: string[] = []
  const heard = (ran: Ran): Ran => {
    said.push(ran.stderr)
    return ran
  }
  const bins: Project['bin'] = (words, options) => heard(project.bin(words, options))
  const verb = (words: readonly string[], cwd = project.root) => {
    const ran = bins([...words, '--json'], { cwd })
    const answer = ran.stdout.startsWith('{') ? JSON.parse(ran.stdout) : { error: ran }
    if (answer.error) throw new Error(`lanekeeper ${words.join(' ')} exited ${ran.status}\n${ran.stdout}${ran.stderr}`)
    return { status: ran.status, ...answer }
  }
  /** git with our hooks, whatever comes of it. */
  const git = (words: readonly string[], cwd = project.root) => heard(project.tryGit(words, { cwd }))
  const commit = (cwd: string, path: string, text: string) => {
    project.write(join(cwd, path), text)
    project.git(['add', '-A'], { cwd })
    return git(['commit', '-q', '-m', path], cwd)
  }
  /** What a program in this Node prints, with the packages of the project. */
  const js = (code: string) => {
    const { status, stdout, stderr } = project.run('node', ['-e', code], { cwd: project.root })
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }
  return { project, version, said, bin: bins, verb, git, commit, js }
}

type Under = ReturnType<typeof under>

function wholeLife(the: Under): void {
  expect(the.js('process.stdout.write(process.version)')).toBe(`v${the.version}`)
  the.project.write(join(the.project.root, '.env.local'), 'DATABASE_URL=file:./dev.db\nPORT=3000\n')
  the.project.install()
  sql(the, 'dev.db', 'create table note (text); insert into note values (1)')
  adopt(the)
  const task = the.verb(['new-task', '--title', 'Add login', '--allow', 'src/auth', '--yes'])
  expect(task).toMatchObject({ state: 'ready', task: { id: 'add-login' } })
  const lane: string = task.worktree.path
  plainWorktreesAreProvisioned(the, task.ports.PORT)
  theLaneIsHeld(the, lane)
  aStrayCommitIsRefusedEverywhereElse(the, lane)
  whatIsInScopeLands(the)
  nothingIsLeft(the)
  everythingRanInThisNode(the)
}

function adopt({ project, bin, verb }: Under): void {
  expect(bin(['init', '--yes'])).toMatchObject({ status: 0 })
  project.git(['add', '-A'])
  project.git(['commit', '-q', '-m', 'Adopt Lanekeeper'])
  expect(errorsOf(verb(['doctor']))).toEqual([])
}

function errorsOf({ findings }: { findings: { level: string }[] }) {
  expect(findings.length).toBeGreaterThan(5)
  return findings.filter(({ level }) => level === 'error')
}

/** Rows of a database by libsql, the optional dependency with a binary of its own, after a change where one is given. */
function sql({ js }: Under, file: string, change = ''): unknown[] {
  const rows = "database.prepare('select text from note').all().map(({ text }) => text)"
  return JSON.parse(
    js(`const database = new (require('libsql'))(${JSON.stringify(file)}); database.exec(${JSON.stringify(change)})
console.log(JSON.stringify(${rows}))`),
  )
}

/** By plain git: ports, the env file and a fork of the database, which is nobody else's. */
function plainWorktreesAreProvisioned(the: Under, taken: number): void {
  for (const name of ['plain', 'gone']) {
    const path = the.project.path(name)
    expect(the.git(['worktree', 'add', '-q', '-b', name, path])).toMatchObject({ status: 0 })
    const ports = [...the.project.read(join(path, '.env.local')).matchAll(/^PORT=(\d+)$/gm)].map(([, port]) => port)
    expect(ports).toEqual(['3000', expect.not.stringMatching(`^(3000|${taken})$`)])
    expect(sql(the, join(path, 'dev.db'), "insert into note values ('fork')")).toEqual([1, 'fork'])
  }
  expect(sql(the, 'dev.db')).toEqual([1])
}

function theLaneIsHeld({ project, bin, commit }: Under, lane: string): void {
  const edit = (path: string) => {
    const payload = { hook_event_name: 'PreToolUse', cwd: lane, tool_name: 'Write', tool_input: { file_path: path } }
    return bin(['agent-hook', 'PreToolUse', '--agent', 'claude'], { cwd: lane, input: JSON.stringify(payload) })
  }
  expect(edit(join(lane, 'src/auth/login.js'))).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(edit(join(lane, 'src/index.js'))).toMatchObject({ status: 2, stderr: expect.stringContaining('not in allow') })

  expect(commit(lane, 'src/auth/login.js', 'export const login = true\n')).toMatchObject({ status: 0 })
  expect(commit(lane, 'src/index.js', 'stray\n')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('not in allow'),
  })
  project.git(['reset', '-q', '--hard'], { cwd: lane })
}

/** A commit that went round its own hook: the base refuses the merge with nothing touched, and `check` says why. */
function aStrayCommitIsRefusedEverywhereElse({ project, git, verb }: Under, lane: string): void {
  project.commit({ 'src/index.js': 'stray\n' }, 'stray', { cwd: lane, env: { LANEKEEPER: '0' } })
  const before = project.git(['rev-parse', 'main'])
  const merge = git(['merge', '-q', 'task/add-login'])
  expect(merge.status).not.toBe(0)
  expect(merge.stderr).toContain('src/index.js')
  expect([project.git(['rev-parse', 'main']), project.git(['status', '--porcelain'])]).toEqual([before, ''])
  expect(verb(['check', 'task/add-login'])).toMatchObject({ status: 1, verdict: 'refuse' })
  project.git(['reset', '-q', '--hard', 'HEAD~1'], { cwd: lane })
}

function whatIsInScopeLands({ project, bin, verb }: Under): void {
  expect(verb(['check', 'task/add-login'])).toMatchObject({ status: 0, verdict: 'pass' })
  expect(bin(['status'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^add-login .* pass /m) })
  expect(verb(['land', 'add-login'])).toMatchObject({ status: 0, refused: [], landed: [{}] })
  expect(project.git(['show', 'main:src/auth/login.js'])).toContain('login')
}

function nothingIsLeft({ project, bin, verb }: Under): void {
  for (const name of ['plain', 'gone']) verb(['setup', project.path(name), '--wait'])
  expect(verb(['remove', 'plain'])).toMatchObject({ ok: true })
  rmSync(project.path('gone'), { recursive: true })
  expect(verb(['gc']).removed).not.toEqual([])
  expect(bin(['gc'])).toMatchObject({ status: 0, stdout: 'Nothing to sweep.\n' })
  expect(project.git(['worktree', 'list']).split('\n')).toHaveLength(1)
  expect(errorsOf(verb(['doctor']))).toEqual([])
}

/** The bin and the hooks leave V8's code caches behind, named for the Node that made them. */
function everythingRanInThisNode({ project, version, said }: Under): void {
  const state = join(project.root, '.git/lanekeeper')
  const hooks = readdirSync(state).find((name) => /^code-[^.]*$/.test(name)) ?? ''
  for (const dir of [join(state, hooks), join(project.root, 'node_modules/lanekeeper/dist')]) {
    const caches = readdirSync(dir).filter((name) => name.endsWith('.cache'))
    expect(caches.length).toBeGreaterThan(1)
    expect(caches.filter((name) => !name.includes(`.v${version}-`))).toEqual([])
  }
  expect(said.length).toBeGreaterThan(15)
  expect(said.filter((text) => NODE_WARNING.test(text))).toEqual([])
}
