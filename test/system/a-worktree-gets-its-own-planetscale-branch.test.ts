import { describe, expect, it } from 'vitest'
import { planetscaleAt } from '../../scripts/system/databases/services/planetscale/planetscale.ts'
import { cloudStory, testPace } from '../support/cloud-story.ts'
import { PLANETSCALE_TOKEN, planetscaleStandIn } from '../support/planetscale-stand-in.ts'

const MAIN = 'mysql://u:main-pw@eu.connect.psdb.cloud/shop?sslaccept=strict&connection_limit=5'
const BRANCHES = '/organizations/acme/databases/shop/branches'

async function story({ planetscale = {}, env = {}, database = {}, vars = ['DATABASE_URL'] } = {}) {
  const server = await planetscaleStandIn()
  const service = { organization: 'acme', database: 'shop', apiUrl: server.url, ...planetscale }
  const login = { PLANETSCALE_SERVICE_TOKEN_ID: 'id', PLANETSCALE_SERVICE_TOKEN: PLANETSCALE_TOKEN }
  const told = cloudStory(
    { provider: 'planetscale', planetscale: service, ...database },
    { ...login, DATABASE_URL: MAIN, ...env },
    vars,
  )
  const pace = testPace()
  const fork = () => server.branches.find(({ production }) => !production)
  return { ...told, server, pace, fork, provider: planetscaleAt(pace) }
}

describe('a branch of the database', () => {
  it('what there is to say of a new one is said once, as a problem and not as a note too', async () => {
    const { provide } = await story()
    const { step, problems } = await provide()
    expect(problems).toMatchObject([{ message: expect.stringContaining('"seedData": true copies them') }])
    expect(step).toEqual({ state: 'done' })
  })

  it('is made from the parent, with a password that only the values’ file has', async () => {
    const { make, provider, saved, values, fork, pace, server } = await story()
    server.settings.looks = 2
    const record = await make(provider)
    expect(record).toMatchObject({
      state: 'ready',
      resource: 'planetscale:acme/shop/wt-search-0a1b2c3d',
      source: 'planetscale:acme/shop/main',
      mark: fork()?.id,
    })
    expect(fork()).toMatchObject({ name: 'wt-search-0a1b2c3d', parent_branch: 'main' })
    expect(server.calls.find(({ method }) => method === 'POST')?.body).toEqual({
      name: 'wt-search-0a1b2c3d',
      parent_branch: 'main',
    })
    expect(pace.waits).toEqual([1, 1.5])
    const [secret] = fork()?.secrets ?? []
    expect(values().DATABASE_URL).toBe(
      `mysql://user-${secret?.id}:pw-${secret?.id}@eu.connect.psdb.cloud/shop?sslaccept=strict&connection_limit=5`,
    )
    expect(saved.map(({ state }) => state)).toEqual(['planned', 'created'])
    expect(JSON.stringify([saved, record])).not.toMatch(/pw-|pscale_tkn/)
    expect(record.message).toContain('the schema without its rows')
  })

  it('of Postgres gets a role, and keeps to the pooler’s port where the source has it', async () => {
    const { make, provider, values, server, fork } = await story({
      planetscale: { kind: 'postgres', clusterSize: 'PS_10', region: 'eu-west' },
      env: { DATABASE_URL: 'postgresql://u:p@h:6432/postgres', DIRECT_URL: 'postgresql://u:p@h:6432/postgres' },
      vars: ['DATABASE_URL', 'DIRECT_URL', 'PGHOST'],
    })
    const record = await make(provider)
    expect(record.message).toBeUndefined()
    const post = server.calls.filter(({ method }) => method === 'POST')
    expect(post.map(({ body }) => body)).toEqual([
      { name: 'wt-search-0a1b2c3d', parent_branch: 'main', region: 'eu-west', cluster_name: 'PS_10' },
      { name: 'lanekeeper-0a1b2c3d', inherited_roles: ['postgres'] },
    ])
    const id = fork()?.secrets[0]?.id
    expect(values()).toEqual({
      DATABASE_URL: `postgresql://user-${id}:pw-${id}@eu.pg.psdb.cloud:6432/postgres?sslmode=verify-full`,
      DIRECT_URL: `postgresql://user-${id}:pw-${id}@eu.pg.psdb.cloud:5432/postgres?sslmode=verify-full`,
      PGHOST: 'eu.pg.psdb.cloud',
    })
  })

  it.each([
    ['only where the settings say that it may cost money', { seedData: true }, {}, 'last_successful_backup'],
    ['not for an empty one', { seedData: true }, { mode: 'empty' }, undefined],
    ['not by default', {}, {}, undefined],
  ])('has the data: %s', async (_, planetscale, database, expected) => {
    const { make, provider, server } = await story({ planetscale, database })
    await make(provider)
    expect(server.calls.find(({ method }) => method === 'POST')?.body.seed_data).toBe(expected)
  })

  it('is left alone by the next set-up', async () => {
    const { provide, server } = await story()
    const { databases } = await provide()
    server.calls.length = 0
    expect((await provide(databases)).databases).toEqual(databases)
    expect(server.lines()).toEqual([`GET ${BRANCHES}/${databases[0]?.details?.name}`])
  })
})

