/**
 * A program is connected and reads and writes without a pause, before, during and after its database gets another
 * content. It must never see a mixture or a damaged file, must see the new content on the connection it has, and may be
 * made to wait. Renaming a file over the old one fails this: the old journal is played into the new file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allEngines } from '../../scripts/system/databases/sqlite/engine.ts'
import { createPlace, PROJECT_ROOT } from '../support/repository.ts'
import { rows, sql } from '../support/sqlite.ts'

const engines = allEngines({ mainWorktree: PROJECT_ROOT, stateDir: '/nowhere', env: process.env })
const each = engines.flatMap((engine) =>
  (['wal', 'delete'] as const).map((mode) => [engine.name, mode, engine] as const),
)

/** Money moves between accounts of one bank: each bank has its own number of accounts, all with 100 to begin with. */
const bank = (name: string, accounts: number) => `
  CREATE TABLE bank (name TEXT); INSERT INTO bank VALUES ('${name}');
  CREATE TABLE account (id INTEGER PRIMARY KEY, money INTEGER);
  WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i < ${accounts - 1}) INSERT INTO account SELECT i, 100 FROM c;
  CREATE INDEX by_money ON account (money);`

const CLIENT = `
const Database = require(process.argv[1])
const db = new Database(process.argv[2])
db.exec('PRAGMA busy_timeout=20000')
const look = db.prepare('SELECT (SELECT name FROM bank) AS name, count(*) AS n, sum(money) AS sum FROM account')
for (let n = 1; ; n++) {
  const { name, n: accounts, sum } = look.get()
  if (sum !== accounts * 100) { console.log('unbalanced ' + name + ' ' + accounts + ' ' + sum); break }
  db.exec('BEGIN IMMEDIATE')
  db.exec(\`UPDATE account SET money = money - 1 WHERE id = \${n % 50}; UPDATE account SET money = money + 1 WHERE id = \${(n * 7 + 1) % 50}\`)
  db.exec('COMMIT')
  require('fs').writeSync(1, name + '\\n')
}`

