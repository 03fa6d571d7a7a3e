import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tablesInCode } from '../../../scripts/policy/migrations/code-tables.ts'

function touchedIn(text: string): string {
  return [...new Set(tablesInCode(text).map(({ table }) => table))].join(' ')
}

describe.each<[string, [string, string][]]>([
  [
    'Knex',
    [
      ["await knex.schema.createTable('users', (t) => { t.dropColumn('x'); t.index('y') })", 'public.users'],
      ["knex.schema.alterTable('app.users', (t) => t.integer('org').references('id').inTable('orgs'))", 'app.users'],
      ["knex.schema.withSchema('app').table('users', (t) => {})", 'app.users'],
      ["knex.schema\n  .dropTableIfExists('a')\n  .dropTable(`b`)", 'public.a public.b'],
      ["knex.schema.renameTable('a', 'b')", 'public.a public.b'],
      ["await knex('users').where({ id: 1 }).update({ a: 1 })", 'public.users'],
      ["await knex('users').where({ id: 1 }); x.update(1)", ''],
      ["knex.raw('ALTER TABLE users ADD COLUMN a int')", ''],
    ],
  ],
  [
    'Kysely',
    [
      ["await db.schema.createTable('person').addColumn('id', 'integer').execute()", 'public.person'],
      ["db.schema.withSchema('app').createTable('person')", 'app.person'],
      ["db.schema.createIndex('i').on('person').column('name')", 'public.person'],
      ["db.schema.alterTable('a').renameTo('b')", 'public.a public.b'],
      [
        "db.insertInto('a').values({}); db.updateTable('b'); db.deleteFrom('c'); db.selectFrom('d')",
        'public.a public.b public.c',
      ],
    ],
  ],
  [
    'node-pg-migrate',
    [
      ["pgm.createTable('users', { id: 'id', org: { references: 'orgs' } })", 'public.users'],
      ["pgm.addColumns({ schema: 'app', name: 'users' }, {})", 'app.users'],
      [
        "pgm.createIndex('users', 'email'); pgm.createExtension('citext'); pgm.createType('mood', ['a'])",
        'public.users',
      ],
    ],
  ],
  [
    'TypeORM',
    [
      ["await queryRunner.createTable(new Table({ name: 'users', columns: [{ name: 'id' }] }))", 'public.users'],
      ["await queryRunner.addColumn('users', new TableColumn({ name: 'a' }))", 'public.users'],
      [
        "await queryRunner.createForeignKey('photo', fk); queryRunner.renameTable('a', 'b')",
        'public.photo public.a public.b',
      ],
      ['await queryRunner.query(`CREATE TABLE "users" ()`)', ''],
    ],
  ],
  [
    'Sequelize',
    [
      ["queryInterface.createTable('Users', { id: 1, org: { references: { model: 'orgs' } } })", 'public.Users'],
      ["queryInterface.addColumn('Users', 'name', Sequelize.STRING)", 'public.Users'],
      ["queryInterface.createTable({ tableName: 'Users', schema: 'app' }, {})", 'app.Users'],
      ["queryInterface.bulkInsert('Users', []); queryInterface.removeIndex('Orgs', 'i')", 'public.Users public.Orgs'],
    ],
  ],
  [
    'Rails',
    [
      [
        'create_table :users do |t|\n  t.index(:email)\n  t.references :org, foreign_key: { to_table: :orgs }\nend',
        'public.users',
      ],
      ['create_table "app.users", id: :uuid do |t|', 'app.users'],
      ['add_column :users, :name, :string', 'public.users'],
      ['add_index(:users, [:a, :b], unique: true)', 'public.users'],
      ['add_reference :posts, :user, foreign_key: true', 'public.posts'],
      ['add_foreign_key :posts, :users', 'public.posts'],
      ['rename_table :a, :b', 'public.a public.b'],
      ['change_column_null :users, :name, false', 'public.users'],
      ['# add_column :users, :name', ''],
    ],
  ],
  [
    'Django',
    [
      ["migrations.CreateModel(\n  name='Author',\n  options={'db_table': 'writers'},\n)", 'author public.writers'],
      ["migrations.AddField(model_name='Book', name='title', field=models.ForeignKey(to='app.author'))", 'book'],
      ["migrations.RenameModel(old_name='A', new_name='B')", 'a b'],
      ["migrations.AlterModelTable(name='book', table='books')", 'book public.books'],
    ],
  ],
  [
    'Alembic',
    [
      ["op.create_table('users', sa.Column('id', sa.Integer()))", 'public.users'],
      ["op.add_column('users', sa.Column('a', sa.ForeignKey('orgs.id')))", 'public.users'],
      ["op.create_index(op.f('ix_users_email'), 'users', ['email'])", 'public.users'],
      ["op.drop_index('ix', table_name='users')", 'public.users'],
      ["op.create_foreign_key('fk', 'posts', 'users', ['a'], ['id'])", 'public.posts'],
      ["with op.batch_alter_table('users') as batch_op:\n  batch_op.add_column(sa.Column('x'))", 'public.users'],
    ],
  ],
  [
    'Laravel',
    [
      [
        "Schema::create('users', function (Blueprint $table) { $table->dropColumn('x'); $table->index('y'); });",
        'public.users',
      ],
      ["Schema::table('users', fn ($table) => $table->foreign('a')->references('id')->on('orgs'));", 'public.users'],
      ["Schema::connection('x')->dropIfExists('users'); Schema::rename('a', 'b');", 'public.users public.a public.b'],
      ["DB::table('users')->update([]); DB::statement('DROP TABLE a');", 'public.users'],
    ],
  ],
  [
    'Ecto',
    [
      ['create table(:users) do\n  add :org_id, references(:orgs)\nend', 'public.users'],
      ['alter table("users") do', 'public.users'],
      ['create unique_index(:users, [:email])', 'public.users'],
      ['rename table(:a), to: table(:b)', 'public.a public.b'],
      ['create constraint(:users, :positive, check: "a > 0")', 'public.users'],
      ['drop_if_exists table(:users)', 'public.users'],
    ],
  ],
])('%s', (_, cases) => {
  it.each(cases)('%s  →  %s', (text, tables) => {
    expect(touchedIn(text)).toBe(tables)
  })
})

it('tells the line, each table once on it', () => {
  const text =
    "// createTable('no')\nschema\n  .createTable('a').alterTable('a')\n\n  .dropTable('b')\n  .dropTable('a')"
  expect(tablesInCode(text)).toEqual([
    { table: 'public.a', line: 3 },
    { table: 'public.b', line: 5 },
    { table: 'public.a', line: 6 },
  ])
})

it('never throws, and a long text costs no more than its length', () => {
  fc.assert(fc.property(fc.string(), (text) => void tablesInCode(text)))
  for (const piece of [
    "knex('a')",
    ".createIndex('a')",
    "schema.table('a'",
    ' ',
    'add_column :a, ',
    '.withSchema(',
    'op.f(',
    'AlterModelTable(',
  ]) {
    const start = performance.now()
    tablesInCode(piece.repeat(Math.ceil(2 ** 18 / piece.length)))
    expect(performance.now() - start, piece).toBeLessThan(3000)
  }
})
