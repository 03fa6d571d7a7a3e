/** @param _args old tip, new tip and flag, as git gives them */
export async function postCheckout(_args: readonly string[]): Promise<void> {}
