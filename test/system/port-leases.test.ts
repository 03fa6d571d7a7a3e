import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { arePortsFree } from '../../scripts/system/free-port.ts'
import {
  type Leaseholder,
  leasePorts,
  portRegistry,
  readLease,
  releasePorts,
  takeBlock,
} from '../../scripts/system/port-leases.ts'
import { sweepLeases } from '../../scripts/system/stale-leases.ts'
import { createPlace, type Place, PROJECT_ROOT } from '../support/repository.ts'

const settings = { range: [20000, 29999], size: 10 } as const
const free = async () => true
const DAY_MS = 24 * 60 * 60_000

function place(): { place: Place; registry: string } {
  const here = createPlace()
  return { place: here, registry: join(here.dir, 'ports') }
}

/** A holder whose worktree really is there: git dir and id file. */
function holder(here: Place, name: string): Leaseholder {
  const commonDir = join(here.dir, 'repo/.git')
  const gitDir = join(commonDir, 'worktrees', name)
  mkdirSync(join(gitDir, 'lanekeeper'), { recursive: true })
  writeFileSync(join(gitDir, 'lanekeeper/id'), `${name}\n`)
  return { worktree: name, clone: 'c', gitDir, commonDir, path: join(here.dir, name) }
}

it('takes the lowest free block, complete and private, and gives it back to nobody but its holder', async () => {
  const { place: here, registry } = place()
  const one = await leasePorts(registry, settings, holder(here, 'a'), free)
  const two = await leasePorts(registry, settings, holder(here, 'b'), free)
  expect([one.first, two.first]).toEqual([20000, 20010])
  expect(readLease(one.lease)).toMatchObject({ worktree: 'a', clone: 'c', path: join(here.dir, 'a'), size: 10 })
  expect(releasePorts(one, 'b')).toBe(false)
  expect(existsSync(one.lease)).toBe(true)
  expect(releasePorts(one, 'a')).toBe(true)
  expect(releasePorts(one, 'a')).toBe(false)
  expect((await leasePorts(registry, settings, holder(here, 'd'), free)).first).toBe(20000)
  expect(readdirSync(registry).sort()).toEqual(['20000', '20010'])
})

describe.each([
  ['the kernel tells', undefined],
  ['get-port tries', ['/nowhere']],
])('a block that somebody listens on, as %s', (_, tables) => {
  it.each(['127.0.0.1', '::', '0.0.0.0'])('at %s is passed over', async (host) => {
    const { place: here, registry } = place()
    const server = createServer()
    const port = await new Promise<number>((done) =>
      server.listen(0, host, () => done((server.address() as { port: number }).port)),
    )
    const range = { range: [port, port + 1], size: 1 } as const
    try {
      const block = await leasePorts(registry, range, holder(here, 'a'), (first) =>
        first === port ? arePortsFree([first], tables) : Promise.resolve(true),
      )
      expect(block.first).toBe(port + 1)
      expect(readdirSync(registry)).toEqual([String(port + 1)])
    } finally {
      await new Promise((done) => server.close(done))
    }
    expect(await arePortsFree([port], tables)).toBe(true)
    expect(await arePortsFree([port], tables)).toBe(true)
  })
})

it('blocks of other sizes never overlap', async () => {
  const { place: here, registry } = place()
  const wide = await leasePorts(registry, { range: [20000, 20099], size: 25 }, holder(here, 'wide'), free)
  const small = await leasePorts(registry, { range: [20000, 20099], size: 10 }, holder(here, 'small'), free)
  expect(wide.first).toBe(20000)
  expect(small.first).toBe(20030)
  expect(takeBlock(registry, 20025, 10, holder(here, 'x'))).toBeNull()
  expect(readdirSync(registry).sort()).toEqual(['20000', '20030'])
})

