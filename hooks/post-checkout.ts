import { provisionNewWorktree } from '../scripts/provisioning/new-worktree.ts'

/**
 * Provisions a new worktree; whatever happens, git goes on.
 * @param args old tip, new tip, and 1 for a checkout of a branch (0: of files), as git gives them
 */
export async function postCheckout([, , flag]: readonly string[]): Promise<void> {
  if (flag === '1') await provisionNewWorktree(process)
}
