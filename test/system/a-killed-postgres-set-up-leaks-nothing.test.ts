/**
 * kill -9 at every boundary: after each write to the ledger, after each SQL statement and in the middle of it. The next
 * set-up then ends with exactly one database, the next destruction with none, and what is not ours stands untouched.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { beforeAll, expect, it } from 'vitest'
import { markText } from '../../scripts/policy/databases/postgres-marker.ts'
import { provisionDatabases } from '../../scripts/system/databases/databases.ts'
import { destroyDatabase } from '../../scripts/system/databases/destroying.ts'
import type { DatabaseRecord, WorktreeRecord } from '../../scripts/system/ledger.ts'
import { randomHex } from '../../scripts/system/random.ts'
// @ts-expect-error: a build script, plain JavaScript
import { esbuildTemplates } from '../../templates/compile.mjs'
import { commentOf, countOf, databases, describePostgres, psql, session, urlOf } from '../support/postgres.ts'
import { withClients } from '../support/postgres-clients.ts'
import { nameOf, postgresProject, worktreeOf } from '../support/postgres-project.ts'
import type { Fault, VictimJob } from '../support/postgres-victim.ts'
import { PROJECT_ROOT } from '../support/repository.ts'

const TIMEOUT_MS = 240_000
/** More statements than any set-up has: the loop must have ended before. */
const MOST = 60

/** What a set-up does at least, so that a loop that ends early is seen. */
const LEAST = { save: 2, answered: 15, sent: 4 } as const

let victim = ''
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [`${PROJECT_ROOT}/test/support/postgres-victim.ts`],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native', 'libsql', 'better-sqlite3', 'node:sqlite'],
    plugins: [esbuildTemplates],
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    logLevel: 'error',
  })
  victim = outputFiles[0]?.text ?? ''
})