describe('a password that was made and lost', () => {
  it('goes, and a new one is made', async () => {
    const { make, provider, server, fork, values } = await story()
    server.settings.looks = 0
    server.fail(/^POST .*passwords/, 'cut-after', 1)
    await expect(make(provider)).rejects.toThrow('No answer from PlanetScale; the branch may exist.')
    // what was lost went at once
    expect(fork()?.secrets).toEqual([])
    await make(provider)
    expect(fork()?.secrets).toHaveLength(1)
    expect(values().DATABASE_URL).toContain(`pw-${fork()?.secrets[0]?.id}@`)
    expect(server.branches).toHaveLength(2)
  })

  it('is replaced when the values’ file is gone', async () => {
    const { provide, project, worktree, fork, values } = await story()
    const { databases } = await provide()
    const before = fork()?.secrets[0]?.id
    project.run('rm', ['-r', `${worktree.repository.stateDir}/values`])
    const again = await provide(databases)
    expect(again.databases).toMatchObject([{ state: 'ready' }])
    expect(fork()?.secrets).toHaveLength(1)
    expect(fork()?.secrets[0]?.id).not.toBe(before)
    expect(values().DATABASE_URL).toContain(`pw-${fork()?.secrets[0]?.id}@`)
  })

  it('of somebody else stays', async () => {
    const { make, provider, fork } = await story()
    await make(provider)
    fork()?.secrets.push({ id: 'p-theirs', name: 'theirs', kind: 'passwords' })
    await make(provider)
    expect(fork()?.secrets.map(({ name }) => name)).toEqual(['theirs', 'lanekeeper-0a1b2c3d'])
  })
})

