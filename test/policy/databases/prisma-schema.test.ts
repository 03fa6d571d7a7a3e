import { expect, it } from 'vitest'
import { schemaInConfig, schemaInManifest } from '../../../scripts/policy/databases/prisma-schema.ts'

it.each([
  ["export default defineConfig({ schema: 'db/schema.prisma' })", 'db/schema.prisma'],
  ['export default { schema : "./prisma" }', './prisma'],
  ["schema: path.join('prisma', 'models')", 'prisma/models'],
  ["schema: join('db','schema.prisma'),", 'db/schema.prisma'],
  ["// schema: 'old'\nschema: 'new.prisma'", 'new.prisma'],
  ['schema: process.env.SCHEMA', null],
  ['schema: `${dir}/schema.prisma`', null],
  ['export default {}', null],
])('%j has the schema %j', (text, expected) => expect(schemaInConfig(text)).toBe(expected))

it.each([
  ['{"prisma":{"schema":"db/schema.prisma"}}', 'db/schema.prisma'],
  ['{"prisma":{}}', null],
  ['{', null],
  ['null', null],
])('%s has the schema %j', (text, expected) => expect(schemaInManifest(text)).toBe(expected))
