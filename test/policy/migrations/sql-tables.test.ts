import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Owners, tablesInSql, writtenTable } from '../../../scripts/policy/migrations/sql-tables.ts'

function touchedIn(text: string): string {
  return [...new Set(tablesInSql(text).touched.map(({ table }) => table))].join(' ')
}

function opaqueIn(text: string): string[] {
  return tablesInSql(text).opaque.map(({ line, what }) => `${line}: ${what}`)
}

describe('Postgres', () => {
  const cases: [string, string][] = [
    ['CREATE TABLE users (id int)', 'public.users'],
    ['create table if not exists "User" (id int)', 'public.User'],
    ['CREATE TABLE App."User" (id int)', 'app.User'],
    ['CREATE TABLE db.app.users (id int)', 'app.users'],
    ['CREATE UNLOGGED TABLE a (id int)', 'public.a'],
    ['CREATE TABLE a (b int REFERENCES c (id) ON DELETE SET NULL ON UPDATE CASCADE)', 'public.a'],
    ['CREATE TABLE a (LIKE b INCLUDING ALL)', 'public.a'],
    ['CREATE TABLE p1 PARTITION OF p DEFAULT', 'public.p1 public.p'],
    ['CREATE TABLE a (x int) INHERITS (b, c.d)', 'public.a public.b c.d'],
    ['CREATE TABLE a AS SELECT * FROM b', 'public.a'],
    ['ALTER TABLE IF EXISTS ONLY a ADD COLUMN b int', 'public.a'],
    ['ALTER TABLE x.a RENAME TO b', 'x.a x.b'],
    ['ALTER TABLE a RENAME b TO c', 'public.a'],
    ['ALTER TABLE a SET SCHEMA b', 'public.a b.a'],
    ['ALTER TABLE a ATTACH PARTITION b DEFAULT', 'public.a public.b'],
    ['ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (id)', 'public.a'],
    ['DROP TABLE IF EXISTS a, b."C" CASCADE', 'public.a b.C'],
    ['TRUNCATE a *, ONLY b', 'public.a public.b'],
    ['ALTER TABLE a ADD UNIQUE (b, rename, c)', 'public.a'],
    ['CREATE STATISTICS s ON (extract(year FROM b)), c FROM a', 'public.a'],
    ["SELECT a\n  #>> '{b}' FROM c; DROP TABLE d", 'public.d'],
    ['CREATE INDEX ON a (b)', 'public.a'],
    ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY a USING btree (b)', 'public.a'],
    ['CREATE INDEX i ON a (b); DROP INDEX i', 'public.a'],
    ['CREATE POLICY "p; q" ON a FOR UPDATE TO r USING (true)', 'public.a'],
    ['DROP POLICY IF EXISTS p ON a', 'public.a'],
    ['CREATE TRIGGER t AFTER INSERT OR UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f()', 'public.a'],
    ['CREATE RULE r AS ON DELETE TO a DO ALSO (DELETE FROM b; DELETE FROM c); DROP TABLE d', 'public.a public.d'],
    ["COMMENT ON COLUMN a.b.c IS 'ON d'", 'a.b'],
    ['GRANT SELECT (x), UPDATE ON a, b TO c', 'public.a public.b'],
    ['GRANT USAGE ON SCHEMA a TO b', ''],
    ['GRANT a TO b', ''],
    ['INSERT INTO a SELECT * FROM b ON CONFLICT (id) DO UPDATE SET c = 1', 'public.a'],
    ['WITH x AS (INSERT INTO a VALUES (1) RETURNING *) UPDATE ONLY b SET c = 1 FROM x', 'public.a public.b'],
    ['DELETE FROM a USING b', 'public.a'],
    ['MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE', 'public.a'],
    ['SELECT * INTO TEMP TABLE a FROM b', 'public.a'],
    ['SELECT * FROM a FOR UPDATE', ''],
    ['COPY a (b) FROM STDIN;\nDROP TABLE x;\n\\.\nDROP TABLE b;', 'public.a public.b'],
    ['COPY a TO STDOUT', ''],
    ['CREATE MATERIALIZED VIEW a AS SELECT * FROM b', 'public.a'],
    ['REFRESH MATERIALIZED VIEW CONCURRENTLY a', 'public.a'],
    ['LOCK TABLE a; ALTER SEQUENCE s OWNED BY a.id; VACUUM a; ANALYZE a', ''],
    ["SELECT E'\\'; DROP TABLE a; --', $x$ DROP TABLE b; $$ $x$, 'DROP TABLE c' -- DROP TABLE d", ''],
    ['/* /* DROP TABLE a; */ DROP TABLE b; */ DROP TABLE c', 'public.c'],
  ]
  it.each(cases)('%s  →  %s', (text, tables) => {
    expect(touchedIn(text)).toBe(tables)
    expect(tablesInSql(text).opaque).toEqual([])
  })
})

