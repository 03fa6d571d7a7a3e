import { expect, it } from 'vitest'
import { commentOf, countOf, createSource, databases, describePostgres, session, urlOf } from '../support/postgres.ts'
import { type Adopted, createAdopted, envOf, setup } from '../support/provisioning.ts'
import { CLI, workersOf } from '../support/repository.ts'
import { ledgerOf } from '../support/task-worktrees.ts'

const TIMEOUT_MS = 180_000
const EIGHT = [...Array(8).keys()].map((index) => `task-${index + 1}`)

/** An adopted project on a Postgres source that a dev server is connected to. */
async function busyProject(onBusySource = 'empty') {
  const source = await createSource()
  const dev = { provider: 'postgres', vars: ['DATABASE_URL'], postgres: { onBusySource } }
  const settings = { databases: { dev }, dependencies: 'none' }
  const project = createAdopted({ 'lanekeeper.json': JSON.stringify(settings) })
  project.write(`${project.root}/.env`, `DATABASE_URL='${await urlOf(source, 'postgres', 'sEcReT')}'\n`)
  return { project, source }
}

/** git itself loses races between eight `worktree add` in one repository (see worktrees.ts): its failure is repeated. */
async function add(project: Adopted, name: string, tries = 0): Promise<void> {
  const words = ['worktree', 'add', '-q', tries === 0 ? '-b' : '-B', name, project.path(name)]
  const { status, stderr } = await project.start('git', words, { cwd: project.root })
  if (status === 0) return
  if (tries >= 10 || !/commondir|could not lock|cannot lock references|\.lock/.test(stderr)) throw new Error(stderr)
  await add(project, name, tries + 1)
}

/** Rows of the source's table; an empty database has no table. */
const rowsIn = (name: string) => countOf(name).catch(() => '0')

describePostgres('eight `git worktree add` at once', () => {
  it.each([
    ['empty', '0'],
    ['template', '3'],
  ])(
    'on a source with a connected dev server (%s): eight distinct databases, and the session is still alive',
    async (onBusySource, rows) => {
      const { project, source } = await busyProject(onBusySource)
      if (onBusySource === 'template') expect(project.lanekeeper(['db', 'template'])).toMatchObject({ status: 0 })
      const server = await session(await urlOf(source), 'next dev')
      await Promise.all(EIGHT.map((name) => add(project, name)))
      const made = await Promise.all(
        EIGHT.map(async (name) => {
          const { stdout } = await project.start(process.execPath, [CLI, 'setup', '--wait', '--json'], {
            cwd: project.path(name),
          })
          return JSON.parse(stdout)
        }),
      )
      expect(made.map(({ state }) => state)).toEqual(EIGHT.map(() => 'ready'))
      const names = EIGHT.map((name) =>
        new URL(envOf(project, project.path(name)).DATABASE_URL ?? '').pathname.slice(1),
      )
      expect(new Set(names).size).toBe(8)
      const there = await databases(source)
      expect(there.filter((name) => !name.includes('_wt_template_'))).toEqual([source, ...names].sort())
      for (const name of names) {
        expect(await commentOf(name)).toContain('"tool":"lanekeeper"')
        expect(await rowsIn(name)).toBe(rows)
      }
      expect((await server.query('SELECT count(*) FROM t')).rows).toEqual([{ count: '3' }])
      expect(JSON.stringify([made, ledgerOf(project)])).not.toContain('sEcReT')
    },
    TIMEOUT_MS,
  )

  it(
    'the worker makes what the hook left, and removal drops it',
    async () => {
      const { project, source } = await busyProject()
      const path = project.path('search')
      project.git(['worktree', 'add', '-q', '-b', 'search', path])
      const { databases: made, state, problems } = setup(project, path, ['--wait'])
      expect(problems).toEqual([])
      expect(state).toBe('ready')
      const url = envOf(project, path).DATABASE_URL ?? ''
      expect(new URL(url).password).toBe('sEcReT')
      expect(made.dev?.url).toBe(url.replace(':sEcReT', ''))
      const name = new URL(url).pathname.slice(1)
      expect(await countOf(name)).toBe('3')
      await workersOf(project.dir)
      expect(project.lanekeeper(['remove', path])).toMatchObject({ status: 0 })
      expect(await databases(source)).toEqual([source])
    },
    TIMEOUT_MS,
  )

  it(
    'two provisioners of one worktree at once end with one database',
    async () => {
      const { project, source } = await busyProject()
      const path = project.path('search')
      project.git(['worktree', 'add', '-q', '-b', 'search', path])
      const both = await Promise.all(
        [0, 1].map(() => project.start(process.execPath, [CLI, 'setup', '--wait', '--json'], { cwd: path })),
      )
      expect(both.map(({ status }) => status)).toEqual([0, 0])
      expect(await databases(source)).toHaveLength(2)
    },
    TIMEOUT_MS,
  )
})