describe('what PlanetScale says, in our words', () => {
  it.each([
    [{ PLANETSCALE_SERVICE_TOKEN: '' }, 'PLANETSCALE_SERVICE_TOKEN is not set.'],
    [
      { PLANETSCALE_SERVICE_TOKEN: '', PLANETSCALE_SERVICE_TOKEN_ID: '' },
      'PLANETSCALE_SERVICE_TOKEN_ID and PLANETSCALE_SERVICE_TOKEN are not set.',
    ],
  ])('C1: %j', async (env, message) => {
    const { provide } = await story({ env })
    expect((await provide()).step.message).toBe(message)
  })

  it('C2: a 404 for what has to be there is a permission that is missing', async () => {
    const { make, provider, server } = await story()
    server.fail('POST', { status: 404, body: { code: 'not_found', message: 'Not Found' } })
    await expect(make(provider)).rejects.toThrow(
      'PlanetScale rejected the credentials (HTTP 404) or the token lacks create_branch.',
    )
    server.fail(`GET ${BRANCHES}?`, { status: 404 })
    await expect(make(provider)).rejects.toThrow(
      'PlanetScale rejected the credentials (HTTP 404) or the token lacks read_branch.',
    )
  })

  it.each([401, 403])('C2: HTTP %d', async (status) => {
    const { make, provider, server } = await story()
    server.fail('POST', { status })
    await expect(make(provider)).rejects.toThrow(`PlanetScale rejected the credentials (HTTP ${status}).`)
  })

  it('C3: a name that is taken by us is adopted', async () => {
    const { make, provider, server } = await story()
    await make(provider)
    server.fail(`GET ${BRANCHES}?`, { status: 200, body: { data: [] } }, 1)
    await make(provider)
    expect(server.branches).toHaveLength(2)
  })

  it('C4: the branches of the ledger are listed', async () => {
    const { make, provider, server } = await story()
    server.fail('POST', { status: 422, body: { code: 'unprocessable', message: 'You have reached the branch limit' } })
    await expect(make(provider)).rejects.toThrow(
      'PlanetScale: branch limit reached (You have reached the branch limit). Yours and orphaned: none.',
    )
  })

  it.each([423, 429, 500])('C5: HTTP %d', async (status) => {
    const { make, provider, server, pace } = await story()
    server.fail('POST', { status })
    await expect(make(provider)).rejects.toThrow(`PlanetScale is busy (HTTP ${status}) after 5 tries.`)
    expect(pace.waits).toEqual([1, 2, 4, 8])
    const made = server.lines().filter((line) => line.startsWith('POST')).length
    const looked = server.lines().filter((line) => line.startsWith('GET')).length
    expect([made, looked]).toEqual([5, 6])
  })

  it('C6: no answer', async () => {
    const { make, provider, server } = await story()
    server.fail('POST', 'hang')
    await expect(make(provider)).rejects.toThrow('No answer from PlanetScale; the branch may exist.')
  })

  it('C7: a branch that is gone is made anew', async () => {
    const { provide, server } = await story()
    const { databases } = await provide()
    server.branches.splice(1)
    const again = await provide(databases)
    expect(again.databases).toMatchObject([{ state: 'ready', nonce: databases[0]?.nonce }])
    expect(again.problems[0]?.message).toMatch(/^The PlanetScale branch of this worktree is gone\. Made a new fork\./)
  })
})

describe('destroying', () => {
  async function made() {
    const told = await story()
    const [record] = (await told.provide()).databases
    if (!record) throw new Error('no database')
    return { ...told, record }
  }

  it('is by the exact name with our nonce, and once', async () => {
    const { record, destroy, server } = await made()
    server.branches.push({
      ...server.branches[0],
      id: 'b-x',
      name: `${record.details?.name}-2`,
      production: false,
    } as never)
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(server.lines().at(-1)).toBe(`DELETE ${BRANCHES}/${record.details?.name}`)
    expect(server.branches.map(({ id }) => id)).toEqual(['b-main', 'b-x'])
    expect(await destroy(record)).toEqual({ result: 'already-gone' })
  })

  it('that the token may not do leaves it in the ledger (C2)', async () => {
    const { record, destroy, server } = await made()
    server.fail('DELETE', { status: 404, body: { code: 'not_found' } })
    await expect(destroy(record)).rejects.toThrow('the token lacks delete_branch')
    expect(server.branches).toHaveLength(2)
  })

  it('never takes the production branch, nor another name (E4)', async () => {
    const { record, destroy, server } = await made()
    const wrong = { ...record, details: { ...record.details, id: 'b-main', name: 'main' } }
    expect(await destroy(wrong)).toMatchObject({ result: 'refused' })
    expect(await destroy({ ...record, nonce: 'ffffffff' })).toMatchObject({
      result: 'refused',
      why: `Refusing to drop "${record.details?.name}": no mark.`,
    })
    expect(server.branches).toHaveLength(2)
  })
})
