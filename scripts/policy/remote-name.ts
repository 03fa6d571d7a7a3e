/** `"remote"` of the settings: the name of a git remote, never a URL or an option, since refs are named after it. */

/** What is wrong with a remote's name, or null. */
export function problemWithRemote(name: string): string | null {
  if (!/^\w[\w.-]{0,99}$/.test(name))
    return 'must be the name of a git remote (letters, digits, _ . and -), e.g. "origin"'
  return name.includes('..') || /\.$|\.lock$/i.test(name) ? 'is no name that git allows in a ref' : null
}