/** A project with a shadow variable (so that two databases are made), and decoys that look like ours. */
async function scene({ isBusy = false } = {}) {
  const { project, source } = await postgresProject({
    database: { vars: ['DATABASE_URL', 'SHADOW_DATABASE_URL'], postgres: { onBusySource: 'dump' } },
  })
  const url = await urlOf(source, 'postgres', 'secret')
  project.write(`${project.root}/.env`, `DATABASE_URL='${url}'\nSHADOW_DATABASE_URL='${await urlOf('main_shadow')}'\n`)
  const worktree = worktreeOf(project)
  if (isBusy) await withClients({ project, repository: worktree.repository })
  if (isBusy) await session(await urlOf(source), 'next dev')
  const program = project.write(project.path('victim.mjs'), victim)
  const ledger = project.path('ledger.json')
  const at = '2026-01-01T00:00:00.000Z'
  const foreign = { clone: 'another', wt: 'x', role: 'dev', nonce: '0badcafe', src: source, at }
  const decoys: Readonly<Record<string, string | null>> = {
    [`${source}_wt_search_00000001`]: null,
    [`${source}_wt_search_00000002`]: markText(foreign),
    [`${source}_wt_search_00000003`]: `${markText({ ...foreign, clone: worktree.identity.clone })} mine now`,
  }
  for (const [name, comment] of Object.entries(decoys)) {
    await psql('postgres', `CREATE DATABASE "${name}"`)
    if (comment !== null) await psql('postgres', `COMMENT ON DATABASE "${name}" IS '${comment}'`)
  }
  const standing = [source, ...Object.keys(decoys)]

  /** A worktree's record under an id of its own. */
  const record = (known: readonly DatabaseRecord[] = [], id = randomHex(8)): WorktreeRecord => ({
    ...worktree.record(known),
    id,
    clone: worktree.identity.clone,
  })
  /** Runs until the fault; false where it got to the end without. */
  const dies = async (action: VictimJob['action'], whose: WorktreeRecord, fault: Fault): Promise<boolean> => {
    const job: VictimJob = { worktree: worktree.path, record: whose, ledger, action, fault }
    const child = spawn(process.execPath, [program], { env: project.env, stdio: ['pipe', 'inherit', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk) => (said += chunk))
    child.stdin.end(JSON.stringify(job))
    const [status, signal] = await once(child, 'close')
    if (signal !== 'SIGKILL' && status !== 0) throw new Error(`${JSON.stringify(fault)}: ${said}`)
    return signal === 'SIGKILL'
  }
  const known = (): DatabaseRecord[] => (existsSync(ledger) ? JSON.parse(readFileSync(ledger, 'utf8')) : [])
  const forget = () => rmSync(ledger, { force: true })
  const provide = (whose: WorktreeRecord) => provisionDatabases(worktree.repository, worktree.policy, whose, () => {})
  const destroy = async (whose: WorktreeRecord) => {
    for (const one of whose.databases)
      expect((await destroyDatabase(worktree.repository, whose, one)).result).not.toBe('refused')
  }
  const ours = async () => (await databases(source)).filter((name) => !standing.includes(name))
  const expectDecoys = async () => {
    for (const [name, comment] of Object.entries(decoys)) expect(await commentOf(name)).toBe(comment ?? 'null')
    expect(await countOf(source)).toBe('3')
  }
  return { record, dies, known, forget, provide, destroy, ours, expectDecoys }
}

it.skipIf(process.env.SKIP_PG === '1')(
  'killed while a busy source is dumped: what is half filled is started over',
  async () => {
    const { record, dies, known, forget, provide, destroy, ours, expectDecoys } = await scene({ isBusy: true })
    let n = LEAST.answered - 5
    for (; n < MOST; n++) {
      forget()
      const whose = record()
      if (!(await dies('provide', whose, { at: 'answered', n }))) break
      const { databases: made, problems } = await provide(record(known(), whose.id))
      expect(problems, String(n)).toEqual([])
      const name = nameOf(made[0])
      expect(await ours(), String(n)).toEqual([name, `${name}_shadow`])
      expect(await countOf(name)).toBe('1')
      expect(await commentOf(name)).not.toContain('filling')
      await destroy(record(made, whose.id))
    }
    expect(n).toBeGreaterThan(LEAST.answered)
    expect(n).toBeLessThan(MOST)
    await expectDecoys()
  },
  TIMEOUT_MS,
)

describePostgres.each(['save', 'answered', 'sent'] as const)('killed at "%s"', (at) => {
  it(
    'while it is made: the next set-up ends with exactly one',
    async () => {
      const { record, dies, known, forget, provide, destroy, ours, expectDecoys } = await scene()
      let n = 1
      for (; n < MOST; n++) {
        forget()
        const whose = record()
        if (!(await dies('provide', whose, { at, n }))) break
        const { databases: made, problems } = await provide(record(known(), whose.id))
        expect(problems, `${at} ${n}`).toEqual([])
        expect(made).toMatchObject([{ state: 'ready' }])
        const name = nameOf(made[0])
        expect(await ours(), `${at} ${n}`).toEqual([name, `${name}_shadow`])
        expect(await countOf(name)).toBe('3')
        expect(await commentOf(name)).toContain(whose.id)
        await destroy(record(made, whose.id))
        expect(await ours()).toEqual([])
      }
      expect(n).toBeGreaterThan(LEAST[at])
      expect(n).toBeLessThan(MOST)
      await expectDecoys()
    },
    TIMEOUT_MS,
  )

  it(
    'while it is made: destroying what the ledger knows leaves nothing',
    async () => {
      const { record, dies, known, forget, destroy, ours, expectDecoys } = await scene()
      let n = 1
      for (; n < MOST; n++) {
        forget()
        const whose = record()
        const died = await dies('provide', whose, { at, n })
        await destroy(record(known(), whose.id))
        expect(await ours(), `${at} ${n}`).toEqual([])
        if (!died) break
      }
      expect(n).toBeGreaterThan(LEAST[at])
      expect(n).toBeLessThan(MOST)
      await expectDecoys()
    },
    TIMEOUT_MS,
  )

  it(
    'while it is destroyed: the next destruction, or set-up, finishes it',
    async () => {
      const { record, dies, known, forget, provide, destroy, ours, expectDecoys } = await scene()
      let n = 1
      for (; n < MOST; n++) {
        forget()
        const whose = record()
        const { databases: made } = await provide(whose)
        expect(made).toMatchObject([{ state: 'ready' }])
        if (!(await dies('destroy', record(made, whose.id), { at, n }))) break
        if (n % 2 === 0) {
          const again = await provide(record(known(), whose.id))
          expect(again.problems).toEqual([])
          const name = nameOf(again.databases[0])
          expect(await ours()).toEqual([name, `${name}_shadow`])
          await destroy(record(again.databases, whose.id))
        } else await destroy(record(known(), whose.id))
        expect(await ours(), `${at} ${n}`).toEqual([])
      }
      expect(n).toBeGreaterThan(1)
      expect(n).toBeLessThan(MOST)
      await expectDecoys()
    },
    TIMEOUT_MS,
  )
})
