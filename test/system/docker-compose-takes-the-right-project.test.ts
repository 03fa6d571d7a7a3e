/** No Docker here: what is tested is what Compose reads, the variable and the `.env` beside the compose file. */
import { rmSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type Adopted, createAdopted, envOf, setup } from '../support/provisioning.ts'

const postgres = { databases: { dev: { provider: 'postgres', vars: ['DATABASE_URL'] } } }
const COMPOSE = 'services:\n  db:\n    image: postgres:17\n    ports: ["5432:5432"]\n'

function withCompose(settings: object, files: Record<string, string> = {}): Adopted {
  return createAdopted({ 'compose.yml': COMPOSE, ...files, 'lanekeeper.json': JSON.stringify(settings) })
}

function add(project: Adopted, name = 'one'): void {
  project.git(['worktree', 'add', '-q', '-b', name, `../${name}`])
}

/** What doctor says of it, in the main worktree. */
function doctor(project: Adopted): { level: string; message: string; fix?: string }[] {
  const { findings } = JSON.parse(project.lanekeeper(['doctor', '--json']).stdout)
  return findings.filter(({ check }: { check: string }) => check === 'compose')
}

function underRun(project: Adopted, name = 'one'): string {
  const words = ['run', '--', 'node', '-p', 'process.env.COMPOSE_PROJECT_NAME']
  return project.lanekeeper(words, { cwd: project.path(name) }).stdout.trim()
}

it("with a Postgres a worktree has the main worktree's project, by run and by a plain docker compose", () => {
  const project = withCompose(postgres)
  add(project)
  expect(envOf(project, 'one').COMPOSE_PROJECT_NAME).toBe('project')
  expect(envOf(project, 'one', '.env')).toEqual({ COMPOSE_PROJECT_NAME: 'project' })
  expect(statSync(project.path('one/.env')).mode & 0o777).toBe(0o600)
  expect(underRun(project)).toBe('project')
  expect(project.read('one/WORKTREE.md')).toContain("Project `project`, the main worktree's")
  expect(project.git(['status', '--porcelain'], { cwd: project.path('one') })).toBe('')
  expect(doctor(project)).toMatchObject([{ level: 'ok' }])
})

it('where the compose file names the project already, no .env is made', () => {
  const project = withCompose(postgres, { 'compose.yml': `name: shop\n${COMPOSE}` })
  add(project)
  expect(underRun(project)).toBe('shop')
  expect(project.exists('one/.env')).toBe(false)
  expect(doctor(project)).toMatchObject([{ level: 'ok' }])
})

it('isolated worktrees have a project each, also where a copied .env names the shared one', () => {
  const project = withCompose({ compose: 'isolated' }, { '.worktreeinclude': '.env\n' })
  project.write('project/.env', 'COMPOSE_PROJECT_NAME=shop\nKEY=1\n')
  add(project)
  add(project, 'two')
  const names = ['one', 'two'].map((name) => envOf(project, name, '.env').COMPOSE_PROJECT_NAME ?? '')
  expect(names).toEqual([
    expect.stringMatching(/^shop-one-[0-9a-f]{4}$/),
    expect.stringMatching(/^shop-two-[0-9a-f]{4}$/),
  ])
  expect(envOf(project, 'one', '.env').KEY).toBe('1')
  expect(underRun(project)).toBe(names[0])
  expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).stdout).toContain('Nothing to do.')
  expect(project.read('one/WORKTREE.md')).toContain('docker compose down -v')
})

it('a tracked .env is left alone, and so is a name that git does not ignore: doctor says what brings the project', () => {
  for (const files of [{ '.gitignore': '.env.local\n', '.env': 'A=1\n' }, { '.gitignore': '.env.local\n' }]) {
    const project = withCompose(postgres, files)
    add(project)
    expect(underRun(project)).toBe('project')
    expect(project.exists('one/.env')).toBe('.env' in files)
    expect(project.git(['status', '--porcelain'], { cwd: project.path('one') })).toBe('')
    expect(doctor(project)).toMatchObject([
      {
        level: 'warning',
        message: expect.stringContaining('a plain docker compose takes project one, and not project'),
        fix: expect.stringContaining('npx lanekeeper run -- docker compose'),
      },
    ])
  }
})

it("a person's own word stands: in the settings' env, or that it is none of our business", () => {
  const own = { ...postgres, env: [{ file: '.env.local', set: { COMPOSE_PROJECT_NAME: '{{slug}}' } }] }
  for (const settings of [own, { ...postgres, compose: 'none' }]) {
    const project = withCompose(settings)
    add(project)
    expect(underRun(project)).toBe('env' in settings ? 'one' : 'undefined')
    expect(project.exists('one/.env')).toBe(false)
    expect(doctor(project)).toEqual([])
  }
})

it('the block goes again once there is nothing to say, and a file of our block alone stops no copy', () => {
  const project = withCompose(postgres)
  add(project)
  project.write('project/.worktreeinclude', '.env\n')
  project.write('project/.env', 'KEY=1\n')
  setup(project, project.path('one'))
  expect(envOf(project, 'one', '.env')).toEqual({ KEY: '1', COMPOSE_PROJECT_NAME: 'project' })
  rmSync(project.path('project/.worktreeinclude'))
  project.write(
    'project/lanekeeper.json',
    JSON.stringify({ ...JSON.parse(project.read('project/lanekeeper.json')), compose: 'none' }),
  )
  project.git(['commit', '-qam', 'Compose is none of your business'])
  setup(project, project.path('one'))
  expect(project.read('one/.env')).toBe('KEY=1\n')
  expect(envOf(project, 'one').COMPOSE_PROJECT_NAME).toBeUndefined()
})
