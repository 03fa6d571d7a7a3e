/**
 * The YAML that we write ourselves, read without the yaml package: one `key: value` a line, lists as `- value` lines.
 * Loading the package costs 10 ms and each task with it one more, and a hook reads every task. It only ever answers where
 * the package would answer the same (fuzzed against it in the tests); for anything else it says null.
 */

/** Starts with a letter and holds no `:` or `#`: a string in YAML 1.2, once the three words that are not are out. */
const PLAIN = /^[A-Za-z][\w./*()[\]@+-]*(?: [\w./*()[\]@+-]+)*$/
const NOT_STRINGS = /^(?:true|false|null)$/i
const SINGLE_QUOTED = /^'(?:[ -&(-~]|'')*'$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** The mapping in the text, or null where only the package can tell. */
export function readPlainYaml(text: string): Record<string, unknown> | null {
  const entries = new Map<string, unknown>()
  let list: unknown[] | null = null
  for (const line of text.split('\n')) {
    const item = /^ {2}- (.+)$/.exec(line)?.[1]
    const [, key, value] = /^([a-z][a-z-]*):(?: (.+))?$/.exec(line) ?? []
    const read = plainValue(item ?? value ?? '[]')
    if (read === undefined) return null
    if (item !== undefined && list !== null) list.push(read)
    else if (key !== undefined && !entries.has(key) && list?.length !== 0) {
      list = value === undefined ? [] : null
      entries.set(key, list ?? read)
    } else if (line !== '') return null
  }
  return list?.length === 0 ? null : Object.fromEntries(entries)
}

/** Undefined for what is not plain. */
function plainValue(text: string): unknown {
  if (text === '[]') return []
  if (text === 'null') return null
  if (TIME.test(text) || (PLAIN.test(text) && !NOT_STRINGS.test(text))) return text
  if (SINGLE_QUOTED.test(text)) return text.slice(1, -1).replaceAll("''", "'")
  if (!text.startsWith('"')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
