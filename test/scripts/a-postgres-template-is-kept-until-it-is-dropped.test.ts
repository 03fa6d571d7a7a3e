/** `db template` by the built bin: an idle copy to fork from while a server is connected to the source. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commentOf, databases, describePostgres, psql, session, urlOf } from '../support/postgres.ts'
import { leave, story } from '../support/postgres-story.ts'
import { envOf, setup } from '../support/provisioning.ts'
import { workersOf } from '../support/repository.ts'

const TIMEOUT_MS = 180_000

describePostgres('db template', () => {
  it(
    'is forked from while the source is busy, listed by gc, made anew, and dropped when asked',
    async () => {
      const { project, source, name, path, numbers } = await story({ onBusySource: 'template' })
      const run = (...words: string[]) => JSON.parse(project.lanekeeper([...words, '--json']).stdout)
      expect(run('db', 'template', '--dry-run')).toEqual({ ok: true, dryRun: true, role: 'dev' })
      expect(await databases(`${source}_wt_template`)).toEqual([])
      const { template, ...rest } = run('db', 'template')
      expect(rest).toEqual({ ok: true, role: 'dev' })
      expect(await commentOf(template)).toContain('"wt":"template"')
      const server = await session(await urlOf(source), 'npm run dev')
      const other = project.path('other')
      project.git(['worktree', 'add', '-q', '-b', 'other', other])
      expect(setup(project, other, ['--wait'])).toMatchObject({ state: 'ready', problems: [] })
      expect(await numbers(new URL(envOf(project, other).DATABASE_URL ?? '').pathname.slice(1))).toBe('1 2 3')
      const why = 'it is kept to make forks of; drop it: npx lanekeeper db template dev --drop'
      for (const words of [['gc'], ['gc', '--yes']])
        expect(run(...words).kept).toContainEqual({ what: expect.stringContaining(`/${template}`), why })
      expect(await databases(template)).toEqual([template])
      await server.query('INSERT INTO t VALUES (4)')
      // it cannot be made anew now, and the one before stays
      const busy = project.lanekeeper(['db', 'template'], { cwd: path })
      expect(busy).toMatchObject({ status: 3, stderr: expect.stringContaining('1 open connection(s) (npm run dev)') })
      expect(await databases(template)).toEqual([template])
      await leave(server, source)
      expect(project.lanekeeper(['db', 'template', 'dev'], { cwd: path }).stdout).toContain(template)
      await session(await urlOf(source), 'npm run dev')
      expect(project.lanekeeper(['db', 'reset'], { cwd: path }).status).toBe(0)
      expect(await numbers(name())).toBe('1 2 3 4')
      const decoy = `${source}_wt_template_00000001`
      await psql('postgres', `CREATE DATABASE "${decoy}"`)
      expect(run('db', 'template', '--drop')).toEqual({ ok: true, role: 'dev', dropped: [template] })
      expect(run('db', 'template', '--drop')).toEqual({ ok: true, role: 'dev', dropped: [] })
      expect(await databases(`${source}_wt_template`)).toEqual([decoy])
      expect(run('gc').kept).not.toContainEqual(expect.objectContaining({ why }))
    },
    TIMEOUT_MS,
  )

  it(
    'uninstall drops it before anything else; where the server does not answer, it does nothing',
    async () => {
      const { project, source, path, server, name } = await story()
      await leave(server, name())
      expect(project.lanekeeper(['db', 'template'])).toMatchObject({ status: 0 })
      await workersOf(project.dir)
      expect(project.lanekeeper(['remove', path])).toMatchObject({ status: 0 })
      expect(await databases(source)).toHaveLength(2)
      const env = join(project.root, '.env')
      const right = project.read(env)
      project.write(env, right.replace(/:\d+\//, ':1/'))
      expect(project.lanekeeper(['uninstall', '--dry-run']).stdout).toContain('drop the kept template of database dev')
      const refused = project.lanekeeper(['uninstall', '--yes'])
      expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('127.0.0.1:1 is not reachable') })
      expect(existsSync(join(project.root, '.git', 'lanekeeper'))).toBe(true)
      project.write(env, right)
      expect(project.lanekeeper(['uninstall', '--yes'])).toMatchObject({ status: 0 })
      expect(existsSync(join(project.root, '.git', 'lanekeeper'))).toBe(false)
      expect(await databases(source)).toEqual([source])
    },
    TIMEOUT_MS,
  )

  it(
    'a busy source without a template says how one is made (P5); other kinds keep none',
    async () => {
      const { project, source, db } = await story({ onBusySource: 'template' })
      await session(await urlOf(source), 'npm run dev')
      const said = project.lanekeeper(['db', 'reset', '--worktree', 'search'])
      expect(said.stderr).toContain('set postgres.onBusySource to "dump" or "template".')
      expect(said.stderr).toContain('npx lanekeeper db template dev')
      expect(db('template', 'nope')).toMatchObject({ status: 2, stderr: expect.stringContaining('There is: dev') })
      const dev = { provider: 'sqlite', vars: ['DATABASE_URL'] }
      project.commit({ 'lanekeeper.json': JSON.stringify({ databases: { dev }, dependencies: 'none' }) })
      expect(project.lanekeeper(['db', 'template'])).toMatchObject({
        status: 3,
        stderr: expect.stringContaining('Of a sqlite database no template is kept.'),
      })
    },
    TIMEOUT_MS,
  )
})
