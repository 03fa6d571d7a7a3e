/** Statements for fast-check: written plainly, and with every quoting, comment and white space that changes nothing. */
import fc from 'fast-check'

/** `@` stands for a table's name; words are apart from each other by one space. */
const SHAPES = [
  'CREATE TABLE IF NOT EXISTS @ ( id int , b text REFERENCES @read ( id ) ON DELETE CASCADE )',
  'CREATE UNLOGGED TABLE @ ( id int ) INHERITS ( @ , @ )',
  'CREATE TABLE @ PARTITION OF @ DEFAULT',
  'ALTER TABLE IF EXISTS ONLY @ ADD COLUMN x int DEFAULT 1 , DROP COLUMN y',
  'ALTER TABLE @ ATTACH PARTITION @ DEFAULT',
  'ALTER TABLE @ RENAME a TO b',
  'DROP TABLE IF EXISTS @ , @ , @ CASCADE',
  'TRUNCATE ONLY @ , @',
  'CREATE UNIQUE INDEX i ON @ ( a , b )',
  "CREATE POLICY p ON @ FOR UPDATE USING ( note <> 'it''s; DROP TABLE nobody' )",
  'DROP POLICY IF EXISTS p ON @',
  'CREATE TRIGGER tr AFTER INSERT OR UPDATE ON @ FOR EACH ROW EXECUTE FUNCTION f ( )',
  "COMMENT ON TABLE @ IS '-- no comment; /*'",
  'GRANT SELECT , UPDATE ( a ) ON @ , @ TO reader',
  "INSERT INTO @ ( a ) VALUES ( E'\\'; DELETE FROM nobody; --' ) ON CONFLICT DO NOTHING",
  'INSERT INTO @ SELECT * FROM @read',
  'WITH x AS ( DELETE FROM ONLY @ RETURNING * ) , y AS ( UPDATE @ AS u SET a = 1 RETURNING * ) INSERT INTO @ SELECT a FROM x , y',
  'UPDATE @ AS u SET a = 2 FROM @read WHERE u . a > 1',
  'DELETE FROM @ USING @read',
  'MERGE INTO @ AS m USING @read AS s ON m . id = s . id WHEN MATCHED THEN DELETE',
  "SELECT $body$ it's; DROP TABLE nobody; $$ $body$ AS a INTO TABLE @ FROM @read",
  'CREATE VIEW @ AS SELECT a FROM @read',
  "COPY @ ( a ) FROM '/tmp/x'",
]

/** Between two tokens: never nothing between two words. */
const gap = fc.constantFrom(
  ' ',
  '\n',
  '\t \r\n',
  ' -- a comment; with "quotes" and it\'s $$\n',
  '/* ; DROP TABLE nobody; */',
  '/* it\'s /* nested; */ " */',
  '\n--\n',
  ' /**/ ',
)

/** A name as it is written, and another way of writing it. */
const name = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^t_[a-z0-9_$]{1,8}$/), fc.boolean())
    .map(([word, quotes]) => ({ plain: word, other: quotes ? `"${word}"` : word.toUpperCase() })),
  fc
    .string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
    .filter((text) => !text.includes('\0'))
    .map((text) => `"${text.replaceAll('"', '""')}"`)
    .map((quoted) => ({ plain: quoted, other: quoted })),
)

const table = fc.tuple(fc.option(name), name, gap).map(([schema, last, space]) => ({
  plain: schema === null ? last.plain : `${schema.plain}.${last.plain}`,
  other: schema === null ? last.other : `${schema.other}${space}.${space}${last.other}`,
}))

export interface GeneratedStatement {
  readonly tokens: readonly string[]
  readonly tables: readonly { readonly plain: string; readonly other: string }[]
  readonly gaps: readonly string[]
  readonly capitals: readonly boolean[]
}

export const sqlStatement: fc.Arbitrary<GeneratedStatement> = fc.record({
  tokens: fc.constantFrom(...SHAPES).map(tokensOfShape),
  tables: fc.array(table, { minLength: 5, maxLength: 5 }),
  gaps: fc.array(gap, { minLength: 60, maxLength: 60 }),
  capitals: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
})

/** A string stays one token, spaces and all. */
function tokensOfShape(shape: string): string[] {
  return shape.match(/\$body\$.*\$body\$|E?'(?:''|\\'|[^'])*'|\S+/g) ?? []
}

/** One space between tokens, names as they come. */
export function plainly(statement: GeneratedStatement): string {
  return written(statement, 'plain', (token) => token).join(' ')
}

/** Any gap between tokens, any case of the words, names written another way. */
export function decorated(statement: GeneratedStatement): string {
  const { gaps, capitals } = statement
  const tokens = written(statement, 'other', (token, index) =>
    /^[A-Z]+$/i.test(token) && capitals[index] ? token.toLowerCase() : token,
  )
  return tokens.map((token, index) => `${gaps[index] ?? ' '}${token}`).join('')
}

function written(
  { tokens, tables }: GeneratedStatement,
  way: 'plain' | 'other',
  word: (token: string, index: number) => string,
): string[] {
  let next = 0
  return tokens.map((token, index) => {
    if (!token.startsWith('@')) return word(token, index)
    next += 1
    return tables[next - 1]?.[way] ?? 'nothing'
  })
}
