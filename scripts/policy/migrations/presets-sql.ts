/** Runners of plain SQL (or Go) files, whatever the language around them. */
import type { Preset, TemplateFile } from './preset.ts'

const UP_AND_DOWN: readonly TemplateFile[] = [
  { path: '{{version}}_{{name}}.up.sql', text: '' },
  { path: '{{version}}_{{name}}.down.sql', text: '' },
]

const dbmate: Preset = {
  id: 'dbmate',
  title: 'dbmate',
  paths: ['db/migrations', 'db/schema.sql'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)(?!\d)[^/]*)\.sql$/,
  // dbmate compares versions as text
  order: 'name',
  schema: [],
  language: 'sql',
  journal: { kind: 'version-list', file: /(?:^|\/)schema\.sql$/ },
  hasSnapshots: false,
  create: null,
  directory: 'db/migrations',
  stamp: 'seconds',
  template: [{ path: '{{version}}_{{name}}.sql', text: '-- migrate:up\n\n\n-- migrate:down\n\n' }],
  mentions: [{ in: /(?:^|\/)schema\.sql$/, as: 'version', remedy: ['npx', 'dbmate', 'dump'] }],
}

const supabase: Preset = {
  id: 'supabase',
  title: 'Supabase CLI',
  paths: ['supabase/migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*)\.sql$/,
  // the CLI sorts by file name, and 8- and 14-digit versions may stand side by side
  order: 'name',
  schema: ['supabase/schemas'],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'supabase/migrations',
  stamp: 'seconds',
  template: [{ path: '{{version}}_{{name}}.sql', text: '' }],
  mentions: [],
}

const hasura: Preset = {
  id: 'hasura',
  title: 'Hasura',
  paths: ['migrations', 'metadata'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)(?:_[^/]*)?)\/(?:up|down)\.(?:sql|yaml)$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'migrations/default',
  stamp: 'milliseconds',
  template: [
    { path: '{{version}}_{{name}}/up.sql', text: '' },
    { path: '{{version}}_{{name}}/down.sql', text: '' },
  ],
  mentions: [],
}

const flyway: Preset = {
  id: 'flyway',
  title: 'Flyway',
  paths: ['**/db/migration'],
  // the undo file of a migration is a file of it; repeatables (R__) and baselines (B…) have no place in the order
  file: /^(?<unit>(?:.*\/)?)[VU](?<name>(?<version>\d+(?:[._]\d+)*)__[^/]*)\.(?:sql|java|kt|groovy|scala)$/,
  order: 'number',
  editable: /(?:^|\/)R__[^/]*$/,
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'src/main/resources/db/migration',
  stamp: 'as-used',
  template: [{ path: 'V{{version}}__{{name}}.sql', text: '' }],
  mentions: [],
}

const CHANGELOG = `--liquibase formatted sql

--changeset {{task}}:{{version}}-{{name}}

--rollback
`

const liquibase: Preset = {
  id: 'liquibase',
  title: 'Liquibase',
  paths: ['**/db/changelog'],
  file: /^(?<unit>(?:.*\/)?)(?![^/]*(?:master|root))(?=(?<version>\d+(?:\.\d+)*(?=[_-]|\.[a-z])|[^/]+(?=\.\w+$)))(?<name>[^/]+)\.(?:sql|xml|ya?ml|json)$/,
  order: 'journal',
  // changesets may be added at the end of a changelog that landed; that the others stay is the journal's check
  editable: /\.(?:sql|xml|ya?ml|json)$/,
  schema: [],
  language: 'sql',
  journal: { kind: 'liquibase', file: /(?:master|root)[^/]*\.(?:xml|ya?ml|json)$/ },
  hasSnapshots: false,
  create: null,
  directory: 'src/main/resources/db/changelog',
  stamp: 'as-used',
  template: [{ path: '{{version}}{{separator}}{{name}}.sql', text: CHANGELOG }],
  // the master changelog lists it, unless it has includeAll
  mentions: [{ in: /(?:master|root)[^/]*\.(?:xml|ya?ml|json)$/, as: 'file', remedy: 'replace' }],
}

const golangMigrate: Preset = {
  id: 'golang-migrate',
  title: 'golang-migrate',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*?)\.(?:up|down)\.[^/.]+$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'migrations',
  stamp: 'as-used',
  template: UP_AND_DOWN,
  mentions: [],
}

const GOOSE_MIGRATION = `-- +goose Up

-- +goose Down
`

const goose: Preset = {
  id: 'goose',
  title: 'goose',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*?)(?<!_test)\.(?:sql|go)$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'migrations',
  stamp: 'as-used',
  template: [{ path: '{{version}}_{{name}}.sql', text: GOOSE_MIGRATION }],
  // a migration in Go may register itself under its file's name, and its functions often carry the version
  mentions: [{ in: 'itself', as: 'version', remedy: 'replace' }],
}

const sqlx: Preset = {
  id: 'sqlx',
  title: 'SQLx',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*?)(?:\.(?:up|down))?\.sql$/,
  order: 'number',
  schema: [],
  language: 'sql',
  hasSnapshots: false,
  create: null,
  directory: 'migrations',
  stamp: 'as-used',
  template: [{ path: '{{version}}_{{name}}.sql', text: '' }],
  reversible: UP_AND_DOWN,
  mentions: [],
}

const atlas: Preset = {
  id: 'atlas',
  title: 'Atlas',
  paths: ['migrations'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)(?!\d)[^/]*?)(?:\.(?:up|down))?\.sql$/,
  order: 'name',
  schema: ['schema.hcl', 'schema.sql', 'schema'],
  language: 'sql',
  journal: { kind: 'atlas', file: /(?:^|\/)atlas\.sum$/ },
  hasSnapshots: false,
  create: ['atlas', 'migrate', 'new', '{{name}}', '--dir', 'file://{{unit}}'],
  directory: 'migrations',
  stamp: 'seconds',
  template: null,
  mentions: [
    { in: /(?:^|\/)atlas\.sum$/, as: 'file', remedy: ['atlas', 'migrate', 'hash', '--dir', 'file://{{unit}}'] },
  ],
}

export const SQL_PRESETS: readonly Preset[] = [
  dbmate,
  supabase,
  hasura,
  flyway,
  liquibase,
  golangMigrate,
  goose,
  sqlx,
  atlas,
]
