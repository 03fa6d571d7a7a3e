import { describe, expect, it } from 'vitest'
import { neonAt, neon as neonProvider } from '../../scripts/system/databases/services/neon/neon.ts'
import { writeRecord } from '../../scripts/system/ledger.ts'
import { cloudStory, NO_KEEPER, testPace } from '../support/cloud-story.ts'
import { NEON_KEY, neonStandIn } from '../support/neon-stand-in.ts'

const MAIN = 'postgresql://owner:main-pw@ep-main-pooler.eu.neon.tech/app?sslmode=require&connect_timeout=9'
const DIRECT = 'postgresql://owner:main-pw@ep-main.eu.neon.tech/app?sslmode=require'

async function story({ database = {}, neon = {}, env = {}, vars = ['DATABASE_URL'] } = {}) {
  const server = await neonStandIn()
  const settings = { provider: 'neon', neon: { project: 'p1', apiUrl: server.url, ...neon }, ...database }
  const told = cloudStory(settings, { NEON_API_KEY: NEON_KEY, DATABASE_URL: MAIN, DIRECT_URL: DIRECT, ...env }, vars)
  const pace = testPace()
  const fork = () => server.branches.find(({ id }) => id !== 'br-main')
  return { ...told, server, pace, fork, provider: neonAt(pace) }
}

const posts = (lines: readonly string[]) => lines.filter((line) => line.startsWith('POST'))

