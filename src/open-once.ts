/** Opens at the first call what all later ones share; after a failure the next call tries again. */
export function openOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | null = null;
  return () => {
    if (opening !== null) return opening;
    const mine = open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    opening = mine;
    return mine;
  };
}

/** The same for what is closed in the end. What never opened, or could not, needs no closing. */
export function openLater<T extends { close(): Promise<void> }>(
  open: () => Promise<T>,
): { readonly opened: () => Promise<T>; readonly close: () => Promise<void> } {
  let opening: Promise<T> | null = null;
  const opened = openOnce(() => {
    opening = open();
    return opening;
  });
  return {
    opened,
    close: async () => {
      const made = await opening?.catch(() => null);
      await made?.close();
    },
  };
}
