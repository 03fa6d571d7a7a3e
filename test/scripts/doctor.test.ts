import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prepared } from '../support/prepared.ts'
import { createRepository, type Ran, type TestRepository } from '../support/repository.ts'

interface Report {
  ok: boolean
  fixed: string[]
  findings: { check: string; level: string; message: string; fix?: string }[]
}

const adopted = prepared((place) => {
  const files = { 'package.json': '{"name":"p","devDependencies":{"lanekeeper":"*"}}\n' }
  const repository = createRepository(files, place)
  expect(repository.lanekeeper(['init', '--yes'])).toMatchObject({ status: 0 })
  repository.git(['add', '-A'])
  repository.git(['commit', '-q', '-m', 'Adopt Lanekeeper'])
  return repository
})

function doctor(
  repository: TestRepository,
  words: string[] = [],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Report & Pick<Ran, 'status'> {
  const ran = repository.lanekeeper(['doctor', '--json', ...words], options)
  return { ...JSON.parse(ran.stdout), status: ran.status }
}

const errorsOf = ({ findings }: Report) => findings.filter(({ level }) => level === 'error').map(({ check }) => check)

test('an adopted repository is well, by hooks that git really ran', () => {
  const report = doctor(adopted())
  expect(errorsOf(report)).toEqual([])
  expect(report).toMatchObject({ ok: true, status: 0 })
  expect(report.findings.length).toBeGreaterThan(8)
  const live = report.findings.find(({ check }) => check === 'hooks-live')
  for (const hook of ['post-checkout', 'pre-commit', 'reference-transaction']) expect(live?.message).toContain(hook)
})

test('a repository that was never adopted is told so, and nothing is written into it', () => {
  const repository = createRepository()
  const report = doctor(repository)
  expect(report).toMatchObject({ ok: false, status: 1 })
  expect(report.findings).toContainEqual(
    expect.objectContaining({ check: 'hooks-path', level: 'error', fix: 'npx lanekeeper init' }),
  )
  expect(repository.exists('project/.git/lanekeeper')).toBe(false)
  expect(repository.git(['for-each-ref', 'refs/lanekeeper'])).toBe('')
})

const damages: [name: string, damage: (repository: TestRepository) => void, errors: string[]][] = [
  [
    'both pins gone',
    (r) => {
      r.git(['config', '--unset-all', 'core.hooksPath'])
      r.git(['config', '--unset-all', 'include.path'])
    },
    ['hooks-path', 'hooks-live'],
  ],
  [
    'husky took the key back and the include is gone',
    (r) => {
      r.git(['config', 'core.hooksPath', '.husky/_'])
      r.git(['config', '--unset-all', 'include.path'])
    },
    ['hooks-path', 'hooks-live'],
  ],
  [
    'a hook without its x bit',
    (r) => chmodSync(join(r.root, '.git/lanekeeper/husky/base/pre-commit'), 0o644),
    ['hook-files', 'hooks-live'],
  ],
  [
    'a hook that is gone',
    (r) => rmSync(join(r.root, '.git/lanekeeper/husky/base/reference-transaction')),
    ['hook-files', 'hooks-live'],
  ],
  [
    'a hook somebody emptied',
    (r) => void r.write(join(r.root, '.git/lanekeeper/husky/base/reference-transaction'), '#!/bin/sh\n'),
    ['hooks-live'],
  ],
  [
    'code somebody changed',
    (r) => {
      const { code } = JSON.parse(r.read(join(r.root, '.git/lanekeeper/installed.json')))
      r.write(join(r.root, `.git/lanekeeper/code-${code}/hook-gates.cjs`), '// passes everything\n')
    },
    ['trusted-copy'],
  ],
]

test.each(damages)('%s: found by name, and --fix heals it', (_name, damage, errors) => {
  const repository = adopted()
  damage(repository)
  const report = doctor(repository)
  expect(errorsOf(report)).toEqual(errors)
  expect(report.status).toBe(1)
  for (const { level, fix } of report.findings) if (level !== 'ok') expect(fix).toMatch(/lanekeeper/)
  const fixed = doctor(repository, ['--fix'])
  expect(fixed).toMatchObject({ ok: true, status: 0, fixed: ['install the hooks anew'] })
  expect(doctor(repository)).toMatchObject({ ok: true, fixed: [] })
})

test('husky’s own setting of the hooks path is no fault: the second pin is there for it', () => {
  const repository = adopted()
  repository.git(['config', 'core.hooksPath', '.husky/_'])
  expect(errorsOf(doctor(repository))).toEqual([])
})

test('hooks are probed in the very worktree the doctor is asked in', () => {
  const repository = adopted()
  const cwd = repository.path('wt')
  repository.git(['worktree', 'add', '-q', cwd, '-b', 'side'], { env: { LANEKEEPER: '0' } })
  expect(errorsOf(doctor(repository, [], { cwd }))).toEqual([])
  repository.git(['config', 'extensions.worktreeConfig', 'true'])
  repository.git(['config', '--worktree', 'core.hooksPath', '/dev/null'], { cwd })
  expect(errorsOf(doctor(repository, [], { cwd }))).toEqual(['hooks-path', 'hooks-live'])
  expect(errorsOf(doctor(repository))).toEqual([])
})

test('broken settings are a finding with the line, not the end', () => {
  const repository = adopted()
  repository.commit({ 'lanekeeper.json': '{\n  "ports": { "size": "ten" }\n}\n' }, 'break it', {
    env: { LANEKEEPER: '0' },
  })
  const report = doctor(repository)
  expect(report.findings).toContainEqual(
    expect.objectContaining({ check: 'settings', level: 'error', message: expect.stringContaining('line 2') }),
  )
})

test('a variable in the shell that beats the worktrees’ own is named, its value is not', () => {
  const repository = adopted()
  const { findings } = doctor(repository, [], { env: { PORT: '31415', LANEKEEPER: '0' } })
  const shell = findings.filter(({ check }) => check === 'shell')
  expect(shell.map(({ fix }) => fix)).toEqual(['unset PORT', 'unset LANEKEEPER'])
  expect(JSON.stringify(shell)).not.toContain('31415')
})

test('an env file in git is an error', () => {
  const repository = adopted()
  repository.write(join(repository.root, '.env.local'), 'A=1\n')
  repository.git(['add', '-f', '.env.local'])
  expect(errorsOf(doctor(repository))).toEqual(['env-files'])
})

test('what moved the base behind the gate’s back is an alarm with its undo', () => {
  const repository = adopted()
  expect(doctor(repository).ok).toBe(true)
  const good = repository.git(['rev-parse', 'HEAD'])
  const off = { env: { LANEKEEPER: '0' } }
  repository.git(['switch', '-q', '-c', 'task/stray'], off)
  const stray = repository.commit({ 'stray.txt': 'x' }, 'stray', off)
  repository.git(['switch', '-q', 'main'], off)
  repository.git(['update-ref', 'refs/heads/main', stray], off)
  const base = doctor(repository).findings.find(({ check }) => check === 'base')
  expect(base).toMatchObject({ level: 'error', message: expect.stringContaining('base-moved-unjudged') })
  expect(base?.fix).toContain(good.slice(0, 7))
})

test('a worktree that was never provisioned, one that failed and one that vanished are told apart', () => {
  const repository = adopted()
  const state = join(repository.root, '.git/lanekeeper/worktrees')
  for (const name of ['plain', 'bad'])
    repository.git(['worktree', 'add', '-q', repository.path(name), '-b', name], { env: { LANEKEEPER: '0' } })
  repository.write(join(repository.root, '.git/worktrees/bad/lanekeeper/id'), 'bad\n')
  const record = {
    id: 'bad',
    gitDir: join(repository.root, '.git/worktrees/bad'),
    steps: { databases: { state: 'failed', message: 'no space' } },
    problems: [],
    databases: [],
    ports: null,
    worker: null,
  }
  repository.write(join(state, 'bad.json'), JSON.stringify(record))
  repository.write(join(state, 'gone.json'), JSON.stringify({ ...record, id: 'gone', gitDir: '/gone' }))
  const { findings } = doctor(repository)
  const found = (check: string) => findings.filter((one) => one.check === check)
  expect(found('provisioning')).toEqual([
    {
      check: 'provisioning',
      level: expect.any(String),
      message: expect.stringContaining('bad: databases failed: no space'),
      fix: `npx lanekeeper setup ${repository.path('bad')}`,
    },
    {
      check: 'provisioning',
      level: 'warning',
      message: expect.stringContaining('plain was never'),
      fix: `npx lanekeeper setup ${repository.path('plain')}`,
    },
  ])
  expect(found('leftovers')).toMatchObject([
    { level: 'warning', fix: 'npx lanekeeper gc --dry-run\nmoved by hand? in its new place: git worktree repair' },
  ])
})

test('--fix provisions what was cut short', () => {
  const repository = adopted()
  const path = repository.path('cold')
  repository.git(['worktree', 'add', '-q', path, '-b', 'cold'], { env: { LANEKEEPER: '0' } })
  expect(repository.exists('cold/.env.local')).toBe(false)
  const report = doctor(repository, ['--fix'])
  expect(report.fixed).toEqual([`set up ${path}`])
  expect(repository.read('cold/.env.local')).toMatch(/^PORT=\d+$/m)
})

test('hooks of the base that changed since they were copied are told, until a command copies them', () => {
  const repository = adopted()
  const stale = () => doctor(repository).findings.filter(({ message }) => message.includes('git runs older hooks'))
  repository.commit({ '.husky/pre-commit': 'npm test\n' }, 'Test before each commit')
  expect(stale()).toMatchObject([{ check: 'base-hooks', level: 'warning', fix: 'npx lanekeeper doctor --fix' }])
  expect(doctor(repository, ['--fix']).fixed).toEqual(['install the hooks anew'])
  expect(stale()).toEqual([])
})

test('settings that cannot be read are one finding; nothing is made up about what they say', () => {
  const repository = adopted()
  repository.commit({ 'lanekeeper.json': '{' }, 'Slip')
  const report = doctor(repository)
  expect(errorsOf(report)).toEqual(['settings'])
  const told = report.findings.map(({ check }) => check)
  for (const check of ['terminal', 'env-files']) expect(told).not.toContain(check)
})

test('a bare repository is told of as a finding, with the way on', () => {
  const repository = adopted()
  const bare = repository.path('bare.git')
  repository.git(['clone', '-q', '--bare', repository.root, bare])
  const report = doctor(repository, [], { cwd: bare })
  expect(report.status).toBe(1)
  expect(report.findings).toContainEqual(
    expect.objectContaining({
      check: 'adoption',
      level: 'error',
      message: expect.stringContaining('a bare repository'),
    }),
  )
})
