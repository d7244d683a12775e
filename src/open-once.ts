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