describe('a branch of the project', () => {
  it('is made with our mark and an expiry date, and only the values’ file has its password', async () => {
    const { provide, saved, values, fork, worktree, server } = await story({ vars: ['DATABASE_URL', 'DIRECT_URL'] })
    const { databases, step, problems } = await provide()
    expect(problems).toEqual([])
    expect(step).toEqual({ state: 'done' })
    const [record] = databases
    expect(record?.resource).toMatch(/^neon:p1\/wt-search-[0-9a-f]{8}$/)
    expect(record).toMatchObject({ state: 'ready', mark: fork()?.id, source: 'neon:p1/(default branch)' })
    expect(fork()).toMatchObject({
      parent_id: 'br-main',
      annotation: { tool: 'lanekeeper', clone: 'bbbb', wt: 'aaaa', nonce: record?.nonce },
    })
    const days = (Date.parse(fork()?.expires_at ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(13.9)
    expect(fork()?.expires_at).toMatch(/T\d\d:\d\d:\d\dZ$/)
    expect(values()).toEqual({
      DATABASE_URL: `postgresql://owner:pw-br-cool-lake-1@ep-br-cool-lake-1-pooler.eu.neon.tech/app?sslmode=require&connect_timeout=9`,
      DIRECT_URL: 'postgresql://owner:pw-br-cool-lake-1@ep-br-cool-lake-1.eu.neon.tech/app?sslmode=require',
    })
    expect(saved.map(({ state }) => state)).toEqual(['planned', 'created'])
    expect(JSON.stringify([saved, databases, step])).not.toMatch(/pw-|napi|main-pw/)
    expect(server.calls.every(({ path }) => !path.includes(NEON_KEY))).toBe(true)
    expect(worktree.record().id).toBe('aaaa')
  })

  it('is left alone by the next set-up, which asks once', async () => {
    const { provide, server } = await story()
    const { databases } = await provide()
    server.calls.length = 0
    expect((await provide(databases)).databases).toEqual(databases)
    expect(server.lines()).toEqual([`GET /projects/p1/branches/br-cool-lake-1`])
  })

  it('lives on by every set-up', async () => {
    const { make, provider, fork, request, pace } = await story()
    const record = await make(provider)
    const before = fork()?.expires_at
    pace.time += 3 * 86_400_000
    const renewed = await provider.uphold?.(record, request(), NO_KEEPER)
    expect(before).toBe('2026-01-15T00:00:00Z')
    expect(fork()?.expires_at).toBe('2026-01-18T00:00:00Z')
    expect(renewed?.details?.expires).toBe('2026-01-18T00:00:00Z')
  })

  it('is polled until it is ready', async () => {
    const { make, provider, server, pace } = await story()
    server.settings.looks = 3
    expect(await make(provider)).toMatchObject({ state: 'ready' })
    expect(pace.waits).toEqual([1, 1.5, 2.25])
  })

  it('comes from the project in .neon, and from the parent of the settings', async () => {
    const { server, provide, project, fork } = await story({ neon: { project: undefined, parent: 'staging' } })
    server.add({ id: 'br-staging', name: 'staging', looks: 0 })
    project.write(`${project.root}/.neon`, JSON.stringify({ orgId: 'o', projectId: 'p1' }))
    expect((await provide()).databases).toMatchObject([{ state: 'ready', source: 'neon:p1/staging' }])
    expect(server.branches.at(-1)).toMatchObject({ parent_id: 'br-staging' })
    expect(fork()).toBeDefined()
  })

  it('with mode "empty" has a database that is empty, made once', async () => {
    const { make, provider, fork, values } = await story({ database: { mode: 'empty' } })
    await make(provider)
    await make(provider)
    expect(fork()?.databases).toEqual(['app', 'wt_0a1b2c3d'])
    expect(values().DATABASE_URL).toContain('/wt_0a1b2c3d?')
  })

  it('stays without a date where the account knows no expiry', async () => {
    const { make, provider, fork, server } = await story()
    server.fail('POST', { status: 400, body: { message: 'expires_at is not available for this account' } }, 1)
    expect(await make(provider)).toMatchObject({ state: 'ready' })
    expect(fork()?.expires_at).toBeUndefined()
  })

  it('is found on any page of the list', async () => {
    const { make, provider, server } = await story()
    await make(provider)
    for (let n = 0; n < 5; n++) server.branches.unshift({ ...server.add({}), name: `other-${n}` })
    server.settings.page = 2
    await make(provider)
    expect(posts(server.lines())).toHaveLength(1)
  })

  it('as a snapshot has no compute and no values, and can be forked', async () => {
    const { make, provider, request, server, values } = await story()
    const snapshot = await make(provider, { isSnapshot: true })
    expect(snapshot).toMatchObject({ state: 'ready' })
    expect(values()).toEqual({})
    expect(server.calls.find(({ method }) => method === 'POST')?.body).not.toHaveProperty('endpoints')
    await make(provider, { from: snapshot, nonce: 'ffffffff' })
    expect(server.branches.at(-1)).toMatchObject({ parent_id: snapshot.mark })
    expect(await provider.inspect(snapshot, request())).toBe('ours')
  })

  it('from a snapshot that expired is not made (C7)', async () => {
    const { make, provider, server } = await story()
    const snapshot = await make(provider, { isSnapshot: true })
    server.branches.splice(1)
    await expect(make(provider, { from: snapshot, nonce: 'ffffffff' })).rejects.toMatchObject({
      message: 'The Neon branch of this worktree is gone (expired 2026-01-15?).',
      hint: 'Make a new fork: npx lanekeeper setup',
    })
  })
})

describe('a branch that is gone', () => {
  it('is made anew, and what was lost is said (C7)', async () => {
    const { provide, server } = await story()
    const { databases } = await provide()
    server.branches.splice(1)
    const again = await provide(databases)
    expect(again.databases).toMatchObject([{ state: 'ready', nonce: databases[0]?.nonce, mark: 'br-cool-lake-2' }])
    expect(again.problems).toHaveLength(1)
    expect(again.problems[0]?.message).toMatch(
      /^The Neon branch of this worktree is gone \(expired \d{4}-\d\d-\d\d\?\)\. Made a new fork\.$/,
    )
  })

  it('while it is being made is an error (C7)', async () => {
    const { make, provider, server } = await story()
    server.settings.looks = 1
    server.fail('GET /projects/p1/branches/br-cool-lake-1', { status: 404 }, 1)
    await expect(make(provider)).rejects.toThrow('The Neon branch of this worktree is gone (expired 2026-01-15?).')
  })
})

describe('what Neon says, in our words', () => {
  it('C1: no key and no neonctl', async () => {
    const { provide, worktree, server } = await story({ env: { NEON_API_KEY: '' } })
    Object.assign(worktree.repository.env, { PATH: '/nowhere' })
    const { step, problems } = await provide()
    expect(step.message).toBe('NEON_API_KEY is not set.')
    expect(problems[0]?.hint).toMatch(/^Create a project-scoped key and put it in \.env \(never commit it\)\./)
    expect(server.calls).toEqual([])
  })

  it.each([401, 403])('C2: HTTP %d', async (status) => {
    const { provide, server } = await story()
    server.fail('GET', { status, body: { message: `bad key ${NEON_KEY}` } })
    const { step } = await provide()
    expect(step).toEqual({ state: 'failed', message: `Neon rejected the credentials (HTTP ${status}).` })
  })

  it('C4: the branches that are ours are listed', async () => {
    const { provide, server, worktree } = await story()
    const annotation = { tool: 'lanekeeper', clone: 'bbbb', wt: 'gone', nonce: 'eeeeeeee' }
    server.add({ name: 'wt-old-eeeeeeee', annotation })
    server.add({ name: 'wt-theirs-dddddddd', annotation: { ...annotation, clone: 'cccc' } })
    const details = { id: 'br-cool-lake-9', name: 'wt-other-99999999' }
    const known = { role: 'dev', provider: 'neon', state: 'ready', nonce: '99999999', resource: 'x' } as const
    const record = {
      ...worktree.record(),
      id: 'dddd',
      databases: [{ ...known, source: '', url: '', vars: [], details }],
    }
    writeRecord(worktree.repository, record)
    server.fail('POST', { status: 422, body: { message: 'branches limit exceeded' } })
    const { problems } = await provide()
    expect(problems).toMatchObject([
      {
        message:
          'Neon: branch limit reached (branches limit exceeded). Yours and orphaned: wt-other-99999999, wt-old-eeeeeeee (orphaned).',
        hint: 'Free some: npx lanekeeper gc',
      },
    ])
  })

  it.each([423, 429, 500, 503])('C5: HTTP %d to a question is asked again, 1-2-4-8 s apart', async (status) => {
    const { make, provider, server, pace } = await story()
    server.fail('GET /projects/p1/branches?', { status })
    await expect(make(provider)).rejects.toMatchObject({
      message: `Neon is busy (HTTP ${status}) after 5 tries.`,
      hint: 'Retry: npx lanekeeper setup',
    })
    expect(pace.waits).toEqual([1, 2, 4, 8])
    expect(posts(server.lines())).toEqual([])
  })

  it('C5: Retry-After is kept to, up to 30 s', async () => {
    const { make, provider, server, pace } = await story()
    server.fail('GET', { status: 429, headers: { 'retry-after': '3' } }, 1)
    server.fail('POST', { status: 429, headers: { 'retry-after': '900' } }, 1)
    expect(await make(provider)).toMatchObject({ state: 'ready' })
    expect(pace.waits).toEqual([3, 30])
  })

  it('C5: after a 500 it is looked for before it is asked for again', async () => {
    const { make, provider, server } = await story()
    server.fail('POST', { status: 500 }, 1)
    await make(provider)
    expect(server.lines().slice(0, 4)).toEqual([
      'GET /projects/p1/branches',
      'POST /projects/p1/branches',
      'GET /projects/p1/branches',
      'POST /projects/p1/branches',
    ])
  })

  it('C3: a 409 for a branch of ours is no failure; another’s branch of the name is (E3)', async () => {
    const { make, provider, server } = await story()
    server.fail(/^GET \/projects\/p1\/branches\?/, { status: 200, body: { branches: [] } }, 1)
    const annotation = { tool: 'lanekeeper', clone: 'bbbb', wt: 'aaaa', nonce: '0a1b2c3d' }
    const branch = server.add({ name: 'wt-search-0a1b2c3d', annotation })
    expect(await make(provider)).toMatchObject({ state: 'ready', mark: branch.id })
    branch.annotation = { ...annotation, clone: 'cccc' }
    await expect(make(provider)).rejects.toThrow(
      '"wt-search-0a1b2c3d" exists but carries no mark of this repository; refusing to use or drop it.',
    )
    expect(server.branches).toHaveLength(2)
  })

  it.each(['hang', 'cut'] as const)('C6: %s, and nothing is asked for twice', async (fault) => {
    const { make, provider, server } = await story()
    server.fail('POST', fault)
    await expect(make(provider)).rejects.toMatchObject({
      message: 'No answer from Neon; the branch may exist.',
      hint: 'Checking by name next time; run: npx lanekeeper setup',
    })
    expect(posts(server.lines())).toHaveLength(1)
  })

  it.each(['hang-after', 'cut-after'] as const)(
    '%s: made all the same, found by its nonce and adopted',
    async (fault) => {
      const { make, provider, server, fork } = await story()
      server.fail('POST', fault, 1)
      expect(await make(provider)).toMatchObject({ state: 'ready', mark: fork()?.id })
      expect(posts(server.lines())).toHaveLength(1)
      expect(server.branches).toHaveLength(2)
    },
  )

  it('a key goes to nobody in the clear', async () => {
    const { provide } = await story({ neon: { apiUrl: 'http://neon.example/api' } })
    expect((await provide()).step.message).toBe('The apiUrl for Neon is no https: URL: http://neon.example/api')
  })

  it.each([['cut'], ['hang'], [{ status: 500 }], [{ status: 401 }]] as const)(
    'a service that cannot be asked (%j) disables nothing that worked',
    async (fault) => {
      const { make, provider, server, request } = await story()
      const record = await make(provider)
      server.fail('GET', fault)
      expect(await provider.inspect(record, request())).toBe('ours')
      expect(await provider.uphold?.(record, request(), NO_KEEPER)).toEqual(record)
    },
  )
})

describe('destroying', () => {
  it('is by id, and once', async () => {
    const { provide, destroy, server } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(server.lines().at(-1)).toBe('DELETE /projects/p1/branches/br-cool-lake-1')
    expect(server.branches.map(({ id }) => id)).toEqual(['br-main'])
    expect(await destroy(record)).toEqual({ result: 'already-gone' })
  })

  it('finds a branch whose id nobody wrote down by its nonce', async () => {
    const { provide, destroy, server, saved } = await story()
    await provide()
    const planned = saved.find(({ state }) => state === 'planned')
    if (!planned) throw new Error('nothing was planned')
    expect(await destroy({ ...planned, state: 'destroying' })).toEqual({ result: 'destroyed' })
    expect(server.branches).toHaveLength(1)
  })

  it.each([
    ['another clone’s', { clone: 'cccc' }, 'marker belongs to another clone'],
    ['another worktree’s', { wt: 'zzzz' }, 'marker belongs to another clone'],
    ['an edited mark', { tool: 'somebody' }, 'no mark'],
  ])('%s stays (E4)', async (_, change, why) => {
    const { provide, destroy, fork, server } = await story()
    const [record] = (await provide()).databases
    const branch = fork()
    if (!record || !branch) throw new Error('no database')
    branch.annotation = { ...branch.annotation, ...change }
    const name = record.details?.name
    expect(await destroy(record)).toEqual({ result: 'refused', why: `Refusing to drop "${name}": ${why}.` })
    expect(server.branches).toHaveLength(2)
  })

  it('never takes a default or protected branch, whatever the ledger says', async () => {
    const { provide, destroy, server } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    const wrong = { ...record, details: { ...record.details, id: 'br-main', name: 'main' } }
    expect(await destroy(wrong)).toEqual({
      result: 'refused',
      why: 'Refusing to drop "main": it is the source of DATABASE_URL.',
    })
    expect(server.branches).toHaveLength(2)
  })

  it('works after the settings are gone', async () => {
    const { provide, destroy, project, server } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    project.commit({ 'lanekeeper.json': '{}' })
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(server.branches).toHaveLength(1)
  })
})

it('what carries this clone’s mark is listed, and nothing else', async () => {
  const { provide, server, request } = await story()
  const [record] = (await provide()).databases
  const annotation = { tool: 'lanekeeper', clone: 'cccc', wt: 'aaaa', nonce: 'dddddddd' }
  server.add({ name: 'wt-search-dddddddd', annotation })
  server.add({ name: 'wt-search-eeeeeeee' })
  const owned = await neonProvider.listOwned?.(request())
  expect(owned).toMatchObject([{ owner: { id: 'aaaa', clone: 'bbbb' }, record: { resource: record?.resource } }])
})

it('a hook leaves it to a process that has time', async () => {
  const { provide, server } = await story()
  expect(await provide([], { bytes: 1e9 })).toMatchObject({
    step: { state: 'pending' },
    databases: [{ state: 'planned' }],
  })
  expect(server.calls).toEqual([])
})
