/** What a relative path in a variable may be relative to, on disk (databases.md section 1.6). */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  PRISMA_CONFIGS,
  PRISMA_SCHEMAS,
  schemaInConfig,
  schemaInManifest,
} from '../../../policy/databases/prisma-schema.ts'
import { readIfExists } from '../../files.ts'
import type { Repository } from '../../repository.ts'

/**
 * Directories, likeliest first: where Prisma's schema is (Prisma up to 6), its config's (from 7 on), the package's, the
 * repository's root.
 * @param file the env file, from the main worktree
 */
export function placesFor(file: string, { mainWorktree }: Repository): string[] {
  const packages = [...new Set([dirname(join(mainWorktree, file)), mainWorktree])]
  return [...new Set([...packages.flatMap(schemaPlaces), ...packages.flatMap(configPlaces), ...packages])]
}

function schemaPlaces(folder: string): string[] {
  const configured = [
    ...configsIn(folder).map((path) => [dirname(path), schemaInConfig(readIfExists(path) ?? '')] as const),
    [folder, schemaInManifest(readIfExists(join(folder, 'package.json')) ?? '')] as const,
  ].flatMap(([base, schema]) => (schema === null ? [] : [join(base, schema)]))
  const usual = PRISMA_SCHEMAS.map((path) => join(folder, path))
  return [...configured, ...usual]
    .filter(existsSync)
    .map((path) => (statSync(path).isDirectory() ? path : dirname(path)))
}

function configPlaces(folder: string): string[] {
  return configsIn(folder).map((path) => dirname(path))
}

function configsIn(folder: string): string[] {
  return PRISMA_CONFIGS.map((name) => join(folder, name)).filter(existsSync)
}
