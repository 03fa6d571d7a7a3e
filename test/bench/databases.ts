/** What a consistent fork of an SQLite database costs, check and all, against `cp`, which is neither. */
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { findEngine } from '../../scripts/system/databases/sqlite/engine.ts'
import { type Row, ratio } from './measure.ts'
import type { Place } from './place.ts'

/** `cp` moves bytes at the disk's speed; a fork writes every page anew and looks through all of them afterwards. */
const LIMIT = 20
const ROWS_PER_MB = 900

/** Forks a database of about so many MB, with an index and in WAL mode. */
export function forkRow(place: Place, megabytes: number): Row {
  const source = join(place.dir, 'source.db')
  const Libsql = createRequire(import.meta.url)('libsql') as new (
    file: string,
  ) => { exec(sql: string): void; close(): void }
  const database = new Libsql(source)
  database.exec(
    `PRAGMA journal_mode=WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT, b BLOB); CREATE INDEX by_k ON t (k);
     WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${megabytes * ROWS_PER_MB})
     INSERT INTO t SELECT i, hex(randomblob(16)), randomblob(1000) FROM c;`,
  )
  database.close()
  const engine = findEngine({ mainWorktree: process.cwd(), stateDir: place.dir, env: { ...place.env } })
  if (engine === null) throw new Error('no SQLite engine on this machine')
  const [plain, ours] = [join(place.dir, 'plain.db'), join(place.dir, 'ours.db')]
  const gone = (file: string) => () => ['', '-wal', '-shm'].forEach((end) => void rmSync(file + end, { force: true }))
  return {
    name: `fork of an SQLite database of ${megabytes} MB (${engine.name})`,
    limit: LIMIT,
    unit: '× cp',
    arms: {
      plain: { before: gone(plain), run: () => void place.run(['cp', source, plain], place.dir) },
      ours: { before: gone(ours), run: () => void engine.copy(source, ours, { wal: true }) },
    },
    value: ratio,
    ...(megabytes >= 100 ? { rounds: 5 } : {}),
  }
}
