/**
 * The smallest kind of database that changes places: a folder stands for a server, each file in it for a database, and its
 * first line is the mark. While `<name>.busy` is there, somebody is connected and the database cannot be dropped.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Access, DatabaseProvider, DatabaseRequest } from '../../scripts/system/databases/provider.ts'
import type { DatabaseRecord } from '../../scripts/system/ledger.ts'

const contentOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(1).join('\n')
const markOf = ({ owner }: Pick<Access, 'owner'>, nonce: string) => `${owner.clone} ${owner.id} ${nonce}`

export function folderDatabases(folder: string, source: string): DatabaseProvider {
  mkdirSync(folder, { recursive: true })
  const recordOf = ({ role, settings, from, isSnapshot, nonce }: DatabaseRequest): DatabaseRecord => ({
    role,
    provider: 'folder',
    state: 'planned',
    nonce,
    resource: join(folder, `${isSnapshot ? 'snapshot' : 'app'}_${nonce}`),
    source: settings.mode === 'empty' ? '' : (from?.resource ?? source),
    url: `folder://host/app_${nonce}`,
    vars: settings.vars,
  })
  return {
    plan: async (request) => ({ kind: 'make', record: recordOf(request), bytes: 1 }),
    make: async (planned, request, { save, keepValues }) => {
      const content = planned.source === '' ? '' : contentOf(planned.source)
      writeFileSync(planned.resource, `${markOf(request, planned.nonce)}\n${content}`)
      save({ ...planned, state: 'created' })
      if (!request.isSnapshot) keepValues({ DATABASE_URL: `folder://u:secret@host/app_${planned.nonce}` })
      return { ...planned, state: 'ready' }
    },
    inspect: async ({ resource }) => (existsSync(resource) ? 'ours' : 'missing'),
    destroy: async ({ resource, nonce }, access) => {
      if (!existsSync(resource)) return { result: 'already-gone' }
      if (existsSync(`${resource}.busy`)) return { result: 'refused', why: 'it has 1 open connection' }
      if (!readFileSync(resource, 'utf8').startsWith(`${markOf(access, nonce)}\n`))
        return { result: 'refused', why: 'its mark is not ours' }
      rmSync(resource)
      return { result: 'destroyed' }
    },
    listOwned: async () =>
      readdirSync(folder).map((name) => {
        const [clone = '', id = '', nonce = ''] =
          readFileSync(join(folder, name), 'utf8').split('\n')[0]?.split(' ') ?? []
        const resource = join(folder, name)
        const record = {
          role: 'dev',
          provider: 'folder',
          state: 'ready',
          nonce,
          resource,
          source: '',
          url: '',
          vars: [],
        } as const
        return { owner: { clone, id }, record }
      }),
  }
}