describe('a full range', () => {
  const two = { range: [20000, 20019], size: 10 } as const

  it('is swept, and only then', async () => {
    const { place: here, registry } = place()
    const gone = holder(here, 'gone')
    await leasePorts(registry, two, gone, free)
    here.run('rm', ['-rf', gone.gitDir])
    expect((await leasePorts(registry, two, holder(here, 'a'), free)).first).toBe(20010)
    expect((await leasePorts(registry, two, holder(here, 'b'), free)).first).toBe(20000)
  })

  it('of living worktrees is an error that says who and what to do', async () => {
    const { place: here, registry } = place()
    for (const name of ['a', 'b']) await leasePorts(registry, two, holder(here, name), free)
    await expect(leasePorts(registry, two, holder(here, 'c'), free)).rejects.toMatchObject({
      code: 'port',
      message: 'All 2 port blocks from 20000 to 20019 are taken by living worktrees or in use.',
      hint: expect.stringContaining('npx lanekeeper gc'),
    })
    expect(readdirSync(registry).sort()).toEqual(['20000', '20010'])
  })
})

describe('sweeping', () => {
  it('takes what has no worktree, and keeps what may have one', async () => {
    const { place: here, registry } = place()
    const [alive, gone, replaced] = ['alive', 'gone', 'replaced'].map((name) => holder(here, name)) as [
      Leaseholder,
      Leaseholder,
      Leaseholder,
    ]
    const unmounted = { ...holder(here, 'x'), commonDir: '/nowhere/.git', gitDir: '/nowhere/.git/worktrees/x' }
    for (const one of [alive, gone, replaced, unmounted]) await leasePorts(registry, settings, one, free)
    here.run('rm', ['-rf', gone.gitDir])
    writeFileSync(join(replaced.gitDir, 'lanekeeper/id'), 'another\n')
    const firsts = async (options: Parameters<typeof sweepLeases>[1]) =>
      (await sweepLeases(registry, options)).map(({ first }) => first)
    expect(await firsts({ dryRun: true })).toEqual([20010, 20020])
    expect(readdirSync(registry)).toHaveLength(4)
    writeFileSync(join(registry, '.20000.1.aa.tmp'), 'left by a kill -9')
    expect(await firsts({})).toEqual([20010, 20020])
    expect(readdirSync(registry).sort()).toEqual(['.20000.1.aa.tmp', '20000', '20030'])
    await sweepLeases(registry, { now: Date.now() + 61 * 60_000 })
    expect(readdirSync(registry).sort()).toEqual(['20000', '20030'])
    expect(await firsts({ now: Date.now() + 29 * DAY_MS })).toEqual([])
    expect(await firsts({ now: Date.now() + 31 * DAY_MS })).toEqual([20030])
  })
})

it.each([
  [{ XDG_STATE_HOME: '/s', HOME: '/h' }, '/s/lanekeeper/ports'],
  [{ XDG_STATE_HOME: 'relative', HOME: '/h' }, '/h/.local/state/lanekeeper/ports'],
  [{ HOME: '/h' }, '/h/.local/state/lanekeeper/ports'],
])('the registry of %j is %s', (env, path) => {
  expect(portRegistry(env)).toBe(path)
})

describe('fifty processes at once', () => {
  let program = ''
  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { leasePorts } from './scripts/system/port-leases.ts'
          const [registry, name, start] = process.argv.slice(2)
          const holder = { worktree: name, clone: 'c', gitDir: '/g/' + name, commonDir: '/g', path: '/p' }
          const lease = () => leasePorts(registry, { range: [20000, 29999], size: 10 }, holder, async () => true)
          setTimeout(() => lease().then(({ first }) => process.stdout.write(String(first))), Number(start) - Date.now())`,
        resolveDir: PROJECT_ROOT,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      write: false,
    })
    program = outputFiles[0]?.text ?? ''
  })

  it('get fifty blocks, the lowest fifty', async () => {
    const { place: here, registry } = place()
    const file = here.write('lease.cjs', program)
    const start = String(Date.now() + 2500)
    const firsts = await Promise.all(
      Array.from({ length: 50 }, (_, index) => output(file, [registry, `w${index}`, start])),
    )
    expect(firsts.map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => 20000 + index * 10),
    )
    expect(readdirSync(registry)).toHaveLength(50)
  })
})

function output(file: string, args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk) => (text += chunk))
    child.on('error', fail)
    child.on('close', () => done(text))
  })
}
