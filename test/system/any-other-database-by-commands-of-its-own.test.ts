/** The `command` provider, against "databases" that are files in a directory and commands that are lines of shell. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { command as provider } from '../../scripts/system/databases/command/command.ts'
import type { DatabaseRecord } from '../../scripts/system/ledger.ts'
import { cloudStory } from '../support/cloud-story.ts'

const CREATE = 'cp "databases/$LANEKEEPER_DB_SOURCE" "databases/$LANEKEEPER_DB_NAME" && echo made && echo warned >&2'
const URL = 'echo connecting; echo "mysql://app:s3cret@localhost:3306/$LANEKEEPER_DB_NAME"; echo'
const DESTROY = 'rm -f "databases/$LANEKEEPER_DB_NAME"'
const LIST = 'ls databases'
const MAIN = 'mysql://app:main-pw@localhost:3306/shop'

function story({ commands = {}, database = {}, vars = ['DATABASE_URL'], env = {} } = {}) {
  const command = { create: CREATE, url: URL, destroy: DESTROY, list: LIST, ...commands }
  const told = cloudStory({ provider: 'command', command, ...database }, { DATABASE_URL: MAIN, ...env }, vars)
  const { project } = told
  project.write(`${project.root}/databases/shop`, 'rows')
  const names = () => readdirSync(`${project.root}/databases`).sort()
  const logs = () => readdirSync(`${told.worktree.repository.stateDir}/logs`)
  return { ...told, names, logs }
}

/** The record of a database that was made, by the driver. */
async function made(told: ReturnType<typeof story>): Promise<DatabaseRecord> {
  const { databases, problems } = await told.provide()
  expect(problems).toEqual([])
  const [record] = databases
  if (!record) throw new Error('no database')
  return record
}

describe('a database by commands', () => {
  it('is made, its URL read, and only the values’ file has the password', async () => {
    const told = story()
    const record = await made(told)
    const name = record.details?.name
    expect(name).toMatch(/^shop_wt_search_[0-9a-f]{8}$/)
    expect(record).toMatchObject({
      state: 'ready',
      resource: `command:${name}`,
      source: 'command:shop',
      url: `mysql://app@localhost:3306/${name}`,
    })
    expect(told.values()).toEqual({ DATABASE_URL: `mysql://app:s3cret@localhost:3306/${name}` })
    expect(told.names()).toEqual(['shop', name])
    expect(told.saved.map(({ state }) => state)).toEqual(['planned', 'planned', 'created'])
    expect(JSON.stringify([record, told.saved])).not.toMatch(/s3cret|main-pw/)
  })

  it('keeps a log of what was said, without the URL', async () => {
    const told = story()
    const { details } = await made(told)
    const path = `${told.worktree.repository.stateDir}/logs/database-${details?.name}.log`
    expect(readFileSync(path, 'utf8')).toContain(`$ ${CREATE}\nmade\nwarned\n`)
    expect(readFileSync(path, 'utf8')).not.toContain('mysql:')
  })

  it('runs in the main worktree, and what it has to know is in its environment alone', async () => {
    const seen = 'env | grep ^LANEKEEPER_DB_ | sort > seen; pwd >> seen'
    const slug = "it's; touch injected"
    const told = story({ commands: { create: seen, list: undefined }, env: { DATABASE_URL: `${MAIN}?a='b'` } })
    await told.make(provider, { slug })
    const root = told.project.root
    expect(told.project.read(`${root}/seen`).trim().split('\n')).toEqual([
      'LANEKEEPER_DB_MODE=fork',
      'LANEKEEPER_DB_NAME=shop_wt_it_s_touch_injected_0a1b2c3d',
      'LANEKEEPER_DB_NONCE=0a1b2c3d',
      'LANEKEEPER_DB_ROLE=dev',
      'LANEKEEPER_DB_SOURCE=shop',
      expect.stringContaining(`LANEKEEPER_DB_SOURCE_URL=${MAIN}?a=`),
      `LANEKEEPER_DB_WORKTREE=${told.worktree.path}`,
      root,
    ])
    expect(existsSync(`${root}/injected`)).toBe(false)
  })

  it('fills variables that hold a part of the URL', async () => {
    const told = story({ vars: ['DATABASE_URL', 'DB_NAME', 'MYSQL_HOST'] })
    const { details } = await made(told)
    expect(told.values()).toMatchObject({ DB_NAME: details?.name, MYSQL_HOST: 'localhost' })
  })

  it('may be a prefix and no URL at all', async () => {
    const told = story({
      vars: ['REDIS_PREFIX'],
      commands: { create: 'true', url: 'echo "$LANEKEEPER_DB_NAME:"', list: undefined },
    })
    const record = await made(told)
    expect(record.url).toBe('')
    expect(told.values()).toEqual({ REDIS_PREFIX: `${record.details?.name}:` })
  })

  it('is left alone by the next set-up, and made anew when the list lacks it', async () => {
    const told = story()
    const record = await made(told)
    told.saved.length = 0
    expect((await told.provide([record])).databases).toEqual([record])
    expect(told.saved).toEqual([])
    told.project.run('rm', [`${told.project.root}/databases/${record.details?.name}`])
    const again = await told.provide([record])
    expect(again.databases).toMatchObject([{ state: 'ready', nonce: record.nonce }])
    expect(again.problems).toMatchObject([{ message: `${record.resource} was gone. Made a new one.` }])
    expect(told.names()).toContain(record.details?.name)
  })

  it('stays what it is while the list cannot be had', async () => {
    const told = story()
    const record = await made(told)
    told.project.run('mv', [`${told.project.root}/databases`, `${told.project.root}/away`])
    expect(await provider.inspect(record, told.request())).toBe('ours')
  })

  it('of a snapshot forks the snapshot', async () => {
    const told = story()
    const snapshot = await told.make(provider, { isSnapshot: true })
    expect(told.values()).toEqual({})
    told.project.write(`${told.project.root}/databases/${snapshot.details?.name}`, 'as it was')
    const fork = await told.make(provider, { from: snapshot, nonce: 'ffffffff' })
    expect(told.project.read(`${told.project.root}/databases/${fork.details?.name}`)).toBe('as it was')
  })
})

