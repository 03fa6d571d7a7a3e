/** Sets and takes out one member of an object, or one item of an array, in a JSON text and touches nothing else: indentation, order and newlines stay. */
import { jsonArrayAt, jsonObjectAt } from './yaml-text.ts'

/**
 * The text with a member set; objects on the way are made where they are missing.
 * @param path keys from the top, e.g. `['scripts', 'prepare']`
 */
export function setMember(text: string, path: readonly string[], value: unknown): string {
  const parentPath = path.slice(0, -1)
  const key = path.at(-1) ?? ''
  const parent = jsonObjectAt(text, parentPath)
  if (!parent) return parentPath.length === 0 ? text : insert(text, parentPath, { [key]: value })
  const member = parent.members.find((one) => one.key === key)
  if (!member) return insert(text, path, value)
  return text.slice(0, member.valueStart) + JSON.stringify(value) + text.slice(member.valueEnd)
}

/** The text without a member; an object left empty by that is taken out too. */
export function removeMember(text: string, path: readonly string[]): string {
  const parentPath = path.slice(0, -1)
  const parent = jsonObjectAt(text, parentPath)
  const at = parent?.members.findIndex(({ key }) => key === path.at(-1)) ?? -1
  const member = parent?.members[at]
  if (!parent || !member) return text
  if (parent.members.length === 1) {
    if (parentPath.length > 0) return removeMember(text, parentPath)
    return `${text.slice(0, parent.start)}{}${text.slice(parent.end)}`
  }
  const before = parent.members[at - 1]
  const after = parent.members[at + 1]
  if (before) return text.slice(0, before.valueEnd) + text.slice(member.valueEnd)
  return text.slice(0, member.keyStart) + text.slice(after?.keyStart ?? member.valueEnd)
}

/** The text with an item more at the end of an array; the same text where `path` leads to no array. */
export function appendItem(text: string, path: readonly string[], value: unknown): string {
  const array = jsonArrayAt(text, path)
  if (!array) return text
  const { unit, newline } = formOf(text)
  const outer = unit.repeat(path.length)
  const last = array.items.at(-1)
  if (last && !text.slice(array.start, last.start).includes('\n'))
    return `${text.slice(0, last.end)}, ${JSON.stringify(value)}${text.slice(last.end)}`
  const body = JSON.stringify(value, null, unit).replaceAll('\n', newline + outer + unit)
  const line = `${newline}${outer}${unit}${body}`
  if (last) return `${text.slice(0, last.end)},${line}${text.slice(last.end)}`
  return `${text.slice(0, array.start)}[${line}${newline}${outer}]${text.slice(array.end)}`
}

/** The text without an item of an array. */
export function removeItem(text: string, path: readonly string[], at: number): string {
  const array = jsonArrayAt(text, path)
  const item = array?.items[at]
  if (!array || !item) return text
  if (array.items.length === 1) return `${text.slice(0, array.start)}[]${text.slice(array.end)}`
  const before = array.items[at - 1]
  if (before) return text.slice(0, before.end) + text.slice(item.end)
  return text.slice(0, item.start) + text.slice(array.items[at + 1]?.start ?? item.end)
}

function insert(text: string, path: readonly string[], value: unknown): string {
  const key = JSON.stringify(path.at(-1) ?? '')
  const parent = jsonObjectAt(text, path.slice(0, -1))
  if (!parent) return text
  const { unit, newline } = formOf(text)
  const last = parent.members.at(-1)
  if (last && !text.slice(parent.start, last.keyStart).includes('\n'))
    return `${text.slice(0, last.valueEnd)}, ${key}: ${JSON.stringify(value)}${text.slice(last.valueEnd)}`
  const outer = unit.repeat(path.length - 1)
  const body = JSON.stringify(value, null, unit).replaceAll('\n', newline + outer + unit)
  const line = `${newline}${outer}${unit}${key}: ${body}`
  if (last) return `${text.slice(0, last.valueEnd)},${line}${text.slice(last.valueEnd)}`
  return `${text.slice(0, parent.start)}{${line}${newline}${outer}}${text.slice(parent.end)}`
}

/** What the file indents with (its first indented line tells; two spaces where none is) and how its lines end. */
function formOf(text: string): { unit: string; newline: string } {
  return { unit: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ', newline: text.includes('\r\n') ? '\r\n' : '\n' }
}
