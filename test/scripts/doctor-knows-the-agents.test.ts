/** An agent's hooks that are gone say nothing: the agent edits on, unheld. `doctor` says it, and `--fix` puts back what is ours alone. */
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { addTask } from '../support/tasks.ts'

const CLAUDE = '.claude/settings.json'
const MINE = { model: 'opus', hooks: { Stop: [{ hooks: [{ type: 'command', command: './mine.sh' }] }] } }

const adopted = prepared((place) => {
  const files = { [CLAUDE]: `${JSON.stringify(MINE, null, 2)}\n`, 'lanekeeper.json': '{ "dependencies": "none" }\n' }
  const project = createRepository(files, place)
  expect(project.lanekeeper(['init', '--agents', 'claude,cursor', '--yes'])).toMatchObject({ status: 0 })
  project.commit({}, 'Adopt Lanekeeper')
  return project
})

interface Found {
  level: string
  message: string
  fix?: string
}

function agents(project: TestRepository, words: string[] = [], cwd = project.root) {
  const ran = project.lanekeeper(['doctor', '--json', ...words], { cwd })
  const { findings, fixed } = JSON.parse(ran.stdout)
  const found: Found[] = findings.filter(({ check }: { check: string }) => check === 'agents')
  return { found, fixed, status: ran.status }
}

const settings = (project: TestRepository) => JSON.parse(project.read(join(project.root, CLAUDE)))
const rewrite = (project: TestRepository, data: object) =>
  project.write(join(project.root, CLAUDE), `${JSON.stringify(data, null, 2)}\n`)
const WELL = [{ level: 'ok', message: expect.stringContaining('claude, cursor: held') }]

it('all is well after init, also in a worktree; where no agent was set up nothing is said', () => {
  const project = adopted()
  expect(agents(project).found).toMatchObject(WELL)
  const { path } = addTask(project, { id: 'one' })
  expect(agents(project, [], path).found).toMatchObject(WELL)
  expect(agents(project).status).toBe(0)
})

it('agents that were never set up are no finding', () => {
  const project = createRepository({ [CLAUDE]: JSON.stringify(MINE), '.cursor/hooks.json': '{ broken' })
  project.lanekeeper(['init', '--yes'])
  expect(agents(project).found).toEqual([])
})

it.each<[name: string, damage: (project: TestRepository) => unknown, message: string]>([
  [
    'an entry taken out',
    (project) => {
      const data = settings(project)
      delete data.hooks.PreToolUse
      rewrite(project, data)
    },
    'hooks of claude are gone: PreToolUse',
  ],
  ['all entries taken out', (project) => rewrite(project, MINE), 'the hooks of claude are gone'],
  [
    'an entry edited',
    (project) => {
      const data = settings(project)
      data.hooks.PreToolUse[0].matcher = 'Bash'
      rewrite(project, data)
    },
    'not as this version writes them: PreToolUse',
  ],
  ['the file deleted', (project) => rmSync(join(project.root, CLAUDE)), 'the hooks of claude are gone'],
])('%s: a finding whose command mends it, as --fix does, and a person’s own stays', (_name, damage, message) => {
  const project = adopted()
  const before = settings(project)
  damage(project)
  const { found, status } = agents(project)
  expect(found).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  expect(status).toBe(found[0]?.level === 'error' ? 1 : 0)
  expect(agents(project, ['--fix'])).toMatchObject({ fixed: [`mend ${CLAUDE}`], found: WELL, status: 0 })
  expect(settings(project)).toEqual(before)
  damage(project)
  const words = found[0]?.fix?.split(' ') ?? []
  const ran = words[0] === 'git' ? project.tryGit(words.slice(1)) : project.lanekeeper([...words.slice(2), '--yes'])
  expect(ran).toMatchObject({ status: 0 })
  expect(settings(project)).toEqual(before)
  expect(agents(project).found).toMatchObject(WELL)
})

it('broken JSON is told with both ways on, and --fix leaves it alone', () => {
  const project = adopted()
  const text = project.read(join(project.root, CLAUDE)).slice(0, -10)
  project.write(join(project.root, CLAUDE), text)
  const { found, status } = agents(project, ['--fix'])
  expect([found.length, found[0]?.level, status]).toEqual([1, 'error', 1])
  expect(found[0]?.fix).toContain('npx lanekeeper init --agents claude')
  expect(found[0]?.fix).toContain(`git restore --source=HEAD -- ${CLAUDE}`)
  expect(project.read(join(project.root, CLAUDE))).toBe(text)
})

it('hooks that are not committed reach no worktree', () => {
  const project = createRepository({ '.gitignore': '.claude\n' })
  project.lanekeeper(['init', '--agents', 'claude', '--yes'])
  const { found } = agents(project)
  expect(found).toMatchObject([{ level: 'warning', message: expect.stringContaining('not committed on main') }])
  expect(found[0]?.fix).toContain(`git add -f -- ${CLAUDE} && git commit`)
  project.git(['add', '-f', '--', CLAUDE])
  project.git(['commit', '-q', '-m', 'hold'])
  expect(agents(project).found).toMatchObject([{ level: 'ok' }])
})

it('a commit on the base that took them out may be meant: told with its name, not undone, and forgotten by init', () => {
  const project = adopted()
  const commit = project.commit({ [CLAUDE]: JSON.stringify(MINE) }, 'no hooks for claude')
  const { found, fixed } = agents(project, ['--fix'])
  expect(fixed).toEqual([])
  expect(found).toMatchObject([{ level: 'warning', message: expect.stringContaining(commit.slice(0, 7)) }])
  expect(found[0]?.fix).toMatch(/^npx lanekeeper init --agents claude\n/)
  expect(settings(project)).toEqual(MINE)
  expect(project.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
  expect(agents(project).found).toMatchObject([{ level: 'ok', message: expect.stringMatching(/^cursor: /) }])
})

it('a worktree whose branch is older, or whose copy was edited, is told how it gets them; nothing is written there', () => {
  const project = createRepository({ 'lanekeeper.json': '{ "dependencies": "none" }\n' })
  project.lanekeeper(['init', '--yes'])
  project.commit({}, 'Adopt Lanekeeper')
  const { path } = addTask(project, { id: 'one' })
  project.lanekeeper(['init', '--agents', 'claude', '--yes'])
  project.commit({}, 'hold claude')
  expect(agents(project, ['--fix'], path)).toMatchObject({
    fixed: [],
    found: [{ level: 'warning', fix: 'git merge main' }],
  })
  project.git(['merge', '-q', 'main'], { cwd: path })
  expect(agents(project, [], path).found).toMatchObject([{ level: 'ok' }])
  project.write(join(path, CLAUDE), '{}\n')
  const fix = `git restore --source=HEAD -- ${CLAUDE}`
  expect(agents(project, ['--fix'], path)).toMatchObject({ fixed: [], found: [{ level: 'warning', fix }] })
})

it('the program that the settings start is missed, and installed anew', () => {
  const project = adopted()
  const program = join(project.root, '.git/lanekeeper/agent-hook')
  chmodSync(program, 0o644)
  expect(agents(project).found).toMatchObject([{ level: 'error', message: `missing or not executable: ${program}` }])
  expect(agents(project, ['--fix'])).toMatchObject({ fixed: ['install the hooks anew'], found: WELL })
})
