import { cpSync } from 'node:fs'
import { expect, it } from 'vitest'
import { markText } from '../../scripts/policy/databases/postgres-marker.ts'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import { postgres } from '../../scripts/system/databases/postgres/postgres.ts'
import { refreshTemplate } from '../../scripts/system/databases/postgres/template.ts'
import { cloneId } from '../../scripts/system/identity.ts'
import type { DatabaseRecord } from '../../scripts/system/ledger.ts'
import { readPolicy } from '../../scripts/system/policy-source.ts'
import { openRepository } from '../../scripts/system/repository.ts'
import { commentOf, countOf, databases, describePostgres, psql } from '../support/postgres.ts'
import { nameOf, story } from '../support/postgres-project.ts'

async function ready() {
  const made = await story()
  const [record] = (await made.provide()).databases
  if (!record) throw new Error('no database')
  return { ...made, record, name: nameOf(record) }
}

const comment = (name: string, text: string | null) =>
  psql('postgres', `COMMENT ON DATABASE "${name}" IS ${text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`}`)

describePostgres('what is never dropped (E4)', () => {
  it.each<[string, (mark: object) => string | null, string]>([
    ['a database that lost its mark', () => null, 'no mark'],
    ['one whose mark was edited', (mark) => `${JSON.stringify(mark)} keep`, 'no mark'],
    ['another clone’s', (mark) => JSON.stringify({ ...mark, clone: 'x' }), 'marker belongs to another clone'],
    ['another worktree’s', (mark) => JSON.stringify({ ...mark, wt: 'x' }), 'marker belongs to another worktree'],
  ])('%s', async (_, change, why) => {
    const { record, name, destroy } = await ready()
    await comment(name, change(JSON.parse((await commentOf(name)) ?? '')))
    expect(await destroy(record)).toEqual({ result: 'refused', why: `Refusing to drop "${name}": ${why}.` })
    expect(await countOf(name)).toBe('3')
  })

  it('the source itself, whatever the ledger says and whatever mark it bears', async () => {
    const { record, source, destroy, identity } = await ready()
    const { nonce } = record
    await comment(source, markText({ clone: identity.clone, wt: identity.id, role: 'dev', nonce, src: source, at: '' }))
    const wrong: DatabaseRecord = { ...record, details: { ...record.details, database: source } }
    expect(await destroy(wrong)).toEqual({
      result: 'refused',
      why: `Refusing to drop "${source}": it is the source of DATABASE_URL.`,
    })
    expect(await countOf(source)).toBe('3')
  })

  it('a template of the server', async () => {
    const { record, name, destroy } = await ready()
    await psql('postgres', `ALTER DATABASE "${name}" IS_TEMPLATE true`)
    expect(await destroy(record)).toMatchObject({ result: 'refused', why: expect.stringContaining('a template') })
  })

  it('a planned database that nobody marked, of another role’s', async () => {
    const { record, name, destroy } = await ready()
    await comment(name, null)
    const { mark: _, ...planned } = record
    await psql('postgres', `CREATE ROLE "${name}"`, `ALTER DATABASE "${name}" OWNER TO "${name}"`)
    expect(await destroy(planned)).toMatchObject({ result: 'refused' })
    await psql('postgres', `ALTER DATABASE "${name}" OWNER TO postgres`, `DROP ROLE "${name}"`)
    expect(await destroy(planned)).toEqual({ result: 'destroyed' })
  })
})

describePostgres('a clone that was copied with cp -r', () => {
  it('drops nothing of the original’s, and its worktree gets a database of its own', async () => {
    const { project, source, record, name, identity, access } = await ready()
    const copy = project.path('copy')
    cpSync(project.root, `${copy}/project`, { recursive: true })
    cpSync(project.path('search'), `${copy}/search`, { recursive: true })
    project.write(`${copy}/search/.git`, `gitdir: ${copy}/project/.git/worktrees/search\n`)
    project.write(`${copy}/project/.git/worktrees/search/gitdir`, `${copy}/search/.git\n`)
    const repository = openRepository(`${copy}/search`, project.env)
    expect(repository.mainWorktree).toBe(`${copy}/project`)
    expect(await destroyDatabase(repository, identity, record)).toEqual({
      result: 'refused',
      why: `Refusing to drop "${name}": marker belongs to another clone.`,
    })
    expect(await postgres.listOwned?.({ ...access(), repository })).toEqual([])
    const whose = { ...identity, clone: cloneId(repository) }
    const own = {
      ...whose,
      path: `${copy}/search`,
      gitDir: repository.gitDir,
      branch: 'task/search',
      task: 'search',
      steps: {},
      ports: null,
      databases: [record],
      problems: [],
      worker: null,
      createdAt: '',
      updatedAt: '',
    }
    const { databases: made, problems } = await provisionDatabases(repository, readPolicy(repository), own, () => {})
    expect(problems).toEqual([])
    expect(made).toMatchObject([{ state: 'ready' }])
    expect(nameOf(made[0])).not.toBe(name)
    expect(JSON.parse((await commentOf(name)) ?? '').clone).toBe(identity.clone)
    expect(await databases(source)).toEqual([source, name, nameOf(made[0])].sort())
  })
})

describePostgres('the list of our databases', () => {
  it('is made of marks: decoys of every kind are not on it, and the kept template is called one', async () => {
    const { source, record, name, access, identity, destroy } = await ready()
    await refreshTemplate(access())
    const foreign = { clone: 'x', wt: 'x', role: 'dev', nonce: '00000002', src: source, at: '' }
    const decoys: [string, string | null][] = [
      [`${source}_wt_search_00000001`, null],
      [`${source}_wt_search_00000002`, markText(foreign)],
      [`${source}_wt_search_00000003`, `${markText({ ...foreign, clone: identity.clone })} `.replace('}', ', mine')],
    ]
    for (const [decoy, text] of decoys) {
      await psql('postgres', `CREATE DATABASE "${decoy}"`)
      await comment(decoy, text)
    }
    const all = (await postgres.listOwned?.(access())) ?? []
    expect(all.filter(({ isTemplate }) => isTemplate).map(({ record: { details } }) => details?.database)).toEqual([
      expect.stringContaining('_wt_template_'),
    ])
    const listed = all.filter(({ isTemplate }) => !isTemplate)
    expect(listed.map(({ record: { details } }) => details?.database)).toEqual([name])
    expect(listed).toMatchObject([
      { owner: identity, record: { role: 'dev', nonce: record.nonce, resource: record.resource } },
    ])
    const found = listed[0]?.record
    expect(found && (await destroy(found))).toEqual({ result: 'destroyed' })
    expect(await databases(source)).toHaveLength(1 + decoys.length + 1)
  })

  it('has a shadow whose database is gone', async () => {
    const { source, project, access, provide } = await story({
      database: { vars: ['DATABASE_URL', 'SHADOW_DATABASE_URL'] },
    })
    project.write(
      `${project.root}/.env`,
      `${project.read(`${project.root}/.env`)}SHADOW_DATABASE_URL=postgres://127.0.0.1/s\n`,
    )
    const name = nameOf((await provide()).databases[0])
    expect((await postgres.listOwned?.(access()))?.map(({ record }) => record.details)).toMatchObject([
      { database: name, shadow: `${name}_shadow` },
    ])
    await psql('postgres', `DROP DATABASE "${name}"`)
    expect((await postgres.listOwned?.(access()))?.map(({ record }) => record.details?.database)).toEqual([
      `${name}_shadow`,
    ])
    expect(await databases(source)).toEqual([source, `${name}_shadow`])
  })

  it('is not made on another machine, unless the settings allow it', async () => {
    const { access } = await story({ env: 'DATABASE_URL=postgres://u:sEcReT@192.0.2.1/app\n' })
    await expect(postgres.listOwned?.(access())).rejects.toThrow(
      'Databases on 192.0.2.1 are not swept: it is not this machine.',
    )
  })
})

