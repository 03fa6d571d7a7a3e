import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { worktreeEnvironment } from '../../scripts/system/env-files.ts'
import { readLedger } from '../../scripts/system/ledger.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { createAdopted, envOf, expectProvisioned, setup } from '../support/provisioning.ts'

const add = ['worktree', 'add', '-q', '-b', 'one', '../one']

describe('the env file', () => {
  it('keeps every line of the user, is private, and is ignored by git also where the project forgot', () => {
    const project = createAdopted({ '.gitignore': '' })
    project.git(['-c', 'core.hooksPath=/dev/null', ...add])
    project.write('one/.env.local', 'SECRET="a b"\nPORT=3000')
    expect(setup(project, project.path('one')).state).toBe('ready')
    const text = project.read('one/.env.local')
    expect(text.startsWith('SECRET="a b"\nPORT=3000\n# >>> lanekeeper')).toBe(true)
    expect(envOf(project, 'one')).toEqual({ SECRET: 'a b', PORT: String(project.first) })
    expect(statSync(project.path('one/.env.local')).mode & 0o777).toBe(0o600)
    expectProvisioned(project, project.path('one'))
    expect(project.read('project/.git/info/exclude')).toContain('\n/.env.local\n')
    writeFileSync(project.path('one/.env.local'), text.replace('SECRET="a b"', 'SECRET=c'))
    expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).stdout).toContain('Nothing to do.')
    expect(envOf(project, 'one').SECRET).toBe('c')
  })

  it.each([
    ['tracked by git', 'is tracked by git'],
    ['a link out of the worktree', 'leads out of the worktree'],
    ['a directory', 'is not a regular file'],
  ])('%s is refused, and the rest goes on', (how, message) => {
    const project = createAdopted({
      '.gitignore': '',
      'lanekeeper.json': JSON.stringify({
        env: [{ file: '.env.local' }, { file: '.env.other', set: { A: '{{slug}}' } }],
      }),
      ...(how === 'tracked by git' ? { '.env.local': 'PORT=3000\n' } : {}),
    })
    project.git(['-c', 'core.hooksPath=/dev/null', ...add])
    const outside = project.write('outside.env', 'PORT=3000\n')
    if (how.startsWith('a link')) symlinkSync(outside, project.path('one/.env.local'))
    if (how === 'a directory') project.write('one/.env.local/x', '')
    const answer = setup(project, project.path('one'))
    expect(answer).toMatchObject({ ok: true, state: 'failed', ports: { PORT: project.first } })
    expect(answer.problems).toHaveLength(1)
    expect(answer.problems[0]).toMatchObject({ step: 'env', message: expect.stringContaining(message) })
    expect(answer.problems[0]?.hint).toContain('npx lanekeeper setup')
    expect(project.lanekeeper(['setup'], { cwd: project.path('one') }).status).toBe(3)
    expect(readFileSync(outside, 'utf8')).toBe('PORT=3000\n')
    if (how === 'tracked by git') expect(project.read('one/.env.local')).toBe('PORT=3000\n')
    expect(envOf(project, 'one', '.env.other')).toMatchObject({ A: 'one' })
  })

  it('says which placeholder is wrong, leaves that variable out and writes the others', () => {
    const settings = { env: [{ file: '.env.local', set: { BAD: '{{port}}', NAME: '{{repo}}-{{slug}}' } }] }
    const project = createAdopted({ 'lanekeeper.json': JSON.stringify(settings) })
    const { stderr, status } = project.tryGit(add)
    expect(status).toBe(0)
    expect(stderr).toContain('NOT ready (env): Unknown placeholder {{port}} in BAD of .env.local')
    expect(envOf(project, 'one')).toEqual({ PORT: String(project.first), NAME: 'project-one' })
  })

  it('is left alone where an open quote in it would swallow ours', () => {
    const project = createAdopted({
      'lanekeeper.json': JSON.stringify({ env: [{ file: '.env.local', set: { A: 'x"#b' } }] }),
    })
    project.git(['-c', 'core.hooksPath=/dev/null', ...add])
    project.write('one/.env.local', 'X="y')
    const answer = setup(project, project.path('one'))
    expect(answer.problems[0]?.message).toContain('its own lines swallow ours')
    expect(project.read('one/.env.local')).toBe('X="y')
  })
})