describe('MySQL', () => {
  const cases: [string, string][] = [
    ['CREATE TABLE `a` (`id` int AUTO_INCREMENT, KEY `k` (`b`)) ENGINE=InnoDB', 'public.a'],
    ['ALTER TABLE `db`.`t` ADD COLUMN `x` int', 'db.t'],
    ['ALTER TABLE `a` ADD COLUMN x int, RENAME TO `b`', 'public.a public.b'],
    ['ALTER TABLE `a` RENAME `b`', 'public.a public.b'],
    ['ALTER TABLE `a` RENAME INDEX `b` TO `c`, RENAME COLUMN d TO e', 'public.a'],
    ['ALTER TABLE `a` EXCHANGE PARTITION p WITH TABLE `b`', 'public.a public.b'],
    ['RENAME TABLE `a` TO `b`, c TO d', 'public.a public.b public.c public.d'],
    ['DROP INDEX `i` ON `t`', 'public.t'],
    ['CREATE FULLTEXT INDEX `i` ON `t` (`x`)', 'public.t'],
    ['INSERT IGNORE INTO `a` VALUES (1) ON DUPLICATE KEY UPDATE b = 2', 'public.a'],
    ['REPLACE `a` VALUES (1)', 'public.a'],
    ['UPDATE LOW_PRIORITY `a` JOIN (SELECT 1) x LEFT JOIN `b` ON true SET a.c = 1', 'public.a public.b'],
    ['DELETE x FROM `a` AS x JOIN `b` ON true WHERE true', 'public.a public.b'],
    ["INSERT INTO `a` VALUES ('it\\'s; DROP TABLE b; --')", 'public.a'],
    ["# it's a comment; DROP TABLE a\nDROP TABLE b # and isn't this; DROP TABLE c", 'public.b'],
    ['/*!40101 ALTER TABLE a DISABLE KEYS */;', 'public.a'],
    ['ALTER TABLE /*!40101 a */ RENAME TO b', 'public.a public.b'],
    [
      'CREATE TABLE `a` (id int);--> statement-breakpoint\nDROP TABLE `b`--> statement-breakpoint\nDROP TABLE c',
      'public.a public.b public.c',
    ],
    ["LOAD DATA LOCAL INFILE 'x' INTO TABLE `a`", 'public.a'],
    ["SELECT * INTO OUTFILE 'x' FROM `a`; SELECT 1 INTO @b", ''],
    ['CREATE DEFINER=`root`@`%` SQL SECURITY DEFINER VIEW `v` AS SELECT 1', 'public.v'],
    [
      'CREATE TRIGGER x BEFORE INSERT ON `a` FOR EACH ROW BEGIN IF 1 THEN DELETE FROM b; END IF; DELETE FROM d; END; DROP TABLE c',
      'public.a public.c',
    ],
    [
      'DELIMITER $$\nCREATE TRIGGER x BEFORE INSERT ON `a` FOR EACH ROW DELETE FROM b; $$\nDROP TABLE c $$\nDELIMITER ;\nDROP TABLE d;',
      'public.a public.c public.d',
    ],
  ]
  it.each(cases)('%s  →  %s', (text, tables) => {
    expect(touchedIn(text)).toBe(tables)
    expect(tablesInSql(text).opaque).toEqual([])
  })
})

describe('SQLite', () => {
  const rebuilt = [
    'PRAGMA foreign_keys=OFF;',
    'CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);',
    'INSERT INTO "new_User" ("id") SELECT "id" FROM "User";',
    'DROP TABLE "User";',
    'ALTER TABLE "new_User" RENAME TO "User";',
  ].join('\n')
  const cases: [string, string][] = [
    [rebuilt, 'public.new_User public.User'],
    ['CREATE TABLE [Order Items] (id)', 'public.Order Items'],
    ['DROP TABLE [a].[b]', 'a.b'],
    ['CREATE VIRTUAL TABLE IF NOT EXISTS docs USING fts5(title, body)', 'public.docs'],
    [
      'INSERT OR REPLACE INTO a VALUES (1); UPDATE OR IGNORE b SET c = 1; REPLACE INTO d VALUES (1)',
      'public.a public.b public.d',
    ],
    [
      'CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE b SET x = CASE WHEN 1 THEN 2 END; DELETE FROM c; END; DROP TABLE d',
      'public.a public.d',
    ],
    ['CREATE TRIGGER t AFTER UPDATE ON a BEGIN SELECT 1; END; DROP TRIGGER t', 'public.a'],
    ['/* one /* opening */ DROP TABLE a', 'public.a'],
  ]
  it.each(cases)('%s  →  %s', (text, tables) => {
    expect(touchedIn(text)).toBe(tables)
    expect(tablesInSql(text).opaque).toEqual([])
  })
})

