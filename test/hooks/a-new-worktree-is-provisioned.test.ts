import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../scripts/system/repository.ts'
import { saveTask } from '../../scripts/system/task-store.ts'
import {
  createAdopted,
  envOf,
  expectProvisioned,
  leases,
  lockFiles,
  preparedAdopted,
  setup,
} from '../support/provisioning.ts'
import { addTask, aTask } from '../support/tasks.ts'

const adopted = preparedAdopted()

describe('git worktree add', () => {
  it('from the main worktree, from a linked one, with -C, detached, on an existing branch and below the repository', () => {
    const project = createAdopted({ '.gitignore': '.env*\n' })
    project.git(['branch', 'old'])
    const ways: [string, string[], string][] = [
      ['main', ['worktree', 'add', '-q', '-b', 'one', project.path('one')], project.root],
      ['linked', ['worktree', 'add', '-q', '-b', 'two', '../two'], project.path('one')],
      ['-C', ['-C', project.root, 'worktree', 'add', '-q', '-b', 'three', '../three'], project.dir],
      ['--detach', ['worktree', 'add', '-q', '--detach', '../four'], project.root],
      ['existing', ['worktree', 'add', '-q', '../five', 'old'], project.root],
      ['below', ['worktree', 'add', '-q', '-b', 'six', '.claude/worktrees/six'], project.root],
    ]
    for (const [, args, cwd] of ways) project.git(args, { cwd })
    const dirs = ['one', 'two', 'three', 'four', 'five', 'project/.claude/worktrees/six'].map((dir) =>
      project.path(dir),
    )
    const ports = dirs.map((dir) => expectProvisioned(project, dir))
    expect(ports).toEqual([0, 10, 20, 30, 40, 50].map((offset) => project.first + offset))
    expect(project.git(['status', '--porcelain'])).toBe('')
    expect(project.exists(join(project.root, '.env.local'))).toBe(false)
    expect(lockFiles(project.dir)).toEqual([])
  })

  it('says what it did in one line and leaves stdout to git', () => {
    const project = adopted()
    const { status, stdout, stderr } = project.tryGit(['worktree', 'add', '-b', 'one', '../one'])
    expect(status).toBe(0)
    expect(stdout).not.toContain('lanekeeper')
    expect(stderr).toContain(`✓ lanekeeper: PORT=${project.first} http://one.localhost:${project.first}\n`)
  })

  it('leaves a code cache for the next one to start from', () => {
    const project = adopted()
    const state = join(project.root, '.git/lanekeeper')
    const caches = () =>
      readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /hook-provisioning\..*\.cache$/.test(name),
      )
    expect(caches()).toEqual([])
    project.git(['worktree', 'add', '-q', '-b', 'one', '../one'])
    expect(caches()).toHaveLength(1)
  })

  it('briefs the agent: the task, the lane, all tasks', () => {
    const project = adopted()
    const repository = openRepository(project.root, project.env)
    saveTask(repository, aTask({ id: 'pay', allow: ['src/pay', 'test/pay'], deny: ['src/pay/legacy'] }), 'new-task pay')
    const { path } = addTask(project, {
      id: 'auth',
      title: 'Add login',
      steps: ['Model', 'Form'],
      context: 'As in RFC 7.',
    })
    const brief = project.read(join(path, 'TASK.md'))
    expect(brief).toContain('# Add login')
    expect(brief).toContain('1. Model\n2. Form\n')
    expect(brief).toContain('As in RFC 7.')
    expect(brief).toContain('- `src/auth`')
    expect(brief).toContain('git lanekeeper task widen auth <path> --reason')
    expect(brief).toContain('`lanekeeper.json`')
    const tasks = project.read(join(path, 'TASKS.md'))
    expect(tasks).toContain('- may change: `src/pay`, `test/pay`\n- not: `src/pay/legacy`')
    expect(tasks).toContain('- branch `task/auth` (this worktree)')
    expect(setup(project, path)).toMatchObject({
      ok: true,
      task: { id: 'auth', branch: 'task/auth', base: 'main' },
      worktree: { path, branch: 'task/auth' },
      ports: { PORT: project.first },
      urls: { PORT: `http://auth.localhost:${project.first}` },
      state: 'ready',
      problems: [],
    })
  })

  it('leaves the provisioning to a caller that says so, and to nobody with LANEKEEPER=0', () => {
    const project = adopted()
    for (const [name, env] of [
      ['one', { LANEKEEPER_SETUP: 'caller' }],
      ['two', { LANEKEEPER: '0' }],
    ] as const) {
      project.git(['worktree', 'add', '-q', '-b', name, `../${name}`], { env })
      expect(project.exists(project.path(name, '.env.local'))).toBe(false)
    }
  })

  it('succeeds, aloud, with broken settings; setup heals once they are mended', () => {
    const project = adopted()
    project.commit({ 'lanekeeper.json': '{"ports": {"size": }}' }, 'break it', { env: { LANEKEEPER: '0' } })
    const { status, stderr } = project.tryGit(['worktree', 'add', '-q', '-b', 'one', '../one'])
    expect(status).toBe(0)
    expect(stderr).toContain('this worktree is NOT provisioned.')
    expect(stderr).toMatch(/lanekeeper\.json.*line 1/)
    expect(stderr).toContain('npx lanekeeper setup')
    project.commit({ 'lanekeeper.json': '{}' }, 'mend it', { env: { LANEKEEPER: '0' } })
    expect(setup(project, project.path('one'))).toMatchObject({ state: 'ready' })
    expectProvisioned(project, project.path('one'))
  })

  it('is answered once: a switch in a provisioned worktree does nothing', () => {
    const project = adopted()
    project.git(['worktree', 'add', '-q', '-b', 'one', '../one'])
    rmSync(project.path('one', 'WORKTREE.md'))
    expect(project.tryGit(['switch', '-q', '-c', 'two'], { cwd: project.path('one') })).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(project.exists(project.path('one', 'WORKTREE.md'))).toBe(false)
  })
})