describe('.worktreeinclude', () => {
  const files = {
    '.gitignore': '.env*\nconfig/secret.json\nnode_modules\n',
    '.worktreeinclude': '.env\n*.json\n!other.json\n.env.local\n',
    'package.json': '{"dependencies":{}}',
  }

  it('copies what matches and is ignored, private where it is an env file, and rewrites the main port', () => {
    const project = createAdopted({ ...files, 'lanekeeper.json': '{"dependencies":"none"}' })
    project.write(
      'project/.env',
      'APP_URL=http://localhost:3000/x\nKEY="s3cr3t $x"\nPORT=3000\nPG=postgres://localhost:5432/x\n',
    )
    project.write('project/config/secret.json', '{}')
    project.write('project/untracked.json', 'not ignored')
    project.write('project/node_modules/x/package.json', '{}')
    project.git(add)
    expect(envOf(project, 'one', '.env')).toEqual({
      APP_URL: `http://localhost:${project.first}/x`,
      KEY: 's3cr3t $x',
      PORT: String(project.first),
      PG: 'postgres://localhost:5432/x',
    })
    expect(project.read('one/.env').startsWith(project.read('project/.env'))).toBe(true)
    expect(statSync(project.path('one/.env')).mode & 0o777).toBe(0o600)
    expect(project.read('one/config/secret.json')).toBe('{}')
    for (const path of ['one/untracked.json', 'one/node_modules']) expect(project.exists(path)).toBe(false)
    expectProvisioned(project, project.path('one'))
  })

  it('never overwrites, and never follows a link out of the worktree', () => {
    const project = createAdopted(files)
    project.write('project/config/secret.json', 'main')
    project.write('project/.env', 'A=main\n')
    project.git(['-c', 'core.hooksPath=/dev/null', ...add])
    project.write('one/.env', 'A=mine\n')
    project.write('elsewhere/keep', '')
    symlinkSync(project.path('elsewhere'), project.path('one/config'))
    const { problems } = setup(project, project.path('one'))
    expect(project.exists('elsewhere/secret.json')).toBe(false)
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'config/secret.json (.worktreeinclude) was not copied: config/secret.json leads out of the worktree',
      ),
    ])
    expect(envOf(project, 'one', '.env').A).toBe('mine')
  })
})

describe('a monorepo', () => {
  const settings = {
    ports: { services: { PORT: 0, API_PORT: 1 } },
    env: [
      { file: '.env.local', set: {} },
      { file: 'apps/web/.env.local', set: { PORT: '{{ports.PORT}}', API_URL: '{{url.API_PORT}}' } },
      { file: 'apps/api/.env', set: { PORT: '{{ports.API_PORT}}', CORS_ORIGIN: 'http://localhost:{{ports.PORT}}' } },
      { file: 'apps/gone/.env', set: { PORT: '{{ports.API_PORT}}' } },
    ],
  }

  it('has a block in each file, and `run` sees the one of the directory it runs in', () => {
    const project = createAdopted({
      'lanekeeper.json': JSON.stringify(settings),
      'apps/web/x': '',
      'apps/api/x': '',
    })
    project.git(add)
    const [web, api] = [String(project.first), String(project.first + 1)]
    expect(envOf(project, 'one')).toEqual({ PORT: web, API_PORT: api })
    expect(envOf(project, 'one/apps/web')).toEqual({ PORT: web, API_URL: `http://one.localhost:${api}` })
    expect(envOf(project, 'one/apps/api', '.env')).toEqual({ PORT: api, CORS_ORIGIN: `http://localhost:${web}` })
    expect(project.exists('one/apps/gone')).toBe(false)
    const repository = openRepository(project.path('one'), project.env)
    const [record] = readLedger(repository)
    if (!record) throw new Error('no record')
    expect(record.envFiles).toHaveLength(3)
    expect(worktreeEnvironment(repository, record).PORT).toBe(web)
    expect(worktreeEnvironment(repository, record, join(repository.root, 'apps/api/src')).PORT).toBe(api)
    expect(worktreeEnvironment(repository, record, join(repository.root, 'apps/web'))).toMatchObject({
      PORT: web,
      API_PORT: api,
    })
  })
})
