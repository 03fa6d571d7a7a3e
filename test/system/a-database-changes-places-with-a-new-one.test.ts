/**
 * Kinds that cannot be filled again in place: the new one first, the swap in one write of the ledger, and the old one
 * last, once nothing names it. Killed at any save (the ledger as it was then), the next sweep leaves one whole database.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sweepUnknown } from '../../scripts/removal/sweep-databases.ts'
import { makeAside, type RoleWork, requestOf, sweepAside } from '../../scripts/system/databases/aside.ts'
import type { Destruction, Owner } from '../../scripts/system/databases/provider.ts'
import { type Content, replaceDatabase } from '../../scripts/system/databases/replacing.ts'
import { readValues } from '../../scripts/system/databases/values.ts'
import { cloneId } from '../../scripts/system/identity.ts'
import { type DatabaseRecord, readRecord, type WorktreeRecord, writeRecord } from '../../scripts/system/ledger.ts'
import { openPathStates } from '../../scripts/system/path-states.ts'
import type { Repository } from '../../scripts/system/repository.ts'
import { folderDatabases } from '../support/folder-databases.ts'
import { linkedWorktree } from '../support/provisioned.ts'
import { createRepository } from '../support/repository.ts'

async function story() {
  const project = createRepository({
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars: ['DATABASE_URL'] } } }),
  })
  const source = project.write(project.path('source'), 'no mark\nfrom source')
  const folder = project.path('server')
  const provider = folderDatabases(folder, source)
  const { repository, policy, record } = linkedWorktree(project)
  const settings = policy.settings.databases.dev
  if (!settings) throw new Error('no settings')
  const owner = { id: record().id, clone: cloneId(repository) }
  const states = openPathStates(repository, policy.settings, [])
  const work: RoleWork = { repository, policy, owner, slug: 'search', states, role: 'dev', settings, provider }
  writeRecord(repository, { ...record(), clone: owner.clone })
  const made = await makeAside(work, requestOf(work))
  const { createdAt: _, ...database } = made
  writeRecord(repository, { ...record([database]), clone: owner.clone, aside: [] })
  const now = () => readRecord(repository, owner.id) as WorktreeRecord
  const current = () => now().databases[0] as DatabaseRecord
  const destroy = async (_repository: Repository, by: Owner, one: DatabaseRecord): Promise<Destruction> =>
    provider.destroy(one, { ...requestOf(work), owner: by }, {})
  return {
    project,
    folder,
    work,
    now,
    current,
    replace: (content: Content) => replaceDatabase(work, current(), content),
    sweep: async () => sweepAside(repository, now(), undefined, { destroy }),
    content: () => readFileSync(current().resource, 'utf8').split('\n')[1],
    url: () => readValues(repository, owner.id, current()).DATABASE_URL,
    names: () =>
      readdirSync(folder)
        .filter((name) => !name.endsWith('.busy'))
        .sort(),
  }
}

describe('a reset', () => {
  it('ends with one new database under another name, its password in its own values', async () => {
    const one = await story()
    const before = one.current()
    writeFileSync(before.resource, readFileSync(before.resource, 'utf8').replace('from source', 'changed'))
    await one.replace({ kind: 'source' })
    expect(one.current()).toMatchObject({ state: 'ready' })
    expect(one.current().nonce).not.toBe(before.nonce)
    // both are there, and the ledger knows both, until nothing names the old one
    expect(one.now().aside).toMatchObject([{ nonce: before.nonce, state: 'destroying' }])
    expect(one.names()).toHaveLength(2)
    expect((await one.sweep()).refused).toEqual([])
    expect(one.names()).toEqual([`app_${one.current().nonce}`])
    expect(one.content()).toBe('from source')
    expect(one.url()).toBe(`folder://u:secret@host/app_${one.current().nonce}`)
    expect(one.now().aside).toEqual([])
    expect(JSON.stringify(one.now())).not.toContain('secret')
  })

  it('to nothing says so to the seeds', async () => {
    const one = await story()
    await one.replace({ kind: 'empty' })
    expect(one.current()).toMatchObject({ isEmpty: true })
    expect(one.content()).toBe('')
  })

  it('while somebody is connected to the old one: it stays in the ledger, and a later sweep finishes it', async () => {
    const one = await story()
    const busy = `${one.current().resource}.busy`
    writeFileSync(busy, '')
    await one.replace({ kind: 'source' })
    expect((await one.sweep()).refused).toMatchObject([{ why: 'it has 1 open connection' }])
    expect(one.now().aside).toMatchObject([{ state: 'destroying', message: 'it has 1 open connection' }])
    one.project.run('rm', [busy])
    expect((await one.sweep()).refused).toEqual([])
    expect(one.names()).toHaveLength(1)
  })

  it('that fails leaves the old one, and nothing of the new', async () => {
    const one = await story()
    const before = one.current()
    one.project.run('rm', [one.project.path('source')])
    await expect(one.replace({ kind: 'source' })).rejects.toThrow()
    await one.sweep()
    expect(one.current()).toEqual(before)
    expect(one.names()).toEqual([`app_${before.nonce}`])
  })
})

it('a restore makes a new one out of the snapshot, which stays', async () => {
  const one = await story()
  const request = requestOf(one.work, { from: one.current(), isSnapshot: true })
  const snapshot = await makeAside(one.work, request, 'x')
  await one.replace({ kind: 'empty' })
  await one.sweep()
  await one.replace({ kind: 'snapshot', snapshot })
  await one.sweep()
  expect(one.content()).toBe('from source')
  expect(one.names()).toEqual([`app_${one.current().nonce}`, `snapshot_${snapshot.nonce}`])
})

it.each([1, 2, 3])('killed at save %i: the old one or the new one, whole, and no other', async (nth) => {
  const one = await story()
  const before = one.current()
  const { make } = one.work.provider
  let saves = 0
  // the process ends where a save would have returned
  const provider = {
    ...one.work.provider,
    make: ((planned, request, keeper) =>
      make(planned, request, {
        ...keeper,
        save: (record) => {
          keeper.save(record)
          if (++saves === nth - 1) throw new Error('killed')
        },
      })) as typeof make,
  }
  if (nth === 1) provider.make = async () => Promise.reject(new Error('killed'))
  await replaceDatabase({ ...one.work, provider }, before, { kind: 'source' }).catch(() => {})
  await one.sweep()
  expect(one.names()).toEqual([`app_${one.current().nonce}`])
  expect(one.current().nonce === before.nonce).toBe(nth < 3)
  expect(one.url()).toContain(one.current().nonce)
  expect(one.now().aside).toEqual([])
})

describe('a mark of this clone that is in no ledger', () => {
  it('is listed with the command, and goes only with --yes; others are not even listed', async () => {
    const { work, folder, names, current } = await story()
    const { repository, policy, owner, provider } = work
    writeFileSync(join(folder, 'app_lost'), `${owner.clone} gone 11111111\ndata`)
    writeFileSync(join(folder, 'app_other'), 'anotherclone gone 22222222\ndata')
    writeFileSync(join(folder, 'app_unmarked'), 'data')
    const sweep = (yes: boolean, dryRun = false) =>
      sweepUnknown({ repository, policy, dryRun }, yes, async () => provider)
    const lost = `database ${join(folder, 'app_lost')}`
    const before = names()
    expect(await sweep(false)).toEqual({
      removed: [],
      kept: [{ what: lost, why: "it carries this clone's mark, but is in no ledger: npx lanekeeper gc --yes" }],
    })
    expect(await sweep(true, true)).toMatchObject({ removed: [{ what: lost }], kept: [] })
    expect(names()).toEqual(before)
    expect(await sweep(true)).toMatchObject({ removed: [{ what: lost }], kept: [] })
    expect(names()).toEqual([`app_${current().nonce}`, 'app_other', 'app_unmarked'].sort())
  })
})
