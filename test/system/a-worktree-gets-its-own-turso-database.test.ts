import { describe, expect, it } from 'vitest'
import { tursoAt } from '../../scripts/system/databases/services/turso/turso.ts'
import { cloudStory, testPace } from '../support/cloud-story.ts'
import { TURSO_TOKEN, tursoStandIn } from '../support/turso-stand-in.ts'

const DATABASES = '/organizations/acme/databases'
const NAME = 'shop-wt-search-0a1b2c3d'

async function story({ turso = {}, env = {}, database = {}, vars = ['TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'] } = {}) {
  const server = await tursoStandIn()
  const told = cloudStory(
    { provider: 'turso', turso: { organization: 'acme', apiUrl: server.url, ...turso }, ...database },
    {
      TURSO_API_TOKEN: TURSO_TOKEN,
      TURSO_DATABASE_URL: 'libsql://shop-acme.turso.io',
      TURSO_AUTH_TOKEN: 'main-token',
      ...env,
    },
    vars,
  )
  const pace = testPace()
  return { ...told, server, pace, provider: tursoAt(pace) }
}

describe('a database of its own', () => {
  it('is seeded from the one that the URL names, in its group, with a token of its own', async () => {
    const { make, provider, server, values, saved } = await story()
    const record = await make(provider)
    expect(record).toMatchObject({
      state: 'ready',
      resource: `turso:acme/${NAME}`,
      source: 'turso:acme/shop',
      url: `libsql://${NAME}-acme.turso.io`,
      mark: 'd-1',
    })
    expect(server.databases.at(-1)).toMatchObject({ Name: NAME, group: 'eu', seed: 'shop' })
    expect(values()).toEqual({
      TURSO_DATABASE_URL: `libsql://${NAME}-acme.turso.io`,
      TURSO_AUTH_TOKEN: `jwt-${NAME}-2`,
    })
    expect(JSON.stringify([saved, record])).not.toMatch(/jwt-|main-token|secret/)
  })

  it('gets no token where no variable asks for one', async () => {
    const { make, provider, server, values } = await story({ vars: ['TURSO_DATABASE_URL'] })
    await make(provider)
    expect(values()).toEqual({ TURSO_DATABASE_URL: `libsql://${NAME}-acme.turso.io` })
    expect(server.lines().filter((line) => line.includes('tokens'))).toEqual([])
  })

  it('keeps the form of the source’s URL, its token replaced', async () => {
    const { make, provider, values } = await story({
      vars: ['TURSO_DATABASE_URL'],
      env: { TURSO_DATABASE_URL: 'wss://shop-acme.aws-eu-west-1.turso.io?tls=1&authToken=main-token' },
    })
    await make(provider)
    expect(values().TURSO_DATABASE_URL).toBe(`wss://${NAME}-acme.turso.io?tls=1&authToken=jwt-${NAME}-2`)
  })

  it('with mode "empty" has no seed', async () => {
    const { make, provider, server } = await story({ database: { mode: 'empty' } })
    await make(provider)
    expect(server.databases.at(-1)).toMatchObject({ Name: NAME, group: 'eu', seed: undefined })
  })

  it('is left alone by the next set-up, and made anew when it is gone (C7)', async () => {
    const { provide, server } = await story()
    const { databases } = await provide()
    server.calls.length = 0
    expect((await provide(databases)).databases).toEqual(databases)
    expect(server.lines()).toEqual([`GET ${DATABASES}/${databases[0]?.details?.name}`])
    server.databases.splice(1)
    const again = await provide(databases)
    expect(again.databases).toMatchObject([{ state: 'ready', mark: 'd-3' }])
    expect(again.problems[0]?.message).toBe('The Turso branch of this worktree is gone. Made a new fork.')
  })
})

describe('what Turso says, in our words', () => {
  it('C1', async () => {
    const { provide } = await story({ env: { TURSO_API_TOKEN: '' } })
    expect((await provide()).step.message).toBe('TURSO_API_TOKEN is not set.')
  })

  it.each<[string, object, string]>([
    ['no organization', { turso: undefined }, 'databases.dev names no Turso organization.'],
    ['no database', { turso: { organization: 'other' } }, "No variable of dev names a database of Turso's other."],
    [
      'a source that is not there',
      { turso: { database: 'nope' } },
      'Turso has no database "nope" in this organization.',
    ],
  ])('%s', async (_, change, message) => {
    const { provide } = await story('turso' in change && change.turso === undefined ? { database: change } : change)
    expect((await provide()).step.message).toBe(message)
  })

  it.each([401, 403])('C2: HTTP %d', async (status) => {
    const { make, provider, server } = await story()
    server.fail('GET', { status, body: { error: `no: ${TURSO_TOKEN}` } })
    await expect(make(provider)).rejects.toThrow(`Turso rejected the credentials (HTTP ${status}).`)
  })

  it('C4', async () => {
    const { make, provider, server } = await story()
    server.fail('POST', { status: 403, body: { error: `database limit reached, ${TURSO_TOKEN}` } })
    await expect(make(provider)).rejects.toThrow('Turso: branch limit reached (database limit reached, ***).')
  })

  it.each([423, 429, 500])('C5: HTTP %d, for the database and for its token', async (status) => {
    const { make, provider, server, pace } = await story()
    server.fail(/tokens/, { status })
    await expect(make(provider)).rejects.toThrow(`Turso is busy (HTTP ${status}) after 5 tries.`)
    expect(pace.waits).toEqual([1, 2, 4, 8])
    server.databases.splice(1)
    server.fail(/^POST .*databases$/, { status })
    await expect(make(provider)).rejects.toThrow(`Turso is busy (HTTP ${status}) after 5 tries.`)
    expect(server.databases).toHaveLength(1)
  })

  it.each(['hang-after', 'cut-after'] as const)('C6: %s, found and adopted', async (fault) => {
    const { make, provider, server } = await story()
    server.fail('POST', fault, 1)
    expect(await make(provider)).toMatchObject({ state: 'ready', mark: 'd-1' })
    expect(server.databases).toHaveLength(2)
  })

  it.each(['hang', 'cut'] as const)('C6: %s', async (fault) => {
    const { make, provider, server } = await story()
    server.fail('POST', fault)
    await expect(make(provider)).rejects.toThrow('No answer from Turso; the branch may exist.')
    expect(server.databases).toHaveLength(1)
  })
})

describe('destroying', () => {
  it('is by the exact name with our nonce, and once; the source stays whatever the ledger says', async () => {
    const { provide, destroy, server } = await story()
    const [record] = (await provide()).databases
    if (!record) throw new Error('no database')
    const wrong = { ...record, details: { ...record.details, id: 'd-shop', name: 'shop' } }
    expect(await destroy(wrong)).toMatchObject({
      result: 'refused',
      why: expect.stringContaining('it is the source of'),
    })
    expect(await destroy({ ...record, nonce: 'ffffffff' })).toMatchObject({ result: 'refused' })
    expect(server.databases).toHaveLength(2)
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(await destroy(record)).toEqual({ result: 'already-gone' })
    expect(server.databases.map(({ Name }) => Name)).toEqual(['shop'])
  })
})
