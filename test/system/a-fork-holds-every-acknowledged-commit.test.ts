/**
 * The source is written to, flat out, by another process while it is forked: money moves between two accounts and a
 * sequence number is acknowledged after each commit. A fork must be sound, balanced, and hold whatever was acknowledged
 * before it began. `cp` fails this in most trials (databases.md section 1.1).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { allEngines } from '../../scripts/system/databases/sqlite/engine.ts'
import { createPlace, PROJECT_ROOT } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'

const FORKS = 12
const ACCOUNTS = 2000
const TOTAL = ACCOUNTS * 100

const WRITER = `
const Database = require(process.argv[1])
const db = new Database(process.argv[2], { timeout: 5000 })
db.exec('PRAGMA busy_timeout=5000; PRAGMA synchronous=NORMAL')
for (let n = 1; ; n++) {
  db.exec('BEGIN IMMEDIATE')
  db.exec(\`UPDATE account SET money = money - 1 WHERE id = \${n % ${ACCOUNTS}}\`)
  db.exec(\`DELETE FROM filler WHERE id = \${n % 997}; INSERT INTO filler VALUES (\${n % 997}, randomblob(900))\`)
  db.exec(\`UPDATE account SET money = money + 1 WHERE id = \${(n * 7 + 1) % ${ACCOUNTS}}\`)
  db.exec(\`UPDATE seq SET n = \${n}\`)
  db.exec('COMMIT')
  require('fs').writeSync(1, n + '\\n')
}`

/** Starts the writer and gives what it acknowledged last. */
async function startWriter(file: string): Promise<() => number> {
  const child = spawn(process.execPath, ['-e', WRITER, join(PROJECT_ROOT, 'node_modules/libsql'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let tail = ''
  let acknowledged = 0
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (tail + chunk).split('\n')
    tail = lines.pop() ?? ''
    acknowledged = Number(lines.at(-1) ?? acknowledged)
  })
  await once(child.stdout, 'data')
  return () => acknowledged
}

const engines = allEngines({ mainWorktree: PROJECT_ROOT, stateDir: '/nowhere', env: process.env })

it.each(engines.map((engine) => [engine.name, engine] as const))('with %s', async (_, engine) => {
  const place = createPlace()
  const source = place.path('source.db')
  sql(
    source,
    `PRAGMA journal_mode=WAL;
     CREATE TABLE account (id INTEGER PRIMARY KEY, money INTEGER); CREATE TABLE filler (id INTEGER PRIMARY KEY, b BLOB);
     CREATE TABLE seq (n INTEGER); INSERT INTO seq VALUES (0);
     WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i < ${ACCOUNTS - 1}) INSERT INTO account SELECT i, 100 FROM c;
     WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i < 996) INSERT INTO filler SELECT i, randomblob(900) FROM c;`,
  )
  const acknowledged = await startWriter(source)
  const begun: number[] = []
  for (let trial = 0; trial < FORKS; trial++) {
    const fork = place.path(`fork-${trial}.db`)
    // lets what the writer has said meanwhile arrive
    await new Promise((resolve) => setImmediate(resolve))
    const before = acknowledged()
    engine.copy(source, fork, { wal: true })
    expect(rows(fork, 'PRAGMA integrity_check')).toEqual(['ok'])
    expect(rows(fork, 'SELECT sum(money) FROM account')).toEqual([String(TOTAL)])
    expect(Number(rows(fork, 'SELECT n FROM seq')[0])).toBeGreaterThanOrEqual(before)
    begun.push(before)
  }
  expect(begun).toHaveLength(FORKS)
  expect(begun.at(-1)).toBeGreaterThan(begun[0] ?? 0)
})