describe('a command that fails', () => {
  it('says itself, its status and its last words, without the secrets of the variables', async () => {
    const told = story({ commands: { create: 'echo "cannot reach $LANEKEEPER_DB_SOURCE_URL" >&2; exit 3' } })
    const { step, problems } = await told.provide()
    expect(step.message).toBe(
      'databases.dev.command.create (echo "cannot reach $LANEKEEPER_DB_SOURCE_URL" >&2; exit 3) exited with 3: cannot reach ***',
    )
    expect(problems[0]?.hint).toMatch(/^Output: .*\.log\nOnce mended: npx lanekeeper setup$/)
  })

  it('`url` that prints nothing is a failure, and what it printed before is in no message', async () => {
    const told = story({ commands: { url: 'echo' } })
    expect((await told.provide()).step.message).toBe('databases.dev.command.url (echo) printed nothing')
    const leaky = story({ commands: { url: 'echo mysql://u:s3cret@h/x; echo why >&2; exit 1' } })
    const { step } = await leaky.provide()
    expect(step.message).toMatch(/exited with 1: why$/)
  })

  it('without commands there is nothing to run', async () => {
    const told = story({ database: { command: undefined } })
    expect((await told.provide()).step.message).toBe('databases.dev has no commands.')
  })

  it('half-way is started over with the same name: destroyed, then created', async () => {
    const half = 'test -e broken && { echo half > "databases/$LANEKEEPER_DB_NAME"; exit 1; }; '
    const told = story({ commands: { create: half + CREATE.replace('cp ', 'cp -n ') } })
    told.project.write(`${told.project.root}/broken`, '')
    const first = await told.provide()
    expect(first.step.state).toBe('failed')
    told.project.run('rm', [`${told.project.root}/broken`])
    const second = await told.provide(first.databases)
    expect(second.databases).toMatchObject([{ state: 'ready', nonce: first.databases[0]?.nonce }])
    expect(told.project.read(`${told.project.root}/databases/${second.databases[0]?.details?.name}`)).toBe('rows')
  })
})

describe('after a crash', () => {
  it('at `planned` it is made once', async () => {
    const told = story()
    await made(told)
    const planned = told.saved[0]
    if (!planned) throw new Error('nothing planned')
    expect((await told.provide([planned])).databases).toMatchObject([{ state: 'ready', nonce: planned.nonce }])
    expect(told.names()).toHaveLength(2)
  })

  it('at `created` only the URL is asked for', async () => {
    const told = story()
    const { details } = await made(told)
    const created = told.saved.at(-1)
    if (!created) throw new Error('nothing created')
    told.project.write(`${told.project.root}/databases/${details?.name}`, 'used already')
    expect((await told.provide([created])).databases).toMatchObject([{ state: 'ready' }])
    expect(told.project.read(`${told.project.root}/databases/${details?.name}`)).toBe('used already')
  })
})