describe('opaque', () => {
  const cases: [string, string[]][] = [
    ['DO $$ BEGIN DROP TABLE a; END $$', ['1: DO $$ BEGIN DROP TABLE a; END $$']],
    ['EXECUTE p(1)', ['1: EXECUTE p(1)']],
    ['CREATE TABLE a (b) AS EXECUTE p(1)', ['1: CREATE TABLE a (b) AS EXECUTE p(1)']],
    ['ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b', ['1: ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b']],
    ['\nCALL p()', ['2: CALL p()']],
    [
      'CREATE\n  FUNCTION f() RETURNS int\n  AS $$ DELETE FROM a $$',
      ['1: CREATE FUNCTION f() RETURNS int AS $$ DELETE FROM a $$'],
    ],
    [
      'CREATE PROCEDURE p() BEGIN DELETE FROM a; IF 1 THEN DELETE FROM b; END IF; END',
      ['1: CREATE PROCEDURE p() BEGIN DELETE FROM a; IF 1 THEN DELETE F'],
    ],
    ['\\set x 1\n\\i other.sql\n\\echo done', ['2: \\i other.sql']],
    ["LOAD 'lib'", ["1: LOAD 'lib'"]],
    ['DROP INDEX i, j', ['1: DROP INDEX i, j']],
    ['ALTER INDEX i RENAME TO j', ['1: ALTER INDEX i RENAME TO j']],
    ['DROP TRIGGER t', ['1: DROP TRIGGER t']],
    ['GRANT SELECT ON ALL TABLES IN SCHEMA a TO b', ['1: GRANT SELECT ON ALL TABLES IN SCHEMA a TO b']],
    ['DROP SCHEMA a CASCADE', ['1: DROP SCHEMA a CASCADE']],
    ['DROP TYPE a', []],
    ['USE a; DROP TABLE b', ['1: USE a']],
    ['ALTER SCHEMA a RENAME TO b', ['1: ALTER SCHEMA a RENAME TO b']],
    ['CREATE SCHEMA a', []],
    ['CREATE SCHEMA a CREATE TABLE b (id int)', ['1: CREATE SCHEMA a CREATE TABLE b (id int)']],
    ['SET search_path = app, public', ['1: SET search_path = app, public']],
    ["SET search_path TO ''; SET search_path = public", []],
    ['CREATE TABLE ${schema}.a (id int)', ['1: CREATE TABLE ${schema}.a (id int)']],
    ['DROP TABLE a_{{ name }}', ['1: DROP TABLE a_{{ name }}']],
    ['DROP TABLE :name', ['1: DROP TABLE :name']],
    ['CREATE INDEX i ON :name (a)', ['1: CREATE INDEX i ON :name (a)']],
    ['DROP TABLE U&"\\0061"', ['1: DROP TABLE U&"\\0061"']],
    ['FROBNICATE a', ['1: FROBNICATE a']],
    ["SELECT 1;\nINSERT INTO a VALUES ('x", ['2: a text that is never closed']],
    [
      'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; DROP TABLE b;',
      ['1: CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; DROP TABL'],
    ],
    ['PREPARE p FROM @text', ['1: PREPARE p FROM @text']],
  ]
  it.each(cases)('%s  →  %j', (text, opaque) => {
    expect(opaqueIn(text)).toEqual(opaque)
  })
})

it('tells the line a statement starts on, and what it does', () => {
  const text =
    "-- one\n\nCREATE TABLE a (\n  b text DEFAULT '\n\n'\n);\r\n\nWITH x AS (\n  DELETE FROM b\n) INSERT\nINTO c SELECT 1;"
  expect(tablesInSql(text).touched).toEqual([
    { table: 'public.a', line: 3, statement: 'CREATE TABLE' },
    { table: 'public.b', line: 10, statement: 'DELETE' },
    { table: 'public.c', line: 11, statement: 'INSERT' },
  ])
})

