import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asAbsolute,
  forkNameOf,
  isAbsolutePath,
  parseDatabaseUrl,
  withPath,
} from '../../../scripts/policy/databases/database-url.ts'

const file = (prefix: string, path: string, query = '') => ({ kind: 'file', prefix, path, query })

describe('a database value is read as its tools read it', () => {
  it.each([
    ['file:./dev.db', file('file:', './dev.db')],
    ['file:dev.db', file('file:', 'dev.db')],
    ['file:../shared/dev.db?connection_limit=1', file('file:', '../shared/dev.db', '?connection_limit=1')],
    ['file:/abs/dev.db', file('file:', '/abs/dev.db')],
    ['file:///abs/my%20app/dev.db', file('file://', '/abs/my app/dev.db')],
    ['./data/x.sqlite', file('', './data/x.sqlite')],
    ['data/x.db', file('', 'data/x.db')],
    ['/abs/x.sqlite', file('', '/abs/x.sqlite')],
    ['odd?.db', file('', 'odd?.db')],
    ['C:\\data\\x.db', file('', 'C:\\data\\x.db')],
    ['sqlite:///rel.db', file('sqlite:///', 'rel.db')],
    ['sqlite:////abs.db', file('sqlite:///', '/abs.db')],
    ['sqlite+aiosqlite:///rel.db?x=1', file('sqlite+aiosqlite:///', 'rel.db', '?x=1')],
    ['sqlite://rel.db', file('sqlite://', 'rel.db')],
    ['sqlite:rel.db', file('sqlite:', 'rel.db')],
    ['sqlite3:storage/development.sqlite3', file('sqlite3:', 'storage/development.sqlite3')],
    ['jdbc:sqlite:rel.db', file('jdbc:sqlite:', 'rel.db')],
    [':memory:', { kind: 'memory' }],
    ['file::memory:?cache=shared', { kind: 'memory' }],
    ['file:x?mode=memory&cache=shared', { kind: 'memory' }],
    ['sqlite://', { kind: 'memory' }],
    ['sqlite:///:memory:', { kind: 'memory' }],
    ['', { kind: 'memory' }],
    ['libsql://db.example.turso.io', { kind: 'server', scheme: 'libsql' }],
    ['postgresql://u:p@localhost/db', { kind: 'server', scheme: 'postgresql' }],
    ['https://db.example.com', { kind: 'server', scheme: 'https' }],
    ['sqlite+libsql://host?authToken=x', { kind: 'server', scheme: 'sqlite+libsql' }],
  ])('%s', (value, expected) => {
    expect(parseDatabaseUrl(value)).toEqual(expected)
  })
})

describe('another file in the same form', () => {
  const swap = (value: string, path: string) => {
    const url = parseDatabaseUrl(value)
    if (url.kind !== 'file') throw new Error('not a file')
    return withPath(url, path)
  }
  it.each([
    ['file:./dev.db?a=1', '/w t/dev.db', 'file:/w t/dev.db?a=1'],
    ['file:///m/dev.db', '/w t/dev#1.db', 'file:///w%20t/dev%231.db'],
    ['sqlite:///rel.db', '/w/rel.db', 'sqlite:////w/rel.db'],
    ['sqlite:////m/x.db', '/w/x.db', 'sqlite:////w/x.db'],
    ['sqlite://rel.db', '/w/rel.db', 'sqlite:/w/rel.db'],
    ['./x.db', '/w/x.db', '/w/x.db'],
  ])('%s to %s', (value, path, expected) => {
    expect(swap(value, path)).toBe(expected)
  })

  it('reads back as the path that was put in, with prefix and query kept', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_ .%#äß-]{1,12}$/).filter((part) => !/^\.+$/.test(part))
    const path = fc.tuple(fc.constantFrom('/', './', '../', ''), fc.array(name, { minLength: 1, maxLength: 4 }))
    const prefix = fc.constantFrom('file:', 'file://', 'sqlite:///', 'sqlite://', 'sqlite:', 'sqlite3:', '')
    const query = fc.constantFrom('', '?mode=rwc', '?connection_limit=1&x=a/b')
    fc.assert(
      fc.property(prefix, path, path, query, (before, [root, parts], [newRoot, newParts], after) => {
        const oldPath = before === 'file://' ? `/${parts.join('/')}` : root + parts.join('/')
        const newPath = before === 'file://' ? `/${newParts.join('/')}` : newRoot + newParts.join('/')
        // three slashes are SQLAlchemy's: sqlx's own absolute form is a reading of its own
        fc.pre(!(before === 'sqlite://' && oldPath.startsWith('/')))
        const old = parseDatabaseUrl(before + oldPath + (before === '' ? '' : after))
        fc.pre(old.kind === 'file')
        const again = parseDatabaseUrl(withPath(old as never, newPath))
        expect(again).toMatchObject({ kind: 'file', path: newPath, query: before === '' ? '' : after })
        expect(isAbsolutePath(newPath)).toBe(newPath.startsWith('/'))
      }),
    )
  })

  it('has a second, absolute reading for three slashes only', () => {
    const absolute = (value: string) => asAbsolute(parseDatabaseUrl(value) as never)
    expect(absolute('sqlite:///home/me/dev.db')).toEqual(file('sqlite://', '/home/me/dev.db'))
    expect(absolute('sqlite:////home/me/dev.db')).toBeNull()
    expect(absolute('file:dev.db')).toBeNull()
  })
})

it.each([
  ['dev.db', 'dev.search-1a2b.db'],
  ['data.tar.sqlite', 'data.tar.search-1a2b.sqlite'],
  ['database', 'database.search-1a2b'],
  ['.db', '.db.search-1a2b'],
])('a fork of %s outside the worktree is named %s', (name, expected) => {
  expect(forkNameOf(name, 'search', '1a2b')).toBe(expected)
})
