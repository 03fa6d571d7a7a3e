import { expect, it } from 'vitest'
import { firstSchemaDifference } from '../../../scripts/policy/databases/schema-difference.ts'

const SQLITE = 'CREATE TABLE a (id INTEGER);\nCREATE TABLE "b" (\n  id INTEGER\n);\nCREATE INDEX i ON a (id);\n'

const cases: [name: string, first: string, second: string, object: string | null][] = [
  ['the same', SQLITE, SQLITE, null],
  [
    'the same in another order',
    'CREATE TABLE a (x);\nCREATE TABLE b (x);\n',
    'CREATE TABLE b (x);\nCREATE TABLE a (x);\n',
    null,
  ],
  ['the same but for white space', 'CREATE TABLE a (x,  y);\n', 'CREATE TABLE a (x,\n y);\n', null],
  ['nothing at all', '', '', null],
  [
    'columns in another order',
    "CREATE TABLE a (x DEFAULT ',', y DECIMAL(1,2), CHECK (x, y));\n",
    "CREATE TABLE a (y DECIMAL(1,2), CHECK (x, y), x DEFAULT ',');\n",
    null,
  ],
  [
    'what lies in parentheses keeps its order',
    'CREATE TABLE a (x, UNIQUE (x, y));\n',
    'CREATE TABLE a (x, UNIQUE (y, x));\n',
    'TABLE a',
  ],
  ['one column more', SQLITE, SQLITE.replace('a (id INTEGER)', 'a (id INTEGER, n)'), 'TABLE a'],
  ['one table more, quoted', SQLITE, SQLITE.replace(/CREATE TABLE "b"[^;]+;\n/, ''), 'TABLE b'],
  ['an index', SQLITE, SQLITE.replace('INDEX i ON a (id)', 'INDEX i ON a (id DESC)'), 'INDEX i'],
  [
    'Postgres: apart by empty lines',
    "CREATE TABLE public.a (\n  x integer\n);\n\nCREATE TYPE public.t AS ENUM ('a');\n",
    "CREATE TABLE public.a (\n  x integer\n);\n\nCREATE TYPE public.t AS ENUM ('a', 'b');\n",
    'TYPE public.t',
  ],
  [
    'a constraint goes by its line',
    'ALTER TABLE public.a ADD CONSTRAINT k UNIQUE (x);\n',
    '',
    'ALTER TABLE public.a ADD CONSTRAINT k UNIQUE (x)',
  ],
  ['the first by name of several', 'CREATE TABLE z (a);\nCREATE TABLE b (a);\n', '', 'TABLE b'],
]

it.each(cases)('%s', (_, first, second, object) => {
  expect(firstSchemaDifference(first, second)?.object ?? null).toBe(object)
})

it('gives both sides, and null for the one that has it not', () => {
  expect(firstSchemaDifference('CREATE TABLE a (x);\n', '')).toEqual({
    object: 'TABLE a',
    first: 'CREATE TABLE a (x)',
    second: null,
  })
})
