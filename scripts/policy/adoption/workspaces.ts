/** Which directories a workspace's patterns name (`packages/*`, `apps/**`, `!apps/old`). */

import { readYaml } from '../yaml-text.ts'
import type { Manifest } from './package-scripts.ts'

/** The patterns of a root manifest and of `pnpm-workspace.yaml`, `lerna.json` where they are there. */
export function workspacePatterns(
  manifest: Manifest | null,
  pnpmWorkspace: string | null,
  lerna: string | null,
): string[] {
  const own = manifest?.workspaces
  const fromManifest = Array.isArray(own)
    ? own
    : ((own as { packages?: readonly string[] } | undefined)?.packages ?? [])
  return [...fromManifest, ...packagesIn(pnpmWorkspace), ...packagesIn(lerna)].map(String)
}

function packagesIn(text: string | null): readonly unknown[] {
  if (text === null) return []
  const data = readYaml(text).data as { packages?: unknown } | null
  return Array.isArray(data?.packages) ? data.packages : []
}

/** Of the directories, those that a pattern names and no `!pattern` takes out. */
export function workspaceDirs(dirs: readonly string[], patterns: readonly string[]): string[] {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(toRegExp)
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => toRegExp(pattern.slice(1)))
  return dirs.filter((dir) => wanted.some((one) => one.test(dir)) && !unwanted.some((one) => one.test(dir)))
}

function toRegExp(pattern: string): RegExp {
  const body = pattern
    .replace(/^\.\//, '')
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => (part === '**' ? '.*' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')))
    .join('/')
  return new RegExp(`^${body.replaceAll('/.*', '(?:/.*)?')}$`)
}