describe('where no hook fires', () => {
  it.each([
    ['--no-checkout', ['worktree', 'add', '-q', '--no-checkout', '-b', 'one', '../one']],
    ['core.hooksPath=/dev/null', ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '-q', '-b', 'one', '../one']],
  ])('setup provisions: %s', (name, args) => {
    const project = adopted()
    project.git(args)
    expect(project.exists(project.path('one', '.env.local'))).toBe(false)
    expect(setup(project, project.root, ['../one'])).toMatchObject({ state: 'ready', ports: { PORT: project.first } })
    if (name === '--no-checkout') project.git(['reset', '-q', '--hard'], { cwd: project.path('one') })
    expectProvisioned(project, project.path('one'))
    expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).stdout).toContain('Nothing to do.')
  })

  it('a later checkout in such a worktree provisions it', () => {
    const project = adopted()
    project.git(['worktree', 'add', '-q', '--no-checkout', '-b', 'one', '../one'])
    project.git(['checkout', '-q', '-f', 'one'], { cwd: project.path('one') })
    expectProvisioned(project, project.path('one'))
  })
})

it('a worktree that was deleted by hand and added again is a new one', () => {
  const project = adopted()
  project.git(['worktree', 'add', '-q', '-b', 'one', '../one'])
  rmSync(project.path('one'), { recursive: true })
  project.git(['worktree', 'add', '-q', '-f', '../one', 'one'])
  // the first one's block is still leased: gc sweeps it, nobody is given it meanwhile
  expect(expectProvisioned(project, project.path('one'))).toBe(project.first + 10)
  expect(leases(project)).toEqual([String(project.first), String(project.first + 10)])
})

it('sixteen at once in two repositories: no port twice, no failure, no leftover lock', async () => {
  const one = adopted()
  const two = createAdopted({}, one.first)
  const env = { XDG_STATE_HOME: one.env.XDG_STATE_HOME }
  const adds = [one, two].flatMap((project) =>
    Array.from({ length: 8 }, (_, index) => {
      const dir = project.path(`w${index}`)
      // git itself loses races between eight `worktree add` in one repository (see worktrees.ts): its failure is repeated
      const add = async (tries = 0): Promise<string> => {
        const how = tries === 0 ? ['-b', `b${index}`, dir] : ['-B', `b${index}`, dir]
        const { status, stderr } = await project.start('git', ['worktree', 'add', '-q', ...how], {
          cwd: project.root,
          env,
        })
        if (status === 0) return stderr
        if (tries < 10 && /commondir|could not lock|cannot lock references|\.lock/.test(stderr)) return add(tries + 1)
        throw new Error(stderr)
      }
      return add()
    }),
  )
  const said = await Promise.all(adds)
  expect(said).toHaveLength(16)
  expect(said.filter((text) => !text.includes('✓ lanekeeper: PORT='))).toEqual([])
  const ports = [one, two].flatMap((project) =>
    Array.from({ length: 8 }, (_, index) => Number(envOf(project, project.path(`w${index}`)).PORT)),
  )
  expect(new Set(ports).size).toBe(16)
  expect(leases(one)).toHaveLength(16)
  for (const project of [one, two]) {
    expect(lockFiles(project.dir)).toEqual([])
    expect(project.git(['status', '--porcelain'], { cwd: project.path('w7') })).toBe('')
    expect(project.read(join(project.root, '.git/info/exclude')).match(/>>> lanekeeper/g)).toHaveLength(1)
  }
})
