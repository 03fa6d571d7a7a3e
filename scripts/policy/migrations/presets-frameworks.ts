/** Migrations that a web framework of another language brings with it. */
import type { Preset } from './preset.ts'

const rails: Preset = {
  id: 'rails',
  title: 'Active Record',
  // a second database has `db/animals_migrate` and `db/animals_schema.rb`
  paths: ['db/migrate', 'db/*_migrate', 'db/schema.rb', 'db/*_schema.rb', 'db/structure.sql', 'db/*_structure.sql'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*)\.rb$/,
  order: 'number',
  schema: [],
  language: 'code',
  // the dump of a second database (`cache_schema.rb`) has a version of its own
  journal: { kind: 'rails-schema', file: /(?:^|\/)(?:schema\.rb|structure\.sql)$/ },
  hasSnapshots: false,
  create: ['bin/rails', 'generate', 'migration', '{{name}}'],
  directory: 'db/migrate',
  stamp: 'seconds',
  template: null,
  mentions: [
    { in: /(?:^|[/_])(?:schema\.rb|structure\.sql)$/, as: 'version', remedy: ['bin/rails', 'db:schema:dump'] },
  ],
}

const django: Preset = {
  id: 'django',
  title: 'Django',
  paths: ['**/migrations/*.py', '**/migrations/max_migration.txt'],
  // numbered ones only: what else lies there are helpers, and a helper has no parents
  file: /^(?<unit>(?:.*\/)?[^/]*migrations)\/(?<name>(?<version>\d+)_[^/.]*)\.py$/,
  order: 'graph',
  schema: ['**/models.py', '**/models/*.py'],
  language: 'code',
  journal: { kind: 'django', file: /(?:^|\/)max_migration\.txt$/ },
  hasSnapshots: false,
  create: ['python', 'manage.py', 'makemigrations', '--name', '{{name}}'],
  directory: '',
  stamp: 'counter',
  template: null,
  mentions: [
    { in: /(?:^|\/)max_migration\.txt$/, as: 'name', remedy: 'replace' },
    { in: /(?:^|\/)migrations\/\d[^/]*\.py$/, as: 'name', remedy: 'replace' },
  ],
}

const alembic: Preset = {
  id: 'alembic',
  title: 'Alembic',
  paths: ['alembic/versions', 'migrations/versions'],
  // the revision is in the file; a name says it, a date, or nothing at all
  file: /^(?<unit>(?:.*\/)?)(?!env\.py$)(?<name>(?<version>[^/._][^/.]*))\.py$/,
  order: 'graph',
  schema: ['**/models.py', '**/models/*.py'],
  language: 'code',
  hasSnapshots: false,
  create: ['alembic', 'revision', '-m', '{{name}}'],
  directory: 'alembic/versions',
  stamp: 'as-used',
  template: null,
  mentions: [],
}

const laravel: Preset = {
  id: 'laravel',
  title: 'Laravel',
  paths: ['database/migrations', 'database/schema'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d{4}_\d\d_\d\d_\d{6})_[^/]*)\.php$/,
  order: 'name',
  schema: [],
  language: 'code',
  hasSnapshots: false,
  create: ['php', 'artisan', 'make:migration', '{{name}}'],
  directory: 'database/migrations',
  stamp: 'underscored',
  template: null,
  mentions: [{ in: /(?:^|\/)database\/schema\/[^/]*\.sql$/, as: 'name', remedy: ['php', 'artisan', 'schema:dump'] }],
}

const ecto: Preset = {
  id: 'ecto',
  title: 'Ecto',
  paths: ['priv/*/migrations', 'priv/*/structure.sql', 'apps/*/priv/*/migrations', 'apps/*/priv/*/structure.sql'],
  file: /^(?<unit>(?:.*\/)?)(?<name>(?<version>\d+)_[^/]*)\.exs$/,
  order: 'number',
  schema: [],
  language: 'code',
  journal: { kind: 'version-list', file: /(?:^|\/)structure\.sql$/ },
  hasSnapshots: false,
  create: ['mix', 'ecto.gen.migration', '{{name}}'],
  directory: 'priv/repo/migrations',
  stamp: 'seconds',
  template: null,
  mentions: [{ in: /(?:^|\/)structure\.sql$/, as: 'version', remedy: ['mix', 'ecto.dump'] }],
}

export const FRAMEWORK_PRESETS: readonly Preset[] = [rails, django, alembic, laravel, ecto]