describePostgres('a schema', () => {
  const TABLES = [
    "CREATE TABLE public.a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'x')",
    'CREATE TABLE public.b (id int PRIMARY KEY, a int REFERENCES public.a (id) ON DELETE CASCADE, CHECK (id > 0))',
  ] as const
  const REST = [
    'CREATE INDEX b_a ON public.b (a) WHERE a IS NOT NULL',
    "CREATE TYPE mood AS ENUM ('sad', 'happy')",
    'CREATE VIEW v AS SELECT a.name FROM public.a',
    'CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql AS $$ SELECT i + 1 $$',
    'CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'CREATE TRIGGER b_g BEFORE INSERT ON public.b FOR EACH ROW EXECUTE FUNCTION g()',
    'CREATE SEQUENCE s START 5',
    'CREATE SCHEMA other CREATE TABLE inside (n int)',
    'CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)',
  ] as const

  it('is the same text whatever order it was made in, and tells every difference', async () => {
    const { record, name, source, access } = await ready()
    await psql(source, ...TABLES, ...REST)
    await psql(
      name,
      REST[1],
      REST[7],
      REST[8],
      TABLES[0],
      REST[6],
      REST[3],
      TABLES[1],
      REST[4],
      REST[5],
      REST[0],
      REST[2],
    )
    const [of, own] = [await postgres.schema?.(null, access()), await postgres.schema?.(record, access())]
    expect(own).toBe(of)
    for (const part of [
      'CREATE TABLE public.b (',
      "name text DEFAULT 'x'::text NOT NULL",
      'id integer GENERATED ALWAYS AS IDENTITY NOT NULL',
      'FOREIGN KEY (a) REFERENCES public.a(id) ON DELETE CASCADE',
      'CHECK ((id > 0))',
      'CREATE INDEX b_a ON public.b USING btree (a) WHERE (a IS NOT NULL);',
      "CREATE TYPE public.mood AS ENUM ('sad', 'happy');",
      'CREATE VIEW public.v AS',
      'CREATE OR REPLACE FUNCTION public.f(i integer)',
      'CREATE TRIGGER b_g BEFORE INSERT ON public.b',
      'CREATE SEQUENCE public.s AS integer START 5'.replace('integer', 'bigint'),
      'CREATE SCHEMA other;',
      'CREATE TABLE other.inside (',
      'CREATE AGGREGATE public.total',
    ])
      expect(of).toContain(part)
    await psql(name, 'ALTER TABLE b ALTER COLUMN a SET NOT NULL')
    expect(await postgres.schema?.(record, access())).not.toBe(of)
  })
})