async function startClient(file: string) {
  const child = spawn(process.execPath, ['-e', CLIENT, join(PROJECT_ROOT, 'node_modules/libsql'), file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [said, failed] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (said += chunk))
  child.stderr.on('data', (chunk: Buffer) => (failed += chunk))
  /** Waits until the client has said a word once more than it had. */
  const hears = async (word: string) => {
    const before = said.length
    while (!said.slice(before).includes(`${word}\n`)) await Promise.race([once(child.stdout, 'data'), ended])
  }
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the client ended: ${said.slice(-200)} ${failed}`)
  })
  ended.catch(() => {})
  return { hears, stop: () => child.kill('SIGKILL'), said: () => [...new Set(said.trim().split('\n'))] }
}

it.each(each)('with %s in %s mode', async (_, mode, engine) => {
  const place = createPlace()
  const [file, from] = [place.path('live.db'), place.path('from.db')]
  sql(file, `PRAGMA journal_mode=${mode}; ${bank('old', 5000)} CREATE TABLE only_here (n);`)
  sql(from, `${bank('new', 60)} CREATE VIEW rich AS SELECT * FROM account WHERE money > 100;`)
  const client = await startClient(file)
  await client.hears('old')
  for (let round = 0; round < 5; round++) {
    engine.refill(file, from)
    await client.hears('new')
    expect(rows(file, 'PRAGMA integrity_check')).toEqual(['ok'])
    expect(rows(file, 'SELECT count(*) FROM account')).toEqual(['60'])
    expect(rows(file, 'SELECT name FROM sqlite_master ORDER BY name')).toEqual(['account', 'bank', 'by_money', 'rich'])
  }
  expect(client.said()).toEqual(['old', 'new'])
  client.stop()
  expect(rows(file, 'PRAGMA journal_mode')).toEqual([mode])
})

/** Whatever SQLite can hold. */
const RICH = `
  PRAGMA user_version=7; PRAGMA application_id=99; PRAGMA foreign_keys=ON;
  CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, "odd ""name" TEXT UNIQUE, half AS (id / 2), whole AS (id) STORED);
  CREATE TABLE child (p INTEGER REFERENCES parent (id) ON DELETE CASCADE, rowid TEXT);
  CREATE TABLE keyed (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
  CREATE TABLE strict_one (n INT, x ANY) STRICT;
  CREATE TABLE gaps (t TEXT);
  CREATE VIRTUAL TABLE words USING fts5(body);
  CREATE VIRTUAL TABLE places USING rtree(id, x0, x1);
  CREATE VIEW pairs AS SELECT parent.id, child.rowid FROM parent JOIN child ON child.p = parent.id;
  CREATE TRIGGER noted AFTER INSERT ON gaps BEGIN INSERT INTO keyed VALUES (new.t, 'by trigger'); END;
  CREATE INDEX partial ON gaps (t) WHERE t > 'b';
  INSERT INTO parent ("odd ""name") VALUES ('one'), ('two'), ('three'); DELETE FROM parent WHERE id = 3;
  INSERT INTO child VALUES (1, 'x'), (2, 'y');
  INSERT INTO strict_one VALUES (1, x'00ff'), (2, 'text'), (3, NULL);
  INSERT INTO gaps (rowid, t) VALUES (5, 'a'), (1000, 'c');
  INSERT INTO words VALUES ('a quick brown fox'), ('another');
  INSERT INTO places VALUES (1, 0.5, 1.5);
  ANALYZE;`

const CONTENT = [
  "SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM (SELECT * FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name)",
  'SELECT json_group_array(json_array(id, "odd ""name", half, whole)) FROM parent',
  'SELECT json_group_array(json_array(id, rowid)) FROM pairs',
  'SELECT json_group_array(json_array(a, b)) FROM keyed',
  'SELECT json_group_array(json_array(n, hex(x), typeof(x))) FROM strict_one',
  'SELECT json_group_array(json_array(rowid, t)) FROM gaps',
  "SELECT json_group_array(body) FROM words WHERE words MATCH 'fox'",
  'SELECT json_group_array(json_array(id, x0, x1)) FROM places',
  'SELECT json_group_array(json_array(name, seq)) FROM sqlite_sequence',
  'SELECT count(*) FROM sqlite_stat1',
  'PRAGMA user_version',
  'PRAGMA application_id',
  'PRAGMA integrity_check',
]
const contentOf = (file: string) => CONTENT.map((query) => rows(file, query))

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s', (_, engine) => {
  it('brings over whatever SQLite can hold, again and again', () => {
    const place = createPlace()
    const [file, from] = [place.path("it's live.db"), place.path("it's from.db")]
    sql(from, RICH)
    sql(file, `PRAGMA journal_mode=WAL; ${bank('old', 10)}`)
    for (let round = 0; round < 3; round++) {
      engine.refill(file, from)
      expect(contentOf(file)).toEqual(contentOf(from))
    }
    // what may be written to goes on working: words, counters, triggers
    sql(
      file,
      "INSERT INTO words VALUES ('a slow fox'); INSERT INTO gaps (t) VALUES ('z'); INSERT INTO parent DEFAULT VALUES",
    )
    expect(rows(file, "SELECT count(*) FROM words WHERE words MATCH 'fox'")).toEqual(['2'])
    expect(rows(file, 'SELECT max(id) FROM parent')).toEqual(['4'])
    expect(rows(file, 'PRAGMA integrity_check')).toEqual(['ok'])
  })

  it('empties it', () => {
    const place = createPlace()
    const file = place.path('live.db')
    sql(file, RICH)
    engine.refill(file, null)
    expect(rows(file, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")).toEqual([])
    expect(rows(file, 'PRAGMA user_version')).toEqual(['0'])
    expect(rows(file, 'PRAGMA integrity_check')).toEqual(['ok'])
    sql(file, 'CREATE TABLE parent (n)')
  })

  it('what cannot be copied leaves the old content, and no file that was not there', () => {
    const place = createPlace()
    const [file, broken] = [
      place.path('live.db'),
      place.write('broken.db', 'no database at all, but something\n'.repeat(200)),
    ]
    sql(file, bank('old', 10))
    expect(() => engine.refill(file, broken)).toThrow()
    expect(() => engine.refill(file, place.path('missing.db'))).toThrow()
    expect(() => engine.refill(place.path('nowhere.db'), file)).toThrow()
    expect(rows(file, 'SELECT name FROM bank')).toEqual(['old'])
    expect(
      readdirSync(place.dir)
        .filter((name) => name.endsWith('.db'))
        .sort(),
    ).toEqual(['broken.db', 'live.db'])
  })
})