describe('a file cut by its runner is read in all its parts, semicolon or not', () => {
  it.each([
    ['-- migrate:up\nCREATE TABLE a (id int)\n-- migrate:down\nDROP TABLE b'],
    [
      '-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (id int)\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE b',
    ],
    ['-- Up Migration\nCREATE TABLE a (id int);\n-- Down Migration\nDROP TABLE b;'],
  ])('%s', (text) => {
    expect(touchedIn(text)).toBe('public.a public.b')
  })
})

describe('what names no table is known from the files before', () => {
  const cases: [string, string, string, number][] = [
    ['CREATE INDEX i ON a (b)', 'DROP INDEX i', 'public.a', 0],
    ['CREATE INDEX CONCURRENTLY i ON app.a (b)', 'DROP INDEX CONCURRENTLY IF EXISTS app.i', 'app.a', 0],
    ['CREATE INDEX i ON app.a (b)', 'DROP INDEX i', '', 1],
    ['CREATE INDEX i ON a (b); ALTER INDEX i RENAME TO j', 'DROP INDEX IF EXISTS j', 'public.a', 0],
    ['CREATE INDEX i ON "new_User" (b); ALTER TABLE "new_User" RENAME TO "User"', 'DROP INDEX i', 'public.User', 0],
    ['CREATE INDEX i ON `a` (b); RENAME TABLE `a` TO `b`', 'DROP INDEX i', 'public.b', 0],
    ['CREATE TRIGGER i AFTER INSERT ON a BEGIN SELECT 1; END', 'DROP TRIGGER i; DROP INDEX j', 'public.a', 1],
  ]
  it.each(cases)('%s  then  %s  →  %s, %i opaque', (before, text, tables, hidden) => {
    const owners = new Owners()
    tablesInSql(before, owners)
    const { touched, opaque } = tablesInSql(text, owners)
    expect(touched.map(({ table }) => table).join(' ')).toBe(tables)
    expect(opaque.length).toBe(hidden)
  })
})

describe('declared', () => {
  const cases: [string, string[] | null][] = [
    ['SELECT 1', null],
    ['-- lanekeeper: tables=a, app.B,"User",', ['public.a', 'app.b', 'public.User']],
    ['-- lanekeeper: tables = a\nDO $$ $$;\n/* lanekeeper: tables=b,a */', ['public.a', 'public.b']],
    ['-- lanekeeper: tables=', []],
    ["SELECT '-- lanekeeper: tables=a'", null],
    ['-- see lanekeeper: tables=a', null],
    ['# lanekeeper: tables=a\nDROP TABLE `b`', ['public.a']],
  ]
  it.each(cases)('%s  →  %j', (text, declared) => {
    expect(tablesInSql(text).declared).toEqual(declared)
  })
})

it.each([
  ['users', 'public.users'],
  ['Users', 'public.users'],
  ['"Users"', 'public.Users'],
  ['app.users', 'app.users'],
  ['not a name', 'not a name'],
  ['', ''],
])('%s is written as %s', (written, table) => {
  expect(writtenTable(written)).toBe(table)
})

describe('whatever the text', () => {
  const pieces = fc.constantFrom(
    ...'\' " ` $$ $a$ /* */ /*! -- # \\ \\. ( ) [ ] ; , . : { 1 é E\' U&" \n'.split(' '),
    ...' create | alter | drop | table | index | trigger | begin | end | case | on | to | from | into | update | delete | insert | set | copy | stdin | a | delimiter '.split(
      '|',
    ),
  )

  it('it never throws, and names only lines that are there', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('')
        const { touched, opaque } = tablesInSql(text)
        const lines = [...touched, ...opaque].map(({ line }) => line)
        expect(lines.every((line) => line >= 1 && line <= text.split('\n').length)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['an ordinary migration', 'ALTER TABLE "User" ADD COLUMN "x" text DEFAULT \'a;b\'; -- why\n'],
    ['one line without an end', '( [ a . , '],
    ['tags that are never closed', '$a$ $b$ '],
    ['quotes', "'"],
    ['comments that open', '/*'],
    ['psql commands', '\\i a\n'],
    ['bodies that never end', 'create trigger begin ;'],
    ['names in brackets', 'drop table [a], '],
    ['copied rows', 'copy a from stdin;\n'],
  ])('a long text costs no more than its length: %s', (_, piece) => {
    const text = piece.repeat(Math.ceil(2 ** 18 / piece.length))
    const start = performance.now()
    tablesInSql(text)
    // tens of milliseconds; a second look at everything would take a minute
    expect(performance.now() - start).toBeLessThan(3000)
  })
})
