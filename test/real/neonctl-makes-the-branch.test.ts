/** The real neonctl, logged in and without a key, against the same stand-in as the API. It starts slowly, hence here. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { neonAt } from '../../scripts/system/databases/services/neon/neon.ts'
import { cloudStory, NO_KEEPER, testPace } from '../support/cloud-story.ts'
import { NEON_KEY, neonStandIn } from '../support/neon-stand-in.ts'
import { PROJECT_ROOT } from '../support/repository.ts'

const MAIN = 'postgresql://owner:main-pw@ep-main-pooler.eu.neon.tech/app?sslmode=require'

/** @param login what neonctl keeps of a login; null where nobody logged in */
async function story({ login = NEON_KEY as string | null, database = {}, vars = ['DATABASE_URL', 'DIRECT_URL'] } = {}) {
  const server = await neonStandIn()
  const settings = { provider: 'neon', neon: { project: 'p1', apiUrl: server.url }, ...database }
  const told = cloudStory(settings, { DATABASE_URL: MAIN }, vars)
  const { project } = told
  mkdirSync(join(project.root, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(join(PROJECT_ROOT, 'node_modules/.bin/neonctl'), join(project.root, 'node_modules/.bin/neonctl'))
  if (login !== null)
    project.write(
      join(project.env.XDG_CONFIG_HOME ?? '', 'neonctl', 'credentials.json'),
      JSON.stringify({ access_token: login, expires_at: Date.now() + 86_400_000, user_id: 'u' }),
    )
  const pace = { ...testPace(Date.now()), callMs: 30_000 }
  return { ...told, server, pace, provider: neonAt(pace), fork: () => server.branches[1] }
}

describe('neonctl', () => {
  it('makes, finds again, renews and deletes a branch', async () => {
    const { make, provider, fork, values, saved, request, server, destroy } = await story()
    const record = await make(provider)
    expect(record).toMatchObject({ state: 'ready', resource: 'neon:p1/wt-search-0a1b2c3d', mark: fork()?.id })
    expect(fork()).toMatchObject({
      parent_id: 'br-main',
      annotation: { tool: 'lanekeeper', clone: 'bbbb', wt: 'aaaa', nonce: '0a1b2c3d' },
    })
    expect(fork()?.expires_at).toBeDefined()
    expect(values()).toEqual({
      DATABASE_URL: 'postgresql://owner:pw-br-cool-lake-1@ep-br-cool-lake-1-pooler.eu.neon.tech/app?sslmode=require',
      DIRECT_URL: expect.stringMatching(
        /^postgresql:\/\/owner:pw-br-cool-lake-1@ep-br-cool-lake-1\.eu\.neon\.tech\/app\?sslmode=require/,
      ),
    })
    expect(JSON.stringify([record, saved])).not.toMatch(/pw-|napi/)
    await make(provider)
    expect(server.branches).toHaveLength(2)
    expect(await provider.inspect(record, request())).toBe('ours')
    const old = { ...record, details: { ...record.details, expires: '2020-01-01T00:00:00Z' } }
    expect((await provider.uphold?.(old, request(), NO_KEEPER))?.details?.expires).toMatch(/^20[2-9]\d-/)
    expect(await destroy(record)).toEqual({ result: 'destroyed' })
    expect(server.branches).toHaveLength(1)
    expect(await provider.inspect(record, request())).toBe('missing')
  })

  it('makes an empty database on it for mode "empty"', async () => {
    const { make, provider, fork } = await story({ database: { mode: 'empty' }, vars: ['DATABASE_URL'] })
    await make(provider)
    expect(fork()?.databases).toEqual(['app', 'wt_0a1b2c3d'])
  })

  it('that nobody logged in with opens no browser (C1)', async () => {
    const { make, provider, server } = await story({ login: null })
    await expect(make(provider)).rejects.toThrow('NEON_API_KEY is not set.')
    expect(server.calls).toEqual([])
  })

  it('with a login that is refused (C2)', async () => {
    const { make, provider, server } = await story({ login: 'other' })
    await expect(make(provider)).rejects.toThrow('Neon rejected the credentials (HTTP 401).')
    expect(server.branches).toHaveLength(1)
  })

  it.each([
    ['limit', { status: 422, body: { message: 'branches limit exceeded' } }, 'Neon: branch limit reached'],
    ['busy', { status: 500, body: { message: 'internal' } }, 'Neon is busy (HTTP 500) after 5 tries.'],
    ['cut', 'cut', 'No answer from Neon; the branch may exist.'],
  ] as const)('%s', async (_, fault, said) => {
    const { make, provider, server } = await story()
    server.fail('POST', fault)
    await expect(make(provider)).rejects.toThrow(said)
    expect(server.branches).toHaveLength(1)
  })

  it('cut after it was made: found by its name, and adopted', async () => {
    const { make, provider, server, fork } = await story({ vars: ['DATABASE_URL'] })
    server.fail('POST', 'cut-after', 1)
    expect(await make(provider)).toMatchObject({ state: 'ready', mark: fork()?.id })
    expect(server.branches).toHaveLength(2)
  })
})