describe('what the worktree wrote', () => {
  it.each([LIST, undefined])(
    'survives lost values, and a URL that cannot be had for a while (list: %s)',
    async (list) => {
      const told = story({ commands: { list, url: `test -e away && exit 1; ${URL}` } })
      const record = await made(told)
      const { project, worktree, values } = told
      const file = `${project.root}/databases/${record.details?.name}`
      project.write(file, 'used already')
      project.run('rm', ['-r', `${worktree.repository.stateDir}/values`])
      project.write(`${project.root}/away`, '')
      const failed = await told.provide([record])
      expect(failed.databases).toMatchObject([{ state: 'failed' }])
      project.run('rm', [`${project.root}/away`])
      const again = await told.provide(failed.databases)
      expect(again.databases).toMatchObject([{ state: 'ready' }])
      expect(again.problems).toEqual([])
      expect(values().DATABASE_URL).toContain(record.details?.name)
      expect(project.read(file)).toBe('used already')
    },
  )

  it.each([LIST, undefined])('goes with a database that was being destroyed (list: %s)', async (list) => {
    const told = story({ commands: { list } })
    const record = await made(told)
    const file = `${told.project.root}/databases/${record.details?.name}`
    told.project.write(file, 'used already')
    const again = await told.provide([{ ...record, state: 'destroying' }])
    expect(again.databases).toMatchObject([{ state: 'ready' }])
    expect(told.project.read(file)).toBe('rows')
  })

  it('a crash while it is made anew leaves nothing half', async () => {
    const told = story()
    const record = await made(told)
    const file = `${told.project.root}/databases/${record.details?.name}`
    told.project.run('rm', [file])
    told.saved.length = 0
    await told.provide([record])
    const [, begun] = told.saved
    if (!begun) throw new Error('nothing was saved')
    expect(begun).not.toHaveProperty('mark')
    told.project.write(file, 'half')
    expect((await told.provide([begun])).databases).toMatchObject([{ state: 'ready' }])
    expect(told.project.read(file)).toBe('rows')
  })
})

describe('destroying', () => {
  it('runs the command once, and takes the log along', async () => {
    const told = story()
    const record = await made(told)
    expect(await told.destroy(record)).toEqual({ result: 'destroyed' })
    expect(told.names()).toEqual(['shop'])
    expect(told.values()).toEqual({})
    expect(await told.destroy(record)).toEqual({ result: 'already-gone' })
    expect(told.logs()).toEqual([])
  })

  it('runs the command for what the list leaves out, too', async () => {
    const told = story({ commands: { list: 'test -e stopped || ls databases' } })
    const record = await made(told)
    told.project.write(`${told.project.root}/stopped`, '')
    expect(await told.destroy(record)).toEqual({ result: 'already-gone' })
    expect(told.names()).toEqual(['shop'])
  })

  it('works after the settings are gone', async () => {
    const told = story()
    const record = await made(told)
    told.project.commit({ 'lanekeeper.json': '{}' })
    expect(await told.destroy(record)).toEqual({ result: 'destroyed' })
    expect(told.names()).toEqual(['shop'])
  })

  it('that fails, or does nothing, keeps the record', async () => {
    const told = story({ commands: { destroy: 'test -e broken && exit 7; true' } })
    const record = await made(told)
    told.project.write(`${told.project.root}/broken`, '')
    await expect(told.destroy(record)).rejects.toThrow('exited with 7')
    told.project.run('rm', [`${told.project.root}/broken`])
    expect(await told.destroy(record)).toMatchObject({
      result: 'refused',
      why: expect.stringContaining('still in the list'),
    })
  })

  it('never runs for a name without our nonce', async () => {
    const told = story()
    const record = await made(told)
    const wrong = { ...record, details: { ...record.details, name: 'shop' } }
    expect(await told.destroy(wrong)).toEqual({ result: 'refused', why: 'Refusing to drop "shop": no mark.' })
    expect(told.names()).toContain('shop')
  })
})
