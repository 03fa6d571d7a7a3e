/** kill -9 at every call to a service, before and after it did what it was asked: the next set-up ends in the same place. */
import { describe, expect, it } from 'vitest'
import type { WorktreeRecord } from '../../scripts/system/ledger.ts'
import { NEON_KEY, neonStandIn } from '../support/neon-stand-in.ts'
import { PLANETSCALE_TOKEN, planetscaleStandIn } from '../support/planetscale-stand-in.ts'
import { CLI, createRepository } from '../support/repository.ts'
import { start } from '../support/servers.ts'
import type { StandIn } from '../support/stand-in.ts'
import { TURSO_TOKEN, tursoStandIn } from '../support/turso-stand-in.ts'

interface Service {
  readonly server: StandIn
  readonly settings: object
  readonly env: Record<string, string>
  /** What was made and is there, without the source. */
  made(): readonly { readonly name: string; readonly secrets: number }[]
}

const SERVICES: Readonly<
  Record<string, { readonly calls: number; readonly posts: number[]; readonly open: () => Promise<Service> }>
> = {
  neon: {
    calls: 5,
    posts: [2],
    open: async () => {
      const server = await neonStandIn()
      server.settings.looks = 1
      return {
        server,
        settings: { provider: 'neon', neon: { project: 'p1', apiUrl: server.url } },
        env: { NEON_API_KEY: NEON_KEY },
        made: () => server.branches.slice(1).map(({ name }) => ({ name, secrets: 1 })),
      }
    },
  },
  planetscale: {
    calls: 5,
    posts: [2, 5],
    open: async () => {
      const server = await planetscaleStandIn()
      const planetscale = { organization: 'acme', database: 'shop', apiUrl: server.url }
      return {
        server,
        settings: { provider: 'planetscale', planetscale },
        env: { PLANETSCALE_SERVICE_TOKEN_ID: 'id', PLANETSCALE_SERVICE_TOKEN: PLANETSCALE_TOKEN },
        made: () => server.branches.slice(1).map(({ name, secrets }) => ({ name, secrets: secrets.length })),
      }
    },
  },
  turso: {
    calls: 5,
    posts: [3, 5],
    open: async () => {
      const server = await tursoStandIn()
      return {
        server,
        settings: { provider: 'turso', turso: { organization: 'acme', database: 'shop', apiUrl: server.url } },
        env: { TURSO_API_TOKEN: TURSO_TOKEN },
        made: () => server.databases.slice(1).map(({ Name }) => ({ name: Name, secrets: 1 })),
      }
    },
  },
}

/** A worktree whose set-up has a database to make, and what the ledger says of it. */
async function story({ settings, env }: Service) {
  const vars = 'turso' in settings ? ['TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'] : ['DATABASE_URL']
  const project = createRepository({
    '.gitignore': '.env*\n',
    'lanekeeper.json': JSON.stringify({ databases: { dev: { vars, ...settings } } }),
  })
  const lines = Object.entries({ ...env, DATABASE_URL: 'postgresql://owner:pw@h/app' })
  project.write(`${project.root}/.env`, lines.map(([name, value]) => `${name}='${value}'\n`).join(''))
  const root = project.path('search')
  project.git(['worktree', 'add', '-q', '--no-track', '-b', 'task/search', root])
  const records = () => {
    const ledger = `${project.root}/.git/lanekeeper/worktrees`
    const names = project.run('ls', [ledger]).stdout.trim().split('\n')
    return names.map((name) => JSON.parse(project.read(`${ledger}/${name}`)) as WorktreeRecord)
  }
  const lanekeeper = (args: readonly string[], cwd = root) => project.start(process.execPath, [CLI, ...args], { cwd })
  return { project, root, records, lanekeeper }
}

describe.each(Object.entries(SERVICES))('%s', (_name, { calls, posts, open }) => {
  it(`a whole set-up makes ${calls} calls`, async () => {
    const service = await open()
    const { lanekeeper, project, root } = await story(service)
    expect(await lanekeeper(['setup', '--json', '--wait'])).toMatchObject({ status: 0 })
    expect(service.server.lines()).toHaveLength(calls)
    expect(service.made()).toHaveLength(1)
    const shown = project.read(`${root}/.env.local`)
    expect(shown).toMatch(/pw-|jwt-/)
  })

  const moments = Array.from({ length: calls }, (_, n) => n + 1)
  it.each([...moments.map((n) => ['hang-after', n] as const), ...posts.map((n) => ['hang', n] as const)])(
    '%s at call %d, killed, set up again, removed',
    async (fault, n) => {
      const service = await open()
      const { server, made } = service
      const { root, records, lanekeeper, project } = await story(service)
      server.failAt(n, fault)
      const killed = start(['setup', '--json', '--wait'], root, project.env)
      await server.arrived(n)
      killed.child.kill('SIGKILL')
      await killed.ended
      const again = await lanekeeper(['setup', '--json', '--wait'])
      expect(again.status, again.stderr).toBe(0)
      expect(made()).toHaveLength(1)
      expect(made()[0]?.secrets).toBe(1)
      expect(records()).toMatchObject([{ databases: [{ state: 'ready', details: { name: made()[0]?.name } }] }])
      expect(await lanekeeper(['remove', root], project.root)).toMatchObject({ status: 0 })
      expect(made()).toEqual([])
    },
  )
})
