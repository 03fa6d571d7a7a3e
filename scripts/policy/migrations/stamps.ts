/** The version and the files of a new migration, in the manner of the ones that are there. */
import { slugOf } from '../names.ts'
import { compareVersions, type MigrationFile } from './migration-set.ts'
import type { Preset, StampStyle, TemplateFile } from './preset.ts'

/** Digits of a project's first number, where there is none to copy the width from. */
const FIRST_NUMBER = '0001'

type Style = Exclude<StampStyle, 'as-used'> | 'iso'

/**
 * A version that comes after all of `known`: the time in the tool's style, or, where a migration from the future is
 * there already, the next after it.
 * @param known migrations of one unit
 */
export function newVersion(
  { stamp, order }: Pick<Preset, 'stamp' | 'order'>,
  known: readonly MigrationFile[],
  now: Date,
): string {
  const versions = known.map(({ version, name }) => (order === 'name' && version === name ? stampIn(name) : version))
  const newest = versions.reduce<string | null>(
    (last, version) => (last === null || compareVersions(version, last, order) > 0 ? version : last),
    null,
  )
  const style = stamp === 'as-used' ? styleOf(newest) : stamp
  if (style === 'counter') return newest === null ? FIRST_NUMBER : following(newest)
  const version = stampOf(style, now)
  return newest !== null && compareVersions(version, newest, order) <= 0 ? following(newest) : version
}

/** The part of a whole name that is a version: Kysely has no other. */
export function stampIn(name: string): string {
  return /^[A-Za-z_]?\d[\dTZ]*/.exec(name)?.[0] ?? name
}

function styleOf(version: string | null): Style {
  if (version === null) return 'seconds'
  if (/^\d{14}$/.test(version)) return 'seconds'
  if (/^\d{13}$/.test(version)) return 'milliseconds'
  if (/^\d{8}T\d{6,9}Z$/.test(version)) return 'iso'
  return /^\d{4}_\d\d_\d\d_\d{6}$/.test(version) ? 'underscored' : 'counter'
}

function stampOf(style: Exclude<Style, 'counter'>, now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '')
  switch (style) {
    case 'milliseconds':
      return String(now.getTime())
    case 'iso':
      return `${digits.slice(0, 8)}T${digits.slice(8)}Z`
    case 'underscored':
      return `${digits.slice(0, 4)}_${digits.slice(4, 6)}_${digits.slice(6, 8)}_${digits.slice(8, 14)}`
    case 'seconds':
      return digits.slice(0, 14)
  }
}

/** The last number of a version, one higher and as wide: 0007 → 0008, 1.9 → 1.10. */
function following(version: string): string {
  return version.replace(/\d+(?=\D*$)/, (digits) => String(BigInt(digits) + 1n).padStart(digits.length, '0'))
}

/** What stands between version and name in the newest migration; `_` where nothing tells. */
export function separatorIn(known: readonly MigrationFile[]): string {
  const newest = known.at(-1)
  if (!newest) return '_'
  const version = newest.version === newest.name ? stampIn(newest.name) : newest.version
  const rest = newest.name.slice(newest.name.indexOf(version) + version.length)
  return /^[-_.]+/.exec(rest)?.[0] ?? '_'
}

/** The files of a new migration from the tool's template, with paths from the repository's root. */
export function filesFromTemplate(
  { template, reversible }: Pick<Preset, 'template' | 'reversible'>,
  known: readonly MigrationFile[],
  values: { readonly unit: string; readonly version: string; readonly name: string; readonly task: string },
): TemplateFile[] {
  const separator = separatorIn(known)
  const filled = (text: string) =>
    text.replace(/\{\{(version|name|task|separator)\}\}/g, (_, key: 'version' | 'name' | 'task' | 'separator') =>
      key === 'separator' ? separator : values[key],
    )
  const hasDown = known.some(({ path }) => /[./]down\.[^/]+$/.test(path))
  const files = (hasDown ? reversible : undefined) ?? template ?? []
  const prefix = values.unit === '' ? '' : `${values.unit}/`
  return files.map(({ path, text }) => ({ path: prefix + filled(path), text: filled(text) }))
}

/** A few words as a file's name has them: `Add tags!` → `add_tags`; null where nothing of them could be in one. */
export function migrationWord(words: string): string | null {
  return /[\p{L}\p{N}]/u.test(words) ? slugOf(words).replaceAll('-', '_') : null
}
